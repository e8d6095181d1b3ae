"""Are these polygons a coverage: valid rings, no overlap, no gap. Pure shapely.

A county's grids should tile it. Real files do not quite: rings cross themselves, neighbours were
drawn twice, borders were generalised apart. What is wrong is listed with codes, place and area, so
that whoever drew it can find it; what is below a stated tolerance is accepted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from gis.geometry import LocalFrame

__all__ = [
    "CoverageReport",
    "Gap",
    "InvalidRing",
    "Overlap",
    "Repair",
    "area_m2",
    "check_coverage",
    "find_invalid_rings",
    "repair_rings",
    "simplify_coverage",
]

Geometries = npt.NDArray[np.object_]

# About 20 m: borders of neighbours that were generalised apart run that close to each other.
_GAP_WIDTH_DEG: Final = 0.0002
# About 30 m, below a pixel where a whole county fills the screen.
_SIMPLE_DEG: Final = 0.0003
_DUST_DEG2: Final = 1e-12  # about 0.01 m2


@dataclass(frozen=True, slots=True)
class InvalidRing:
    """A boundary that is no valid polygon, and why."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Repair:
    """A boundary that was mended; `area_change_m2` is positive where it grew."""

    code: str
    reason: str
    area_change_m2: float


@dataclass(frozen=True, slots=True)
class Overlap:
    """Ground that two grids claim, with a position inside it."""

    codes: tuple[str, str]
    area_m2: float
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Gap:
    """Ground between grids that no grid claims, with a position inside it."""

    neighbours: tuple[str, ...]
    area_m2: float
    lon: float
    lat: float


@dataclass(frozen=True)
class CoverageReport:
    """What is wrong with a coverage, largest first.

    Attributes
    ----------
    exact
        Whether neighbours share every vertex of their borders.
    tolerance_m2
        Overlaps and gaps up to this area are accepted.
    """

    exact: bool
    overlaps: tuple[Overlap, ...]
    gaps: tuple[Gap, ...]
    tolerance_m2: float

    @property
    def beyond(self) -> tuple[Overlap | Gap, ...]:
        """Overlaps and gaps larger than the tolerance."""
        flaws: list[Overlap | Gap] = [*self.overlaps, *self.gaps]
        return tuple(flaw for flaw in flaws if flaw.area_m2 > self.tolerance_m2)


def area_m2(shape: BaseGeometry) -> float:
    """Return the area of a shape in degrees, on the ellipsoid, for shapes of kilometres."""
    if shape.is_empty:
        return 0.0
    middle = shape.centroid
    frame = LocalFrame(middle.x, middle.y)
    return float(shapely.area(shapely.transform(shape, frame.to_metres)))


def find_invalid_rings(codes: Sequence[str], boundaries: Geometries) -> list[InvalidRing]:
    """Return the boundaries that are no valid polygons."""
    wrong = np.flatnonzero(~shapely.is_valid(boundaries))
    reasons = shapely.is_valid_reason(boundaries[wrong])
    return [InvalidRing(codes[i], str(why)) for i, why in zip(wrong.tolist(), reasons, strict=True)]


def repair_rings(codes: Sequence[str], boundaries: Geometries) -> tuple[Geometries, list[Repair]]:
    """Mend invalid boundaries by their structure: crossings become corners, spikes fall away.

    Returns
    -------
    tuple
        All boundaries, the mended ones among them (empty where nothing of one is left), and what
        was done.
    """
    mended = boundaries.copy()
    repairs = []
    for i in np.flatnonzero(~shapely.is_valid(boundaries)).tolist():
        shape = shapely.make_valid(boundaries[i], method="structure", keep_collapsed=False)
        mended[i] = _polygonal(shape)
        change = area_m2(mended[i]) - area_m2(boundaries[i])
        repairs.append(Repair(codes[i], str(shapely.is_valid_reason(boundaries[i])), change))
    return mended, repairs


