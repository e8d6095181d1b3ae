"""Categories kept by administrators: what is refused, who is faster, and what a change brings along."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from html import unescape
from typing import Any

import httpx
import pytest

from api.category_form import draft_of, form_of
from gis import rollups
from tests.api.conftest import World

Clients = Callable[[str], httpx.Client]
COUNTY = "370782"


def got(client: httpx.Client, code: str) -> tuple[dict[str, Any], str]:
    """Return a category as it is sent back, and its version."""
    answer = client.get(f"/categories/{code}")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    version = body.pop("version")
    assert answer.headers["etag"] == f'"{version}"'
    return {k: v for k, v in body.items() if k != "code"}, version


def put(client: httpx.Client, code: str, **changes: Any) -> httpx.Response:
    body, version = got(client, code)
    return client.put(f"/categories/{code}", json=body | changes, headers={"if-match": version})


@pytest.fixture
def made(world: World, client: Clients) -> Iterator[Callable[..., str]]:
    """Add categories under ``water`` and take them away again."""
    codes: list[str] = []

    def add(word: str, /, **more: Any) -> str:
        code = f"water.{word}"
        body = {
            "code": code,
            "parent_code": "water",
            "name": f"类{word}",
            "name_en": f"Kind {word}",
        }
        answer = client("admin").post("/categories", json=body | more)
        assert answer.status_code == 201, answer.text
        codes.append(code)
        return code

    yield add
    limits = "SELECT id FROM time_limit WHERE category_code = ANY(%s)"
    world.execute(f"UPDATE clock SET limit_id = NULL WHERE limit_id IN ({limits})", codes)
    for table in ("time_limit", "cluster_rule"):
        world.execute(f"DELETE FROM {table} WHERE category_code = ANY(%s)", codes)
    world.execute("UPDATE report SET category_code = 'water' WHERE category_code = ANY(%s)", codes)
    world.execute("DELETE FROM category WHERE code = ANY(%s)", codes)
    with world.services.db.transaction(county_code=COUNTY) as tx:
        rollups.rebuild(tx, COUNTY)


def test_every_category_can_be_saved_as_it_is(world: World, client: Clients) -> None:
    admin = client("admin")
    codes = [one["code"] for one in admin.get("/categories").json()["items"]]
    assert len(codes) > 2
    before = world.execute("SELECT count(*) FROM admin_event WHERE action = 'change_category'")
    for code in codes:
        body, version = got(admin, code)
        assert put(admin, code).status_code == 200, code
        assert got(admin, code) == (body, version)
    after = world.execute("SELECT count(*) FROM admin_event WHERE action = 'change_category'")
    assert after == before, "what changes nothing is no event"


def test_a_category_from_the_first_word_to_the_last(
    world: World, client: Clients, made: Callable[..., str]
) -> None:
    code = made(
        "odd", keywords=["怪味"], new_tags=["smell"], limits={"accept": {"amount": 0.25, "unit": "working_hours"}},
        cluster={"distance_m": 250, "minutes": 90, "least": 4},
    )  # fmt: skip
    admin = client("admin")
    body, _ = got(admin, code)
    assert (body["tags"], body["keywords"]) == (["smell"], ["怪味"])
    assert body["limits"] == {"accept": {"amount": 0.25, "unit": "working_hours"}}
    assert body["cluster"] == {"distance_m": 250, "minutes": 90, "least": 4, "together": False}
    # The word leads to it at once, in the process that changed it.
    report = client("dispatcher").post(
        "/reports", json={"description": "有怪味", **world.at("G0030")}
    )
    assert report.json()["category"] == code
    world.clock.instant += (later := world.clock.instant.resolution * 1_000_000)
    changed = put(
        admin, code, name="异味", enabled=False, cluster=None,
        limits={"accept": {"amount": 1, "unit": "working_hours"}},
    )  # fmt: skip
    assert changed.status_code == 200, changed.text
    limits = world.execute(
        "SELECT amount, valid_to IS NULL FROM time_limit WHERE category_code = %s ORDER BY id", code
    )
    assert limits == [(0.25, False), (1.0, True)], "what began under a limit keeps it"
    assert world.execute("SELECT count(*) FROM cluster_rule WHERE category_code = %s", code) == [
        (0,)
    ]
    listed = {one["code"]: one for one in client("planner").get("/categories").json()["items"]}
    assert (listed[code]["name"], listed[code]["enabled"]) == ("异味", False)
    # Not offered and not suggested any more; a telephone that was offline may still send it.
    body = {"description": "有怪味", **world.at("G0030")}
    assert client("dispatcher").post("/reports", json=body).json()["category"] != code
    named = client("dispatcher").post("/reports", json=body | {"category": code})
    assert (named.status_code, named.json()["category"]) == (201, code)
    events = world.execute(
        "SELECT action, details -> 'name' FROM admin_event WHERE subject = %s ORDER BY at, id", code
    )
    assert events == [("add_category", [None, "类odd"]), ("change_category", ["类odd", "异味"])]
    world.clock.instant -= later


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name_en": "x" * 61}, "name_en"),
        ({"name": "类first"}, "name"),
        ({"parent_code": "nothing"}, "parent_code"),
        ({"parent_code": "water.second"}, "parent_code"),
        ({"parent_code": "water.first"}, "parent_code"),
        ({"tags": ["no-such-tag"]}, "tags"),
        ({"new_tags": ["Two Words"]}, "new_tags"),
        ({"keywords": ["first word"]}, "keywords"),
        ({"keywords": ["x" * 41]}, "keywords"),
        ({"limits": {"handle": {"amount": 0, "unit": "working_days"}}}, "limits.handle"),
        ({"limits": {"handle": {"amount": 1e9, "unit": "working_days"}}}, "limits.handle"),
        ({"cluster": {"distance_m": 0, "minutes": 60, "least": 3}}, "cluster.distance_m"),
        ({"cluster": {"distance_m": 9, "minutes": 4321, "least": 3}}, "cluster.minutes"),
        ({"cluster": {"distance_m": 9, "minutes": 60, "least": 1}}, "cluster.least"),
        (
            {"cluster": {"distance_m": 9, "minutes": 60, "least": 3, "together": True}},
            "cluster.together",
        ),
        ({"position": -1}, "position"),
    ],
)
def test_what_makes_no_category_is_refused_by_field(
    client: Clients, made: Callable[..., str], changes: dict[str, Any], field: str
) -> None:
    first, second = made("first", keywords=["first word"]), made("second")
    assert first == "water.first"
    answer = put(client("admin"), second, **changes)
    assert answer.status_code == 422, answer.text
    assert [one["field"] for one in answer.json()["errors"]] == [field]


def test_two_levels_and_no_circle(client: Clients, made: Callable[..., str]) -> None:
    admin = client("admin")
    child = made("child")
    circle = put(admin, "water", parent_code=child)
    assert circle.status_code == 422
    assert circle.json()["errors"][0]["field"] == "parent_code"
    below = put(admin, "water", parent_code="power")
    assert "stays on the first level" in below.json()["errors"][0]["reason"]
    alone = {"name": "独", "name_en": "Alone"}
    for code, parent in ((child, "water"), ("A", None), ("power.x", "water"), ("new", None)):
        made_twice = admin.post("/categories", json={"code": code, "parent_code": parent, **alone})
        assert made_twice.status_code == 422
        assert [one["field"] for one in made_twice.json()["errors"]] == ["code"]


def test_nobody_overwrites_what_they_did_not_see(client: Clients, made: Callable[..., str]) -> None:
    admin, code = client("admin"), made("seen")
    body, version = got(admin, code)
    for headers in ({}, {"if-match": "*"}):
        assert admin.put(f"/categories/{code}", json=body, headers=headers).status_code == 428
    changed = body | {"name": "先改"}
    first = admin.put(f"/categories/{code}", json=changed, headers={"if-match": f'W/"{version}"'})
    assert first.status_code == 200
    second = admin.put(f"/categories/{code}", json=body, headers={"if-match": f'"{version}"'})
    assert second.status_code == 412
    assert second.json()["category"]["name"] == "先改"
    assert second.json()["version"] == first.json()["version"]


def test_of_many_at_once_one_wins(world: World, client: Clients, made: Callable[..., str]) -> None:
    code = made("race")
    body, version = got(client("admin"), code)
    headers = {"authorization": client("admin").headers["authorization"], "if-match": version}
    start = threading.Barrier(6)

    def change(number: int) -> int:
        start.wait()
        url = f"{world.address}/api/v1/categories/{code}"
        sent = body | {"name": f"第{number}"}
        return httpx.put(url, json=sent, headers=headers, timeout=30).status_code

    with ThreadPoolExecutor(6) as pool:
        answers = sorted(pool.map(change, range(6)))
    assert answers == [200, 412, 412, 412, 412, 412]


def test_totals_follow_the_mark_of_sensitivity(
    world: World, client: Clients, made: Callable[..., str]
) -> None:
    code = made("private")
    body = {"description": "x", "category": code, **world.at("G0030")}
    assert client("dispatcher").post("/reports", json=body).status_code == 201
    for sensitive in (True, False):
        assert put(client("admin"), code, sensitive=sensitive).status_code == 200
        apart = world.execute("SELECT counted_apart FROM category WHERE code = %s", code)
        assert apart == [(sensitive,)]
        with world.services.db.transaction(county_code=COUNTY) as tx:
            assert rollups.check(tx, COUNTY) == []
    points = {
        one["code"]: one["sensitive"]
        for one in client("planner").get("/categories").json()["items"]
    }
    assert points[code] is False


def test_the_page_keeps_what_was_typed_and_says_what_is_wrong(
    browser: Clients, client: Clients, made: Callable[..., str]
) -> None:
    code = made("page", keywords=["原词"])
    admin = browser("admin")
    admin.headers["accept-language"] = "en"
    shown = admin.get(f"/admin/categories/{code}").text
    version = re.search(r'name="if_match" value="(\w+)"', shown)
    assert version is not None
    typed = {
        "if_match": version[1], "name": "改名", "name_en": "", "parent_code": "water",
        "keywords": "原词，新词", "limit_accept": "20", "unit_accept": "emergency_minutes",
        "limit_handle": "soon", "unit_handle": "working_days", "clustering": "own",
        "distance_m": "120", "minutes": "45", "least": "5", "level": "town", "enabled": "yes",
        "sensitive": "no", "position": "7",
    }  # fmt: skip
    refused = admin.post(f"/admin/categories/{code}", data=typed)
    assert refused.status_code == 422
    assert 'id="limits-handle-problem"' in refused.text
    assert 'value="soon"' in refused.text
    refused = admin.post(f"/admin/categories/{code}", data=typed | {"limit_handle": ""})
    assert (refused.status_code, 'id="name_en-problem"' in refused.text) == (422, True)
    right = typed | {"limit_handle": "", "name_en": "Renamed"}
    saved = admin.post(f"/admin/categories/{code}", data=right)
    assert (saved.status_code, saved.headers["location"].split("#")[1]) == (303, code)
    body, _ = got(client("admin"), code)
    assert (body["name"], body["keywords"], body["position"]) == ("改名", ["原词", "新词"], 7)
    assert body["limits"] == {"accept": {"amount": pytest.approx(1 / 3), "unit": "emergency_hours"}}
    assert body["cluster"] == {"distance_m": 120, "minutes": 45, "least": 5, "together": False}
    late = admin.post(f"/admin/categories/{code}", data=right | {"name": "太晚"})
    assert late.status_code == 412
    assert 'value="太晚"' in late.text
    assert "<dd>改名</dd>" in late.text
    again = re.search(r'name="if_match" value="(\w+)"', late.text)
    assert again is not None
    over = admin.post(
        f"/admin/categories/{code}", data=right | {"name": "太晚", "if_match": again[1]}
    )
    assert over.status_code == 303
    listed = unescape(admin.get("/admin/categories?q=Renamed").text)
    assert "5 in 120 m and 45 min" in listed
    assert "20 min" in listed
    assert code in admin.get("/admin").text


def test_a_form_sent_as_it_is_shown_changes_nothing(
    client: Clients, made: Callable[..., str]
) -> None:
    code = made(
        "same", new_tags=["zebra", "ant"], keywords=["甲词", "乙词"],
        limits={"accept": {"amount": 10 / 60, "unit": "emergency_hours"}},
    )  # fmt: skip
    row = client("admin").get(f"/categories/{code}").json()
    shown = form_of(row)
    again = draft_of(replace(shown, tags=tuple(sorted(shown.tags))), row)
    assert again.tags == ("zebra", "ant")
    assert again.keywords == ("甲词", "乙词")
    assert again.limits["accept"].amount == 10 / 60
    assert shown.limits["accept"] == ("10", "emergency_minutes")


def test_a_category_is_added_with_the_form(world: World, browser: Clients) -> None:
    admin = browser("admin")
    assert "water." in admin.get("/admin/categories/new?parent=water").text
    typed = {"name": "新", "name_en": "New one", "parent_code": "water", "code": "water.formed"}
    assert admin.post("/admin/categories", data=typed | {"code": "Water"}).status_code == 422
    assert admin.post("/admin/categories", data=typed).status_code == 303
    again = admin.post("/admin/categories", data=typed)
    assert (again.status_code, 'id="code-problem"' in again.text) == (422, True)
    world.execute("DELETE FROM category WHERE code = 'water.formed'")


def test_what_is_typed_stays_text(
    browser: Clients, client: Clients, made: Callable[..., str]
) -> None:
    markup = '<img src=x onerror="alert(1)">'
    code = made("markup", name=markup, name_en=markup, keywords=[markup])
    for path in ("/admin/categories", f"/admin/categories/{code}", "/reports/new"):
        text = browser("admin").get(path).text
        assert "<img src=x" not in text
        assert "&lt;img" in text or "&#34;" in text


def test_who_kept_a_layer_is_told_no_more_than_others(
    made: Callable[..., str], client: Clients
) -> None:
    code = made("kept")
    tagged = {"description": "x", "place_code": "P1", "category": code}
    assert client("dispatcher").post("/reports", json=tagged).status_code == 201
    planner = client("planner")
    before = planner.get("/layers/counts")
    kept = {"if-none-match": before.headers["etag"]}
    assert planner.get("/layers/counts", headers=kept).status_code == 304
    assert put(client("admin"), code, sensitive=True).status_code == 200
    after = planner.get("/layers/counts", headers=kept)
    assert after.status_code == 200
    assert after.json()["total"] == before.json()["total"] - 1
