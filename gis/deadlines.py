"""Time limits of a stage (时限): when its light turns yellow, when it is due, when it escalates.

A limit runs in its own time: emergency hours and calendar days never stop, working hours and
working days run only inside the calendar's working periods. Yellow, due and escalation are 80,
100 and 200 % of the limit in that time. A suspension stops the clock while it lasts; an extension
adds the limit once more. Everything takes and returns instants with a time zone, answers in UTC
and is exact to the microsecond.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from gis.calendars import (
    UNBROKEN,
    Axis,
    Instants,
    Micros,
    WorkingCalendar,
    from_micros,
    to_micros,
)

Unit: TypeAlias = Literal["emergency_hours", "working_hours", "working_days", "calendar_days"]
Light: TypeAlias = Literal["green", "yellow", "red"]
InstantArray: TypeAlias = npt.NDArray[np.datetime64]

_HOUR = 3_600_000_000
# A working day is a fixed 8 working hours, whatever the county's hours of a day add up to.
UNIT_MICROS: dict[Unit, int] = {
    "emergency_hours": _HOUR,
    "working_hours": _HOUR,
    "working_days": 8 * _HOUR,
    "calendar_days": 24 * _HOUR,
}
YELLOW_PERCENT = 80
ESCALATE_PERCENT = 200
MOST_EXTENSIONS = 2
MOST_SUSPENSIONS = 1
LONGEST_SUSPENSION = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Limit:
    """An allowance of time for one stage.

    Parameters
    ----------
    amount
        How many units, above 0; 0.25 emergency hours are 15 minutes.
    unit
        The time it runs in.

    Examples
    --------
    >>> Limit(2, "working_days").micros == Limit(16, "working_hours").micros
    True
    """

    amount: float
    unit: Unit

    def __post_init__(self) -> None:
        if not (math.isfinite(self.amount) and self.amount > 0):
            raise ValueError(f"a limit must be above 0, not {self.amount}")

    @property
    def micros(self) -> Micros:
        """The allowance in microseconds of its own time."""
        return Micros(round(self.amount * UNIT_MICROS[self.unit]))

    def extended(self, times: int = 1) -> Limit:
        """Return the limit after that many granted extensions, each as long as the limit itself."""
        return Limit(self.amount * (1 + times), self.unit)


@dataclass(frozen=True, slots=True)
class Suspension:
    """A stretch ``[since, until)`` in which a clock stood still."""

    since: datetime
    until: datetime

    def __post_init__(self) -> None:
        if self.until < self.since:
            raise ValueError("a suspension cannot end before it began")


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The instants of one clock, in UTC; ``yellow_at <= due_at <= escalate_at``.

    ``stopped_at`` is when the stage was done or suspended; the light stays what it was then.
    """

    started_at: datetime
    yellow_at: datetime
    due_at: datetime
    escalate_at: datetime
    stopped_at: datetime | None = None


class RunningClock(Protocol):
    """What light and remaining time need of a clock: a `Deadlines` or a row of the clock table."""

    @property
    def yellow_at(self) -> datetime:
        """When 80 % of the limit are used."""

    @property
    def due_at(self) -> datetime:
        """When the limit is used up."""

    @property
    def stopped_at(self) -> datetime | None:
        """When the stage was done or suspended; None while it runs."""


@dataclass(frozen=True, slots=True)
class DeadlineTable:
    """Many deadlines at once: ``datetime64[us]`` in UTC, all of one shape."""

    started_at: InstantArray
    yellow_at: InstantArray
    due_at: InstantArray
    escalate_at: InstantArray


def deadline(
    start: datetime,
    limit: Limit,
    calendar: WorkingCalendar,
    *,
    suspensions: Iterable[Suspension] = (),
) -> Deadlines:
    """Compute when a clock turns yellow, is due and escalates.

    Parameters
    ----------
    start
        When the stage began, with a time zone. In a closed hour a working limit starts with the
        next open one.
    limit
        The allowance, extensions included (`Limit.extended`).
    calendar
        The county's open hours.
    suspensions
        Stretches in which the clock stood still; they may overlap and may lie before ``start``.
        An instant reached before a suspension is not moved by it.

    Raises
    ------
    ValueError
        If an instant carries no time zone or the calendar (2000-2059) does not reach it.

    Examples
    --------
    Four working hours from Friday 16:00 run over the weekend:

    >>> from zoneinfo import ZoneInfo
    >>> shanghai = ZoneInfo("Asia/Shanghai")
    >>> friday = datetime(2026, 11, 20, 16, tzinfo=shanghai)
    >>> due = deadline(friday, Limit(4, "working_hours"), WorkingCalendar(shanghai)).due_at
    >>> due.astimezone(shanghai).isoformat(" ", "minutes")
    '2026-11-23 10:00+08:00'
    """
    axis = axis_of(limit.unit, calendar)
    begun = to_micros(start)
    first = axis.elapsed(begun)
    stops = _stops(begun, suspensions, axis)
    yellow, due, escalate = (
        from_micros(axis.instant(_after_stops(Micros(first + share), stops)))
        for share in _shares(limit.micros)
    )
    return Deadlines(start.astimezone(UTC), yellow, due, escalate)


