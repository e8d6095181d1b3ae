"""What every import has in common: where it goes, how it ends, and what is said about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from data.fields import FieldReader
from data.headings import Kind, Mapped, field_headings, map_headings
from data.tables import Problem, Table
from gis.boundaries import find_extent
from gis.clock import zone_named
from gis.db.database import Database, Transaction
from gis.errors import InvalidInput
from gis.geometry import BBox
from gis.registry import County, Known, Tally, get_county, get_known

__all__ = ["ImportRun", "Outcome", "Surroundings", "mapped_columns", "refused", "surroundings"]


@dataclass(frozen=True, slots=True)
class ImportRun:
    """One call of ``gridcall import``.

    Attributes
    ----------
    crs
        Coordinate system as stated; None: the file's own.
    layer
        Layer or sheet, where the file has several.
    dry_run
        Do everything and undo it.
    now
        The instant of the import.
    """

    db: Database
    county_code: str
    path: Path
    now: dt.datetime
    crs: str | None = None
    layer: str | None = None
    dry_run: bool = False

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Give out a transaction that is undone at its end in a dry run."""
        try:
            with self.db.transaction(county_code=self.county_code) as tx:
                yield tx
                if self.dry_run:
                    raise _Undone
        except _Undone:
            pass


class _Undone(Exception):
    """Ends the transaction of a dry run."""


@dataclass(frozen=True)
class Outcome:
    """What became of a file.

    Attributes
    ----------
    rows
        Rows read.
    tally
        What was written, or would be.
    refused
        Why nothing was written; None where all or the good rows were.
    problems
        What is wrong, by row; of reports, the rows left out.
    notes
        What the importer decided and the person should know.
    listed
        Findings that are no problem of a row: repairs, overlaps, gaps.
    rejects
        File that the rows left out were written to.
    """

    kind: Kind
    name: str
    rows: int
    tally: Tally = field(default_factory=Tally)
    refused: str | None = None
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    rejects: Path | None = None
    rejected: int = 0


@dataclass(frozen=True)
class Surroundings:
    """What the county has already; `home` is where it lies, as far as known."""

    county: County
    known: Known
    home: BBox | None

    @property
    def zone(self) -> ZoneInfo:
        """The county's time zone."""
        return zone_named(self.county.timezone)


def surroundings(run: ImportRun) -> Surroundings:
    """Read what the county has.

    Raises
    ------
    NotFound
        There is no such county.
    """
    with run.db.read(county_code=run.county_code) as tx:
        county = get_county(tx, run.county_code)
        return Surroundings(
            county, get_known(tx, run.county_code), find_extent(tx, run.county_code)
        )


def mapped_columns(
    kind: Kind,
    table: Table,
    required: tuple[str, ...],
    chosen: Mapping[str, str | None] | None = None,
) -> Mapped:
    """Say which column holds which field, and that none is missing.

    Raises
    ------
    InvalidInput
        If a required field has no column; names its usual heading and the file's own headings.
    """
    mapped = map_headings(kind, table.columns, chosen=chosen)
    usual = field_headings(kind)
    missing = [usual[name] for name in required if name not in mapped.columns]
    if missing:
        raise InvalidInput.of(
            "file",
            f"{table.name} has no column {', '.join(missing)}; it has {', '.join(table.columns)}. "
            f"`gridcall template {kind}` writes an example",
        )
    return mapped


def column_notes(table: Table, mapped: Mapped) -> tuple[str, ...]:
    """Return what the reader decided, and the columns that are not used."""
    if not mapped.unused:
        return table.notes
    return (*table.notes, f"columns not used: {', '.join(mapped.unused)}")


def refused(
    kind: Kind,
    table: Table,
    reader: FieldReader,
    notes: tuple[str, ...],
    listed: tuple[str, ...] = (),
) -> Outcome:
    """Return the outcome of a file that is refused because of its rows."""
    problems = tuple(sorted(reader.problems, key=lambda problem: problem.row))
    wrong = len({problem.row for problem in problems})
    return Outcome(
        kind,
        table.name,
        len(reader.rows) + len(reader.chunk.problems),
        refused=f"{wrong} of its rows cannot be used: nothing was written",
        problems=problems,
        notes=notes,
        listed=listed,
    )
