"""The monthly bulletin of a category or tag: numbers, rankings, hot areas, maps and method."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from gis.audience import Actor
from gis.clock import local_day, month_start, zone_named
from gis.db.database import Row, Transaction
from gis.errors import InvalidInput
from gis.layering.bulletin_words import TEXTS, Change
from gis.layering.counting import choice_where, count_frame
from gis.layering.files import Language, method_lines
from gis.layering.frames import Frame
from gis.layering.hotspots import Area, HotspotLayer, hot_areas, hotspot_layer
from gis.layering.methods import hotspots_method, rates_method
from gis.layering.pictures import Sheet, units_picture
from gis.layering.rates import RatesLayer, rates_layer
from gis.layering.reach import reach_of
from gis.layering.scopes import Scope, Slice, Span, period_before, scope_of, version_of, year_before
from gis.layering.sheets import (
    bin_classes,
    count_classes,
    dated,
    names_of,
    sheet_of,
    town_labels,
    with_areas,
)
from gis.layering.wording import change_share, counted
from gis.registry import get_county

_TOP_GRIDS: Final = 20
_TOP_AREAS: Final = 10


@dataclass(frozen=True)
class Ranking:
    """A table of the bulletin: its key in TEXTS, headings and rows."""

    key: str
    headings: list[str]
    rows: list[list[Any]]


@dataclass(frozen=True)
class Bulletin:
    """All that a bulletin says, in one language.

    Attributes
    ----------
    pictures
        Captions and PNGs.
    """

    title: str
    period: str
    language: Language
    sentences: list[str]
    rankings: list[Ranking]
    pictures: list[tuple[str, bytes]]
    method: list[str]
    made_at: dt.datetime


@dataclass(frozen=True)
class Drawing:
    """How its maps are drawn: colours as in ``gis.layering.sheets``, and a font file if not the usual."""

    ramp: Sequence[Sequence[str]]
    bins: Mapping[int, str]
    font: Path | None = None


@dataclass(frozen=True)
class _Past:
    """An earlier month that is known; ``comparable`` if all of it is, and the bulletin's is over."""

    span: Span
    comparable: bool


@dataclass(frozen=True, eq=False)
class _Month:
    """The month's layers and its two comparisons; None where the data do not reach back.

    Attributes
    ----------
    running_to
        Today, while the month is not over.
    since
        First day of the data, where they begin within the month or one that it is compared with.
    """

    scope: Scope
    language: Language
    towns: RatesLayer
    grids: RatesLayer
    before: _Past | None
    year_ago: _Past | None
    running_to: dt.date | None
    since: dt.date | None
    hot: HotspotLayer | None = None
    areas: list[Area] = field(default_factory=list)


def make_bulletin(
    tx: Transaction,
    actor: Actor,
    asked: Slice,
    *,
    language: Language,
    drawing: Drawing,
    now: dt.datetime,
) -> Bulletin:
    """Write the bulletin of a month.

    Parameters
    ----------
    asked
        A category or tag (or all) and one calendar month.

    Raises
    ------
    NotAllowed
        The actor does not look after the whole county.
    InvalidInput
        There is no such category or tag, the days are not a month, or it is one of which nothing
        is known: in the future, or without any report in the county.
    Unavailable
        There is no font with Chinese characters for the maps.
    """
    span = asked.span
    if span is None or not span.is_month:
        raise InvalidInput.of("month", "a bulletin is of one calendar month")
    today = local_day(now, zone_named(get_county(tx, actor.county_code).timezone))
    before = month_start(today)
    scope = scope_of(tx, actor, asked, version_of(tx, actor), counts_before=before)
    month = _month(tx, scope, span, language, today)
    if scope.choice.group is None:
        # As on the planner's page: who reads both must not find two answers.
        hot = hotspot_layer(tx, scope, "grid", against="exposure")
        month = replace(month, hot=hot, areas=hot_areas(tx, scope, hot)[:_TOP_AREAS])
    names = names_of(tx, scope)
    heading = f"{names.county[language]} · {names.choice[language]} · {TEXTS['bulletin'][language]}"
    return Bulletin(
        title=heading,
        period=_period(month),
        language=language,
        sentences=_sentences(tx, month),
        rankings=_rankings(tx, month),
        pictures=_pictures(tx, month, drawing),
        method=_method(month),
        made_at=now,
    )


