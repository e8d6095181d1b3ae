"""Layouts are written whole, compared, and activated one at a time."""

import datetime as dt

import pytest
import shapely

from gis.boundaries import (
    BoundaryGrid,
    Division,
    activate_layout,
    boundaries_checksum,
    create_layout,
    find_extent,
    get_layout,
    list_layouts,
    preview_layout,
)
from gis.db.database import Database
from gis.errors import Conflict, NotFound
from gis.registry import (
    County,
    Place,
    Staff,
    add_county,
    get_known,
    upsert_places,
    upsert_staff,
)

COUNTY = "370783"
NOW = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
TODAY = dt.date(2026, 5, 1)
TOWNS = [
    Division("370783001", "圣城街道", "Shengcheng"),
    Division("370783100", "田柳镇", "Tianliu"),
]
COMMUNITIES = [Division("370783001001", "第一社区", "First", "370783001")]


def grids(*, widened: float = 0.0, names: str = "grid") -> list[BoundaryGrid]:
    """Return three grids side by side; the first may reach into the second's ground."""
    edges = [118.7, 118.8 + widened, 118.9, 119.0]
    towns = ["370783001", "370783001", "370783100"]
    return [
        BoundaryGrid(
            f"37078300100100{i}",
            f"{names} {i}",
            shapely.box(edges[i], 36.8, edges[i + 1], 36.9),
            town_code=towns[i],
            community_code="370783001001" if i < 2 else None,
            population=100 * i,
            five_haves={"person": True},
        )
        for i in range(3)
    ]


def write(db: Database, name: str, rows: list[BoundaryGrid], county: str = COUNTY):
    with db.transaction() as tx:
        return create_layout(
            tx, county, name, rows, towns=TOWNS, communities=COMMUNITIES, source="test", now=NOW
        )


@pytest.fixture
def county_db(db):
    with db.transaction() as tx:
        add_county(tx, County(COUNTY, "寿光市", "Shouguang"), now=NOW)
    return db


def activate(db: Database, name: str):
    with db.transaction() as tx:
        return activate_layout(tx, COUNTY, name, now=NOW, today=TODAY)


def test_a_layout_is_written_as_a_draft_with_all_it_knows(county_db):
    layout = write(county_db, "2026", grids())
    assert (layout.status, layout.grids, layout.source) == ("draft", 3, "test")
    with county_db.read() as tx:
        stored = tx.rows("SELECT *, ST_AsText(boundary) AS shape FROM grid ORDER BY code")
        assert [row["name"] for row in stored] == ["grid 0", "grid 1", "grid 2"]
        assert stored[1]["five_haves"] == {"person": True}
        assert shapely.from_wkt(stored[0]["shape"]).equals(grids()[0].boundary)
        assert stored[0]["area_m2"] == pytest.approx(98.9e6, rel=0.01)
        srid = tx.scalar("SELECT ST_SRID(boundary_3857) FROM grid LIMIT 1")
        assert srid == 3857
        kinds = tx.rows("SELECT code, kind, name FROM town ORDER BY code")
    assert [(row["kind"], row["name"]) for row in kinds] == [
        ("subdistrict", "圣城街道"),
        ("town", "田柳镇"),
    ]


def test_one_layout_is_active_and_the_city_follows_it(county_db):
    write(county_db, "first", grids())
    write(county_db, "second", grids(widened=0.05))
    with county_db.transaction() as tx:
        upsert_places(tx, COUNTY, [Place("p", "village", "田柳村", 118.82, 36.85)])
    activate(county_db, "first")
    with county_db.read() as tx:
        assert tx.scalar("SELECT grid_code FROM place") == "370783001001001"
        assert tx.scalar("SELECT ST_NPoints(outline) > 4 FROM county")
        assert (
            tx.scalar(
                "SELECT count(*) FROM town WHERE boundary IS NOT NULL AND location IS NOT NULL"
            )
            == 2
        )
    second = activate(county_db, "second")
    assert (second.status, second.effective_on) == ("active", TODAY)
    with county_db.read() as tx:
        assert {layout.name: layout.status for layout in list_layouts(tx, COUNTY)} == {
            "second": "active",
            "first": "retired",
        }
        assert tx.scalar("SELECT grid_code FROM place") == "370783001001000"
    assert activate(county_db, "second") == second
    activate(county_db, "first")
    with county_db.read() as tx:
        assert get_layout(tx, COUNTY, "first").status == "active"


