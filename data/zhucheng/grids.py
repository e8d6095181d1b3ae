"""The 1,690 grids: polygons, codes, names and what is known about each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import shapely
from scipy.spatial import cKDTree
from shapely import Polygon

from data.zhucheng.coverage import cut, relaxed_seeds, shared_borders
from data.zhucheng.divisions import Community, Divisions, divide
from data.zhucheng.frame import FloatArray, rng_for, to_metres
from data.zhucheng.terrain import POPULATION, people_points, town_seats

LAYOUT = "2022"
_PEOPLE_SAMPLES = 200_000
_HAVES = ("person", "funds", "place", "authority", "rules")


@dataclass(frozen=True)
class Grid:
    """A grid of the sample city; ``boundary`` in degrees, ``x, y`` a point inside it in metres."""

    code: str
    name: str
    name_en: str
    town_code: str
    community: Community
    boundary: Polygon
    x: float
    y: float
    population: int
    households: int
    party_branch: str
    five_haves: dict[str, bool]

    def properties(self) -> dict[str, Any]:
        """Return the properties of the grid's GeoJSON feature: columns of the table ``grid``."""
        return {
            "code": self.code,
            "name": self.name,
            "name_en": self.name_en,
            "town_code": self.town_code,
            "community_code": self.community.code,
            "population": self.population,
            "households": self.households,
            "party_branch": self.party_branch,
            "five_haves": self.five_haves,
        }


@cache
def city() -> tuple[tuple[Grid, ...], tuple[Community, ...]]:
    """Return grids in the order of their codes, and communities in the order of theirs."""
    rng = rng_for("grids")
    cells = cut(relaxed_seeds(rng), rng)
    inside = to_metres(shapely.get_coordinates(shapely.point_on_surface(cells)))
    divisions = divide(inside, shared_borders(cells))
    population = _population(cells, rng_for("population"))
    grids = _numbered(cells, inside, divisions, population)
    return tuple(sorted(grids, key=lambda grid: grid.code)), divisions.communities


def grids() -> tuple[Grid, ...]:
    """Return the grids in the order of their codes."""
    return city()[0]


def communities() -> tuple[Community, ...]:
    """Return the communities, those of a town outward from its seat."""
    return city()[1]


def _population(cells: list[Polygon], rng: np.random.Generator) -> FloatArray:
    points = people_points(rng, _PEOPLE_SAMPLES)
    flat = shapely.transform(np.array(cells), to_metres)
    owner = shapely.STRtree(flat).query(shapely.points(points), predicate="within")[1]
    # A grid that no sampled person fell into still has somebody.
    share = np.bincount(owner, minlength=len(cells)) + 1.0
    people: FloatArray = share / share.sum() * POPULATION
    return people


def _numbered(
    cells: list[Polygon], inside: FloatArray, divisions: Divisions, population: FloatArray
) -> list[Grid]:
    rng = rng_for("grid facts")
    found = []
    for at, community in enumerate(divisions.communities):
        members = np.flatnonzero(divisions.community_of == at)
        members = members[_along_a_walk(inside[members])]
        for number, member in enumerate(members, start=1):
            found.append(
                _grid(cells[member], inside[member], community, number, population[member], rng)
            )
    return found


def _along_a_walk(points: FloatArray) -> list[int]:
    """Order the grids of a community from the north-west, always on to the nearest unnumbered."""
    left = list(range(len(points)))
    at = min(left, key=lambda i: points[i, 0] - points[i, 1])
    walk = [at]
    left.remove(at)
    while left:
        at = left[int(cKDTree(points[left]).query(points[at])[1])]
        walk.append(at)
        left.remove(at)
    return walk


def _grid(
    cell: Polygon,
    inside: FloatArray,
    community: Community,
    number: int,
    population: float,
    rng: np.random.Generator,
) -> Grid:
    town = town_seats()[community.town]
    people = round(population)
    short = community.name.removesuffix("社区")
    return Grid(
        code=f"{community.code}{number:03d}",
        name=f"{town.name} {community.name} 第{number}网格",
        name_en=f"{town.name_en}, {community.name_en} Grid {number}",
        town_code=town.code,
        community=community,
        boundary=cell,
        x=float(inside[0]),
        y=float(inside[1]),
        population=people,
        households=max(1, round(people / rng.uniform(2.6, 3.3))),
        party_branch=f"{short}第{number}网格党支部",
        five_haves={have: bool(rng.random() < 0.96) for have in _HAVES},
    )
