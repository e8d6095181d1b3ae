"""Time limits across nights, weekends, holidays and make-up workdays."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.calendars import WorkingCalendar, read_special_days
from gis.deadlines import (
    UNIT_MICROS,
    Deadlines,
    Limit,
    Suspension,
    Unit,
    deadline,
    deadlines_of,
    extension_refusal,
    light,
    remaining,
    suspension_refusal,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
CN = Path(__file__).parents[2] / "data" / "calendars" / "cn.csv"
CALENDAR = WorkingCalendar(SHANGHAI, read_special_days(CN.read_text("utf-8").splitlines()))


def at(text: str) -> datetime:
    """Read local time of the county."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


# start, amount, unit, due; all local
TABLE = [
    # the limits of facts.md
    ("2026-11-23 23:50", 1, "emergency_hours", "2026-11-24 00:50"),
    ("2026-02-17 03:00", 2, "emergency_hours", "2026-02-17 05:00"),
    ("2026-11-23 09:00", 0.25, "working_hours", "2026-11-23 09:15"),
    ("2026-11-23 11:55", 0.25, "working_hours", "2026-11-23 14:10"),
    ("2026-11-23 17:50", 0.5, "working_hours", "2026-11-24 08:20"),
    # inside the day: the noon break does not count, the closing minute does
    ("2026-11-23 10:00", 4, "working_hours", "2026-11-23 16:00"),
    ("2026-11-23 14:00", 4, "working_hours", "2026-11-23 18:00"),
    ("2026-11-23 08:00", 8, "working_hours", "2026-11-23 18:00"),
    ("2026-11-23 08:00", 1, "working_days", "2026-11-23 18:00"),
    ("2026-11-23 09:30", 1, "working_days", "2026-11-24 09:30"),
    # started in a closed hour
    ("2026-11-23 12:30", 4, "working_hours", "2026-11-23 18:00"),
    ("2026-11-23 22:00", 4, "working_hours", "2026-11-24 12:00"),
    ("2026-11-21 10:00", 1, "working_days", "2026-11-23 18:00"),
    # a weekend
    ("2026-11-20 16:00", 4, "working_hours", "2026-11-23 10:00"),
    ("2026-11-20 16:00", 3, "calendar_days", "2026-11-23 16:00"),
    # Spring Festival 2022: closed 31 Jan - 6 Feb, open on Saturday 29 and Sunday 30 Jan
    ("2022-01-28 16:00", 4, "working_hours", "2022-01-29 10:00"),
    ("2022-01-28 16:00", 3, "working_days", "2022-02-07 16:00"),
    ("2022-01-28 16:00", 3, "calendar_days", "2022-01-31 16:00"),
    ("2022-02-03 09:00", 4, "working_hours", "2022-02-07 12:00"),
    # National Day 2022: closed 1-7 Oct, open on Saturday 8 and Sunday 9 Oct
    ("2022-09-30 16:00", 4, "working_hours", "2022-10-08 10:00"),
    ("2022-09-30 16:00", 2, "working_days", "2022-10-09 16:00"),
    ("2022-10-09 16:00", 4, "working_hours", "2022-10-10 10:00"),
    # Mid-Autumn and National Day 2023 in one run: closed 29 Sep - 6 Oct, open on 7 and 8 Oct
    ("2023-09-28 17:00", 2, "working_hours", "2023-10-07 09:00"),
    ("2023-10-08 17:00", 2, "working_hours", "2023-10-09 09:00"),
    # Spring Festival 2024: open on Sunday 4 Feb and Sunday 18 Feb, closed 10-17 Feb
    ("2024-02-02 17:00", 2, "working_hours", "2024-02-04 09:00"),
    ("2024-02-09 17:00", 2, "working_hours", "2024-02-18 09:00"),
    # Qingming 2024: Friday 5 April closed, Sunday 7 April open
    ("2024-04-03 17:00", 2, "working_hours", "2024-04-07 09:00"),
    # Spring Festival 2025: Sunday 26 Jan open, 28 Jan - 4 Feb closed, Saturday 8 Feb open
    ("2025-01-24 17:00", 2, "working_hours", "2025-01-26 09:00"),
    ("2025-01-27 17:00", 2, "working_hours", "2025-02-05 09:00"),
    ("2025-02-07 17:00", 2, "working_hours", "2025-02-08 09:00"),
    # Spring Festival 2026: Saturday 14 Feb open, 15-23 Feb closed, Saturday 28 Feb open
    ("2026-02-13 17:00", 2, "working_hours", "2026-02-14 09:00"),
    ("2026-02-14 17:00", 2, "working_hours", "2026-02-24 09:00"),
    ("2026-02-27 17:00", 2, "working_hours", "2026-02-28 09:00"),
    # National Day 2026: make-up days before (Sunday 20 Sep) and after (Saturday 10 Oct)
    ("2026-09-18 17:00", 2, "working_hours", "2026-09-20 09:00"),
    ("2026-09-30 17:00", 2, "working_hours", "2026-10-08 09:00"),
    ("2026-10-09 17:00", 2, "working_hours", "2026-10-10 09:00"),
    # across the year's end into the notice of the next year
    ("2022-12-30 17:00", 2, "working_hours", "2023-01-03 09:00"),
    ("2025-12-31 17:00", 2, "working_hours", "2026-01-04 09:00"),
]


