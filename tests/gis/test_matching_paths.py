"""Every path of matching gives one answer, and it is the oracle's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import psycopg
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from gis.bulk_matching import BulkMatcher
from gis.db.cluster import Cluster
from gis.db.database import Database, libpq_url
from gis.matching import Match, Where, match_point
from gis.matching_reference import load_reference
from tests.support import county, databases
from tests.support.matching_oracle import Oracle, expected_staff

POINTS = 20_000
ORACLE_EVERY = 5


class Built:
    """A county in a database, what it was built from, and points that try it."""

    def __init__(self, url: str, boundaries: dict[str, BaseGeometry]) -> None:
        self.url, self.boundaries = url, boundaries
        self.db = Database(url)
        with self.db.read() as tx:
            self.matcher = BulkMatcher(load_reference(tx, county.COUNTY))
        self.grids = {grid.code: grid for grid in self.matcher.reference.grids}
        self.oracle = Oracle(
            boundaries,
            {code: grid.town_code for code, grid in self.grids.items()},
            county.service_areas(),
        )
        self.lon, self.lat = trial_points(list(boundaries.values()), POINTS)
        rng = np.random.default_rng(11)
        accuracies = rng.choice([0.0, 3.0, 15.0, 60.0, 250.0, 700.0, 2600.0], POINTS)
        self.accuracy = np.where(rng.random(POINTS) < 0.5, np.nan, accuracies)
        self.categories = [code or None for code in rng.choice(["", *county.CATEGORIES], POINTS)]
        self.matches = self.matcher.match(
            self.lon,
            self.lat,
            accuracy_m=self.accuracy,
            categories=self.categories,
            days=[county.TODAY] * POINTS,
        )

    def where(self, i: int) -> Where:
        accuracy = None if np.isnan(self.accuracy[i]) else float(self.accuracy[i])
        return Where(float(self.lon[i]), float(self.lat[i]), accuracy)


def trial_points(boundaries: list[BaseGeometry], count: int) -> tuple[Any, Any]:
    """Return points at random, on vertices, on shared edges, beside borders, in holes, far out.

    Shuffled, so that every part of the points is of every kind.
    """
    rng = np.random.default_rng(5)
    rings = [np.asarray(part.exterior.coords) for part in shapely.get_parts(boundaries)]
    holes = [
        np.asarray(ring.coords) for part in shapely.get_parts(boundaries) for ring in part.interiors
    ]
    starts = np.vstack([ring[:-1] for ring in [*rings, *holes]])
    ends = np.vstack([ring[1:] for ring in [*rings, *holes]])

    def edges(size: int) -> Any:
        pick = rng.integers(0, len(starts), size)
        share = rng.choice([0.0, 0.5, rng.random()], (size, 1))
        return starts[pick] + share * (ends[pick] - starts[pick])

    part = count // 5
    frame = np.array([[county.WEST, county.SOUTH], [county.EAST, county.NORTH]])
    in_holes = np.vstack([hole.mean(axis=0) for hole in holes])
    sets = [
        rng.uniform(frame[0] - 0.02, frame[1] + 0.02, (part, 2)),
        edges(part),
        edges(part) + rng.normal(0.0, 3e-4, (part, 2)),
        rng.uniform(frame[0] - 0.004, frame[1] + 0.004, (part, 2)),
        in_holes[rng.integers(0, len(in_holes), part)] + rng.normal(0.0, 6e-4, (part, 2)),
    ]
    # Shared outer corners: outside, as near to one grid as to the other.
    sets[3][: part // 2, 0] = rng.choice([county.WEST, county.EAST], part // 2)
    sets[3][: part // 2] += rng.normal(0.0, 2e-4, (part // 2, 2))
    points = rng.permutation(np.vstack(sets))
    return points[:, 0].copy(), points[:, 1].copy()


@pytest.fixture(scope="module", params=[60, 400])
def built(
    request: pytest.FixtureRequest, cluster: Cluster, migrated_template: str
) -> Iterator[Built]:
    with databases.clone(cluster, migrated_template) as url:
        boundaries = county.build(url, count=request.param)
        found = Built(url, boundaries)
        yield found
        found.db.close()


def test_bulk_equals_single_for_twenty_thousand_points(built: Built) -> None:
    different = []
    with built.db.read() as tx:
        for i in range(POINTS if len(built.boundaries) < 100 else POINTS // 10):
            single = match_point(
                tx, county.COUNTY, built.where(i), category=built.categories[i], at=county.NOW
            )
            if single != built.matches.match(i):
                different.append(
                    (built.where(i), built.categories[i], single, built.matches.match(i))
                )
    assert different == []


def test_bulk_equals_the_oracle(built: Built) -> None:
    wrong = []
    for i in range(0, POINTS, ORACLE_EVERY):
        where = built.where(i)
        assert where.lon is not None
        assert where.lat is not None
        expected = built.oracle.answer(where.lon, where.lat, where.accuracy_m, built.categories[i])
        match = built.matches.match(i)
        if not _agrees(match, expected):
            wrong.append((where, built.categories[i], match, expected))
    assert wrong == []


def test_the_trial_points_reach_every_rung(built: Built) -> None:
    matches = [built.matches.match(i) for i in range(POINTS)]
    assert {m.grid_method for m in matches} == {"covers", "nearest", "outside"}
    assert {m.utility_method for m in matches} == {"service_area", "nearest", "town_office", "none"}
    assert {m.staff_method for m in matches} == {
        "on_duty", "leader", "community_duty", "town_duty", "none",
    }  # fmt: skip
    assert any(m.confidence is not None and 0 < m.confidence < 1 for m in matches)
    assert any(len(m.candidates) == 10 for m in matches) or len(built.boundaries) < 100
    shared = sum(len(built.oracle.tree.query(shapely.Point(x, y), predicate="covered_by")) > 1
                 for x, y in zip(built.lon, built.lat, strict=True))  # fmt: skip
    assert shared > 1000


def test_staff_equals_the_oracle(built: Built) -> None:
    with psycopg.connect(libpq_url(built.url), row_factory=psycopg.rows.dict_row) as connection:
        people = connection.execute(
            "SELECT * FROM grid_staff WHERE county_code = %s", [county.COUNTY]
        ).fetchall()
    code_of = {person["id"]: person["code"] for person in people}
    by_grid: dict[str, tuple[Any, ...]] = {}
    for i in range(POINTS):
        match = built.matches.match(i)
        if match.grid is None:
            assert (match.staff, match.staff_method, match.staff_all) == (None, "none", ())
            continue
        grid = {
            "code": match.grid.code,
            "community_code": match.grid.community_code,
            "town_code": match.grid.town_code,
        }
        if match.grid.code not in by_grid:
            by_grid[match.grid.code] = expected_staff(people, grid, county.TODAY)
        chosen = code_of[match.staff.id] if match.staff else None
        everybody = [code_of[person.id] for person in match.staff_all]
        assert (match.staff_method, chosen, everybody) == by_grid[match.grid.code]


def _agrees(match: Match, expected: Any) -> bool:
    return (
        match.grid_method == expected.grid_method
        and (match.grid.code if match.grid else None) in expected.grids
        and _close(match.grid_distance_m, expected.grid_distance_m)
        and match.covering_utilities == expected.covering
        and _utility_agrees(match, expected)
    )


def _utility_agrees(match: Match, expected: Any) -> bool:
    return (
        match.utility_method == expected.utility_method
        and (match.utility.code if match.utility else None) in expected.utilities
        and _close(match.utility_distance_m, expected.utility_distance_m)
    )


def _close(given: float | None, expected: float | None) -> bool:
    if given is None or expected is None:
        return given is expected
    return abs(given - expected) <= 1e-3
