"""Many points -> grids, grid staff, utilities: the answers of ``match_point``, set-based.

What ``match.sql`` asks PostGIS for one point, this asks shapely, a k-d tree and PROJ's geodesics
for all of them. Both decide by the same predicates, the same millimetres and the same order of
codes; ``tests/gis/test_matching_paths.py`` holds them to the same answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from gis import reasons
from gis.geometry import (
    MAX_CIRCLE_RADIUS_M,
    Candidate,
    Point,
    accuracy_confidence,
)
from gis.matching import MAX_SNAP_M, MIN_SNAP_M, Match, Reason
from gis.matching_reference import Reference
from gis.nearest import Floats, Rows, border_distance_m, metres_per_degree
from gis.rosters import NOBODY, Roster, Rosters
from gis.routing import Router, Routes

METHODS: Final = ("outside", "covers", "nearest", "stated")
OUTSIDE, COVERS, NEAREST, STATED = range(4)


@dataclass(frozen=True)
class GridMatches:
    """The grid of each point, column by column.

    Attributes
    ----------
    grid
        Index in ``Reference.grids``, -1 outside.
    method
        ``OUTSIDE``, ``COVERS``, ``NEAREST`` or ``STATED``.
    distance_m
        0 for ``COVERS``, metres to the border for ``NEAREST``, else NaN.
    confidence
        Share of the accuracy circle in the grid; NaN for none.
    candidates
        By point, only of those that have any.
    """

    grid: Rows
    method: npt.NDArray[np.int8]
    distance_m: Floats
    confidence: Floats
    candidates: dict[int, tuple[Candidate, ...]]


@dataclass(frozen=True)
class Matches:
    """The matches of many points; ``match(i)`` gives one of them as a value.

    Attributes
    ----------
    named
        Rows that were matched one by one, because they name a grid or place and have no position.
    """

    reference: Reference
    days: Sequence[dt.date]
    categories: Sequence[str | None]
    accuracy_m: Floats
    grids: GridMatches
    rosters: list[Roster]
    routes: Routes
    named: Mapping[int, Match] = field(default_factory=dict)

    def match(self, i: int) -> Match:
        """Return one match as ``match_point`` would."""
        if i in self.named:
            return self.named[i]
        reference, grids, routes = self.reference, self.grids, self.routes
        utility = routes.utility[i]
        code = self.categories[i]
        roster = self.rosters[i]
        return Match(
            county_code=reference.county_code,
            received_on=self.days[i],
            metric_srid=reference.metric_srid,
            category=None if code is None else reference.categories[code],
            grid=reference.grids[grids.grid[i]] if grids.grid[i] >= 0 else None,
            grid_method=METHODS[grids.method[i]],
            grid_distance_m=_number(grids.distance_m[i]),
            confidence=_number(grids.confidence[i]),
            candidates=grids.candidates.get(i, ()),
            staff=roster.staff,
            staff_method=roster.method,
            staff_all=roster.staff_all,
            utility=None if utility is None else reference.utilities[utility],
            utility_method=routes.method[i],
            utility_distance_m=_number(routes.distance_m[i]),
            reason=self.reason(i),
            layout=reference.layout,
            service_area_version=reference.version,
            covering_utilities=routes.covering[i],
        )

    def reason(self, i: int) -> Reason:
        """Return why, in the steps of ``match_point``."""
        if i in self.named:
            return self.named[i].reason
        reference, grids, routes = self.reference, self.grids, self.routes
        steps = [
            reasons.grid_step(
                method=METHODS[grids.method[i]],
                grid_code=reference.grids[grids.grid[i]].code if grids.grid[i] >= 0 else None,
                layout=reference.layout.name if reference.layout else None,
                distance_m=_number(grids.distance_m[i]),
            )
        ]
        if i in grids.candidates and not np.isnan(grids.confidence[i]):
            steps.append(
                reasons.uncertain_step(float(self.accuracy_m[i]), float(grids.confidence[i]))
            )
        roster = self.rosters[i]
        if roster.staff is not None:
            steps.append(reasons.staff_step(roster.method, roster.staff.name))
        code, utility_code, area = self.categories[i], routes.utility[i], routes.area[i]
        category = None if code is None else reference.categories[code]
        utility = None if utility_code is None else reference.utilities[utility_code]
        depot = routes.depot[i]
        steps.append(
            reasons.utility_step(
                method=routes.method[i],
                category=[category.name, category.name_en] if category else None,
                utility=[utility.name, utility.name_en] if utility else None,
                area=reference.areas[area].code if area >= 0 else None,
                version=reference.version.name if reference.version else None,
                depot=reference.depots.names[depot] if depot >= 0 else None,
                distance_m=_number(routes.distance_m[i]),
            )
        )
        return tuple(steps)


class BulkMatcher:
    """Matches batches of points against one moment's reference data."""

    def __init__(self, reference: Reference) -> None:
        self.reference = reference
        self._tree = shapely.STRtree(reference.grid_boundaries)
        self._borders = shapely.boundary(reference.grid_boundaries)
        self._rosters = Rosters(reference.people)
        self._router = Router(reference)

    def match(
        self,
        lon: Floats,
        lat: Floats,
        *,
        accuracy_m: Floats,
        categories: Sequence[str | None],
        days: Sequence[dt.date],
        grids: GridMatches | None = None,
    ) -> Matches:
        """Match points.

        Parameters
        ----------
        lon, lat
            WGS 84 degrees, finite.
        accuracy_m
            Metres; NaN where the sender said nothing.
        categories
            Codes that exist in the reference, or None.
        days
            Day of reception of each, in the county's time zone.
        grids
            Where the grids are settled already; None: by the points.
        """
        grids = grids or self.match_grids(lon, lat, accuracy_m)
        found = self.reference.grids
        rosters = [
            self._rosters.on(found[grid], day) if grid >= 0 else NOBODY
            for grid, day in zip(grids.grid.tolist(), days, strict=True)
        ]
        routes = self._route(lon, lat, categories, grids.grid)
        return Matches(self.reference, days, categories, accuracy_m, grids, rosters, routes)

    def match_grids(self, lon: Floats, lat: Floats, accuracy_m: Floats) -> GridMatches:
        """Give points to grids: covered, else nearest within reach, else outside."""
        count = len(lon)
        grid = np.full(count, len(self.reference.grids), dtype=np.intp)
        method = np.zeros(count, dtype=np.int8)
        distance = np.full(count, np.nan)
        points = shapely.points(lon, lat)
        if count and len(self.reference.grids):
            cover, point = shapely.STRtree(points).query(self.reference.grid_boundaries, "covers")
            np.minimum.at(grid, point, cover)  # the grids are in order of their codes
        inside = grid < len(self.reference.grids)
        grid[~inside] = -1
        method[inside], distance[inside] = COVERS, 0.0
        found = GridMatches(grid, method, distance, np.full(count, np.nan), {})
        self._snap(found, lon, lat, accuracy_m)
        self._weigh(found, lon, lat, accuracy_m, points)
        return found

    def _snap(self, found: GridMatches, lon: Floats, lat: Floats, accuracy_m: Floats) -> None:
        """Give points outside all grids to the nearest within reach; of equals the lowest code."""
        rows = np.flatnonzero(found.method == OUTSIDE)
        reach = np.clip(np.nan_to_num(accuracy_m[rows]), MIN_SNAP_M, MAX_SNAP_M)
        pair, grid = self._beside(lon[rows], lat[rows], reach)
        if not len(pair):
            return
        x, y = lon[rows][pair], lat[rows][pair]
        metres = border_distance_m(self.reference.grid_boundaries[grid], x, y)
        within = metres <= reach[pair]
        pair, grid, metres = pair[within], grid[within], metres[within]
        order = np.lexsort((grid, metres, pair))
        first = order[np.r_[True, np.diff(pair[order]) > 0]] if len(order) else order
        target = rows[pair[first]]
        found.grid[target], found.distance_m[target] = grid[first], metres[first]
        found.method[target] = NEAREST

    def _weigh(
        self,
        found: GridMatches,
        lon: Floats,
        lat: Floats,
        accuracy_m: Floats,
        points: npt.NDArray[np.object_],
    ) -> None:
        """Fill in confidence and candidates of the points that came with an accuracy."""
        rows = np.flatnonzero(~np.isnan(accuracy_m))
        if not len(rows):
            return
        radius = np.minimum(accuracy_m[rows], MAX_CIRCLE_RADIUS_M)
        kx, ky = metres_per_degree(lat[rows])
        covered = found.method[rows] == COVERS
        # Far from its grid's border the whole circle is inside: no need to cut it.
        far = np.zeros(len(rows), dtype=bool)
        far[covered] = ~shapely.dwithin(
            self._borders[found.grid[rows[covered]]],
            points[rows[covered]],
            (1.01 * radius / np.minimum(kx, ky))[covered],
        )
        found.confidence[rows[far]] = 1.0
        rows, radius = rows[~far], radius[~far]
        pair, near = self._beside(lon[rows], lat[rows], radius)
        bounds = np.searchsorted(pair, np.arange(len(rows) + 1))
        grids, boundaries = self.reference.grids, self.reference.grid_boundaries
        for k, row in enumerate(rows.tolist()):
            beside = near[bounds[k] : bounds[k + 1]].tolist()
            chosen = found.grid[row]
            confidence = accuracy_confidence(
                Point(float(lon[row]), float(lat[row])),
                float(accuracy_m[row]),
                grids[chosen].code if chosen >= 0 else None,
                [(grids[i].code, boundaries[i]) for i in beside],
            )
            if confidence.value is not None:
                found.confidence[row] = confidence.value
            if confidence.candidates:
                found.candidates[row] = confidence.candidates

    def _beside(self, lon: Floats, lat: Floats, reach_m: Floats) -> tuple[Rows, Rows]:
        """Return pairs of position and grid whose boxes come within reach, by position."""
        kx, ky = metres_per_degree(lat)
        dx, dy = 1.01 * reach_m / kx, 1.01 * reach_m / ky
        boxes = shapely.box(lon - dx, lat - dy, lon + dx, lat + dy)
        pair, grid = self._tree.query(boxes)
        order = np.lexsort((grid, pair))
        return pair[order], grid[order]

    def _route(
        self, lon: Floats, lat: Floats, categories: Sequence[str | None], grid: Rows
    ) -> Routes:
        count = len(lon)
        routes = Routes(
            utility=np.full(count, None, dtype=object),
            method=np.full(count, "none", dtype=object),
            area=np.full(count, -1, dtype=np.intp),
            depot=np.full(count, -1, dtype=np.intp),
            distance_m=np.full(count, np.nan),
            covering=[()] * count,
        )
        town_of = np.array([g.town_code for g in self.reference.grids] + [None], dtype=object)
        towns = town_of[grid]
        codes = np.array(categories, dtype=object)
        for code in sorted({code for code in categories if code is not None}):
            rows = np.flatnonzero(codes == code)
            part = self._router.route(
                self.reference.categories[code], lon[rows], lat[rows], towns[rows]
            )
            for column in ("utility", "method", "area", "depot", "distance_m"):
                getattr(routes, column)[rows] = getattr(part, column)
            for row, covering in zip(rows.tolist(), part.covering, strict=True):
                routes.covering[row] = covering
        return routes


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
