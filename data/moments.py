"""Times and dates as files write them: ISO 8601, slashes, Chinese, Excel's day numbers."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

__all__ = ["parse_days", "parse_moments"]

_ZONE: Final = r"(?:[Zz]|[+-]\d{2}:?(?:\d{2})?)$"
_TIME_WITH_ZONE: Final = r"\d{2}:\d{2}.*" + _ZONE
# Day numbers of 1980 and 2100: other numbers in a column of times are not days.
_EXCEL_FIRST, _EXCEL_LAST = 29_221, 73_415
# Excel counts 1900 as a leap year, so its day 0 is effectively this one.
_EXCEL_EPOCH: Final = pd.Timestamp("1899-12-30")
_UTC_DTYPE: Final = "datetime64[us, UTC]"


def parse_moments(column: pd.Series[Any], zone: ZoneInfo) -> pd.Series[Any]:
    """Read instants.

    Parameters
    ----------
    column
        Text, ``datetime`` values or numbers (Excel's days since 1900).
    zone
        Zone of times that name none.

    Returns
    -------
    pandas.Series
        ``datetime64[us, UTC]`` with index 0..n-1; NaT where nothing or nothing readable stands.
    """
    texts = _as_texts(column)
    values = _parse_iso(texts, zone)
    rest = values.isna() & (texts != "")
    if rest.any():
        values[rest] = _parse_iso(texts[rest].map(_iso), zone)
    rest = values.isna() & (texts != "")
    if rest.any():
        values[rest] = _parse_excel(texts[rest], zone)
    return values


def parse_days(column: pd.Series[Any]) -> list[date | None]:
    """Read dates with the same spellings as `parse_moments`; a time of day is dropped."""
    moments = parse_moments(column, ZoneInfo("UTC"))
    return [None if pd.isna(moment) else moment.date() for moment in moments]


def _as_texts(column: pd.Series[Any]) -> pd.Series[Any]:
    if column.dtype == object:
        return pd.Series([_text(cell) for cell in column], dtype="str")
    return column.str.strip().reset_index(drop=True)


def _text(cell: Any) -> str:
    if cell is None or cell is pd.NaT:
        return ""
    if isinstance(cell, (datetime, date)):
        return cell.isoformat()
    return str(cell).strip()


def _parse_iso(texts: pd.Series[Any], zone: ZoneInfo) -> pd.Series[Any]:
    values = pd.Series(pd.NaT, index=texts.index, dtype=_UTC_DTYPE)
    # Eight digits are a date, but so few digits as Excel's are not a year.
    readable = texts.str.match(r"\d{4}-\d{2}|\d{8}($|[T ])")
    zoned = readable & texts.str.contains(_TIME_WITH_ZONE, regex=True)
    if zoned.any():
        parsed = pd.to_datetime(texts[zoned], format="ISO8601", errors="coerce", utc=True)
        values[zoned] = parsed.astype(_UTC_DTYPE)
    local = readable & ~zoned
    if local.any():
        parsed = pd.to_datetime(texts[local], format="ISO8601", errors="coerce")
        values[local] = _localised(parsed, zone)
    return values


def _localised(naive: pd.Series[Any], zone: ZoneInfo) -> pd.Series[Any]:
    """Give local times their zone; an hour that a clock change repeats is the first of the two."""
    first = np.ones(len(naive), dtype=bool)
    aware = naive.dt.tz_localize(zone, ambiguous=first, nonexistent="shift_forward")
    utc: pd.Series[Any] = aware.dt.tz_convert(UTC).astype(_UTC_DTYPE)
    return utc


def _iso(text: str) -> str:
    """Rewrite 2022年5月1日 8时30分, 2022/5/1 8:30 and full-width digits as ISO 8601."""
    text = unicodedata.normalize("NFKC", text)
    for written, meant in (
        ("年", "-"),
        ("月", "-"),
        ("日", " "),
        ("号", " "),
        ("时", ":"),
        ("点", ":"),
    ):
        text = text.replace(written, meant)
    text = (
        text.replace("分", ":")
        .replace("秒", "")
        .replace("/", "-")
        .replace(".", "-", 2 * ("-" not in text))
    )
    day, _, clock = text.replace("T", " ").strip().partition(" ")
    parts = day.split("-")
    if len(parts) != 3 or len(parts[0]) != 4 or not all(part.isdigit() for part in parts):
        return ""
    clock = clock.strip().rstrip(":")
    hour, colon, rest = clock.partition(":")
    if clock and not colon:
        rest = "00"
    day = "-".join((parts[0], parts[1].zfill(2), parts[2].zfill(2)))
    if not clock:
        return day
    minute, colon, second = rest.partition(":")
    return f"{day} {hour.zfill(2)}:{minute.zfill(2)}{colon}{second.zfill(2) if colon else ''}"


def _parse_excel(texts: pd.Series[Any], zone: ZoneInfo) -> pd.Series[Any]:
    days = pd.to_numeric(texts, errors="coerce")
    days = days.where((days >= _EXCEL_FIRST) & (days <= _EXCEL_LAST))
    naive = _EXCEL_EPOCH + pd.to_timedelta((days * 86_400).round(), unit="s")
    return _localised(naive.astype("datetime64[us]"), zone)
