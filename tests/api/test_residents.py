"""The resident's side over HTTP: receipts, evaluations asked for, calls back, and who reported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
import structlog

from api import middleware
from tests.api.conftest import World
from tests.api.test_actions import done, hand_in

Clients = Callable[[str], httpx.Client]

WHO = {"name": "张建国", "phone": "13812341234"}


def closed(client: Clients, **more: Any) -> dict[str, Any]:
    """Return a report that the town's centre and the water company brought to its end."""
    town, water = client("town1"), client("water")
    report = hand_in(client, reporter=WHO, **more)
    report = done(town, report, "accept", report["version"])
    report = done(town, report, "dispatch", report["version"], lead="water-west")
    report = done(water, report, "check_in", report["assignments"][0]["version"])
    report = done(water, report, "feed_back", report["assignments"][0]["version"], result="已恢复")
    return done(town, report, "close", report["version"], outcome="resolved")


def test_a_receipt_shows_the_way_and_opens_the_evaluation(client: Clients) -> None:
    nobody, report = client(""), closed(client)
    made = client("dispatcher").post(f"/reports/{report['id']}/receipts")
    assert made.status_code == 201, made.text
    token = made.json()["token"]
    shown = nobody.get(f"/receipts/{token}").json()
    assert shown["number"] == report["number"] == made.json()["number"]
    assert [step["status"] for step in shown["steps"]] == [
        "received", "accepted", "dispatched", "handling", "handled", "closed",
    ]  # fmt: skip
    assert shown["evaluation_open"] is True
    assert "张" not in str(shown)
    evaluation = nobody.post(f"/receipts/{token}/evaluation").json()["token"]
    said = nobody.post(f"/evaluations/{evaluation}", json={"answer": "satisfied"})
    assert said.status_code == 200
    assert nobody.get(f"/receipts/{token}").json()["evaluation_open"] is False
    assert nobody.post(f"/receipts/{token}/evaluation").status_code == 409
    for wrong in (f"{token[:-2]}xx", "x", f"370783{token[6:]}"):
        assert nobody.get(f"/receipts/{wrong}").status_code == 404


def test_receipts_are_handed_out_by_those_who_stand_before_the_resident(client: Clients) -> None:
    report = hand_in(client)
    path = f"/reports/{report['id']}/receipts"
    assert client("town1").post(path).status_code == 201
    for who, status in (("", 401), ("water", 403), ("supervisor", 403), ("town2", 404)):
        assert client(who).post(path).status_code == status, who


