"""Answers of the planner's layers.

Numbers are null where they are undefined (a constant map has no z) or not told. Every layer says
in ``method`` how it was made; sentences for people come in both languages as ``{zh, en}``.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from api.schemas.common import Answer
from api.schemas.layer import Period

UnitName = Literal["grid", "community", "town", "cell"]
Bin = Annotated[
    int,
    Field(
        ge=-3,
        le=3,
        description="3, 2, 1: unusually many at 99, 95, 90 % after correction; -3 to -1: few; 0 neither.",
    ),
]
Number = float | None


class Words(Answer):
    """A sentence or name in both languages."""

    zh: str
    en: str


class Note(Words):
    """A sentence on the method."""

    code: str


class Choice(Answer):
    """Which reports the layer is about, as asked."""

    category: str | None
    tag: str | None
    cause: str | None
    source: str | None
    repeat: bool


class Method(Answer):
    """How the layer was made: the methods panel."""

    n: Annotated[int, Field(description="Reports counted.")]
    outside: Annotated[int, Field(description="Reports left out because they lie in no unit.")]
    without_location: Annotated[
        int, Field(description="Reports left out because they have no coordinates.")
    ]
    units: Annotated[int, Field(description="Units of the whole map, also those without reports.")]
    suppressed: Annotated[int, Field(description="Units whose numbers are not told.")]
    statistic: str
    cell_m: int | None
    neighbours: Annotated[
        str | None, Field(description="contiguity: units that share an edge or corner.")
    ]
    distance_m: Annotated[int | None, Field(description="Bandwidth of a surface.")]
    correction: str | None
    layout: str | None
    notes: list[Note]


class Exposure(Answer):
    """What reports are measured against; rates are told per ``per`` units of it."""

    code: str
    name: str
    name_en: str
    unit: str
    unit_en: str
    per: float


class Exposures(Answer):
    """All exposures a county knows."""

    items: list[Exposure]


class Layer(Answer):
    """What all layers say."""

    choice: Choice
    period: Period
    latest_month: dt.date | None
    method: Method


class UnitLayer(Layer):
    """What all layers of units say."""

    unit: UnitName
    cell_m: int | None


class Unit(Answer):
    """One unit of a layer."""

    code: str
    name: Annotated[str | None, Field(description="Null for cells.")]
    name_en: str | None
    town: str | None
    polygon: Annotated[
        list[list[float]] | None,
        Field(description="Corners of a cell, longitude first; null for grids, see /grids."),
    ]


class UnitRates(Unit):
    """Counts and rates of one unit."""

    count: Annotated[int | None, Field(description="Null: not told.")]
    rate: Annotated[Number, Field(description="Reports per `exposure.per` units of exposure.")]
    per_km2: Number
    smoothed: Annotated[Number, Field(description="The rate by empirical Bayes.")]
    ratio: Annotated[Number, Field(description="Rate over the county's: 2 is twice as many.")]
    exposure: Annotated[Number, Field(description="Residents, households or kilometres here.")]


class Rates(UnitLayer):
    """Counts and rates; cells without reports are left out, other units never."""

    exposure: Exposure
    mean: Annotated[Number, Field(description="Rate of the whole county.")]
    items: list[UnitRates]


class UnitHotspot(Unit):
    """What was found of one unit with its neighbours (its window)."""

    count: Annotated[int, Field(description="Reports of the unit alone.")]
    window_count: Annotated[int, Field(description="Reports of the window.")]
    expected: Annotated[Number, Field(description="Reports usual in the window.")]
    units: Annotated[int, Field(description="Units of the window.")]
    z: Number
    p: Annotated[Number, Field(description="Two-sided exact chance.")]
    q: Annotated[Number, Field(description="p corrected for the number of units.")]
    bin: Bin
    piled: Annotated[
        bool, Field(description="Most of the cell's reports share one coordinate: a default?")
    ]
    words: Annotated[Words | None, Field(description="For the popup; null where bin is 0.")]


class HotArea(Answer):
    """Hot units that touch each other."""

    rank: int
    codes: Annotated[list[str], Field(description="Its units.")]
    peak: Annotated[str, Field(description="The unit with most reports: where to go.")]
    peak_name: str
    peak_name_en: str
    places: Annotated[list[Words], Field(description="Names people know there, nearest first.")]
    location: Annotated[list[float], Field(description="Longitude and latitude of the peak.")]
    count: Annotated[int, Field(description="Reports of its most significant window.")]
    expected: float
    p: float
    q: float
    bin: Bin
    words: Words


class BinName(Answer):
    """A class of the legend."""

    bin: Bin
    words: Words
    colour: Annotated[str | None, Field(description="#rrggbb; null: none, nothing unusual.")]


class Hotspots(UnitLayer):
    """Hotspots; cells without reports and without finding are left out, other units never."""

    against: Literal["map", "exposure"]
    exposure: Exposure | None
    bins: list[BinName]
    areas: Annotated[list[HotArea], Field(description="The most significant first, at most 20.")]
    items: list[UnitHotspot]


class TownName(Answer):
    """A town's name and where its label stands."""

    code: str
    name: str
    name_en: str
    location: list[float] | None


class Outlines(Answer):
    """The grids' outlines on a lattice, simplified together: for looking, not for measuring."""

    layout: str | None
    step: Annotated[float, Field(description="Degrees that a number of a ring stands for.")]
    codes: Annotated[list[str], Field(description="Of the grids; the lists below follow it.")]
    towns: list[str | None]
    communities: list[str | None]
    polygons: Annotated[
        list[list[list[list[int]]]],
        Field(
            description="Of each grid its polygons, of each its rings (shell first): steps east and "
            "north from corner to corner, the first from 0, 0; the last corner is not repeated."
        ),
    ]
    town_names: list[TownName]


class DensityClass(Answer):
    """A class of the legend: from ``from`` (included) to ``to``, in the layer's unit."""

    from_: Annotated[float, Field(alias="from")]
    to: Annotated[float | None, Field(description="Null: open.")]
    colour: Annotated[str, Field(pattern="^#[0-9a-f]{6}$")]


class DensityPeak(Answer):
    """Where the surface is higher than anywhere within the kernel's reach."""

    rank: int
    grid: Annotated[str | None, Field(description="Code of the grid it lies in.")]
    name: str | None
    name_en: str | None
    places: Annotated[list[Words], Field(description="Names people know there, nearest first.")]
    location: Annotated[list[float], Field(description="Longitude and latitude.")]
    per_km2: Annotated[float, Field(description="The surface's own value there.")]


class Density(Layer):
    """A density surface: its legend, and where its tiles are."""

    unit: Annotated[Words, Field(description="Unit of the legend: reports per km2.")]
    bandwidth_m: int
    scale: Annotated[
        float,
        Field(description="Lower end of the highest class of one month; keep it in permalinks."),
    ]
    maximum: Annotated[float, Field(description="Highest value of the surface.")]
    classes: list[DensityClass]
    tiles: Annotated[
        str,
        Field(description="Address of the tiles with {z}, {x}, {y}; it holds all parameters."),
    ]
    peaks: Annotated[list[DensityPeak], Field(description="The densest first, at most 20.")]


class CauseCount(Answer):
    """A cause that leads fed back, and how often."""

    cause: str
    count: int


class Causes(Answer):
    """Causes of a choice, the most frequent first."""

    items: list[CauseCount]
