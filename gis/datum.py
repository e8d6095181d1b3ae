"""Datums a coordinate may come in, and the way from each to WGS 84 and back.

Phones with AMap or WeChat answer in GCJ-02, Baidu in BD-09, government data is CGCS2000; at Zhucheng GCJ-02 is 529 m
and BD-09 1,326 m away from WGS 84, enough to land in another grid. Everything is stored as WGS 84 (EPSG:4326), so
the way in must be exact: the inverses below are fixed-point iterations of the published forward formulas (not the
approximate closed forms in use elsewhere, which are off by up to 1.8 m), to less than 0.05 mm.

Order is (lon, lat) everywhere, also for EPSG codes whose official axis order is (lat, lon).
"""

import math
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from gis.errors import InvalidInput

__all__ = [
    "BD09",
    "CGCS2000",
    "GCJ02",
    "WGS84",
    "Crs",
    "area_of_use",
    "crs_from_definition",
    "from_wgs84",
    "in_area_of_use",
    "in_china",
    "parse_crs",
    "point_to_wgs84",
    "to_wgs84",
]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

# The ellipsoid and box of the published GCJ-02 formula: Krassovsky 1940, not WGS 84, and a rectangle, not the border.
_A: Final = 6378245.0
_EE: Final = 0.00669342162296594323
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271
_EDGE: Final = 1e-9  # degrees the iteration may end outside a position exactly on the rectangle
_AREA_MARGIN: Final = 6.0  # degrees beyond its area of use in which a system is still believed
_X_PI: Final = math.pi * 3000.0 / 180.0
# The shift changes by less than 0.5 % (GCJ-02) and 2 % (BD-09) of a step, so each round gains two digits or more.
_GCJ_ROUNDS: Final = 4
_BD_ROUNDS: Final = 5


@dataclass(frozen=True, slots=True)
class Crs:
    """A coordinate reference system by the name people give it.

    Attributes
    ----------
    name
        ``WGS84``, ``CGCS2000``, ``GCJ-02``, ``BD-09``, ``EPSG:n`` or the name a file gives its own system.
    definition
        What PROJ understands (``EPSG:n`` or WKT); None for the four named ones, which need no PROJ.
    """

    name: str
    definition: str | None = None


WGS84: Final = Crs("WGS84")
CGCS2000: Final = Crs("CGCS2000")
GCJ02: Final = Crs("GCJ-02")
BD09: Final = Crs("BD-09")

_SHIFTED: Final = (GCJ02, BD09)
_NAMED: Final = {"WGS84": WGS84, "CGCS2000": CGCS2000, "GCJ02": GCJ02, "BD09": BD09}
# Metre-level equal to WGS 84 (facts section 1); through PROJ they would only cost time.
_PLAIN_EPSG: Final = {"4326": WGS84, "4490": CGCS2000}
_EPSG: Final = re.compile(r"EPSG:?(\d{4,6})")


@lru_cache(maxsize=256)
def parse_crs(name: str) -> Crs:
    """Read a CRS name as people write it; case, hyphens, underscores and spaces are ignored.

    Parameters
    ----------
    name
        ``WGS84``, ``CGCS2000``, ``GCJ-02``, ``BD-09`` or ``EPSG:n`` of a geographic or projected system.

    Raises
    ------
    InvalidInput
        If the name is none of these, or the code is unknown to PROJ or not a map coordinate system.

    Examples
    --------
    >>> parse_crs("gcj02").name
    'GCJ-02'
    >>> parse_crs("epsg:4549").name
    'EPSG:4549'
    """
    key = re.sub(r"[-_\s]", "", name).upper()
    if key in _NAMED:
        return _NAMED[key]
    match = _EPSG.fullmatch(key)
    if match is None:
        raise InvalidInput.of(
            "crs",
            f"{name!r} is not a coordinate system: use WGS84, CGCS2000, GCJ-02, BD-09 or EPSG:<code>",
        )
    code = match.group(1)
    return _PLAIN_EPSG.get(code) or crs_from_definition(f"EPSG:{code}")


@lru_cache(maxsize=256)
def crs_from_definition(definition: str) -> Crs:
    """Make a `Crs` from anything PROJ understands, such as the WKT of a shapefile's ``.prj``.

    Raises
    ------
    InvalidInput
        If PROJ cannot read it or it is not a geographic or projected system.
    """
    try:
        crs = CRS.from_user_input(definition)
    except CRSError as error:
        raise InvalidInput.of(
            "crs", f"{definition[:80]!r} is not a coordinate system PROJ knows"
        ) from error
    if not (crs.is_geographic or crs.is_projected):
        raise InvalidInput.of(
            "crs", f"{crs.name!r} is not a geographic or projected coordinate system"
        )
    authority = crs.to_authority(min_confidence=70)
    if authority is not None and authority[0] == "OGC" and authority[1] == "CRS84":
        return WGS84
    if authority is None or authority[0] != "EPSG":
        return Crs(crs.name, definition)
    return _PLAIN_EPSG.get(authority[1]) or Crs(f"EPSG:{authority[1]}", definition)