def _month(tx: Transaction, scope: Scope, span: Span, language: Language, today: dt.date) -> _Month:
    if span.first > today:
        raise InvalidInput.of("month", "lies in the future; take one that has begun")
    own, *earlier = reach_of(tx, scope, [span, period_before(span), year_before(span)])
    own.need("month")
    over = today > span.last
    before, year_ago = (
        None if one.days is None else _Past(one.asked, over and one.from_its_start)
        for one in earlier
    )
    partly = [one for one in (own, *earlier) if one.days is not None and not one.from_its_start]
    return _Month(
        scope=scope,
        language=language,
        towns=rates_layer(tx, scope, "town"),
        grids=rates_layer(tx, scope, "grid"),
        before=before,
        year_ago=year_ago,
        running_to=None if over else today,
        since=min((one.days.first for one in partly if one.days is not None), default=None),
    )


def _period(month: _Month) -> str:
    """Return the month in words; one that is not over says so wherever its name stands."""
    named = dated(month.scope.span, month.language)
    if month.running_to is None:
        return named
    return named + TEXTS["so_far"][month.language].format(day=month.running_to)


def _sentences(tx: Transaction, month: _Month) -> list[str]:
    scope, language = month.scope, month.language
    limits = [] if month.running_to is None else [TEXTS["running"][language]]
    if month.since is not None:
        limits.append(TEXTS["since"][language].format(day=month.since))
    if scope.choice.group is not None:
        # Totals of other months would be other windows; the towns below are what is told.
        return [TEXTS["sensitive"][language], *limits]
    said = [_numbers(tx, month), *limits]
    if month.areas:
        number, first = len(month.areas), _place(month, month.areas[0])
        found = TEXTS["found" if number < _TOP_AREAS else "found_many"][language]
        said.append(found.format(n=number, first=first))
    elif _total(tx, month, scope.span):
        said.append(TEXTS["none"][language])
    return said


def _numbers(tx: Transaction, month: _Month) -> str:
    """Say how many there are, and were a month and a year before."""
    language, span = month.language, month.scope.span
    total, period = _total(tx, month, span), dated(span, language)
    if language == "zh":
        parts = [f"{period}共{total:,}件" if total else f"{period}没有这类事项"]
    else:
        reports = counted(total, "report", "reports") if total else "No reports"
        parts = [f"{reports} in {period}"]
    for key, past in (("before", month.before), ("year_ago", month.year_ago)):
        if past is None:
            continue
        other, words = _total(tx, month, past.span), TEXTS[key][language]
        told = past.comparable and total and other
        change = change_share(total, other, language) if told else ""
        if language == "zh":
            parts.append(f"{words}{other:,}件" + (f"，{change}" if change else ""))
        else:
            parts.append(f"{words.lower()}: {other:,}" + (f" ({change})" if change else ""))
    return "；".join(parts) + "。" if language == "zh" else "; ".join(parts) + "."


def _total(tx: Transaction, month: _Month, span: Span) -> int:
    counted = count_frame(tx, month.scope, month.grids.frame, span)
    return counted.n + counted.outside


def _rankings(tx: Transaction, month: _Month) -> list[Ranking]:
    tables = [_towns(tx, month), _grids(month)]
    if month.hot is not None:
        tables.append(_areas(month))
        tables.append(_categories(tx, month))
    return [table for table in tables if table.rows]


def _towns(tx: Transaction, month: _Month) -> Ranking:
    layer, language = month.towns, month.language
    told = month.scope.choice.group is None
    keys = [
        "rank",
        "name",
        "now",
        *(["before", "change", "year_ago", "year_change"] if told else []),
    ]
    headings = [*(TEXTS[key][language] for key in keys), _rate(month), TEXTS["ratio"][language]]
    nothing = [None] * len(layer.frame)
    others = [
        (nothing, False)
        if past is None
        else (count_frame(tx, month.scope, layer.frame, past.span).counts.tolist(), past.comparable)
        for past in (month.before, month.year_ago)
        if told
    ]
    rows = []
    for rank, unit in enumerate(_ranked(layer), 1):
        count = int(layer.counted.counts[unit])
        row = [rank, _name(layer.frame, unit, language), _told(layer, unit, language)]
        for other, comparable in others:
            row += [other[unit], Change(count, other[unit] if comparable else None)]
        rows.append([*row, _rounded(layer.rate[unit]), _rounded(layer.ratio[unit])])
    return Ranking("towns", headings, rows)


def _grids(month: _Month) -> Ranking:
    layer, language = month.grids, month.language
    headings = [*(TEXTS[key][language] for key in ("rank", "name", "now")), _rate(month)]
    some = [unit for unit in _ranked(layer) if layer.told[unit] and layer.counted.counts[unit]]
    rows = [
        [
            rank,
            _name(layer.frame, unit, language),
            int(layer.counted.counts[unit]),
            _rounded(layer.rate[unit]),
        ]
        for rank, unit in enumerate(some[:_TOP_GRIDS], 1)
    ]
    return Ranking("grids", headings, rows)


