"""Answers of the planner's layers over time and about plans: comparisons, series, scans, tests.

As in ``api.schemas.hotspots``, null is "undefined" or "not told".
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from api.schemas.common import Answer, Code, Day, PolygonGeometry, Request, Text
from api.schemas.hotspots import (
    Bin,
    BinName,
    Choice,
    Exposure,
    Layer,
    Method,
    Note,
    Number,
    Unit,
    UnitLayer,
    UnitName,
    Words,
)
from api.schemas.layer import Period
from api.schemas.report import Source
from gis.layering.backtests import Trained
from gis.layering.interventions import LONGEST_DAYS


class UnitChange(Unit):
    """How one unit differs between the first and the second."""

    first: int
    second: int
    expected: Annotated[Number, Field(description="Second, had nothing changed since the first.")]
    difference: Annotated[
        Number, Field(description="Second beyond what the first gives at its length or total.")
    ]
    ratio: Annotated[Number, Field(description="Second over first, per day or per total.")]
    low: Annotated[Number, Field(description="Lower end of the exact 95 % interval of the ratio.")]
    high: Annotated[Number, Field(description="Upper end; null: unbounded.")]
    p: Number
    q: Number
    bin: Bin
    words: Annotated[Words | None, Field(description="Null where chance explains it.")]


class Step(Answer):
    """One step of time, both days included."""

    from_: Annotated[dt.date, Field(alias="from")]
    to: dt.date


class ComparedSide(Answer):
    """One side of a comparison."""

    category: str | None
    tag: str | None
    period: Period
    days: Annotated[
        Step,
        Field(
            description="Of the period those between the county's first and last report of any "
            "matter: the test reckons with these. Before and after them nothing is known."
        ),
    ]
    n: int


class Comparison(UnitLayer):
    """Two periods or two categories over the same units."""

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
    unclear: Annotated[
        list[BinName],
        Field(description="Units of bin 0 by the sign of their difference: drawn, but pale."),
    ]
    items: list[UnitChange]


class Series(Layer):
    """Counts and bins of every unit in every step: for a slider that plays without reloading."""

    unit: UnitName
    exposure: Exposure | None
    step: Literal["month", "week"]
    steps: list[Step]
    codes: list[str]
    counts: Annotated[list[list[int]], Field(description="One row a unit, one number a step.")]
    bins: Annotated[
        list[list[Bin]] | None, Field(description="Of each step, as in /layers/hotspots.")
    ]
    totals: list[int]
    full_month: Annotated[
        dt.date | None,
        Field(description="First day of the month that period=full of /layers/counts means."),
    ]
    breaks: Annotated[
        list[int], Field(description="Lower ends of the classes of counts, the same for all steps.")
    ]


class EmergingClass(Answer):
    """One of the classes of emerging hotspots."""

    code: int
    words: Words
    definition: Annotated[
        Words | None, Field(description="What a unit of one of the 17 classes did.")
    ]
    units: Annotated[int, Field(description="How many units are of it.")]
    colour: Annotated[str | None, Field(description="#rrggbb of the simple classes; null: none.")]


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
    exposure: Exposure | None
    step: Literal["month", "week"]
    steps: list[Step]
    classes: list[EmergingClass]
    simple_classes: list[EmergingClass]
    areas: Annotated[
        list[list[str]],
        Field(description="Units of one simple class that touch each other, by their codes."),
    ]
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


class ScanRequest(Request):
    """What to scan for circles of excess."""

    category: Code | None = None
    tag: Code | None = None
    cause: Annotated[Text | None, Field(min_length=1, max_length=200)] = None
    source: Source | None = None
    repeat: bool = False
    from_: Annotated[Day | None, Field(alias="from")] = None
    to: Day | None = None
    unit: Literal["grid", "community", "town"] = "grid"
    exposure: Code | None = None


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
    layer: Trained
    exposure: Annotated[
        Exposure | None, Field(description="What rates are per, or hotspots are measured against.")
    ]
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


class InterventionRequest(Request):
    """A measure taken somewhere on a day; areas in degrees, longitude first."""

    name: Annotated[Text, Field(min_length=1, max_length=200)]
    measure: Annotated[Text, Field(max_length=2000)] = ""
    category: Code | None = None
    tag: Code | None = None
    taken_on: Day
    days: Annotated[
        int, Field(ge=1, le=LONGEST_DAYS, description="Days compared on each side of the day.")
    ] = 90
    area: PolygonGeometry
    control: Annotated[
        PolygonGeometry | None, Field(description="Null: the rest of the county.")
    ] = None


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
    may_remove: Annotated[
        bool, Field(description="Whether you may delete it: you wrote it, or are administrator.")
    ]
    complete: Annotated[bool, Field(description="All days after it have passed.")]
    in_area: BeforeAfter | None
    in_control: BeforeAfter | None
    effect: Annotated[Effect | None, Field(description="Null before the first day after it.")]
    notes: list[Note]


class Interventions(Answer):
    """All interventions, the latest first."""

    may_add: Annotated[bool, Field(description="Whether you may write one down.")]
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
