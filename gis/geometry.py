"""Positions, boxes and circles on the earth: pure values and shapely, no database.

Order is (lon, lat) and west, south, east, north everywhere. Lengths are metres on the WGS 84 ellipsoid.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from gis.errors import InvalidInput

__all__ = [
    "BBox",
    "Candidate",
    "Confidence",
    "LocalFrame",
    "Point",
    "accuracy_confidence",
    "bbox_around",
]

FloatArray = npt.NDArray[np.float64]

_SEMI_MAJOR_M: Final = 6378137.0
_ECC2: Final = 6.69437999014e-3  # first eccentricity squared of WGS 84

CIRCLE_VERTICES: Final = 64
MAX_CIRCLE_RADIUS_M: Final = 2000.0
MAX_CANDIDATES: Final = 10


@dataclass(frozen=True, slots=True)
class Point:
    """A position in WGS 84 degrees.

    Raises
    ------
    InvalidInput
        If longitude or latitude is not finite or out of range.
    """

    lon: float
    lat: float

    def __post_init__(self) -> None:
        # Written so that NaN fails: every comparison with NaN is false.
        if not -180.0 <= self.lon <= 180.0:
            raise InvalidInput.of("longitude", f"{self.lon} is not between -180 and 180")
        if not -90.0 <= self.lat <= 90.0:
            raise InvalidInput.of("latitude", f"{self.lat} is not between -90 and 90")


@dataclass(frozen=True, slots=True)
class BBox:
    """A box in WGS 84 degrees; boxes across the antimeridian are not supported.

    Raises
    ------
    InvalidInput
        If a side is not finite, out of range or out of order.
    """

    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        if not (-180.0 <= self.west <= 180.0 and -180.0 <= self.east <= 180.0):
            raise InvalidInput.of("bbox", "west and east must be between -180 and 180")
        if not (-90.0 <= self.south <= 90.0 and -90.0 <= self.north <= 90.0):
            raise InvalidInput.of("bbox", "south and north must be between -90 and 90")
        if self.west > self.east or self.south > self.north:
            raise InvalidInput.of("bbox", "the order is west,south,east,north")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``west,south,east,north``.

        Raises
        ------
        InvalidInput
            If there are not exactly four finite numbers in range and order.

        Examples
        --------
        >>> BBox.parse("119.3,35.9,119.5,36.1").east
        119.5
        """
        parts = text.split(",")
        if len(parts) != 4:
            raise InvalidInput.of("bbox", "write four numbers: west,south,east,north")
        try:
            west, south, east, north = (float(part) for part in parts)
        except ValueError as error:
            raise InvalidInput.of("bbox", "write four numbers: west,south,east,north") from error
        return cls(west, south, east, north)

    def __iter__(self) -> Iterable[float]:
        """Yield west, south, east, north."""
        return iter((self.west, self.south, self.east, self.north))


def bbox_around(centre: Point, radius_m: float) -> BBox:
    """Return a box that holds every position within `radius_m` metres of `centre`, clipped to the earth's range."""
    frame = LocalFrame(centre.lon, centre.lat)
    # One percent over: the frame is flat, the box must not cut.
    d_lat = 1.01 * radius_m / frame.metres_per_degree_lat
    poleward = min(89.9, abs(centre.lat) + d_lat)
    d_lon = 1.01 * radius_m / LocalFrame(centre.lon, poleward).metres_per_degree_lon
    return BBox(
        max(-180.0, centre.lon - d_lon),
        max(-90.0, centre.lat - d_lat),
        min(180.0, centre.lon + d_lon),
        min(90.0, centre.lat + d_lat),
    )


