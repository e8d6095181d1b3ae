"""Periods of whole days: cut into months and the days at their ends, and widened to months."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import NamedTuple

from gis.clock import month_start


class Days(NamedTuple):
    """Days from ``first`` to ``last``, both included; None is open."""

    first: dt.date | None
    last: dt.date | None


ALWAYS = Days(None, None)


class Split(NamedTuple):
    """A period as the rollups hold it: days at its ends, and first days of whole months between."""

    days: list[Days]
    months: Days | None


def month_end(day: dt.date) -> dt.date:
    """Return the last day of the month of `day`."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def widened(days: Days) -> Days:
    """Return the whole months that hold the days."""
    return Days(
        None if days.first is None else month_start(days.first),
        None if days.last is None else month_end(days.last),
    )


def split_period(days: Days) -> Split:
    """Cut a period into whole months and the days before and after them.

    Examples
    --------
    >>> [str(day) for day in split_period(Days(dt.date(2022, 1, 30), dt.date(2022, 3, 31))).days[0]]
    ['2022-01-30', '2022-01-31']
    >>> split_period(Days(dt.date(2022, 1, 30), dt.date(2022, 3, 31))).months.first
    datetime.date(2022, 2, 1)
    """
    first, last = days
    if first is not None and last is not None and month_start(first) == month_start(last):
        if (first, last) == widened(days):
            return Split([], Days(first, first))
        return Split([days], None)
    ends: list[Days] = []
    if first is not None and first.day != 1:
        ends.append(Days(first, month_end(first)))
        first = _day_after(month_end(first))
    if last is not None and last != month_end(last):
        ends.append(Days(month_start(last), last))
        last = _day_before(month_start(last))
    if first is not None and last is not None and first > last:
        return Split(ends, None)
    return Split(ends, Days(first, None if last is None else month_start(last)))


def _day_after(day: dt.date) -> dt.date:
    return day + dt.timedelta(days=1)


def _day_before(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=1)