def in_china(lon: npt.ArrayLike, lat: npt.ArrayLike) -> BoolArray:
    """Whether WGS 84 positions lie in the rectangle in which GCJ-02 and BD-09 differ from WGS 84."""
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    return np.asarray(_in_rectangle(x, y, margin=0.0))


def in_area_of_use(
    lon: npt.ArrayLike, lat: npt.ArrayLike, crs: Crs, *, margin: float = _AREA_MARGIN
) -> BoolArray:
    """Whether WGS 84 positions are where `crs` is meant to be used, give or take `margin` degrees.

    A projection answers far outside its zone too, with numbers that look like positions: degrees read as metres of
    EPSG:4549 land near the equator. NaN is nowhere.
    """
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    west, south, east, north = area_of_use(crs, margin)
    return np.asarray((x >= west) & (x <= east) & (y >= south) & (y <= north))


@lru_cache(maxsize=512)
def area_of_use(crs: Crs, margin: float = _AREA_MARGIN) -> tuple[float, float, float, float]:
    """Return west, south, east, north of where `crs` is meant to be used, `margin` degrees wider."""
    area = CRS.from_user_input(crs.definition).area_of_use if crs.definition else None
    if area is None or area.west > area.east:  # unknown, or across the antimeridian
        return -180.0, -90.0, 180.0, 90.0
    return (
        max(-180.0, area.west - margin),
        max(-90.0, area.south - margin),
        min(180.0, area.east + margin),
        min(90.0, area.north + margin),
    )


def to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike, crs: Crs) -> tuple[FloatArray, FloatArray]:
    """Convert coordinates of `crs` to WGS 84 degrees.

    Parameters
    ----------
    lon, lat
        Arrays of one shape: x (longitude or easting) and y (latitude or northing), in the units of `crs`.
    crs
        What they are given in.

    Returns
    -------
    tuple
        Longitude and latitude in degrees, same shape; not finite where PROJ has no answer.
    """
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    if crs.definition is not None:
        return _project(x, y, crs.definition, inward=True)
    if crs not in _SHIFTED:
        return x, y
    # Outside the rectangle the three agree. What counts is where the point truly is, so that a point just inside
    # whose GCJ-02 position falls just outside still comes back.
    with np.errstate(invalid="ignore"):  # an infinite input stays not finite, which is the answer
        back_x, back_y = _unshift(x, y, crs, np)
    inside = _in_rectangle(back_x, back_y, margin=_EDGE)
    return np.where(inside, back_x, x), np.where(inside, back_y, y)


def from_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike, crs: Crs) -> tuple[FloatArray, FloatArray]:
    """Convert WGS 84 degrees to `crs`; the inverse of `to_wgs84`, with the same shapes and order."""
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    if crs.definition is not None:
        return _project(x, y, crs.definition, inward=False)
    if crs not in _SHIFTED:
        return x, y
    there_x, there_y = _shift(x, y, crs, np)
    inside = in_china(x, y)
    return np.where(inside, there_x, x), np.where(inside, there_y, y)


def point_to_wgs84(lon: float, lat: float, crs: Crs) -> tuple[float, float]:
    """Convert one position to WGS 84 degrees in some ten microseconds, where an array of one costs three hundred.

    Raises
    ------
    InvalidInput
        If the position is not finite or has no place on earth in `crs`.
    """
    out_lon, out_lat = lon, lat
    if crs.definition is not None:
        x, y = _project(np.array([lon]), np.array([lat]), crs.definition, inward=True)
        out_lon, out_lat = float(x[0]), float(y[0])
    elif crs in _SHIFTED and _WEST - 1 < lon < _EAST + 1 and _SOUTH - 1 < lat < _NORTH + 1:
        back_lon, back_lat = _unshift(lon, lat, crs, math)
        if _in_rectangle(back_lon, back_lat, margin=_EDGE):
            out_lon, out_lat = back_lon, back_lat
    west, south, east, north = area_of_use(crs)
    # Written so that NaN fails: every comparison with NaN is false.
    if not (west <= out_lon <= east and south <= out_lat <= north):
        raise InvalidInput.of(
            "location",
            f"({lon}, {lat}) is not a position in {crs.name}; the order is longitude, latitude",
        )
    return out_lon, out_lat


_transformers = threading.local()


