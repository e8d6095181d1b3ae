"""Reference data can be sent again and again: what is new is added, what differs is changed."""

import datetime as dt
from contextlib import closing

import pytest
import shapely

from gis.db.database import Database
from gis.errors import Conflict, InvalidInput, NotFound
from gis.registry import (
    Category,
    County,
    Depot,
    Limit,
    Place,
    Staff,
    Tally,
    Utility,
    add_county,
    get_county,
    get_known,
    upsert_categories,
    upsert_places,
    upsert_staff,
    upsert_utilities,
)
from gis.rematching import put_service_areas_in_force
from gis.service_areas import ServiceArea, create_version

COUNTY = "370783"
NOW = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
WATER = Category("water", "供水", "Water")
LOW = Category(
    "water.low_pressure", "水压低", "Low pressure", "water", ("pipes",), ("没水", "水压"),
    limits=(Limit("accept", 15 / 60, "emergency_hours"), Limit("handle", 4, "working_hours")),
)  # fmt: skip
COMPANY = Utility(
    "water",
    "供水公司",
    "Water company",
    "utility",
    categories=("water",),
    depots=(Depot("d1", "城区站", 118.8, 36.85),),
)


@pytest.fixture
def tx(db):
    with db.transaction() as tx:
        add_county(tx, County(COUNTY, "寿光市", "Shouguang"), now=NOW)
        yield tx


def test_a_county_is_added_once(tx):
    assert get_county(tx, COUNTY).metric_srid == 4549
    with pytest.raises(Conflict, match="exists already"):
        add_county(tx, County(COUNTY, "x", "x"), now=NOW)
    with pytest.raises(NotFound, match="gridcall county add 999999"):
        get_county(tx, "999999")


@pytest.mark.parametrize(
    "county",
    [County("37078", "x", "x"), County("37078a", "x", "x"), County("３７０７８３", "x", "x"),
     County("370784", "x", "x", timezone="Mars"), County("370784", "x", "x", metric_srid=999_999)],
)  # fmt: skip
def test_a_county_that_cannot_be_is_refused(tx, county):
    with pytest.raises(InvalidInput):
        add_county(tx, county, now=NOW)


def test_categories_come_with_limits_and_parents_in_any_order(tx):
    assert upsert_categories(tx, COUNTY, [LOW, WATER], now=NOW) == Tally(2, 0, 0)
    assert upsert_categories(tx, COUNTY, [LOW, WATER], now=NOW) == Tally(0, 0, 2)
    row = tx.rows("SELECT * FROM category WHERE code = 'water.low_pressure'")[0]
    assert (row["tags"], row["keywords"], row["parent_code"]) == (
        ["pipes"],
        ["没水", "水压"],
        "water",
    )
    assert (
        tx.scalar(
            "SELECT count(*) FROM time_limit WHERE valid_from < '2001-01-01' AND valid_to IS NULL"
        )
        == 2
    )
    assert tx.rows("SELECT tags, keywords FROM category WHERE code = 'water'") == [
        {"tags": [], "keywords": []}
    ]


def test_a_changed_limit_holds_from_now_and_the_old_one_is_kept(tx):
    upsert_categories(tx, COUNTY, [WATER, LOW], now=NOW)
    later = NOW + dt.timedelta(days=1)
    changed = Category(*LOW_WITHOUT_LIMITS, limits=(Limit("handle", 2, "working_hours"),))
    assert upsert_categories(tx, COUNTY, [changed], now=later) == Tally(0, 1, 0)
    limits = tx.rows(
        "SELECT amount, valid_from, valid_to FROM time_limit WHERE stage = 'handle' ORDER BY valid_from"
    )
    assert [(row["amount"], row["valid_to"]) for row in limits] == [(4, later), (2, None)]
    assert limits[1]["valid_from"] == later
    assert (
        tx.scalar("SELECT count(*) FROM time_limit WHERE stage = 'accept' AND valid_to IS NULL")
        == 1
    )


LOW_WITHOUT_LIMITS = (LOW.code, LOW.name, LOW.name_en, LOW.parent_code, LOW.tags, LOW.keywords)


def test_categories_are_known_by_code_and_by_names_that_are_unique(tx):
    same = Category("heating.low", "水压低", "Low heating")
    upsert_categories(tx, COUNTY, [WATER, LOW, same], now=NOW)
    known = get_known(tx, COUNTY).categories
    assert (known["供水"], known["Low heating"], known["heating.low"]) == (
        "water",
        "heating.low",
        "heating.low",
    )
    assert "水压低" not in known


