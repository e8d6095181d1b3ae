"""Coordinates of a file to WGS 84, and the likely cause where they cannot be right."""

from __future__ import annotations

from typing import Any, Final, NoReturn

import numpy as np
import numpy.typing as npt
import shapely

from data.fields import FieldReader, FloatArray
from data.tables import Geometries, Table
from gis.datum import WGS84, Crs, crs_from_definition, in_area_of_use, parse_crs, to_wgs84
from gis.errors import InvalidInput
from gis.geometry import BBox

__all__ = ["crs_of", "likely_cause", "read_positions", "read_shapes"]

BoolArray = npt.NDArray[np.bool_]

_POINT, _POLYGON, _MULTIPOINT, _MULTIPOLYGON = 0, 3, 4, 6
_FOOT_M: Final = 0.3048
# What county surveys in China are in: CGCS2000 in 3-degree zones without and with the zone's number
# before the easting, the same in 6 degrees, UTM and the Web Mercator of map tiles.
_METRIC_EPSG: Final = (
    *range(4534, 4555),
    *range(4513, 4534),
    *range(4502, 4513),
    *range(4491, 4502),
    *range(32643, 32654),
    3857,
)
_CHINA: Final = BBox(73.0, 3.0, 136.0, 54.0)
_SYSTEMATIC: Final = 0.5


def crs_of(table: Table, stated: str | None) -> Crs:
    """Return the system of a file's coordinates: as stated, else its own, else WGS 84 for columns.

    Raises
    ------
    InvalidInput
        If shapes come without a system, such as a shapefile without its ``.prj``.
    """
    if stated is not None:
        return parse_crs(stated)
    if table.crs is not None:
        return table.crs
    if table.has_geometry:
        raise InvalidInput.of(
            "crs",
            f"{table.name} does not say its coordinate system (a shapefile says it in the .prj): "
            "name it, for example --crs EPSG:4549 or --crs CGCS2000",
        )
    return WGS84


def read_positions(
    reader: FieldReader,
    crs: Crs,
    home: BBox | None,
    *,
    required: bool,
    whole_file: bool = True,
) -> tuple[FloatArray, FloatArray]:
    """Read one position per row, from point shapes or from longitude and latitude columns.

    Parameters
    ----------
    home
        Where the county lies, to name the likely cause; None if not known yet.
    required
        Whether a row without a position is a problem.
    whole_file
        Whether the file may still be refused as a whole; False once rows of it are in.

    Returns
    -------
    tuple
        Longitude and latitude in WGS 84 degrees, (n,), NaN where there is none.

    Raises
    ------
    InvalidInput
        If most positions are nowhere in `crs`: then the file is meant otherwise.
    """
    geometry = reader.chunk.geometry
    if geometry is not None and not shapely.is_missing(geometry).all():
        x, y = _points(reader, geometry)
    else:
        x, y = reader.number("longitude"), reader.number("latitude")
        half = np.isnan(x) != np.isnan(y)
        name = "latitude" if np.isnan(y[half]).any() else "longitude"
        reader.refuse(half & ~reader.bad, name, "longitude and latitude belong together")
    given = np.isfinite(x) & np.isfinite(y)
    if required:
        reader.refuse(~given & ~reader.bad, "longitude", "the position is missing")
    nowhere = given & (x == 0) & (y == 0)
    reader.refuse(nowhere, "longitude", "0, 0 is what a device without a fix sends")
    lon, lat = np.full(len(x), np.nan), np.full(len(x), np.nan)
    lon[given], lat[given] = to_wgs84(x[given], y[given], crs)
    outside = given & ~nowhere & ~in_area_of_use(lon, lat, crs)
    if whole_file and outside.sum() > _SYSTEMATIC * given.sum():
        _refuse_file(reader, x, y, outside, crs, home)
    reader.refuse(outside, "longitude", lambda i: _row_cause(x[i], y[i], crs, home))
    bad = outside | nowhere | ~given
    return np.where(bad, np.nan, lon), np.where(bad, np.nan, lat)


def read_shapes(reader: FieldReader, crs: Crs, home: BBox | None) -> Geometries:
    """Read one polygon per row, from shapes or from a column of WKT or GeoJSON, in WGS 84 degrees.

    Raises
    ------
    InvalidInput
        If coordinates are nowhere in `crs`.
    """
    geometry = reader.chunk.geometry
    if geometry is None:
        geometry = _parsed_shapes(reader)
    missing = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    reader.refuse(missing & ~reader.bad, "boundary", "the boundary is missing")
    kinds = shapely.get_type_id(geometry)
    other = ~missing & ~np.isin(kinds, (_POLYGON, _MULTIPOLYGON))
    reader.refuse(other, "boundary", lambda i: f"is a {geometry[i].geom_type}, not a polygon")
    shapes = _without(geometry, missing | other)
    coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
    x, y = coordinates[:, 0], coordinates[:, 1]
    lon, lat = to_wgs84(x, y, crs)
    outside = ~in_area_of_use(lon, lat, crs)
    if outside.any():
        rows = np.zeros(len(reader.rows), dtype=bool)
        rows[owner[outside]] = True
        _refuse_file(reader, x, y, outside, crs, home, rows=rows)
    # To a tenth of a millimetre: what neighbours share must be equal to the last bit, and the
    # rounding of projections and text is not.
    degrees = np.round(np.column_stack([lon, lat]), 9)
    moved: Geometries = shapely.set_coordinates(shapes, degrees)
    return moved