@dataclass(frozen=True, slots=True)
class LocalFrame:
    """A flat frame in metres around one position: x east, y north, origin at the position.

    The radii of curvature of WGS 84 at the origin plus the convergence of the meridians (the second-order term), so
    that within 2 km distances and areas agree with the ellipsoid to a few millimetres; cheap enough for each report,
    where setting up a PROJ projection per point is not.
    """

    lon: float
    lat: float

    @property
    def metres_per_degree_lon(self) -> float:
        """Length of a degree of longitude at the origin."""
        phi = math.radians(self.lat)
        return (
            math.radians(1.0)
            * _SEMI_MAJOR_M
            * math.cos(phi)
            / math.sqrt(1.0 - _ECC2 * math.sin(phi) ** 2)
        )

    @property
    def metres_per_degree_lat(self) -> float:
        """Length of a degree of latitude at the origin."""
        phi = math.radians(self.lat)
        bend: float = (1.0 - _ECC2 * math.sin(phi) ** 2) ** 1.5
        return math.radians(1.0) * _SEMI_MAJOR_M * (1.0 - _ECC2) / bend

    def to_metres(self, degrees: FloatArray) -> FloatArray:
        """Turn positions (n, 2) in degrees, lon then lat, into metres of this frame."""
        d_lon, d_lat = degrees[:, 0] - self.lon, degrees[:, 1] - self.lat
        phi = np.radians(degrees[:, 1])
        x = (
            np.radians(d_lon)
            * _SEMI_MAJOR_M
            * np.cos(phi)
            / np.sqrt(1.0 - _ECC2 * np.sin(phi) ** 2)
        )
        y = d_lat * self.metres_per_degree_lat + 0.5 * x * np.radians(d_lon) * math.sin(
            math.radians(self.lat)
        )
        return np.column_stack([x, y])

    def to_degrees(self, metres: FloatArray) -> FloatArray:
        """Turn positions (n, 2) in metres of this frame, x then y, into degrees, lon then lat."""
        x, y = metres[:, 0], metres[:, 1]
        d_lat, d_lon = y / self.metres_per_degree_lat, np.zeros_like(x)
        for _ in range(3):  # each round takes the error down by distance / earth radius
            phi = np.radians(self.lat + d_lat)
            d_lon = np.degrees(
                x / (_SEMI_MAJOR_M * np.cos(phi)) * np.sqrt(1.0 - _ECC2 * np.sin(phi) ** 2)
            )
            bend = 0.5 * x * np.radians(d_lon) * math.sin(math.radians(self.lat))
            d_lat = (y - bend) / self.metres_per_degree_lat
        return np.column_stack([self.lon + d_lon, self.lat + d_lat])

    def circle(self, radius_m: float) -> Polygon:
        """Return the circle around the origin as a polygon of 64 vertices in degrees."""
        return shapely.polygons(self.to_degrees(radius_m * _UNIT_CIRCLE))


_ANGLES: Final = np.arange(CIRCLE_VERTICES) * (2.0 * np.pi / CIRCLE_VERTICES)
_UNIT_CIRCLE: Final = np.column_stack([np.cos(_ANGLES), np.sin(_ANGLES)])
_UNIT_AREA: Final = 0.5 * CIRCLE_VERTICES * math.sin(2.0 * math.pi / CIRCLE_VERTICES)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A grid the position may truly lie in, with the share of the accuracy circle inside it (3 decimals)."""

    grid_code: str
    share: float


@dataclass(frozen=True, slots=True)
class Confidence:
    """How sure the grid is, given how exact the position is.

    Attributes
    ----------
    value
        Share of the accuracy circle inside the chosen grid, 3 decimals; None without accuracy or chosen grid.
    candidates
        The grids the circle touches, largest share first, at most 10; empty where the chosen grid holds all of it.
    """

    value: float | None
    candidates: tuple[Candidate, ...]


NO_CONFIDENCE: Final = Confidence(None, ())


def accuracy_confidence(
    location: Point,
    accuracy_m: float | None,
    chosen: str | None,
    grids: Sequence[tuple[str, BaseGeometry]],
) -> Confidence:
    """Say how much of the accuracy circle lies in the chosen grid, and which others it touches.

    Parameters
    ----------
    location
        The position as reported.
    accuracy_m
        Its accuracy in metres; above 2,000 it counts as 2,000.
    chosen
        Code of the grid the report was given to, or None.
    grids
        (code, boundary in degrees) of at least every grid within `accuracy_m` of `location`.

    Returns
    -------
    Confidence
        1.0 and no candidates where the chosen grid holds the whole circle.
    """
    if accuracy_m is None:
        return NO_CONFIDENCE
    frame = LocalFrame(location.lon, location.lat)
    radius_m = min(accuracy_m, MAX_CIRCLE_RADIUS_M)
    # Cut in degrees, where the borders of neighbouring grids are the same straight lines as for
    # ST_Covers, and measure the pieces in metres: long borders moved into the metric frame would
    # leave slivers between grids.
    circle = frame.circle(radius_m) if radius_m > 0 else shapely.Point(location.lon, location.lat)
    boundaries = np.array([boundary for _, boundary in grids], dtype=object)
    codes = [code for code, _ in grids]
    if chosen in codes and bool(shapely.covers(boundaries[codes.index(chosen)], circle)):
        return Confidence(1.0, ())
    if radius_m <= 0:
        return Confidence(None if chosen is None else 0.0, ())
    pieces = shapely.transform(shapely.intersection(boundaries, circle), frame.to_metres)
    shares = shapely.area(pieces) / (_UNIT_AREA * radius_m**2)
    found = [
        Candidate(code, round(float(share), 3)) for code, share in zip(codes, shares, strict=True)
    ]
    touched = sorted((c for c in found if c.share > 0), key=lambda c: (-c.share, c.grid_code))
    value = None if chosen is None else next((c.share for c in found if c.grid_code == chosen), 0.0)
    return Confidence(value, tuple(touched[:MAX_CANDIDATES]))