def test_no_token_stands_in_the_log(client: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    token = client("dispatcher").post(f"/reports/{hand_in(client)['id']}/receipts").json()["token"]
    written = structlog.testing.CapturingLogger()
    monkeypatch.setattr(middleware, "_log", written)
    assert client("").get(f"/receipts/{token}").status_code == 200
    code = "ABCD-EFGH-JKMN-PQRS"
    assert client("").post(f"/invitations/{code}", json={"password": "short"}).status_code == 404
    paths = [call.kwargs["path"] for call in written.calls]
    assert paths == ["/api/v1/receipts/-", "/api/v1/invitations/-"]


def test_the_qr_code_is_for_the_resident_not_for_who_did_the_work(client: Clients) -> None:
    report = closed(client)
    path = f"/reports/{report['id']}/evaluation-tokens"
    asked = client("water").post(path, json={"channel": "qr"})
    assert asked.status_code == 201, asked.text
    answer = f"/evaluations/{asked.json()['token']}"
    assert client("water").get(answer).status_code == 403
    assert client("").get(answer).json()["answer"] is None
    assert client("water").post(answer, json={"answer": "satisfied"}).status_code == 403
    history = client("town1").get(f"/reports/{report['id']}/history").json()["items"]
    assert (history[-1]["action"], history[-1]["actor"]["role"]) == ("evaluation_asked", "utility")
    assert client("").post(answer, json={"answer": "so_so"}).json()["answer"] == "so_so"
    assert client("water").post(path, json={"channel": "qr"}).status_code == 409
    assert client("water").post(path, json={"channel": "link"}).status_code == 403
    assert client("supervisor").post(path, json={"channel": "qr"}).status_code == 403
    assert client("water").post(path, json={"channel": "fax"}).status_code == 422


def test_a_dispatcher_who_did_not_handle_it_calls_back(client: Clients) -> None:
    desk, report = client("dispatcher"), closed(client)
    waiting = {one["id"]: one for one in desk.get("/callbacks").json()["items"]}
    mine = waiting[report["id"]]
    assert mine["reporter"] == {"name": "张*", "phone": "138****1234"}
    assert (mine["result"], mine["attempts"], mine["outcome"]) == ("已恢复", 0, "resolved")
    own = client("town1").get("/callbacks").json()["items"]
    assert report["id"] not in [one["id"] for one in own]
    path = f"/reports/{report['id']}/callbacks"
    first = desk.post(path, json={"result": "no_answer"})
    assert first.status_code == 201, first.text
    assert report["id"] not in [one["id"] for one in desk.get("/callbacks").json()["items"]]
    assert client("town1").post(path, json={"result": "answered"}).status_code == 422
    spoken = {"result": "answered", "answer": "unsatisfied", "text": "还是没水"}
    assert client("town1").post(path, json=spoken).status_code == 403
    assert client("water").post(path, json=spoken).status_code == 403
    assert client("town2").post(path, json=spoken).status_code == 404
    attempts = desk.post(path, json=spoken).json()["items"]
    assert [one["result"] for one in attempts] == ["no_answer", "answered"]
    assert desk.get(path).json()["items"] == attempts
    assert desk.get(f"/reports/{report['id']}").json()["reopen_requested"] is True
    assert desk.post(path, json=spoken).status_code == 409
    assert client("water").get("/callbacks").status_code == 403
    assert client("").get("/callbacks").status_code == 401


def test_satisfaction_is_told_for_each_channel(world: World, client: Clients) -> None:
    day = world.clock.instant.astimezone(ZoneInfo("Asia/Shanghai")).date().isoformat()
    asked = {"by": "channel", "from": day, "to": day, "lang": "en"}

    def groups() -> dict[str | None, dict[str, Any]]:
        found = client("admin").get("/statistics", params=asked).json()["groups"]
        return {group["key"]: group for group in found}

    def answers() -> Counter[tuple[str | None, str]]:
        return Counter(
            {(k, c): g["counts"][c] for k, g in groups().items() for c in ("answered", "satisfied")}
        )

    before = answers()
    on_the_spot, called = closed(client), closed(client)
    path = f"/reports/{on_the_spot['id']}/evaluation-tokens"
    token = client("town1").post(path, json={"channel": "qr"}).json()["token"]
    client("").post(f"/evaluations/{token}", json={"answer": "satisfied"})
    spoken = {"result": "answered", "answer": "so_so"}
    client("dispatcher").post(f"/reports/{called['id']}/callbacks", json=spoken)
    more = answers() - before
    assert more == {("qr", "answered"): 1, ("qr", "satisfied"): 1, ("telephone", "answered"): 1}
    rates = {rate["code"]: rate for rate in groups()["qr"]["rates"]}
    cases = rates["satisfaction_rate"]["numerator_cases"].removeprefix("/api/v1")
    assert on_the_spot["id"] in [one["id"] for one in client("admin").get(cases).json()["items"]]
    assert groups()["qr"]["name"] == "QR code on the spot"


def test_who_reported_is_told_to_those_who_need_it_and_each_reading_noted(
    client: Clients,
) -> None:
    report = hand_in(client, reporter=WHO)
    assert report["reporter"] == {"name": "张*", "phone": "138****1234"}
    path = f"/reports/{report['id']}/reporter"
    full = client("town1").get(path, params={"purpose": "callback"})
    assert full.json() == {**WHO, "masked": False}
    masked = client("water").get(path).json()
    assert masked == {"name": "张*", "phone": "138****1234", "masked": True}
    reads = client("admin").get(f"{path}/reads").json()["items"]
    assert [(one["username"], one["purpose"]) for one in reads] == [("town1", "callback")]
    assert client("town1").get(f"{path}/reads").status_code == 403
    assert client("town2").get(path).status_code == 404
    assert client("").get(path).status_code == 401
    listed = client("supervisor").get("/reports", params={"limit": 200}).text
    assert WHO["phone"] not in listed
    assert WHO["name"] not in listed


def test_telephones_of_the_parties_once_a_body_is_assigned(world: World, client: Clients) -> None:
    world.execute("UPDATE utility SET telephone = '0536-6211234' WHERE code = 'water-west'")
    world.execute("UPDATE utility SET telephone = '0536-6060101' WHERE code = 'office-1'")
    town, report = client("town1"), hand_in(client)
    assert report["contacts"] == []
    report = done(town, report, "accept", report["version"])
    report = done(town, report, "dispatch", report["version"], lead="water-west")
    assert {one["party"]: one["telephone"] for one in report["contacts"]} == {
        "lead": "0536-6211234",
        "centre": "0536-6060101",
    }
    seen = client("water").get(f"/reports/{report['id']}").json()
    assert seen["contacts"] == report["contacts"]
    watched = client("supervisor").get(f"/reports/{report['id']}").json()
    assert watched["contacts"] == []


def test_unread_messages_are_counted_until_the_thread_is_opened(client: Clients) -> None:
    town, desk, report = client("town1"), client("dispatcher"), hand_in(client)
    say = {"action": "comment", "text": "水压恢复了吗？"}
    assert town.post(f"/reports/{report['id']}/actions", json=say).status_code == 200
    path = f"/reports/{report['id']}"
    assert desk.get(path).json()["unread_messages"] == 1
    assert town.get(path).json()["unread_messages"] == 0
    desk.get(f"{path}/messages")
    assert desk.get(path).json()["unread_messages"] == 0


def test_dead_letters_are_for_the_administrator_of_the_county(
    world: World, client: Clients
) -> None:
    report = hand_in(client)
    world.execute(
        "UPDATE outbox SET attempts = 8, failure = 'LookupError: x' WHERE report_id = %s",
        report["id"][7:],
    )
    admin = client("admin")
    letters = admin.get("/outbox/dead-letters").json()["items"]
    assert [(one["report_id"], one["attempts"]) for one in letters] == [(report["id"], 8)]
    assert client("dispatcher").get("/outbox/dead-letters").status_code == 403
    assert client("dispatcher").post("/outbox/dead-letters/retry").status_code == 403
    assert admin.post("/outbox/dead-letters/retry").json() == {"retried": 1}
    assert admin.get("/outbox/dead-letters").json()["items"] == []


def test_server_owned_fields_are_refused_by_name(client: Clients) -> None:
    report = closed(client)
    desk, base = client("dispatcher"), f"/reports/{report['id']}"
    for path, body in (
        (f"{base}/callbacks", {"result": "no_answer", "at": "2022-05-09T00:00:00Z"}),
        (f"{base}/callbacks", {"result": "no_answer", "account_id": "x"}),
        (f"{base}/evaluation-tokens", {"channel": "link", "token": "x"}),
    ):
        answer = desk.post(path, json=body)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] in {"at", "account_id", "token"}