def _areas(month: _Month) -> Ranking:
    language = month.language
    headings = [TEXTS[key][language] for key in ("rank", "place", "finding")]
    rows: list[list[Any]] = []
    for rank, area in enumerate(month.areas, 1):
        rows.append([rank, _place(month, area), area.words()[language]])
    return Ranking("areas", headings, rows)


def _place(month: _Month, area: Area) -> str:
    which = 0 if month.language == "zh" else 1
    places = [place[which] or place[0] for place in area.places[:2]]
    return " · ".join([_name(month.grids.frame, area.peak, month.language), *places])


def _categories(tx: Transaction, month: _Month) -> Ranking:
    language = month.language
    past = {"before": month.before, "year_ago": month.year_ago}
    rows = tx.query(
        "layer_category_months",
        {
            **choice_where(month.scope),
            "month": month.scope.span.first,
            **{key: one and one.span.first for key, one in past.items()},
        },
    )

    def told(row: Row) -> list[Any]:
        parent = row[f"parent_{language}"]
        cells = [" · ".join(part for part in (parent, row[language]) if part), row["now"]]
        for key, one in past.items():
            known = row[key] if one else None
            cells += [known, Change(row["now"], known if one and one.comparable else None)]
        return cells

    keys = ("rank", "name", "now", "before", "change", "year_ago", "year_change")
    return Ranking(
        "categories",
        [TEXTS[key][language] for key in keys],
        [[rank, *told(row)] for rank, row in enumerate(rows, 1)],
    )


def _pictures(tx: Transaction, month: _Month, drawing: Drawing) -> list[tuple[str, bytes]]:
    """Draw counts and hotspots; none of a sensitive group, whose grids are mostly not told."""
    hot, scope, language = month.hot, month.scope, month.language
    if hot is None or not month.grids.counted.n:
        return []
    county, names = scope.county(tx), names_of(tx, scope)
    labels = town_labels(month.towns.frame, language)

    def drawn(layer: str, colours: list[str | None], sheet: Sheet) -> tuple[str, bytes]:
        caption = TEXTS[f"{layer}_map"][language]
        whole = replace(sheet, labels=labels, font=drawing.font, notes=[])
        return caption, units_picture(county, month.grids.frame, colours, whole)

    counts, counts_legend = count_classes(month.grids.counted.counts, drawing.ramp)
    about = rates_method(scope, month.grids)
    title = names.title("rates", language)
    pictures = [drawn("counts", counts, sheet_of(title, scope, about, counts_legend, language))]
    bins, bins_legend = bin_classes(hot.found.bins, drawing.bins, language)
    found = hotspots_method(scope, hot)
    sheet = sheet_of(names.title("hotspots", language), scope, found, bins_legend, language)
    marked = with_areas(sheet, county, hot.frame, month.areas, language)
    return [*pictures, drawn("hotspots", bins, marked)]


def _method(month: _Month) -> list[str]:
    about = rates_method(month.scope, month.grids)
    # No table of a bulletin tells smoothed rates.
    notes = [one for one in about.notes if one["code"] not in {"empirical_bayes", "clamped"}]
    lines = method_lines(replace(about, notes=notes), month.language)
    if month.hot is not None and month.grids.counted.n:
        lines += method_lines(hotspots_method(month.scope, month.hot), month.language)[1:]
    return list(dict.fromkeys(lines))


def _ranked(layer: RatesLayer) -> list[int]:
    """Return units by their counts, of equal ones the higher rate first; those not told last."""
    counts = np.where(layer.told > 0, layer.counted.counts, -1)
    rates = np.where(layer.told > 0, np.nan_to_num(layer.rate), 0.0)
    order: list[int] = np.lexsort((np.arange(counts.size), -rates, -counts)).tolist()
    return order


def _rate(month: _Month) -> str:
    exposure, language = month.towns.exposure, month.language
    unit = exposure.unit if language == "zh" else exposure.unit_en
    return TEXTS["rate"][language].format(per=exposure.per, unit=unit)


def _told(layer: RatesLayer, unit: int, language: Language) -> int | str:
    return int(layer.counted.counts[unit]) if layer.told[unit] else TEXTS["not_told"][language]


def _name(frame: Frame, unit: int, language: Language) -> str:
    if language == "en" and frame.names_en[unit]:
        return frame.names_en[unit]
    return frame.names[unit]


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 2)
