"""Cells to values: text, codes, numbers, times and words, column by column.

What people type and what programs export: full-width digits, codes that a spreadsheet turned into
numbers (``370782001.0``) or into ``3.7E+14``, dates as Excel's day numbers or in Chinese. A cell
that cannot be read becomes a `Problem` of its row; the rest of the column is read all the same.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.headings import Mapped
from data.moments import parse_days, parse_moments
from data.tables import Chunk, Problem
from gis.records import EARLIEST

__all__ = ["FieldReader", "FloatArray", "Texts"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]

_EXACT_INTEGER: Final = 2**53
_YES: Final = frozenset({"是", "1", "true", "yes", "y", "t", "有", "√", "在岗", "紧急", "敏感"})
_NO: Final = frozenset(
    {"否", "0", "false", "no", "n", "f", "无", "×", "", "不在岗", "一般", "普通"}
)


class FieldReader:
    """Reads the fields of one chunk and remembers what is wrong with its rows.

    Attributes
    ----------
    problems
        In order of reading; several may be of one row.
    bad
        Which rows have a problem, (n,).
    """

    def __init__(self, chunk: Chunk, mapped: Mapped) -> None:
        self.chunk = chunk
        self.mapped = mapped
        self.rows = chunk.rows
        self.problems: list[Problem] = list(chunk.problems)
        self.bad: BoolArray = np.zeros(len(chunk.rows), dtype=bool)

    def has(self, name: str) -> bool:
        """Whether the file has a column for a field."""
        return name in self.mapped.columns

    def refuse(self, where: BoolArray, name: str, reason: str | Callable[[int], str]) -> None:
        """Note a problem for every row in `where`; `reason` may depend on the row's index."""
        for i in np.flatnonzero(where):
            said = reason if isinstance(reason, str) else reason(int(i))
            self.problems.append(Problem(int(self.rows[i]), self.mapped.heading(name), said))
        self.bad |= where

    def text(self, name: str, *, required: bool = False, longest: int = 2_000) -> Texts:
        """Read text as it is, without blanks at its ends; empty where there is none."""
        texts = self._texts(name)
        # PostgreSQL has no place for the character NUL in text.
        self.refuse(_mask("\0" in text for text in texts), name, "holds a NUL character; remove it")
        too_long = _mask(len(t) > longest for t in texts)
        self.refuse(too_long, name, lambda i: f"{len(texts[i])} characters; at most {longest}")
        if required:
            self.refuse(texts == "", name, "is missing")
        return texts

    def code(self, name: str, *, required: bool = False, longest: int = 64) -> Texts:
        """Read a code: text in which full-width digits and a spreadsheet's ``.0`` are undone."""
        column = self._column(name)
        if column is not None and column.dtype == object:
            lossy = _mask(_lost_digits(cell) for cell in column)
            self.refuse(lossy, name, _AS_TEXT)
        codes = _each(_plain_code, self._texts(name))
        scientific = _mask(_is_scientific(code) for code in codes)
        self.refuse(scientific, name, _AS_TEXT)
        too_long = _mask(len(code) > longest for code in codes)
        self.refuse(too_long, name, lambda i: f"{len(codes[i])} characters; at most {longest}")
        self.refuse(_mask("\0" in code for code in codes), name, "holds a NUL character; remove it")
        if required:
            self.refuse((codes == "") & ~self.bad, name, "is missing")
        return codes

    def number(
        self,
        name: str,
        *,
        required: bool = False,
        least: float = -np.inf,
        most: float = np.inf,
    ) -> FloatArray:
        """Read numbers; NaN where there is none. `least` and `most` are included."""
        column = self._column(name)
        if column is None:
            values = np.full(len(self.rows), np.nan)
            given = np.zeros(len(self.rows), dtype=bool)
        else:
            values, given = _numbers(column)
        wrong = given & ~np.isfinite(values)
        shown = self._texts(name)
        self.refuse(wrong, name, lambda i: f"{shown[i]!r} is not a number")
        outside = given & np.isfinite(values) & ~((values >= least) & (values <= most))
        self.refuse(outside, name, lambda i: f"{shown[i]} is not between {least:g} and {most:g}")
        if required:
            self.refuse(~given, name, "is missing")
        return np.where(wrong | outside, np.nan, values)

    def integer(self, name: str, *, least: int = 0, most: int = 2**31 - 1) -> list[int | None]:
        """Read whole numbers, None where there is none."""
        values = self.number(name, least=least, most=most)
        broken = np.isfinite(values) & (values != np.floor(values))
        self.refuse(broken, name, lambda i: f"{values[i]:g} is not a whole number")
        return [int(v) if np.isfinite(v) and v == np.floor(v) else None for v in values]

    def flag(self, name: str) -> BoolArray:
        """Read yes or no, in Chinese or English; no where there is nothing."""
        words = _each(lambda text: _folded(text).removesuffix(".0"), self._texts(name))
        yes = _mask(word in _YES for word in words)
        unknown = _mask(word not in _YES and word not in _NO for word in words)
        self.refuse(unknown, name, lambda i: f"{words[i]!r} is neither yes nor no: write 是 or 否")
        return yes

    def choice(self, name: str, words: Mapping[str, str], *, default: str | None) -> Texts:
        """Read one of some words; `words` maps every spelling, folded, to the word stored."""
        given = _each(_folded, self._texts(name))
        if default is None:
            self.refuse(given == "", name, "is missing")
        found = [
            default if text == "" and default is not None else words.get(text) for text in given
        ]
        unknown = _mask(f is None and t != "" for f, t in zip(found, given, strict=True))
        known = ", ".join(dict.fromkeys(words))
        self.refuse(unknown, name, lambda i: f"{given[i]!r} is not one of {known}")
        return np.array([word or "" for word in found], dtype=object)

    def words(self, name: str) -> list[list[str]]:
        """Read a list in one cell, parted by ; , 、 or a bar, full-width or not; order kept."""
        return [_split(text) for text in self.text(name)]

    def moments(self, name: str, zone: ZoneInfo, *, latest: datetime) -> pd.Series[Any]:
        """Read instants as UTC, NaT where there is none; without a zone they are `zone`'s."""
        column = self._column(name)
        if column is None:
            return pd.Series(pd.NaT, index=range(len(self.rows)), dtype="datetime64[us, UTC]")
        given = self._texts(name)
        values = parse_moments(column, zone)
        unread = np.asarray(values.isna()) & (given != "")
        self.refuse(
            unread, name, lambda i: f"{given[i]!r} is not a time: write it like 2022-05-01 08:30"
        )
        late = np.asarray(values > pd.Timestamp(latest).tz_convert(UTC))
        self.refuse(late, name, lambda i: f"{given[i]} lies in the future")
        early = np.asarray(values < pd.Timestamp(EARLIEST))
        self.refuse(early, name, lambda i: f"{given[i]} lies before 1980")
        return values

    def days(self, name: str) -> list[date | None]:
        """Read dates, None where there is none."""
        column = self._column(name)
        if column is None:
            return [None] * len(self.rows)
        given = self._texts(name)
        values = parse_days(column)
        unread = _mask(v is None and t != "" for v, t in zip(values, given, strict=True))
        self.refuse(unread, name, lambda i: f"{given[i]!r} is not a date: write it like 2022-05-01")
        return values

    def unique(self, name: str, codes: Texts) -> None:
        """Refuse every row whose code an earlier row has."""
        first: dict[str, int] = {}
        for i, code in enumerate(codes):
            if code and first.setdefault(code, i) != i:
                at = np.zeros(len(codes), dtype=bool)
                at[i] = True
                self.refuse(at, name, f"{code} stands in row {self.rows[first[code]]} too")

    def _column(self, name: str) -> pd.Series[Any] | None:
        heading = self.mapped.columns.get(name)
        return None if heading is None else self.chunk.frame[heading]

    def _texts(self, name: str) -> Texts:
        column = self._column(name)
        if column is None:
            return np.full(len(self.rows), "", dtype=object)
        if column.dtype == object:
            return np.array([cell_text(cell) for cell in column], dtype=object)
        return np.asarray(column.str.strip(), dtype=object)


