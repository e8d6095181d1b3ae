"""How PostgreSQL runs what the API asks, as the application's role: by index, never through the table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import psycopg
import pytest

from gis.db.database import libpq_url
from tests.api.conftest import World
from tests.support.statements import recorded

Clients = Callable[[str], httpx.Client]
COUNT = 40_000

# Copies of one report, spread over the county, the grids, the months and the bodies.
MULTIPLY = """
INSERT INTO report (county_code, id, number, client_id, body_sha256, level, category_code, description, source,
                    location, cell_x, cell_y, received_at, received_on, layout_id, town_code, grid_code, grid_method,
                    staff_method, utility_method, reason, audience)
SELECT r.county_code, gen_random_uuid(), 'T' || n, gen_random_uuid(), '', 'town', r.category_code, r.description,
       r.source, ST_SetSRID(ST_MakePoint(119.30 + 0.20 * random(), 35.92 + 0.16 * random()), 4326), r.cell_x, r.cell_y,
       r.received_at - n * interval '9 minutes', r.received_on, r.layout_id, r.town_code,
       'G' || lpad((n %% 60)::text, 4, '0'), 'covers', 'none', 'none', r.reason,
       CASE WHEN n %% 200 = 0 THEN ARRAY['c:370782', 'u:370782:power'] ELSE ARRAY['c:370782'] END
FROM report r, generate_series(1, %s) AS n
WHERE r.county_code = '370782'
"""


@pytest.fixture(scope="module")
def many(world: World, client: Clients) -> str:
    """Id of one report among many."""
    report = (
        client("dispatcher").post("/reports", json={"description": "x", **world.at("G0003")}).json()
    )
    world.execute(MULTIPLY, COUNT)
    with psycopg.connect(libpq_url(world.url), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE report")
    identifier: str = report["id"]
    return identifier


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for child in plan.get("Plans", []) for node in nodes(child))]


def explained(world: World, client: httpx.Client, path: str) -> list[dict[str, Any]]:
    """Return the plan's nodes over ``report`` of every statement that a request sends."""
    with recorded() as statements:
        answer = client.get(path)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = []
    with (
        world.services.db.transaction() as tx,
        psycopg.RawCursor(tx.driver) as raw,
        tx.driver.cursor() as named,
    ):
        for cursor_of, text, values in statements:
            cursor = raw if issubclass(cursor_of, psycopg.RawCursor) else named
            if text.startswith("SET LOCAL"):
                cursor.execute(text)
            if not text.strip() or text.startswith("SET"):  # the pool's ping is an empty statement
                continue
            cursor.execute(f"EXPLAIN (FORMAT JSON) {text}", values)
            row = cursor.fetchone()
            assert row is not None
            found += nodes(row[0][0]["Plan"])
    return [
        node
        for node in found
        if node.get("Relation Name") == "report" or "report" in node.get("Index Name", "")
    ]


def used(found: list[dict[str, Any]]) -> set[str]:
    return {node["Index Name"] for node in found if "Index Name" in node}


@pytest.mark.parametrize(
    ("username", "path", "index"),
    [
        ("dispatcher", "/reports", "report_received_at_ix"),
        ("dispatcher", "/reports?f=geojson", "report_received_at_ix"),
        ("dispatcher", "/reports?from=2022-05-01&to=2022-05-02", "report_received_at_ix"),
        ("power", "/reports", "report_audience_ix"),
        ("power", "/reports/counts", "report_audience_ix"),
        ("power", "/utilities/power/reports", "report_audience_ix"),
        ("power", "/layers/counts", "report_audience_ix"),
        ("staff", "/reports", "report_audience_ix"),
        (
            "dispatcher",
            "/reports?bbox=119.40,36.00,119.41,36.01&f=geojson&limit=1000",
            "report_location_ix",
        ),
        (
            "power",
            "/reports?bbox=119.40,36.00,119.41,36.01&f=geojson&limit=1000",
            "report_location_ix",
        ),
        ("dispatcher", "/reports?near=119.4,36.0&radius_m=300", "report_location_ix"),
        (
            "dispatcher",
            "/reports?within=POLYGON((119.4 36,119.41 36,119.4 36.01,119.4 36))",
            "report_location_ix",
        ),
        ("dispatcher", "/reports/counts?bbox=119.40,36.00,119.41,36.01", "report_location_ix"),
        ("dispatcher", "/reports?grid=G0007", "report_grid_code_ix"),
    ],
)
def test_lists_go_by_their_index(
    username: str, path: str, index: str, many: str, world: World, client: Clients
) -> None:
    found = explained(world, client(username), path)
    assert index in used(found), found
    assert not [node for node in found if node["Node Type"] == "Seq Scan"]


@pytest.mark.parametrize("username", ["dispatcher", "town1"])
def test_one_report_goes_by_its_key(
    username: str, many: str, world: World, client: Clients
) -> None:
    for path in (f"/reports/{many}", f"/reports/{many}/history"):
        found = explained(world, client("dispatcher"), path)
        assert used(found) & {"report_pk", "report_event_pk"}
        assert not [node for node in found if node["Node Type"] == "Seq Scan"]


@pytest.mark.parametrize(
    "query", ["", "?unit=town", "?unit=cell", "?from=2022-03-05&to=2022-04-20", "?category=water"]
)
def test_county_wide_layers_read_no_report(
    query: str, many: str, world: World, client: Clients
) -> None:
    for username in ("dispatcher", "planner"):
        assert explained(world, client(username), f"/layers/counts{query}") == []
