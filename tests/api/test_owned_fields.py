"""What the server owns is never taken from a body: refused by name, and found in no table after."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from api.app import create_app
from gis.settings import Settings
from gis.workflow.table import ACTIONS, fields_of
from tests.api.conftest import World
from tests.api.matrix import ROUTES, V1
from tests.api.test_actions import Clients, hand_in

# Values that occur nowhere else, so that any row that holds one was written from a body.
MARK, NUMBER, UUID, DAY = (
    "owned-7f3a9c",
    7391846205,
    "7f3a9c7f-3a9c-4f3a-8c7f-3a9c7f3a9c7f",
    "1987-06-05",
)
OWNED: dict[str, Any] = {
    "id": UUID, "number": MARK, "status": MARK, "county": MARK, "county_code": MARK,
    "account_id": UUID, "created_by": UUID, "created_at": f"{DAY}T04:03:02Z",
    "received_at": f"{DAY}T04:03:02Z", "received_on": DAY, "accepted_at": f"{DAY}T04:03:02Z",
    "closed_at": f"{DAY}T04:03:02Z", "due_at": f"{DAY}T04:03:02Z", "version": NUMBER,
    "audience": [MARK], "level": MARK, "round": NUMBER, "outcome": MARK, "town_code": MARK,
    "utility_code": MARK, "staff_id": NUMBER, "merged_into": UUID, "merged_count": NUMBER,
    "reopen_requested": True, "returns": NUMBER, "body_sha256": MARK, "match": {"grid": MARK},
    "assignments": [{"utility": MARK}], "confidence": NUMBER, "reason_en": MARK, "light": MARK,
    "actions": [MARK], "actor": MARK, "role": MARK, "at": f"{DAY}T04:03:02Z",
    "password_hash": MARK, "token_sha256": MARK, "details": {"x": MARK}, "__proto__": MARK,
}  # fmt: skip
BULK, MANY, ACT = (f"{V1}/reports/{end}" for end in ("bulk", "actions", "{report_id}/actions"))
ANYTHING = {"type": "object"}

# The description does not depend on the database: this address is never asked.
DESCRIPTION = create_app(Settings(database_url="postgresql://nobody@127.0.0.1:9/nothing")).openapi()


def described() -> dict[str, dict[str, Any]]:
    """Return the schema of each route's JSON body."""
    return {
        f"{method.upper()} {path}": operation["requestBody"]["content"]["application/json"][
            "schema"
        ]
        for path, methods in DESCRIPTION["paths"].items()
        for method, operation in methods.items()
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    }


BODIES = described()
FORMS = sorted(
    route
    for route in ROUTES
    if route.startswith("POST ") and V1 not in route and "sign-out" not in route
)


def nested(
    schema: dict[str, Any], path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], set[str]]]:
    """Yield the place and the known names of every object a body may hold; ``0`` is a list's first."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield from nested(DESCRIPTION["components"]["schemas"][name], path)
    for choice in schema.get("anyOf", ()):
        yield from nested(choice, path)
    if schema.get("type") == "array":
        yield from nested(schema["items"], (*path, "0"))
    if "properties" in schema:
        yield path, set(schema["properties"])
        for name, inner in schema["properties"].items():
            yield from nested(inner, (*path, name))


PLACES = [
    (route, path, known) for route, schema in BODIES.items() for path, known in nested(schema)
]


def holding(world: World, pattern: str) -> dict[object, object]:
    """Return the tables of which a row's text holds a pattern, with some of the rows."""
    tables = world.execute(
        "SELECT quote_ident(relname) FROM pg_class WHERE relkind IN ('r', 'p')"
        " AND relnamespace = 'public'::regnamespace"
    )
    assert len(tables) > 40
    rows = {
        table: world.execute(
            f"SELECT t::text FROM {table} AS t WHERE t::text ~ %s LIMIT 3", pattern
        )
        for (table,) in tables
    }
    return {table: found for table, found in rows.items() if found}


@pytest.fixture(scope="module", autouse=True)
def nothing_of_it_is_stored(world: World) -> Iterator[None]:
    """After all of the module's tests, no row of any table holds a value that they sent."""
    yield
    control = {"description": "free-words-5d1e", "place_text": "somewhere"}
    assert ask(world, f"POST {V1}/reports", "", json=control).status_code == 201
    assert "report" in holding(world, "free-words-5d1e")
    assert holding(world, f"{MARK}|{NUMBER}|{UUID}|{DAY}") == {}


def ask(world: World, route: str, report_id: str, **content: Any) -> httpx.Response:
    """Ask a route as somebody who may, for a report they may act on."""
    rule = ROUTES[route]
    world.execute("DELETE FROM sign_in_throttle")
    roles = rule.roles or frozenset()
    name = "dispatcher" if "dispatcher" in roles else next(iter(sorted(roles)), "")
    headers = {"content-type": "application/json", "sec-fetch-site": "same-origin"}
    if name:
        headers["authorization"] = f"Bearer {world.open_session(name)}"
    if "data" in content:
        del headers["content-type"]
    method, _, path = route.partition(" ")
    asked = (rule.path or path).replace("{report_id}", report_id)
    answer = httpx.request(method, world.address + asked, headers=headers, timeout=30, **content)
    assert answer.status_code < 500, answer.text
    return answer