_AS_TEXT: Final = (
    "the spreadsheet turned the code into a number and lost digits; "
    "format the column as text and export again"
)


def cell_text(cell: Any) -> str:
    """Return a cell as a person would write it: whole numbers without ``.0``, no blanks around.

    Examples
    --------
    >>> cell_text(370782001.0), cell_text(" 密州 "), cell_text(None)
    ('370782001', '密州', '')
    """
    if cell is None or cell is pd.NaT:
        return ""
    if isinstance(cell, float):
        if np.isnan(cell):
            return ""
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e18 else repr(cell)
    if isinstance(cell, (datetime, date, time)):
        return cell.isoformat()
    return str(cell).strip()


def _mask(conditions: Iterable[bool]) -> BoolArray:
    return np.fromiter(conditions, dtype=bool)


def _each(convert: Callable[[str], str], texts: Texts) -> Texts:
    return np.array([convert(text) for text in texts], dtype=object)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()


def _plain_code(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).strip()
    whole, dot, rest = text.partition(".")
    # An apostrophe in front is how spreadsheets are told that digits are text.
    return (whole if dot and whole.isdigit() and rest.strip("0") == "" else text).lstrip("'")


def _is_scientific(code: str) -> bool:
    mantissa, mark, exponent = code.upper().partition("E+")
    return bool(mark) and exponent.isdigit() and mantissa.replace(".", "", 1).isdigit()


def _lost_digits(cell: Any) -> bool:
    return isinstance(cell, float) and abs(cell) > _EXACT_INTEGER


def _numbers(column: pd.Series[Any]) -> tuple[FloatArray, BoolArray]:
    """Return numbers (NaN where unreadable) and which cells hold anything."""
    if column.dtype == object:
        texts = pd.Series([cell_text(cell) for cell in column], dtype="str")
    else:
        texts = column.str.strip()
    given = np.asarray(texts != "", dtype=bool)
    values = np.array(pd.to_numeric(texts, errors="coerce"), dtype=np.float64)
    for i in np.flatnonzero(given & np.isnan(values)):
        plain = unicodedata.normalize("NFKC", texts.iloc[int(i)])
        values[i] = pd.to_numeric(plain, errors="coerce")
    return values, given


def _split(text: str) -> list[str]:
    for mark in ",、|；，\n":
        text = text.replace(mark, ";")
    return list(dict.fromkeys(part.strip() for part in text.split(";") if part.strip()))
