"""Acting over HTTP: a report's whole course, the order of refusals, many at once, the thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from api.schemas.report import Family
from tests.support.crew import AT_HOME

Clients = Callable[[str], httpx.Client]


def hand_in(client: Clients, **more: Any) -> dict[str, Any]:
    body = {
        "category": "water.low_pressure",
        "description": "4-6楼没水",
        "longitude": AT_HOME[0],
        "latitude": AT_HOME[1],
        **more,
    }
    answer = client("dispatcher").post("/reports", json=body)
    assert answer.status_code == 201, answer.text
    report: dict[str, Any] = answer.json()
    return report


def do(
    who: httpx.Client, report: dict[str, Any], action: str, version: int | str | None, **fields: Any
) -> httpx.Response:
    headers = {} if version is None else {"If-Match": str(version)}
    return who.post(
        f"/reports/{report['id']}/actions", json={"action": action, **fields}, headers=headers
    )


def done(
    who: httpx.Client, report: dict[str, Any], action: str, version: int | str, **fields: Any
) -> dict[str, Any]:
    answer = do(who, report, action, version, **fields)
    assert answer.status_code == 200, answer.text
    after: dict[str, Any] = answer.json()
    return after


def test_a_report_goes_its_whole_way(client: Clients) -> None:
    desk, water = client("dispatcher"), client("water")
    report = hand_in(client)
    assert {"accept", "reject"} <= set(report["actions"])
    report = done(desk, report, "accept", report["version"])
    report = done(desk, report, "dispatch", f'"{report["version"]}"', lead="water-west")
    assert report["status"] == "dispatched"
    seen = water.get(f"/reports/{report['id']}").json()
    assert "check_in" in seen["actions"]
    report = done(water, report, "check_in", seen["assignments"][0]["version"])
    own = report["assignments"][0]["version"]
    report = done(water, report, "feed_back", f'W/"{own}"', result="已恢复", cause="主阀损坏")
    assert report["status"] == "handled"
    report = done(desk, report, "close", report["version"], outcome="resolved")
    assert (report["status"], report["outcome"]) == ("closed", "resolved")
    assert "undo" in report["actions"]
    history = desk.get(f"/reports/{report['id']}/history").json()["items"]
    steps = [one["action"] for one in history]
    assert steps == ["received", "accept", "dispatch", "check_in", "feed_back", "close"]


def test_refusals_come_in_their_order(client: Clients) -> None:
    desk, water, volunteer = client("dispatcher"), client("water"), client("volunteer")
    report = hand_in(client)
    version = report["version"]
    assert do(client(""), report, "accept", version).status_code == 401
    assert do(volunteer, report, "accept", version).status_code == 404
    assert do(client("foreigner"), report, "accept", version).status_code == 404
    wrong = do(desk, report, "accept", None, colour="red")
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["field"] == "colour"
    assert do(desk, report, "fly", version).status_code == 422
    assert do(water, report, "accept", version).status_code == 403
    assert do(desk, report, "accept", None).status_code == 428
    assert do(desk, report, "accept", "*").status_code == 428
    done(desk, report, "accept", version)
    outrun = do(desk, report, "accept", version)
    assert outrun.status_code == 412
    assert outrun.headers["content-type"] == "application/problem+json"
    again = do(desk, report, "accept", version + 1)
    assert again.status_code == 409
    assert "dispatch" in again.json()["possible"]


def test_many_at_once_answer_one_by_one(client: Clients) -> None:
    desk = client("dispatcher")
    first, second = hand_in(client), hand_in(client)
    orders = [
        {"id": first["id"], "action": "accept", "if_match": str(first["version"])},
        {"id": second["id"], "action": "accept", "if_match": "99"},
        {"id": f"{first['id'][:-1]}x", "action": "accept"},
    ]
    items = desk.post("/reports/actions", json={"actions": orders}).json()["items"]
    assert [one["status"] for one in items] == [200, 412, 404]
    assert items[0]["report"]["status"] == "accepted"
    assert items[1]["problem"]["code"] == "precondition_failed"
    unchanged = desk.get(f"/reports/{second['id']}").json()
    assert unchanged["status"] == "received"


def test_a_refusal_is_told_in_the_language_asked_for(client: Clients) -> None:
    desk, chinese = client("dispatcher"), {"accept-language": "zh-CN,zh;q=0.9,en;q=0.8"}
    report = done(desk, hand_in(client), "accept", 1)
    path = f"/reports/{report['id']}/actions"
    version = {"If-Match": str(report["version"])}
    plain = desk.post(path, json={"action": "accept"}, headers=version)
    told = desk.post(path, json={"action": "accept"}, headers={**version, **chinese})
    assert (plain.status_code, told.status_code) == (409, 409)
    assert (plain.headers["content-language"], told.headers["content-language"]) == ("en", "zh")
    assert (
        plain.json()["detail"] == "`accept` is not possible for you while the report is `accepted`."
    )
    assert told.json()["detail"] == "以现在的状态不能这样做"
    assert told.json()["possible"] == plain.json()["possible"]

    blank = desk.post(
        path, json={"action": "reject", "reason": " "}, headers={**version, **chinese}
    )
    assert blank.json()["errors"] == [{"field": "reason", "reason": "请填写"}]
    assert blank.json()["detail"] == "理由：请填写"

    items = [{"id": report["id"], "action": "accept", "if_match": str(report["version"])}]
    many = desk.post("/reports/actions", json={"actions": items}, headers=chinese)
    assert many.json()["items"][0]["problem"]["detail"] == "以现在的状态不能这样做"
    none = desk.post("/reports", json={"description": "x"}, headers=chinese)
    assert {one["reason"] for one in none.json()["errors"]} == {"请说明在哪里：定位、地名或文字"}
    unknown = desk.post("/reports", json={"description": "x", "colour": 1}, headers=chinese)
    assert unknown.json()["errors"][0]["reason"] == "is not a field that exists here"


def test_merged_reports_name_each_other(client: Clients) -> None:
    desk = client("dispatcher")
    parent, child = hand_in(client), hand_in(client, description="隔壁楼也没水")
    child = done(desk, child, "merge", child["version"], into=parent["id"])
    family = desk.get(f"/reports/{parent['id']}/merged").json()
    Family.model_validate(family)
    assert family["parent"] is None
    assert [(one["id"], one["number"], one["description"]) for one in family["children"]] == [
        (child["id"], child["number"], "隔壁楼也没水")
    ]
    of_child = desk.get(f"/reports/{child['id']}/merged").json()
    assert (of_child["parent"]["number"], of_child["children"]) == (parent["number"], [])
    assert desk.get(f"/reports/{parent['id']}").json()["merged_count"] == 1
    # Whoever may read one of them alone is told of no other.
    assert client("town2").get(f"/reports/{parent['id']}/merged").status_code == 404


def test_many_with_a_word_that_is_no_action_do_nothing(client: Clients) -> None:
    desk, report = client("dispatcher"), hand_in(client)
    orders = [
        {"id": report["id"], "action": "accept", "if_match": str(report["version"])},
        {"id": report["id"], "action": "acept"},
    ]
    answer = desk.post("/reports/actions", json={"actions": orders})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["field"] == "actions.1.action"
    assert error["reason"].startswith("Must be one of: accept, ")
    assert desk.get(f"/reports/{report['id']}").json()["status"] == "received"


def test_undo_takes_the_own_last_step_back(client: Clients) -> None:
    desk = client("dispatcher")
    report = hand_in(client)
    accepted = done(desk, report, "accept", report["version"])
    back = done(desk, accepted, "undo", accepted["version"])
    assert back["status"] == "received"
    assert do(desk, back, "undo", back["version"]).status_code == 409


def test_a_thread_counts_what_is_unread(client: Clients) -> None:
    desk, water = client("dispatcher"), client("water")
    report = hand_in(client)
    report = done(desk, report, "accept", report["version"])
    done(desk, report, "dispatch", report["version"], lead="water-west")
    assert do(desk, report, "comment", None, text="请带主阀").status_code == 200
    thread = water.get(f"/reports/{report['id']}/messages").json()
    assert thread["unread"] == 1
    assert [one["text"] for one in thread["items"]] == ["请带主阀"]
    assert water.get(f"/reports/{report['id']}/messages").json()["unread"] == 0
    assert client("volunteer").get(f"/reports/{report['id']}/messages").status_code == 404