@pytest.mark.parametrize(("start", "amount", "unit", "due"), TABLE)
def test_a_limit_is_due(start: str, amount: float, unit: Unit, due: str) -> None:
    clock = deadline(at(start), Limit(amount, unit), CALENDAR)
    assert clock.due_at == at(due)
    assert clock.due_at.tzinfo is UTC


def test_yellow_due_and_escalation_are_80_100_and_200_percent_of_open_time() -> None:
    clock = deadline(at("2026-11-20 14:00"), Limit(5, "working_hours"), CALENDAR)
    assert clock.started_at == at("2026-11-20 14:00")
    assert clock.yellow_at == at("2026-11-20 18:00")
    assert clock.due_at == at("2026-11-23 09:00")
    assert clock.escalate_at == at("2026-11-23 16:00")


def test_the_light_follows_the_clock_and_stops_with_it() -> None:
    clock = deadline(at("2026-11-23 08:00"), Limit(10, "emergency_hours"), CALENDAR)
    lights = {"08:00": "green", "15:59": "green", "16:00": "yellow", "18:00": "yellow"}
    assert {hour: light(at(f"2026-11-23 {hour}"), clock) for hour in lights} == lights
    assert light(at("2026-11-23 18:00:01"), clock) == "red"
    done = Deadlines(
        clock.started_at, clock.yellow_at, clock.due_at, clock.escalate_at, at("2026-11-23 18:00")
    )
    assert light(at("2026-12-24 00:00"), done) == "yellow"


def test_remaining_time_counts_open_hours_only() -> None:
    clock = deadline(at("2026-11-20 16:00"), Limit(4, "working_hours"), CALENDAR)
    left = {
        "2026-11-20 17:00": timedelta(hours=3),
        "2026-11-22 12:00": timedelta(hours=2),
        "2026-11-23 10:00": timedelta(0),
        "2026-11-23 15:00": timedelta(hours=-3),
    }
    assert {t: remaining(at(t), clock, "working_hours", CALENDAR) for t in left} == left
    assert remaining(at("2026-11-22 10:00"), clock, "calendar_days", CALENDAR) == timedelta(days=1)


def test_a_suspension_moves_only_what_was_not_reached_before_it() -> None:
    limit, start = Limit(10, "emergency_hours"), at("2026-11-23 08:00")
    stop = Suspension(at("2026-11-23 17:00"), at("2026-11-25 17:00"))
    clock = deadline(start, limit, CALENDAR, suspensions=[stop])
    assert clock.yellow_at == at("2026-11-23 16:00")
    assert clock.due_at == at("2026-11-25 18:00")
    assert clock.escalate_at == at("2026-11-26 04:00")


def test_a_suspension_over_closed_hours_costs_only_the_open_ones() -> None:
    limit, start = Limit(4, "working_hours"), at("2026-11-20 14:00")
    stop = Suspension(at("2026-11-20 17:00"), at("2026-11-23 09:00"))
    assert deadline(start, limit, CALENDAR, suspensions=[stop]).due_at == at("2026-11-23 10:00")


def test_an_extension_adds_the_limit_once_more() -> None:
    limit, start = Limit(2, "working_days"), at("2026-11-23 09:00")
    assert deadline(start, limit.extended(), CALENDAR).due_at == at("2026-11-27 09:00")
    assert deadline(start, limit.extended(2), CALENDAR).due_at == at("2026-12-01 09:00")


def test_who_may_be_given_more_time() -> None:
    due, late = at("2026-11-23 09:00"), at("2026-11-23 09:01")
    assert [extension_refusal(due, due, n) for n in (0, 1, 2)] == [None, None, "too_many"]
    assert extension_refusal(late, due, 0) == "overdue"
    assert [suspension_refusal(n) for n in (0, 1)] == [None, "too_many"]


