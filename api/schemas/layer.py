"""Counts for the heat layers."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from api.schemas.common import Answer


class Period(Answer):
    """The days counted, both included; null on a side that is open."""

    from_: Annotated[dt.date | None, Field(alias="from")]
    to: dt.date | None
    whole_months: Annotated[
        bool, Field(description="The days asked for were widened to whole months.")
    ]


class UnitCount(Answer):
    """Reports of one grid, town or cell. Units without reports are left out."""

    code: Annotated[
        str,
        Field(
            description="Grid or town code; for a cell easting_northing of its corner in metres."
        ),
    ]
    count: Annotated[
        int | None, Field(description="Null: suppressed, because fewer than 5 are not told.")
    ]
    polygon: Annotated[
        list[list[float]] | None,
        Field(
            description="Corners of a cell, longitude first; null for grids and towns, see /grids and /towns."
        ),
    ]


class LayerCounts(Answer):
    """Counts per unit. ``bbox`` selects units and never clips their counts."""

    unit: Literal["grid", "town", "cell"]
    cell_m: Annotated[int | None, Field(description="Side of a cell in metres.")]
    category: str | None
    tag: str | None
    period: Period
    layout: str | None
    total: Annotated[int, Field(description="Sum of the counts told.")]
    suppressed: Annotated[int, Field(description="Units whose count is not told.")]
    without_sensitive: Annotated[
        bool, Field(description="Sensitive categories are left out of these counts for this actor.")
    ]
    without_location: Annotated[
        int,
        Field(
            description="With unit=cell, reports of the period that name a grid or place only: they "
            "have no position, so no cell counts them, whatever the bbox. Else 0: their grid does."
        ),
    ]
    latest_month: Annotated[
        dt.date | None,
        Field(description="First day of the latest month that has any report of this choice."),
    ]
    items: list[UnitCount]
