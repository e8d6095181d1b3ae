"""What follows a report over HTTP: the resident's answer, notices, statistics."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import psycopg

from gis.db.database import Database, libpq_url
from gis.evaluation import issue_token
from gis.ids import parse_public_id
from gis.notifications import deliver
from gis.sessions import find_actor
from tests.api.conftest import World
from tests.api.test_actions import done, hand_in

Clients = Callable[[str], httpx.Client]


def close_one(client: Clients) -> dict[str, str]:
    desk, water = client("dispatcher"), client("water")
    report = hand_in(client)
    report = done(desk, report, "accept", report["version"])
    report = done(desk, report, "dispatch", report["version"], lead="water-west")
    report = done(water, report, "check_in", report["assignments"][0]["version"])
    report = done(water, report, "feed_back", report["assignments"][0]["version"], result="已恢复")
    return done(desk, report, "close", report["version"], outcome="resolved")


def token_for(world: World, report: dict[str, str]) -> str:
    db: Database = world.services.db
    now = world.clock.now()
    with db.transaction() as tx:
        actor = find_actor(tx, world.open_session("dispatcher"), now=now)
        assert actor is not None
        return issue_token(tx, actor, parse_public_id(report["id"])[1], "link", now)


def test_a_resident_answers_once_without_an_account(world: World, client: Clients) -> None:
    report = close_one(client)
    nobody, token = client(""), token_for(world, report)
    shown = nobody.get(f"/evaluations/{token}")
    assert shown.status_code == 200
    assert shown.json()["number"] == report["number"]
    assert shown.json()["answer"] is None
    wrong = nobody.post(f"/evaluations/{token}", json={"answer": "great"})
    assert wrong.status_code == 422
    answer = nobody.post(
        f"/evaluations/{token}", json={"answer": "unsatisfied", "text": "还是没水"}
    )
    assert answer.json()["answer"] == "unsatisfied"
    again = nobody.post(f"/evaluations/{token}", json={"answer": "satisfied"})
    assert again.status_code == 409
    asked = client("dispatcher").get(f"/reports/{report['id']}").json()
    assert asked["reopen_requested"] is True
    assert "reopen" in asked["actions"]
    assert nobody.get(f"/evaluations/{token[:-2]}xx").status_code == 404


def test_a_utility_is_told_and_its_notices_become_read(world: World, client: Clients) -> None:
    desk, water = client("dispatcher"), client("water")
    report = hand_in(client)
    report = done(desk, report, "accept", report["version"])
    done(desk, report, "dispatch", report["version"], lead="water-west")
    deliver(world.services.db, world.clock.now())
    told = water.get("/notifications", params={"unread": "true"}).json()
    mine = [one for one in told["items"] if one["report_id"] == report["id"]]
    assert [one["action"] for one in mine] == ["dispatch"]
    assert told["unread"] >= 1
    after = water.post("/notifications/read", json={}).json()
    assert after["unread"] == 0
    assert client("").get("/notifications").status_code == 401


def test_statistics_count_the_rows(world: World, client: Clients) -> None:
    close_one(client)
    day = "2022-05-10"
    asked = {"from": day, "to": day, "by": "town"}
    found = client("dispatcher").get("/statistics", params=asked)
    assert found.status_code == 200, found.text
    counts = found.json()["total"]["counts"]
    with psycopg.connect(libpq_url(world.url)) as connection:
        row = connection.execute(
            "SELECT count(*) FILTER (WHERE accepted_at IS NOT NULL) FROM report"
            " WHERE received_on = %s AND merged_into IS NULL AND county_code = '370782'",
            [day],
        ).fetchone()
    assert row is not None
    assert counts["accepted"] == row[0] > 0
    groups = found.json()["groups"]
    assert sum(group["counts"]["accepted"] for group in groups) == counts["accepted"]
    backwards = client("dispatcher").get("/statistics", params={"from": day, "to": "2022-05-01"})
    assert backwards.status_code == 422
    assert client("volunteer").get("/statistics", params=asked).status_code == 403
