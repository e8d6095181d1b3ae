"""Reports of a scope, counted into the units of a frame, and what was left out.

Rollups answer for a category or tag and a period; only a cause, a source or repeats need the rows
of the period themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from sqlalchemy import func, select

from gis.cells import CELL_M
from gis.clock import day_bounds
from gis.db.database import Row, Transaction
from gis.hotspots.counts import CellCounts, coarsen
from gis.layer_sources import packed_integers, unpacked
from gis.layering.frames import County, Frame
from gis.layering.scopes import Scope, Span

Integers: TypeAlias = npt.NDArray[np.int64]

_LATTICE_M: Final = int(CELL_M)


@dataclass(frozen=True, eq=False)
class Counted:
    """Counts of a frame's units, and the reports that are in none of them.

    Attributes
    ----------
    counts
        Shape (n,).
    outside
        Reports whose grid, town or cell is not of the frame: outside of the county's grids.
    without_location
        Reports known by the name of a grid or place only; 0 where units are not cells.
    """

    counts: Integers
    outside: int
    without_location: int = 0

    @property
    def n(self) -> int:
        """Reports counted into the units."""
        return int(self.counts.sum())


def count_frame(tx: Transaction, scope: Scope, frame: Frame, span: Span | None = None) -> Counted:
    """Count the reports of a scope in each unit of a frame.

    Parameters
    ----------
    span
        Other days than the scope's own; for cells they are whole months.
    """
    days = span or scope.found
    if days is None:
        return Counted(np.zeros(len(frame), dtype=np.int64), 0)
    county = scope.county(tx)
    if frame.cells is not None:
        return _count_cells(located_reports(tx, scope, days, frame.cells.size_m), frame)
    if scope.slice.needs_rows:
        rows = _rows(tx, scope, county, days)
        known = [(row["grid_code"], row["reports"]) for row in rows if row["grid_code"]]
        lost = sum(row["reports"] for row in rows if not row["grid_code"])
        return _gathered(_placed(county.grids, known), frame, lost)
    pieces = scope.source.by_grid(days.days)
    statement = select(pieces.c.code, func.sum(pieces.c.reports)).group_by(pieces.c.code)
    pairs = tx.connection.execute(statement).all()
    per_grid = _placed(county.grids, [(code, int(reports)) for code, reports in pairs])
    return _gathered(per_grid, frame, scope.source.outside(tx, days.days))


def cells_at(frame: Frame, columns: Integers, rows: Integers) -> Integers:
    """Return the position in a frame of each cell, -1 for one that is not of it.

    Parameters
    ----------
    columns, rows
        In sides of the frame's cells, shape (m,).
    """
    cells = frame.cells
    if cells is None or not len(frame):
        return np.full(columns.shape, -1, dtype=np.int64)
    width = int(cells.columns.max() - cells.columns.min()) + 1
    own = (cells.rows - cells.rows[0]) * width + cells.columns - cells.columns.min()
    across = columns - cells.columns.min()
    wanted = (rows - cells.rows[0]) * width + across
    place = np.minimum(np.searchsorted(own, wanted), own.size - 1)
    found = (own[place] == wanted) & (across >= 0) & (across < width)
    return np.where(found, place, -1)


@dataclass(frozen=True, eq=False)
class Located:
    """Reports with coordinates by square cells, one or several counts a cell; how many have none."""

    cells: CellCounts
    without_location: int


_NONE = np.zeros(0, dtype=np.int64)
NOWHERE: Final = Located(CellCounts(_NONE, _NONE, _NONE), 0)


def located_reports(tx: Transaction, scope: Scope, days: Span, cell_m: int) -> Located:
    """Return where the reports of a scope are; rollups take whole months.

    Parameters
    ----------
    cell_m
        Side of the cells, a multiple of 100.
    """
    if scope.slice.needs_rows:
        rows = _rows(tx, scope, scope.county(tx), days)
        return _located_rows(rows, cell_m // _LATTICE_M)
    cells = _packed_cells(tx, scope, days, cell_m)
    pieces = scope.source.by_grid(days.days)
    in_grids = tx.connection.execute(select(func.sum(pieces.c.reports))).scalar_one() or 0
    gridless = scope.source.outside(tx, days.days)
    return Located(cells, max(0, int(in_grids) + gridless - int(cells.counts.sum())))


def _packed_cells(tx: Transaction, scope: Scope, days: Span, cell_m: int) -> CellCounts:
    """Fetch counts as three strings of bytes; a cell may come in several pieces, which add up.

    A row of Python objects for each of fifty thousand cells, and summing them up in PostgreSQL, take
    longer than all the rest of a layer.
    """
    lattice = scope.source.by_cell(days.days, cell_m)
    pieces, step = lattice.pieces.c, cell_m // lattice.side_m
    packed = [packed_integers(column) for column in (pieces.x, pieces.y, pieces.reports)]
    row = tx.connection.execute(select(*packed)).one()
    columns, rows, counts = (unpacked(part) for part in row)
    return CellCounts(columns // step, rows // step, counts)


def into_cells(cells: CellCounts, frame: Frame) -> tuple[Integers, int]:
    """Sum counts of cells of the frame's size into it; return them and what fell outside."""
    place = cells_at(frame, cells.columns, cells.rows)
    known = place >= 0
    counts = np.bincount(place[known], cells.counts[known], len(frame))
    return counts.round().astype(np.int64), int(cells.counts[~known].sum())


