"""What matching must answer, worked out point by point with shapely and PROJ alone.

Nothing of ``gis`` is used: boundaries come from the builder of the synthetic county, distances
from ``pyproj.Geod``, the nearest border from an azimuthal equidistant projection around the point
with the border cut into pieces of some ten metres.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from tests.support.county import GEOD, UTILITIES, Area, area_m2

SAME_M = 1e-6
"""Distances closer than this are one distance: the same vertex seen from two grids."""
UNSURE_M = 1e-3
"""Between the two, rounding to the millimetre may fall either way."""


@dataclass(frozen=True)
class Expected:
    """The answer for one point; where several are right, all of them."""

    grid_method: str
    grids: set[str | None]
    grid_distance_m: float | None
    utility_method: str
    utilities: set[str | None]
    utility_distance_m: float | None
    covering: tuple[str, ...]


@dataclass
class Oracle:
    """Answers from the boundaries, service areas and utilities the county was built from."""

    boundaries: dict[str, BaseGeometry]
    towns: dict[str, str | None]
    areas: Sequence[Area]
    sizes: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.codes = sorted(self.boundaries)
        self.tree = shapely.STRtree([self.boundaries[code] for code in self.codes])
        self.sizes = {area.code: area_m2(area.boundary) for area in self.areas}

    def answer(
        self, lon: float, lat: float, accuracy_m: float | None, category: str | None
    ) -> Expected:
        """Work out one point."""
        here = shapely.Point(lon, lat)
        method, grids, distance = self._grid(here, accuracy_m)
        town = self.towns.get(min(grids - {None}, default="") or "") if grids != {None} else None
        how, utilities, covering = self._utility(here, category, town)
        metres = None
        if None not in utilities:
            depots = UTILITIES[sorted(u for u in utilities if u)[0]][3]
            metres = min((_metres(here, depot) for depot in depots), default=None)
        return Expected(method, grids, distance, how, utilities, metres, covering)

    def _grid(
        self, here: shapely.Point, accuracy_m: float | None
    ) -> tuple[str, set[str | None], float | None]:
        inside = [self.codes[i] for i in self.tree.query(here, predicate="covered_by")]
        if inside:
            return "covers", {min(inside)}, 0.0
        reach = min(max(accuracy_m or 0.0, 50.0), 500.0)
        beside = [self.codes[i] for i in self.tree.query(here.buffer(0.0065))]
        metres = border_metres(here, [self.boundaries[code] for code in beside])
        near = {code: d for code, d in zip(beside, metres, strict=True) if d <= reach}
        if not near:
            return "outside", {None}, None
        least = min(near.values())
        same = [code for code, d in near.items() if d - least <= SAME_M]
        unsure = {code for code, d in near.items() if SAME_M < d - least <= UNSURE_M}
        return "nearest", {min(same), *unsure}, least

    def _utility(
        self, here: shapely.Point, category: str | None, town: str | None
    ) -> tuple[str, set[str | None], tuple[str, ...]]:
        if category is None:
            return "none", {None}, ()
        parent = category.partition(".")[0] if "." in category else None
        handlers = {code for code, spec in UTILITIES.items() if {category, parent} & set(spec[2])}
        covering = [
            area
            for area in self.areas
            if area.boundary.covers(here)
            and (
                area.utility in handlers
                if area.category is None
                else area.category in (category, parent)
            )
        ]
        readers = tuple(sorted({area.utility for area in covering}))
        own = [a for a in covering if a.category == category or a.category is None]
        if own or covering:
            return "service_area", {self._first(own or covering, here)}, readers
        best = {
            code: min(_metres(here, depot) for depot in UTILITIES[code][3])
            for code in handlers
            if UTILITIES[code][0] != "town" and UTILITIES[code][3]
        }
        near = {code: d for code, d in best.items() if d <= 30_000.0}
        if near:
            least = min(near.values())
            same = min(code for code, d in near.items() if d - least <= SAME_M)
            unsure = {code for code, d in near.items() if SAME_M < d - least <= UNSURE_M}
            return "nearest", {same, *unsure}, ()
        office = min((c for c, spec in UTILITIES.items() if town and spec[1] == town), default=None)
        return ("town_office", {office}, ()) if office else ("none", {None}, ())

    def _first(self, areas: list[Area], here: shapely.Point) -> str:
        def rank(area: Area) -> tuple[Any, ...]:
            depots = [_metres(here, depot) for depot in UTILITIES[area.utility][3]]
            return (
                *(area.category is None, area.priority, self.sizes[area.code]),
                *(round(min(depots), 3) if depots else float("inf"), area.utility),
            )

        return min(areas, key=rank).utility


def expected_staff(
    people: Sequence[dict[str, Any]], grid: dict[str, Any], day: dt.date
) -> tuple[str, str | None, list[str]]:
    """Work out method, chosen person's code and codes of all on duty from plain rows."""
    serving = [
        person
        for person in people
        if person["role"] != "volunteer"
        and person["valid_from"] <= day
        and (person["valid_to"] is None or person["valid_to"] >= day)
    ]
    turn = ["member", "leader", "branch_secretary"]
    serving.sort(key=lambda p: (turn.index(p["role"]), p["code"]))
    own = [person for person in serving if person["grid_code"] == grid["code"]]
    duty = [person["code"] for person in own if person["on_duty"]]
    if duty:
        return "on_duty", duty[0], duty
    leaders = [person["code"] for person in own if person["role"] == "leader"]
    if leaders:
        return "leader", min(leaders), []
    for level in ("community", "town"):
        code = grid[f"{level}_code"]
        around = [
            p for p in serving if p["on_duty"] and code is not None and p[f"{level}_code"] == code
        ]
        around.sort(key=lambda p: (p["grid_code"] is not None, p["community_code"] is not None))
        if around:
            return f"{level}_duty", around[0]["code"], []
    return "none", None, []


def border_metres(here: shapely.Point, boundaries: Sequence[BaseGeometry]) -> list[float]:
    """Return the distances to boundaries, measured in a projection around the point."""
    local = Transformer.from_crs(
        "EPSG:4326",
        f"+proj=aeqd +lon_0={here.x!r} +lat_0={here.y!r} +ellps=WGS84",
        always_xy=True,
    )
    # 600 m around: more than any reach, and few pieces.
    near = shapely.clip_by_rect(
        np.array(boundaries), here.x - 0.007, here.y - 0.006, here.x + 0.007, here.y + 0.006
    )
    flat = shapely.transform(
        shapely.segmentize(near, 1e-4),
        lambda degrees: np.column_stack(local.transform(degrees[:, 0], degrees[:, 1])),
    )
    return [float(d) for d in shapely.distance(flat, shapely.Point(0, 0))]


def _metres(here: shapely.Point, depot: tuple[float, float]) -> float:
    return float(GEOD.inv(here.x, here.y, *depot)[2])
