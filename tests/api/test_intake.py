"""``POST /reports``: what is taken in, once, and what is refused with which words."""

from __future__ import annotations

import hashlib
import json
import threading
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.canonical import body_sha256
from api.schemas.report import Report
from tests.api.conftest import API, World
from tests.support.statements import counted

Clients = Callable[[str], httpx.Client]

FIELDS = [
    "id",
    "number",
    "client_id",
    "body_sha256",
    "status",
    "level",
    "round",
    "outcome",
    "category",
    "description",
    "source",
    "address",
    "urgent",
    "location",
    "place",
    "place_text",
    "accuracy_m",
    "captured_at",
    "received_at",
    "due_at",
    "yellow_at",
    "light",
    "version",
    "town_code",
    "merged_into",
    "merged_count",
    "reopen_requested",
    "photos",
    "unread_messages",
    "reporter",
    "contacts",
    "actions",
    "match",
    "assignments",
]
MATCH_FIELDS = [
    "grid",
    "grid_method",
    "grid_distance_m",
    "confidence",
    "candidates",
    "staff",
    "staff_all",
    "utility",
    "utility_method",
    "utility_distance_m",
    "reason",
    "reason_en",
    "layout",
]


def post(client: httpx.Client, body: Any, **headers: str) -> httpx.Response:
    return client.post("/reports", json=body, headers=headers)


def canonical(body: Any) -> str:
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_report_comes_back_with_all_its_fields(world: World, client: Clients) -> None:
    body = {"description": "4-6楼没水", "accuracy_m": 20, "urgent": True, **world.at("G0007")}
    answer = post(client("dispatcher"), body)
    assert answer.status_code == 201
    report = answer.json()
    assert list(report) == FIELDS
    assert list(report["match"]) == MATCH_FIELDS
    Report.model_validate(report)
    assert answer.headers["location"] == f"{API}/reports/{report['id']}"
    assert answer.headers["cache-control"] == "no-store"
    assert report["id"].startswith("370782-")
    assert report["number"].startswith("37078220220510")
    assert len(report["number"]) == 19
    assert report["category"] == "water.low_pressure"  # suggested from the words
    assert report["match"]["grid"] == {
        "code": "G0007", "name": "网格G0007", "name_en": "Grid G0007",
        "town_code": "370782001", "town_name": "镇001", "town_name_en": "Town 001",
    }  # fmt: skip
    located = client("dispatcher").get(
        "/locate", params={"lon": body["longitude"], "lat": body["latitude"]}
    )
    assert located.json()["match"]["grid"] == report["match"]["grid"]
    assert report["match"]["confidence"] is not None
    assert report["light"] == "green"
    assert report["body_sha256"] == canonical(body)
    again = client("dispatcher").get(f"/reports/{report['id']}")
    assert again.json() == report
    assert client("dispatcher").get(f"/reports/{report['number']}").json() == report


def test_at_most_seven_statements(world: World, client: Clients) -> None:
    body = {"description": "水压低", "accuracy_m": 35, **world.at("G0011")}
    sender = client("dispatcher")
    for _ in range(2):  # numbers, keywords and limits of this process are read with the first ones
        assert post(sender, body).status_code == 201
    with counted() as statements:
        assert post(sender, body).status_code == 201
    assert 4 <= len(statements) <= 7, statements


@pytest.mark.parametrize(
    "where",
    [{"place_code": "P1"}, {"grid_code": "G0001"}, {"place_text": "盛隆花园北门"},
     {"longitude": 119.405, "latitude": 36.005, "crs": "gcj02"}],
)  # fmt: skip
def test_each_of_the_four_ways_to_say_where(client: Clients, where: dict[str, Any]) -> None:
    answer = post(client("dispatcher"), {"description": "爆管", **where})
    assert answer.status_code == 201, answer.text
    match = answer.json()["match"]
    assert match["grid_method"] in {"covers", "stated", "nearest", "outside"}
    assert match["reason"]
    assert match["reason_en"]


