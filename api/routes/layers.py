"""``/layers``: counts for heat maps."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from api.auth import SignedIn
from api.dependencies import StrictRoute, etag_of, json_answer, matches_etag
from api.schemas.common import CellSide, Code, Day
from api.schemas.filters import BBOX_SHAPE
from api.schemas.layer import LayerCounts
from gis import layers
from gis.audience import Actor
from gis.clock import local_day, month_start, zone_named
from gis.disclosure import Choice, choose
from gis.errors import InvalidInput
from gis.geometry import BBox
from gis.layers import LayerQuery, State
from gis.periods import Days
from gis.registry import get_county

router = APIRouter(prefix="/layers", tags=["layers"], route_class=StrictRoute)


class CountParams(BaseModel):
    """What to count, when and where."""

    unit: Literal["grid", "town", "cell"] = "grid"
    category: Annotated[
        Code | None, Field(description="A first-level category stands for all of its children.")
    ] = None
    tag: Annotated[Code | None, Field(description="Instead of category.")] = None
    from_: Annotated[
        Day | None, Field(alias="from", description="First day; cells take its whole month.")
    ] = None
    to: Annotated[
        Day | None, Field(description="Last day, included; cells take its whole month.")
    ] = None
    period: Annotated[
        Literal["latest", "full"] | None,
        Field(
            description="Instead of from and to: latest is the latest month that has any report of "
            "the choice; full is the latest whole one: it is over, and reports of any matter came in "
            "each of its thirds. Where there is none, the latest that is over, or the running one."
        ),
    ] = None
    bbox: Annotated[
        str | None,
        Field(
            json_schema_extra=BBOX_SHAPE,
            description="Selects the units it touches; their counts stay whole.",
        ),
    ] = None
    cell_m: Annotated[
        CellSide | None, Field(description="Side of a cell; by default what suits the bbox.")
    ] = None

    def query(self, running: dt.date) -> LayerQuery:
        """Return what these parameters mean to the domain.

        Parameters
        ----------
        running
            First day of the running month in the county's zone.

        Raises
        ------
        InvalidInput
            Two of them exclude each other, or the box is not one.
        """
        if self.period is not None and (self.from_ or self.to):
            raise InvalidInput.of("period", "goes without from and to")
        if self.cell_m is not None and self.unit != "cell":
            raise InvalidInput.of("cell_m", "goes with unit=cell")
        return LayerQuery(
            unit=self.unit,
            category=self.category,
            tag=self.tag,
            days=Days(self.from_, self.to),
            latest=self.period is not None,
            full=self.period == "full",
            running=running,
            bbox=BBox.parse(self.bbox) if self.bbox is not None else None,
            cell_m=self.cell_m,
        )


@router.get("/counts", response_model=LayerCounts, responses={304: {"description": "Not modified"}})
def count_units(
    request: Request, caller: SignedIn, params: Annotated[CountParams, Query()]
) -> Response:
    """Count reports per grid, town or cell for a category or tag and a period."""
    with caller.read() as (tx, actor):
        zone = zone_named(get_county(tx, actor.county_code).timezone)
        query = params.query(month_start(local_day(caller.now, zone)))
        state = layers.layer_state(tx, actor.county_code)
        choice = choose(tx, actor, query.category, query.tag)
        headers = {
            "Cache-Control": "private, no-cache",
            "ETag": _etag(request, actor, query, state, choice),
            "Vary": "Authorization, Cookie",
        }
        if matches_etag(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        counts = layers.count_units(tx, actor, query, state)
    return json_answer(_content(query, counts, state), headers=headers)


def _etag(request: Request, actor: Actor, query: LayerQuery, state: State, choice: Choice) -> str:
    """Name the answer by everything it depends on, without computing it.

    What a category or tag stands for, and what may be told of it, changes without any report.
    """
    reader = (actor.county_code, actor.role, actor.audience)
    return etag_of(request, "counts", query, state, choice, *reader)


def _content(query: LayerQuery, counts: layers.LayerCounts, state: State) -> bytes:
    items = counts.items
    return orjson.dumps(
        {
            "unit": query.unit,
            "cell_m": counts.cell_m,
            "category": query.category,
            "tag": query.tag,
            "period": {
                "from": counts.days.first,
                "to": counts.days.last,
                "whole_months": counts.whole_months,
            },
            "layout": state.layout,
            "total": sum(item.count or 0 for item in items),
            "suppressed": sum(item.count is None for item in items),
            "without_sensitive": counts.without_sensitive,
            "without_location": counts.without_location,
            "latest_month": counts.latest and counts.latest.first,
            "items": [
                {"code": item.code, "count": item.count, "polygon": item.polygon} for item in items
            ],
        }
    )
