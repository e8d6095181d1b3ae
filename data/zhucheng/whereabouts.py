"""Where a matter of a kind happens: homes, roads, crossings, villages, markets, water."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import cKDTree

from data.zhucheng.frame import FloatArray, on_lattice, to_degrees, to_metres, weighted_choice
from data.zhucheng.grids import grids
from data.zhucheng.places import Place, places
from data.zhucheng.terrain import outline, people_points, settlements
from data.zhucheng.utilities import CITY

_NAMED_WITHIN_M = 450.0
_ENDS = ("东头", "西头", "南头", "北头", "村口", "大街", "路边")


def draw(where: str, count: int, rng: np.random.Generator) -> FloatArray:
    """Return (count, 2) positions in degrees for a category's kind of place, inside the county."""
    kept = np.empty((0, 2))
    while len(kept) < count:
        points = on_lattice(to_degrees(_draw(where, count - len(kept), rng)))
        inside = shapely.contains_xy(outline(), points[:, 0], points[:, 1])
        kept = np.concatenate([kept, points[inside]])
    return kept


def beyond_border(
    distances_m: Sequence[tuple[float, float]], rng: np.random.Generator
) -> FloatArray:
    """Return one position in degrees for each range of metres outside the county's border."""
    flat = shapely.transform(outline(), to_metres)
    found: list[FloatArray] = []
    for least, most in distances_m:
        while True:
            near = flat.exterior.interpolate(float(rng.random()), normalized=True)
            turn = float(rng.random()) * 2 * np.pi
            metres = rng.uniform(least, most) * np.array([np.cos(turn), np.sin(turn)])
            point = np.array(near.coords[0]) + metres
            if least < flat.distance(shapely.Point(point)) < most:
                found.append(point)
                break
    return on_lattice(to_degrees(np.array(found)))


def nearest_places(degrees: FloatArray) -> list[Place | None]:
    """Return the named place near each position, None where there is none within 450 m."""
    named = places()
    tree = cKDTree(to_metres(np.array([(place.lon, place.lat) for place in named])))
    distance, at = tree.query(to_metres(degrees))
    return [
        named[i] if d <= _NAMED_WITHIN_M else None
        for d, i in zip(np.atleast_1d(distance), np.atleast_1d(at), strict=True)
    ]


def address_at(place: Place | None, community: str, rng: np.random.Generator) -> str:
    """Write an address as people give it."""
    if place is None:
        return f"{community}{_ENDS[int(rng.integers(len(_ENDS)))]}"
    if place.kind == "estate":
        return f"{place.name}{rng.integers(1, 22)}号楼{rng.integers(1, 5)}单元"
    if place.kind == "village":
        return f"{place.name}{_ENDS[int(rng.integers(len(_ENDS)))]}"
    return f"{place.name}附近"


def _draw(where: str, count: int, rng: np.random.Generator) -> FloatArray:
    match where:
        case "home":
            return people_points(rng, count)
        case "road":
            return _on_borders(count, rng, town_only=False)
        case "crossing":
            return _on_borders(count, rng, town_only=True)
        case "village":
            return _near(_villages(), 150.0, count, rng)
        case "market":
            return _near(_of_kind("market"), 70.0, count, rng)
        case "river":
            return _near(_of_kind("other"), 320.0, count, rng)
        case _:
            homes = int(rng.binomial(count, 0.65))
            both = [people_points(rng, homes), _on_borders(count - homes, rng, town_only=False)]
            mixed: FloatArray = np.concatenate(both)[rng.permutation(count)]
            return mixed


def _on_borders(count: int, rng: np.random.Generator, *, town_only: bool) -> FloatArray:
    """Draw points along the borders of grids, which are roads and lanes; busy where people are."""
    busy = np.array(
        [grid.population**0.85 * (grid.town_code in CITY if town_only else 1.0) for grid in grids()]
    )
    at = weighted_choice(rng, busy, count)
    borders = _borders()
    along = shapely.line_interpolate_point(borders[at], rng.random(count), normalized=True)
    points: FloatArray = to_metres(shapely.get_coordinates(along)) + rng.normal(0, 6, (count, 2))
    return points


@cache
def _borders() -> npt.NDArray[np.object_]:
    return np.array([grid.boundary.exterior for grid in grids()], dtype=object)


@cache
def _villages() -> tuple[FloatArray, FloatArray]:
    sites = [place for place in settlements() if place.kind == "village"]
    return np.array([(s.x, s.y) for s in sites]), np.array([s.people for s in sites])


@cache
def _of_kind(kind: str) -> tuple[FloatArray, FloatArray]:
    sites = [place for place in places() if place.kind == kind]
    weights = [2.0 if place.grid_code[:9] in CITY else 1.0 for place in sites]
    return to_metres(np.array([(p.lon, p.lat) for p in sites])), np.array(weights)


def _near(
    sites: tuple[FloatArray, FloatArray], spread_m: float, count: int, rng: np.random.Generator
) -> FloatArray:
    points, weights = sites
    at = weighted_choice(rng, weights, count)
    scattered: FloatArray = points[at] + rng.normal(0.0, spread_m, (count, 2))
    return scattered
