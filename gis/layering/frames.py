"""The units of a layer: grids, communities, towns, or square cells of fixed metres.

A frame holds every unit of the county, also those without reports: a hotspot is a statement about
the whole map. Communities and towns are unions of grids, so they are neighbours where two of
their grids are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias, cast
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import shapely
from scipy import sparse
from shapely.geometry.base import BaseGeometry

from gis.cells import CELL_M
from gis.clock import zone_named
from gis.datum import Crs, from_wgs84, parse_crs, to_wgs84
from gis.db.database import Row, Transaction
from gis.errors import Conflict
from gis.hotspots.getis_ord import Neighbours, cell_contiguity, contiguity
from gis.layering.memory import memory_of

Unit: TypeAlias = Literal["grid", "community", "town", "cell"]
Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]
Geometries: TypeAlias = npt.NDArray[np.object_]

_M2_PER_KM2 = 1e6
_OUTSIDE = -1


@dataclass(frozen=True)
class Cells:
    """Square cells: ``columns`` and ``rows`` count sides of ``size_m`` from the system's origin."""

    size_m: int
    columns: Integers
    rows: Integers


@dataclass(frozen=True, eq=False)
class Frame:
    """The units of a layer; sequences and arrays have one entry a unit, shape (n,).

    Attributes
    ----------
    codes
        Sorted; of a cell ``<easting>_<northing>`` of its corner in metres.
    towns
        Code of the town of each unit; None where it has none.
    area_km2, residents, households
        nan where not known; of cells only the area is.
    xy
        Centres in metres of the county's system, shape (n, 2).
    of_grid
        Position of the unit each grid belongs to, -1 for none; None for cells.
    """

    unit: Unit
    layout_id: int
    codes: tuple[str, ...]
    names: tuple[str, ...]
    names_en: tuple[str, ...]
    towns: tuple[str | None, ...]
    area_km2: Floats
    residents: Floats
    households: Floats
    xy: Floats
    neighbours: Neighbours
    of_grid: Integers | None
    cells: Cells | None = None

    def __len__(self) -> int:
        """Return the number of units."""
        return len(self.codes)

    @cached_property
    def position(self) -> dict[str, int]:
        """Position of each unit by its code."""
        return {code: index for index, code in enumerate(self.codes)}


@dataclass(frozen=True, eq=False)
class County:
    """The grids of a layout with their shapes: what every frame is made of.

    Attributes
    ----------
    boundaries, shapes
        Polygons of the grids in the order of the frame: in degrees, and in metres of ``metric``.
    """

    grids: Frame
    communities: tuple[str | None, ...]
    metric: Crs
    zone: ZoneInfo
    boundaries: Geometries
    shapes: Geometries

    @cached_property
    def drawn(self) -> Geometries:
        """The grids in metres, simplified together for pictures: 25 m are less than a pixel."""
        return cast(Geometries, shapely.coverage_simplify(self.shapes, 25.0))

    @cached_property
    def town_outlines(self) -> list[BaseGeometry]:
        """Outline of each town, for pictures."""
        towns = np.array([code or "" for code in self.grids.towns])
        return [
            shapely.union_all(self.drawn[towns == code], grid_size=0.01)
            for code in np.unique(towns).tolist()
            if code
        ]

    @cached_property
    def ground(self) -> BaseGeometry:
        """Union of the grids in metres; the lattice of a centimetre closes slivers of projecting."""
        return shapely.union_all(self.shapes, grid_size=0.01)


def frame_version(tx: Transaction, county_code: str, layout_id: int | None) -> int:
    """Return a number that changes with names, populations and exposures: for ETags and memory."""
    row = tx.query_one("layer_frame_version", {"county_code": county_code, "layout_id": layout_id})
    return int(row["version"]) if row else 0


def load_county(tx: Transaction, county_code: str, layout_id: int | None, version: int) -> County:
    """Return the grids of a layout, read once for each version.

    Raises
    ------
    Conflict
        The county has no active layout, or it has no grids.
    """
    if layout_id is None:
        raise Conflict("There is no active grid layout: import grids and activate it first.")
    key = ("county", layout_id, version)
    return memory_of(tx).get(key, lambda: _read_county(tx, county_code, layout_id))


def load_frame(
    tx: Transaction, county: County, unit: Unit, version: int, cell_m: int | None = None
) -> Frame:
    """Return the units of a layer, made once for each version.

    Parameters
    ----------
    cell_m
        Side of the cells in metres, a multiple of 100; with ``unit="cell"`` only.
    """
    if unit == "grid":
        return county.grids
    key = ("frame", county.grids.layout_id, version, unit, cell_m)
    if unit == "cell":
        size = cell_m or int(CELL_M)
        return memory_of(tx).get(key, lambda: _cut_cells(county, size))
    return memory_of(tx).get(key, lambda: _join_grids(tx, county, unit))


def cell_corners(frame: Frame, metric: Crs, which: Integers) -> Floats:
    """Return the corners of cells in degrees (lon, lat), shape (m, 4, 2), 6 decimals."""
    cells = cast(Cells, frame.cells)
    west, south = cells.columns[which] * cells.size_m, cells.rows[which] * cells.size_m
    east, north = west + cells.size_m, south + cells.size_m
    easting = np.column_stack([west, east, east, west])
    northing = np.column_stack([south, south, north, north])
    corners: Floats = np.stack(to_wgs84(easting, northing, metric), axis=-1)
    return corners.round(6)


