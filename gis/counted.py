"""What each count of `gis.rates` means, as conditions over rows: statistics and lists share them.

Every count is a condition written once here: statistics count by it and lists filter by it
(`cases_of`), so a number and the list behind it cannot differ.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from sqlalchemy import ColumnElement, Date, Text, TextualSelect, Uuid, bindparam, column, text

from gis.errors import InvalidInput
from gis.models import Report
from gis.rates import COUNTS

Dimension = Literal["town", "grid", "utility", "category", "cause", "source", "channel", "month"]
DIMENSIONS: Final[tuple[Dimension, ...]] = (
    "town", "grid", "utility", "category", "cause", "source", "channel", "month",
)  # fmt: skip

Unit = Literal["report", "assignment", "evaluation"]
"""What a count counts: a report may have several assignments and evaluations."""

COUNTED: Final = "r.merged_into IS NULL"
"""Reports merged into another are not counted; they are stated beside."""
_LEAD: Final = (
    "(SELECT l.utility_code FROM assignment l WHERE l.county_code = r.county_code"
    " AND l.report_id = r.id AND l.role = 'lead' AND l.status NOT IN ('returned', 'cancelled')"
    " ORDER BY l.round DESC, l.assigned_at DESC LIMIT 1)"
)
_ANSWERED_BY: Final = (
    "(SELECT v.channel FROM evaluation v WHERE v.county_code = r.county_code"
    " AND v.report_id = r.id AND v.answered_at IS NOT NULL ORDER BY v.answered_at DESC LIMIT 1)"
)
_HAS_LEAD_THAT: Final = (
    "EXISTS (SELECT FROM assignment l WHERE l.county_code = r.county_code"
    " AND l.report_id = r.id AND l.role = 'lead' AND l.status {status})"
)


@dataclass(frozen=True)
class Family:
    """Counts whose period is that of one instant.

    Attributes
    ----------
    instant
        The instant; may be null, then the row is not counted.
    rows
        What is joined to ``report r``.
    counts
        Condition of each count, by code.
    keys
        The groups a row belongs to that are not its report's: by dimension.
    unit
        What a row is.
    """

    instant: str
    counts: Mapping[str, str]
    rows: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)
    unit: Unit = "report"


FAMILIES: Final = (
    Family(
        "r.accepted_at",
        {
            "accepted": "true",
            "settled": "r.status = 'closed'"
            " AND r.outcome NOT IN ('rejected', 'duplicate', 'withdrawn')",
        },
    ),
    Family(
        "r.close_due_at",
        {
            "due_to_close": "true",
            "closed_of_due": "r.status = 'closed'",
            "closed_on_time": "r.status = 'closed'"
            " AND coalesce(r.handled_at, r.closed_at) <= r.close_due_at",
        },
    ),
    Family(
        "k.due_at",
        {
            # A part that ended before its check-in was due owes none.
            "due_to_check_in": "(a.checked_in_at IS NOT NULL OR k.stopped_at IS NULL"
            " OR k.stopped_at > k.due_at)",
            "checked_in_on_time": "a.checked_in_at IS NOT NULL AND k.stopped_at <= k.due_at",
        },
        " JOIN clock k ON k.county_code = r.county_code AND k.report_id = r.id"
        " AND k.stage = 'check_in'"
        " JOIN assignment a ON a.county_code = k.county_code AND a.id = k.assignment_id",
        {"utility": "a.utility_code"},
        "assignment",
    ),
    Family(
        "r.handled_at",
        {
            "fed_back": "r.dispatched_at IS NOT NULL",
            "reworked": "r.dispatched_at IS NOT NULL AND EXISTS (SELECT FROM report_event e"
            " WHERE e.county_code = r.county_code AND e.report_id = r.id AND e.action = 'rework'"
            " AND NOT EXISTS (SELECT FROM report_event u WHERE u.county_code = e.county_code"
            " AND u.report_id = e.report_id AND u.action = 'undone'"
            " AND u.details ->> 'event' = e.id::text))",
        },
    ),
    Family(
        "r.dispatched_at",
        {
            "dispatched": "true",
            "dispatched_right_first": "NOT "
            + _HAS_LEAD_THAT.format(status="IN ('returned', 'cancelled')"),
            "returned": _HAS_LEAD_THAT.format(status="= 'returned'"),
        },
    ),
    Family(
        "e.created_at",
        {
            "invited": "true",
            "answered": "e.answered_at IS NOT NULL",
            "satisfied": "e.answer = 'satisfied'",
        },
        " JOIN evaluation e ON e.county_code = r.county_code AND e.report_id = r.id",
        {"channel": "CASE WHEN e.answered_at IS NOT NULL THEN e.channel END"},
        "evaluation",
    ),
)
FAMILY_OF: Final = {code: family for family in FAMILIES for code in family.counts}

# Beside the rates: cases settled on the spot, never filed, and reports that follow another.
BESIDE: Final = {
    "on_site": (
        "r.closed_at",
        f"{COUNTED} AND r.outcome = 'self_resolved' AND r.accepted_at IS NULL",
    ),
    "merged": ("r.received_at", "r.merged_into IS NOT NULL"),
}

DURATIONS: Final = {
    # From, to, and the instant whose period counts: calendar time, nights and holidays included.
    "to_dispatch": ("r.received_at", "r.dispatched_at"),
    "to_check_in": ("r.dispatched_at", "r.checked_in_at"),
    "to_close": ("r.received_at", "r.closed_at"),
}


_KEYS: Final[Mapping[str, str]] = {
    "town": "r.town_code",
    "grid": "r.grid_code",
    "utility": _LEAD,
    "category": "r.category_code",
    "cause": "r.cause",
    "source": "r.source",
    "channel": _ANSWERED_BY,
}


def key_of(by: Dimension | None, instant: str, keys: Mapping[str, str]) -> str:
    """Return the expression of the group a row belongs to; null for those that have none.

    Parameters
    ----------
    instant, keys
        Of the family that is counted; ``z`` is the county.
    """
    if by is None:
        return "NULL::text"
    if by == "month":
        return f"to_char({instant} AT TIME ZONE z.timezone, 'YYYY-MM')"
    return f"NULLIF({keys.get(by, _KEYS[by])}, '')"


@dataclass(frozen=True)
class Cases:
    """Which number of the statistics a list stands behind.

    Attributes
    ----------
    count
        Code of `gis.rates.COUNTS`, or of what stands beside: ``on_site``, ``merged``.
    first, last
        Whole days of the county's zone, both included, of the instant the count names.
    by, key
        Of one group only; None as key for those that have none.

    Raises
    ------
    InvalidInput
        There is no such count or dimension.
    """

    count: str
    first: dt.date
    last: dt.date
    by: Dimension | None = None
    key: str | None = None

    def __post_init__(self) -> None:
        if self.count not in FAMILY_OF and self.count not in BESIDE:
            raise InvalidInput.of("counted", f"Must be one of: {', '.join([*COUNTS, *BESIDE])}.")
        if self.by is not None and self.by not in DIMENSIONS:
            raise InvalidInput.of("counted_by", f"Must be one of: {', '.join(DIMENSIONS)}.")


def unit_of(count: str) -> Unit:
    """Return what a count counts."""
    return FAMILY_OF[count].unit if count in FAMILY_OF else "report"


def cases_of(county_code: str, cases: Cases) -> ColumnElement[bool]:
    """Return the condition over ``report`` for exactly the cases of a number."""
    return Report.id.in_(rows_of(county_code, cases).scalar_subquery())


def rows_of(county_code: str, cases: Cases) -> TextualSelect:
    """Return a number row by row: the ids of reports, each as often as it was counted."""
    if cases.count in BESIDE:
        instant, condition = BESIDE[cases.count]
        rows, keys = "", dict[str, str]()
    else:
        family = FAMILY_OF[cases.count]
        instant, rows, keys = family.instant, family.rows, dict(family.keys)
        condition = f"{COUNTED} AND {family.counts[cases.count]}"
    zone = "(SELECT timezone FROM county WHERE code = :counted_in)"
    group = f" AND {key_of(cases.by, instant, keys)} IS NOT DISTINCT FROM :counted_key"
    return text(
        f"SELECT r.id FROM report r{rows} JOIN county z ON z.code = r.county_code"  # noqa: S608
        f" WHERE r.county_code = :counted_in"
        f" AND {instant} >= (CAST(:counted_first AS timestamp) AT TIME ZONE {zone})"
        f" AND {instant} < (CAST(:counted_after AS timestamp) AT TIME ZONE {zone})"
        f" AND {condition}{group if cases.by else ''}"
    ).bindparams(
        bindparam("counted_in", county_code, Text),
        bindparam("counted_first", cases.first, Date),
        bindparam("counted_after", cases.last + dt.timedelta(days=1), Date),
        *([bindparam("counted_key", cases.key, Text)] if cases.by else []),
    ).columns(column("id", Uuid))  # fmt: skip