def _project(
    x: FloatArray, y: FloatArray, definition: str, *, inward: bool
) -> tuple[FloatArray, FloatArray]:
    out_x, out_y = _transformer(definition, inward=inward).transform(x, y)
    return np.asarray(out_x, dtype=np.float64), np.asarray(out_y, dtype=np.float64)


def _transformer(definition: str, *, inward: bool) -> Transformer:
    """One transformer per thread and direction: pyproj's are not safe to share between threads."""
    cache: dict[tuple[str, bool], Transformer] | None = getattr(_transformers, "cache", None)
    if cache is None or len(cache) > 256:
        cache = _transformers.cache = {}
    key = (definition, inward)
    if key not in cache:
        ends = (definition, "EPSG:4326") if inward else ("EPSG:4326", definition)
        cache[key] = Transformer.from_crs(*ends, always_xy=True)
    return cache[key]


# The formulas below run on arrays (`lib` is numpy) and on single floats (`lib` is math), which name the functions
# used here alike: one formula, and no array machinery for the one position of a request.


def _in_rectangle(lon: Any, lat: Any, *, margin: float) -> Any:
    return (
        (lon >= _WEST - margin)
        & (lon <= _EAST + margin)
        & (lat >= _SOUTH - margin)
        & (lat <= _NORTH + margin)
    )


def _shift(lon: Any, lat: Any, crs: Crs, lib: Any) -> tuple[Any, Any]:
    """WGS 84 to GCJ-02 or BD-09, without the rectangle."""
    x, y = _gcj_forward(lon, lat, lib)
    return _bd_forward(x, y, lib) if crs == BD09 else (x, y)


def _unshift(lon: Any, lat: Any, crs: Crs, lib: Any) -> tuple[Any, Any]:
    """GCJ-02 or BD-09 to WGS 84, without the rectangle."""
    if crs == BD09:
        lon, lat = _iterate(_bd_forward, lon, lat, rounds=_BD_ROUNDS, lib=lib)
    return _iterate(_gcj_forward, lon, lat, rounds=_GCJ_ROUNDS, lib=lib)


def _iterate(
    forward: Callable[[Any, Any, Any], tuple[Any, Any]],
    lon: Any,
    lat: Any,
    *,
    rounds: int,
    lib: Any,
) -> tuple[Any, Any]:
    """Solve ``forward(x, y) == (lon, lat)`` by fixed-point iteration."""
    x, y = lon, lat
    for _ in range(rounds):
        there_x, there_y = forward(x, y, lib)
        x, y = x + (lon - there_x), y + (lat - there_y)
    return x, y


def _gcj_forward(lon: Any, lat: Any, lib: Any) -> tuple[Any, Any]:
    """WGS 84 to GCJ-02 by the published formula, without the rectangle."""
    x, y = lon - 105.0, lat - 35.0
    root = lib.sqrt(lib.fabs(x))
    waves = 20.0 * lib.sin(6.0 * math.pi * x) + 20.0 * lib.sin(2.0 * math.pi * x)
    d_lat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    d_lat = (
        d_lat
        + (waves + 20.0 * lib.sin(math.pi * y) + 40.0 * lib.sin(math.pi / 3.0 * y)) * 2.0 / 3.0
    )
    d_lat = (
        d_lat
        + (160.0 * lib.sin(math.pi / 12.0 * y) + 320.0 * lib.sin(math.pi / 30.0 * y)) * 2.0 / 3.0
    )
    d_lon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    d_lon = (
        d_lon
        + (waves + 20.0 * lib.sin(math.pi * x) + 40.0 * lib.sin(math.pi / 3.0 * x)) * 2.0 / 3.0
    )
    d_lon = (
        d_lon
        + (150.0 * lib.sin(math.pi / 12.0 * x) + 300.0 * lib.sin(math.pi / 30.0 * x)) * 2.0 / 3.0
    )
    phi = lib.radians(lat)
    magic = 1.0 - _EE * lib.sin(phi) ** 2
    metres_per_degree_lat = _A * (1.0 - _EE) / (magic * lib.sqrt(magic)) * math.pi / 180.0
    metres_per_degree_lon = _A / lib.sqrt(magic) * lib.cos(phi) * math.pi / 180.0
    return lon + d_lon / metres_per_degree_lon, lat + d_lat / metres_per_degree_lat


def _bd_forward(lon: Any, lat: Any, lib: Any) -> tuple[Any, Any]:
    """GCJ-02 to BD-09 by the published formula."""
    radius = lib.hypot(lon, lat) + 0.00002 * lib.sin(lat * _X_PI)
    theta = lib.atan2(lat, lon) + 0.000003 * lib.cos(lon * _X_PI)
    return radius * lib.cos(theta) + 0.0065, radius * lib.sin(theta) + 0.006
