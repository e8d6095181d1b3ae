"""What a layer is about: which reports, of which days, for whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Final

from gis.audience import Actor
from gis.clock import month_start
from gis.db.database import Transaction
from gis.disclosure import Choice, choose
from gis.errors import InvalidInput, NotAllowed
from gis.layer_sources import Source
from gis.layering.frames import County, Frame, Unit, frame_version, load_county, load_frame
from gis.layers import State, layer_state
from gis.periods import Days, month_end

ANALYSTS: Final = frozenset({"admin", "supervisor", "planner", "dispatcher"})


@dataclass(frozen=True, order=True)
class Span:
    """Days from ``first`` to ``last``, both included.

    Examples
    --------
    >>> Span.month(dt.date(2022, 7, 16)).length
    31
    """

    first: dt.date
    last: dt.date

    @classmethod
    def month(cls, day: dt.date) -> Span:
        """Return the month of a day."""
        return cls(month_start(day), month_end(day))

    @property
    def days(self) -> Days:
        """The same as the rollups take it."""
        return Days(self.first, self.last)

    @property
    def length(self) -> int:
        """Number of days."""
        return (self.last - self.first).days + 1

    @property
    def is_month(self) -> bool:
        """Whether it is one whole calendar month."""
        return self == Span.month(self.first)

    def meets(self, other: Span) -> bool:
        """Tell whether the two have a day in common."""
        return self.first <= other.last and other.first <= self.last

    def widened(self) -> Span:
        """Return the whole months that hold it."""
        return Span(month_start(self.first), month_end(self.last))


@dataclass(frozen=True)
class Slice:
    """Which reports a layer is about.

    Attributes
    ----------
    span
        Days in the county's zone; without it the latest month that has any report of the choice.
    cause
        As the lead fed back.
    repeat
        Only reports within 50 m and 180 days of a closed one of the same category.
    """

    category: str | None = None
    tag: str | None = None
    span: Span | None = None
    cause: str | None = None
    source: str | None = None
    repeat: bool = False

    @property
    def needs_rows(self) -> bool:
        """Whether rollups cannot answer it."""
        return self.cause is not None or self.source is not None or self.repeat


@dataclass(frozen=True)
class Version:
    """What an answer depends on beside the question: for ETags and for what a process keeps."""

    state: State
    frame: int


@dataclass(frozen=True)
class Scope:
    """A slice as one actor sees it.

    Attributes
    ----------
    found
        Days that are counted; None where no report was ever made of the choice.
    whole_months
        The days asked for were widened to whole months.
    latest
        Latest month with any report of the choice.
    """

    actor: Actor
    slice: Slice
    choice: Choice
    version: Version
    found: Span | None
    whole_months: bool
    latest: Span | None

    @property
    def layout_id(self) -> int | None:
        """Layout whose grids are counted."""
        return self.version.state.layout_id

    @property
    def source(self) -> Source:
        """Where counts come from."""
        return Source(self.actor, self.choice, self.layout_id)

    @property
    def span(self) -> Span:
        """Days that are counted.

        Raises
        ------
        InvalidInput
            There never was a report of the choice, so there is nothing to compute.
        """
        if self.found is None:
            raise InvalidInput.of("from", "no report of this choice was ever made")
        return self.found

    @property
    def key(self) -> Hashable:
        """What a count depends on beside its days, for what a process keeps."""
        return (self.actor.county_code, self.choice, self.filters, self.version)

    @property
    def filters(self) -> tuple[str | None, str | None, bool]:
        """What narrows the choice beyond what rollups know."""
        return (self.slice.cause, self.slice.source, self.slice.repeat)

    def county(self, tx: Transaction) -> County:
        """Return the grids."""
        return load_county(tx, self.actor.county_code, self.layout_id, self.version.frame)

    def frame(self, tx: Transaction, unit: Unit, cell_m: int | None = None) -> Frame:
        """Return the units."""
        return load_frame(tx, self.county(tx), unit, self.version.frame, cell_m)


def check_may_analyse(actor: Actor) -> None:
    """Refuse those whose counts are their own rows: a map of them would not be the county's.

    Raises
    ------
    NotAllowed
        The role is not a county-wide one.
    """
    if actor.role not in ANALYSTS or actor.town_code is not None:
        raise NotAllowed("The planner's layers are for roles that look after the whole county.")


def version_of(tx: Transaction, actor: Actor) -> Version:
    """Return the version of all that layers are made of."""
    state = layer_state(tx, actor.county_code)
    return Version(state, frame_version(tx, actor.county_code, state.layout_id))


def scope_of(
    tx: Transaction,
    actor: Actor,
    asked: Slice,
    version: Version,
    *,
    unit: Unit = "grid",
    counts_before: dt.date | None = None,
) -> Scope:
    """Decide what a slice means for an actor.

    Parameters
    ----------
    unit
        Cells are counted by whole months, so the days are widened.
    counts_before
        First day of the running month, of a layer that tells counts per unit and nothing more: a
        sensitive month before it may be counted. None of others: windows, differences and surfaces
        would give suppressed counts away.

    Raises
    ------
    NotAllowed
        The actor does not look after the whole county.
    InvalidInput
        There is no such category or tag, the days are backwards, or a sensitive category is asked
        for in a way that could tell single cases.
    """
    check_may_analyse(actor)
    # Layers are drawn, exported and passed on: what they tell is what a planner may know.
    actor = replace(actor, role="planner")
    choice = choose(tx, actor, asked.category, asked.tag)
    before = counts_before if choice.group else None
    month = Source(actor, choice, version.state.layout_id).latest_month(tx, before)
    latest = None if month is None else Span.month(month)
    found = asked.span or latest
    if choice.group is not None:
        running = _check_sensitive(asked, counts_before)
        if found is not None:
            choice.check(unit, found.days, running)
    by_months = unit == "cell" and not asked.needs_rows
    wide = found.widened() if found is not None and by_months else found
    return Scope(actor, asked, choice, version, wide, wide != found, latest)


def span_of(first: dt.date | None, last: dt.date | None, field: str = "") -> Span | None:
    """Return the days between two dates; None if neither is given.

    Parameters
    ----------
    field
        Prefix of the parameters' names, for the error.

    Raises
    ------
    InvalidInput
        One end is missing, or they are backwards.
    """
    if first is None and last is None:
        return None
    if first is None or last is None:
        raise InvalidInput.of(f"{field}{'from' if first is None else 'to'}", "give both ends")
    if first > last:
        raise InvalidInput.of(f"{field}to", f"lies before {field}from")
    return Span(first, last)


def period_before(span: Span) -> Span:
    """Return the period just before: as many whole months before months, else as many days.

    Examples
    --------
    >>> period_before(Span(dt.date(2022, 3, 1), dt.date(2022, 4, 30)))
    Span(first=datetime.date(2022, 1, 1), last=datetime.date(2022, 2, 28))
    >>> period_before(Span(dt.date(2022, 3, 5), dt.date(2022, 3, 6)))
    Span(first=datetime.date(2022, 3, 3), last=datetime.date(2022, 3, 4))
    """
    day = dt.timedelta(days=1)
    if span != span.widened():
        return Span(span.first - day * span.length, span.first - day)
    first = last = span.first - day
    months = (span.last.year - span.first.year) * 12 + span.last.month - span.first.month
    for _ in range(months):
        first = month_start(first) - day
    return Span(month_start(first), last)


def year_before(span: Span) -> Span:
    """Return the same days a year before; of 29 February the 28th.

    Examples
    --------
    >>> year_before(Span.month(dt.date(2024, 2, 1)))
    Span(first=datetime.date(2023, 2, 1), last=datetime.date(2023, 2, 28))
    """
    if span == span.widened():
        end = month_end(span.last.replace(day=1, year=span.last.year - 1))
        return Span(span.first.replace(year=span.first.year - 1), end)
    return Span(_same_day(span.first), _same_day(span.last))


def _same_day(day: dt.date) -> dt.date:
    leap = day.month == 2 and day.day == 29
    return day.replace(year=day.year - 1, day=28 if leap else day.day)


def _check_sensitive(asked: Slice, counts_before: dt.date | None) -> dt.date:
    if counts_before is None:
        raise InvalidInput.of(
            "category", "is sensitive: told as counts per grid or town of one month, nothing else"
        )
    if asked.needs_rows:
        raise InvalidInput.of("category", "is sensitive and not divided any further")
    return counts_before
