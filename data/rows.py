"""Files that are rows of cells: delimited text and workbooks."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice, pairwise, zip_longest
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
import openpyxl
import pandas as pd
from openpyxl.utils.exceptions import InvalidFileException

from data.encodings import TextEncoding, text_encoding
from data.headings import normalised
from data.tables import Chunk, Problem, Table
from gis.errors import InvalidInput

__all__ = ["open_delimited", "open_workbook"]

# Exports of other systems put a title above the headings; further down there are only data.
_HEADING_SEARCH_ROWS: Final = 10
_DELIMITERS: Final = ",\t;|"

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class _Headings:
    """Row number of the headings (from 1), the lower one of two, and their texts, cut after the last one."""

    row: int
    names: tuple[str, ...]
    rows: int = 1


def open_delimited(path: Path, name: str, known: frozenset[str]) -> Table:
    """Open delimited text: comma, tab, semicolon or bar; UTF-8, UTF-16 or GB18030.

    Raises
    ------
    InvalidInput
        If the file is empty or its text cannot be read.
    """
    encoding = text_encoding(path)
    delimiter = _delimiter(path, encoding, known)
    headings = _get_headings(_csv_rows(path, encoding, delimiter, name), known, name)

    def read(size: int) -> Iterator[Chunk]:
        yield from _chunks(_csv_rows(path, encoding, delimiter, name), headings, size)

    notes = _heading_notes(headings)
    if encoding.name != "utf-8-sig":
        notes.insert(0, f"read as {encoding.name.upper()}")
    rows = max(encoding.lines - headings.row, 0)
    return Table(name, headings.names, False, None, rows, read, tuple(notes))


def open_workbook(path: Path, name: str, known: frozenset[str], layer: str | None) -> Table:
    """Open one sheet of an xlsx workbook: the named one, else the first whose headings are known.

    Raises
    ------
    InvalidInput
        If the file is no workbook, or the sheet is missing or empty.
    """
    try:
        workbook = _load(path)
    except (InvalidFileException, BadZipFile, KeyError, ValueError, OSError) as error:
        raise InvalidInput.of(
            "file", f"{name} is not an xlsx workbook: save it as .xlsx"
        ) from error
    sheets = tuple(sheet.title for sheet in workbook.worksheets)
    if layer is not None and layer not in sheets:
        workbook.close()
        raise InvalidInput.of("file", f"{name} has no sheet {layer!r}; it has {', '.join(sheets)}")
    workbook.close()
    candidates = [layer] if layer is not None else list(sheets)
    found = [
        (sheet, headings)
        for sheet in candidates
        if (headings := _find_headings(_sheet_rows(path, sheet), known)) is not None
    ]
    if not found:
        raise InvalidInput.of("file", f"{name} is empty: put headings in the first row")
    sheet, headings = max(found, key=lambda pair: _known_count(pair[1].names, known))

    def read(size: int) -> Iterator[Chunk]:
        yield from _chunks(_sheet_rows(path, sheet), headings, size)

    notes = _heading_notes(headings)
    if len(sheets) > 1:
        notes.insert(0, f"sheet {sheet!r} of {len(sheets)}")
    rows = sum(1 for _ in _sheet_rows(path, sheet)) - headings.row
    return Table(name, headings.names, False, None, max(rows, 0), read, tuple(notes))


def _load(path: Path) -> openpyxl.Workbook:
    with warnings.catch_warnings():
        # About styles and validations that it does not keep; only the values matter here.
        warnings.simplefilter("ignore", UserWarning)
        return openpyxl.load_workbook(path, read_only=True, data_only=True)


def _heading_notes(headings: _Headings) -> list[str]:
    if headings.rows > 1:
        return [f"headings in rows {headings.row - 1} and {headings.row}"]
    return [f"headings in row {headings.row}"] if headings.row > 1 else []


def _delimiter(path: Path, encoding: TextEncoding, known: frozenset[str]) -> str:
    """Return the mark that parts a line into the most known headings, else the commonest."""
    with path.open(encoding=encoding.name, newline="") as source:
        start = source.read(64 * 1024)
    lines = [line for line in start.splitlines()[:_HEADING_SEARCH_ROWS] if line.strip()]

    def fitness(mark: str) -> tuple[int, int]:
        found = max((_known_count(line.split(mark), known) for line in lines), default=0)
        return found, lines[0].count(mark) if lines else 0

    return max(_DELIMITERS, key=fitness)


def _csv_rows(path: Path, encoding: TextEncoding, delimiter: str, name: str) -> Iterator[Row]:
    with path.open(encoding=encoding.name, newline="") as source:
        reader = csv.reader(source, delimiter=delimiter)
        try:
            yield from reader
        except csv.Error as error:
            raise InvalidInput.of(
                "file", f"{name}, line {reader.line_num}: {error}; is a quotation mark left open?"
            ) from error


def _sheet_rows(path: Path, sheet: str) -> Iterator[Row]:
    workbook = _load(path)
    try:
        worksheet = workbook[sheet]
        # Some writers state a size of one cell; without it the rows themselves are counted.
        worksheet.reset_dimensions()
        yield from worksheet.iter_rows(values_only=True)
    finally:
        workbook.close()


def _get_headings(rows: Iterable[Row], known: frozenset[str], name: str) -> _Headings:
    headings = _find_headings(rows, known)
    if headings is None:
        raise InvalidInput.of("file", f"{name} is empty: put headings in the first row")
    return headings


def _find_headings(rows: Iterable[Row], known: frozenset[str]) -> _Headings | None:
    first = [
        (number, texts)
        for number, row in enumerate(islice(rows, _HEADING_SEARCH_ROWS), start=1)
        if (texts := _heading_texts(row))
    ]
    found = [_Headings(number, _unique(texts)) for number, texts in first]
    found += [
        _Headings(below, _unique(joined), rows=2)
        for (above, upper), (below, lower) in pairwise(first)
        if below == above + 1 and (joined := _joined(upper, lower, known))
    ]
    return max(found, key=lambda h: (_known_count(h.names, known), -h.row), default=None)


def _joined(upper: list[str], lower: list[str], known: frozenset[str]) -> list[str]:
    """Return the headings of two rows, as merged cells make them: 位置 above 经度 and 纬度; else none.

    A row of data is not taken for one: all that stands in the lower row must be headings.
    """
    stated = [text for text in lower if text]
    if len(stated) < 2 or _known_count(stated, known) < len(stated):
        return []
    return [low or up for up, low in zip_longest(upper, lower, fillvalue="")]


def _heading_texts(row: Row) -> list[str]:
    texts = ["" if cell is None else str(cell).strip() for cell in row]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    """Give columns without a heading, or with one used before, a name of their own."""
    names: list[str] = []
    for number, text in enumerate(texts, start=1):
        name = text or f"column {number}"
        names.append(name if name not in names else f"{name} (column {number})")
    return tuple(names)


def _known_count(names: Iterable[str], known: frozenset[str]) -> int:
    return sum(normalised(name) in known for name in names)


def _chunks(rows: Iterator[Row], headings: _Headings, size: int) -> Iterator[Chunk]:
    data = islice(rows, headings.row, None)
    first = headings.row + 1
    while batch := list(islice(data, size)):
        yield _chunk(batch, first, headings.names)
        first += len(batch)


def _chunk(batch: list[Row], first: int, names: tuple[str, ...]) -> Chunk:
    numbers = np.arange(first, first + len(batch), dtype=np.int64)
    problems: list[Problem] = []
    if any(len(row) != len(names) for row in batch):
        fitted = [_fitted(row, len(names)) for row in batch]
        wide = [i for i, row in enumerate(fitted) if row is None]
        problems = [_too_wide(int(numbers[i]), len(batch[i]), len(names)) for i in wide]
        numbers = np.delete(numbers, wide)
        batch = [row for row in fitted if row is not None]
    columns = list(zip(*batch, strict=True)) if batch else [()] * len(names)
    frame = pd.DataFrame(
        {name: _series(cells) for name, cells in zip(names, columns, strict=True)},
        columns=list(names),
    )
    filled = np.flatnonzero((frame != "").to_numpy().any(axis=1))
    if len(filled) < len(frame):
        frame, numbers = frame.take(filled).reset_index(drop=True), numbers[filled]
    return Chunk(frame, numbers, None, tuple(problems))


def _fitted(row: Row, width: int) -> Row | None:
    """Return a row with as many cells as there are headings, None if more than that are filled."""
    if any(cell not in (None, "") for cell in row[width:]):
        return None
    return [*row[:width], *([""] * (width - len(row)))]


def _too_wide(number: int, cells: int, width: int) -> Problem:
    reason = f"{cells} cells under {width} headings; put a text with commas in quotes"
    return Problem(number, "", reason)


def _series(cells: Sequence[Any]) -> pd.Series[Any]:
    """Make a column: text where all cells are text, else the values a workbook holds."""
    if set(map(type, cells)) <= {str}:
        return pd.Series(cells, dtype="str")
    return pd.Series([_plain(cell) for cell in cells], dtype=object)


def _plain(cell: Any) -> Any:
    if cell is None:
        return ""
    if isinstance(cell, (datetime, date, time, str, bool, int, float)):
        return cell
    return str(cell)
