"""Reports of a view in piles: every one counted once, wherever the view stands."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from gis.report_piles import FEW
from tests.api.conftest import World
from tests.support import county

Clients = Callable[[str], httpx.Client]
VIEW = f"{county.WEST},{county.SOUTH},{county.EAST},{county.NORTH}"
MANY = FEW + 60


@pytest.fixture(scope="module", autouse=True)
def reports(world: World) -> list[dict[str, Any]]:
    """More reports than are shown one by one, of every status, light and category."""
    with httpx.Client(base_url=f"{world.address}/api/v1") as sender:
        sender.headers["authorization"] = f"Bearer {world.open_session('volunteer')}"
        body = {"description": "x", "longitude": 119.4, "latitude": 36.0, "category": "water.burst"}
        assert sender.post("/reports", json=body).status_code == 201
    world.execute(
        """
        INSERT INTO report (county_code, id, number, client_id, body_sha256, status, outcome, level,
          category_code, description, urgent, source, location, received_at, received_on, yellow_at,
          due_at, grid_method, staff_method, utility_method, reason, audience)
        SELECT '370782', gen_random_uuid(), 'N' || n, gen_random_uuid(), '',
          CASE WHEN n %% 6 = 0 THEN 'closed' ELSE 'received' END, CASE WHEN n %% 6 = 0 THEN 'resolved' END,
          'town', (ARRAY['water.low_pressure','power','noise',NULL])[n %% 4 + 1], 'x', n %% 50 = 0,
          'patrol', CASE WHEN n %% 90 > 0 THEN ST_SetSRID(ST_MakePoint(
            119.30 + 0.2 * abs(sin(n * 7.0)), 35.92 + 0.16 * abs(sin(n * 3.0))), 4326) END,
          %s, '2022-05-10', %s::timestamptz + (n %% 5 - 3) * interval '1 hour',
          %s::timestamptz + (n %% 5 - 1) * interval '1 hour',
          'outside', 'none', 'none', '[]', CASE WHEN n %% 3 = 0 THEN '{c:370782,t:370782001}'::text[]
                                                ELSE '{c:370782}' END
        FROM generate_series(1, %s) AS n
        """,
        county.NOW, county.NOW, county.NOW, MANY,
    )  # fmt: skip
    return located(world)


def located(world: World) -> list[dict[str, Any]]:
    names = ("id", "lon", "lat", "status", "category", "urgent", "due_at", "yellow_at", "audience")
    rows = world.execute(
        "SELECT id, ST_X(location), ST_Y(location), status, category_code, urgent, due_at,"
        " yellow_at, audience FROM report WHERE location IS NOT NULL"
    )
    return [dict(zip(names, row, strict=True)) for row in rows]


def light_of(row: dict[str, Any]) -> str | None:
    if row["status"] == "closed" or row["due_at"] is None:
        return None
    if row["due_at"] <= county.NOW:
        return "red"
    return "yellow" if row["yellow_at"] <= county.NOW else "green"


def group_of(row: dict[str, Any]) -> str:
    return (row["category"] or "").split(".")[0]


def bin_of(row: dict[str, Any], level: int) -> tuple[int, int]:
    y = (1 - math.asinh(math.tan(math.radians(row["lat"]))) / math.pi) / 2 * 2**level
    return int((row["lon"] + 180) / 360 * 2**level), int(y)


def view(client: httpx.Client, zoom: int, bbox: str = VIEW, **more: Any) -> dict[str, Any]:
    answer = client.get("/reports/clustered", params={"bbox": bbox, "zoom": zoom, **more})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.headers["cache-control"] == "no-store"
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("zoom", [8, 11, 13])
def test_piles_count_every_report_once(
    zoom: int, reports: list[dict[str, Any]], client: Clients
) -> None:
    found = view(client("dispatcher"), zoom)
    assert found["piled"]
    assert found["total"] == len(reports) > FEW
    bins = Counter(bin_of(row, zoom + 2) for row in reports)
    piles = {f["id"]: f["properties"] for f in found["features"] if "pile" in f["properties"]}
    assert {name: one["pile"] for name, one in piles.items()} == {
        f"pile-{zoom + 2}-{x}-{y}": number for (x, y), number in bins.items() if number > 1
    }
    singles = [f for f in found["features"] if "pile" not in f["properties"]]
    assert {f["id"] for f in singles} == {
        f"370782-{row['id']}" for row in reports if bins[bin_of(row, zoom + 2)] == 1
    }
    for name, one in piles.items():
        x, y = map(int, name.split("-")[2:])
        members = [row for row in reports if bin_of(row, zoom + 2) == (x, y)]
        assert one["lights"] == Counter(filter(None, map(light_of, members)))
        assert one["groups"] == Counter(map(group_of, members))
        assert one["urgent"] == sum(row["urgent"] for row in members)
        assert one["bbox"] == pytest.approx(
            [
                min(row["lon"] for row in members), min(row["lat"] for row in members),
                max(row["lon"] for row in members), max(row["lat"] for row in members),
            ],
            abs=1e-6,
        )  # fmt: skip


def test_a_pan_moves_no_pile_and_changes_no_count(client: Clients) -> None:
    west, east = (
        {f["id"]: f for f in view(client("dispatcher"), 10, bbox)["features"]}
        for bbox in ("119.2,35.8,119.46,36.2", "119.3,35.85,119.6,36.15")
    )
    shared = west.keys() & east.keys()
    assert shared
    assert all(west[name] == east[name] for name in shared)


def test_few_are_shown_one_by_one_as_the_list_shows_them(client: Clients) -> None:
    few = view(client("dispatcher"), 11, category="noise")
    listed = client("dispatcher").get(
        "/reports", params={"category": "noise", "bbox": VIEW, "f": "geojson", "limit": 1000}
    )
    assert not few["piled"]
    assert few["features"] == listed.json()["features"]
    assert few["total"] == len(few["features"])


def test_near_they_are_shown_one_by_one_too(reports: list[dict[str, Any]], client: Clients) -> None:
    found = view(client("dispatcher"), 15, "119.3,35.92,119.4,36.0")
    assert not found["piled"]
    assert found["features"]
    assert found["total"] == len(found["features"])


def test_each_counts_what_they_may_read(reports: list[dict[str, Any]], client: Clients) -> None:
    for username, member in (("dispatcher", "c:370782"), ("town1", "t:370782001")):
        own = [row for row in reports if member in row["audience"]]
        assert view(client(username), 9)["total"] == len(own)
    assert view(client("planner"), 9)["total"] == 0
    assert view(client("foreigner"), 9)["total"] == 0
    assert client("").get("/reports/clustered", params={"bbox": VIEW, "zoom": 9}).status_code == 401


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"zoom": 9}, "bbox"),
        ({"bbox": VIEW}, "zoom"),
        ({"bbox": VIEW, "zoom": 23}, "zoom"),
        ({"bbox": VIEW, "zoom": -1}, "zoom"),
        ({"bbox": VIEW, "zoom": 22}, "zoom"),
        ({"bbox": "1,2,3", "zoom": 9}, "bbox"),
    ],
)
def test_what_is_no_view_is_refused(params: dict[str, Any], field: str, client: Clients) -> None:
    answer = client("dispatcher").get("/reports/clustered", params=params)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_the_whole_world_is_a_view(reports: list[dict[str, Any]], client: Clients) -> None:
    assert view(client("dispatcher"), 0, "-180,-90,180,90")["total"] == len(reports)