def test_staff_are_added_changed_and_left_alone(tx):
    people = [
        Staff("s1", "王芳", "leader", telephone="138"),
        Staff("s2", "李强", "member", on_duty=True),
    ]
    assert upsert_staff(tx, COUNTY, people) == Tally(2, 0, 0)
    changed = Staff("s2", "李强", "member", valid_to=dt.date(2026, 6, 1))
    assert upsert_staff(tx, COUNTY, [people[0], changed]) == Tally(0, 1, 1)
    assert tx.scalar("SELECT valid_to FROM grid_staff WHERE code = 's2'") == dt.date(2026, 6, 1)
    assert upsert_staff(tx, COUNTY, []) == Tally(0, 0, 0)


def test_places_are_added_moved_and_left_alone(tx):
    place = Place("p1", "village", "田柳村", 118.8, 36.85, pinyin="tian liu cun")
    assert upsert_places(tx, COUNTY, [place]) == Tally(1, 0, 0)
    assert upsert_places(tx, COUNTY, [place]) == Tally(0, 0, 1)
    moved = Place("p1", "village", "田柳村", 118.8000001, 36.85, pinyin="tian liu cun")
    assert upsert_places(tx, COUNTY, [moved]) == Tally(0, 1, 0)
    assert tx.scalar("SELECT ST_X(location) FROM place") == 118.8000001


def test_utilities_with_categories_and_depots(tx):
    upsert_categories(tx, COUNTY, [WATER, LOW], now=NOW)
    assert upsert_utilities(tx, COUNTY, [COMPANY]) == Tally(1, 0, 0)
    assert upsert_utilities(tx, COUNTY, [COMPANY]) == Tally(0, 0, 1)
    other = Utility(
        "water",
        "供水公司",
        "Water company",
        "utility",
        categories=("water.low_pressure",),
        depots=(Depot("d2", "北站", 118.9, 36.9),),
    )
    assert upsert_utilities(tx, COUNTY, [other]) == Tally(0, 1, 0)
    assert tx.rows("SELECT category_code FROM utility_category") == [
        {"category_code": "water.low_pressure"}
    ]
    assert tx.scalar("SELECT count(*) FROM depot") == 2


def area(code: str, utility: str, west: float, **more) -> ServiceArea:
    return ServiceArea(code, utility, shapely.box(west, 36.8, west + 0.1, 36.9), **more)


@pytest.fixture
def two_utilities(database_url):
    power = Utility("power", "供电公司", "Power company", "utility", categories=("water",))
    with closing(Database(database_url, role=None, pool_size=2)) as db:
        with db.transaction() as tx:
            add_county(tx, County(COUNTY, "寿光市", "Shouguang"), now=NOW)
            upsert_categories(tx, COUNTY, [WATER, LOW], now=NOW)
            upsert_utilities(tx, COUNTY, [COMPANY, power])
        yield db


def version(db, name, areas, *, activate=True):
    with db.transaction() as tx:
        found = create_version(tx, COUNTY, name, areas, now=NOW)
    if activate and found.status != "active":
        put_service_areas_in_force(db, COUNTY, found.id, now=NOW)
    return found


def test_service_areas_are_versions_and_the_same_areas_are_written_once(two_utilities):
    areas = [
        area("a", "water", 118.7),
        area("b", "water", 118.8, category_code="water.low_pressure", priority=2),
    ]
    first = version(two_utilities, "first", areas)
    assert (first.status, first.created, first.carried_over) == ("draft", True, 0)
    with two_utilities.read() as tx:
        least = tx.scalar("SELECT min(area_m2) FROM service_area")
    assert least == pytest.approx(98.9e6, rel=0.01)
    again = version(two_utilities, "another name", list(reversed(areas)))
    assert (again.id, again.created, again.status) == (first.id, False, "active")


def test_a_utility_sends_its_own_map_and_the_others_stay(two_utilities):
    version(two_utilities, "first", [area("a", "water", 118.7), area("p", "power", 118.7)])
    second = version(two_utilities, "second", [area("a2", "water", 118.75)])
    assert second.carried_over == 1
    with two_utilities.read() as tx:
        codes = tx.rows(
            "SELECT code FROM service_area WHERE version_id = %s ORDER BY code", (second.id,)
        )
        versions = tx.rows("SELECT name, status FROM service_area_version ORDER BY id")
    assert [row["code"] for row in codes] == ["a2", "p"]
    assert versions == [
        {"name": "first", "status": "retired"},
        {"name": "second", "status": "active"},
    ]


def test_a_draft_stays_a_draft_until_it_is_activated(two_utilities):
    areas = [area("a", "water", 118.7)]
    draft = version(two_utilities, "v", areas, activate=False)
    again = version(two_utilities, "v", areas)
    assert (again.id, again.status, again.created) == (draft.id, "draft", False)
    assert version(two_utilities, "v", areas).status == "active"
    with pytest.raises(Conflict, match="choose another name"):
        version(two_utilities, "v", [area("a", "water", 118.9)])
    with pytest.raises(Conflict, match="Other utilities have areas"):
        version(two_utilities, "w", [area("a", "power", 118.9)])