def check_coverage(
    codes: Sequence[str], boundaries: Geometries, *, tolerance_m2: float
) -> CoverageReport:
    """List where boundaries overlap and where they leave gaps.

    Parameters
    ----------
    codes
        One per boundary.
    boundaries
        Valid polygons in degrees, (n,).
    tolerance_m2
        Area up to which an overlap or gap is accepted.

    Notes
    -----
    Gaps are the holes of the union, and slits up to some 40 m wide that open to the outside. A
    lake that belongs to nobody is a gap too: whoever drew it knows.
    """
    tree = STRtree(boundaries)
    exact = bool(shapely.coverage_is_valid(boundaries))
    overlaps = [] if exact else _overlaps(codes, boundaries, tree)
    union = shapely.coverage_union_all(boundaries) if exact else shapely.union_all(boundaries)
    holes = [
        shapely.polygons(ring)
        for part in shapely.get_parts(union)
        for ring in shapely.get_rings(part)[1:]
    ]
    gaps = [_gap(hole, codes, tree) for hole in holes]
    if not shapely.coverage_is_valid(boundaries, gap_width=_GAP_WIDTH_DEG):
        slits = [_gap(slit, codes, tree) for slit in _slits(union)]
        # A notch in the border of a single grid is its shape.
        gaps.extend(gap for gap in slits if len(gap.neighbours) > 1)
    return CoverageReport(
        exact,
        tuple(sorted(overlaps, key=lambda overlap: (-overlap.area_m2, overlap.codes))),
        tuple(sorted(gaps, key=lambda gap: (-gap.area_m2, gap.neighbours))),
        tolerance_m2,
    )


def simplify_coverage(boundaries: Geometries) -> Geometries:
    """Return boundaries with fewer vertices for display, shared borders still shared."""
    simple = shapely.coverage_simplify(boundaries, _SIMPLE_DEG)
    # Where overlaps were accepted a border may be torn; then the exact one is shown.
    torn = ~shapely.is_valid(simple) | shapely.is_empty(simple)
    simple[torn] = boundaries[torn]
    return np.asarray(simple, dtype=object)


def _polygonal(shape: BaseGeometry) -> BaseGeometry:
    """Return the areas of a shape without its points and lines."""
    polygons = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)


def _overlaps(codes: Sequence[str], boundaries: Geometries, tree: STRtree) -> list[Overlap]:
    left, right = tree.query(boundaries, predicate="intersects")
    pairs = left < right
    left, right = left[pairs], right[pairs]
    shared = shapely.intersection(boundaries[left], boundaries[right])
    found = []
    for i in np.flatnonzero(shapely.area(shared) > 0):
        inside = shapely.point_on_surface(_polygonal(shared[i]))
        first, second = sorted((codes[left[i]], codes[right[i]]))
        found.append(Overlap((first, second), area_m2(shared[i]), inside.x, inside.y))
    return found


def _slits(union: BaseGeometry) -> list[Any]:
    """Return narrow ground between grids that is open to the outside: what closing would fill."""
    filled = union.buffer(_GAP_WIDTH_DEG, join_style="mitre").buffer(
        -_GAP_WIDTH_DEG, join_style="mitre"
    )
    solid = shapely.polygons([shapely.get_exterior_ring(part) for part in shapely.get_parts(union)])
    open_ground = shapely.difference(filled, shapely.union_all(solid))
    # Dust is the buffer's own rounding.
    return [part for part in shapely.get_parts(open_ground) if part.area > _DUST_DEG2]


def _gap(shape: BaseGeometry, codes: Sequence[str], tree: STRtree) -> Gap:
    touching = tree.query(shape, predicate="dwithin", distance=1e-9)
    inside = shapely.point_on_surface(shape)
    neighbours = tuple(sorted(codes[i] for i in touching))
    return Gap(neighbours, area_m2(shape), inside.x, inside.y)