def projected(shapes: Geometries | BaseGeometry, metric: Crs) -> Geometries:
    """Return shapes given in degrees in metres of the county's system."""

    def project(lonlat: Floats) -> Floats:
        return np.column_stack(from_wgs84(lonlat[:, 0], lonlat[:, 1], metric))

    return cast(Geometries, shapely.transform(shapes, project))


def _read_county(tx: Transaction, county_code: str, layout_id: int) -> County:
    rows = tx.query("layer_grids", {"layout_id": layout_id})
    if not rows:
        raise Conflict("The active grid layout has no grids.")
    own = tx.rows("SELECT metric_srid, timezone FROM county WHERE code = %s", [county_code])[0]
    metric = parse_crs(f"EPSG:{own['metric_srid']}")
    boundaries = shapely.from_wkb([row["boundary"] for row in rows])
    shapes = projected(boundaries, metric)
    grids = Frame(
        unit="grid",
        layout_id=layout_id,
        codes=tuple(row["code"] for row in rows),
        names=tuple(row["name"] for row in rows),
        names_en=tuple(row["name_en"] for row in rows),
        towns=tuple(row["town_code"] for row in rows),
        area_km2=_column(rows, "area_m2") / _M2_PER_KM2,
        residents=_column(rows, "population"),
        households=_column(rows, "households"),
        xy=shapely.get_coordinates(shapely.centroid(shapes)),
        # Neighbours share vertices on one lattice of degrees; projecting would part them.
        neighbours=contiguity(boundaries),
        of_grid=np.arange(len(rows)),
    )
    communities = tuple(row["community_code"] for row in rows)
    return County(grids, communities, metric, zone_named(own["timezone"]), boundaries, shapes)


def _join_grids(tx: Transaction, county: County, unit: Unit) -> Frame:
    """Make communities or towns of grids."""
    grids = county.grids
    parents = grids.towns if unit == "town" else county.communities
    codes = sorted({code for code in parents if code is not None})
    place = {code: index for index, code in enumerate(codes)}
    of_grid = np.array([_OUTSIDE if code is None else place[code] for code in parents])
    inside = np.flatnonzero(of_grid >= 0)
    shape = (len(codes), len(grids))
    member = sparse.csr_array((np.ones(inside.size), (of_grid[inside], inside)), shape=shape)
    touching = sparse.coo_array(member @ grids.neighbours @ member.T)
    apart = touching.coords[0] != touching.coords[1]
    left, right = touching.coords[0][apart], touching.coords[1][apart]
    neighbours = sparse.csr_array((np.ones(left.size), (left, right)), shape=(shape[0], shape[0]))
    area: Floats = np.asarray(member @ grids.area_km2)
    names = _names(tx, unit, codes)
    towns = dict(zip(parents, grids.towns, strict=True))
    return Frame(
        unit=unit,
        layout_id=grids.layout_id,
        codes=tuple(codes),
        names=tuple(names.get(code, (code, code))[0] for code in codes),
        names_en=tuple(names.get(code, (code, code))[1] for code in codes),
        towns=tuple(towns[code] for code in codes),
        area_km2=area,
        residents=_sum_known(member, grids.residents),
        households=_sum_known(member, grids.households),
        xy=np.asarray(member @ (grids.xy * grids.area_km2[:, None])) / area[:, None],
        neighbours=neighbours,
        of_grid=of_grid,
    )


def _cut_cells(county: County, size_m: int) -> Frame:
    """Lay a lattice over the county: the cells whose centre lies in it."""
    west, south, east, north = (bound / size_m for bound in shapely.bounds(county.ground))
    columns, rows = np.meshgrid(
        np.arange(np.floor(west), np.ceil(east), dtype=np.int64),
        np.arange(np.floor(south), np.ceil(north), dtype=np.int64),
    )
    shapely.prepare(county.ground)
    centre = (np.stack([columns, rows], axis=-1) + 0.5) * size_m
    inside = shapely.contains_xy(county.ground, centre[..., 0], centre[..., 1])
    columns, rows, xy = columns[inside], rows[inside], centre[inside]
    count = columns.size
    unknown = np.full(count, np.nan)
    pairs = zip((columns * size_m).tolist(), (rows * size_m).tolist(), strict=True)
    codes = tuple(f"{x}_{y}" for x, y in pairs)
    return Frame(
        unit="cell",
        layout_id=county.grids.layout_id,
        codes=codes,
        names=codes,
        names_en=codes,
        towns=(None,) * count,
        area_km2=np.full(count, size_m**2 / _M2_PER_KM2),
        residents=unknown,
        households=unknown,
        xy=xy,
        neighbours=cell_contiguity(columns, rows),
        of_grid=None,
        cells=Cells(size_m, columns, rows),
    )


def _names(tx: Transaction, unit: Unit, codes: list[str]) -> dict[str, tuple[str, str]]:
    table = "town" if unit == "town" else "community"
    found = tx.rows(f"SELECT code, name, name_en FROM {table} WHERE code = ANY(%s)", [codes])  # noqa: S608  one of two words above
    return {row["code"]: (row["name"], row["name_en"]) for row in found}


def _column(rows: list[Row], name: str) -> Floats:
    return np.array([np.nan if row[name] is None else row[name] for row in rows], dtype=np.float64)


def _sum_known(member: sparse.csr_array[np.float64, tuple[int, int]], values: Floats) -> Floats:
    """Sum over members; nan where none is known."""
    known = np.isfinite(values)
    total: Floats = member @ np.where(known, values, 0.0)
    return np.where(member @ known.astype(np.float64) > 0, total, np.nan)
