"""Clocks as rows: which limit, and what stopping, extending, suspending and resuming do to them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from gis.calendars import WorkingCalendar
from gis.clocks import (
    DEFAULT_LIMITS,
    STAGES,
    ClockState,
    LimitInForce,
    LimitRow,
    TimeBook,
    begin,
    due_on,
    extend,
    forget_time_book,
    is_suspended,
    left,
    relimit,
    resume,
    running,
    start_accept,
    stop,
    suspend,
    time_book,
)
from gis.deadlines import Limit
from tests.support.crew import MONDAY, Desk

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
BEFORE, CHANGED = dt.datetime(2020, 1, 1, tzinfo=dt.UTC), dt.datetime(2022, 5, 1, tzinfo=dt.UTC)
CALENDAR = WorkingCalendar(ZoneInfo("Asia/Shanghai"))
BOOK = TimeBook(
    CALENDAR,
    {
        ("water", "handle"): (
            LimitRow(2, "water", "handle", Limit(4, "working_hours"), CHANGED, None),
            LimitRow(1, "water", "handle", Limit(8, "working_hours"), BEFORE, CHANGED),
        ),
        ("water.burst", "handle"): (
            LimitRow(3, "water.burst", "handle", Limit(1, "emergency_hours"), BEFORE, None),
        ),
    },
    {"water": None, "water.burst": "water", "water.low": "water"},
)


def handle(category: str = "water.low") -> ClockState:
    """Return a clock of handling, begun on Monday at nine."""
    return begin(BOOK, "handle", MONDAY, BOOK.limit_of(category, "handle", MONDAY))


def test_the_categorys_limit_comes_before_the_parents_and_the_default() -> None:
    assert BOOK.limit_of("water.burst", "handle", MONDAY).id == 3
    assert BOOK.limit_of("water.low", "handle", MONDAY).id == 2
    assert BOOK.limit_of("water", "handle", CHANGED - dt.timedelta(microseconds=1)).id == 1
    assert BOOK.limit_of("water", "handle", CHANGED).id == 2
    for category in ("power", "water", None):
        assert BOOK.limit_of(category, "verify", MONDAY) == LimitInForce(
            None, DEFAULT_LIMITS["verify"]
        )
    assert set(DEFAULT_LIMITS) == set(STAGES)


def test_a_clock_keeps_its_limit_and_is_looked_at_when_yellow() -> None:
    clock = handle()
    assert (clock.limit_id, clock.amount, clock.unit) == (2, 4, "working_hours")
    # From nine, four working hours with the noon break end at fifteen.
    assert (clock.due_at, clock.next_at) == (MONDAY + 6 * HOUR, clock.yellow_at)
    assert BOOK.is_emergency(handle("water.burst"))
    assert not BOOK.is_emergency(clock)
    accept = start_accept(BOOK, None, MONDAY)
    assert (accept.stage, accept.assignment_id, accept.due_at) == (
        "accept", None, MONDAY + HOUR / 4,
    )  # fmt: skip


def test_stopping_is_done_once() -> None:
    clock = stop(handle(), MONDAY + HOUR)
    assert (clock.stopped_at, clock.next_at, clock.runs) == (MONDAY + HOUR, None, False)
    assert stop(clock, MONDAY + 2 * HOUR) == clock
    assert running([clock, handle()], "handle") != []
    assert running([clock]) == []


def test_time_left_runs_in_the_limits_own_time() -> None:
    clock = handle()
    assert left(BOOK, clock, MONDAY + 2 * HOUR) == 2 * HOUR
    assert left(BOOK, clock, MONDAY + 4 * HOUR) == HOUR  # the noon break counts nothing
    assert left(BOOK, clock, MONDAY + 7 * HOUR) == -HOUR
    assert left(BOOK, stop(clock, MONDAY + HOUR), MONDAY + 7 * HOUR) == 3 * HOUR


def test_extensions_and_suspensions_add_up() -> None:
    clock = extend(BOOK, handle())
    assert (clock.extensions, clock.due_at) == (1, MONDAY + DAY)  # 17:00 is eight hours: next day
    later = suspend(BOOK, clock, MONDAY + HOUR, MONDAY + HOUR + DAY)
    assert later.due_at == MONDAY + 2 * DAY
    assert is_suspended(later, MONDAY + 2 * HOUR)
    assert not is_suspended(later, MONDAY + 2 * DAY)
    assert extend(BOOK, later).due_at == MONDAY + 2 * DAY + 6 * HOUR


def test_a_stopped_clock_resumes_where_it_stood() -> None:
    clock = handle("water.burst")
    resumed = resume(BOOK, stop(clock, MONDAY + HOUR / 2), MONDAY + 10 * HOUR)
    assert (resumed.due_at, resumed.runs) == (MONDAY + 10 * HOUR + HOUR / 2, True)
    assert resume(BOOK, clock, MONDAY + HOUR) == clock


def test_another_limit_counts_from_the_clocks_own_beginning() -> None:
    clock = relimit(BOOK, handle(), BOOK.limit_of("water.burst", "handle", MONDAY))
    assert (clock.started_at, clock.due_at, clock.limit_id) == (MONDAY, MONDAY + HOUR, 3)


def test_a_meeting_sets_a_due_date() -> None:
    clock = due_on(BOOK, handle(), MONDAY + 3 * DAY)
    assert clock.due_at == MONDAY + 3 * DAY
    assert clock.yellow_at == MONDAY + 0.8 * 3 * DAY


def test_a_clock_from_an_import_without_limit_stays_as_it_is() -> None:
    clock = replace(handle(), amount=None, unit=None)
    assert extend(BOOK, clock).due_at == clock.due_at


@settings(deadline=None)
@given(
    st.sampled_from(["water", "water.burst", None]),
    st.lists(
        st.one_of(st.just("extend"), st.tuples(st.integers(0, 5000), st.integers(1, 5000))),
        max_size=4,
    ),
)
def test_whatever_is_granted_the_instants_stay_in_order_and_never_come_earlier(
    category: str | None, grants: list[str | tuple[int, int]]
) -> None:
    clock = begin(BOOK, "handle", MONDAY, BOOK.limit_of(category, "handle", MONDAY))
    for grant in grants:
        if isinstance(grant, str):
            after = extend(BOOK, clock)
        else:
            since = MONDAY + dt.timedelta(minutes=grant[0])
            after = suspend(BOOK, clock, since, since + dt.timedelta(minutes=grant[1]))
        assert after.started_at <= after.yellow_at <= after.due_at <= after.escalate_at
        assert after.due_at >= clock.due_at
        clock = after


def test_a_process_reads_the_countys_limits_once_a_minute(fresh_desk: Desk) -> None:
    with fresh_desk.db.transaction() as tx:
        book = time_book(tx, "370782")
        assert book.limit_of("water.burst", "accept", MONDAY).limit.unit == "emergency_hours"
        assert time_book(tx, "370782") is book
        tx.rows("UPDATE time_limit SET amount = 9 WHERE category_code = 'power'")
        assert time_book(tx, "370782") is book
        forget_time_book(tx, "370782")
        again = time_book(tx, "370782")
        assert again.limit_of("power", "handle", MONDAY).limit == Limit(9, "working_hours")
        # Another county has neither.
        assert time_book(tx, "370783").limit_of("power", "handle", MONDAY).id is None
