"""The statistics page's figures in words: periods, percents, changes, and the list behind each number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from gis.counted import DURATIONS, Dimension
from gis.periods import month_end
from gis.rates import COUNTS, Rate, change
from gis.statistics import FEW, Comparison, Group, Period, Statistics
from gis.statistics_table import DURATION_NAMES
from maps.language import Language
from maps.speech import Speech

MOST_ROWS: Final = 100
"""Groups the page shows; the files hold all of them."""

_MONTHS_EN = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@dataclass(frozen=True)
class Number:
    """A count, and the address of the list of exactly its cases; None for who may not read them."""

    text: str
    href: str | None


@dataclass(frozen=True)
class Change:
    """How a figure compares with an earlier period.

    Attributes
    ----------
    direction
        ``up``, ``down``, ``same`` or ``none``, where there is nothing to compare with.
    """

    text: str
    direction: str
    with_period: str


@dataclass(frozen=True)
class Figure:
    """A rate with all it is made of.

    Attributes
    ----------
    share
        From 0 to 100, for a bar; None if undefined.
    few
        It rests on so few cases that it says little.
    """

    code: str
    name: str
    percent: str
    share: float | None
    numerator: Number
    denominator: Number
    numerator_is: str
    denominator_is: str
    few: bool
    changes: Sequence[Change] = ()


@dataclass(frozen=True)
class Line:
    """One group of the table; its place is None where too few cases give it none."""

    place: int | None
    name: str
    accepted: Number
    share: float
    figures: Sequence[Figure]
    to_close: str


@dataclass(frozen=True)
class Bar:
    """A month of the trend."""

    name: str
    count: Number
    share: float
    inside: bool


class Figures:
    """Says the figures of one page.

    Parameters
    ----------
    lists
        Whether numbers lead to their cases.
    """

    def __init__(self, say: Speech, found: Statistics, *, lists: bool) -> None:
        self.say = say
        self.found = found
        self.lists = lists

    def number(
        self, count: int, code: str, by: Dimension | None = None, key: str | None = None
    ) -> Number:
        """Return a count with the list of its cases."""
        href = f"/reports?{cases_query(self.found.period, code, by, key)}"
        return Number(self.say.count(count), href if self.lists and count else None)

    def key_figures(self, comparison: Comparison) -> list[Figure]:
        """Return every rate of the whole, with its changes."""
        period = self.found.period
        earlier = (
            (period.before(), comparison.before),
            (period.year_before(), comparison.year_before),
        )
        return [
            self._figure(
                rate,
                None,
                None,
                [self._points(rate, then.rates[code], days) for days, then in earlier],
            )
            for code, rate in self.found.total.rates.items()
        ]

    def accepted_changes(self, comparison: Comparison) -> list[Change]:
        """Return how many more or fewer cases were accepted than before and a year before."""
        period = self.found.period
        now = self.found.total.counts["accepted"]
        return [
            self._relative(now, then.counts["accepted"], days)
            for days, then in (
                (period.before(), comparison.before),
                (period.year_before(), comparison.year_before),
            )
        ]

    def lines(self, names: Mapping[str, str], ranked: str | None) -> list[Line]:
        """Return the table's rows, at most `MOST_ROWS`."""
        by = self.found.by
        most = max((group.counts["accepted"] for group in self.found.groups), default=0) or 1
        return [
            Line(
                place=place if ranked and group.rates[ranked].denominator >= FEW else None,
                name=names.get(group.key, group.key) if group.key else self.say.word("stats.none"),
                accepted=self.number(group.counts["accepted"], "accepted", by, group.key),
                share=round(100 * group.counts["accepted"] / most, 1),
                figures=[self._figure(rate, by, group.key) for rate in group.rates.values()],
                to_close=self.duration(group, "to_close"),
            )
            for place, group in enumerate(self.found.groups[:MOST_ROWS], 1)
        ]

    def durations(self) -> list[tuple[str, str, str, str]]:
        """Return name, cases, median and 90th percentile of every stretch."""
        english = self.say.language == "en"
        return [
            (
                capitalised(DURATION_NAMES[code][english]),
                self.say.count(taken.cases) if taken else "0",
                self.duration(self.found.total, code),
                self._span(taken.p90_s) if taken else "—",
            )
            for code in DURATIONS
            for taken in [self.found.total.durations.get(code)]
        ]

    def duration(self, group: Group, code: str) -> str:
        """Return the median of a stretch in words."""
        taken = group.durations.get(code)
        return self._span(taken.median_s) if taken else "—"

    def months(self, accepted: Mapping[str, int], span: Period) -> list[Bar]:
        """Return a bar for each month of a span, those of the period marked."""
        most = max(accepted.values(), default=0) or 1
        bars = []
        day = span.first
        while day <= span.last:
            count = accepted.get(f"{day:%Y-%m}", 0)
            inside = self.found.period.first <= month_end(day) and day <= self.found.period.last
            href = f"/reports?{cases_query(Period(day, month_end(day)), 'accepted')}"
            link = Number(self.say.count(count), href if self.lists and count else None)
            name = period_words(Period(day, month_end(day)), self.say.language)
            bars.append(Bar(name, link, 100 * count / most, inside))
            day = month_end(day) + dt.timedelta(days=1)
        return bars

    def _figure(
        self, rate: Rate, by: Dimension | None, key: str | None, changes: Sequence[Change] = ()
    ) -> Figure:
        definition, english = rate.definition, self.say.language == "en"
        return Figure(
            code=definition.code,
            name=definition.name_en if english else definition.name,
            percent=percent(rate.value, self.say.language),
            share=rate.percent,
            numerator=self.number(rate.numerator, definition.numerator, by, key),
            denominator=self.number(rate.denominator, definition.denominator, by, key),
            numerator_is=COUNTS[definition.numerator][english],
            denominator_is=COUNTS[definition.denominator][english],
            few=0 < rate.denominator < FEW,
            changes=changes,
        )

    def _points(self, now: Rate, then: Rate, days: Period) -> Change:
        when = period_words(days, self.say.language)
        if now.value is None or then.value is None:
            return Change("", "none", when)
        points = round(100 * (now.value - then.value), 1)
        return Change(self.say.word("stats.points", n=f"{points:+.1f}"), _direction(points), when)

    def _relative(self, now: int, then: int, days: Period) -> Change:
        when = period_words(days, self.say.language)
        moved = change(float(now), float(then))
        if moved is None:
            return Change("", "none", when)
        return Change(f"{100 * moved:+.1f}{_sign(self.say.language)}", _direction(moved), when)

    def _span(self, seconds: float | None) -> str:
        return "—" if seconds is None else self.say.span(dt.timedelta(seconds=seconds))


