"""Statistics for the API, the page, the files and the command line: one reading of what was asked."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal

from api.layer_files import LayerFile
from gis.audience import Actor
from gis.clock import local_day, month_start
from gis.counted import Dimension, unit_of
from gis.county_names import county_names
from gis.db.database import Transaction
from gis.errors import InvalidInput
from gis.periods import month_end
from gis.rates import RATES, Rate, change
from gis.statistics import (
    Comparison,
    Group,
    Period,
    Statistics,
    get_statistics,
    latest_period,
    rank,
)
from gis.statistics_names import group_names
from gis.statistics_table import csv_file, workbook_file
from maps.figures import cases_query
from maps.language import Language, words

StatisticsForm = Literal["csv", "xlsx"]

_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Asked:
    """What is to be counted.

    Attributes
    ----------
    chosen
        Whether somebody named the period; else it is the latest that has data.
    rank
        Code of the rate by which groups are ranked, the best first; None: by key.
    """

    period: Period
    chosen: bool
    by: Dimension | None
    rank: str | None


def asked_of(
    tx: Transaction,
    actor: Actor,
    *,
    first: dt.date | None,
    last: dt.date | None,
    by: Dimension | None,
    rank_by: str | None,
    now: dt.datetime,
) -> Asked:
    """Return what was asked for; without a period the latest that has data.

    Raises
    ------
    InvalidInput
        One end of the period is missing, it ends before it starts, or there is no such rate.
    NotAllowed
        The actor's role has no statistics.
    """
    if rank_by is not None and rank_by not in RATES:
        raise InvalidInput.of("rank", f"Must be one of: {', '.join(RATES)}.")
    if first is not None and last is not None:
        return Asked(Period(first, last), True, by, rank_by)
    if first is not None or last is not None:
        missing = "to" if last is None else "from"
        raise InvalidInput.of(missing, "from and to go together")
    latest = latest_period(tx, actor, now)
    if latest is None:
        today = local_day(now, county_names(tx, actor.county_code).zone)
        latest = Period(month_start(today), month_end(today))
    return Asked(latest, False, by, rank_by)


def count(tx: Transaction, actor: Actor, asked: Asked) -> Statistics:
    """Return the figures asked for, ranked where that was asked."""
    found = get_statistics(tx, actor, asked.period, asked.by)
    return replace(found, groups=rank(found.groups, asked.rank)) if asked.rank else found


def names_of(
    tx: Transaction, actor: Actor, found: Statistics, language: Language
) -> dict[str, str]:
    """Return what people call the groups, by key."""
    keys = [group.key for group in found.groups if group.key]
    return names_of_groups(tx, actor.county_code, found.by, keys, language)


def names_of_groups(
    tx: Transaction, county_code: str, by: Dimension | None, keys: list[str], language: Language
) -> dict[str, str]:
    """Return what people call groups of one kind; sources and channels have words of the glossary."""
    if by in {"source", "channel"}:
        known = words(language)
        return {key: known.get(f"{by}.{key}", key) for key in keys}
    return group_names(tx, county_code, by, keys, language)


def statistics_file(
    tx: Transaction, actor: Actor, asked: Asked, form: StatisticsForm, language: Language
) -> LayerFile:
    """Return the figures as a file, with the names of the groups."""
    found = count(tx, actor, asked)
    write = csv_file if form == "csv" else workbook_file
    content = write(found, language, names_of(tx, actor, found, language))
    of = f"-by-{asked.by}" if asked.by else ""
    name = f"gridcall-statistics-{asked.period.first}-{asked.period.last}{of}.{form}"
    return LayerFile(content, _TYPES[form], name)


def statistics_view(
    asked: Asked, found: Statistics, names: dict[str, str], comparison: Comparison | None
) -> dict[str, Any]:
    """Return the answer of the API."""
    period = asked.period
    lists = not found.without_sensitive  # planners read counts, never the cases
    return {
        "from": period.first,
        "to": period.last,
        "latest": not asked.chosen,
        "by": asked.by,
        "rank": asked.rank,
        "without_sensitive": found.without_sensitive,
        "total": _group(period, None, found.total, None, lists=lists),
        "groups": [
            _group(period, asked.by, one, names.get(one.key or ""), lists=lists)
            for one in found.groups
        ],
        "before": comparison and _earlier(period.before(), comparison.now, comparison.before),
        "year_before": comparison
        and _earlier(period.year_before(), comparison.now, comparison.year_before),
    }


def _group(
    period: Period, by: Dimension | None, group: Group, name: str | None, *, lists: bool
) -> dict[str, Any]:
    return {
        "key": group.key,
        "name": name or group.key,
        "counts": dict(group.counts),
        "rates": [_rate(period, by, group.key, rate, lists=lists) for rate in group.rates.values()],
        "durations": {code: asdict(one) for code, one in group.durations.items()},
    }


def _rate(
    period: Period, by: Dimension | None, key: str | None, rate: Rate, *, lists: bool
) -> dict[str, Any]:
    definition = rate.definition

    def cases(code: str) -> str | None:
        return f"/api/v1/reports?{cases_query(period, code, by, key)}" if lists else None

    return {
        "code": definition.code,
        "name": definition.name,
        "name_en": definition.name_en,
        "numerator": rate.numerator,
        "denominator": rate.denominator,
        "numerator_is": definition.numerator,
        "denominator_is": definition.denominator,
        "numerator_cases": cases(definition.numerator),
        "denominator_cases": cases(definition.denominator),
        "unit": unit_of(definition.denominator),
        "definition": definition.in_words("zh"),
        "definition_en": definition.in_words("en"),
        "percent": rate.percent,
    }


def _earlier(period: Period, now: Group, then: Group) -> dict[str, Any]:
    return {
        "from": period.first,
        "to": period.last,
        "counts": dict(then.counts),
        "percents": {code: rate.percent for code, rate in then.rates.items()},
        "change": {
            code: change(float(now.counts[code]), float(then.counts[code])) for code in now.counts
        },
    }
