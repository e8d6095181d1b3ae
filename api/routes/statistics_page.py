"""``/statistics``: the figures of a period, each with its definition and the list of its cases."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, cast, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.auth import SignedIn
from api.dependencies import NO_STORE
from api.page_answers import actor_of, context_of, page, sign_in_first
from api.statistics_answers import Asked, StatisticsForm, asked_of, count, names_of, statistics_file
from gis.audience import Actor
from gis.clock import local_day
from gis.counted import DIMENSIONS, Dimension
from gis.county_names import county_names
from gis.db.database import Transaction
from gis.rates import RATES
from gis.statistics import FEW, accepted_by_month, compare
from gis.statistics_table import DIMENSION_NAMES
from maps.figures import MOST_ROWS, Figures, capitalised, period_words, quick_periods, twelve_months
from maps.language import Language
from maps.pages import PageContext, render_page

router = APIRouter(include_in_schema=False)

_EARLIEST, _LATEST = dt.date(1900, 1, 1), dt.date(2199, 12, 31)


@dataclass(frozen=True)
class Query:
    """What the address asks for, as it was typed, and what is wrong with it by field."""

    first: dt.date | None
    last: dt.date | None
    by: Dimension
    rank: str | None
    problems: dict[str, str]


@router.get("/statistics")
def show_statistics(request: Request, caller: SignedIn) -> Response:
    """Show the figures of a period; without one, of the latest that has data."""
    signed_in = actor_of(caller)
    if signed_in is None:
        return sign_in_first(request)
    context = context_of(request, signed_in)
    form = request.query_params.get("f")
    query = _query(request, context)
    with caller.read() as (tx, actor):
        asked = asked_of(
            tx, actor, first=query.first, last=query.last, by=query.by, rank_by=query.rank,
            now=caller.now,
        )  # fmt: skip
        if form in get_args(StatisticsForm) and not query.problems:
            file = statistics_file(tx, actor, asked, cast(StatisticsForm, form), context.language)
            headers = {**NO_STORE, "Content-Disposition": file.disposition}
            return Response(file.content, media_type=file.media_type, headers=headers)
        told = _told(tx, actor, asked, context)
    typed = {name: request.query_params.get(name, "") for name in ("from", "to")}
    html = render_page(
        caller.services.pages, "statistics.html", context, word_groups=(),
        problems=query.problems, typed=typed, by=query.by, rank=query.rank, **told,
    )  # fmt: skip
    return page(request, context, html, status=422 if query.problems else 200)


def _query(request: Request, context: PageContext) -> Query:
    """Read the address; what cannot be used is said beside its field, and the latest period shown."""
    problems: dict[str, str] = {}
    days: dict[str, dt.date | None] = {}
    for name in ("from", "to"):
        text = request.query_params.get(name, "")
        days[name] = _day(text)
        if text and days[name] is None:
            problems[name] = context.say.word("stats.bad_day")
    first, last = days["from"], days["to"]
    if not problems and (first is None) != (last is None):
        problems["to" if last is None else "from"] = context.say.word("stats.both_days")
    if not problems and first is not None and last is not None and last < first:
        problems["to"] = context.say.word("stats.backwards")
    if problems:
        first = last = None
    by = request.query_params.get("by", "town")
    rank = request.query_params.get("rank")
    return Query(
        first,
        last,
        by if by in DIMENSIONS else "town",
        rank if rank in RATES else None,
        problems,
    )


def _day(text: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if _EARLIEST <= day <= _LATEST else None


def _told(tx: Transaction, actor: Actor, asked: Asked, context: PageContext) -> dict[str, Any]:
    """Return everything the template shows."""
    language = context.language
    found = count(tx, actor, asked)
    comparison = compare(tx, actor, asked.period, found.total)
    figures = Figures(context.say, found, lists=not found.without_sensitive)
    span = twelve_months(asked.period)
    today = local_day(context.say.now, county_names(tx, actor.county_code).zone)
    return {
        "asked": asked,
        "period": period_words(asked.period, language),
        "latest": not asked.chosen,
        "quick": _quick(asked, today),
        "accepted": figures.number(found.total.counts["accepted"], "accepted"),
        "accepted_changes": figures.accepted_changes(comparison),
        "compared": comparison.before.counts["accepted"]
        or comparison.year_before.counts["accepted"],
        "before": period_words(asked.period.before(), language),
        "year_before": period_words(asked.period.year_before(), language),
        "on_site": figures.number(found.total.counts["on_site"], "on_site"),
        "merged": figures.number(found.total.counts["merged"], "merged"),
        "figures": figures.key_figures(comparison),
        "durations": figures.durations(),
        "months": figures.months(accepted_by_month(tx, actor, span), span),
        "lines": figures.lines(names_of(tx, actor, found, language), asked.rank),
        "groups": len(found.groups),
        "most_rows": MOST_ROWS,
        "few": FEW,
        "dimensions": _dimensions(language),
        "rates": [
            (rate.code, rate.name_en if language == "en" else rate.name) for rate in RATES.values()
        ],
        "without_sensitive": found.without_sensitive,
        "empty": not any(found.total.counts.values()),
        "link": lambda **changed: _link(asked, **changed),
    }


def _dimensions(language: Language) -> list[tuple[str, str]]:
    return [(code, capitalised(DIMENSION_NAMES[code][language == "en"])) for code in DIMENSIONS]


def _quick(asked: Asked, today: dt.date) -> list[tuple[str, str, bool]]:
    """Return words, address and whether it is the one shown, of the periods asked for most."""
    found = [("stats.latest", _link(asked, first=None, last=None), not asked.chosen)]
    for name, period in quick_periods(today).items():
        shown = asked.chosen and asked.period == period
        found.append((f"stats.{name}", _link(asked, first=period.first, last=period.last), shown))
    return found


def _link(asked: Asked, **changed: Any) -> str:
    """Return the address of this page with something changed."""
    shown = {
        "first": asked.period.first if asked.chosen else None,
        "last": asked.period.last if asked.chosen else None,
        "by": asked.by,
        "rank": asked.rank,
        "f": None,
        **changed,
    }
    shown["from"], shown["to"] = shown.pop("first"), shown.pop("last")
    query = {name: value for name, value in shown.items() if value is not None}
    return f"/statistics?{urlencode(query)}"