def _count_cells(located: Located, frame: Frame) -> Counted:
    assert frame.cells is not None  # noqa: S101  only called with cells
    counts, outside = into_cells(located.cells, frame)
    return Counted(counts, outside, located.without_location)


def _located_rows(rows: list[Row], step: int) -> Located:
    known = [row for row in rows if row["cell_x"] is not None]
    triples = [(row["cell_x"], row["cell_y"], row["reports"]) for row in known]
    found = np.array(triples, dtype=np.int64).reshape(-1, 3)
    cells = coarsen(CellCounts(found[:, 0], found[:, 1], found[:, 2]), step)
    return Located(cells, sum(row["reports"] for row in rows if row["cell_x"] is None))


def _rows(tx: Transaction, scope: Scope, county: County, days: Span) -> list[Row]:
    tx.see_county(scope.actor.county_code)
    return tx.query("layer_rows", narrowed_where(scope, county, days))


def narrowed_where(scope: Scope, county: County, days: Span) -> Row:
    """Return the parameters by which statements find a scope's rows, by all that narrows it."""
    asked = scope.slice
    own = {"cause": asked.cause, "source": asked.source, "repeat": asked.repeat}
    return {**rows_where(scope, county, days), **own}


def rows_where(scope: Scope, county: County, days: Span) -> Row:
    """Return the parameters by which statements find the rows of a scope's categories and days."""
    since, until = day_bounds(days.first, days.last, county.zone)
    return {**choice_where(scope), "since": since, "until": until}


def choice_where(scope: Scope) -> Row:
    """Return the parameters by which statements over rollups find the categories of a scope."""
    choice = scope.choice
    return {
        "county_code": scope.actor.county_code,
        "layout_id": scope.layout_id,
        "codes": None if choice.codes is None else list(choice.codes),
        "hidden": list(choice.hidden),
    }


def _placed(grids: Frame, pairs: list[tuple[str, int]]) -> Integers:
    counts = np.zeros(len(grids), dtype=np.int64)
    for code, reports in pairs:
        place = grids.position.get(code)
        if place is not None:
            counts[place] += reports
    return counts


def _gathered(per_grid: Integers, frame: Frame, outside: int) -> Counted:
    """Sum grids into the units they belong to."""
    of_grid = frame.of_grid
    assert of_grid is not None  # noqa: S101  cells are counted from the lattice
    known = of_grid >= 0
    counts = np.bincount(of_grid[known], per_grid[known], len(frame)).round().astype(np.int64)
    return Counted(counts, outside + int(per_grid[~known].sum()))


def list_causes(tx: Transaction, scope: Scope) -> list[Row]:
    """Return the causes of a scope with their counts, the most frequent first, at most 50."""
    if scope.found is None:
        return []
    tx.see_county(scope.actor.county_code)
    return tx.query("layer_causes", rows_where(scope, scope.county(tx), scope.found))
