"""Incident clusters: offered, merged, taken apart, dismissed, and everybody told at the end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.api.conftest import World
from tests.support import county
from tests.support.streams import listening

Clients = Callable[[str], httpx.Client]
HOME = (119.318, 36.0)
STEP = 0.0006  # about 54 m


@pytest.fixture(autouse=True)
def clean(world: World) -> Iterator[None]:
    """Let every test start without open reports, in the small county's May."""
    yield
    world.clock.instant = county.NOW
    world.execute("DELETE FROM cluster_dismissal")
    world.execute(
        "UPDATE report SET status = 'closed', outcome = 'withdrawn' WHERE status <> 'closed'"
    )


def call(
    world: World, client: Clients, index: int = 0, *, sender: str = "volunteer",
    category: str = "water.low_pressure", at: tuple[float, float] = HOME, after_min: int = 4,
) -> dict[str, Any]:  # fmt: skip
    world.clock.instant += dt.timedelta(minutes=after_min)
    answer = client(sender).post(
        "/reports",
        json={
            "category": category, "description": f"{index}号楼没水",
            "longitude": at[0] + index * STEP / 3, "latitude": at[1],
        },
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    report: dict[str, Any] = answer.json()
    return report


def clusters(client: httpx.Client, **params: Any) -> list[dict[str, Any]]:
    answer = client.get("/clusters", params=params)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def seen(reports: list[dict[str, Any]]) -> dict[str, Any]:
    return {"reports": [{"id": one["id"], "version": one["version"]} for one in reports]}


def test_the_third_call_of_one_matter_makes_a_cluster(world: World, client: Clients) -> None:
    reports = []
    for index in range(7):
        reports.append(call(world, client, index))
        found = clusters(client("dispatcher"))
        assert len(found) == (index >= 2)
    (cluster,) = found
    assert cluster["id"] == reports[0]["id"] == cluster["into"]["id"]
    assert [one["id"] for one in cluster["reports"]] == [one["id"] for one in reports]
    assert (cluster["count"], cluster["minutes"], cluster["state"]) == (7, 24, "offered")
    assert 100 <= cluster["within_m"] <= 120
    assert cluster["category"] == "water.low_pressure"
    assert cluster["utility_code"] == "water-west"
    assert cluster["words"] == (
        f"7 reports of matter water.low_pressure within {cluster['within_m']} m in 24 min:"
        " probably one cause"
    )
    assert cluster["words_zh"] == (
        f"24分钟内、{cluster['within_m']}米范围内有7件“类别water.low_pressure”，可能是同一原因"
    )


def test_what_is_far_late_or_of_another_matter_is_none(world: World, client: Clients) -> None:
    call(world, client, 0)
    call(world, client, 1)
    call(world, client, 2, category="power.cable")
    call(world, client, 3, at=(HOME[0], HOME[1] + 0.004))
    assert clusters(client("dispatcher")) == []
    call(world, client, 2, after_min=125)
    assert clusters(client("dispatcher")) == []


def test_each_sees_those_among_their_own_reports(world: World, client: Clients) -> None:
    for index in range(3):
        call(world, client, index)
    assert [
        len(clusters(client(who))) for who in ("dispatcher", "town1", "water", "volunteer")
    ] == [1] * 4
    assert [len(clusters(client(who))) for who in ("town2", "power", "foreigner", "planner")] == [
        0
    ] * 4


def test_a_rule_of_the_matter_decides(world: World, client: Clients) -> None:
    world.execute(
        "INSERT INTO cluster_rule VALUES ('370782', 'water', true, 900, 4, 2),"
        " ('370782', 'water.burst', false, 300, 2, NULL)"
    )
    try:
        call(world, client, 0)
        call(world, client, 0, category="water", at=(HOME[0], HOME[1] + 0.006), after_min=200)
        (cluster,) = clusters(client("dispatcher"))
        assert (cluster["category"], cluster["count"]) == ("water", 2)
        assert "matter water within" in cluster["words"]
        for index in range(4):
            call(world, client, index, category="water.burst")
        assert len(clusters(client("dispatcher"))) == 1
        world.execute("UPDATE category SET sensitive = true WHERE code = 'noise'")
        for index in range(4):
            call(world, client, index, category="noise")
        assert len(clusters(client("dispatcher"))) == 1
    finally:
        world.execute("DELETE FROM cluster_rule")
        world.execute("UPDATE category SET sensitive = false WHERE code = 'noise'")


def test_where_it_happens_every_day_it_is_no_news(world: World, client: Clients) -> None:
    for index in range(3):
        call(world, client, index, category="noise")
    assert len(clusters(client("dispatcher"))) == 1
    world.execute(
        """
        INSERT INTO report (county_code, id, number, client_id, body_sha256, status, outcome, level,
          category_code, description, source, location, received_at, received_on, grid_method,
          staff_method, utility_method, reason, audience)
        SELECT '370782', gen_random_uuid(), 'old' || n, gen_random_uuid(), '', 'closed', 'resolved',
          'town', 'noise', 'x', 'patrol', ST_SetSRID(ST_MakePoint(%s, %s), 4326),
          %s - n * interval '2 hours', '2022-05-01', 'outside', 'none', 'none', '[]', '{c:370782}'
        FROM generate_series(2, 400) AS n
        """,
        *HOME, county.NOW,
    )  # fmt: skip
    assert clusters(client("dispatcher")) == []
    world.execute("DELETE FROM report WHERE number LIKE 'old%%'")


def test_a_towns_centre_merges_its_own_and_is_told_which_those_are(
    world: World, client: Clients
) -> None:
    reports = [call(world, client, index) for index in range(4)]
    raised, town = reports[0], client("town1")
    answer = town.post(
        f"/reports/{raised['id']}/actions",
        json={"action": "escalate"},
        headers={"if-match": str(raised["version"])},
    )
    assert answer.status_code == 200, answer.text
    (cluster,) = clusters(town)
    assert [(one["id"], one["own"]) for one in cluster["reports"]] == [
        (one["id"], one is not raised) for one in reports
    ]
    (whole,) = clusters(client("dispatcher"))
    assert all(one["own"] for one in whole["reports"])
    merged = town.post(f"/clusters/{cluster['id']}/merge", json=seen(cluster["reports"])).json()
    assert merged["into"] == cluster["into"]["id"] == reports[1]["id"]
    assert set(merged["merged"]) == {one["id"] for one in reports[2:]}


def test_one_step_merges_all_and_one_takes_them_apart(world: World, client: Clients) -> None:
    reports = [
        call(world, client, index, sender=("volunteer", "staff")[index % 2]) for index in range(5)
    ]
    (cluster,) = clusters(client("dispatcher"))
    with listening(client("town1")) as stream:
        answer = client("dispatcher").post(
            f"/clusters/{cluster['id']}/merge", json=seen(cluster["reports"])
        )
        assert answer.status_code == 200, answer.text
        stream.wait_for("report", 5)
    merged = answer.json()
    assert merged["into"] == reports[0]["id"]
    assert set(merged["merged"]) == {one["id"] for one in reports[1:]}
    (known,) = clusters(client("dispatcher"))
    assert (known["state"], known["count"]) == ("merged", 5)
    again = client("dispatcher").post(
        f"/clusters/{cluster['id']}/merge", json=seen(known["reports"])
    )
    assert again.status_code == 409
    apart = client("dispatcher").post(
        f"/clusters/{cluster['id']}/split", json=seen(merged["reports"])
    )
    assert apart.status_code == 200, apart.text
    (offered,) = clusters(client("dispatcher"))
    assert offered["state"] == "offered"
    assert {one["status"] for one in offered["reports"]} == {"received"}
    assert all(one["merged_into"] is None for one in offered["reports"])


def test_a_new_call_joins_what_is_known(world: World, client: Clients) -> None:
    for index in range(3):
        call(world, client, index)
    (cluster,) = clusters(client("dispatcher"))
    client("dispatcher").post(f"/clusters/{cluster['id']}/merge", json=seen(cluster["reports"]))
    near = {"category": "water.low_pressure", "near": f"{HOME[0] + 0.002},{HOME[1]}"}
    (known,) = clusters(client("dispatcher"), **near)
    assert known["state"] == "merged"
    assert clusters(client("dispatcher"), **{**near, "near": "119.48,36.0"}) == []
    assert clusters(client("dispatcher"), **{**near, "category": "noise"}) == []
    later = call(world, client, 3)
    (known,) = clusters(client("dispatcher"))
    assert (known["state"], known["count"]) == ("offered", 4)
    answer = client("dispatcher").post(
        f"/clusters/{known['id']}/merge", json=seen(known["reports"])
    )
    assert answer.json()["merged"] == [later["id"]]
    world.clock.instant += dt.timedelta(hours=3)
    assert clusters(client("dispatcher"), **near) == []


def test_all_or_none_are_merged(world: World, client: Clients) -> None:
    for index in range(4):
        call(world, client, index)
    (cluster,) = clusters(client("dispatcher"))
    stale = seen(cluster["reports"])
    stale["reports"][2]["version"] += 1
    answer = client("dispatcher").post(f"/clusters/{cluster['id']}/merge", json=stale)
    assert answer.status_code == 412
    assert answer.json()["report"] == cluster["reports"][2]["id"]
    (same,) = clusters(client("dispatcher"))
    assert same == cluster


def test_refusals(world: World, client: Clients) -> None:
    reports = [call(world, client, index) for index in range(3)]
    apart = call(world, client, 0, at=(119.47, 36.0))
    (cluster,) = clusters(client("dispatcher"))
    path, body = f"/clusters/{cluster['id']}", seen(reports)
    for username, status in (
        ("", 401), ("town2", 404), ("foreigner", 404), ("water", 403), ("volunteer", 403),
    ):  # fmt: skip
        assert client(username).post(f"{path}/merge", json=body).status_code == status
    assert (
        client("dispatcher").post(f"{path}/merge", json=seen([*reports, apart])).status_code == 409
    )
    for broken in ({}, {"reports": []}, {"reports": [{"id": reports[0]["id"]}]}, {**body, "x": 1},
                   {"reports": [*body["reports"], body["reports"][0]]}):  # fmt: skip
        assert client("dispatcher").post(f"{path}/merge", json=broken).status_code == 422
    ids = {"reports": [one["id"] for one in reports]}
    assert client("water").post(f"{path}/dismiss", json=ids).status_code == 403
    assert client("town2").post(f"{path}/dismiss", json=ids).status_code == 404
    assert client("dispatcher").get("/clusters", params={"near": "x"}).status_code == 422
    assert len(clusters(client("dispatcher"))) == 1


def test_dismissed_it_returns_only_with_as_many_new_ones(world: World, client: Clients) -> None:
    for index in range(3):
        call(world, client, index)
    (cluster,) = clusters(client("dispatcher"))
    ids = {"reports": [one["id"] for one in cluster["reports"]]}
    assert client("town1").post(f"/clusters/{cluster['id']}/dismiss", json=ids).status_code == 204
    for index in range(3, 6):
        assert clusters(client("dispatcher")) == []
        call(world, client, index)
    (grown,) = clusters(client("dispatcher"))
    assert grown["count"] == 6


def test_one_dispatch_solves_all_and_each_reporter_is_asked(world: World, client: Clients) -> None:
    for index in range(3):
        call(world, client, index)
    (cluster,) = clusters(client("dispatcher"))
    merged = (
        client("dispatcher")
        .post(f"/clusters/{cluster['id']}/merge", json=seen(cluster["reports"]))
        .json()
    )
    into = merged["into"]

    def step(username: str, action: str, **fields: Any) -> None:
        report = client(username).get(f"/reports/{into}").json()
        body = {"check_in", "feed_back"}
        version = report["assignments"][0]["version"] if action in body else report["version"]
        answer = client(username).post(
            f"/reports/{into}/actions",
            json={"action": action, **fields},
            headers={"If-Match": f'"{version}"'},
        )
        assert answer.status_code == 200, answer.text

    step("dispatcher", "accept")
    step("dispatcher", "dispatch", lead="water-west", assisting=[])
    step("water", "check_in")
    step("water", "feed_back", result="主阀已修", cause="总阀门损坏", remedy="更换")
    step("dispatcher", "close", outcome="resolved")
    keys = [one["id"].removeprefix("370782-") for one in cluster["reports"]]
    rows = world.execute(
        "SELECT status, outcome, (SELECT count(*) FROM evaluation e WHERE e.report_id = report.id)"
        " FROM report WHERE id = ANY(%s::uuid[])",
        keys,
    )
    assert rows == [("closed", "resolved", 1)] * 3
    assert clusters(client("dispatcher")) == []


def test_matters_of_a_sensitive_first_level_are_never_offered(
    world: World, client: Clients
) -> None:
    for index in range(3):
        call(world, client, index)
    assert len(clusters(client("dispatcher"))) == 1
    world.execute("UPDATE category SET sensitive = true WHERE code = 'water'")
    try:
        assert clusters(client("dispatcher")) == []
    finally:
        world.execute("UPDATE category SET sensitive = false WHERE code = 'water'")
