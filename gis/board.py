"""What the supervision board on the wall shows: a day's numbers, lights and the slowest bodies."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from gis.audience import Actor
from gis.db.database import Transaction
from gis.errors import NotAllowed
from gis.report_filters import ReportFilters
from gis.reports import count_reports

MOST_UTILITIES: Final = 8
_WATCH: Final = frozenset({"dispatcher", "supervisor", "admin"})


def check_may_watch(actor: Actor) -> None:
    """Check that a role has a board.

    Raises
    ------
    NotAllowed
        Its rows are too few for one, or none.
    """
    if actor.role not in _WATCH:
        raise NotAllowed(f"The role `{actor.role}` has no board.")


def board(tx: Transaction, actor: Actor, *, now: dt.datetime) -> dict[str, Any]:
    """Return the numbers of today, or of the latest day that has any, and of all open reports.

    Raises
    ------
    NotAllowed
        As `check_may_watch`.
    """
    check_may_watch(actor)
    given = {"county": actor.county_code, "audience": list(actor.audience), "now": now}
    day = tx.query("board_day", given)[0]
    counts = count_reports(tx, actor, ReportFilters(queue="open"), now=now)
    return {
        "at": now,
        **day,
        "open": counts["count"],
        "lights": counts["by_light"],
        "queues": counts["by_queue"],
        "utilities": tx.query("board_utilities", {**given, "most": MOST_UTILITIES}),
    }
