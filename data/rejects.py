"""The file of rows that an import left out: number, field, reason, and the row as it was."""

from __future__ import annotations

import csv
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

from data.fields import FieldReader, cell_text

__all__ = ["RejectsFile"]


class RejectsFile:
    """Written only if there is something to write; can be mended and imported again.

    UTF-8 with a mark, because that is what spreadsheets need to show Chinese.
    """

    def __init__(self, path: Path, columns: tuple[str, ...]) -> None:
        self.path = path
        self._columns = columns
        self._file: TextIO | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()

    def write(self, reader: FieldReader) -> None:
        """Write one line per problem of a chunk, in the order of its rows."""
        if not reader.problems:
            return
        frame = reader.chunk.frame
        at = {int(row): i for i, row in enumerate(reader.rows)}
        out = csv.writer(self._open())
        for problem in sorted(reader.problems, key=lambda problem: problem.row):
            i = at.get(problem.row)
            cells: list[Any] = [] if i is None else [cell_text(cell) for cell in frame.iloc[i]]
            out.writerow([problem.row, problem.field, problem.reason, *cells])

    def _open(self) -> TextIO:
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8-sig", newline="")
            csv.writer(self._file).writerow(["row", "field", "reason", *self._columns])
        return self._file
