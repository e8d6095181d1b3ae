"""The ladder of matching, rung by rung, and the plan of its one statement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import shapely

from gis.bulk_matching import BulkMatcher
from gis.cells import cells_of
from gis.db.cluster import Cluster
from gis.db.database import Database, libpq_url
from gis.db.queries import statement
from gis.errors import InvalidInput, NotFound
from gis.matching import Match, Where, match_point
from gis.matching_many import match_many
from gis.matching_reference import load_reference
from tests.support import county, databases
from tests.support.statements import counted


@pytest.fixture(scope="module")
def built(cluster: Cluster, migrated_template: str) -> Iterator[Database]:
    with databases.clone(cluster, migrated_template) as url:
        county.build(url)
        db = Database(url)
        yield db
        db.close()


def match(db: Database, category: str | None = None, **where: Any) -> Match:
    with db.read() as tx:
        return match_point(tx, county.COUNTY, Where.of(**where), category=category, at=county.NOW)


@pytest.mark.parametrize(
    ("category", "lon", "lat", "utility", "method"),
    [
        # Both waterworks cover 119.395; the smaller area of the same priority wins.
        ("water.low_pressure", 119.395, 35.93, "water-west", "service_area"),
        # An area named for the burst itself before all areas for everything, whatever its priority.
        ("water.burst", 119.42, 36.01, "water-east", "service_area"),
        # Two bodies share one polygon, priority and depot: the lower code.
        ("power.cable", 119.40, 36.00, "power", "service_area"),
        # Outside the cable areas the parent's area answers.
        ("power.cable", 119.31, 35.93, "power", "service_area"),
        # In the hole of W4 only W1 is left.
        ("water", 119.37, 35.98, "water-west", "service_area"),
        # Nobody has areas for gas: the nearest depot; two depots share a place, the lower code.
        ("gas", 119.42, 36.05, "gas-a", "nearest"),
        ("gas", 119.48, 35.95, "gas-b", "nearest"),
    ],
)
def test_utility_ladder(
    built: Database, category: str, lon: float, lat: float, utility: str, method: str
) -> None:
    found = match(built, category, longitude=lon, latitude=lat)
    assert found.utility is not None
    assert (found.utility.code, found.utility_method) == (utility, method)


def test_the_whole_category_area_beats_the_parents(built: Database) -> None:
    """``water-crew`` comes first for `water` itself, and only then for its children."""
    here = {"longitude": 119.41, "latitude": 36.00}
    parent, child = match(built, "water", **here), match(built, "water.low_pressure", **here)
    assert parent.utility is not None
    assert child.utility is not None
    assert parent.utility.code == "water-crew"
    assert child.utility.code == "water-east"
    assert child.covering_utilities == ("water-crew", "water-east")


def test_town_office_where_every_depot_is_too_far(built: Database) -> None:
    found = match(built, "noise", longitude=119.45, latitude=36.0)
    assert found.utility is not None
    assert (found.utility.code, found.utility_method) == ("office-2", "town_office")
    assert found.utility_distance_m is None


def test_no_category_no_utility(built: Database) -> None:
    found = match(built, None, longitude=119.4, latitude=36.0)
    assert (found.utility, found.utility_method, found.covering_utilities) == (None, "none", ())
    assert found.reason[-1] == {"code": "utility_no_category"}


def test_distance_is_to_the_nearest_depot_of_the_chosen(built: Database) -> None:
    found = match(built, "water.low_pressure", longitude=119.35, latitude=36.02)
    expected = min(
        county.GEOD.inv(119.35, 36.02, *depot)[2] for depot in county.UTILITIES["water-west"][3]
    )
    assert found.utility_distance_m == pytest.approx(expected, abs=1e-3)


def test_a_grid_named_without_coordinates(built: Database) -> None:
    found = match(built, "gas", grid_code="G0007")
    assert found.grid is not None
    assert (found.grid.code, found.grid_method, found.grid_distance_m) == ("G0007", "stated", None)
    assert (found.confidence, found.candidates) == (None, ())
    assert found.utility_method == "nearest"
    assert found.utility_distance_m is not None


@pytest.mark.parametrize(
    ("where", "grid"),
    [
        ({"place_code": "P1"}, "G0000"),
        ({"place_text": "盛隆花园"}, "G0000"),
        ({"place_text": "Shenglong Garden"}, "G0000"),
        ({"place_code": "P1", "grid_code": "G0003"}, "G0003"),
    ],
)
def test_a_place_named_without_coordinates(built: Database, where: Any, grid: str) -> None:
    found = match(built, "gas", **where)
    assert found.grid is not None
    assert (found.grid.code, found.grid_method) == (grid, "stated")


@pytest.mark.parametrize("place", ["P2", "P3"])
def test_a_place_without_a_grid_of_the_layout_is_found_by_its_point(
    built: Database, place: str
) -> None:
    with built.read() as tx:
        row = tx.rows(
            "SELECT ST_X(location) x, ST_Y(location) y FROM place WHERE code = %s", [place]
        )
    by_point = match(built, longitude=row[0]["x"], latitude=row[0]["y"])
    found = match(built, place_code=place)
    assert (found.grid, found.grid_method) == (by_point.grid, "stated")


@pytest.mark.parametrize("text", ["李村", "nowhere at all"])
def test_a_place_that_two_have_or_nobody_knows_is_not_guessed(built: Database, text: str) -> None:
    found = match(built, "gas", place_text=text)
    assert (found.grid, found.grid_method, found.utility_method) == (None, "outside", "none")
    assert found.reason[0] == {"code": "grid_not_located"}


def test_coordinates_win_over_names(built: Database) -> None:
    here = {"longitude": 119.4, "latitude": 36.0}
    named = match(built, **here, grid_code="G0003", place_code="P1", place_text="李村")
    assert named.grid == match(built, **here).grid
    assert named.grid_method == "covers"


@pytest.mark.parametrize(
    ("where", "category", "field"),
    [
        ({"place_code": "P99"}, None, "place_code"),
        ({"grid_code": "X"}, None, "grid_code"),
        ({"longitude": 119.4, "latitude": 36.0}, "sorcery", "category"),
        ({"longitude": 119.4, "latitude": 36.0, "grid_code": "X"}, None, "grid_code"),
        ({}, None, "place_text"),
        ({"longitude": 119.4}, None, "latitude"),
        ({"longitude": 119.4, "latitude": 36.0, "accuracy_m": -1.0}, None, "accuracy_m"),
        ({"longitude": 119.4, "latitude": 36.0, "accuracy_m": float("nan")}, None, "accuracy_m"),
        ({"longitude": 119.4, "latitude": 96.0}, None, "location"),
        ({"longitude": 119.4, "latitude": 36.0, "crs": "Mars"}, None, "crs"),
    ],
)
def test_what_cannot_be_used_names_its_field(
    built: Database, where: Any, category: str | None, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        match(built, category, **where)
    assert field in {error.field for error in refused.value.errors}


def test_no_such_county(built: Database) -> None:
    with built.read() as tx, pytest.raises(NotFound):
        match_point(tx, "000000", Where(119.4, 36.0), category=None, at=county.NOW)


def test_the_datum_moves_the_point(built: Database) -> None:
    """119.4 E in GCJ-02 lies half a kilometre from 119.4 E in WGS 84."""
    where = Where.of(longitude=119.4, latitude=36.0, crs="gcj02")
    assert where.lon is not None
    assert where.lat is not None
    assert 400 < county.GEOD.inv(119.4, 36.0, where.lon, where.lat)[2] < 700
    assert where.crs == "GCJ-02"


def test_only_the_tenant_is_seen(built: Database) -> None:
    with built.read() as tx:
        found = match_point(
            tx, county.NEIGHBOUR, Where(119.40, 36.0), category="water", at=county.NOW
        )
    assert found.grid is not None
    assert (found.grid.code, found.staff) == ("A0", None)
    assert found.utility is not None
    assert found.utility.name == "邻水"


def test_staff_change_at_midnight_of_the_county(built: Database) -> None:
    """The member of G0000 is valid to 10 May; at 16:00 UTC it is the 11th in Zhucheng."""
    with built.read() as tx:
        last, next_ = (
            match_point(
                tx,
                county.COUNTY,
                Where(grid_code="G0000"),
                category=None,
                at=dt.datetime(2022, 5, 10, hour, 59, 59, tzinfo=dt.UTC) + dt.timedelta(seconds=1),
            )
            for hour in (14, 15)
        )
    assert last.staff is not None
    assert next_.staff is not None
    assert (last.received_on.day, last.staff.role, len(last.staff_all)) == (10, "member", 2)
    assert (next_.received_on.day, next_.staff.role, len(next_.staff_all)) == (11, "leader", 1)


def test_confidence_at_a_border_is_shared(built: Database) -> None:
    with built.read() as tx:
        reference = load_reference(tx, county.COUNTY)
    edge = shapely.intersection(reference.grid_boundaries[3], reference.grid_boundaries).tolist()
    border = max(
        (g for i, g in enumerate(edge) if i != 3 and shapely.length(g) > 0), key=shapely.length
    )
    middle = shapely.line_interpolate_point(shapely.line_merge(border), 0.5, normalized=True)
    found = match(built, longitude=middle.x, latitude=middle.y, accuracy_m=20.0)
    assert found.confidence is not None
    assert 0.3 < found.confidence < 0.7
    assert len(found.candidates) >= 2
    assert found.confidence in {candidate.share for candidate in found.candidates}
    assert found.reason[1]["code"] == "grid_uncertain"


def test_many_equal_one_by_one_for_every_way_to_say_where(built: Database) -> None:
    wheres = [
        Where.of(longitude=119.31 + i * 0.002, latitude=35.95, accuracy_m=i or None)
        for i in range(90)
    ]
    wheres += [Where.of(grid_code="G0004"), Where.of(place_text="王家庄"), Where.of(place_text="?")]
    subjects = [
        (where, [*county.CATEGORIES, None][i % (len(county.CATEGORIES) + 1)])
        for i, where in enumerate(wheres)
    ]
    subjects += [(Where.of(place_code="P99"), None), (wheres[0], "sorcery")]
    with built.read() as tx:
        found = match_many(tx, county.COUNTY, subjects, county.NOW)
        for (where, category), one in zip(subjects[:-2], found[:-2], strict=True):
            assert one == match_point(tx, county.COUNTY, where, category=category, at=county.NOW)
    assert [isinstance(one, InvalidInput) for one in found[-2:]] == [True, True]


def test_without_an_active_layout_everything_is_outside(db: Database, database_url: str) -> None:
    county.build(database_url, count=12)
    with psycopg.connect(libpq_url(database_url)) as owner:
        owner.execute("UPDATE grid_layout SET status = 'retired'")
        owner.execute("UPDATE service_area_version SET status = 'retired'")
    found = match(db, "water", longitude=119.4, latitude=36.0, accuracy_m=30.0)
    assert (found.grid, found.grid_method, found.layout) == (None, "outside", None)
    assert (found.confidence, found.candidates, found.staff_method) == (None, (), "none")
    assert found.utility is not None
    assert found.utility_method == "nearest"  # no areas either, but depots
    assert found.reason[0] == {"code": "grid_no_layout"}
    with db.read() as tx:
        many = match_many(tx, county.COUNTY, [(Where(119.4, 36.0, 30.0), "water")] * 64, county.NOW)
    assert many == [found] * 64


def test_overlapping_grids_give_the_lowest_code(db: Database, database_url: str) -> None:
    """Layouts may be imported with overlaps; three grids lie on each other here."""
    county.build(database_url, count=12)
    squares = {
        code: shapely.box(119.40 - size, 36.00 - size, 119.40 + size, 36.00 + size)
        for code, size in (("b", 0.010), ("B", 0.008), ("a", 0.004))
    }
    with psycopg.connect(libpq_url(database_url)) as owner:
        owner.execute("UPDATE grid_layout SET status = 'retired' WHERE county_code = '370782'")
        county.add_layout(owner, "overlapping", squares)
    lons = [119.40, 119.4039, 119.407, 119.4095, 119.4101]
    codes = [match(db, longitude=lon, latitude=36.0).grid for lon in lons]
    assert [grid.code if grid else None for grid in codes] == ["B", "B", "B", "b", "b"]
    with db.read() as tx:
        subjects = [(Where(lon, 36.0, 400.0), None) for lon in lons * 13]
        many = match_many(tx, county.COUNTY, subjects, county.NOW)
        assert many[:5] == [
            match_point(tx, county.COUNTY, where, category=None, at=county.NOW)
            for where, _ in subjects[:5]
        ]


def test_another_layout_can_be_matched_against(built: Database) -> None:
    with built.read() as tx:
        active = load_reference(tx, county.COUNTY)
        assert active.layout is not None
        again = load_reference(tx, county.COUNTY, layout_id=active.layout.id)
    assert again.layout == active.layout
    assert len(BulkMatcher(again).reference.grids) == len(active.grids)


def test_one_statement(built: Database) -> None:
    with built.read() as tx, counted() as statements:
        match_point(tx, county.COUNTY, Where(119.4, 36.0, 30.0), category="gas", at=county.NOW)
    assert len(statements) == 1


def test_cells_are_a_hundred_metres(built: Database) -> None:
    x, y = cells_of([119.4, 119.4], [36.0, 36.0 + 100 / 110_950], 4549)
    assert (x[1] - x[0], y[1] - y[0]) == (0, 1)


@pytest.mark.parametrize("category", ["water.low_pressure", "gas"])
def test_the_plan_uses_the_spatial_indexes(db: Database, database_url: str, category: str) -> None:
    """As the application's role, with the plan that a pooled connection keeps."""
    county.build(database_url, count=1000)
    with psycopg.connect(libpq_url(database_url)) as owner:
        # As many depots as a real county has, so that the planner has something to choose.
        owner.execute(
            "INSERT INTO depot (county_code, utility_code, code, name, location)"
            " SELECT county_code, code, 'N' || n, 'n', ST_SetSRID(ST_MakePoint("
            "119.3 + n * 0.002, 35.95), 4326) FROM utility, generate_series(1, 60) AS n"
            " WHERE county_code = '370782' AND kind <> 'town'"
        )
        owner.commit()
        owner.autocommit = True
        owner.execute("VACUUM ANALYZE")
    found = statement("match")
    values = {
        "county": county.COUNTY, "at": county.NOW, "lon": 119.4, "lat": 36.0, "accuracy_m": 30.0,
        "snap_m": 50.0, "category": category, "place_code": None, "grid_code": None,
        "place_text": "", "without": [],
    }  # fmt: skip
    with db.transaction() as tx:
        tx.driver.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        tx.driver.execute(b"PREPARE probe AS " + found.text)
        literals = ", ".join(
            psycopg.sql.Literal(values[name]).as_string(tx.driver) for name in found.names
        )
        rows = tx.rows(f"EXPLAIN (ANALYZE, COSTS OFF) EXECUTE probe ({literals})")
    plan = "\n".join(row["QUERY PLAN"] for row in rows)
    assert "Index Scan using grid_boundary_ix" in plan
    assert "Index Scan using service_area_boundary_ix" in plan
    assert "Index Scan using depot_location_geography_ix" in plan
    assert "Seq Scan on grid " not in plan
    assert "Seq Scan on grid_staff" not in plan
    if category == "gas":
        assert "Order By: ((location)::geography <->" in plan
