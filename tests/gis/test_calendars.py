"""The working calendar and its data file."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.calendars import (
    SpecialDay,
    WorkingCalendar,
    WorkingPeriod,
    read_special_days,
    to_micros,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
CN = Path(__file__).parents[2] / "data" / "calendars" / "cn.csv"
DAYS = read_special_days(CN.read_text("utf-8").splitlines())
CALENDAR = WorkingCalendar(SHANGHAI, DAYS)

# Working days a year as the State Council's notices leave them: weekdays minus holidays plus
# make-up days (2022: 260 - 18 + 7, 2023: 260 - 17 + 7, ...), the number used for pay.
WORKING_DAYS = {2022: 249, 2023: 249, 2024: 251, 2025: 248, 2026: 248}


@pytest.mark.parametrize(("year", "expected"), WORKING_DAYS.items())
def test_working_days_of_a_year(year: int, expected: int) -> None:
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    assert sum(CALENDAR.is_working_day(day) for day in days if day.year == year) == expected


def test_make_up_workdays_are_weekend_days_and_holidays_are_listed_once() -> None:
    assert all(day.day_on.weekday() >= 5 for day in DAYS if day.kind == "workday")
    assert len({day.day_on for day in DAYS}) == len(DAYS)
    assert [day.day_on for day in DAYS] == sorted(day.day_on for day in DAYS)
    makeups = Counter(day.day_on.year for day in DAYS if day.kind == "workday")
    assert makeups == {2022: 7, 2023: 7, 2024: 8, 2025: 5, 2026: 6}


def test_2027_is_provisional_and_holds_the_thirteen_days_of_the_law() -> None:
    assert [CALENDAR.is_provisional(date(year, 6, 1)) for year in (2021, 2026, 2027)] == [
        True,
        False,
        True,
    ]
    assert sum(day.day_on.year == 2027 for day in DAYS) == 13
    assert not CALENDAR.is_working_day(date(2027, 2, 5))


def test_open_hours_include_both_ends() -> None:
    hours = {"07:59": False, "08:00": True, "12:00": True, "12:01": False, "14:00": True}
    hours |= {"18:00": True, "18:01": False}
    for wall, expected in hours.items():
        local = datetime.combine(date(2026, 11, 23), time.fromisoformat(wall), SHANGHAI)
        assert CALENDAR.is_open(local) is expected, wall
        assert CALENDAR.is_open(local.astimezone(UTC)) is expected, wall
    assert not CALENDAR.is_open(datetime(2026, 10, 1, 9, tzinfo=SHANGHAI))
    assert CALENDAR.is_open(datetime(2026, 10, 10, 9, tzinfo=SHANGHAI))


def test_days_are_cut_in_the_countys_zone() -> None:
    # 00:30 UTC on Monday is 08:30 in Shanghai and still Sunday evening in New York
    instant = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
    assert CALENDAR.is_open(instant)
    assert not WorkingCalendar(ZoneInfo("America/New_York")).is_open(instant)


def test_a_zone_with_summer_time_keeps_eight_hours_a_day() -> None:
    axis = WorkingCalendar(ZoneInfo("Europe/Amsterdam")).working_axis
    friday, tuesday = (
        datetime(2026, 3, day, 9, tzinfo=ZoneInfo("Europe/Amsterdam")) for day in (27, 31)
    )
    assert axis.elapsed(to_micros(tuesday)) - axis.elapsed(to_micros(friday)) == 16 * 3_600_000_000


@given(st.integers(0, 5_000 * 86_400), st.integers(0, 5_000 * 86_400))
def test_open_time_and_instant_are_inverse(a: int, b: int) -> None:
    axis = CALENDAR.working_axis
    first, second = sorted(
        to_micros(datetime(2018, 1, 1, tzinfo=UTC) + timedelta(seconds=s)) for s in (a, b)
    )
    open_first, open_second = axis.elapsed(first), axis.elapsed(second)
    assert 0 <= open_second - open_first <= second - first
    assert axis.instant(open_second) <= second
    assert axis.elapsed(axis.instant(open_second)) == open_second


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2026-13-01,holiday,x,y", "line 2"),
        ("2026-10-01,free,x,y", "line 2"),
        ("2026-10-01", "line 2"),
    ],
)
def test_a_bad_line_is_named(line: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_special_days(["day_on,kind,name,source", line])


def test_a_calendar_refuses_contradictions() -> None:
    day = SpecialDay(date(2026, 10, 1), "holiday", "国庆节")
    with pytest.raises(ValueError, match="twice"):
        WorkingCalendar(SHANGHAI, (day, day))
    with pytest.raises(ValueError, match="apart"):
        WorkingCalendar(
            SHANGHAI,
            periods=(WorkingPeriod(time(8), time(12)), WorkingPeriod(time(11), time(18))),
        )
    with pytest.raises(ValueError, match="apart"):
        WorkingCalendar(SHANGHAI, periods=())
    with pytest.raises(ValueError, match="open before"):
        WorkingPeriod(time(12), time(8))
