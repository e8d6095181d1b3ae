"""``POST /reports/bulk``: lines in, lines out."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from api.routes import bulk
from api.schemas.report import BulkResult
from tests.api.conftest import API, World
from tests.support import county

Clients = Callable[[str], httpx.Client]
Body = dict[str, Any]


def bodies(count: int, seed: int = 3) -> list[Body]:
    pick = random.Random(seed)
    return [
        {
            "client_id": str(uuid.UUID(int=pick.getrandbits(128))),
            "description": f"第{number}件",
            "category": pick.choice(county.CATEGORIES),
            "longitude": round(pick.uniform(county.WEST, county.EAST), 6),
            "latitude": round(pick.uniform(county.SOUTH, county.NORTH), 6),
        }
        for number in range(count)
    ]


def lines_of(items: list[Any]) -> bytes:
    return b"".join(
        one if isinstance(one, bytes) else json.dumps(one).encode() + b"\n" for one in items
    )


def send(client: httpx.Client, content: Any) -> list[Body]:
    answer = client.post("/reports/bulk", content=content)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    results = [json.loads(line) for line in answer.text.splitlines()]
    for result in results:
        BulkResult.model_validate(result)
    return results


def test_one_line_for_each_line(world: World, client: Clients) -> None:
    sent = bodies(2_300)
    results = send(client("dispatcher"), lines_of(sent))
    assert [result["row"] for result in results] == list(range(1, 2_301))
    assert {result["status"] for result in results} == {"created"}
    assert len({result["id"] for result in results}) == 2_300
    again = send(client("dispatcher"), lines_of(sent))
    assert {result["status"] for result in again} == {"existing"}
    assert [result["id"] for result in again] == [result["id"] for result in results]
    report = client("dispatcher").get(f"/reports/{results[7]['id']}").json()
    assert report["client_id"] == sent[7]["client_id"]
    assert report["description"] == "第7件"


def test_the_same_as_one_by_one(client: Clients) -> None:
    many, single = bodies(40, seed=5), bodies(40, seed=6)
    for left, right in zip(many, single, strict=True):
        right.update({name: value for name, value in left.items() if name != "client_id"})
    results = send(client("dispatcher"), lines_of(many))
    for result, body in zip(results, single, strict=True):
        in_bulk = client("dispatcher").get(f"/reports/{result['id']}").json()
        alone = client("dispatcher").post("/reports", json=body).json()
        for field in (
            "match",
            "category",
            "level",
            "source",
            "town_code",
            "due_at",
            "light",
            "location",
        ):
            assert in_bulk[field] == alone[field]


def test_a_bad_line_stops_no_other(client: Clients) -> None:
    good = bodies(3, seed=8)
    content = lines_of(
        [good[0], b"\n", b"no json\n", {"description": "x"}, {**good[1], "status": "closed"}, b"[1]\n", b"\xff\n",
         {**good[1], "longitude": float("nan")}, {**good[1], "category": "nope"}, {**good[0], "description": "other"},
         good[1], b"[" * 200_000 + b"\n", {"description": "\ud800", "place_code": "P1"}, good[2]]
    ).rstrip()  # fmt: skip
    results = {result["row"]: result for result in send(client("dispatcher"), content)}
    assert {row for row, result in results.items() if result["status"] == "created"} == {1, 11, 14}
    fields = {
        row: {error["field"] for error in result["errors"]} for row, result in results.items()
    }
    assert 2 not in results  # an empty line is no report
    assert fields[3] == fields[7] == fields[12] == {"body"}
    assert "longitude" in fields[4]
    assert fields[5] == {"status"}
    assert fields[8] == {"longitude"}
    assert fields[9] == {"category"}
    assert "client_id" in fields[10]
    assert fields[13] == {"description"}


def test_a_line_may_not_be_endless(client: Clients) -> None:
    content = b'{"description":"' + b"x" * (2 * 1024 * 1024) + b'"}\n' + lines_of(bodies(1, seed=9))
    results = send(client("dispatcher"), content)
    assert [result["status"] for result in results] == ["rejected", "created"]
    assert [result["row"] for result in results] == [1, 2]


def test_what_is_streamed_without_a_length_is_counted(world: World, client: Clients) -> None:
    def chunks() -> Iterator[bytes]:
        yield lines_of(bodies(1, seed=10))
        for _ in range(70):
            yield b" " * (1024 * 1024)

    assert client("dispatcher").post("/reports/bulk", content=chunks()).status_code == 413
    stored = world.execute(
        "SELECT count(*) FROM report WHERE client_id = %s", bodies(1, seed=10)[0]["client_id"]
    )
    assert stored == [(0,)]


def test_nothing_in_nothing_out(client: Clients) -> None:
    assert send(client("dispatcher"), b"") == []


@pytest.mark.parametrize(("username", "status"), [("", 401), ("planner", 403), ("supervisor", 403)])
def test_who_may_not(username: str, status: int, client: Clients) -> None:
    answer = client(username).post("/reports/bulk", content=lines_of(bodies(1)))
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_path_of_the_limit_is_the_path_of_the_route(world: World) -> None:
    assert f"{API}/reports/bulk" == bulk.PATH
    assert bulk.PATH in world.app.openapi()["paths"]


def one(**changes: Any) -> Body:
    """A report that is fine but for the changes."""
    return {
        "description": "x",
        "category": "water",
        "longitude": 119.4,
        "latitude": 36.0,
        **changes,
    }


TAKEN = "0190c0de-0000-7000-8000-00000000b01c"
UNUSABLE: dict[str, Body | bytes] = {
    "no JSON": b"no json",
    "not even bytes of text": b"\xff",
    "endless": b"[" * 100_000,
    "a list": b"[1]",
    "a number that is none": b'{"description":"x","category":"water","longitude":NaN,"latitude":36}',
    "half a character": one(description="\ud800"),
    "nothing in it": {},
    "no words": one(description=""),
    "too many words": one(description="x" * 4001),
    "unknown fields": one(status="closed", reporter={"name": "x", "mail": "y"}),
    "several wrong": one(urgent="perhaps", accuracy_m=-1, source="rumour", client_id="x"),
    "text for a number": one(longitude="119.4"),
    "no place": {"description": "x"},
    "half a place": {"description": "x", "longitude": 119.4},
    "off the earth": one(longitude=200),
    "an unknown crs": one(crs="EPSG:1"),
    "an unknown category": one(category="nope"),
    "an unknown grid": {"description": "x", "grid_code": "nope"},
    "an unknown place": {"description": "x", "place_code": "nope"},
    "an id that is taken": one(client_id=TAKEN, description="other"),
    "no zone": one(captured_at="2022-05-10T08:00"),
    "white space alone": one(description=" \u3000"),
    "nothing to be seen": one(description="\u200b\u200d\ufeff"),
    "no time": one(captured_at="soon"),
    "of the next year": one(captured_at="2023-05-10T08:00+08:00"),
    "a day and a second ahead": one(captured_at="2022-05-11T03:00:01Z"),
    "of the year 1970": one(captured_at="1970-01-01T00:00Z"),
    "of the year 1": one(captured_at="0001-01-01T00:00+14:00"),
}


def test_a_line_is_refused_in_the_words_of_a_single_report(client: Clients) -> None:
    assert client("dispatcher").post("/reports", json=one(client_id=TAKEN)).status_code == 201
    contents = [
        sent if isinstance(sent, bytes) else json.dumps(sent).encode() for sent in UNUSABLE.values()
    ]
    results = send(client("dispatcher"), b"\n".join(contents))
    for name, content, result in zip(UNUSABLE, contents, results, strict=True):
        alone = client("dispatcher").post(
            "/reports", content=content, headers={"content-type": "application/json"}
        )
        assert (alone.status_code, result["status"], result["id"]) == (422, "rejected", None), name
        assert result["errors"] == alone.json()["errors"] != [], name


def test_a_clock_that_is_wrong_by_little_does_no_harm(client: Clients) -> None:
    for moment in ("1980-01-01T00:00Z", "2022-05-11T03:00:00Z", "2022-05-10T23:00+08:00"):
        for answer in (
            client("dispatcher").post("/reports", json=one(captured_at=moment)),
            client("dispatcher").post(
                "/reports/bulk", content=json.dumps(one(captured_at=moment)).encode()
            ),
        ):
            assert answer.json().get("status") in {"received", "created"}, answer.text


def test_a_report_from_a_wrong_clock_comes_in_without_it(client: Clients) -> None:
    """Nothing was stored, so the same client id still stands for it."""
    body = one(captured_at="2035-01-01T00:00Z", client_id=str(uuid.UUID(int=77, version=4)))
    refused = client("dispatcher").post("/reports", json=body)
    assert refused.json()["errors"] == [
        {
            "field": "captured_at",
            "reason": "lies more than a day ahead of 2022-05-10T03:00Z:"
            " put the clock right, or leave it out",
        }
    ]
    del body["captured_at"]
    assert client("dispatcher").post("/reports", json=body).status_code == 201