def cases_query(
    period: Period, code: str, by: Dimension | None = None, key: str | None = None
) -> str:
    """Return the query of the list that holds exactly the cases of a number."""
    query = {"counted": code, "from": period.first.isoformat(), "to": period.last.isoformat()}
    if by is not None:
        query["counted_by"] = by
        if key is not None:
            query["counted_key"] = key
    return urlencode(query)


def percent(value: float | None, language: Language) -> str:
    """Return a share in percent; one that is not whole is never rounded to 0 or 100.

    Examples
    --------
    >>> percent(17_188 / 17_258, "zh"), percent(0.99961, "zh"), percent(1.0, "zh"), percent(None, "en")
    ('99.6%', '99.96%', '100%', '—')
    """
    if value is None:
        return "—"
    hundredths = 100 * value
    text = f"{hundredths:.1f}"
    if text in {"0.0", "100.0"}:
        text = f"{hundredths:.0f}" if value in {0.0, 1.0} else f"{hundredths:.2f}"
    return text + _sign(language)


def period_words(period: Period, language: Language) -> str:
    """Return a period in words, whole months as months.

    Examples
    --------
    >>> period_words(Period(dt.date(2022, 1, 1), dt.date(2022, 9, 30)), "en")
    'Jan – Sep 2022'
    >>> period_words(Period(dt.date(2022, 9, 1), dt.date(2022, 9, 30)), "zh")
    '2022年9月'
    >>> period_words(Period(dt.date(2021, 12, 30), dt.date(2022, 1, 2)), "en")
    '30 Dec 2021 – 2 Jan 2022'
    """
    first, last = period.first, period.last
    whole = first.day == 1 and last == month_end(last)
    if language == "zh":
        start = f"{first.year}年{first.month}月" + ("" if whole else f"{first.day}日")
        year = "" if first.year == last.year else f"{last.year}年"
        end = f"{year}{last.month}月" + ("" if whole else f"{last.day}日")
        same = (first.year, first.month) == (last.year, last.month) if whole else first == last
        return start if same else f"{start}至{end}"
    start, end = month_name(first, language), f"{month_name(last, language)} {last.year}"
    if not whole:
        start, end = f"{first.day} {start}", f"{last.day} {end}"
    if first.year != last.year:
        start = f"{start} {first.year}"
    same = (first.year, first.month) == (last.year, last.month) if whole else first == last
    return end if same else f"{start} – {end}"


def capitalised(text: str) -> str:
    """Return a name as it begins a line: only its first letter changes."""
    return text[:1].upper() + text[1:]


def month_name(day: dt.date, language: Language) -> str:
    """Return the name of a day's month."""
    return f"{day.month}月" if language == "zh" else _MONTHS_EN[day.month - 1]


def quick_periods(today: dt.date) -> dict[str, Period]:
    """Return the periods people ask for most, by the end of their words' key."""
    month = today.replace(day=1)
    last_month = (month - dt.timedelta(days=1)).replace(day=1)
    quarter = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    year = today.replace(month=1, day=1)
    return {
        "this_month": Period(month, month_end(today)),
        "last_month": Period(last_month, month_end(last_month)),
        "this_quarter": Period(quarter, month_end(quarter.replace(month=quarter.month + 2))),
        "this_year": Period(year, today.replace(month=12, day=31)),
        "last_year": Period(year.replace(year=year.year - 1), year - dt.timedelta(days=1)),
    }


def twelve_months(period: Period) -> Period:
    """Return the whole months of a period, at least the twelve up to its end."""
    index = period.last.year * 12 + period.last.month - 12
    earliest = dt.date(index // 12, index % 12 + 1, 1)
    return Period(min(earliest, period.first.replace(day=1)), month_end(period.last))


def _direction(moved: float) -> str:
    return "up" if moved > 0 else "down" if moved < 0 else "same"


def _sign(language: Language) -> str:
    return "%" if language == "zh" else "\N{NO-BREAK SPACE}%"
