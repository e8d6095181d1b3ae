"""Reports: good rows go in, bad rows go to a file with row number, field and reason.

The file is read in chunks, each chunk's columns become values, datum and category are settled, and
`gis.bulk` matches and writes it in a transaction of its own. Stopping anywhere and importing the
same file again goes on where it stopped: every row has an id that does not change.
"""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.fields import FieldReader, Texts
from data.files import open_table
from data.headings import Mapped, map_headings
from data.importers.checks import known_or_hint
from data.importers.new_categories import new_categories
from data.importers.repeats import Repeats
from data.importers.report_fields import (
    SOURCES,
    read_client_ids,
    read_descriptions,
    read_life,
    read_names,
)
from data.importers.run import (
    ImportRun,
    Outcome,
    Surroundings,
    column_notes,
    mapped_columns,
    surroundings,
)
from data.positions import crs_of, read_positions
from data.rejects import RejectsFile
from data.tables import Problem, Table
from gis.bulk import BATCH_ROWS, ImportCount, ReportImporter, count_known
from gis.datum import Crs
from gis.registry import Tally, upsert_categories

__all__ = ["ReportOptions", "import_reports"]

_T = TypeVar("_T")
# While PostgreSQL copies one batch, Python matches the other: a machine of two cores does both.
_WRITERS: Final = 2
_SHOWN_PROBLEMS: Final = 1_000
_FAR_SHARE: Final = 0.5
_FAR_DEG: Final = 0.5
_WHERE: Final = frozenset({"grid_code", "place_code", "place_text"})
_NOT_CARRIED: Final = (
    "not carried over: numbers are given anew, utilities are matched anew; assignments, clocks, "
    "messages, evaluations and the steps in between stay behind"
)


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """How a file of reports is taken in.

    Attributes
    ----------
    columns
        Field to heading as chosen by option.
    source
        Source of rows that name none.
    create_categories
        Add categories that the county does not have, instead of refusing their rows.
    rejects
        Where rows left out go; None: beside the file.
    batch_rows
        Rows of a transaction; what a killed import loses is at most so many.
    """

    columns: dict[str, str | None] = field(default_factory=dict)
    source: str = "grid_staff"
    create_categories: bool = False
    rejects: Path | None = None
    batch_rows: int = BATCH_ROWS


