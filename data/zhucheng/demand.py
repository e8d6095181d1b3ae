"""How much of what happens when: seasons, weekdays and hours of January to September 2022."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np

from data.zhucheng.frame import FloatArray, IntArray, rng_for, weighted_choice

FIRST_DAY = dt.date(2022, 1, 1)
LAST_DAY = dt.date(2022, 9, 30)
DAYS = (LAST_DAY - FIRST_DAY).days + 1
# Days of the sample year on which the weather made the work.
STORMS = ("2022-05-10", "2022-06-26", "2022-07-07", "2022-07-28", "2022-08-03", "2022-08-21")
SNOWS = ("2022-01-19", "2022-01-28", "2022-02-13")

_DAY = np.arange(DAYS, dtype=np.float64)


def _bump(month: int, day: int, width_days: float) -> FloatArray:
    middle = (dt.date(2022, month, day) - FIRST_DAY).days
    bump: FloatArray = np.exp(-0.5 * ((_DAY - middle) / width_days) ** 2)
    return bump


def _after(days: tuple[str, ...], fade_days: float) -> FloatArray:
    total = np.zeros(DAYS)
    for text in days:
        since = _DAY - (dt.date.fromisoformat(text) - FIRST_DAY).days
        total += np.where(since >= 0, np.exp(-since / fade_days), 0.0)
    return total


def _until(month: int, day: int) -> FloatArray:
    return ((dt.date(2022, month, day) - FIRST_DAY).days >= _DAY).astype(np.float64)


def _term() -> FloatArray:
    spring = _until(7, 8) - _until(2, 20)
    return spring + 1.0 - _until(8, 30) + 0.1


# Each curve says how busy a day is; `day_weights` brings its mean to 1.
SEASONS: dict[str, Callable[[], FloatArray]] = {
    "flat": lambda: np.ones(DAYS),
    "heat": lambda: 0.55 + 1.7 * _bump(7, 25, 26) + 0.5 * _bump(6, 20, 12),
    "winter": lambda: (0.35 + 1.2 * _bump(1, 12, 24)) * _until(3, 15) + 1e-4,
    "frost": lambda: 0.5 + 1.8 * _bump(1, 15, 18),
    "rain": lambda: 0.6 + 1.3 * _bump(7, 28, 24) + 0.8 * _after(STORMS, 2.0),
    "storm": lambda: 0.03 + 0.10 * _bump(7, 28, 24) + 5.0 * _after(STORMS, 0.45),
    "snow": lambda: 4.0 * _after(SNOWS, 0.9) + 1e-4,
    "dig": lambda: 0.4 + 1.1 * _bump(4, 25, 30) + 0.7 * _bump(9, 10, 16),
    "spring": lambda: 0.5 + 1.4 * _bump(4, 20, 24),
    "summer": lambda: 0.35 + 1.4 * _bump(7, 10, 34),
    "harvest": lambda: 0.15 + 2.6 * _bump(6, 12, 6) + 2.2 * _bump(9, 26, 6),
    "school": _term,
    "newyear": lambda: 0.35 + 2.4 * _bump(1, 18, 10),
    "epidemic": lambda: 0.25 + 3.0 * _bump(3, 24, 14) + 0.8 * _bump(8, 28, 9),
}

# Share of each hour of the day, 0 to 23.
HOURS: dict[str, tuple[float, ...]] = {
    "flat": (1.0,) * 24,
    "day": (0.3, 0.2, 0.2, 0.2, 0.3, 1, 2.5, 5, 8, 9, 8.5, 6.5, 4, 4, 6.5, 7.5, 7.5, 6.5, 5, 4, 3, 2, 1, 0.5),
    "office": (0, 0, 0, 0, 0, 0, 0.4, 1.5, 8, 11, 10, 6, 1.5, 2, 8, 10, 9, 5, 1, 0.8, 0.6, 0.3, 0.1, 0),
    "home": (0.6, 0.4, 0.3, 0.3, 0.6, 2, 5, 7, 6, 4.5, 4, 4.5, 4.5, 3, 3, 3, 3.5, 5.5, 8.5, 9, 7.5, 5, 3, 1.2),
    "evening": (1, 0.5, 0.3, 0.2, 0.2, 0.6, 1.5, 2.5, 3, 3, 3, 3, 2.5, 2, 2.5, 3, 3.5, 6, 9, 11, 10, 8, 5, 2.5),
    "night": (5, 4, 3, 2.5, 1.5, 1.5, 1.5, 1, 1, 1, 1, 1, 1.5, 1, 1, 1, 1.5, 2, 4, 7, 9, 11, 12, 9),
    "market": (0.1, 0.1, 0.1, 0.1, 0.5, 2, 6, 9, 9, 7, 6, 5, 3, 2.5, 3, 4, 6, 8, 8, 6, 4, 2, 0.8, 0.3),
    "school": (0, 0, 0, 0, 0, 0.2, 2, 9, 5, 3, 3, 5, 4, 3, 3, 5, 10, 10, 4, 2, 1, 0.5, 0.2, 0),
}  # fmt: skip

_WEEKDAYS = np.array([1.10, 1.06, 1.03, 1.02, 1.04, 0.90, 0.85])


def day_weights(season: str) -> FloatArray:
    """Return how busy each of the 273 days is for a season's categories; the mean is 1."""
    weekday = np.array([(FIRST_DAY + dt.timedelta(days=int(d))).weekday() for d in range(DAYS)])
    busy = SEASONS[season]() * _WEEKDAYS[weekday]
    scaled: FloatArray = busy / busy.mean()
    return scaled


def seconds_of_day(hours: str, count: int, table: str) -> IntArray:
    """Draw seconds since local midnight for `count` reports."""
    rng = rng_for(table)
    hour = weighted_choice(rng, np.array(HOURS[hours], dtype=np.float64), count)
    seconds: IntArray = hour * 3600 + rng.integers(0, 3600, count)
    return seconds
