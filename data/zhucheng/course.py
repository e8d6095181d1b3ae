"""What became of the archive's reports: when each step was taken, by whom, with what outcome.

Every span is a share of the limit of its stage, in the limit's own time, so that working limits
are met in working hours; about one in twenty overruns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from data.zhucheng.frame import SHANGHAI, FloatArray, IntArray, rng_for
from data.zhucheng.reports import Called, archive
from data.zhucheng.wording import handling
from gis.calendars import WorkingCalendar, read_special_days
from gis.deadlines import Limit, axis_of

SETTLED = 17_188
WITHDRAWN = 56
# What is left of the 70 is open to this day: cases that do take long.
_LONG_CASES = ("housing.illegal_building", "dispute.land", "dispute.wages", "agriculture.livestock")
_ON_SITE = frozenset(
    {"sanitation", "street_order", "advertising", "fire_safety", "civil_affairs", "dispute", "greenery", "environment"}
)  # fmt: skip
# Who takes a report over when the body that the match named sends it back; "town" is the office.
_SECOND = {
    "water": "housing", "power": "housing", "telecom": "urban_management", "drainage": "housing",
    "roads": "highways", "greenery": "housing", "market": "urban_management", "housing": "town",
    "environment": "agriculture", "construction": "housing", "street_order": "police",
}  # fmt: skip
_WHY = ("非本单位管辖", "权属不在本单位", "地点不在责任区内", "属小区内部设施")
_ASSISTING = {
    "cables.owner_unknown": (("power", "telecom"), 0.7),
    "water.main_burst": (("roads",), 0.5),
    "drainage.flooding": (("emergency",), 0.25),
    "roads.collapse": (("drainage", "water"), 0.4),
    "gas.pipe_damage": (("emergency",), 0.6),
    "dispute.land": (("agriculture",), 0.35),
    "family.violence": (("civil_affairs",), 0.4),
}
_RETURN_SHARE, _REWORK_SHARE, _ON_SITE_SHARE, _TRANSFER_SHARE = 0.026, 0.016, 0.24, 0.0015
_CALENDAR = Path(__file__).parents[1] / "calendars" / "cn.csv"


@dataclass(frozen=True)
class Course:
    """Steps of one report in seconds since 1970, None for those not taken.

    Attributes
    ----------
    lead
        Code of the lead, ``town`` for the town's office, empty for the body the match named.
    returned, redispatched
        The matched body sent it back then, and ``lead`` got it then.
    reworked
        Feedback of ``first_handled`` was not accepted then.
    """

    status: str
    outcome: str
    accepted: int
    dispatched: int | None = None
    returned: int | None = None
    return_reason: str = ""
    redispatched: int | None = None
    checked_in: int | None = None
    first_handled: int | None = None
    reworked: int | None = None
    handled: int | None = None
    closed: int | None = None
    lead: str = ""
    assisting: tuple[str, ...] = ()
    cause: str = ""
    result: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class _Spans:
    """Instants of a plain course for all reports, shape (n,)."""

    accepted: IntArray
    dispatched: IntArray
    returned: IntArray
    redispatched: IntArray
    checked_in: IntArray
    first_handled: IntArray
    reworked: IntArray
    handled: IntArray
    closed: IntArray


@cache
def courses() -> tuple[Course, ...]:
    """Return the course of every report of the archive, in its order."""
    reports = archive()
    rng = rng_for("course")
    returned = rng.random(len(reports)) < _RETURN_SHARE
    returned &= np.array([r.category.parent_code in _SECOND and not r.outbreak for r in reports])
    reworked = (rng.random(len(reports)) < _REWORK_SHARE) & ~returned
    spans = _spans(reports, returned, reworked, rng)
    ends = _ends(reports, rng)
    return tuple(
        _course(report, n, end, spans, bool(returned[n]), bool(reworked[n]), rng)
        for n, (report, end) in enumerate(zip(reports, ends, strict=True))
    )


@cache
def calendar() -> WorkingCalendar:
    """Return the working calendar of mainland China."""
    with _CALENDAR.open(encoding="utf-8") as file:
        return WorkingCalendar(SHANGHAI, read_special_days(file))


def _spans(
    reports: Sequence[Called],
    returned: npt.NDArray[np.bool_],
    reworked: npt.NDArray[np.bool_],
    rng: np.random.Generator,
) -> _Spans:
    limits = {
        stage: [report.category.limits[stage] for report in reports]
        for stage in ("accept", "check_in", "handle", "verify")
    }

    def share(median: float, spread: float) -> FloatArray:
        drawn: FloatArray = median * np.exp(rng.normal(0.0, spread, len(reports)))
        return drawn

    received = np.array([report.received for report in reports])
    accepted = after(received, limits["accept"], share(0.30, 0.55))
    dispatched = after(accepted, limits["accept"], share(0.35, 0.58))
    back = after(dispatched, limits["check_in"], share(0.35, 0.4))
    again = after(back, limits["accept"], share(0.5, 0.4))
    begun = np.where(returned, again, dispatched)
    checked_in = after(begun, limits["check_in"], share(0.38, 0.56))
    first = after(checked_in, limits["handle"], share(0.42, 0.50))
    sent_back = after(first, limits["verify"], share(0.5, 0.4))
    once_more = after(sent_back, limits["handle"], share(0.25, 0.4))
    handled = np.where(reworked, once_more, first)
    closed = after(handled, limits["verify"], share(0.36, 0.60))
    return _Spans(accepted, dispatched, back, again, checked_in, first, sent_back, handled, closed)


def after(starts: IntArray, limits: Sequence[Limit], shares: FloatArray) -> IntArray:
    """Return the instants at which shares of the limits are used up; at least 5 s later.

    Parameters
    ----------
    starts
        Seconds since 1970, shape (n,).
    limits, shares
        One each a row.
    """
    found = np.empty_like(starts)
    units = np.array([limit.unit for limit in limits])
    spans = np.array([limit.micros for limit in limits], dtype=np.float64) * shares
    for unit in sorted(set(units.tolist())):
        rows = units == unit
        axis = axis_of(unit, calendar())
        own = axis.elapsed_many(starts[rows] * 1_000_000) + spans[rows].astype(np.int64)
        found[rows] = axis.instants_many(own) // 1_000_000
    later: IntArray = np.maximum(found, starts + 5)
    return later


def _ends(reports: Sequence[Called], rng: np.random.Generator) -> list[str]:
    """Decide how each report ends: 70 not settled, a few transferred, some resolved on site."""
    ends = [""] * len(reports)
    for n, report in enumerate(reports):
        on_site = report.category.parent_code in _ON_SITE and report.source in {
            "grid_staff",
            "patrol",
        }
        if on_site and rng.random() < _ON_SITE_SHARE:
            ends[n] = "self_resolved"
        elif report.outbreak is None and rng.random() < _TRANSFER_SHARE:
            ends[n] = "transferred"
    free = [n for n, report in enumerate(reports) if not ends[n] and not report.outbreak]
    told = [n for n in free if reports[n].reporter_name]
    for at in rng.permutation(len(told))[:WITHDRAWN]:
        ends[told[at]] = "withdrawn"
    long = [n for n in free if not ends[n] and reports[n].category.code in _LONG_CASES]
    for n in long[-(len(reports) - SETTLED - WITHDRAWN) :]:
        ends[n] = "open"
    return ends


def _course(
    report: Called,
    n: int,
    end: str,
    spans: _Spans,
    returned: bool,
    reworked: bool,
    rng: np.random.Generator,
) -> Course:
    accepted = int(spans.accepted[n])
    if end == "withdrawn":
        return Course("closed", end, accepted, closed=accepted + int(rng.integers(40, 540)))
    if report.outbreak:
        n = _last_of_outbreak()[report.outbreak.code]
    cause, result, remedy = handling(report.category.code, report.place_name, rng)
    full = Course(
        status="closed",
        outcome=end or "resolved",
        accepted=min(accepted, int(spans.dispatched[n]) - 2),
        dispatched=int(spans.dispatched[n]),
        checked_in=int(spans.checked_in[n]),
        handled=int(spans.handled[n]),
        closed=int(spans.closed[n]),
        assisting=_assisting(report, rng),
        cause=cause,
        result=result,
        remedy=remedy,
    )
    if outbreak := report.outbreak:
        return replace(full, lead=outbreak.lead, assisting=outbreak.assisting, cause=outbreak.cause)
    if end == "self_resolved":
        return replace(full, lead="town", assisting=(), result="网格员现场处置完毕")
    if end == "open":
        return _left_open(full, n)
    if returned:
        full = replace(
            full,
            returned=int(spans.returned[n]),
            return_reason=_WHY[n % len(_WHY)],
            redispatched=int(spans.redispatched[n]),
            lead=_SECOND[report.category.parent_code or ""],
        )
    if reworked:
        first, sent_back = int(spans.first_handled[n]), int(spans.reworked[n])
        full = replace(full, first_handled=first, reworked=sent_back)
    return full


@cache
def _last_of_outbreak() -> dict[str, int]:
    """Return for each outbreak its last report, whose handling is that of all: one dispatch."""
    return {r.outbreak.code: n for n, r in enumerate(archive()) if r.outbreak}


def _left_open(full: Course, n: int) -> Course:
    """Stop a course half-way: most are being handled, one in four waits for verification."""
    unsaid = replace(full, outcome="", closed=None)
    if n % 4 == 0:
        return replace(unsaid, status="handled")
    return replace(unsaid, status="handling", handled=None, cause="", result="", remedy="")


def _assisting(report: Called, rng: np.random.Generator) -> tuple[str, ...]:
    bodies, share = _ASSISTING.get(report.category.code, ((), 0.0))
    return bodies if bodies and rng.random() < share else ()
