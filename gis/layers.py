"""Counts for the heat layers: reports per grid, town or cell, for a category or tag and a period.

County-wide roles read the rollups, so a layer costs the same over a thousand reports as over ten
million; utilities, grid staff and volunteers count the rows they may read. Rejected and duplicate
reports do not count. ``bbox`` selects units and never clips their counts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import shapely
from sqlalchemy import ColumnElement, Subquery, collate, func, select

from gis.audience import Actor
from gis.datum import Crs, area_of_use, from_wgs84, parse_crs, to_wgs84
from gis.db.database import Transaction
from gis.disclosure import Choice, choose
from gis.errors import InvalidInput
from gis.geometry import BBox, LocalFrame
from gis.layer_sources import Lattice, Source, packed_integers, unpacked
from gis.layering.suppression import tell
from gis.models import County, Grid
from gis.periods import ALWAYS, Days, month_end, widened

Unit = Literal["grid", "town", "cell"]
CellSize = Literal[100, 200, 400, 800]

CELL_SIZES_M: tuple[CellSize, ...] = (100, 200, 400, 800)
_COMFORTABLE_CELLS = 2_000
_MOST_CELLS = 20_000
_BORDER_POINTS = 64


@dataclass(frozen=True)
class LayerQuery:
    """What a layer shows.

    Attributes
    ----------
    days
        Days in the county's zone. With ``latest`` instead the latest month that has any report of
        the choice.
    full
        With ``latest``: the latest whole month, as `Source.full_month` has it; the running one is
        taken only where no month before it has any report.
    running
        First day of the running month in the county's zone; by default none runs any more.
    cell_m
        Side of the cells; None takes the smallest that keeps the view below 2,000 cells.
    """

    unit: Unit
    category: str | None = None
    tag: str | None = None
    days: Days = ALWAYS
    latest: bool = False
    full: bool = False
    running: dt.date = dt.date.max
    bbox: BBox | None = None
    cell_m: CellSize | None = None


@dataclass(frozen=True, slots=True)
class UnitCount:
    """One grid, town or cell; ``count`` is None where fewer than 5 are not told."""

    code: str
    count: int | None
    polygon: list[list[float]] | None = None


@dataclass(frozen=True)
class LayerCounts:
    """A layer's answer.

    Attributes
    ----------
    days
        The days that were counted.
    whole_months
        The days asked for were widened to whole months (cells are counted by month).
    without_sensitive
        Sensitive categories are left out for this actor.
    latest
        The latest month with any report of the choice; None where there is none at all.
    without_location
        Reports that name a grid or place only, so that no cell counts them; 0 where units are not
        cells.
    """

    days: Days
    whole_months: bool
    cell_m: int | None
    without_sensitive: bool
    latest: Days | None
    without_location: int
    items: list[UnitCount]


@dataclass(frozen=True)
class State:
    """What a layer's answer depends on beside the question: for ETags."""

    layout_id: int | None
    layout: str | None
    data_version: tuple[int, int]


def layer_state(tx: Transaction, county_code: str) -> State:
    """Return the active layout and the version of the data, in one cheap statement."""
    row = tx.query_one("layer_state", {"county_code": county_code})
    if row is None:
        return State(None, None, (0, 0))
    return State(row["layout_id"], row["layout"], (row["last_id"], row["recent"]))


def count_units(tx: Transaction, actor: Actor, query: LayerQuery, state: State) -> LayerCounts:
    """Count the reports of each unit.

    Raises
    ------
    InvalidInput
        The category or tag does not exist, the period is backwards, or a sensitive category is asked
        for in a way that could tell single cases.
    """
    if None not in query.days and query.days.first > query.days.last:  # type: ignore[operator]
        raise InvalidInput.of("to", "lies before from")
    choice = choose(tx, actor, query.category, query.tag)
    source = Source(actor, choice, state.layout_id)
    latest = _month(source.latest_month(tx, query.running if choice.group else None))
    asked = query.days
    if query.latest:
        whole = _month(source.full_month(tx, query.running)) if query.full else None
        asked = whole or latest or query.days
    choice.check(query.unit, asked, query.running)
    days, cell_m, nowhere = asked, None, 0
    if query.unit == "cell":
        tx.plan_for_values()
        days = widened(asked)
        cell_m = query.cell_m or _comfortable(query.bbox)
        lattice = source.by_cell(days, cell_m)
        items = _count_cells(tx, actor.county_code, lattice, query.bbox, cell_m)
        nowhere = source.without_location(tx, days)
    else:
        items = _count_areas(tx, source.by_grid(days), query, state, choice)
    return LayerCounts(
        days=days,
        whole_months=days != asked,
        cell_m=cell_m,
        without_sensitive=choice.without_sensitive,
        latest=latest,
        without_location=nowhere,
        items=items,
    )