WHERE = {"longitude": 119.4, "latitude": 36.0}
BAD = {
    "nowhere": ({"description": "x"}, "longitude"),
    "a place nobody can see": ({"description": "x", "place_text": "\u200b \ufeff"}, "longitude"),
    "half a point": ({"description": "x", "longitude": 119.4}, "latitude"),
    "no words": ({**WHERE}, "description"),
    "empty words": ({"description": "", **WHERE}, "description"),
    "only white space": ({"description": " \u3000\t\n", **WHERE}, "description"),
    "nothing to be seen": ({"description": "\u200b\ufeff \u2060", **WHERE}, "description"),
    "unknown field": ({"description": "x", **WHERE, "status": "closed"}, "status"),
    "server's field": ({"description": "x", **WHERE, "id": "370782-1"}, "id"),
    "unknown category": ({"description": "x", **WHERE, "category": "nope"}, "category"),
    "unknown place": ({"description": "x", "place_code": "nope"}, "place_code"),
    "unknown grid": ({"description": "x", "grid_code": "nope"}, "grid_code"),
    "unknown crs": ({"description": "x", **WHERE, "crs": "mars"}, "crs"),
    "unknown source": ({"description": "x", **WHERE, "source": "rumour"}, "source"),
    "not on earth": ({"description": "x", "longitude": 200, "latitude": 36}, "location"),
    "negative accuracy": ({"description": "x", **WHERE, "accuracy_m": -1}, "accuracy_m"),
    "text for a number": ({"description": "x", **WHERE, "accuracy_m": "near"}, "accuracy_m"),
    "truth for a number": ({"description": "x", **WHERE, "longitude": True}, "longitude"),
    "text that looks like a number": ({"description": "x", **WHERE, "latitude": "36"}, "latitude"),
    "no uuid": ({"description": "x", **WHERE, "client_id": "1"}, "client_id"),
    "naive time": (
        {"description": "x", **WHERE, "captured_at": "2022-05-01T08:00:00"},
        "captured_at",
    ),
    "nul": ({"description": "a\x00b", **WHERE}, "description"),
    "lone surrogate": ({"description": "\ud800", **WHERE}, "description"),
    "too long": ({"description": "x" * 4001, **WHERE}, "description"),
    "nul below": ({"description": "x", **WHERE, "reporter": {"name": "\x00"}}, "reporter.name"),
    "half a field name": ({"description": "x", **WHERE, "\udfff": 1}, "body"),
    "unknown below": ({"description": "x", **WHERE, "reporter": {"mail": "a@b"}}, "reporter.mail"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_bodies_name_field_and_reason(client: Clients, name: str) -> None:
    body, field = BAD[name]
    answer = client("dispatcher").post(
        "/reports", content=json.dumps(body), headers={"content-type": "application/json"}
    )
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert field in {error["field"] for error in answer.json()["errors"]}
    assert all(error["reason"] for error in answer.json()["errors"])


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
@pytest.mark.parametrize("field", ["longitude", "latitude", "accuracy_m"])
def test_numbers_that_are_none(client: Clients, field: str, number: str) -> None:
    body = {"description": '"x"', "longitude": "119.4", "latitude": "36.0", field: number}
    text = "{" + ",".join(f'"{name}":{value}' for name, value in body.items()) + "}"
    answer = client("dispatcher").post(
        "/reports", content=text, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} & {field, "body"}


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'"x"', b"null", b"\xff\xfe", b"[" * 100_000, b'{"a":1}']
)
def test_bodies_that_are_no_report(client: Clients, content: bytes) -> None:
    answer = client("dispatcher").post(
        "/reports", content=content, headers={"content-type": "application/json"}
    )
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("username", ["planner", "supervisor"])
def test_who_only_reads_hands_nothing_in(client: Clients, username: str) -> None:
    assert post(client(username), {"description": "x", **WHERE}).status_code == 403
    assert post(client(username), {"description": "x"}).status_code == 422  # 422 comes before 403
    assert post(client(""), {"description": "x"}).status_code == 401  # and 401 before all


@pytest.mark.parametrize(
    "username", ["admin", "dispatcher", "town1", "water", "staff", "volunteer"]
)
def test_who_hands_in_reads_it_back(world: World, client: Clients, username: str) -> None:
    for code in ("G0003", "G0040"):  # of either half of the county
        answer = post(client(username), {"description": "路灯", **world.at(code)})
        assert answer.status_code == 201
        assert client(username).get(f"/reports/{answer.json()['id']}").status_code == 200


