"""Rows of ``clock`` (时限): begun, stopped, extended and suspended by the rules of ``deadlines.py``.

A clock belongs to a stage: ``accept`` is the centre's (to file a call, then to dispatch it),
``check_in`` and ``handle`` are each assigned body's, ``verify`` is the centre's again. The limit
is the one in force when the report was received, of its category or else of the parent; amount and
unit are kept with the clock. All functions but `time_book` are pure.
"""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import cast
from zoneinfo import ZoneInfo

from gis.calendars import DayKind, SpecialDay, WorkingCalendar
from gis.db.database import Transaction
from gis.deadlines import Limit, Suspension, Unit, deadline, remaining
from gis.ids import uuid7

STAGES = ("accept", "check_in", "handle", "verify")
KEPT_S = 60.0
"""Seconds for which a process goes on with the limits and the calendar it has read."""

DEFAULT_LIMITS: Mapping[str, Limit] = {
    # What cities of the field use where a category says nothing: see docs/lifecycle.md.
    "accept": Limit(0.25, "working_hours"),
    "check_in": Limit(2, "working_hours"),
    "handle": Limit(5, "working_days"),
    "verify": Limit(0.5, "working_hours"),
}


@dataclass(frozen=True, slots=True)
class LimitInForce:
    """A limit and the row it came from; None for a default."""

    id: int | None
    limit: Limit


@dataclass(frozen=True, slots=True)
class LimitRow:
    """A row of ``time_limit``."""

    id: int
    category_code: str
    stage: str
    limit: Limit
    valid_from: dt.datetime
    valid_to: dt.datetime | None


@dataclass(frozen=True)
class TimeBook:
    """A county's limits and working calendar: all that computing a clock needs."""

    calendar: WorkingCalendar
    limits: Mapping[tuple[str, str], tuple[LimitRow, ...]] = field(default_factory=dict)
    parents: Mapping[str, str | None] = field(default_factory=dict)

    def limit_of(self, category_code: str | None, stage: str, at: dt.datetime) -> LimitInForce:
        """Return the limit of a stage that was in force at an instant.

        The category's own comes before its parent's; where neither has one, a default.
        """
        code = category_code
        while code is not None:
            for row in self.limits.get((code, stage), ()):
                if row.valid_from <= at and (row.valid_to is None or at < row.valid_to):
                    return LimitInForce(row.id, row.limit)
            code = self.parents.get(code)
        return LimitInForce(None, DEFAULT_LIMITS[stage])

    def is_emergency(self, clock: ClockState) -> bool:
        """Say whether a clock runs round the clock: its notices wait for nothing."""
        return clock.unit == "emergency_hours"


@dataclass(frozen=True, slots=True)
class ClockState:
    """A row of ``clock``; ``suspensions`` are {since, until} in ISO 8601, as stored."""

    id: uuid.UUID
    assignment_id: uuid.UUID | None
    stage: str
    round: int
    started_at: dt.datetime
    yellow_at: dt.datetime
    due_at: dt.datetime
    escalate_at: dt.datetime
    stopped_at: dt.datetime | None
    limit_id: int | None
    amount: float | None
    unit: str | None
    extensions: int
    suspensions: list[dict[str, str]]
    next_at: dt.datetime | None

    @property
    def runs(self) -> bool:
        """Whether the stage is not done yet."""
        return self.stopped_at is None


def begin(
    book: TimeBook,
    stage: str,
    now: dt.datetime,
    in_force: LimitInForce,
    *,
    assignment_id: uuid.UUID | None = None,
    round_: int = 1,
) -> ClockState:
    """Begin a clock at ``now``."""
    instants = deadline(now, in_force.limit, book.calendar)
    return ClockState(
        id=uuid7(),
        assignment_id=assignment_id,
        stage=stage,
        round=round_,
        started_at=instants.started_at,
        yellow_at=instants.yellow_at,
        due_at=instants.due_at,
        escalate_at=instants.escalate_at,
        stopped_at=None,
        limit_id=in_force.id,
        amount=in_force.limit.amount,
        unit=in_force.limit.unit,
        extensions=0,
        suspensions=[],
        next_at=instants.yellow_at,
    )


def start_accept(book: TimeBook, category_code: str | None, received_at: dt.datetime) -> ClockState:
    """Begin the clock that a new report starts with; intake writes it with the report."""
    return begin(book, "accept", received_at, book.limit_of(category_code, "accept", received_at))


def stop(clock: ClockState, now: dt.datetime) -> ClockState:
    """Stop a clock where the stage is done; one that stands already stays as it is."""
    return replace(clock, stopped_at=now, next_at=None) if clock.runs else clock


def extend(book: TimeBook, clock: ClockState) -> ClockState:
    """Add the limit once more."""
    return _again(book, replace(clock, extensions=clock.extensions + 1))


def suspend(
    book: TimeBook, clock: ClockState, since: dt.datetime, until: dt.datetime
) -> ClockState:
    """Let a clock stand still for a stretch."""
    stretch = {"since": since.isoformat(), "until": until.isoformat()}
    return _again(book, replace(clock, suspensions=[*clock.suspensions, stretch]))