def likely_cause(x: FloatArray, y: FloatArray, crs: Crs, home: BBox | None) -> str:
    """Say what coordinates that are nowhere in `crs` probably are, and what to do about it."""
    finite = np.isfinite(x) & np.isfinite(y)
    if not finite.any():
        return "they are not finite numbers"
    x, y = np.median(x[finite], keepdims=True), np.median(y[finite], keepdims=True)
    if _lands(y, x, crs, home or _CHINA):
        return "latitude and longitude look swapped: exchange the two"
    if crs.definition is not None and _lands(x, y, WGS84, home or _CHINA):
        return (
            "they look like degrees: leave --crs out, or use --crs WGS84, CGCS2000, GCJ-02 or BD-09"
        )
    for scale, unit in ((1.0, "metres"), (_FOOT_M, "feet")):
        for east, north, order in ((x, y, ""), (y, x, ", with northing before easting")):
            codes = _metric_codes(scale * east, scale * north, home)
            if codes:
                named = " or ".join(f"EPSG:{code}" for code in codes)
                to_do = "convert the file to metres" if unit == "feet" else f"try --crs {named}"
                return f"they look like {unit} of {named}{order}: {to_do}"
    return "they belong to another coordinate system: name it with --crs"


def _metric_codes(x: FloatArray, y: FloatArray, home: BBox | None) -> list[int]:
    """Find the metric systems in whose zone a position lands at home; the first, if that is unknown."""
    if max(abs(x[0]), abs(y[0])) < 1_000:  # degrees, or nothing at all
        return []
    found: list[int] = []
    for code in _METRIC_EPSG:
        crs = crs_from_definition(f"EPSG:{code}")
        lon, lat = to_wgs84(x, y, crs)
        in_zone = in_area_of_use(lon, lat, crs, margin=0.0)[0]
        if in_zone and _within(lon[0], lat[0], home or _CHINA):
            found.append(code)
    return found if home is not None else found[:1]


def _lands(x: FloatArray, y: FloatArray, crs: Crs, box: BBox) -> bool:
    lon, lat = to_wgs84(x, y, crs)
    return bool(in_area_of_use(lon, lat, crs)[0]) and _within(lon[0], lat[0], box)


def _within(lon: float, lat: float, box: BBox, *, margin: float = 0.5) -> bool:
    across = box.west - margin <= lon <= box.east + margin
    return bool(across and box.south - margin <= lat <= box.north + margin)


def _row_cause(x: float, y: float, crs: Crs, home: BBox | None) -> str:
    cause = likely_cause(np.array([x]), np.array([y]), crs, home)
    return f"({x:g}, {y:g}) is outside the range of {crs.name}; {cause}"


def _refuse_file(
    reader: FieldReader,
    x: FloatArray,
    y: FloatArray,
    outside: BoolArray,
    crs: Crs,
    home: BBox | None,
    *,
    rows: BoolArray | None = None,
) -> NoReturn:
    """Refuse the whole file, with the first wrong row as the example."""
    at = int(np.flatnonzero(outside)[0])
    row = int(reader.rows[int(np.flatnonzero(outside if rows is None else rows)[0])])
    cause = likely_cause(x[outside], y[outside], crs, home)
    raise InvalidInput.of(
        "crs",
        f"row {row}: ({x[at]:.10g}, {y[at]:.10g}) is outside the range of {crs.name}; {cause}",
    )


def _points(reader: FieldReader, geometry: Geometries) -> tuple[FloatArray, FloatArray]:
    kinds = shapely.get_type_id(geometry)
    single = (kinds == _MULTIPOINT) & (shapely.get_num_geometries(geometry) == 1)
    geometry = np.where(single, shapely.get_geometry(geometry, 0), geometry)
    missing = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    other = ~missing & (shapely.get_type_id(geometry) != _POINT)
    reader.refuse(other, "longitude", lambda i: f"is a {geometry[i].geom_type}, not a point")
    points = _without(geometry, other)
    return shapely.get_x(points), shapely.get_y(points)


def _without(geometry: Geometries, where: BoolArray) -> Geometries:
    kept = geometry.copy()
    kept[where] = None
    return kept


def _parsed_shapes(reader: FieldReader) -> Geometries:
    shapes = np.full(len(reader.rows), None, dtype=object)
    unread = np.zeros(len(reader.rows), dtype=bool)
    for i, text in enumerate(reader.text("boundary", longest=50_000_000)):
        if not text:
            continue
        parse: Any = shapely.from_geojson if text.startswith("{") else shapely.from_wkt
        try:
            shapes[i] = shapely.force_2d(parse(text.removeprefix("SRID=4326;")))
        except shapely.errors.GEOSException:
            unread[i] = True
    reader.refuse(unread, "boundary", "is neither WKT (POLYGON ((...))) nor GeoJSON")
    return shapes
