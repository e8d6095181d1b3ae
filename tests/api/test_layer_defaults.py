"""``/layers/counts``: the month a view opens on, and the reports that no cell can show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from api.schemas.layer import LayerCounts
from tests.api.conftest import World
from tests.support import county

Clients = Callable[[str], httpx.Client]


@pytest.fixture(scope="module", autouse=True)
def reports(world: World, client: Clients) -> None:
    """Two reports of April, one of May, the month in which the county's clock stands."""
    sender = client("dispatcher")
    for days, description in ((30, "a"), (20, "b"), (0, "c")):
        world.clock.instant = county.NOW - dt.timedelta(days=days)
        sent = {"description": description, "category": "water.low_pressure", **world.at("G0003")}
        assert sender.post("/reports", json=sent).status_code == 201
    world.clock.instant = county.NOW
    world.execute(
        "UPDATE category SET sensitive = true WHERE code = 'noise' AND county_code = '370782'"
    )


def ask(client: httpx.Client, **parameters: Any) -> dict[str, Any]:
    answer = client.get("/layers/counts", params=parameters)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    LayerCounts.model_validate(body)
    return body


def test_the_running_month_is_shown_only_where_there_is_no_other(client: Clients) -> None:
    body = ask(client("dispatcher"), period="full")
    assert body["period"] == {"from": "2022-04-01", "to": "2022-04-30", "whole_months": False}
    assert body["total"] == 2
    assert body["latest_month"] == "2022-05-01"
    assert ask(client("dispatcher"), period="latest")["total"] == 1
    own = client("volunteer")
    assert own.post("/reports", json={"description": "x", "place_text": "某处"}).status_code == 201
    assert ask(own, period="full")["period"]["from"] == "2022-05-01"
    assert ask(client("power"), category="gas", period="full")["items"] == []


def test_cells_say_how_many_reports_have_no_position(world: World, client: Clients) -> None:
    month = {"from": "2022-05-01", "to": "2022-05-31"}
    readers = ("dispatcher", "planner", "town1", "volunteer")

    def without(username: str, **asked: Any) -> int:
        return int(ask(client(username), unit="cell", **{**month, **asked})["without_location"])

    before = {reader: without(reader) for reader in readers}
    for category in ("water.low_pressure", "noise", "water.low_pressure"):
        sent = {"description": "x", "grid_code": "G0000", "category": category}
        assert client("volunteer").post("/reports", json=sent).status_code == 201
    world.execute(
        "UPDATE report SET status = 'closed', outcome = 'rejected' WHERE id ="
        " (SELECT id FROM report WHERE location IS NULL ORDER BY id DESC LIMIT 1)"
    )
    in_town = world.execute("SELECT town_code FROM grid WHERE code = 'G0000'")[0][0] == "370782001"
    # The rejected one counts nowhere, a planner is told of no sensitive matter, and others read
    # what their layer counts: their own.
    gained = {reader: without(reader) - before[reader] for reader in readers}
    assert gained == {"dispatcher": 2, "planner": 1, "town1": 2 * in_town, "volunteer": 2}
    water = without("dispatcher", category="water.low_pressure")
    assert water == without("dispatcher", category="water.low_pressure", bbox="0,0,1,1") > 0
    assert without("dispatcher", **{"from": "2021-01-01", "to": "2021-01-31"}) == 0
    assert ask(client("dispatcher"), unit="grid", **month)["without_location"] == 0


def test_a_month_in_which_records_begin_or_end_is_no_whole_one(
    world: World, client: Clients
) -> None:
    sender, planner = client("dispatcher"), client("planner")

    def add(category: str, month: int, day: int) -> None:
        world.clock.instant = county.NOW.replace(month=month, day=day)
        sent = {"description": "z", "category": category, **world.at("G0003")}
        assert sender.post("/reports", json=sent).status_code == 201
        world.clock.instant = county.NOW

    def opens_on() -> str:
        whole: str = ask(sender, category="power.cable", period="full")["period"]["from"]
        params = {"category": "power.cable", "unit": "town"}
        assert planner.get("/layers/series", params=params).json()["full_month"] == whole
        return whole

    add("power.cable", 3, 21)
    assert opens_on() == "2022-03-01"  # a third of a month is more than none
    for day in (10, 11, 21):
        add("power.cable", 2, day)
    assert opens_on() == "2022-02-01"
    assert ask(sender, category="power.cable", period="latest")["period"]["from"] == "2022-03-01"
    # What came in its other thirds need not be of the matter that is asked for.
    add("water.low_pressure", 3, 10)
    assert opens_on() == "2022-02-01"
    add("water.low_pressure", 3, 20)
    assert opens_on() == "2022-03-01"
    # A county is as far as its records go for whoever counts only reports of their own.
    own = client("power")
    assert ask(own, category="power.cable", period="full")["period"]["from"] == "2022-03-01"
