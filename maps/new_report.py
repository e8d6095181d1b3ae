"""The page on which a matter is handed in: the form as it stands, and the match it would get."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gis.db.database import Row
from gis.surroundings import Surroundings
from maps.action_forms import category_groups
from maps.pages import PageContext, render_page
from maps.refusals import Refusal
from maps.shell import Pages
from maps.sketch import make_sketch

WORDS = ("clock", "span", "light", "unit", "match", "new", "grid_method", "utility_method")

# Who may say that a matter came to them from whom; the first is the usual one.
SOURCES: Mapping[str, tuple[str, ...]] = {
    "dispatcher": ("hotline_12345", "resident", "party_branch", "patrol"),
    "grid_staff": ("grid_staff", "party_branch", "resident", "patrol"),
}


@dataclass(frozen=True)
class Found:
    """What a draft would be matched with.

    Attributes
    ----------
    match
        As in a report.
    suggested
        Whether the category comes from the words of the description.
    alike
        Open reports that may tell of the same.
    by_words
        The place, where only words say it and a dispatcher has to find it.
    """

    match: Mapping[str, Any]
    category: str | None
    suggested: bool
    accuracy_m: float | None
    around: Surroundings | None
    alike: tuple[Row, ...]
    by_words: str


@dataclass(frozen=True)
class Draft:
    """The form as it was sent, and what came of it."""

    values: Mapping[str, Sequence[str]]
    found: Found | None = None
    refusal: Refusal | None = None
    places: tuple[Row, ...] = ()


def render_new_report(pages: Pages, context: PageContext, draft: Draft) -> str:
    """Return the HTML of ``/reports/new``."""
    say, found = context.say, draft.found
    sketch = None
    if found is not None:
        utility = found.match["utility"]
        sketch = make_sketch(
            found.around,
            say,
            accuracy_m=found.accuracy_m,
            utility=utility["code"] if utility else None,
        )
    role = context.actor.role if context.actor else ""
    return render_page(
        pages,
        "new_report.html",
        context,
        word_groups=WORDS,
        v=defaultdict(str, {name: next(iter(sent), "") for name, sent in draft.values.items()}),
        errors=draft.refusal.fields if draft.refusal else {},
        problem=draft.refusal.words if draft.refusal else "",
        places=draft.places,
        found=found,
        sketch=sketch,
        categories=category_groups(say),
        sources=SOURCES.get(role, ()),
        by_telephone=role == "dispatcher",
    )