def _month(first: dt.date | None) -> Days | None:
    return None if first is None else Days(first, month_end(first))


def count_in_grid(
    tx: Transaction, actor: Actor, layout_id: int, grid_code: str
) -> list[dict[str, Any]]:
    """Count the reports of one grid by category, of all time, the most frequent first."""
    choice = choose(tx, actor, None, None)
    source = Source(actor, choice, layout_id)
    statement = source.by_category(grid_code)
    return [
        {"category": category or None, "count": number}
        for category, number in tx.connection.execute(statement)
    ]


def _count_areas(
    tx: Transaction, pieces: Subquery, query: LayerQuery, state: State, choice: Choice
) -> list[UnitCount]:
    """Count grids or towns: sum the pieces, blank what may not be told, then select by box."""
    told: Mapping[str, int | None]
    if choice.group is None:
        told = dict(_summed(tx, pieces, state, per_town=query.unit == "town"))
    else:
        # The two tables are decided on together, or one would give away what the other hides.
        town_of = _towns_of(tx, state)
        counts = dict.fromkeys(town_of, 0) | dict(_summed(tx, pieces, state, per_town=False))
        told_of = tell(counts, town_of)
        told = told_of.grids if query.unit == "grid" else told_of.towns
    if query.bbox is not None:
        seen = _codes_in(tx, query, query.bbox, state)
        told = {code: count for code, count in told.items() if code in seen}
    return [UnitCount(code, count) for code, count in told.items()]


def _summed(
    tx: Transaction, pieces: Subquery, state: State, *, per_town: bool
) -> Iterator[tuple[str, int]]:
    code: ColumnElement[str | None] = pieces.c.code
    number = func.sum(pieces.c.reports)
    statement = select(code, number)
    if per_town:
        code = Grid.town_code.expression
        of_grid = (Grid.layout_id == state.layout_id) & (Grid.code == pieces.c.code)
        statement = select(code, number).join(Grid, of_grid).where(code.is_not(None))
    statement = statement.group_by(code).having(number > 0).order_by(collate(code, "C"))
    for unit, reports in tx.connection.execute(statement):
        yield unit, int(reports)


def _towns_of(tx: Transaction, state: State) -> dict[str, str | None]:
    statement = (
        select(Grid.code, Grid.town_code)
        .where(Grid.layout_id == state.layout_id)
        .order_by(collate(Grid.code, "C"))
    )
    return {row.code: row.town_code for row in tx.connection.execute(statement)}


def _codes_in(tx: Transaction, query: LayerQuery, bbox: BBox, state: State) -> set[str]:
    """Return the codes of the grids, or of the towns with any grid, that a box touches."""
    box = func.ST_MakeEnvelope(bbox.west, bbox.south, bbox.east, bbox.north, 4326)
    code = Grid.code if query.unit == "grid" else Grid.town_code
    statement = (
        select(code)
        .where(
            Grid.layout_id == state.layout_id,
            Grid.boundary.op("&&")(box),
            func.ST_Intersects(Grid.boundary, box),
        )
        .distinct()
    )
    return {found for found in tx.connection.execute(statement).scalars() if found is not None}


