"""What holds for every route: refusals in order, problem documents, headers, limits, liveness."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from api.app import create_app
from api.middleware import Envelope
from api.schemas.common import Problem
from gis.db.provision import head_revision
from gis.settings import Settings
from tests.api.conftest import API, World
from tests.api.matrix import routes_of
from tests.support.server import running

Clients = Callable[[str], httpx.Client]

OPEN_TO_ALL = {
    "/livez", "/readyz", f"{API}/sessions", f"{API}/evaluations/{{token}}",
    f"{API}/invitations/{{code}}", f"{API}/receipts/{{token}}",
    f"{API}/receipts/{{token}}/evaluation",
}  # fmt: skip
HEADERS = {
    "content-security-policy": "default-src 'self'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "geolocation=(self)",
    "x-request-id": "",
}


def operations(app: FastAPI) -> Iterator[tuple[str, str]]:
    for path, methods in app.openapi()["paths"].items():
        for method in methods:
            yield method.upper(), path


def filled(path: str) -> str:
    return re.sub(r"\{\w+\}", "x", path)


def check_problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    document: dict[str, Any] = answer.json()
    problem = Problem.model_validate(document)
    assert problem.status == status
    assert problem.request_id == answer.headers["x-request-id"]
    assert problem.detail
    assert problem.title
    return document


def test_every_route_says_401_first(world: World, client: Clients) -> None:
    seen = 0
    for method, path in operations(world.app):
        if path in OPEN_TO_ALL:
            continue
        for query in ("", "?unknown=1", "?limit=x"):
            for body in (None, b"", b"{", b'{"a":1}'):
                answer = client("").request(
                    method, world.address + filled(path) + query, content=body,
                    headers={"content-type": "application/json"},
                )  # fmt: skip
                check_problem(answer, 401)
                assert answer.headers["www-authenticate"].startswith("Bearer")
                seen += 1
    assert seen > 100


def test_every_route_refuses_parameters_it_does_not_know(world: World, client: Clients) -> None:
    for method, path in operations(world.app):
        answer = client("dispatcher").request(
            method, f"{world.address}{filled(path)}?surprise=1", json={}
        )
        assert check_problem(answer, 400)["errors"][0]["field"] == "surprise"


def test_every_answer_carries_the_headers(world: World, client: Clients) -> None:
    for path in (
        "/livez",
        "/nope",
        f"{API}/reports",
        f"{API}/reports?x=1",
        "/assets/nope",
        "/docs",
        "/",
    ):
        answer = client("dispatcher").get(world.address + path)
        for name, start in HEADERS.items():
            assert answer.headers[name].startswith(start), (path, name)
        assert "server" not in answer.headers or "GridCall" not in answer.headers["server"]


def test_a_request_id_is_taken_over_if_it_is_harmless(world: World) -> None:
    given = httpx.get(f"{world.address}/livez", headers={"x-request-id": "abc-1.2_3"})
    assert given.headers["x-request-id"] == "abc-1.2_3"
    for odd in ("a b", "x" * 65, "<script>"):
        answer = httpx.get(f"{world.address}/livez", headers={"x-request-id": odd})
        assert answer.headers["x-request-id"] != odd


@pytest.mark.parametrize("path", ["/nope", f"{API}/nope", f"{API}/reports/x/y/z"])
def test_paths_that_lead_nowhere(world: World, path: str) -> None:
    assert check_problem(httpx.get(world.address + path), 404)["code"] == "not_found"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/reports", "GET, HEAD, POST, OPTIONS"),
        ("DELETE", "/categories", "GET, HEAD, POST, OPTIONS"),
        ("GET", "/clusters/x/dismiss", "POST, OPTIONS"),
        ("HEAD", "/clusters/x/dismiss", "POST, OPTIONS"),
        ("PATCH", "/reports/x", "GET, HEAD, OPTIONS"),
        # `bulk` has no GET of its own: it is read as the id of a report.
        ("DELETE", "/reports/bulk", "GET, HEAD, POST, OPTIONS"),
        ("POST", "/reports/x/photos/x", "GET, HEAD, PUT, OPTIONS"),
        ("TRACE", "/reports", "GET, HEAD, POST, OPTIONS"),
    ],
)
def test_methods_that_are_not_offered_name_those_that_are(
    method: str, path: str, allowed: str, world: World
) -> None:
    answer = httpx.request(method, f"{world.address}{API}{path}")
    assert answer.headers["allow"] == allowed
    if method == "HEAD":
        assert (answer.status_code, answer.content) == (405, b"")
    else:
        check_problem(answer, 405)


def test_a_page_that_has_no_such_method_names_those_it_has(world: World) -> None:
    answer = httpx.delete(f"{world.address}/reports/new", headers={"accept": "text/html"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST, OPTIONS")


def test_options_tell_the_methods_and_ask_for_no_credential(world: World) -> None:
    for path, allowed in (
        (f"{API}/reports", "GET, HEAD, POST, OPTIONS"),
        ("/map", "GET, HEAD, OPTIONS"),
    ):
        answer = httpx.options(
            world.address + path, headers={"origin": "https://elsewhere.example"}
        )
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer.headers["allow"] == allowed
        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert answer.headers["x-content-type-options"] == "nosniff"
    check_problem(httpx.options(f"{world.address}{API}/nope"), 404)


# What differs from one answer to the next, and what belongs to the connection.
OF_THE_MOMENT = {"x-request-id", "date", "connection", "transfer-encoding", "set-cookie"}


def test_head_is_get_without_its_body(world: World, client: Clients) -> None:
    paths = [
        route.partition(" ")[2] for route in sorted(routes_of(world.app)) if route[:4] == "GET "
    ]
    assert len(paths) > 60
    for path in [*map(filled, paths), f"{API}/reports?f=csv", f"{API}/grids?f=geojson"]:
        if path == f"{API}/events":
            continue
        for accepted in ("gzip", "identity"):
            got, asked = (
                client("dispatcher").request(
                    method, world.address + path, headers={"accept-encoding": accepted}
                )
                for method in ("GET", "HEAD")
            )
            assert (asked.status_code, asked.content) == (got.status_code, b""), path
            for name in {*got.headers, *asked.headers} - OF_THE_MOMENT:
                assert asked.headers.get(name) == got.headers.get(name), (path, name)


def test_head_of_a_stream_ends(world: World, client: Clients) -> None:
    answer = client("dispatcher").head("/events")
    assert (answer.status_code, answer.headers["content-type"]) == (
        200,
        "text/event-stream; charset=utf-8",
    )
    assert client("dispatcher").head("/categories").status_code == 200


def test_head_needs_a_credential_too(world: World, client: Clients) -> None:
    assert client("").head("/reports").status_code == 401


def test_bodies_above_the_limit_are_refused_announced_or_not(world: World, client: Clients) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(40):
            yield b" " * 65_536

    for content in (b"x" * (1024 * 1024 + 1), chunks()):
        answer = client("dispatcher").post(
            "/reports", content=content, headers={"content-type": "application/json"}
        )
        told = check_problem(answer, 413)
        assert (told["code"], told["most_bytes"]) == ("too_large", 1024 * 1024)
        assert "1048576 bytes (about 1 MB)" in told["detail"]
        assert "Send less at once" in told["detail"]
    assert check_problem(
        httpx.post(f"{world.address}{API}/sessions", content=b"x" * 2_000_000), 413
    )


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-CN", "这里一次最多发送 1 MB，什么都没有保存"),
        ("en", "At most 1 MB are taken here at once"),
    ],
)
def test_a_page_says_what_the_limit_is_and_what_to_do(
    browser: Clients, language: str, words: str
) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(40):
            yield b"x" * 65_536

    form = {"content-type": "application/x-www-form-urlencoded", "accept-language": language}
    for content in (b"x" * (1024 * 1024 + 1), chunks()):
        answer = browser("admin").post("/admin/accounts", content=content, headers=form)
        assert answer.status_code == 413
        assert answer.headers["content-type"].startswith("text/html")
        assert words in answer.text


def test_an_unexpected_error_tells_nothing() -> None:
    app = FastAPI()
    app.add_middleware(Envelope, headers={"X-Content-Type-Options": "nosniff"})

    @app.get("/boom")
    def boom() -> None:
        raise RuntimeError("the password is swordfish")

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return await client.get("/boom")

    answer = asyncio.run(ask())
    document = check_problem(answer, 500)
    assert "swordfish" not in answer.text
    assert document["request_id"]
    assert answer.headers["x-content-type-options"] == "nosniff"


class TestHealth:
    def test_alive_and_ready(self, world: World) -> None:
        assert httpx.get(f"{world.address}/livez").json() == {"status": "ok"}
        ready = httpx.get(f"{world.address}/readyz")
        assert ready.status_code == 200
        assert ready.json() == {"status": "ok", "database": "ok", "migrations": "ok", "disk": "ok"}

    def test_behind_its_migrations(self, world: World) -> None:
        world.execute("UPDATE alembic_version SET version_num = '0000'")
        try:
            answer = httpx.get(f"{world.address}/readyz")
        finally:
            world.execute("UPDATE alembic_version SET version_num = %s", head_revision())
        assert answer.status_code == 503
        assert answer.json()["migrations"] == "behind"

    def test_without_a_database(self) -> None:
        nowhere = "postgresql://gridcall@127.0.0.1:9/nothing"
        app = create_app(Settings(database_url=nowhere, log_level="error", pool_timeout_s=1))
        with running(app) as address:
            assert httpx.get(f"{address}/livez").status_code == 200
            ready = httpx.get(f"{address}/readyz")
            assert ready.status_code == 503
            assert ready.json()["database"] == "unavailable"
            body = {"username": "x", "password": "y"}
            answer = httpx.post(f"{address}{API}/sessions", json=body)
            check_problem(answer, 503)
            assert answer.headers["retry-after"]


def test_the_description_names_every_shape_it_refers_to(world: World) -> None:
    described = world.app.openapi()
    shapes = described["components"]["schemas"]
    named = set(re.findall(r"#/components/schemas/(\w+)", str(described)))
    assert named <= set(shapes)
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], (method, path)
            assert "4XX" in operation["responses"]
            assert list(operation["responses"]["4XX"]["content"]) == ["application/problem+json"]
