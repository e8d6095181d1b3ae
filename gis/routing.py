"""Which utility answers for many points of one category: the utility ladder of matching."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from gis.matching import MatchedCategory
from gis.matching_reference import Area, Reference
from gis.nearest import Floats, NearestPoint, Rows

MAX_DEPOT_M: Final = 30_000.0


@dataclass(frozen=True)
class Routes:
    """The utility of each point, column by column.

    Attributes
    ----------
    utility
        Utility codes, None where nobody answers.
    method
        ``service_area``, ``nearest``, ``town_office`` or ``none``.
    area
        Index of the service area that decided, else -1.
    depot, distance_m
        Row of the utility's nearest depot, -1 without one, and metres to it, NaN without one.
    covering
        Codes of the utilities whose areas cover the point, lowest first.
    """

    utility: npt.NDArray[np.object_]
    method: npt.NDArray[np.object_]
    area: Rows
    depot: Rows
    distance_m: Floats
    covering: list[tuple[str, ...]]


class Router:
    """Routes points by the service areas, depots and town offices of a reference."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        self._finders: dict[tuple[str, ...], tuple[Rows, NearestPoint] | None] = {}

    def route(
        self,
        category: MatchedCategory,
        lon: Floats,
        lat: Floats,
        towns: npt.NDArray[np.object_],
    ) -> Routes:
        """Route points of one category.

        Parameters
        ----------
        lon, lat
            WGS 84 degrees.
        towns
            Town code of the grid of each point, or None.
        """
        count = len(lon)
        routes = Routes(
            utility=np.full(count, None, dtype=object),
            method=np.full(count, "none", dtype=object),
            area=np.full(count, -1, dtype=np.intp),
            depot=np.full(count, -1, dtype=np.intp),
            distance_m=np.full(count, np.nan),
            covering=[()] * count,
        )
        handlers = self._handlers(category)
        areas = [area for area in self._reference.areas if _concerns(area, category, handlers)]
        inside = self._inside(areas, lon, lat)
        self._by_area(routes, category, areas, inside, lon, lat)
        self._note_covering(routes, areas, inside)
        left = np.flatnonzero(~inside.any(axis=1))
        outside_towns = frozenset(
            code for code in handlers if self._reference.utilities[code].kind != "town"
        )
        self._by_depot(routes, outside_towns, left, lon, lat)
        self._by_town(routes, left, towns)
        self._measure(routes, lon, lat)
        return routes

    def _handlers(self, category: MatchedCategory) -> frozenset[str]:
        """Return the utilities that list the category or its parent."""
        wanted = {category.code, category.parent_code}
        return frozenset(
            code for code, listed in self._reference.handled.items() if listed & wanted
        )

    def _inside(self, areas: list[Area], lon: Floats, lat: Floats) -> npt.NDArray[np.bool_]:
        """Return, for each point and area, whether the area covers the point."""
        inside = np.zeros((len(lon), len(areas)), dtype=bool)
        if areas and len(lon):
            boundaries = self._reference.area_boundaries[[area.index for area in areas]]
            area, point = shapely.STRtree(shapely.points(lon, lat)).query(boundaries, "covers")
            inside[point, area] = True
        return inside

    def _by_area(
        self,
        routes: Routes,
        category: MatchedCategory,
        areas: list[Area],
        inside: npt.NDArray[np.bool_],
        lon: Floats,
        lat: Floats,
    ) -> None:
        """Give each point to its first area; equals by depot distance, utility and area code."""
        rank = {area.index: _rank(area, category) for area in areas}
        order = sorted(
            range(len(areas)),
            key=lambda i: (rank[areas[i].index], areas[i].utility_code, areas[i].code),
        )
        open_ = np.ones(len(lon), dtype=bool)
        for _, members in groupby(order, key=lambda i: rank[areas[i].index]):
            equals = list(members)
            points = np.flatnonzero(open_ & inside[:, equals].any(axis=1))
            open_[points] = False
            if not len(points):
                continue
            first = np.zeros(len(points), dtype=np.intp)
            if len(equals) > 1:
                distance = np.column_stack(
                    [
                        self._distance(areas[i].utility_code, lon[points], lat[points])
                        for i in equals
                    ]
                )
                covered = inside[points][:, equals]
                # Uncovered last of all; a utility without a depot after those that have one.
                distance = np.where(np.isnan(distance), np.finfo(np.float64).max, distance)
                first = np.argmin(np.where(covered, distance, np.inf), axis=1)
            chosen = np.array(equals)[first]
            routes.area[points] = [areas[i].index for i in chosen]
            routes.utility[points] = [areas[i].utility_code for i in chosen]
            routes.method[points] = "service_area"

    def _note_covering(
        self, routes: Routes, areas: list[Area], inside: npt.NDArray[np.bool_]
    ) -> None:
        if not areas or not len(inside):
            return
        patterns, which = np.unique(inside, axis=0, return_inverse=True)
        named = [
            tuple(sorted({areas[i].utility_code for i in np.flatnonzero(pattern)}))
            for pattern in patterns
        ]
        routes.covering[:] = [named[i] for i in which.reshape(-1)]

    def _by_depot(
        self, routes: Routes, handlers: frozenset[str], left: Rows, lon: Floats, lat: Floats
    ) -> None:
        finder = self._finder(tuple(sorted(handlers)))
        if finder is None or not len(left):
            return
        rows, nearest = finder
        place, distance = nearest.find(lon[left], lat[left])
        near = distance <= MAX_DEPOT_M
        codes = self._reference.depots.utility_codes
        routes.utility[left[near]] = [codes[row] for row in rows[place[near]]]
        routes.method[left[near]] = "nearest"

    def _by_town(self, routes: Routes, left: Rows, towns: npt.NDArray[np.object_]) -> None:
        offices = self._reference.offices
        for point in left:
            office = offices.get(towns[point])
            if routes.utility[point] is None and office is not None:
                routes.utility[point], routes.method[point] = office, "town_office"

    def _measure(self, routes: Routes, lon: Floats, lat: Floats) -> None:
        """Fill in each chosen utility's nearest depot."""
        for code in {code for code in routes.utility if code is not None}:
            finder = self._finder((code,))
            if finder is None:
                continue
            points = np.flatnonzero(routes.utility == code)
            rows, nearest = finder
            place, routes.distance_m[points] = nearest.find(lon[points], lat[points])
            routes.depot[points] = rows[place]

    def _distance(self, utility_code: str, lon: Floats, lat: Floats) -> Floats:
        finder = self._finder((utility_code,))
        return np.full(len(lon), np.nan) if finder is None else finder[1].find(lon, lat)[1]

    def _finder(self, utilities: tuple[str, ...]) -> tuple[Rows, NearestPoint] | None:
        """Return the rows of some utilities' depots, in order, and a finder among them."""
        if utilities not in self._finders:
            depots = self._reference.depots
            each = [depots.rows_of[code] for code in utilities if code in depots.rows_of]
            rows = np.concatenate(each) if each else np.empty(0, dtype=np.intp)
            self._finders[utilities] = (
                (rows, NearestPoint(depots.lon[rows], depots.lat[rows])) if len(rows) else None
            )
        return self._finders[utilities]


def _concerns(area: Area, category: MatchedCategory, handlers: frozenset[str]) -> bool:
    if area.category_code is None:
        return area.utility_code in handlers
    return area.category_code in (category.code, category.parent_code)


def _rank(area: Area, category: MatchedCategory) -> tuple[bool, bool, int, float]:
    """Order of areas: the category's own before its parent's, specific before all, priority, size."""
    by_parent = area.category_code is not None and area.category_code == category.parent_code
    return by_parent, area.category_code is None, area.priority, area.area_m2
