"""The board's numbers, against the rows they are of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import httpx

from api.schemas.board import Board
from tests.api.conftest import World
from tests.support import county

Clients = Callable[[str], httpx.Client]
HOME, AWAY = (119.318, 36.0), (119.485, 36.0)


def send(client: httpx.Client, at: tuple[float, float] = HOME) -> dict[str, Any]:
    body = {"category": "water", "description": "x", "longitude": at[0], "latitude": at[1]}
    answer = client.post("/reports", json=body)
    assert answer.status_code == 201, answer.text
    report: dict[str, Any] = answer.json()
    return report


def act(client: httpx.Client, report: dict[str, Any], action: str, **fields: Any) -> None:
    version = client.get(f"/reports/{report['id']}").json()["version"]
    answer = client.post(
        f"/reports/{report['id']}/actions",
        json={"action": action, **fields},
        headers={"If-Match": f'"{version}"'},
    )
    assert answer.status_code == 200, answer.text


def board(client: httpx.Client) -> dict[str, Any]:
    answer = client.get("/board")
    assert answer.status_code == 200, answer.text
    Board.model_validate(answer.json())
    found: dict[str, Any] = answer.json()
    return found


def test_a_day_in_numbers(world: World, client: Clients) -> None:
    for username in ("volunteer", "town1", "town2"):
        client(username)  # signed in now, not at an hour of the past
    empty = board(client("dispatcher"))
    assert (empty["day"], empty["is_today"]) == ("2022-05-10", True)
    assert (empty["received"], empty["open"], empty["utilities"]) == (0, 0, [])
    noon = county.NOW  # 11:00 in Zhucheng
    for hours, number in ((-27, 2), (-20, 1), (-2, 3)):
        world.clock.instant = noon + dt.timedelta(hours=hours)
        for index in range(number):
            send(client("volunteer"), AWAY if index == 2 else HOME)
    world.clock.instant = noon - dt.timedelta(minutes=100)
    dispatched, closed = send(client("volunteer")), send(client("volunteer"))
    act(client("dispatcher"), dispatched, "accept")
    act(client("dispatcher"), dispatched, "dispatch", lead="water-west", assisting=[])
    act(client("dispatcher"), closed, "reject", reason="x")
    world.clock.instant = noon
    world.execute("UPDATE report SET due_at = %s WHERE number = %s", noon, dispatched["number"])
    found = board(client("dispatcher"))
    assert (found["received"], found["received_before"]) == (5, 2)
    assert (found["dispatched"], found["closed"], found["open"]) == (1, 1, 7)
    assert found["by_hour"] == [5 * (hour == 9) for hour in range(24)]
    assert found["queues"]["new"] == 6
    assert found["lights"]["red"] >= 1
    assert found["utilities"] == [
        {
            "code": "water-west", "name": "单位water-west", "name_en": "Body water-west", "open": 1,
            "overdue": 1, "waiting": 1, "oldest_minutes": 100,
        }
    ]  # fmt: skip
    assert board(client("town2"))["received"] == 1
    assert board(client("town1"))["received"] == 4
    world.clock.instant = noon + dt.timedelta(days=3)
    headers = {"authorization": f"Bearer {world.open_session('dispatcher')}"}
    with httpx.Client(base_url=f"{world.address}/api/v1", headers=headers) as signed_in_again:
        later = board(signed_in_again)
    assert (later["day"], later["is_today"], later["received"]) == ("2022-05-10", False, 5)
    world.clock.instant = noon


def test_a_board_is_for_those_who_watch_over_all(client: Clients) -> None:
    for username in ("dispatcher", "town1", "supervisor", "admin"):
        assert client(username).get("/board").status_code == 200
    for username in ("water", "staff", "volunteer", "planner"):
        assert client(username).get("/board").status_code == 403
    assert client("").get("/board").status_code == 401