def deadlines_of(
    starts: InstantArray, limits: Sequence[Limit], calendar: WorkingCalendar
) -> DeadlineTable:
    """Compute many deadlines at once, without suspensions; equal to `deadline` row by row.

    Parameters
    ----------
    starts
        UTC instants, ``datetime64``, shape (n,), none missing.
    limits
        One limit a row, length n.
    calendar
        The county's open hours.

    Returns
    -------
    DeadlineTable
        Four columns of shape (n,). 69,000 rows take about 0.1 s.
    """
    if len(limits) != starts.size or np.isnat(starts).any():
        raise ValueError("every start needs an instant and a limit")
    begun = starts.astype("datetime64[us]").astype(np.int64)
    units = np.array([limit.unit for limit in limits])
    spans = np.array([limit.micros for limit in limits], dtype=np.int64)
    columns = np.empty((3, begun.size), dtype=np.int64)
    for unit in set(units.tolist()):
        rows = units == unit
        axis = axis_of(unit, calendar)
        first = axis.elapsed_many(begun[rows])
        for column, share in zip(columns, _shares_many(spans[rows]), strict=True):
            column[rows] = axis.instants_many(first + share)
    yellow, due, escalate = columns.astype("datetime64[us]")
    return DeadlineTable(begun.astype("datetime64[us]"), yellow, due, escalate)


def light(now: datetime, clock: RunningClock) -> Light:
    """Say a clock's light: green before 80 % of its limit, yellow up to the limit, red beyond.

    A stopped clock keeps the light it had when it stopped; done exactly when due is on time.

    Examples
    --------
    >>> noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    >>> clock = Deadlines(noon, noon + timedelta(hours=8), noon + timedelta(hours=10), noon)
    >>> [light(noon + timedelta(hours=h), clock) for h in (7, 8, 10, 11)]
    ['green', 'yellow', 'yellow', 'red']
    """
    at = _reading(now, clock)
    if at > clock.due_at:
        return "red"
    return "yellow" if at >= clock.yellow_at else "green"


def remaining(
    now: datetime, clock: RunningClock, unit: Unit, calendar: WorkingCalendar
) -> timedelta:
    """Return the time left in the limit's own time; negative when overdue.

    For a limit in working hours a weekend counts nothing. A stopped clock is read where it stopped.
    """
    axis = axis_of(unit, calendar)
    left = axis.elapsed(to_micros(clock.due_at)) - axis.elapsed(to_micros(_reading(now, clock)))
    return timedelta(microseconds=left)


def extension_refusal(
    now: datetime, due_at: datetime, granted: int
) -> Literal["overdue", "too_many"] | None:
    """Say why a running clock may not be extended: overdue, or extended twice; else None."""
    if now > due_at:
        return "overdue"
    return "too_many" if granted >= MOST_EXTENSIONS else None


def suspension_refusal(granted: int) -> Literal["too_many"] | None:
    """Say why a running clock may not be suspended: it was before; else None."""
    return "too_many" if granted >= MOST_SUSPENSIONS else None


def axis_of(unit: Unit, calendar: WorkingCalendar) -> Axis:
    """Return the time a unit runs in."""
    return calendar.working_axis if unit in {"working_hours", "working_days"} else UNBROKEN


def _reading(now: datetime, clock: RunningClock) -> datetime:
    return now if clock.stopped_at is None else min(now, clock.stopped_at)


def _shares(span: Micros) -> tuple[int, int, int]:
    return span * YELLOW_PERCENT // 100, span, span * ESCALATE_PERCENT // 100


def _shares_many(spans: Instants) -> tuple[Instants, Instants, Instants]:
    return spans * YELLOW_PERCENT // 100, spans, spans * ESCALATE_PERCENT // 100


def _stops(
    begun: Micros, suspensions: Iterable[Suspension], axis: Axis
) -> list[tuple[Micros, Micros]]:
    """Return suspensions as disjoint, ascending stretches of the limit's own time after a start."""
    merged: list[tuple[Micros, Micros]] = []
    for stop in sorted(suspensions, key=lambda stop: stop.since):
        since = axis.elapsed(Micros(max(to_micros(stop.since), begun)))
        until = axis.elapsed(Micros(max(to_micros(stop.until), begun)))
        if merged and since <= merged[-1][1]:
            merged[-1] = (merged[-1][0], Micros(max(merged[-1][1], until)))
        else:
            merged.append((since, until))
    return merged


def _after_stops(target: Micros, stops: list[tuple[Micros, Micros]]) -> Micros:
    """Push an amount of own time behind every stop that begins before it is reached."""
    for since, until in stops:
        if target <= since:
            break
        target = Micros(target + until - since)
    return target