def at(path: tuple[str, ...], inner: Any) -> Any:
    """Return a body that holds something at a place and nothing else."""
    for name in reversed(path):
        inner = [inner] if name == "0" else {name: inner}
    return inner


def named(answer: httpx.Response) -> dict[str, str]:
    """Return the reasons by field."""
    assert answer.status_code == 422, answer.text
    return {error["field"]: error["reason"] for error in answer.json()["errors"]}


@pytest.fixture(scope="module")
def report_id(client: Clients) -> str:
    found: str = hand_in(client)["id"]
    return found


def test_every_route_with_a_body_is_asked() -> None:
    """A route whose body is something else than JSON, lines, a form or a photo has no test here."""
    other = {
        (method.upper(), path, kind)
        for path, methods in DESCRIPTION["paths"].items()
        for method, operation in methods.items()
        for kind in operation.get("requestBody", {}).get("content", {})
        if kind != "application/json" and not kind.startswith("image/")
    }
    assert other == {("POST", BULK, "application/x-ndjson")}
    assert len(PLACES) > len(BODIES) > 15
    assert set(BODIES) <= set(ROUTES)


@pytest.mark.parametrize(
    ("route", "path", "known"), PLACES, ids=[" ".join([route, *path]) for route, path, _ in PLACES]
)
def test_owned_fields_are_refused_by_name(
    route: str, path: tuple[str, ...], known: set[str], world: World, report_id: str
) -> None:
    sent = {name: value for name, value in OWNED.items() if name not in known}
    base = ROUTES[route].body if not path and isinstance(ROUTES[route].body, dict) else {}
    if path == ("actions", "0"):  # each item is answered for itself
        base = {"id": report_id, "action": "comment", "text": "x"}
        answer = ask(world, route, report_id, json=at(path, {**base, **sent}))
        (item,) = answer.json()["items"]
        assert item["status"] == 422
        reasons = {error["field"]: error["reason"] for error in item["problem"]["errors"]}
        assert set(sent) <= set(reasons)
        return
    reasons = named(ask(world, route, report_id, json=at(path, {**base, **sent})))
    prefix = ".".join(path) + "." if path else ""
    assert {f"{prefix}{name}" for name in sent} <= set(reasons)
    assert all(reasons.values())


@pytest.mark.parametrize("action", ACTIONS)
def test_no_action_takes_what_the_server_owns(action: str, world: World, report_id: str) -> None:
    taken = {field.name for field in fields_of(action)}
    sent = {name: value for name, value in OWNED.items() if name not in taken}
    reasons = named(ask(world, f"POST {ACT}", report_id, json={"action": action, **sent}))
    assert set(sent) <= set(reasons)


def test_lines_are_refused_one_by_one(world: World, client: Clients) -> None:
    schema = DESCRIPTION["components"]["schemas"]["ReportIntake"]["properties"]
    line = {"description": "x", "place_text": "somewhere"}
    sent = [{**line, name: value} for name, value in OWNED.items() if name not in schema]
    body = "\n".join(json.dumps(one) for one in [line, *sent])
    answer = client("dispatcher").post(
        "/reports/bulk", content=body, headers={"content-type": "application/x-ndjson"}
    )
    rows = [json.loads(row) for row in answer.text.splitlines()]
    assert [row["status"] for row in rows] == ["created"] + ["rejected"] * len(sent)
    for row, one in zip(rows[1:], sent, strict=True):
        assert {error["field"] for error in row["errors"]} == set(one) - set(line)


@pytest.mark.parametrize("route", FORMS)
def test_forms_take_nothing_of_it(route: str, world: World, report_id: str) -> None:
    """A page's form is read by the names it has; what else is posted is nobody's."""
    fields = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in OWNED.items()
    }
    fields |= {"description": "x", "place": "盛隆花园", "text": "x", "save": "1", "key": ""}
    answer = ask(world, route, report_id, data=fields)
    assert answer.status_code in {200, 303, 401, 403, 404, 409, 422, 428, 429}


def test_a_report_from_a_form_has_only_what_the_form_has(world: World) -> None:
    (before,) = world.execute("SELECT count(*) FROM report")[0]
    page = httpx.get(
        f"{world.address}/reports/new", headers={"authorization": f"Bearer {world.open_session('dispatcher')}"}
    ).text  # fmt: skip
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    fields = {name: value for name, value in OWNED.items() if isinstance(value, str)}
    sent = {**fields, **hidden, "description": "字段测试", "place": "盛隆花园", "step": "save"}
    answer = ask(world, "POST /reports/new", "", data=sent)
    assert answer.status_code == 303, answer.text[:2000]
    assert world.execute("SELECT count(*) FROM report") == [(int(str(before)) + 1,)]
