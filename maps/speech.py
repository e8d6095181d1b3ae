"""How a page says instants, spans, distances and names: in its language and the county's time zone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from gis.county_names import CountyNames
from maps.language import Language, tongue, words

_WEEKDAYS = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HOUR_MIN = 60
_MOST_HOURS_MIN = 48 * 60
_DAY_MIN = 24 * 60


@dataclass(frozen=True)
class Lamp:
    """A limit as pages show it: colour, words, and the instants that let a script go on counting."""

    colour: str
    words: str
    due_at: dt.datetime
    yellow_at: dt.datetime | None


@dataclass(frozen=True)
class Speech:
    """Says what a page has to say, at one instant.

    Attributes
    ----------
    names
        The county's; None where nobody is signed in and no token has named a county.
    """

    language: Language
    now: dt.datetime
    names: CountyNames | None = None

    def word(self, key: str, **parameters: object) -> str:
        """Return the words of a key with its parameters filled in."""
        return words(self.language)[key].format(**parameters)

    def named(self, group: str, code: str | None) -> str:
        """Return the words of a code; one without words shows as it is."""
        return words(self.language).get(f"{group}.{code}", code or "")

    def tongue(self, text: str | None) -> str:
        """Return the tag of the language that people's own words are in."""
        return {"zh": "zh-CN", "en": "en"}[tongue(text or "", self.language)]

    def local(self, instant: dt.datetime) -> dt.datetime:
        """Return an instant on the county's clocks."""
        return instant.astimezone(self.names.zone if self.names else dt.UTC)

    def day(self, instant: dt.datetime) -> str:
        """Return the day with its weekday; the year only where it is not the present one."""
        at = self.local(instant)
        weekday = _WEEKDAYS[self.language][at.weekday()]
        other_year = at.year != self.local(self.now).year
        if self.language == "zh":
            return f"{f'{at.year}年' if other_year else ''}{at.month}月{at.day}日 {weekday}"
        return f"{weekday} {at.day} {_MONTHS[at.month - 1]}{f' {at.year}' if other_year else ''}"

    def moment(self, instant: dt.datetime) -> str:
        """Return day, weekday and time of an instant; today and yesterday by name."""
        at, today = self.local(instant), self.local(self.now).date()
        days = (today - at.date()).days
        near = {0: "time.today", 1: "time.yesterday", -1: "time.tomorrow"}.get(days)
        day = self.word(near) if near else self.day(instant)
        return f"{day} {at:%H:%M}"

    def stamp(self, instant: dt.datetime) -> str:
        """Return an instant for paper: date with year, weekday and time."""
        at = self.local(instant)
        return f"{at:%Y-%m-%d} {_WEEKDAYS[self.language][at.weekday()]} {at:%H:%M}"

    def field(self, instant: dt.datetime | None) -> str:
        """Return an instant as ``<input type="datetime-local">`` takes it."""
        return "" if instant is None else f"{self.local(instant):%Y-%m-%dT%H:%M}"

    def span(self, length: dt.timedelta) -> str:
        """Return a length of time in two units at most."""
        minutes = max(1, round(abs(length.total_seconds()) / 60))
        if minutes < _HOUR_MIN:
            return self.word("span.minutes", m=minutes)
        if minutes < _MOST_HOURS_MIN:
            return self.word("span.hours", h=minutes // 60, m=minutes % 60)
        return self.word("span.days", d=round(minutes / _DAY_MIN))

    def left(self, due_at: dt.datetime) -> str:
        """Return "2 h 10 min left" or "overdue 35 min"."""
        key = "clock.left" if due_at >= self.now else "clock.overdue"
        return self.word(key, span=self.span(due_at - self.now))

    def lamp(self, due_at: dt.datetime | None, yellow_at: dt.datetime | None) -> Lamp | None:
        """Return the light of a running limit; None where none runs."""
        if due_at is None:
            return None
        colour = "green"
        if due_at <= self.now:
            colour = "red"
        elif yellow_at is not None and yellow_at <= self.now:
            colour = "yellow"
        left = self.left(due_at)
        # That little is left has to be said; "overdue" says it already.
        told = f"{self.named('light', colour)} · {left}" if colour == "yellow" else left
        return Lamp(colour, told, due_at, yellow_at)

    def distance(self, metres: float) -> str:
        """Return a distance in metres or kilometres."""
        if metres < 950:
            return self.word("unit.metres", n=round(metres))
        return self.word("unit.kilometres", n=f"{metres / 1000:.{1 if metres < 9950 else 0}f}")

    def count(self, number: int) -> str:
        """Return a number with separators."""
        return f"{number:,}"

    def category(self, code: str | None) -> str:
        """Return the name of a category."""
        found = self.names.categories.get(code) if self.names and code else None
        return found.name.of(self.language) if found else code or self.word("report.no_category")

    def utility(self, code: str | None) -> str:
        """Return the name of a responsible body."""
        found = self.names.utilities.get(code) if self.names and code else None
        return found.name.of(self.language) if found else code or ""

    def town(self, code: str | None) -> str:
        """Return the name of a town."""
        found = self.names.towns.get(code) if self.names and code else None
        return found.of(self.language) if found else code or ""

    def own_name(self, record: dict[str, Any]) -> str:
        """Return a record's name in the page's language: ``name`` and ``name_en``."""
        english = record.get("name_en") if self.language == "en" else None
        return str(english or record.get("name") or record.get("code") or "")
