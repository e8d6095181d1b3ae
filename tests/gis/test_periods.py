"""Periods cut into months and days, and widened to months."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from gis.clock import month_start
from gis.periods import Days, month_end, split_period, widened

FIRST, LAST = dt.date(2020, 1, 1), dt.date(2022, 12, 31)
DAYS = [FIRST + dt.timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
day = st.sampled_from(DAYS)
months = st.sampled_from([one for one in DAYS if one.day == 1])
ends = st.one_of(day, months, months.map(month_end))


def holds(days: Days, one: dt.date) -> bool:
    return (days.first is None or days.first <= one) and (days.last is None or one <= days.last)


@given(st.one_of(st.none(), ends), st.one_of(st.none(), ends))
def test_each_day_is_counted_once_and_no_other(first: dt.date | None, last: dt.date | None) -> None:
    if first is not None and last is not None and first > last:
        first, last = last, first
    asked = Days(first, last)
    if asked == Days(None, None):
        return
    split = split_period(asked)
    for one in DAYS:
        times = sum(holds(part, one) for part in split.days)
        if split.months is not None:
            times += holds(split.months, month_start(one))
        assert times == holds(asked, one)
    assert all(part.first is not None and part.last is not None for part in split.days)
    assert (
        sum((part.last - part.first).days + 1 for part in split.days if part.first and part.last)
        <= 60
    )


@given(ends, ends)
def test_widening_gives_the_months_that_hold_the_days(one: dt.date, other: dt.date) -> None:
    asked = Days(min(one, other), max(one, other))
    whole = widened(asked)
    assert whole.first == month_start(asked.first or one)
    assert whole.last == month_end(asked.last or one)
    assert widened(whole) == whole
    assert split_period(whole).days == []
