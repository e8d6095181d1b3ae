"""The sweep over running clocks: reminds at 80 %, supervises at 100 %, escalates at 200 %.

Each level of a clock is acted on once for each due instant: the key of ``sweep_mark`` makes it so
however many workers sweep and whenever one is killed. A report somebody works on at this moment is
left for the next round. Polling alone is correct: what was missed while no worker ran is caught up.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import psycopg

from gis.clocks import ClockState, granted_suspensions, is_suspended
from gis.db.database import Database, Transaction
from gis.errors import GridCallError, Unavailable
from gis.workflow.case import Case
from gis.workflow.record import SYSTEM, Change, write
from gis.workflow.store import load_cases, lock_if_free, write_case
from gis.workflow.table import UNDO_WITHIN_S

BATCH = 200
_EVENT_OF = {"yellow": "remind", "red": "supervise", "escalate": "escalate"}


@dataclass(frozen=True)
class Swept:
    """How often the sweep reminded, supervised and escalated.

    ``failed`` tells which clocks could not be acted on, and why; they are tried again next time.
    """

    reminded: int = 0
    supervised: int = 0
    escalated: int = 0
    failed: tuple[str, ...] = ()


def sweep(db: Database, now: dt.datetime) -> Swept:
    """Act on every clock of every county that has reached a level; one transaction a clock."""
    done: Counter[str] = Counter()
    failed: list[str] = []
    with db.read() as tx:
        counties = [row["code"] for row in tx.rows("SELECT code FROM county ORDER BY code")]
    for county_code in counties:
        with db.transaction(county_code=county_code) as tx:
            _forget_ways_back(tx, county_code, now)
        for clock_id, report_id in _reached(db, county_code, now):
            try:
                with db.transaction(county_code=county_code) as tx:
                    done.update(sweep_clock(tx, county_code, report_id, clock_id, now))
            except Unavailable:
                raise
            except (GridCallError, psycopg.Error, LookupError, TypeError, ValueError) as error:
                # One that cannot be acted on must not keep the others waiting.
                failed.append(f"{county_code} {clock_id}: {type(error).__name__}: {error}")
    return Swept(done["remind"], done["supervise"], done["escalate"], tuple(failed))


def sweep_clock(
    tx: Transaction,
    county_code: str,
    report_id: uuid.UUID,
    clock_id: uuid.UUID,
    now: dt.datetime,
) -> list[str]:
    """Act on one clock and return the events written; none where it is not due or in use."""
    report = lock_if_free(tx, county_code, report_id)
    if report is None:
        return []
    case = load_cases(tx, [report])[report_id]
    clock = next((c for c in case.clocks if c.id == clock_id and c.runs), None)
    if clock is None or clock.next_at is None or clock.next_at > now:
        return []
    if is_suspended(clock, now):
        # What was reached before the pause was told then; the rest waits until it is over.
        pauses = [s.until for s in granted_suspensions(clock) if s.since <= now < s.until]
        write_case(tx, case, _to_be_looked_at(case, clock, max(pauses)))
        return []
    reached = reached_levels(clock, now)
    fresh = _mark(tx, county_code, report_id, clock, reached, now)
    if "red" in reached:  # a reminder that comes after the limit is noise
        fresh.discard("yellow")
    looked_at = _looked_at(case, clock, now)
    changes = list(_changes(case, looked_at, clock, [lv for lv in reached if lv in fresh]))
    if changes:
        write(tx, changes, SYSTEM, now)
    else:
        write_case(tx, case, looked_at)
    return [change.action for change in changes]


def reached_levels(clock: ClockState, now: dt.datetime) -> list[str]:
    """Return the levels a clock has reached; a stage done exactly when due is on time.

    Examples
    --------
    >>> from gis.clocks import TimeBook, start_accept
    >>> from gis.calendars import WorkingCalendar
    >>> from zoneinfo import ZoneInfo
    >>> monday = dt.datetime(2022, 5, 9, 1, tzinfo=dt.UTC)
    >>> clock = start_accept(TimeBook(WorkingCalendar(ZoneInfo("Asia/Shanghai"))), None, monday)
    >>> [reached_levels(clock, monday + dt.timedelta(minutes=m)) for m in (11, 12, 15, 16, 30)]
    [[], ['yellow'], ['yellow'], ['yellow', 'red'], ['yellow', 'red', 'escalate']]
    """
    levels = ["yellow"] if clock.yellow_at <= now else []
    levels += ["red"] if clock.due_at < now else []
    levels += ["escalate"] if clock.escalate_at <= now else []
    return levels


def _reached(
    db: Database, county_code: str, now: dt.datetime
) -> Iterator[tuple[uuid.UUID, uuid.UUID]]:
    """Yield clocks to look at with their reports, the longest waiting first."""
    after: tuple[dt.datetime, uuid.UUID] = (
        dt.datetime.min.replace(tzinfo=dt.UTC),
        uuid.UUID(int=0),
    )
    while True:
        with db.read(county_code=county_code) as tx:
            rows = tx.query(
                "clocks_reached",
                {
                    "county": county_code,
                    "now": now,
                    "after_at": after[0],
                    "after_id": after[1],
                    "most": BATCH,
                },
            )
        yield from ((row["id"], row["report_id"]) for row in rows)
        if len(rows) < BATCH:
            return
        after = (rows[-1]["next_at"], rows[-1]["id"])


def _mark(
    tx: Transaction,
    county_code: str,
    report_id: uuid.UUID,
    clock: ClockState,
    levels: list[str],
    now: dt.datetime,
) -> set[str]:
    """Claim levels of a clock for its present due instant; return those nobody claimed before."""
    rows = tx.rows(
        "INSERT INTO sweep_mark (county_code, clock_id, level, due_at, report_id, at)"
        " SELECT %(county)s, %(clock)s, level, %(due_at)s, %(report)s, %(now)s"
        " FROM unnest(%(levels)s::text[]) AS level"
        " ON CONFLICT DO NOTHING RETURNING level",
        {
            "county": county_code,
            "clock": clock.id,
            "levels": levels,
            "due_at": clock.due_at,
            "report": report_id,
            "now": now,
        },
    )
    return {row["level"] for row in rows}


def _looked_at(case: Case, clock: ClockState, now: dt.datetime) -> Case:
    """Return the case with the clock set to its next level."""
    # Red is a moment after due: a clock looked at exactly then is looked at again at once.
    later = [at for at in (clock.yellow_at, clock.due_at, clock.escalate_at) if at > now]
    if clock.due_at == now:
        later = [now + dt.timedelta(microseconds=1)]
    return _to_be_looked_at(case, clock, min(later, default=None))


def _to_be_looked_at(case: Case, clock: ClockState, at: dt.datetime | None) -> Case:
    ahead = replace(clock, next_at=at)
    return replace(case, clocks=tuple(ahead if c.id == clock.id else c for c in case.clocks))


def _changes(case: Case, looked_at: Case, clock: ClockState, levels: list[str]) -> Iterator[Change]:
    """Yield what the sweep does: events, and the rise of a report to the municipal centre."""
    before = case
    for level in levels:
        action, details = _EVENT_OF[level], _details(case, clock)
        after = looked_at
        if _rises(looked_at, clock, level):
            report = replace(
                looked_at.report, level="municipal", version=looked_at.report.version + 1
            )
            after = looked_at = replace(looked_at, report=report)
            action = "escalate"
            details["raised"] = "not_accepted" if level == "red" else "twice_the_limit"
        yield Change(before, after, action, details)
        before = after


def _rises(case: Case, clock: ClockState, level: str) -> bool:
    """Say whether a level lifts the report: a call not accepted in time, or twice any limit."""
    not_accepted = level == "red" and clock.stage == "accept" and case.report.status == "received"
    return case.report.level == "town" and (not_accepted or level == "escalate")


def _details(case: Case, clock: ClockState) -> dict[str, Any]:
    part = next((a for a in case.assignments if a.id == clock.assignment_id), None)
    return {
        "stage": clock.stage,
        "due_at": clock.due_at,
        "utility": part.utility_code if part else None,
    }


def _forget_ways_back(tx: Transaction, county_code: str, now: dt.datetime) -> None:
    tx.rows(
        "DELETE FROM undo_step WHERE county_code = %(county)s AND at < %(before)s",
        {"county": county_code, "before": now - dt.timedelta(seconds=UNDO_WITHIN_S)},
    )
