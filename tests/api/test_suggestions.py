"""Suggestions and likely duplicates over HTTP."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from api.schemas.suggestion import Located, Suggestions
from tests.api.test_actions import hand_in
from tests.support.crew import AT_HOME

Clients = Callable[[str], httpx.Client]


def test_a_dispatcher_is_told_whom_to_send_it_to_and_what_it_may_repeat(client: Clients) -> None:
    first, second = hand_in(client), hand_in(client)
    path = f"/reports/{second['id']}/suggestions"
    answer = client("town1").get(path)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    Suggestions.model_validate(found)
    assert [one["rank"] for one in found["utilities"]] == [1, 2, 3]
    assert found["utilities"][0]["utility"] == second["match"]["utility"]
    assert found["utilities"][0]["reason"] in second["match"]["reason"]
    assert found["utilities"][0]["reason_en"] in second["match"]["reason_en"]
    assert first["id"] in [one["id"] for one in found["duplicates"]]
    assert second["id"] not in [one["id"] for one in found["duplicates"]]
    assert client("water").get(path).status_code == 403
    assert client("town2").get(path).status_code == 404
    assert client("").get(path).status_code == 401
    for wrong in ({"radius_m": "0"}, {"radius_m": "nan"}, {"days": "x"}):
        assert client("town1").get(path, params=wrong).status_code == 422
    assert client("town1").get(path, params={"metres": "5"}).status_code == 400


def test_likely_duplicates_show_while_a_call_is_taken_down(client: Clients) -> None:
    report = hand_in(client)
    where = {"lon": AT_HOME[0], "lat": AT_HOME[1]}
    located = client("dispatcher").get("/locate", params={**where, "category": "water"}).json()
    Located.model_validate(located)
    found = next(one for one in located["duplicates"] if one["id"] == report["id"])
    assert (found["distance_m"], found["same_category"]) == (0.0, False)
    assert client("dispatcher").get("/locate", params=where).json()["duplicates"] == []
    asked = {**where, "category": "water.low_pressure"}
    assert client("town2").get("/locate", params=asked).json()["duplicates"] == []
