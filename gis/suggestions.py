"""What a dispatcher is offered: whom to send a report to, and what else it may be the same as.

The bodies come from the ladder of matching alone: the second is whom it names when the first is
left out.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any, Final

from gis.audience import Actor
from gis.db.database import Row, Transaction
from gis.errors import NotAllowed, NotFound
from gis.geometry import Point, bbox_around
from gis.matching import MatchedUtility, Reason, Where, match_point
from gis.workflow.case import Case, ReportState, is_current
from gis.workflow.references import where_of
from gis.workflow.store import load_cases, read_reports

MOST_BODIES: Final = 3
MOST_DUPLICATES: Final = 5
RADIUS_M: Final = 250.0
DAYS: Final = 7
_IDLE: Final = {"open": 0, "overdue": 0}
# The ladder asked without the bodies before finds its next step; those before it did not fail.
_BEHIND: Final = {
    "utility_nearest": "utility_next_nearest",
    "utility_town_office": "utility_next_office",
}
_ADVISED: Final = frozenset({"dispatcher", "supervisor"})


@dataclass(frozen=True, slots=True)
class SuggestedBody:
    """A body that could take the lead.

    Attributes
    ----------
    distance_m
        Metres to its nearest depot; None where it has none.
    reason
        The ladder's step that named it; rendered by ``gis.reasons``.
    open_reports, overdue_reports
        What it has in hand as the lead in the whole county.
    part
        Its part in the report's present round, if any.
    returned
        Whether it returned the report in this round.
    """

    utility: MatchedUtility
    method: str
    distance_m: float | None
    reason: Reason
    open_reports: int
    overdue_reports: int
    part: str | None
    returned: bool


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Bodies in the order of the ladder, and likely duplicates, the likeliest first."""

    bodies: list[SuggestedBody]
    duplicates: list[Row]


def suggest(
    tx: Transaction,
    actor: Actor,
    report_id: uuid.UUID,
    *,
    radius_m: float = RADIUS_M,
    days: int = DAYS,
    now: dt.datetime,
) -> Suggestions:
    """Return what is suggested for a report, by the rules in force now.

    Parameters
    ----------
    tx
        A transaction that sees what the actor sees; afterwards it sees the whole county.
    radius_m, days
        How near and how lately received a duplicate may be.

    Raises
    ------
    NotFound
        There is no such report, or the actor may not know of it.
    NotAllowed
        The actor is neither dispatcher nor supervisor.
    """
    report = read_reports(tx, actor.county_code, [report_id]).get(report_id)
    if report is None or not set(report.audience).intersection(actor.audience):
        raise NotFound("There is no such report.")
    if actor.role not in _ADVISED:
        raise NotAllowed("Suggestions are for dispatchers and supervisors.")
    case = load_cases(tx, [report])[report.id]
    where = where_of(tx, report)
    duplicates: list[Row] = []
    spot = _spot(tx, report)
    if report.category_code is not None and spot is not None:
        duplicates = list_duplicates(
            tx, actor, report.category_code, spot,
            radius_m=radius_m, days=days, now=now, besides=report.id,
        )  # fmt: skip
    return Suggestions(_bodies(tx, actor, case, where, now), duplicates)


def list_duplicates(
    tx: Transaction,
    actor: Actor,
    category: str,
    spot: Point,
    *,
    radius_m: float = RADIUS_M,
    days: int = DAYS,
    now: dt.datetime,
    besides: uuid.UUID | None = None,
) -> list[Row]:
    """Return open reports that may tell of the same matter, among those the actor may read.

    Parameters
    ----------
    spot
        WGS 84.
    besides
        A report to leave out: the one that is looked at.
    """
    box = bbox_around(spot, radius_m)
    return tx.query(
        "duplicates",
        {
            "county": actor.county_code,
            "audience": list(actor.audience),
            "category": category,
            "lon": spot.lon,
            "lat": spot.lat,
            "west": box.west,
            "south": box.south,
            "east": box.east,
            "north": box.north,
            "radius_m": radius_m,
            "since": now - dt.timedelta(days=days),
            "self": besides,
            "most": MOST_DUPLICATES,
        },
    )


def _spot(tx: Transaction, report: ReportState) -> Point | None:
    """Return where a report is: its position, else that of the place it names."""
    rows = tx.rows(
        "SELECT ST_X(p) AS lon, ST_Y(p) AS lat FROM (SELECT coalesce(r.location, place.location)"
        " AS p FROM report r LEFT JOIN place ON place.county_code = r.county_code"
        " AND place.code = r.place_code WHERE r.county_code = %(county)s AND r.id = %(id)s) AS spot"
        " WHERE p IS NOT NULL",
        {"county": report.county_code, "id": report.id},
    )
    return Point(rows[0]["lon"], rows[0]["lat"]) if rows else None


def _bodies(
    tx: Transaction, actor: Actor, case: Case, where: Where, now: dt.datetime
) -> list[SuggestedBody]:
    report = case.report
    found = []
    named: list[str] = []
    while report.category_code is not None and len(named) < MOST_BODIES:
        match = match_point(
            tx, report.county_code, where, category=report.category_code, at=now, without=named
        )
        if match.utility is None:
            break
        named.append(match.utility.code)
        found.append(match)
    load = _load(tx, actor.county_code, named, now)
    parts = {a.utility_code: a.role for a in case.assignments if is_current(report, a)}
    returned = {
        a.utility_code
        for a in case.assignments
        if a.status == "returned" and a.round == report.round
    }
    return [
        SuggestedBody(
            utility=match.utility,
            method=match.utility_method,
            distance_m=match.utility_distance_m,
            reason=_said(match.reason[-1], rank),  # the utility's step is the last
            open_reports=load.get(match.utility.code, _IDLE)["open"],
            overdue_reports=load.get(match.utility.code, _IDLE)["overdue"],
            part=parts.get(match.utility.code),
            returned=match.utility.code in returned,
        )
        for rank, match in enumerate(found)
        if match.utility is not None
    ]


def _said(step: dict[str, Any], rank: int) -> Reason:
    code = step["code"]
    return ({**step, "code": _BEHIND.get(code, code) if rank else code},)


def _load(tx: Transaction, county_code: str, codes: list[str], now: dt.datetime) -> dict[str, Row]:
    # How busy a body is, is a number: a town's dispatcher is told it for the whole county.
    tx.see_county(county_code)
    of = {"county": county_code, "audience": [f"c:{county_code}"], "codes": codes, "now": now}
    return {row["utility_code"]: row for row in tx.query("utility_load", of)}
