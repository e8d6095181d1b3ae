"""Loads the sample city into a migrated database, in one transaction, by COPY.

Reference tables come straight from the files of ``data/zhucheng/files``; boundaries get their
simplified and projected forms here. A process killed half-way leaves nothing behind, and a
database that has the county already is left alone.
"""

from __future__ import annotations

import csv
import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import orjson
import shapely
from psycopg import sql
from pwdlib import PasswordHash
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry

from data.zhucheng.encoding import read_csv, read_features
from data.zhucheng.frame import COUNTY
from gis.db.database import Database, Transaction

Progress = Callable[[str, int, int], None]

COUNTY_NAME, COUNTY_NAME_EN = "诸城市", "Zhucheng"
LAYOUT = VERSION = "2022"
LAYOUT_SINCE = dt.date(2022, 1, 1)
DEMO_PASSWORD = "demo"  # noqa: S105 -- known to all, and only in databases made by `gridcall demo`
CALENDAR = Path(__file__).parent / "calendars" / "cn.csv"
_SIMPLE_DEGREES = 0.0003  # about 30 m: what a county-scale map can show
_LOCK = 370_782_002
_SINCE = dt.datetime(2021, 12, 31, 16, tzinfo=dt.UTC)
_METRIC_SRID = 4549
_STEPS = 8