def _count_cells(
    tx: Transaction, county_code: str, lattice: Lattice, bbox: BBox | None, cell_m: int
) -> list[UnitCount]:
    """Count squares of ``cell_m`` metres, and give their corners in degrees.

    Raises
    ------
    InvalidInput
        There are more than 20,000 of them.
    """
    srid = tx.connection.execute(
        select(County.metric_srid).where(County.code == county_code)
    ).scalar_one()
    metric = parse_crs(f"EPSG:{srid}")
    counted = lattice.pieces
    # Sides double from cell to cell, and a shift goes down below zero too, where a division would
    # go towards it: an integer in place of a rounded fraction halves the time of grouping.
    halvings = (cell_m // lattice.side_m).bit_length() - 1
    x, y = (column.bitwise_rshift(halvings) for column in (counted.c.x, counted.c.y))
    number = func.sum(counted.c.reports)
    statement = select(x.label("x"), y.label("y"), number.label("reports"))
    statement = statement.group_by(x, y).having(number > 0).limit(_MOST_CELLS + 1)
    if bbox is not None:
        statement = statement.where(*_near(lattice, bbox, metric, cell_m))
    summed = statement.subquery().c
    packed = (packed_integers(column) for column in (summed.x, summed.y, summed.reports))
    row = tx.connection.execute(select(*packed)).one()
    rows = np.stack([unpacked(part) for part in row], axis=1)
    if len(rows) > _MOST_CELLS:
        raise InvalidInput.of(
            "cell_m", f"gives more than {_MOST_CELLS} cells; take larger ones or a bbox"
        )
    return _cells(rows, bbox, metric, cell_m)


def _near(lattice: Lattice, bbox: BBox, metric: Crs, cell_m: int) -> list[ColumnElement[bool]]:
    """Narrow to whole squares around a box; which of them touch it is decided by their corners."""
    around = area_of_use(metric)
    if not shapely.box(*around).contains(shapely.box(*_sides(bbox))):
        return []  # a projection means nothing far outside of its area
    # The sides of a box are curves in metres: points along them find their extremes, less a bulge
    # of a few metres, for which a margin of one cell is plenty.
    along = np.linspace([bbox.west, bbox.south], [bbox.east, bbox.north], _BORDER_POINTS)
    lon, lat = np.repeat(along[:, 0], 2), np.repeat(along[:, 1], 2)
    ends = np.tile([0, -1], _BORDER_POINTS)
    border = np.vstack(
        [np.column_stack([lon, along[ends, 1]]), np.column_stack([along[ends, 0], lat])]
    )
    easting, northing = from_wgs84(border[:, 0], border[:, 1], metric)
    counted, step = lattice.pieces.c, cell_m // lattice.side_m
    conditions: list[ColumnElement[bool]] = []
    for column, metres in ((counted.x, easting), (counted.y, northing)):
        first, last = (int(np.floor(edge / cell_m)) for edge in (metres.min(), metres.max()))
        conditions.append(column.between((first - 1) * step, (last + 2) * step - 1))
    return conditions


def _cells(
    rows: npt.NDArray[np.int64], bbox: BBox | None, metric: Crs, cell_m: int
) -> list[UnitCount]:
    rows = rows[np.lexsort((rows[:, 1], rows[:, 0]))]
    corners = _corners(rows[:, :2], metric, cell_m)
    if bbox is not None:
        seen = _touching(corners, bbox)
        rows, corners = rows[seen], corners[seen]
    parts = (rows[:, 0] * cell_m, rows[:, 1] * cell_m, rows[:, 2], corners)
    return [
        UnitCount(f"{x}_{y}", count, polygon)
        for x, y, count, polygon in zip(*(part.tolist() for part in parts), strict=True)
    ]


def _corners(cells: npt.NDArray[np.int64], metric: Crs, cell_m: int) -> npt.NDArray[np.float64]:
    """Return the corners of cells in degrees, shape (n, 4, 2); those that cells share are computed once."""
    if not len(cells):
        return np.zeros((0, 4, 2))
    around = cells[:, None] + np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
    least, most = around.min(axis=(0, 1)), around.max(axis=(0, 1))
    height = int(most[1] - least[1]) + 1
    keys = (around[..., 0] - least[0]) * height + around[..., 1] - least[1]
    own, place = np.unique(keys, return_inverse=True)
    column, row = own // height + least[0], own % height + least[1]
    corners = np.stack(to_wgs84(column * cell_m, row * cell_m, metric), axis=-1).round(6)
    return corners[place.reshape(keys.shape)]


def _touching(corners: npt.NDArray[np.float64], bbox: BBox) -> npt.NDArray[np.bool_]:
    """Return which cells touch a box; only those that are not wholly within it are cut with it."""
    west, south, east, north = _sides(bbox)
    within = (corners >= (west, south)) & (corners <= (east, north))
    touching: npt.NDArray[np.bool_] = np.all(within, axis=(1, 2))
    beside = np.flatnonzero(~touching)
    polygons = shapely.polygons(corners[beside])
    touching[beside] = shapely.intersects(polygons, shapely.box(west, south, east, north))
    return touching


def _comfortable(bbox: BBox | None) -> CellSize:
    """Return the smallest size that cuts a box into 2,000 cells or fewer; the largest without one."""
    if bbox is None:
        return CELL_SIZES_M[-1]
    frame = LocalFrame((bbox.west + bbox.east) / 2, (bbox.south + bbox.north) / 2)
    width_m = (bbox.east - bbox.west) * frame.metres_per_degree_lon
    height_m = (bbox.north - bbox.south) * frame.metres_per_degree_lat
    fitting = (size for size in CELL_SIZES_M if width_m * height_m <= _COMFORTABLE_CELLS * size**2)
    return next(fitting, CELL_SIZES_M[-1])


def _sides(bbox: BBox) -> tuple[float, float, float, float]:
    return bbox.west, bbox.south, bbox.east, bbox.north
