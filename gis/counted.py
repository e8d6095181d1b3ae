"""What each count of `gis.rates` means, as conditions over rows: statistics and lists share them.

Every count is a condition written once here: statistics count by it and lists filter by it
(`cases_of`), so a number and the list behind it cannot differ.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, DateTime, Text, Uuid, bindparam, column, text

from gis.errors import InvalidInput
from gis.models import Report
from gis.rates import COUNTS

COUNTED: Final = "r.merged_into IS NULL"
"""Reports merged into another are not counted; they are stated beside."""
LEAD: Final = (
    "(SELECT l.utility_code FROM assignment l WHERE l.county_code = r.county_code"
    " AND l.report_id = r.id AND l.role = 'lead' AND l.status NOT IN ('returned', 'cancelled')"
    " ORDER BY l.round DESC, l.assigned_at DESC LIMIT 1)"
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
    utility
        The utility a row belongs to, where it is grouped by utility.
    """

    instant: str
    counts: Mapping[str, str]
    rows: str = ""
    utility: str = LEAD


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
        "a.utility_code",
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


def cases_of(
    county_code: str, count: str, start: dt.datetime, end: dt.datetime
) -> ColumnElement[bool]:
    """Return the condition over ``report`` for exactly the cases of a count.

    Parameters
    ----------
    count
        Code of `gis.rates.COUNTS`.
    start, end
        The period as instants [start, end), see `gis.statistics.bounds`.

    Raises
    ------
    InvalidInput
        There is no such count.
    """
    family = FAMILY_OF.get(count)
    if family is None:
        raise InvalidInput.of("counted", f"Must be one of: {', '.join(COUNTS)}.")
    condition = f"{COUNTED} AND {family.counts[count]}"
    statement = text(
        f"SELECT r.id FROM report r{family.rows} WHERE r.county_code = :counted_in"  # noqa: S608
        f" AND {family.instant} >= :counted_from AND {family.instant} < :counted_to"
        f" AND {condition}"
    ).bindparams(
        bindparam("counted_in", county_code, Text),
        bindparam("counted_from", start, DateTime(timezone=True)),
        bindparam("counted_to", end, DateTime(timezone=True)),
    )
    return Report.id.in_(statement.columns(column("id", Uuid)).scalar_subquery())