def resume(book: TimeBook, clock: ClockState, now: dt.datetime) -> ClockState:
    """Let a stopped clock run on: the stretch in which it stood counts as suspended."""
    if clock.stopped_at is None:
        return clock
    return suspend(book, replace(clock, stopped_at=None), clock.stopped_at, now)


def relimit(book: TimeBook, clock: ClockState, in_force: LimitInForce) -> ClockState:
    """Give a running clock another limit, counted from its own beginning."""
    changed = replace(
        clock, limit_id=in_force.id, amount=in_force.limit.amount, unit=in_force.limit.unit
    )
    return _again(book, changed)


def due_on(book: TimeBook, clock: ClockState, due_at: dt.datetime) -> ClockState:
    """Give a running clock a due date of its own, as a special meeting decides it.

    What it stood still, and extensions granted before, are part of the time until then.
    """
    stood = sum(
        (
            max(min(s.until, due_at) - max(s.since, clock.started_at), dt.timedelta())
            for s in granted_suspensions(clock)
        ),
        dt.timedelta(),
    )
    left_to_run = max(due_at - clock.started_at - stood, dt.timedelta(seconds=1))
    days = left_to_run / dt.timedelta(days=1) / (1 + clock.extensions)
    return relimit(book, clock, LimitInForce(None, Limit(days, "calendar_days")))


def granted_suspensions(clock: ClockState) -> list[Suspension]:
    """Return the stretches in which a clock stood still."""
    return [
        Suspension(dt.datetime.fromisoformat(s["since"]), dt.datetime.fromisoformat(s["until"]))
        for s in clock.suspensions
    ]


def running(clocks: Iterable[ClockState], stage: str | None = None) -> list[ClockState]:
    """Return the clocks that run, of one stage or of all."""
    return [clock for clock in clocks if clock.runs and stage in {None, clock.stage}]


def is_suspended(clock: ClockState, now: dt.datetime) -> bool:
    """Say whether a running clock stands still at an instant."""
    return clock.runs and any(s.since <= now < s.until for s in granted_suspensions(clock))


def left(book: TimeBook, clock: ClockState, now: dt.datetime) -> dt.timedelta:
    """Return the time left in the limit's own time; negative when overdue."""
    unit: Unit = cast(Unit, clock.unit) if clock.unit else "calendar_days"
    return remaining(now, clock, unit, book.calendar)


def time_book(tx: Transaction, county_code: str) -> TimeBook:
    """Read a county's limits and calendar, or go on with those read within the last minute.

    Building the calendar's axis takes about 150 ms, so the value is kept with the pool.
    """
    key = f"time_book:{county_code}"
    read_at, book = tx.kept.get(key, (-KEPT_S, None))
    if book is None or time.monotonic() - read_at >= KEPT_S:
        book = _read(tx, county_code, book)
        tx.kept[key] = (time.monotonic(), book)
    return cast(TimeBook, book)


def forget_time_book(tx: Transaction, county_code: str) -> None:
    """Read limits and calendar anew next time: whoever changes them in this process calls it."""
    tx.kept.pop(f"time_book:{county_code}", None)


def _again(book: TimeBook, clock: ClockState) -> ClockState:
    """Compute a clock's instants anew; the sweep looks at it again from the start."""
    if clock.amount is None or clock.unit is None:  # written by an import, without its limit
        return clock
    limit = Limit(clock.amount, cast(Unit, clock.unit)).extended(clock.extensions)
    instants = deadline(
        clock.started_at, limit, book.calendar, suspensions=granted_suspensions(clock)
    )
    return replace(
        clock,
        yellow_at=instants.yellow_at,
        due_at=instants.due_at,
        escalate_at=instants.escalate_at,
        next_at=instants.yellow_at if clock.runs else None,
    )


def _read(tx: Transaction, county_code: str, known: TimeBook | None) -> TimeBook:
    of = {"county_code": county_code}
    zone = tx.scalar("SELECT timezone FROM county WHERE code = %(county_code)s", of)
    days = tuple(
        SpecialDay(row["day_on"], cast(DayKind, row["kind"]), row["name"], row["source"])
        for row in tx.rows(
            "SELECT day_on, kind, name, source FROM calendar_day"
            " WHERE county_code = %(county_code)s ORDER BY day_on",
            of,
        )
    )
    calendar = WorkingCalendar(ZoneInfo(zone or "Asia/Shanghai"), days)
    if known is not None and known.calendar == calendar:
        calendar = known.calendar  # its axis is built already
    limits: dict[tuple[str, str], tuple[LimitRow, ...]] = {}
    for row in tx.rows(
        "SELECT id, category_code, stage, amount, unit, valid_from, valid_to FROM time_limit"
        " WHERE county_code = %(county_code)s ORDER BY valid_from DESC",
        of,
    ):
        unit, amount = row.pop("unit"), row.pop("amount")
        key = (row["category_code"], row["stage"])
        limits[key] = (*limits.get(key, ()), LimitRow(limit=Limit(amount, unit), **row))
    parents = tx.rows(
        "SELECT code, parent_code FROM category WHERE county_code = %(county_code)s", of
    )
    return TimeBook(calendar, limits, {row["code"]: row["parent_code"] for row in parents})
