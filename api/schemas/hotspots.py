"""Answers of the planner's layers.

Numbers are null where they are undefined (a constant map has no z) or not told. Every layer says
in ``method`` how it was made; sentences for people come in both languages as ``{zh, en}``.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from api.schemas.common import Answer, PolygonGeometry
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


class Hotspots(UnitLayer):
    """Hotspots; cells without reports and without finding are left out, other units never."""

    against: Literal["map", "exposure"]
    exposure: Exposure | None
    bins: list[BinName]
    areas: Annotated[list[HotArea], Field(description="The most significant first, at most 20.")]
    items: list[UnitHotspot]


class DensityClass(Answer):
    """A class of the legend: from ``from`` (included) to ``to``, in the layer's unit."""

    from_: Annotated[float, Field(alias="from")]
    to: Annotated[float | None, Field(description="Null: open.")]
    colour: Annotated[str, Field(pattern="^#[0-9a-f]{6}$")]


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


class CauseCount(Answer):
    """A cause that leads fed back, and how often."""

    cause: str
    count: int


class Causes(Answer):
    """Causes of a choice, the most frequent first."""

    items: list[CauseCount]


class UnitChange(Unit):
    """How one unit differs between the first and the second."""

    first: int
    second: int
    difference: Annotated[
        Number, Field(description="Second beyond what the first gives at its length or total.")
    ]
    ratio: Annotated[Number, Field(description="Second over first, per day or per total.")]
    low: Annotated[Number, Field(description="Lower end of the exact 95 % interval of the ratio.")]
    high: Annotated[Number, Field(description="Upper end; null: unbounded.")]
    p: Number
    q: Number
    bin: Bin
    words: Words | None


class ComparedSide(Answer):
    """One side of a comparison."""

    category: str | None
    tag: str | None
    period: Period
    n: int


class Comparison(Layer):
    """Two periods or two categories over the same units."""

    unit: UnitName
    windows: Annotated[bool, Field(description="Each unit is compared with its neighbours.")]
    test: Annotated[
        Literal["change", "share"],
        Field(
            description="change: did the number change; share: did it change otherwise than the county's."
        ),
    ]
    first: ComparedSide
    second: ComparedSide
    bins: list[BinName]
    items: list[UnitChange]


class Step(Answer):
    """One step of time, both days included."""

    from_: Annotated[dt.date, Field(alias="from")]
    to: dt.date


class Series(Layer):
    """Counts and bins of every unit in every step: for a slider that plays without reloading."""

    unit: UnitName
    step: Literal["month", "week"]
    steps: list[Step]
    codes: list[str]
    counts: Annotated[list[list[int]], Field(description="One row a unit, one number a step.")]
    bins: Annotated[list[list[Bin]], Field(description="Gi* of each step, as in /layers/hotspots.")]
    totals: list[int]
    breaks: Annotated[
        list[int], Field(description="Lower ends of the classes of counts, the same for all steps.")
    ]


class EmergingClass(Answer):
    """One of the classes of emerging hotspots."""

    code: int
    words: Words
    units: Annotated[int, Field(description="How many units are of it.")]


class UnitEmerging(Unit):
    """What one unit did over time."""

    simple: Annotated[int, Field(description="Code in `simple_classes`.")]
    pattern: Annotated[int, Field(description="Code in `classes`.")]
    hot_steps: int
    cold_steps: int
    z: Annotated[Number, Field(description="Mann-Kendall of the unit's z over the steps.")]
    p: Number
    slope: Annotated[Number, Field(description="Sen's slope: change of z a step.")]
    count: int
    last_count: Annotated[int, Field(description="Reports of the newest step.")]


class Emerging(Layer):
    """Emerging hotspots: 17 classes, shown as five."""

    unit: UnitName
    step: Literal["month", "week"]
    steps: list[Step]
    classes: list[EmergingClass]
    simple_classes: list[EmergingClass]
    items: list[UnitEmerging]


class ScanCircle(Answer):
    """A circle with more reports than its exposure leads to expect."""

    rank: int
    centre: str
    centre_name: str
    centre_name_en: str
    location: list[float]
    radius_m: float
    codes: list[str]
    observed: int
    expected: float
    relative_risk: Number
    log_likelihood_ratio: float
    p: float
    words: Words


class Scan(Answer):
    """A scan for circles: a computation of seconds, watched until it is done."""

    id: str
    status: Literal["waiting", "running", "done", "failed"]
    done: Annotated[int, Field(description="Random maps so far.")]
    total: int
    choice: Choice
    period: Period
    exposure: Exposure
    seed: int
    created_at: dt.datetime
    finished_at: dt.datetime | None
    failure: str
    method: Method
    circles: Annotated[list[ScanCircle] | None, Field(description="Null until it is done.")]


class BackTestLine(Answer):
    """How well the units that a map would have pointed at caught what came."""

    share: Annotated[float, Field(description="Share of the county's area asked for.")]
    area_share: Annotated[float, Field(description="Share that whole units make up.")]
    hit: int
    events: int
    hit_rate: Number
    pai: Annotated[Number, Field(description="Hit rate over area share; 1 is chance.")]
    pei: Annotated[Number, Field(description="Hits over the most any map of this area had.")]
    codes: list[str]


class BackTest(Answer):
    """A layer trained on one period and tested on the next, beside plain counts."""

    choice: Choice
    unit: UnitName
    layer: Literal["counts", "smoothed", "hotspots", "density"]
    train: Step
    test: Step
    lines: list[BackTestLine]
    plain: Annotated[list[BackTestLine], Field(description="The same for last period's counts.")]
    method: Method


class BeforeAfter(Answer):
    """Reports of an area on both sides of a day."""

    before: int
    after: int
    days_before: int
    days_after: int
    rate_before: Annotated[float, Field(description="Reports per 30 days.")]
    rate_after: float


class Effect(Answer):
    """Change in the area over change in the control area, with its 95 % interval."""

    ratio: float
    low: float
    high: float
    p: float
    words: Words


class Intervention(Answer):
    """A measure taken somewhere on a day, and what came after."""

    id: str
    name: str
    measure: str
    category: str | None
    tag: str | None
    taken_on: dt.date
    days: int
    area: PolygonGeometry
    control: PolygonGeometry | None
    created_at: dt.datetime
    complete: Annotated[bool, Field(description="All days after it have passed.")]
    in_area: BeforeAfter | None
    in_control: BeforeAfter | None
    effect: Annotated[Effect | None, Field(description="Null before the first day after it.")]
    notes: list[Note]


class Interventions(Answer):
    """All interventions, the latest first."""

    items: list[Intervention]


class ReportingRate(Answer):
    """How many people speak up about one cause, read off merged reports."""

    town: str | None
    name: str
    name_en: str
    reports: int
    events: int
    per_event: Number
    reported_share: Annotated[
        Number, Field(description="Estimated share of events that anybody reported at all.")
    ]
    low: Number
    high: Number


class ReportingRates(Answer):
    """Reporting rates of the county and its towns."""

    choice: Choice
    period: Period
    items: list[ReportingRate]
    notes: list[Note]
