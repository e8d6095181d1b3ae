"""Who reads which reports: rows come only through the actor's audience."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.api.conftest import World
from tests.support import county

Clients = Callable[[str], httpx.Client]

WEST_GRID, EAST_GRID = "G0003", "G0007"  # of the two towns
READERS = (
    "admin",
    "supervisor",
    "dispatcher",
    "town1",
    "town2",
    "water",
    "power",
    "staff",
    "volunteer",
    "planner",
)


@pytest.fixture(scope="module")
def reports(world: World, client: Clients) -> dict[str, dict[str, Any]]:
    """One report for each interest, by name."""

    def post(username: str, **body: Any) -> dict[str, Any]:
        answer = client(username).post("/reports", json={"description": "x", **body})
        assert answer.status_code == 201, answer.text
        report: dict[str, Any] = answer.json()
        return report

    water_west = {"longitude": 119.34, "latitude": 36.0}
    return {
        "west": post("dispatcher", **water_west, category="noise"),
        "east": post("dispatcher", longitude=119.46, latitude=36.0, category="noise"),
        "water": post("dispatcher", **water_west, category="water.burst"),
        "power": post("dispatcher", **water_west, category="power"),
        "own grid": post("dispatcher", grid_code="G0000", category="noise"),
        "volunteer's": post("volunteer", longitude=119.46, latitude=36.0, category="noise"),
        "staff's": post("staff", longitude=119.46, latitude=36.0, category="noise"),
        "nowhere": post("dispatcher", place_text="某处"),
    }


SEES = {
    "admin": {"west", "east", "water", "power", "own grid", "volunteer's", "staff's", "nowhere"},
    "supervisor": {
        "west",
        "east",
        "water",
        "power",
        "own grid",
        "volunteer's",
        "staff's",
        "nowhere",
    },
    "dispatcher": {
        "west",
        "east",
        "water",
        "power",
        "own grid",
        "volunteer's",
        "staff's",
        "nowhere",
    },
    "town1": {"west", "water", "power"},
    "town2": {"east", "volunteer's", "staff's"},
    "water": {"water"},
    "power": {"power"},
    "staff": {"own grid", "staff's"},
    "volunteer": {"volunteer's"},
    "planner": set(),
    "foreigner": set(),
}


@pytest.mark.parametrize("username", SEES)
def test_each_sees_theirs_everywhere(
    username: str, reports: dict[str, dict[str, Any]], client: Clients
) -> None:
    reader = client(username)
    names = {report["id"]: name for name, report in reports.items()}
    listed = {names[item["id"]] for item in reader.get("/reports").json()["items"]}
    assert listed == SEES[username]
    features = reader.get("/reports?f=geojson").json()["features"]
    assert {names[feature["id"]] for feature in features} == SEES[username]
    table = reader.get("/reports?f=csv").text
    assert {name for key, name in names.items() if key in table} == SEES[username]
    assert reader.get("/reports/counts").json()["count"] == len(SEES[username])
    for name, report in reports.items():
        for path in (report["id"], report["number"], f"{report['id']}/history"):
            status = reader.get(f"/reports/{path}").status_code
            assert status == (200 if name in SEES[username] else 404), (name, path)


def test_an_unseen_report_looks_like_one_that_is_not(
    reports: dict[str, dict[str, Any]], client: Clients
) -> None:
    unseen = client("planner").get(f"/reports/{reports['west']['id']}").json()
    absent = client("planner").get("/reports/370782-00000000-0000-7000-8000-000000000000").json()
    for one in (unseen, absent):
        del one["instance"], one["request_id"]
    assert unseen == absent


@pytest.mark.parametrize(
    "key",
    [
        "x",
        "370782-",
        "370783-00000000-0000-7000-8000-000000000000",
        "999",
        "%00",
        "a%2Fb",
        "370782-zz",
        "²",
    ],
)
def test_ids_that_are_none_are_404(key: str, client: Clients) -> None:
    assert client("dispatcher").get(f"/reports/{key}").status_code == 404


def test_layers_count_what_one_may_count(
    reports: dict[str, dict[str, Any]], client: Clients
) -> None:
    def total(username: str, unit: str) -> int:
        answer = client(username).get("/layers/counts", params={"unit": unit})
        assert answer.status_code == 200, answer.text
        counted: int = answer.json()["total"]
        return counted

    county_wide = {"admin", "supervisor", "dispatcher", "planner"}
    with_grid = {name for name, report in reports.items() if report["match"]["grid"]}
    with_town = {name for name, report in reports.items() if report["town_code"]}
    with_point = {name for name, report in reports.items() if report["location"]}
    for username in READERS:
        seen = set(reports) if username in county_wide else SEES[username]
        assert total(username, "grid") == len(seen & with_grid), username
        assert total(username, "town") == len(seen & with_town), username
        assert total(username, "cell") == len(seen & with_point), username


def test_staff_see_the_grids_they_serve_today(world: World, client: Clients) -> None:
    me = httpx.post(
        f"{world.address}/api/v1/sessions", json={"username": "staff", "password": "correct horse"}
    ).json()["actor"]
    assert me["grid_codes"] == ["G0000"]
    serves = "UPDATE grid_staff SET valid_to = %s WHERE code = 'S0000-0' AND county_code = '370782'"
    world.execute(serves, county.TODAY.replace(day=9))
    try:
        names = [
            item["match"]["grid"]["code"]
            for item in client("staff").get("/reports").json()["items"]
        ]
        assert "G0000" not in names  # what they reported themselves stays
    finally:
        world.execute(serves, None)


def test_staff_of_a_community_see_all_of_its_grids(world: World, client: Clients) -> None:
    world.execute(
        "UPDATE account SET staff_id = (SELECT id FROM grid_staff WHERE code = 'C1' AND county_code = '370782')"
        " WHERE username = 'volunteer'"
    )
    world.execute("UPDATE account SET role = 'grid_staff' WHERE username = 'volunteer'")
    try:
        me = httpx.post(
            f"{world.address}/api/v1/sessions",
            json={"username": "volunteer", "password": "correct horse"},
        ).json()["actor"]
        expected = world.execute(
            "SELECT code FROM grid WHERE county_code = '370782' AND community_code = '370782001001' ORDER BY code"
        )
        assert me["grid_codes"] == [row[0] for row in expected]
    finally:
        world.execute(
            "UPDATE account SET role = 'volunteer', staff_id = NULL WHERE username = 'volunteer'"
        )
