"""Vector tiles, read back by another program."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import shapely

from gis.db.database import Database, Transaction
from gis.db.queries import statement
from gis.layering.tiles import tile_of
from tests.api.conftest import World
from tests.support import county
from tests.support.vector_tiles import read_tile

Clients = Callable[[str], httpx.Client]
MIDDLE = (119.40, 36.00)
TYPE = "application/vnd.mapbox-vector-tile"


def path_of(layer: str, tile: tuple[int, int, int]) -> str:
    return f"/tiles/{layer}/{tile[0]}/{tile[1]}/{tile[2]}.mvt"


def fetch(client: httpx.Client, layer: str, tile: tuple[int, int, int], **params: Any) -> bytes:
    answer = client.get(path_of(layer, tile), params=params)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == TYPE
    assert answer.headers["cache-control"].startswith("private")
    return answer.content


@pytest.fixture(scope="module", autouse=True)
def sent(world: World, client: Clients) -> list[dict[str, Any]]:
    """Reports on a line through the middle of the county, two of them closed."""
    made = []
    for index in range(40):
        body = {
            "description": "x", "category": ("water.burst", "power.cable", "noise")[index % 3],
            "longitude": 119.335 + index * 0.0035, "latitude": 36.0, "urgent": index == 3,
        }  # fmt: skip
        answer = client("volunteer").post("/reports", json=body)
        assert answer.status_code == 201
        made.append(answer.json())
    world.execute(
        "UPDATE report SET status = 'closed', outcome = 'resolved' WHERE number = ANY(%s)",
        [one["number"] for one in made[:2]],
    )
    return made


def test_grids_are_the_active_layouts(world: World, client: Clients, tmp_path: Path) -> None:
    tile = tile_of(*MIDDLE, 13)
    frame = read_tile(fetch(client("dispatcher"), "grids", tile), tmp_path, tile)["grids"]
    box = shapely.box(*frame.total_bounds)
    expected = {
        code for code, boundary in world.grids.items() if boundary.intersects(box.buffer(-0.0005))
    }
    assert expected <= set(frame["code"])
    assert set(frame["code"]) <= set(world.grids)
    for row in frame.itertuples():
        seen = row.geometry.intersection(box)
        wanted = world.grids[row.code].intersection(box)
        assert seen.symmetric_difference(wanted).area <= 1e-7 + 0.01 * wanted.area
    assert {"name", "name_en", "town_code"} <= set(frame.columns)


@pytest.mark.parametrize("zoom", [5, 10, 12, 14])
def test_outlines_at_every_zoom(zoom: int, client: Clients, tmp_path: Path) -> None:
    tile = tile_of(*MIDDLE, zoom)
    for layer in ("grids", "service_areas"):
        frame = read_tile(fetch(client("planner"), layer, tile), tmp_path / layer, tile)[layer]
        assert len(frame) > 0
        assert frame.geometry.is_valid.all()


def test_service_areas_say_whose_they_are(client: Clients, tmp_path: Path) -> None:
    tile = tile_of(*MIDDLE, 9)
    frame = read_tile(fetch(client("dispatcher"), "service_areas", tile), tmp_path, tile)
    assert set(frame["service_areas"]["utility_code"]) >= {"water-west", "water-east", "power"}


def test_near_each_open_report_is_a_point_where_it_is(
    sent: list[dict[str, Any]], client: Clients, tmp_path: Path
) -> None:
    found: dict[str, Any] = {}
    for tile in {tile_of(*one["location"]["coordinates"], 15) for one in sent[2:]}:
        frame = read_tile(fetch(client("dispatcher"), "reports", tile), tmp_path, tile)["reports"]
        for row in frame.to_dict("records"):
            assert row["id"] not in found
            found[row["id"]] = row
    assert set(found) == {one["id"] for one in sent[2:]}
    for one in sent[2:]:
        row = found[one["id"]]
        assert row["number"] == one["number"]
        assert row["category"] == one["category"]
        assert bool(row["urgent"]) == one["urgent"]
        point = row["geometry"]
        assert [point.x, point.y] == pytest.approx(one["location"]["coordinates"], abs=1e-5)


def test_far_away_they_are_piled_and_every_one_is_counted(
    sent: list[dict[str, Any]], client: Clients, tmp_path: Path
) -> None:
    tile = tile_of(*MIDDLE, 9)
    frame = read_tile(fetch(client("dispatcher"), "reports", tile), tmp_path, tile)["reports"]
    assert frame["pile"].sum() == len(sent) - 2
    assert frame["urgent"].sum() == 1
    assert (frame[["red", "yellow", "green"]].sum(axis=1) <= frame["pile"]).all()
    chosen = read_tile(
        fetch(client("dispatcher"), "reports", tile, status="closed"), tmp_path / "closed", tile
    )["reports"]
    assert chosen["pile"].sum() == 2


def test_each_sees_their_own(client: Clients, tmp_path: Path) -> None:
    tile = tile_of(*MIDDLE, 9)
    totals = {}
    for username in ("dispatcher", "town1", "town2"):
        content = fetch(client(username), "reports", tile)
        totals[username] = read_tile(content, tmp_path / username, tile)["reports"]["pile"].sum()
    assert 0 < totals["town1"] < totals["dispatcher"]
    assert 0 < totals["town2"] < totals["dispatcher"]
    assert client("planner").get(path_of("reports", tile)).status_code == 204
    assert client("foreigner").get(path_of("reports", tile)).status_code == 204
    assert client("").get(path_of("reports", tile)).status_code == 401


def test_an_empty_tile_has_no_content(client: Clients) -> None:
    for layer in ("grids", "service_areas", "reports", "towns"):
        answer = client("dispatcher").get(path_of(layer, (10, 0, 0)))
        assert (answer.status_code, answer.content) == (204, b"")
        assert "etag" in answer.headers


@pytest.mark.parametrize(
    ("place", "status"),
    [
        ("grids/23/0/0", 422), ("grids/-1/0/0", 422), ("grids/3/8/0", 422), ("reports/3/0/8", 422),
        ("grids/3/x/0", 422), ("cellars/3/0/0", 422), ("reports/3/-1/0", 422),
    ],
)  # fmt: skip
def test_what_is_no_tile_is_refused(place: str, status: int, client: Clients) -> None:
    assert client("dispatcher").get(f"/tiles/{place}.mvt").status_code == status


def test_known_tiles_are_not_sent_again(world: World, client: Clients) -> None:
    tile = tile_of(*MIDDLE, 11)
    for layer in ("grids", "reports"):
        first = client("dispatcher").get(path_of(layer, tile))
        again = client("dispatcher").get(
            path_of(layer, tile), headers={"If-None-Match": first.headers["etag"]}
        )
        assert (again.status_code, again.content) == (304, b"")
        other = client("town1").get(
            path_of(layer, tile), headers={"If-None-Match": first.headers["etag"]}
        )
        assert other.status_code == (304 if layer == "grids" else 200)
    client("volunteer").post(
        "/reports", json={"description": "y", "longitude": MIDDLE[0], "latitude": MIDDLE[1]}
    )
    changed = client("dispatcher").get(
        path_of("reports", tile), headers={"If-None-Match": first.headers["etag"]}
    )
    assert changed.status_code == 200
    world.execute(
        "DELETE FROM clock WHERE report_id IN (SELECT id FROM report WHERE description='y')"
    )
    world.execute(
        "DELETE FROM report_event WHERE report_id IN (SELECT id FROM report WHERE description='y')"
    )
    world.execute("DELETE FROM report WHERE description = 'y'")


def test_large_tiles_are_compressed(client: Clients) -> None:
    tile = tile_of(*MIDDLE, 10)
    with client("dispatcher").stream(
        "GET", path_of("grids", tile), headers={"Accept-Encoding": "gzip"}
    ) as answer:
        raw = b"".join(answer.iter_raw())
    if answer.headers.get("content-encoding") == "gzip":
        assert len(gzip.decompress(raw)) > len(raw)
    else:
        assert len(raw) < 16 * 1024


def explained(tx: Transaction, text: bytes, values: list[object]) -> str:
    tx.rows("SET LOCAL enable_seqscan = off")
    with psycopg.RawCursor(tx.driver) as cursor:
        return "\n".join(line for (line,) in cursor.execute(b"EXPLAIN " + text, values))


def test_tiles_reach_their_spatial_index(world: World) -> None:
    db = Database(world.url, pool_size=1)
    z, x, y = tile_of(*MIDDLE, 15)
    given = {"county": county.COUNTY, "z": z, "x": x, "y": y}
    try:
        for layer, table in (("grids", "grid"), ("service_areas", "service_area")):
            drawn = statement(f"tile_{layer}")
            with db.transaction(county_code=county.COUNTY) as tx:
                plan = explained(tx, drawn.text, [given[name] for name in drawn.names])
            assert f"{table}_boundary_ix" in plan, plan
        box = b"ST_MakeEnvelope(119.40, 36.0, 119.41, 36.01, 4326)"
        with db.transaction(county_code=county.COUNTY) as tx:
            plan = explained(tx, b"SELECT id FROM report WHERE location && " + box, [])
        assert "report_location_ix" in plan, plan
    finally:
        db.close()