def load_sample_city(database_url: str, *, now: dt.datetime, progress: Progress) -> None:
    """Load the sample city, or do nothing where its county exists already.

    Parameters
    ----------
    database_url
        URL of the owner of a migrated database.
    now
        The instant to which the live reports are relative; the archive keeps its dates.
    progress
        Called with (step, done, total) as the work goes on.
    """
    database = Database(database_url, role=None, pool_size=1)
    try:
        with database.transaction() as tx:
            tx.scalar("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            if tx.scalar("SELECT 1 FROM county WHERE code = %s", (COUNTY,)) is None:
                _load(tx, now, progress)
    finally:
        database.close()


def _load(tx: Transaction, now: dt.datetime, progress: Progress) -> None:
    steps: Sequence[Callable[[Transaction], None]] = (
        _load_divisions,
        _load_grids,
        _load_staff,
        _load_categories,
        _load_utilities,
        _load_service_areas,
        _load_places,
        lambda tx: _load_accounts(tx, now),
    )
    for done, step in enumerate(steps):
        progress("reference data", done, len(steps))
        step(tx)
    progress("reference data", len(steps), len(steps))


def copy_rows(
    tx: Transaction, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """COPY rows into a table, in their order."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(",").join(map(sql.Identifier, columns))
    )
    with tx.driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _copy_csv(tx: Transaction, table: str, name: str, columns: Sequence[str]) -> None:
    """COPY columns of a shipped file with the county in front; an empty cell is NULL."""
    copy_rows(
        tx,
        table,
        ("county_code", *columns),
        ((COUNTY, *(row[column] or None for column in columns)) for row in read_csv(name)),
    )


def _load_divisions(tx: Transaction) -> None:
    copy_rows(
        tx,
        "county",
        ("code", "name", "name_en", "grid_code_pattern"),
        [(COUNTY, COUNTY_NAME, COUNTY_NAME_EN, r"^[0-9]{15}$")],
    )
    copy_rows(
        tx,
        "town",
        ("code", "county_code", "name", "name_en", "kind", "location"),
        (
            (row["code"], COUNTY, row["name"], row["name_en"], row["kind"], _point(row))
            for row in read_csv("towns.csv")
        ),
    )
    _copy_csv(tx, "community", "communities.csv", ("code", "town_code", "name", "name_en"))


def _load_grids(tx: Transaction) -> None:
    layout = tx.scalar(
        "INSERT INTO grid_layout (county_code, name, status, effective_on, source, activated_at)"
        " VALUES (%s, %s, 'active', %s, 'data/zhucheng', %s) RETURNING id",
        (COUNTY, LAYOUT, LAYOUT_SINCE, _SINCE),
    )
    features = read_features("grids.geojson")
    shapes = [shape for shape, _ in features]
    simple = shapely.coverage_simplify(shapes, _SIMPLE_DEGREES)
    tx.rows(
        "CREATE TEMP TABLE grid_file (code text, town_code text, community_code text, name text,"
        " name_en text, boundary geometry, boundary_simple geometry, population int,"
        " households int, party_branch text, five_haves jsonb) ON COMMIT DROP"
    )
    columns = "code town_code community_code name name_en population households party_branch"
    names = columns.split()
    copy_rows(
        tx,
        "grid_file",
        (*names, "five_haves", "boundary", "boundary_simple"),
        (
            (*(facts[name] for name in names), _json(facts["five_haves"]), _wkb(shape), _wkb(rough))
            for (shape, facts), rough in zip(features, simple, strict=True)
        ),
    )
    tx.rows(
        "INSERT INTO grid (layout_id, county_code, code, town_code, community_code, name, name_en,"
        " boundary, boundary_simple, boundary_3857, area_m2, population, households, party_branch,"
        " five_haves) SELECT %(layout)s, %(county)s, code, town_code, community_code, name,"
        " name_en, boundary, boundary_simple, ST_Transform(boundary, 3857),"
        " ST_Area(boundary::geography), population, households, party_branch, five_haves"
        " FROM grid_file ORDER BY code",
        {"layout": layout, "county": COUNTY},
    )
    _bound_towns(tx, shapes, [facts["town_code"] for _, facts in features])


def _bound_towns(tx: Transaction, shapes: list[BaseGeometry], towns: list[str]) -> None:
    """Give each town, and the county, the union of its grids."""
    codes = sorted(set(towns))
    unions = [
        shapely.coverage_union_all([s for s, t in zip(shapes, towns, strict=True) if t == code])
        for code in codes
    ]
    for code, rough in zip(codes, shapely.coverage_simplify(unions, _SIMPLE_DEGREES), strict=True):
        tx.rows("UPDATE town SET boundary = %s WHERE code = %s", (_wkb(rough), code))
    whole = shapely.coverage_union_all(shapes)
    tx.rows("UPDATE county SET outline = %s WHERE code = %s", (_wkb(whole), COUNTY))


def _load_staff(tx: Transaction) -> None:
    columns = "code name role grid_code community_code town_code telephone valid_from on_duty"
    _copy_csv(tx, "grid_staff", "staff.csv", columns.split())


def _load_categories(tx: Transaction) -> None:
    rows = read_csv("categories.csv")
    columns = [
        "code",
        "parent_code",
        "name",
        "name_en",
        "tags",
        "keywords",
        "sensitive",
        "level",
        "position",
    ]
    copy_rows(
        tx,
        "category",
        ("county_code", *columns),
        (
            (
                COUNTY,
                row["code"],
                row["parent_code"] or None,
                row["name"],
                row["name_en"],
                row["tags"].split("|"),
                row["keywords"].split("|"),
                row["sensitive"],
                row["level"],
                row["position"],
            )
            for row in rows
        ),
    )
    _copy_csv(
        tx,
        "time_limit",
        "time_limits.csv",
        ("category_code", "stage", "amount", "unit", "valid_from"),
    )
    with CALENDAR.open(encoding="utf-8") as file:
        days = [(COUNTY, *row.values()) for row in csv.DictReader(file)]
    copy_rows(tx, "calendar_day", ("county_code", "day_on", "kind", "name", "source"), days)


def _load_utilities(tx: Transaction) -> None:
    rows = read_csv("utilities.csv")
    columns = ("county_code", "code", "name", "name_en", "kind", "town_code", "telephone")
    copy_rows(
        tx,
        "utility",
        columns,
        ((COUNTY, *(row[column] or None for column in columns[1:])) for row in rows),
    )
    copy_rows(
        tx,
        "utility_category",
        ("county_code", "utility_code", "category_code"),
        (
            (COUNTY, row["code"], category)
            for row in rows
            for category in row["categories"].split("|")
        ),
    )
    copy_rows(
        tx,
        "depot",
        ("county_code", "utility_code", "code", "name", "name_en", "location"),
        (
            (COUNTY, row["utility_code"], row["code"], row["name"], row["name_en"], _point(row))
            for row in read_csv("depots.csv")
        ),
    )


def _load_service_areas(tx: Transaction) -> None:
    version = tx.scalar(
        "INSERT INTO service_area_version (county_code, name, status, activated_at)"
        " VALUES (%s, %s, 'active', %s) RETURNING id",
        (COUNTY, VERSION, _SINCE),
    )
    names = ("code", "name", "utility_code", "category_code", "priority", "hours")
    tx.rows(
        "CREATE TEMP TABLE area_file (code text, name text, utility_code text, category_code text,"
        " priority int, hours text, boundary geometry) ON COMMIT DROP"
    )
    copy_rows(
        tx,
        "area_file",
        (*names, "boundary"),
        (
            (*(facts[name] for name in names), _wkb(shape))
            for shape, facts in read_features("service_areas.geojson")
        ),
    )
    tx.rows(
        "INSERT INTO service_area (county_code, version_id, code, name, utility_code,"
        " category_code, priority, hours, boundary, area_m2) SELECT %s, %s, code, name,"
        " utility_code, category_code, priority, hours, boundary, ST_Area(boundary::geography)"
        " FROM area_file ORDER BY code",
        (COUNTY, version),
    )


def _load_places(tx: Transaction) -> None:
    names = ("code", "kind", "name", "name_en", "pinyin", "address", "grid_code")
    copy_rows(
        tx,
        "place",
        ("county_code", *names, "location"),
        ((COUNTY, *(row[name] for name in names), _point(row)) for row in read_csv("places.csv")),
    )


def _load_accounts(tx: Transaction, now: dt.datetime) -> None:
    """Make the demo accounts; ``staff`` and ``volunteer`` are people of the files."""
    hasher = PasswordHash.recommended()
    people = dict(tx.driver.execute("SELECT code, id FROM grid_staff WHERE code <> ''").fetchall())
    columns = "id county_code username name password_hash role town_code utility_code staff_id demo"
    copy_rows(
        tx,
        "account",
        (*columns.split(), "created_at"),
        (
            (
                uuid.uuid5(uuid.NAMESPACE_URL, f"gridcall:{COUNTY}:{row['username']}"),
                COUNTY,
                row["username"],
                row["name"],
                hasher.hash(DEMO_PASSWORD),
                row["role"],
                row["town_code"] or None,
                row["utility_code"] or None,
                people[row["staff_code"]] if row["staff_code"] else None,
                True,
                now,
            )
            for row in read_csv("accounts.csv")
        ),
    )


def _wkb(shape: BaseGeometry) -> str:
    """Return a polygon as hexadecimal EWKB of a multipolygon in WGS 84."""
    many = shape if isinstance(shape, MultiPolygon) else MultiPolygon([shape])
    return str(shapely.to_wkb(shapely.set_srid(many, 4326), hex=True, include_srid=True))


def _point(row: dict[str, str]) -> str:
    return f"SRID=4326;POINT({row['lon']} {row['lat']})"


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