def import_reports(
    run: ImportRun,
    options: ReportOptions,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Outcome:
    """Import reports in batches that commit one by one.

    Parameters
    ----------
    progress
        Called with (rows done, about how many there are) after each batch.

    Raises
    ------
    InvalidInput
        If the file cannot be read, has no positions, or its positions are meant otherwise.
    """
    around = surroundings(run)
    with open_table(run.path, "reports", layer=run.layer) as table, ExitStack() as stack:
        mapped = mapped_columns("reports", table, _required(table, options), options.columns)
        rejects = RejectsFile(
            options.rejects or run.path.with_name(f"{run.path.name}.rejects.csv"), table.columns
        )
        stack.enter_context(rejects)
        work = _Work(run, options, around, mapped, crs_of(table, run.crs), stack)
        chunks = table.chunks(options.batch_rows)
        batches = (work.prepare(FieldReader(chunk, mapped)) for chunk in chunks)
        for batch in _written(work, _ahead(batches)):
            if not run.dry_run:
                rejects.write(batch.reader)
            progress(work.rows, max(table.approximate_rows, work.rows))
        return work.outcome(table, rejects.path)


def _required(table: Table, options: ReportOptions) -> tuple[str, ...]:
    """Return the columns that must be there: coordinates, unless rows say otherwise where they are."""
    named = map_headings("reports", table.columns, chosen=options.columns).columns
    return () if table.has_geometry or _WHERE & named.keys() else ("longitude", "latitude")


def _ahead(items: Iterator[_T]) -> Iterator[_T]:
    """Yield items, each made in a thread of its own while the one before it is being used.

    Reading is Python's work and writing is mostly PostgreSQL's, so both go on at once.
    """
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = pool.submit(next, items, None)
            yield item


@dataclass(frozen=True)
class _Batch:
    """One chunk as `gis.bulk` takes it, and each row's source; bad rows are still among them.

    `categories_made` is how many categories this import had added when the batch was read.
    """

    reader: FieldReader
    frame: pd.DataFrame
    sources: Texts
    categories_made: int


def _written(work: _Work, batches: Iterator[_Batch]) -> Iterator[_Batch]:
    """Write batches, two under way at a time, and yield each when it is in, in their order."""
    with ThreadPoolExecutor(_WRITERS) as pool:
        under_way: deque[tuple[_Batch, Future[ImportCount]]] = deque()
        for number, batch in enumerate(batches):
            if len(under_way) == _WRITERS:
                yield work.finished(*under_way.popleft())
            under_way.append((batch, pool.submit(work.write, batch, number % _WRITERS)))
        while under_way:
            yield work.finished(*under_way.popleft())


class _Work:
    """One import under way.

    `prepare` runs in a thread of its own and one batch ahead; `write` in two others, each with its
    own importers; `finished` counts, in the caller's thread.
    """

    def __init__(
        self,
        run: ImportRun,
        options: ReportOptions,
        around: Surroundings,
        mapped: Mapped,
        crs: Crs,
        stack: ExitStack,
    ) -> None:
        self.rows = self._prepared = 0
        self._run, self._options, self._around = run, options, around
        self._mapped, self._crs, self._stack = mapped, crs, stack
        self._importers: dict[tuple[str, int, int], ReportImporter] = {}
        self._categories = dict(around.known.categories)
        self._made: list[str] = []
        self._count = ImportCount()
        self._rejected = 0
        self._problems: list[Problem] = []
        self._far = self._placed = 0
        self._seen: Counter[bytes] = Counter()
        self._repeats = Repeats()
        self._statuses: Counter[str] = Counter()
        self._open_again = self._in_words = 0

    def prepare(self, reader: FieldReader) -> _Batch:
        """Read the fields of one chunk."""
        frame, sources = self._frame(reader)
        self._prepared += len(reader.rows)
        return _Batch(reader, frame, sources, len(self._made))

    def write(self, batch: _Batch, writer: int) -> ImportCount:
        """Write the good rows of a batch."""
        good, count = ~batch.reader.bad, ImportCount()
        for source in sorted(set(batch.sources[good])):
            rows = np.flatnonzero(good & (batch.sources == source))
            frame = batch.frame.take(rows).reset_index(drop=True)
            if self._run.dry_run:
                with self._run.transaction() as tx:
                    county = self._run.county_code
                    count += count_known(tx, county, source, frame)
            else:
                count += self._importer(source, writer, batch.categories_made).write(frame)
        return count

    def finished(self, batch: _Batch, written: Future[ImportCount]) -> _Batch:
        """Wait until a batch is in and count it."""
        self._count += written.result()
        reader = batch.reader
        self.rows += len(reader.rows) + len(reader.chunk.problems)
        self._rejected += len({problem.row for problem in reader.problems})
        room = max(_SHOWN_PROBLEMS - len(self._problems), 0)
        self._problems.extend(sorted(reader.problems, key=lambda problem: problem.row)[:room])
        return batch

    def outcome(self, table: Table, rejects: Path) -> Outcome:
        """Say what became of the file."""
        notes = [*column_notes(table, self._mapped)]
        if not self._around.known.grids:
            notes.append("no layout is active: the reports get no grid until one is")
        notes.extend(self._time_notes())
        if not {"id", "client_id"} & self._mapped.columns.keys():
            notes.append("no column of numbers: rows are told apart by all they say")
        if self._made:
            notes.append(f"categories added: {', '.join(self._made)}")
        if self._placed and self._far / self._placed > _FAR_SHARE:
            notes.append(
                f"{100 * self._far / self._placed:.0f} % of the positions lie far outside the "
                f"county: is {self._crs.name} right, and is {self._around.county.name} the county?"
            )
        tally = Tally(self._count.created, 0, self._count.existing)
        all_bad = self._rejected > 0 and self._rejected == self.rows
        return Outcome(
            "reports",
            table.name,
            self.rows,
            tally,
            refused="none of its rows can be used" if all_bad else None,
            problems=tuple(self._problems),
            notes=tuple(notes),
            rejects=rejects if self._rejected and not self._run.dry_run else None,
            rejected=self._rejected,
        )

    def _time_notes(self) -> list[str]:
        """Say what was made of times and statuses."""
        named, notes = self._mapped.columns, []
        if not {"captured_at", "received_at"} & named.keys():
            notes.append("no column of times: the reports are received now")
        if self._statuses:
            words = ", ".join(word for word, _ in self._statuses.most_common(5))
            notes.append(
                f"{self._statuses.total()} rows have a status that is none of ours ({words}): "
                "they are closed if they have a closing time"
            )
        if self._open_again:
            notes.append(f"{self._open_again} rows were under way: they come in as received")
        if self._in_words:
            notes.append(
                f"{self._in_words} rows say where in words only: they have a grid where the words "
                "are the name of one place"
            )
        if "client_id" in named:
            notes.append(_NOT_CARRIED)
        return notes

    def _frame(self, reader: FieldReader) -> tuple[pd.DataFrame, Texts]:
        """Return the columns that `gis.bulk` takes, and each row's source."""
        first = self._prepared == 0
        lon, lat = read_positions(
            reader, self._crs, self._around.home, required=False, whole_file=first
        )
        self._note_far(lon, lat)
        grid, place, place_text, in_words = read_names(reader, self._around.known, lon)
        life = read_life(reader, self._around.zone, pd.Timestamp(self._run.now))
        categories = self._read_categories(reader)
        descriptions = read_descriptions(reader, categories)
        sources = reader.choice("source", SOURCES, default=self._options.source)
        client_ids = read_client_ids(reader)
        accuracy_m = reader.number("accuracy_m", least=0, most=1e6)
        frame = pd.DataFrame(
            {
                "source_number": self._source_numbers(reader, client_ids),
                "client_id": client_ids,
                "category": categories,
                "description": descriptions,
                "lon": lon,
                "lat": lat,
                "crs": self._crs.name,
                "accuracy_m": np.where(np.isfinite(lon), accuracy_m, np.nan),
                "grid_code": grid,
                "place_code": place,
                "place_text": place_text,
                "captured_at": life.captured,
                "received_at": life.received,
                "address": reader.text("address", longest=400),
                "urgent": reader.flag("urgent"),
                "reporter_name": reader.text("reporter_name", longest=100),
                "reporter_phone": reader.code("reporter_phone", longest=40),
                "closed_at": life.closed,
                "outcome": life.outcome,
            }
        )
        self._statuses.update(life.unknown)
        self._open_again += life.not_carried
        self._in_words += int(in_words.sum())
        self._repeats.refuse(reader, frame, sources)
        return frame, sources

    def _read_categories(self, reader: FieldReader) -> Texts:
        given = reader.text("category", longest=100)
        unknown = sorted({name for name in given if name and name not in self._categories})
        if unknown and self._options.create_categories:
            self._create(unknown)
        known = self._categories
        wrong = np.fromiter((bool(name) and name not in known for name in given), dtype=bool)
        hints = {name: known_or_hint(name, known, "category") for name in unknown[:200]}
        reader.refuse(
            wrong,
            "category",
            lambda i: hints.get(given[i], "there is no such category") + _CREATE_HINT,
        )
        return np.array([known.get(name, "") for name in given], dtype=object)

    def _create(self, names: list[str]) -> None:
        """Add the categories that the county does not have."""
        made = new_categories(names, self._categories.values())
        self._categories.update(zip(names, (category.code for category in made), strict=True))
        with self._run.transaction() as tx:
            upsert_categories(tx, self._run.county_code, made, now=self._run.now)
        self._made.extend(names)

    def _source_numbers(self, reader: FieldReader, client_ids: Texts) -> Texts:
        """Return what tells a row apart: its number, else a hash of all it says and its count."""
        numbers = reader.code("id", longest=100)
        known = np.array([client_id is not None for client_id in client_ids], dtype=bool)
        # What GridCall itself numbered can be found again by that number in a new county.
        numbers = np.where(known & (numbers == ""), reader.code("number", longest=100), numbers)
        for i in np.flatnonzero((numbers == "") & ~known).tolist():
            said = "\x1f".join(str(cell) for cell in reader.chunk.frame.iloc[i])
            if reader.chunk.geometry is not None:
                said += str(reader.chunk.geometry[i])
            digest = hashlib.sha256(said.encode("utf-8", "surrogatepass")).digest()[:16]
            self._seen[digest] += 1
            numbers[i] = f"{digest.hex()}-{self._seen[digest]}"
        return numbers

    def _note_far(self, lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]) -> None:
        home = self._around.home
        if home is not None:
            near = (lon > home.west - _FAR_DEG) & (lon < home.east + _FAR_DEG)
            near &= (lat > home.south - _FAR_DEG) & (lat < home.north + _FAR_DEG)
            placed = np.isfinite(lon)
            self._placed += int(placed.sum())
            self._far += int((placed & ~near).sum())

    def _importer(self, source: str, writer: int, categories_made: int) -> ReportImporter:
        """Return a writer's importer of a source; a new one where categories were added since."""
        key = (source, writer, categories_made)
        if key not in self._importers:
            importer = ReportImporter(self._run.db, self._run.county_code, source=source)
            self._importers[key] = self._stack.enter_context(importer)
        return self._importers[key]


_CREATE_HINT: Final = "; --create-categories adds it"
