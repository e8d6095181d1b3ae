"""Filters that cannot find anything: codes the county does not have, periods that end before they begin.

An empty list would say that nothing happened there. The codes are reference data, which everybody
signed in may read, so refusing them tells nothing about reports.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

from gis.county_names import county_names
from gis.db.database import Transaction
from gis.errors import FieldError, InvalidInput
from gis.report_filters import ReportFilters

_WORDS: Final = {
    "category": "there is no category {!r}",
    "tag": "no category has the tag {!r}",
    "town": "there is no town {!r}",
    "grid": "there is no grid {!r}",
    "utility": "there is no utility {!r}",
    "staff": "there is no grid staff {!r}",
}


def check_filters(tx: Transaction, county_code: str, filters: ReportFilters) -> None:
    """Refuse filters that mean nothing in a county; a statement only where codes are given.

    Raises
    ------
    InvalidInput
        A code is not one of the county's, or the period ends before it begins; names the fields.
    """
    errors = _unknown(tx, county_code, list(dict.fromkeys(_codes(filters))))
    start, end = filters.received_from, filters.received_to
    if start is not None and end is not None and _is_backwards(tx, county_code, start, end):
        errors.append(FieldError("to", "lies before from"))
    counted = filters.counted
    if counted is not None and counted.first > counted.last:
        errors.append(FieldError("to", "lies before from"))
    _refuse(errors)


def check_code(tx: Transaction, county_code: str, kind: str, code: str) -> None:
    """Make sure that a county has a code; ``kind`` is also the name of the field.

    Raises
    ------
    InvalidInput
        There is none.
    """
    _refuse(_unknown(tx, county_code, [(kind, kind, code)]))


def _refuse(errors: list[FieldError]) -> None:
    if errors:
        raise InvalidInput("; ".join(f"{one.field}: {one.reason}" for one in errors), errors)


def _unknown(
    tx: Transaction, county_code: str, asked: list[tuple[str, str, str]]
) -> list[FieldError]:
    if not asked:
        return []
    fields, kinds, codes = zip(*asked, strict=True)
    given = {"fields": list(fields), "kinds": list(kinds), "codes": list(codes)}
    rows = tx.query("unknown_codes", {"county_code": county_code, **given})
    return [FieldError(row["field"], _WORDS[row["kind"]].format(row["code"])) for row in rows]


def _codes(filters: ReportFilters) -> Iterator[tuple[str, str, str]]:
    """Yield field, kind and code of every code there is."""
    for kind in ("category", "tag", "town", "grid", "utility"):
        for code in getattr(filters, kind):
            yield kind, kind, code
    if filters.staff is not None:
        yield "staff", "staff", str(filters.staff)
    counted = filters.counted
    # Causes are words of those who fed back and months are cut from the period: neither has codes.
    if counted is not None and counted.key is not None and counted.by in _WORDS:
        yield "counted_key", counted.by, counted.key


def _is_backwards(
    tx: Transaction, county_code: str, start: dt.date | dt.datetime, end: dt.date | dt.datetime
) -> bool:
    if not isinstance(start, dt.datetime) and not isinstance(end, dt.datetime):
        return start > end
    zone = county_names(tx, county_code).zone
    # A day that ends the period is in it to its last moment.
    return _instant(start, dt.time.min, zone) > _instant(end, dt.time.max, zone)


def _instant(moment: dt.date | dt.datetime, at: dt.time, zone: ZoneInfo) -> dt.datetime:
    local = moment if isinstance(moment, dt.datetime) else dt.datetime.combine(moment, at)
    return local if local.tzinfo is not None else local.replace(tzinfo=zone)