def test_a_preview_names_what_would_change_and_writes_nothing(county_db):
    write(county_db, "first", grids())
    activate(county_db, "first")
    changed = [
        *grids(widened=0.01)[:2],
        BoundaryGrid("new", "new", shapely.box(118.9, 36.8, 119.1, 36.9)),
    ]
    write(county_db, "second", changed)
    with county_db.transaction() as tx:
        upsert_staff(
            tx,
            COUNTY,
            [
                Staff("s1", "王", "member", "370783001001002"),
                Staff("s2", "李", "member", "370783001001000"),
            ],
        )
    with county_db.read() as tx:
        preview = preview_layout(tx, COUNTY, "second", today=TODAY)
    assert preview.added == ("new",)
    assert preview.removed == ("370783001001002",)
    assert preview.redrawn == ("370783001001000", "370783001001001")
    assert preview.staff_without_grid == ("s1",)
    assert preview.moves == ()
    with county_db.read() as tx:
        assert get_layout(tx, COUNTY, "first").status == "active"


def test_a_layout_that_is_not_there_names_those_that_are(county_db):
    write(county_db, "first", grids())
    with county_db.read() as tx, pytest.raises(NotFound, match="has first"):
        get_layout(tx, COUNTY, "second")


def test_a_name_is_used_once(county_db):
    write(county_db, "2026", grids())
    with pytest.raises(Conflict, match="choose another name"):
        write(county_db, "2026", grids(widened=0.01))


def test_divisions_of_another_county_are_not_taken(county_db):
    write(county_db, "2026", grids())
    with county_db.transaction() as tx:
        add_county(tx, County("370784", "安丘市", "Anqiu"), now=NOW)
    with pytest.raises(Conflict, match="belong to another county"):
        write(county_db, "2026", grids(), "370784")
    with county_db.read() as tx:
        assert list_layouts(tx, "370784") == []
        assert tx.scalar("SELECT name FROM town WHERE code = '370783001'") == "圣城街道"


def test_an_unknown_name_replaces_no_other(county_db):
    write(county_db, "first", grids())
    with county_db.transaction() as tx:
        unknown = [Division(town.code, town.code, "") for town in TOWNS]
        create_layout(
            tx, COUNTY, "second", grids(), towns=unknown, communities=[], source="", now=NOW
        )
        assert tx.scalar("SELECT name FROM town WHERE code = '370783001'") == "圣城街道"


def test_the_checksum_ignores_order_and_starting_points_but_nothing_else():
    turned = [
        BoundaryGrid(
            **{f: getattr(grid, f) for f in BoundaryGrid.__slots__}
            | {"boundary": shapely.reverse(grid.boundary)}
        )
        for grid in reversed(grids())
    ]
    assert boundaries_checksum(turned) == boundaries_checksum(grids())
    assert boundaries_checksum(grids(names="x")) != boundaries_checksum(grids())
    assert boundaries_checksum(grids(widened=1e-7)) != boundaries_checksum(grids())


def test_where_a_county_lies(county_db):
    with county_db.read() as tx:
        assert find_extent(tx, COUNTY) is None
    write(county_db, "first", grids())
    with county_db.read() as tx:
        box = find_extent(tx, COUNTY)
    assert (box.west, box.north) == pytest.approx((118.7, 36.9))


def test_known_grids_are_those_of_the_active_layout(county_db):
    write(county_db, "first", grids())
    with county_db.read() as tx:
        assert get_known(tx, COUNTY).grids == frozenset()
    activate(county_db, "first")
    with county_db.read() as tx:
        known = get_known(tx, COUNTY)
    assert len(known.grids) == 3
    assert known.towns == {"370783001", "370783100"}
    assert known.communities == {"370783001001"}
