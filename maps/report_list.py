"""The page of a list of reports: its queues, filters and rows, and what the list stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from gis.counted import Cases
from gis.models.report import SOURCES, STATUSES
from gis.queues import Queue
from gis.rates import COUNTS
from gis.statistics import Period
from gis.statistics_table import BESIDE_NAMES
from maps.figures import period_words
from maps.pages import PageContext, render_page
from maps.report_page import WORDS
from maps.shell import Pages
from maps.speech import Speech

Query = Sequence[tuple[str, str]]

# Queues each role works by, in this order; every role has `open` and those overdue.
_QUEUES: Final[Mapping[str, tuple[Queue, ...]]] = {
    "dispatcher": (
        "todo", "new", "not_located", "waiting_check_in", "overdue", "returned",
        "reopen_requested", "callback", "open", "mine",
    ),
    "grid_staff": ("todo", "overdue", "open", "mine"),
    "utility": ("todo", "overdue", "returned", "open", "mine"),
    "volunteer": ("open", "mine"),
}  # fmt: skip
_OTHERS: Final[tuple[Queue, ...]] = ("overdue", "returned", "reopen_requested", "open")

_LIGHTS: Final = ("red", "yellow", "green")
_MAIN: Final = ("q", "category", "town", "from", "to", "counted", "counted_by", "counted_key")


@dataclass(frozen=True)
class Listed:
    """What was found.

    Attributes
    ----------
    query
        Filters of the address, in order, without the page.
    counted, group, times
        The number of the statistics whose cases these are, the name of its group, and what it
        comes to, as {count, unit}.
    errors
        Reasons by field, where the filters cannot be used.
    first
        Whether this is the first page.
    next
        Query of the next page.
    """

    query: Query
    documents: Sequence[Mapping[str, Any]] = ()
    count: int = 0
    by_queue: Mapping[str, int] = field(default_factory=dict)
    counted: Cases | None = None
    group: str | None = None
    times: Mapping[str, Any] | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    first: bool = True
    next: str | None = None


@dataclass(frozen=True)
class Tab:
    """A queue with how many stand in it."""

    words: str
    means: str
    href: str
    count: int
    shown: bool


def render_list(pages: Pages, context: PageContext, listed: Listed) -> str:
    """Return the HTML of ``/reports``."""
    say = context.say
    role = context.actor.role if context.actor else ""
    typed: dict[str, list[str]] = {}
    for name, text in listed.query:
        typed.setdefault(name, []).append(text)
    narrowed = {name for name in typed if name != "queue"}
    return render_page(
        pages,
        "reports.html",
        context,
        word_groups=WORDS,
        listed=listed,
        typed=typed,
        tabs=_tabs(listed, role, typed, say),
        narrowed=narrowed,
        more_open=bool(narrowed - set(_MAIN)) or bool(set(listed.errors) - set(_MAIN)),
        stands_for=_stands_for(listed.counted, listed.group, say) if listed.counted else None,
        several=_several(listed, say),
        statuses=[(code, say.named("status", code)) for code in STATUSES],
        sources=[(code, say.named("source", code)) for code in SOURCES],
        lights=[(code, say.named("light", code)) for code in _LIGHTS],
        categories=_categories(say),
        towns=[(code, say.town(code)) for code in say.names.towns] if say.names else [],
        utilities=[(code, say.utility(code)) for code in say.names.utilities] if say.names else [],
        csv=f"/api/v1/reports?{urlencode([*listed.query, ('f', 'csv')])}",
        without_counted=_address(_without(listed.query, {"counted", "counted_by", "counted_key"})),
        first=_address(listed.query),
        cleared=_address([(name, text) for name, text in listed.query if name == "queue"]),
        counts_only=role == "planner",
    )


def _tabs(listed: Listed, role: str, typed: Mapping[str, Sequence[str]], say: Speech) -> list[Tab]:
    """Return every report and the role's queues, each with the same filters."""
    others = _without(listed.query, {"queue"})
    chosen = next(iter(typed.get("queue", ())), "")
    everything = Tab(
        say.word("reports.every"), "", _address(others), listed.count if not chosen else -1,
        not chosen,
    )  # fmt: skip
    return [
        everything,
        *(
            Tab(
                say.named("queue", queue),
                say.named("queue", f"{queue}.means"),
                _address([("queue", queue), *others]),
                listed.by_queue.get(queue, 0),
                queue == chosen,
            )
            for queue in _QUEUES.get(role, _OTHERS)
        ),
    ]


def _stands_for(cases: Cases, group: str | None, say: Speech) -> str:
    """Return the number a list stands behind, in words."""
    english = say.language == "en"
    names = COUNTS.get(cases.count) or BESIDE_NAMES[cases.count]
    parts = [names[english]]
    if cases.by is not None:
        label = say.named("source", group) if cases.by == "source" else group
        parts.append(label or say.word("stats.none"))
    parts.append(period_words(Period(cases.first, cases.last), say.language))
    return " · ".join(parts)


def _several(listed: Listed, say: Speech) -> str:
    """Say how many assignments or evaluations the listed reports were counted for, if so."""
    if listed.times is None or listed.times["unit"] == "report":
        return ""
    unit, n, m = listed.times["unit"], listed.times["count"], listed.count
    return say.word(f"reports.several.{unit}", n=say.count(n), m=say.count(m))


def _categories(say: Speech) -> list[tuple[str, str]]:
    """Return code and name in the county's order, those of the second level set in."""
    known = say.names.categories if say.names else {}
    indent = "\N{IDEOGRAPHIC SPACE}"
    return [
        (
            code,
            one.name.of(say.language)
            if one.parent_code is None
            else indent + one.name.of(say.language),
        )
        for code, one in known.items()
    ]


def _without(query: Query, names: set[str]) -> list[tuple[str, str]]:
    return [(name, text) for name, text in query if name not in names]


def _address(query: Query) -> str:
    return f"/reports?{urlencode(query)}" if query else "/reports"