@pytest.mark.parametrize("amount", [0, -1, float("nan"), float("inf")])
def test_a_limit_must_be_an_amount_of_time(amount: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        Limit(amount, "working_hours")


def test_a_start_needs_a_zone_and_a_calendar_that_reaches_it() -> None:
    limit = Limit(1, "working_hours")
    with pytest.raises(ValueError, match="time zone"):
        deadline(datetime(2026, 11, 23, 8), limit, CALENDAR)  # noqa: DTZ001 - the point of the test
    for outside in ("1999-12-31 08:00", "2060-01-02 08:00"):
        with pytest.raises(ValueError, match="2000 to 2059"):
            deadline(at(outside), limit, CALENDAR)
    with pytest.raises(ValueError, match="2000 to 2059"):
        deadline(at("2059-12-30 08:00"), Limit(90, "working_days"), CALENDAR)
    with pytest.raises(ValueError, match="before it began"):
        Suspension(at("2026-11-23 08:00"), at("2026-11-23 07:00"))


# Properties. Instants to the second over the years of the calendar's data and beyond.
_START = datetime(2021, 12, 1, tzinfo=UTC)
instants = st.integers(0, 6 * 366 * 86_400).map(lambda s: _START + timedelta(seconds=s))
units = st.sampled_from(sorted(UNIT_MICROS))
limits = st.builds(Limit, st.integers(1, 400).map(lambda n: n / 8), units)
spans = st.integers(0, 30 * 86_400).map(lambda s: timedelta(seconds=s))


@given(instants, spans, limits)
def test_a_later_start_is_never_due_earlier(start: datetime, by: timedelta, limit: Limit) -> None:
    first, second = (deadline(s, limit, CALENDAR) for s in (start, start + by))
    assert first.yellow_at <= second.yellow_at
    assert first.due_at <= second.due_at
    assert first.escalate_at <= second.escalate_at


@given(instants, limits)
def test_the_instants_are_in_order_and_never_in_a_closed_hour(
    start: datetime, limit: Limit
) -> None:
    clock = deadline(start, limit, CALENDAR)
    assert start < clock.yellow_at <= clock.due_at <= clock.escalate_at
    if limit.unit.startswith("working"):
        assert all(
            CALENDAR.is_open(instant)
            for instant in (clock.yellow_at, clock.due_at, clock.escalate_at)
        )


@given(instants, limits, spans, st.floats(0, 0.79))
def test_a_suspension_of_d_shifts_by_d(
    start: datetime, limit: Limit, length: timedelta, share: float
) -> None:
    plain = deadline(start, limit, CALENDAR)
    since = start + (plain.yellow_at - start) * share
    stop = Suspension(since, since + length)
    moved = deadline(start, limit, CALENDAR, suspensions=[stop])
    measured = Deadlines(start, stop.until, stop.until, stop.until)
    lost = remaining(since, measured, limit.unit, CALENDAR)
    for before, after in (
        (plain.yellow_at, moved.yellow_at),
        (plain.due_at, moved.due_at),
        (plain.escalate_at, moved.escalate_at),
    ):
        shift = Deadlines(start, after, after, after)
        assert remaining(before, shift, limit.unit, CALENDAR) == lost
        if not limit.unit.startswith("working"):
            assert after - before == length


@given(instants, limits, st.lists(st.tuples(spans, spans), max_size=4))
def test_the_order_and_overlap_of_suspensions_do_not_matter(
    start: datetime, limit: Limit, pairs: list[tuple[timedelta, timedelta]]
) -> None:
    stops = [Suspension(start + a, start + a + b) for a, b in pairs]
    once = deadline(start, limit, CALENDAR, suspensions=stops)
    assert deadline(start, limit, CALENDAR, suspensions=[*reversed(stops), *stops]) == once
    assert once.yellow_at <= once.due_at <= once.escalate_at


@given(instants, limits)
def test_an_extension_never_shortens(start: datetime, limit: Limit) -> None:
    plain = deadline(start, limit, CALENDAR)
    assert deadline(start, limit.extended(), CALENDAR).due_at == plain.escalate_at


@given(st.lists(st.tuples(instants, limits), max_size=20))
def test_many_at_once_equal_one_at_a_time(rows: list[tuple[datetime, Limit]]) -> None:
    starts = np.array([start.replace(tzinfo=None) for start, _ in rows], dtype="datetime64[us]")
    table = deadlines_of(starts, [limit for _, limit in rows], CALENDAR)
    for i, (start, limit) in enumerate(rows):
        clock = deadline(start, limit, CALENDAR)
        for column in ("started_at", "yellow_at", "due_at", "escalate_at"):
            value = getattr(table, column)[i].astype(datetime).replace(tzinfo=UTC)
            assert value == getattr(clock, column), column


def test_the_archive_of_the_sample_city_takes_less_than_two_seconds() -> None:
    rng = np.random.default_rng(1)
    n = 4 * 17_258
    starts = np.datetime64("2022-01-01", "us") + rng.integers(0, 270 * 86_400, n).astype(
        "timedelta64[s]"
    )
    choice = [Limit(0.25, "working_hours"), Limit(2, "emergency_hours"), Limit(3, "working_days")]
    limits_of_rows = [choice[i] for i in rng.integers(0, 3, n)]
    began = time.perf_counter()
    table = deadlines_of(starts, limits_of_rows, CALENDAR)
    assert time.perf_counter() - began < 2
    assert bool((table.yellow_at <= table.due_at).all())


def test_a_row_without_start_is_refused() -> None:
    limit = [Limit(1, "working_hours")]
    with pytest.raises(ValueError, match="start"):
        deadlines_of(np.array(["NaT"], dtype="datetime64[us]"), limit, CALENDAR)
    with pytest.raises(ValueError, match="start"):
        deadlines_of(np.array([], dtype="datetime64[us]"), limit, CALENDAR)
