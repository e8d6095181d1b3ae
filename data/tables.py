"""What every file becomes on the way in: chunks of rows with their numbers, and what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.datum import Crs

__all__ = ["CHUNK_ROWS", "Chunk", "Problem", "Table"]

CHUNK_ROWS = 50_000

RowNumbers = npt.NDArray[np.int64]
Geometries = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with one row of a file.

    Attributes
    ----------
    row
        Number as a spreadsheet counts (the headings are row 1); of a feature, counted from 1.
    field
        Heading of the column as the file has it, or the name of the field it should have.
    reason
        What is wrong and what to do.
    """

    row: int
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of a file, in their order.

    Attributes
    ----------
    frame
        One column per heading of the file, values as the format gives them.
    rows
        The number of each row, (n,).
    geometry
        The shape of each row, (n,), None where it has none; None if the format has no shapes.
    problems
        Rows that could not be read at all; they are not in `frame`.
    """

    frame: pd.DataFrame
    rows: RowNumbers
    geometry: Geometries | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Table:
    """An opened file; valid as long as the ``with`` block of `data.files.open_table`.

    Attributes
    ----------
    name
        The file as the person named it.
    columns
        Headings in the file's order.
    has_geometry
        Whether rows carry shapes of their own.
    crs
        The file's own coordinate system, None where it says none.
    approximate_rows
        About how many rows there are, for a progress bar.
    notes
        What the reader decided and the person should know: encoding, layer, row of the headings.
    """

    name: str
    columns: tuple[str, ...]
    has_geometry: bool
    crs: Crs | None
    approximate_rows: int
    read: Callable[[int], Iterator[Chunk]] = field(repr=False)
    notes: tuple[str, ...] = ()

    def chunks(self, size: int = CHUNK_ROWS) -> Iterator[Chunk]:
        """Yield the rows, at most `size` at a time; every call begins at the first row."""
        return self.read(size)

    def whole(self) -> Chunk:
        """Return all rows as one chunk, for files of thousands of rows at most."""
        chunks = list(self.chunks())
        if not chunks:
            return Chunk(pd.DataFrame(columns=list(self.columns)), np.empty(0, dtype=np.int64))
        geometry: Any = None
        if chunks[0].geometry is not None:
            geometry = np.concatenate(
                [chunk.geometry for chunk in chunks if chunk.geometry is not None]
            )
        return Chunk(
            pd.concat([chunk.frame for chunk in chunks], ignore_index=True),
            np.concatenate([chunk.rows for chunk in chunks]),
            geometry,
            tuple(problem for chunk in chunks for problem in chunk.problems),
        )
