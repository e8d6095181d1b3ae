"""A small synthetic county, built so that every rung of the matching ladder is reached.

Grids are Voronoi cells on a 1e-6 degree lattice around (119.4, 36.0), with an enclave inside one
of them and a hole that belongs to nobody. Service areas overlap, have holes and name categories,
parents and nothing; some utilities have no area, some no depot. A second county lies on top of
the first, to be seen by none of its queries.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg
import shapely
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from gis.db.database import libpq_url

WEST, SOUTH, EAST, NORTH = 119.30, 35.92, 119.50, 36.08
COUNTY = "370782"
NEIGHBOUR = "370783"
TODAY = dt.date(2022, 5, 10)
NOW = dt.datetime(2022, 5, 10, 3, 0, tzinfo=dt.UTC)
GEOD = Geod(ellps="WGS84")
CATEGORIES = ("water", "water.low_pressure", "water.burst", "power", "power.cable", "noise", "gas")


@dataclass(frozen=True)
class Area:
    """A service area as the tests know it."""

    code: str
    utility: str
    category: str | None
    priority: int
    boundary: BaseGeometry


def lattice(geometry: Any) -> Any:
    """Put vertices on the 1e-6 degree lattice, as imported boundaries are.

    By way of WKB, or shapely would go on rounding whatever is cut from them to that lattice.
    """
    return shapely.from_wkb(shapely.to_wkb(shapely.set_precision(geometry, 1e-6)))


def cells(count: int, seed: int, frame: tuple[float, float, float, float]) -> list[BaseGeometry]:
    """Return a valid coverage of a box: Voronoi cells whose vertices lie on the lattice."""
    rng = np.random.default_rng(seed)
    west, south, east, north = frame
    seeds = rng.uniform([west, south], [east, north], (count, 2))
    ring = shapely.box(west - 1, south - 1, east + 1, north + 1)
    voronoi = shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=ring)
    clipped = shapely.intersection(np.array(voronoi.geoms), shapely.box(west, south, east, north))
    return list(lattice(clipped))


def grids(count: int, seed: int = 1) -> dict[str, BaseGeometry]:
    """Return boundaries by code: cells, one with an enclave of its own and one with a bare hole."""
    found = cells(count, seed, (WEST, SOUTH, EAST, NORTH))
    order = sorted(range(count), key=lambda i: -found[i].area)
    enclave = lattice(found[order[0]].centroid.buffer(0.001, quad_segs=4))
    hole = lattice(found[order[1]].centroid.buffer(0.0008, quad_segs=4))
    found[order[0]] = found[order[0]].difference(enclave)
    found[order[1]] = found[order[1]].difference(hole)
    return {f"G{i:04d}": cell for i, cell in enumerate([*found, enclave])}


def area_m2(boundary: BaseGeometry) -> float:
    """Return the area on the ellipsoid."""
    return abs(float(GEOD.geometry_area_perimeter(shapely.orient_polygons(boundary))[0]))


def service_areas(version: int = 1) -> list[Area]:
    """Return overlapping areas; later versions move the border between the two waterworks."""
    west_of = shapely.box(WEST - 0.01, SOUTH - 0.01, 119.40 + 0.02 * (version - 1), NORTH + 0.01)
    east_of = shapely.box(119.39, SOUTH - 0.01, EAST + 0.01, NORTH + 0.01)
    holed = shapely.box(119.33, 35.95, 119.47, 36.05).difference(
        shapely.box(119.36, 35.97, 119.38, 35.99)
    )
    patch = lattice(shapely.Point(119.42, 36.01).buffer(0.02))
    return [
        Area("W1", "water-west", None, 2, lattice(west_of)),
        Area("W2", "water-east", None, 2, lattice(east_of)),
        Area("W3", "water-east", "water.burst", 2, patch),
        Area("W4", "water-crew", "water", 1, lattice(holed)),
        Area("P1", "power", "power.cable", 1, lattice(holed)),
        Area("P2", "telecom", "power.cable", 1, lattice(holed)),
        Area("P3", "power", "power", 1, lattice(west_of)),
    ]


UTILITIES = {
    # code: kind, town, categories, depots
    "water-west": ("utility", None, ["water"], [(119.34, 36.00), (119.36, 36.03)]),
    "water-east": ("utility", None, ["water"], [(119.45, 36.00)]),
    "water-crew": ("department", None, ["water"], []),
    "power": ("utility", None, ["power"], [(119.38, 35.95), (119.44, 36.06)]),
    "telecom": ("utility", None, ["power.cable"], [(119.38, 35.95)]),
    "gas-a": ("utility", None, ["gas"], [(119.31, 35.94), (119.42, 36.05)]),
    "gas-b": ("utility", None, ["gas"], [(119.47, 35.96), (119.42, 36.05)]),
    "office-1": ("town", "370782001", ["gas"], [(119.39, 36.00)]),
    "office-2": ("town", "370782101", [], []),
    "far": ("utility", None, ["noise"], [(120.4, 36.0)]),
}


def build(url: str, *, count: int = 60, seed: int = 1) -> dict[str, BaseGeometry]:
    """Fill an empty, migrated database and return the boundaries by grid code."""
    boundaries = grids(count, seed)
    with psycopg.connect(libpq_url(url)) as connection:
        _divisions(connection)
        _categories(connection)
        layout_id = add_layout(connection, "2022", boundaries)
        _staff(connection, list(boundaries))
        _utilities(connection)
        add_service_areas(connection, "2022", service_areas())
        _places(connection, boundaries)
        _neighbour(connection, layout_id)
    with psycopg.connect(libpq_url(url), autocommit=True) as connection:
        connection.execute("ANALYZE")
    return boundaries


def add_layout(
    connection: psycopg.Connection[Any],
    name: str,
    boundaries: dict[str, BaseGeometry],
    *,
    status: str = "active",
    county: str = COUNTY,
) -> int:
    """Insert a layout with its grids; towns by the half of the county, communities by tens."""
    row = connection.execute(
        "INSERT INTO grid_layout (county_code, name, status) VALUES (%s, %s, %s) RETURNING id",
        [county, name, status],
    ).fetchone()
    assert row is not None
    for i, (code, boundary) in enumerate(boundaries.items()):
        half = "001" if boundary.centroid.x < (WEST + EAST) / 2 else "101"
        town = f"{county}{half}" if i % 29 else None
        connection.execute(
            """
            INSERT INTO grid (layout_id, code, county_code, town_code, community_code, name,
                              name_en, boundary, boundary_simple, boundary_3857, area_m2)
            SELECT %s, %s, %s, %s, %s, %s, %s, b, b, ST_Transform(b, 3857), %s
            FROM (SELECT ST_Multi(ST_GeomFromWKB(%s, 4326))) AS given (b)
            """,
            [
                *(row[0], code, county, town, f"{town}001" if town and i % 3 else None),
                *(f"网格{code}", f"Grid {code}", area_m2(boundary), shapely.to_wkb(boundary)),
            ],
        )
    return int(row[0])


def add_service_areas(
    connection: psycopg.Connection[Any],
    name: str,
    areas: list[Area],
    *,
    status: str = "active",
) -> int:
    """Insert a version of the service areas."""
    row = connection.execute(
        "INSERT INTO service_area_version (county_code, name, status) VALUES (%s, %s, %s)"
        " RETURNING id",
        [COUNTY, name, status],
    ).fetchone()
    assert row is not None
    for area in areas:
        connection.execute(
            """
            INSERT INTO service_area (county_code, version_id, code, name, utility_code,
                                      category_code, priority, boundary, area_m2)
            VALUES (%s, %s, %s, %s, %s, %s, %s, ST_Multi(ST_GeomFromWKB(%s, 4326)), %s)
            """,
            [
                *(COUNTY, row[0], area.code, f"责任区{area.code}", area.utility, area.category),
                *(area.priority, shapely.to_wkb(area.boundary), area_m2(area.boundary)),
            ],
        )
    return int(row[0])


def add_account(
    connection: psycopg.Connection[Any], username: str, role: str = "dispatcher"
) -> uuid.UUID:
    """Insert an account and return its id."""
    account_id = uuid.uuid4()
    connection.execute(
        "INSERT INTO account (id, county_code, username, name, password_hash, role)"
        " VALUES (%s, %s, %s, %s, '', %s)",
        [account_id, COUNTY, username, username, role],
    )
    return account_id


def _divisions(connection: psycopg.Connection[Any]) -> None:
    for county, name in ((COUNTY, "诸城市"), (NEIGHBOUR, "邻县")):
        connection.execute(
            "INSERT INTO county (code, name, name_en) VALUES (%s, %s, 'County')", [county, name]
        )
        for half, kind in (("001", "subdistrict"), ("101", "town")):
            town = f"{county}{half}"
            connection.execute(
                "INSERT INTO town (code, county_code, name, name_en, kind)"
                " VALUES (%s, %s, %s, %s, %s)",
                [town, county, f"镇{half}", f"Town {half}", kind],
            )
            connection.execute(
                "INSERT INTO community (code, county_code, town_code, name, name_en)"
                " VALUES (%s, %s, %s, '社区', 'Community')",
                [f"{town}001", county, town],
            )


def _categories(connection: psycopg.Connection[Any]) -> None:
    keywords = {
        "water.low_pressure": ["水压低", "没水"],
        "water.burst": ["爆管"],
        "noise": ["噪音"],
    }
    for code in CATEGORIES:
        parent = code.partition(".")[0] if "." in code else None
        level = "municipal" if code == "water.burst" else "town"
        connection.execute(
            "INSERT INTO category (county_code, code, parent_code, name, name_en, keywords, level)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [COUNTY, code, parent, f"类别{code}", f"Matter {code}", keywords.get(code, []), level],
        )


def _staff(connection: psycopg.Connection[Any], codes: list[str]) -> None:
    """Give each grid one of six rosters, so that each rung of the staff ladder is met."""
    last_year, yesterday = TODAY - dt.timedelta(365), TODAY - dt.timedelta(1)
    rosters: list[list[tuple[str, bool, dt.date, dt.date | None]]] = [
        [("leader", True, last_year, None), ("member", True, last_year, TODAY)],
        [("branch_secretary", True, last_year, None), ("leader", True, TODAY, None)],
        [("leader", False, last_year, None), ("member", True, last_year, yesterday)],
        [("volunteer", True, last_year, None), ("member", False, last_year, None)],
        [("member", True, TODAY + dt.timedelta(1), None)],
        [],
    ]
    rows: list[tuple[Any, ...]] = []
    for i, code in enumerate(codes):
        for j, (role, on_duty, start, end) in enumerate(rosters[i % len(rosters)]):
            rows.append((f"S{i:04d}-{j}", role, code, None, None, start, end, on_duty))
    rows.append(("C1", "member", None, f"{COUNTY}001001", f"{COUNTY}001", last_year, None, True))
    rows.append(("T1", "leader", None, None, f"{COUNTY}001", last_year, None, True))
    rows.append(("T2", "member", None, None, f"{COUNTY}001", last_year, None, True))
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO grid_staff (county_code, code, name, role, grid_code, community_code,"
            f" town_code, valid_from, valid_to, on_duty) VALUES ('{COUNTY}', %s, '张三', %s, %s,"
            " %s, %s, %s, %s, %s)",
            rows,
        )


def _utilities(connection: psycopg.Connection[Any]) -> None:
    for code, (kind, town, categories, depots) in UTILITIES.items():
        connection.execute(
            "INSERT INTO utility (county_code, code, name, name_en, kind, town_code)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            [COUNTY, code, f"单位{code}", f"Body {code}", kind, town],
        )
        for category in categories:
            connection.execute(
                "INSERT INTO utility_category VALUES (%s, %s, %s)", [COUNTY, code, category]
            )
        for i, (lon, lat) in enumerate(depots):
            connection.execute(
                "INSERT INTO depot (county_code, utility_code, code, name, location)"
                " VALUES (%s, %s, %s, %s, ST_SetSRID(ST_MakePoint(%s, %s), 4326))",
                [COUNTY, code, f"D{i}", f"{code}站{i}", lon, lat],
            )


def _places(connection: psycopg.Connection[Any], boundaries: dict[str, BaseGeometry]) -> None:
    inside = next(iter(boundaries.values())).representative_point()
    rows = [
        ("P1", "盛隆花园", "Shenglong Garden", inside.x, inside.y, next(iter(boundaries))),
        ("P2", "王家庄", "Wangjiazhuang", 119.41, 36.00, None),
        ("P3", "西王家庄", "Xiwangjiazhuang", 119.35, 36.01, "gone"),
        ("P4", "李村", "Licun", 119.36, 36.00, None),
        ("P5", "李村", "Licun", 119.46, 36.02, None),
        ("P6", "远方", "Far off", 121.0, 37.0, None),
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO place (county_code, code, kind, name, name_en, location, grid_code)"
            f" VALUES ('{COUNTY}', %s, 'village', %s, %s, ST_SetSRID(ST_MakePoint(%s, %s), 4326),"
            " %s)",
            rows,
        )


def _neighbour(connection: psycopg.Connection[Any], layout_id: int) -> None:
    """Lay a second county over the first: the same grid codes, staff and a greedy utility."""
    add_layout(connection, "own", {"A0": shapely.box(WEST, SOUTH, EAST, NORTH)}, county=NEIGHBOUR)
    connection.execute(
        "INSERT INTO grid_staff (county_code, code, name, role, grid_code, valid_from, on_duty)"
        " SELECT %s, 'X' || code, '邻人', 'member', code, %s, true FROM grid WHERE layout_id = %s",
        [NEIGHBOUR, TODAY, layout_id],
    )
    for code in CATEGORIES[:1]:
        connection.execute(
            "INSERT INTO category (county_code, code, name, name_en) VALUES (%s, %s, '水', 'Water')",
            [NEIGHBOUR, code],
        )
    connection.execute(
        "INSERT INTO utility (county_code, code, name, name_en, kind)"
        " VALUES (%s, 'water-west', '邻水', 'Other water', 'utility')",
        [NEIGHBOUR],
    )
    connection.execute(
        "INSERT INTO utility_category VALUES (%s, 'water-west', 'water')", [NEIGHBOUR]
    )
    connection.execute(
        "INSERT INTO depot (county_code, utility_code, code, name, location)"
        " VALUES (%s, 'water-west', 'D0', '邻站', ST_SetSRID(ST_MakePoint(119.4, 36.0), 4326))",
        [NEIGHBOUR],
    )
