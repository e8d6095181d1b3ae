"""Reports per km2 as a surface over the whole county, and the fixed classes it is drawn in.

The surface is computed once for a scope and bandwidth, from rollup cells over the county and a
margin around it, and kept; tiles are cut from it, so a place has the same value and colour in
every tile and at every zoom. Classes depend on the choice and the bandwidth, not on the view: they
are steps below the densest place of the busiest month, times the length of the period: no month
is darker than the legend goes, and an outbreak is told apart from a lone report.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt
import shapely
from sqlalchemy import func, select

from gis.db.database import Transaction
from gis.errors import InvalidInput
from gis.hotspots.counts import CellCounts
from gis.hotspots.density import cell_density, margin_cells, mask_share
from gis.layering.counting import NOWHERE, Counted, located_reports
from gis.layering.frames import County, Floats
from gis.layering.memory import memory_of
from gis.layering.scopes import Scope, Span

Bandwidth: TypeAlias = Literal[400, 800, 1600]

BANDWIDTHS_M: Final[tuple[int, ...]] = get_args(Bandwidth)
DEFAULT_BANDWIDTH_M: Final[Bandwidth] = 800
CLASSES: Final = 6
_DAYS_OF_MONTH: Final = 30.4375
# 1-2-5 steps, so that legends read easily and small changes of the data change no colour.
_NICE: Final = np.array([1.0, 2.0, 5.0])


@dataclass(frozen=True, eq=False)
class Surface:
    """Reports per km2 on a lattice over the county.

    Attributes
    ----------
    values
        Shape (rows, columns), southernmost row first; 0 outside of the county.
    west_m, south_m
        Corner of the lattice in metres of the county's system.
    """

    values: Floats
    west_m: float
    south_m: float
    cell_m: int
    bandwidth_m: int
    counted: Counted


@dataclass(frozen=True)
class Lattice:
    """Where the cells of a surface lie.

    Attributes
    ----------
    column, row
        Of the first cell.
    mask
        True in the county.
    inside
        Share of each cell's kernel inside the mask.
    """

    column: int
    row: int
    mask: npt.NDArray[np.bool_]
    inside: Floats


def surface_of(
    tx: Transaction, scope: Scope, bandwidth_m: Bandwidth, span: Span | None = None
) -> Surface:
    """Return the density surface of a scope, computed once for each state of the data.

    Parameters
    ----------
    span
        Other days than the scope's own, as whole months.
    """
    days = span or scope.found
    key = ("surface", scope.key, days, bandwidth_m)
    return memory_of(tx).get(key, lambda: _make(tx, scope, bandwidth_m, days))


def scale_of(tx: Transaction, scope: Scope, bandwidth_m: Bandwidth) -> float:
    """Return what the colours of a choice hang on: the densest place of its busiest month.

    Rounded down to 1, 2 or 5; 0 if there is no report. It is worked out anew only when another
    month is the busiest, or when its reports have doubled, so that colours stay
    what they are while reports come in. Where nothing of that month is on the surface, as of a
    cause that was never its, the days that are looked at stand for it.
    """
    months = _reports_by_month(tx, scope)
    if not months:
        return 0.0
    first, reports = max(months, key=lambda month: (month[1], month[0]))
    span = Span.month(first)
    key = ("scale", scope.choice, scope.filters, scope.layout_id, bandwidth_m, span)
    # What leads feed back changes which of its reports are meant, not how many it has.
    state = scope.version if scope.slice.needs_rows else reports.bit_length()
    scale = memory_of(tx).get((*key, state), lambda: _scale(tx, scope, bandwidth_m, span))
    return scale or (0.0 if scope.found is None else _scale(tx, scope, bandwidth_m, scope.found))


def _scale(tx: Transaction, scope: Scope, bandwidth_m: Bandwidth, span: Span) -> float:
    """Return the densest place of some days, as of one month of them, rounded down."""
    densest = float(surface_of(tx, scope, bandwidth_m, span).values.max())
    steps = breaks_below(densest / _whole_months(span.length / _DAYS_OF_MONTH), 1)
    return steps[-1] if steps else 0.0


def _reports_by_month(tx: Transaction, scope: Scope) -> list[tuple[dt.date, int]]:
    """Return the months that have any report, by their first days, oldest first."""
    pieces = scope.source.by_grid_and_month()
    month, number = pieces.c.step, func.sum(pieces.c.reports)
    statement = select(month, number).group_by(month).having(number > 0).order_by(month)
    return [(first, int(reports)) for first, reports in tx.connection.execute(statement)]


def class_breaks(scale: float, span: Span | None) -> list[float]:
    """Return the lower ends of the classes, in reports per km2 over the days of a period.

    They are the same for every view, zoom and month of a choice.
    """
    return [] if span is None else breaks_below(scale, span.length / _DAYS_OF_MONTH)


def breaks_below(monthly_peak: float, months: float) -> list[float]:
    """Return lower class ends for a period of so many months.

    Parameters
    ----------
    monthly_peak
        Highest density of the busiest month, in reports per km2.
    months
        Length of the period.

    Examples
    --------
    >>> breaks_below(7.3, 1)
    [0.1, 0.2, 0.5, 1.0, 2.0, 5.0]
    >>> breaks_below(7.3, 12)
    [1.2, 2.4, 6.0, 12.0, 24.0, 60.0]
    """
    if not monthly_peak > 0:
        return []
    length = _whole_months(months)
    power = np.floor(np.log10(monthly_peak))
    ladder = np.concatenate([_NICE * 10 ** (power + step) for step in (-3, -2, -1, 0)])
    below = ladder[ladder <= monthly_peak * (1 + 1e-9)][-CLASSES:]
    return [float(f"{value * length:.4g}") for value in below]


def _whole_months(months: float) -> int:
    """Round an ordinary month's calm to whole months, or February would have colours of its own."""
    return max(1, round(months))


