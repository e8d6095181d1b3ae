"""Days are cut in the county's zone, instants are UTC."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.clock import (
    FixedClock,
    SystemClock,
    day_bounds,
    in_zone,
    local_day,
    month_start,
    zone_named,
)
from gis.errors import InvalidInput

SHANGHAI = ZoneInfo("Asia/Shanghai")
zones = st.sampled_from(
    ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]
)
days = st.dates(date(1995, 1, 1), date(2090, 12, 30))


def test_the_system_clock_tells_utc():
    before = datetime.now(UTC)
    assert before <= SystemClock().now() <= before + timedelta(minutes=1)
    assert SystemClock().now().tzinfo is UTC


def test_a_fixed_clock_stands_still_and_needs_a_zone():
    clock = FixedClock(datetime(2022, 5, 1, 8, 0, tzinfo=SHANGHAI))
    assert clock.now() == clock.now() == datetime(2022, 5, 1, 0, 0, tzinfo=UTC)
    with pytest.raises(ValueError, match="aware"):
        FixedClock(datetime(2022, 5, 1))  # noqa: DTZ001 - the naive value is the point


def test_a_time_without_zone_is_the_countys():
    assert in_zone(datetime(2022, 5, 1, 8, 0), SHANGHAI) == datetime(2022, 5, 1, tzinfo=UTC)  # noqa: DTZ001
    aware = datetime(2022, 5, 1, 8, 0, tzinfo=UTC)
    assert in_zone(aware, SHANGHAI) == aware


def test_midnight_in_the_county_begins_the_day():
    midnight = datetime(2022, 4, 30, 16, 0, tzinfo=UTC)
    assert local_day(midnight, SHANGHAI) == date(2022, 5, 1)
    assert local_day(midnight - timedelta(microseconds=1), SHANGHAI) == date(2022, 4, 30)


@given(days, zones)
def test_days_meet_without_gap_or_overlap(day, name):
    zone = ZoneInfo(name)
    start, end = day_bounds(day, day, zone)
    assert day_bounds(day + timedelta(days=1), day + timedelta(days=1), zone)[0] == end
    assert local_day(start, zone) == day
    assert local_day(end - timedelta(microseconds=1), zone) == day
    assert day_bounds(day, day + timedelta(days=1), zone)[0] == start


def test_a_day_of_clock_change_has_23_hours():
    start, end = day_bounds(date(2026, 3, 29), date(2026, 3, 29), ZoneInfo("Europe/Berlin"))
    assert end - start == timedelta(hours=23)


def test_month_start():
    assert month_start(date(2022, 5, 31)) == date(2022, 5, 1)


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "Asia"])
def test_unknown_zones_are_refused(name):
    with pytest.raises(InvalidInput):
        zone_named(name)
