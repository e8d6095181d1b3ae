"""Lists of reports: every filter against an oracle in Python, pages under inserts, GeoJSON and CSV."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import psycopg
import pytest
import shapely
from psycopg.rows import dict_row
from pyproj import Geod

from api.schemas.report import ReportCollection, ReportCounts, ReportPage
from gis.db.database import libpq_url
from gis.report_table import COLUMNS
from tests.api.conftest import World
from tests.support import county

Clients = Callable[[str], httpx.Client]
Row = dict[str, Any]

ZONE = ZoneInfo("Asia/Shanghai")
WORDS = (
    "4-6楼没水",
    "爆管了",
    "=1+1",
    "路灯100%不亮",
    "cable_cut",
    "夜里噪音",
    "@SUM(A1)",
    '"quoted", comma\nline',
)
SOURCES = ("grid_staff", "resident", "hotline_12345", "patrol")
GEOD = Geod(ellps="WGS84")
COUNT = 160


@pytest.fixture(scope="module")
def rows(world: World, client: Clients) -> list[Row]:
    """Reports of every kind, as they stand in the database; the newest first."""
    pick = random.Random(7)
    senders = [client(name) for name in ("dispatcher", "staff", "volunteer", "water")]
    for index in range(COUNT):
        world.clock.instant = county.NOW - dt.timedelta(hours=index * 5 % 337, seconds=index)
        body: Row = {
            "description": WORDS[index % len(WORDS)],
            "source": SOURCES[index % len(SOURCES)],
        }
        if index % 9:
            body["category"] = pick.choice(county.CATEGORIES)
        if index % 11 == 0:
            body["place_text"] = "某处"
        else:
            body["longitude"] = round(pick.uniform(county.WEST, county.EAST), 6)
            body["latitude"] = round(pick.uniform(county.SOUTH, county.NORTH), 6)
        assert senders[index % 4].post("/reports", json=body).status_code == 201
    world.clock.instant = county.NOW
    world.execute(
        "UPDATE category SET tags = '{pipes}' WHERE code LIKE 'water%%' AND county_code = '370782'"
    )
    world.execute(
        "UPDATE category SET tags = '{emergency}' WHERE code = 'power.outage' AND county_code = '370782'"
    )
    world.execute(
        """
        WITH numbered AS (SELECT id, row_number() OVER (ORDER BY number) AS n FROM report)
        UPDATE report SET
          status = (ARRAY['received','accepted','dispatched','handling','handled','closed'])[n %% 6 + 1],
          outcome = CASE WHEN n %% 6 = 5 THEN (ARRAY['resolved','rejected','duplicate'])[n %% 3 + 1] END,
          level = CASE WHEN n %% 4 = 0 THEN 'municipal' ELSE 'town' END,
          reopen_requested = n %% 12 = 5, urgent = n %% 10 = 3,
          yellow_at = CASE WHEN n %% 7 > 0 THEN %s::timestamptz + (n %% 13 - 8) * interval '10 minutes' END,
          due_at = CASE WHEN n %% 7 > 0 THEN %s::timestamptz + (n %% 13 - 4) * interval '10 minutes' END
        FROM numbered WHERE numbered.id = report.id
        """,
        county.NOW, county.NOW,
    )  # fmt: skip
    return stored(world)


def stored(world: World) -> list[Row]:
    with psycopg.connect(libpq_url(world.url), row_factory=dict_row) as connection:
        return connection.execute(
            "SELECT r.*, ST_X(location) AS lon, ST_Y(location) AS lat FROM report r"
            " WHERE county_code = '370782' ORDER BY received_at DESC, id DESC"
        ).fetchall()


def walk(client: httpx.Client, path: str = "/reports", **parameters: Any) -> list[Row]:
    """Follow ``next`` to the last page."""
    found: list[Row] = []
    cursor = None
    while True:
        page = client.get(path, params={**parameters, **({"cursor": cursor} if cursor else {})})
        assert page.status_code == 200, page.text
        ReportPage.model_validate(page.json())
        found += page.json()["items"]
        cursor = page.json()["next"]
        if cursor is None:
            return found


def ids(found: list[Row]) -> list[str]:
    return [str(one["id"]).removeprefix("370782-") for one in found]


def light_of(row: Row) -> str | None:
    if row["status"] == "closed" or row["due_at"] is None:
        return None
    if row["due_at"] <= county.NOW:
        return "red"
    return "yellow" if row["yellow_at"] <= county.NOW else "green"


@dataclass(frozen=True)
class Case:
    """Parameters, and the rows they should let through."""

    parameters: dict[str, Any]
    holds: Callable[[Row], bool]


def local(row: Row) -> dt.datetime:
    received: dt.datetime = row["received_at"].astimezone(ZONE)
    return received


def inside(row: Row, shape: shapely.Geometry) -> bool:
    return row["lon"] is not None and bool(
        shapely.covers(shape, shapely.Point(row["lon"], row["lat"]))
    )


BOX = shapely.box(119.35, 35.96, 119.42, 36.03)
TRIANGLE = shapely.Polygon([(119.33, 35.94), (119.47, 35.95), (119.40, 36.06)])
DAY = dt.date(2022, 5, 5)
CASES = {
    "none": Case({}, lambda row: row["id"] is not None),
    "bbox": Case({"bbox": "119.35,35.96,119.42,36.03"}, lambda row: inside(row, BOX)),
    "within wkt": Case({"within": TRIANGLE.wkt}, lambda row: inside(row, TRIANGLE)),
    "within geojson": Case(
        {"within": shapely.to_geojson(TRIANGLE)}, lambda row: inside(row, TRIANGLE)
    ),
    "near": Case(
        {"near": "119.40,36.00", "radius_m": 4000},
        lambda row: (
            row["lon"] is not None and GEOD.inv(119.40, 36.00, row["lon"], row["lat"])[2] <= 4000
        ),
    ),
    "grid": Case({"grid": "G0007"}, lambda row: row["grid_code"] == "G0007"),
    "grids": Case({"grid": ["G0007", "G0012"]}, lambda row: row["grid_code"] in {"G0007", "G0012"}),
    "town": Case({"town": "370782001"}, lambda row: row["town_code"] == "370782001"),
    "category": Case(
        {"category": "water.burst"}, lambda row: row["category_code"] == "water.burst"
    ),
    "category with children": Case(
        {"category": "water"}, lambda row: (row["category_code"] or "").split(".")[0] == "water"
    ),
    "tag": Case({"tag": "pipes"}, lambda row: (row["category_code"] or "").startswith("water")),
    "status": Case({"status": "handled"}, lambda row: row["status"] == "handled"),
    "statuses by comma": Case(
        {"status": "received,closed"}, lambda row: row["status"] in {"received", "closed"}
    ),
    "utility": Case({"utility": "water-west"}, lambda row: row["utility_code"] == "water-west"),
    "source": Case({"source": "patrol"}, lambda row: row["source"] == "patrol"),
    "red": Case({"light": "red"}, lambda row: light_of(row) == "red"),
    "yellow or green": Case(
        {"light": "yellow,green"}, lambda row: light_of(row) in {"yellow", "green"}
    ),
    "level": Case({"level": "municipal"}, lambda row: row["level"] == "municipal"),
    "emergency": Case(
        {"emergency": "true"}, lambda row: row["urgent"] or row["category_code"] == "power.outage"
    ),
    "open": Case({"queue": "open"}, lambda row: row["status"] != "closed"),
    "overdue": Case({"queue": "overdue"}, lambda row: light_of(row) == "red"),
    "not yet accepted": Case({"queue": "new"}, lambda row: row["status"] == "received"),
    "in no grid": Case(
        {"queue": "not_located"},
        lambda row: row["status"] in {"received", "accepted"} and row["grid_code"] is None,
    ),
    "reopen": Case(
        {"queue": "reopen_requested"},
        lambda row: row["status"] == "closed" and row["reopen_requested"],
    ),
    "todo": Case(
        {"queue": "todo"},
        lambda row: (
            row["level"] == "municipal"
            and (row["status"] in {"received", "accepted", "handled"} or row["reopen_requested"])
        ),
    ),
    "from a day": Case({"from": "2022-05-05"}, lambda row: local(row).date() >= DAY),
    "to a day": Case({"to": "2022-05-05"}, lambda row: local(row).date() <= DAY),
    "one day": Case(
        {"from": "2022-05-05", "to": "2022-05-05"}, lambda row: local(row).date() == DAY
    ),
    "to a time": Case(
        {"to": "2022-05-05T11:00:00+08:00"},
        lambda row: row["received_at"] < dt.datetime(2022, 5, 5, 3, tzinfo=dt.UTC),
    ),
    "from a local time": Case(
        {"from": "2022-05-05T11:00"},
        lambda row: row["received_at"] >= dt.datetime(2022, 5, 5, 3, tzinfo=dt.UTC),
    ),
    "words": Case({"q": "没水"}, lambda row: "没水" in row["description"]),
    "a per cent sign is itself": Case({"q": "100%"}, lambda row: "100%" in row["description"]),
    "so is an underscore": Case({"q": "e_c"}, lambda row: "e_c" in row["description"]),
    "two at once": Case(
        {"status": "received", "category": "power"},
        lambda row: (
            row["status"] == "received" and (row["category_code"] or "").split(".")[0] == "power"
        ),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_filters(name: str, rows: list[Row], client: Clients) -> None:
    case = CASES[name]
    expected = [row for row in rows if case.holds(row)]
    assert expected, "the case shows nothing"
    found = walk(client("dispatcher"), limit=1000, **case.parameters)
    assert ids(found) == ids(expected)
    counts = client("dispatcher").get("/reports/counts", params=case.parameters).json()
    ReportCounts.model_validate(counts)
    assert counts["count"] == len(expected)
    assert counts["open"] == sum(row["status"] != "closed" for row in expected)
    assert counts["by_status"] == Counter(row["status"] for row in expected)
    assert counts["by_light"] == Counter(light for row in expected if (light := light_of(row)))
    assert counts["by_category"] == Counter(row["category_code"] or "" for row in expected)
    assert counts["by_town"] == Counter(row["town_code"] or "" for row in expected)
    collection = client("dispatcher").get(
        "/reports", params={**case.parameters, "f": "geojson", "limit": 1000}
    )
    assert ids(collection.json()["features"]) == ids(expected)


def test_staff(rows: list[Row], client: Clients) -> None:
    staff_id = next(row["staff_id"] for row in rows if row["staff_id"])
    found = walk(client("dispatcher"), staff=staff_id)
    assert ids(found) == ids([row for row in rows if row["staff_id"] == staff_id])
    assert {one["match"]["staff"]["id"] for one in found} == {staff_id}


def test_light_of_a_report_is_the_light_it_is_found_by(rows: list[Row], client: Clients) -> None:
    for report in walk(client("dispatcher"), limit=1000):
        row = next(row for row in rows if str(row["id"]) in report["id"])
        assert report["light"] == light_of(row)


@pytest.mark.parametrize("limit", [5, 1000])
def test_pages_join_to_the_whole(limit: int, rows: list[Row], client: Clients) -> None:
    found = walk(client("dispatcher"), limit=limit, queue="open")
    assert ids(found) == ids([row for row in rows if row["status"] != "closed"])


def test_pages_hold_while_reports_come_in(world: World, client: Clients) -> None:
    # Its own tail of the list: all of one grid, in pages of three, with a new one before each page.
    sender = client("dispatcher")
    body = {"description": "x", "grid_code": "G0030"}
    for _ in range(8):
        sender.post("/reports", json=body)
    before = ids(walk(sender, grid="G0030"))
    found: list[str] = []
    cursor: str | None = None
    while True:
        sender.post("/reports", json=body)
        page = sender.get(
            "/reports",
            params={"grid": "G0030", "limit": 3} | ({"cursor": cursor} if cursor else {}),
        )
        found += ids(page.json()["items"])
        cursor = page.json()["next"]
        if cursor is None:
            break
    assert len(found) == len(set(found))
    assert set(before) <= set(found)
    world.execute(
        "DELETE FROM clock WHERE report_id IN (SELECT id FROM report WHERE grid_code = 'G0030')"
    )
    world.execute(
        "DELETE FROM report_event WHERE report_id IN (SELECT id FROM report WHERE description = 'x')"
    )
    world.execute(
        "DELETE FROM clock WHERE report_id IN (SELECT id FROM report WHERE description = 'x')"
    )
    world.execute("DELETE FROM report WHERE description = 'x'")


def test_geojson(rows: list[Row], client: Clients) -> None:
    answer = client("dispatcher").get("/reports", params={"f": "geojson", "limit": 1000})
    assert answer.headers["content-type"] == "application/geo+json"
    collection = ReportCollection.model_validate(answer.json())
    points = {
        feature.id.removeprefix("370782-"): feature.geometry for feature in collection.features
    }
    for row in rows:
        point = points[str(row["id"])]
        assert (None if point is None else tuple(point.coordinates)) == (
            None if row["lon"] is None else (row["lon"], row["lat"])
        )


def read_csv(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def test_csv_holds_every_row_and_no_formula(rows: list[Row], client: Clients) -> None:
    found = read_csv(client("dispatcher").get("/reports", params={"f": "csv"}))
    assert ids(found) == ids(rows)
    assert tuple(found[0]) == COLUMNS
    for cells, row in zip(found, rows, strict=True):
        plain = row["description"]
        assert cells["description"] == (f"'{plain}" if plain[0] in "=@" else plain)
        assert cells["category"] == (row["category_code"] or "")
        assert cells["longitude"] == ("" if row["lon"] is None else str(row["lon"]))


def test_csv_by_pages(rows: list[Row], client: Clients) -> None:
    answer = client("dispatcher").get(
        "/reports", params={"f": "csv", "limit": 100, "queue": "open"}
    )
    found = read_csv(answer)
    link = answer.headers["link"]
    assert link.endswith('>; rel="next"')
    following = client("dispatcher").get(link[1 : link.index(">")].removeprefix("/api/v1"))
    assert "link" not in following.headers
    assert ids(found + read_csv(following)) == ids(
        [row for row in rows if row["status"] != "closed"]
    )


def test_open_ends_of_time_are_no_error(client: Clients) -> None:
    for parameters in (
        "from=0001-01-01&to=9999-12-31",
        "from=0001-01-01T00:00&to=9999-12-31T23:59:59",
    ):
        answer = client("dispatcher").get(f"/reports?{parameters}&limit=1")
        assert answer.status_code == 200, answer.text
        assert answer.json()["items"]


def test_history_is_that_of_a_visible_report(rows: list[Row], client: Clients) -> None:
    steps = client("dispatcher").get(f"/reports/370782-{rows[0]['id']}/history").json()["items"]
    assert [(step["action"], step["status_before"], step["status_after"]) for step in steps] == [
        ("received", None, "received")
    ]
    assert steps[0]["actor"]["role"] in {"dispatcher", "grid_staff", "volunteer", "utility"}


def test_reports_of_a_utility(world: World, rows: list[Row], client: Clients) -> None:
    for code in ("water-crew", "water-west"):  # an area for a parent category, and one for all
        areas = [area for area in county.service_areas() if area.utility == code]
        expected = [
            row
            for row in rows
            if any(
                inside(row, area.boundary)
                and area.category
                in {None, row["category_code"], (row["category_code"] or "").split(".")[0]}
                for area in areas
            )
            and (row["category_code"] or "").split(".")[0] == "water"
        ]
        assert expected
        found = walk(client("dispatcher"), f"/utilities/{code}/reports", limit=1000)
        assert ids(found) == ids(expected)
    assert walk(client("dispatcher"), "/utilities/water-west/reports", scope="assigned") == []
    first = expected[0]
    world.execute(
        "INSERT INTO assignment (county_code, id, report_id, utility_code, role, assigned_at)"
        " VALUES ('370782', gen_random_uuid(), %s, 'far', 'lead', now())",
        first["id"],
    )
    world.execute(
        "UPDATE report SET audience = audience || 'u:370782:far'::text WHERE id = %s", first["id"]
    )
    assigned = walk(client("dispatcher"), "/utilities/far/reports", scope="assigned")
    assert ids(assigned) == ids([first])
    assert [
        (one["utility"]["code"], one["role"], one["status"]) for one in assigned[0]["assignments"]
    ] == [("far", "lead", "waiting")]
    # Given to it, but not in an area of its own.
    assert walk(client("dispatcher"), "/utilities/far/reports", scope="area") == []
    assert client("dispatcher").get("/utilities/nope/reports").status_code == 404
