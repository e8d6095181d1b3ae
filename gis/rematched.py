"""One report after rematching: what of its match follows the new boundaries, and what stays.

Grid, town, audience and the grid's part of the reason follow always; but a town that the report was
transferred to keeps it, and whoever had a part in it goes on reading it. The grid staff follow while
the report is open and its grid changed; the utility while the report is not dispatched. The rest
stays as first routed.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from gis.audience import audience_of_report
from gis.bulk_matching import Matches
from gis.db.database import Row
from gis.ids import uuid7
from gis.matching import Match

UNDISPATCHED: Final = frozenset({"received", "accepted"})
COUNTED_OUT: Final = frozenset({"rejected", "duplicate"})


def rematched_record(
    county_code: str, row: Row, matches: Matches, place: int | None, *, now: dt.datetime
) -> dict[str, Any]:
    """Return a report as ``rematch_write.sql`` takes it.

    Parameters
    ----------
    row
        The report, of ``rematch_batch.sql``.
    matches, place
        The matches of its batch and its place in them; None where the report has no location.
    """
    match = None if place is None else matches.match(place)
    grid = match.grid if match else None
    new_grid = grid.code if grid else None
    moved = new_grid != row["grid_code"]
    open_ = row["status"] != "closed"
    staffed = open_ and moved
    rerouted = row["status"] in UNDISPATCHED and _utility(match) != (
        row["utility_code"],
        row["utility_method"],
    )
    transferred = row["town_code"] != row["own_town"]
    town_code = row["town_code"] if transferred else grid.town_code if grid else None
    audience = audience_of_report(
        county_code,
        town_code=town_code,
        grid_code=new_grid,
        account_id=row["account_id"],
        utility_codes=[*(match.covering_utilities if match else ()), *row["concerned"]],
    )
    told = open_ and (moved or rerouted)
    return {
        "id": row["id"],
        "version": row["version"] + told,
        "status": row["status"],
        # A town's centre has what lies in its town: what lies in none is the municipal one's.
        "level": "municipal" if open_ and town_code is None else row["level"],
        "town_code": town_code,
        "grid_code": new_grid,
        "grid_method": _grid_method(row, match),
        "grid_distance_m": match.grid_distance_m if match and row["measured"] else None,
        "confidence": match.confidence if match else None,
        "candidates": match.candidates if match else [],
        "reason": _reason(row, match, staffed=staffed, rerouted=rerouted),
        "audience": audience,
        "audience_before": row["audience"],
        **(_staff_columns(match) if staffed else {}),
        **(_utility_columns(match) if rerouted else {}),
        **(_event(row, match, moved=moved, rerouted=rerouted, now=now) if told else {}),
        "at": now,
    }


def _utility(match: Match | None) -> tuple[str | None, str]:
    if match is None:
        return None, "none"
    return match.utility.code if match.utility else None, match.utility_method


def _grid_method(row: Row, match: Match | None) -> str:
    if match is None or match.grid is None:
        return "outside"
    return match.grid_method if row["measured"] else "stated"


def _staff_columns(match: Match | None) -> dict[str, Any]:
    if match is None:
        return {"staff_id": None, "staff_method": "none", "staff_all": []}
    return {
        "staff_id": match.staff.id if match.staff else None,
        "staff_method": match.staff_method,
        "staff_all": match.staff_all,
    }


def _utility_columns(match: Match | None) -> dict[str, Any]:
    code, method = _utility(match)
    distance_m = match.utility_distance_m if match else None
    return {"utility_code": code, "utility_method": method, "utility_distance_m": distance_m}


def _reason(
    row: Row, match: Match | None, *, staffed: bool, rerouted: bool
) -> list[dict[str, Any]]:
    """Return the stored reason with the steps that follow put in place of the old ones."""
    if match is None:
        return list(row["reason"])
    return [
        *_grid_steps(row, match),
        *_steps("staff_", match.reason if staffed else row["reason"]),
        *_steps("utility_", match.reason if rerouted else row["reason"]),
    ]


def _grid_steps(row: Row, match: Match) -> list[dict[str, Any]]:
    new = _steps("grid_", match.reason)
    if row["measured"] or match.grid is None:
        return new
    layout = match.layout.name if match.layout else None
    # The words by which the grid was named stay.
    named = [step for step in _steps("grid_", row["reason"]) if "grid" in step]
    step = named[0] if named else {"code": "grid_stated"}
    return [step | {"grid": match.grid.code, "layout": layout}]


def _steps(prefix: str, reason: Any) -> list[dict[str, Any]]:
    return [step for step in reason if step["code"].startswith(prefix)]


def _event(
    row: Row, match: Match | None, *, moved: bool, rerouted: bool, now: dt.datetime
) -> dict[str, Any]:
    """Return the event that tells an open report's readers what changed."""
    details: dict[str, Any] = {
        "layout": match.layout.id if match and match.layout else None,
        "version": match.service_area_version.id if match and match.service_area_version else None,
    }
    if moved:
        grid = match.grid.code if match and match.grid else None
        details["grid"] = {"from": row["grid_code"], "to": grid}
    if rerouted:
        details["utility"] = {"from": row["utility_code"], "to": _utility(match)[0]}
    return {"event_id": uuid7(), "details": details, "at": now}