class TestIdempotency:
    def test_the_same_body_twice_is_one_report(self, world: World, client: Clients) -> None:
        body = {"description": "水压低", "client_id": str(uuid.uuid4()), **world.at("G0005")}
        first, second = (post(client("staff"), body) for _ in range(2))
        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json() == second.json()
        assert first.json()["client_id"] == body["client_id"]

    def test_order_and_spaces_do_not_matter(self, world: World, client: Clients) -> None:
        body = {"description": "水压低", "client_id": str(uuid.uuid4()), **world.at("G0005")}
        turned = dict(reversed(body.items()))
        sender = client("staff")
        first = post(sender, body)
        text = json.dumps(turned, indent=3, ensure_ascii=True)
        second = sender.post("/reports", content=text, headers={"content-type": "application/json"})
        assert (first.status_code, second.status_code) == (201, 200)
        assert second.json()["body_sha256"] == canonical(body)

    def test_another_body_is_refused(self, world: World, client: Clients) -> None:
        body = {"description": "水压低", "client_id": str(uuid.uuid4()), **world.at("G0005")}
        post(client("staff"), body)
        answer = post(client("staff"), {**body, "description": "爆管"})
        assert answer.status_code == 422
        assert answer.json()["code"] == "client_id_taken"

    def test_another_account_learns_nothing(self, world: World, client: Clients) -> None:
        body = {"description": "家里的秘密", "client_id": str(uuid.uuid4()), **world.at("G0005")}
        number = post(client("staff"), body).json()["number"]
        answer = post(client("volunteer"), body)
        assert answer.status_code == 422
        assert "client_id_taken" in answer.text
        assert "秘密" not in answer.text
        assert number not in answer.text

    def test_another_county_may_use_the_same_id(self, world: World, client: Clients) -> None:
        body = {
            "description": "路灯",
            "client_id": str(uuid.uuid4()),
            "longitude": 119.4,
            "latitude": 36.0,
        }
        ids = {post(client(name), body).json()["id"] for name in ("dispatcher", "foreigner")}
        assert {one.partition("-")[0] for one in ids} == {"370782", "370783"}

    def test_the_header_is_another_way_to_say_it(self, world: World, client: Clients) -> None:
        key = str(uuid.uuid4())
        body = {"description": "水压低", **world.at("G0005")}
        headers = {"idempotency-key": key}
        assert post(client("staff"), body, **headers).status_code == 201
        assert post(client("staff"), body, **headers).status_code == 200
        same = {**body, "client_id": key}
        assert post(client("staff"), same, **headers).status_code == 422  # another body by its hash
        fresh = str(uuid.uuid4())
        assert (
            post(
                client("staff"), {**body, "client_id": fresh}, **{"idempotency-key": fresh}
            ).status_code
            == 201
        )
        both = post(client("staff"), {**body, "client_id": str(uuid.uuid4())}, **headers)
        assert both.status_code == 422
        assert both.json()["errors"][0]["field"] == "Idempotency-Key"
        assert post(client("staff"), body, **{"idempotency-key": "1"}).status_code == 422

    def test_of_many_at_once_one_creates(self, world: World, client: Clients) -> None:
        body = {"description": "爆管", "client_id": str(uuid.uuid4()), **world.at("G0009")}
        sender, answers = client("dispatcher"), []
        barrier = threading.Barrier(8)

        def send() -> None:
            barrier.wait()
            answers.append(post(sender, body))

        threads = [threading.Thread(target=send) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
        assert len({answer.json()["id"] for answer in answers}) == 1
        stored = world.execute(
            "SELECT count(*) FROM report WHERE client_id = %s", body["client_id"]
        )
        assert stored == [(1,)]


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
        st.one_of(
            st.none(),
            st.booleans(),
            st.integers(),
            st.floats(allow_nan=False, allow_infinity=False),
            st.text(),
        ),
        max_size=6,
    )
)
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
def test_the_hash_is_that_of_the_sorted_compact_body(body: dict[str, Any]) -> None:
    sent = json.loads(json.dumps(body, indent=1))
    try:
        expected = canonical(body)
    except UnicodeEncodeError:
        return  # lone surrogates are refused before anything is hashed
    assert body_sha256(dict(reversed(sent.items()))) == expected


def test_the_pool_running_dry_is_a_503_that_says_when(world: World, client: Clients) -> None:
    services = world.services
    held = [services.db.engine.connect() for _ in range(services.settings.pool_size)]
    try:
        answer = client("dispatcher").get("/categories")
    finally:
        for connection in held:
            connection.close()
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.headers["content-type"] == "application/problem+json"
    assert "psycopg" not in answer.text.lower()
    assert "sqlalchemy" not in answer.text.lower()