def _make(tx: Transaction, scope: Scope, bandwidth_m: Bandwidth, days: Span | None) -> Surface:
    cell_m = bandwidth_m // 4
    county = scope.county(tx)
    lattice = lattice_of(tx, scope, county, cell_m, bandwidth_m)
    located = NOWHERE if days is None else located_reports(tx, scope, days, cell_m)
    counts, outside = rasterised(located.cells, lattice)
    values = cell_density(counts, cell_m, bandwidth_m, lattice.mask, inside=lattice.inside)
    inside = counts[lattice.mask].astype(np.int64)
    counted = Counted(inside, outside, located.without_location)
    return Surface(
        values, lattice.column * cell_m, lattice.row * cell_m, cell_m, bandwidth_m, counted
    )


def lattice_of(
    tx: Transaction, scope: Scope, county: County, cell_m: int, bandwidth_m: int
) -> Lattice:
    """Return the lattice over the county with the margin that a bandwidth needs, cut once."""
    key = ("lattice", scope.layout_id, scope.version.frame, cell_m, bandwidth_m)
    return memory_of(tx).get(key, lambda: _cut_lattice(county, cell_m, bandwidth_m))


def rasterised(cells: CellCounts, lattice: Lattice) -> tuple[Floats, int]:
    """Put counts on a lattice; return them and how many reports lie outside of the mask."""
    height, width = lattice.mask.shape
    rows, columns = cells.rows - lattice.row, cells.columns - lattice.column
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    inside[inside] = lattice.mask[rows[inside], columns[inside]]
    flat = rows[inside] * width + columns[inside]
    counts = np.bincount(flat, cells.counts[inside], height * width).astype(np.float64)
    return counts.reshape(height, width), int(cells.counts[~inside].sum())


def check_bandwidth(bandwidth_m: int) -> Bandwidth:
    """Return a bandwidth that layers are drawn with.

    Raises
    ------
    InvalidInput
        It is another one.
    """
    for known in get_args(Bandwidth):
        if bandwidth_m == known:
            return known  # type: ignore[no-any-return]
    raise InvalidInput.of("bandwidth_m", f"take one of {', '.join(map(str, BANDWIDTHS_M))}")


def _cut_lattice(county: County, cell_m: int, bandwidth_m: int) -> Lattice:
    margin = margin_cells(cell_m, bandwidth_m)
    west, south, east, north = shapely.bounds(county.ground) / cell_m
    column, row = int(np.floor(west)) - margin, int(np.floor(south)) - margin
    columns = np.arange(column, int(np.ceil(east)) + margin)
    rows = np.arange(row, int(np.ceil(north)) + margin)
    x, y = np.meshgrid((columns + 0.5) * cell_m, (rows + 0.5) * cell_m)
    shapely.prepare(county.ground)
    mask = shapely.contains_xy(county.ground, x, y)
    return Lattice(column, row, mask, mask_share(mask, cell_m, bandwidth_m))
