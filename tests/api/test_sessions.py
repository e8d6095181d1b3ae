"""Signing in and out."""

from __future__ import annotations

import datetime as dt
import statistics
import time

import httpx
import pytest

from gis import accounts, sessions
from gis.errors import InvalidInput
from tests.api.conftest import API, PASSWORD, World


def sign_in(
    world: World, username: str, password: str = PASSWORD, **headers: str
) -> httpx.Response:
    body = {"username": username, "password": password}
    return httpx.post(f"{world.address}{API}/sessions", json=body, headers=headers)


def test_answers_with_token_actor_and_end(world: World) -> None:
    answer = sign_in(world, "town1")
    assert answer.status_code == 201
    body = answer.json()
    assert set(body) == {"token", "actor", "expires_at"}
    assert body["actor"]["role"] == "dispatcher"
    assert body["actor"]["town_code"] == "370782001"
    assert (
        dt.datetime.fromisoformat(body["expires_at"])
        == world.clock.instant + sessions.SESSION_LASTS
    )
    assert answer.headers["cache-control"] == "no-store"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(world: World) -> None:
    cookie = sign_in(world, "planner").headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie  # the loopback has no TLS
    elsewhere = sign_in(world, "planner", host="gridcall.example").headers["set-cookie"].lower()
    assert "secure" in elsewhere


def test_the_database_keeps_no_token(world: World) -> None:
    token = sign_in(world, "planner").json()["token"]
    stored = world.execute("SELECT token_sha256 FROM session")
    assert token.encode() not in {bytes(row[0]) for row in stored}  # type: ignore[arg-type]
    assert all(len(bytes(row[0])) == 32 for row in stored)  # type: ignore[arg-type]


@pytest.mark.parametrize(("username", "password"), [("dispatcher", "wrong"), ("nobody", PASSWORD)])
def test_wrong_name_and_wrong_password_look_alike(
    world: World, username: str, password: str
) -> None:
    answer = sign_in(world, username, password)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["detail"] == "The username or the password is wrong."
    assert "set-cookie" not in answer.headers


def test_an_unknown_name_takes_as_long_as_a_wrong_password(world: World) -> None:
    def seconds(username: str) -> float:
        times = []
        for _ in range(3):
            started = time.perf_counter()
            sign_in(world, username, "wrong")
            times.append(time.perf_counter() - started)
        return statistics.median(times)

    known, unknown = seconds("dispatcher"), seconds("nobody")
    # One argon2 hash is most of either; without it, the answer comes in a tenth of the time.
    assert 0.4 < unknown / known < 2.5


@pytest.mark.parametrize(
    "body",
    [{}, {"username": "x"}, {"username": "", "password": "x"}, {"username": "a\x00", "password": "x"},
     {"username": "x", "password": "y", "role": "admin"}, {"username": 1, "password": "x"}, [], None],
)  # fmt: skip
def test_bad_bodies_name_their_fields(world: World, body: object) -> None:
    answer = httpx.post(f"{world.address}{API}/sessions", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"]


def test_signing_out_ends_the_session_at_once(world: World) -> None:
    token = sign_in(world, "planner").json()["token"]
    with httpx.Client(base_url=world.address + API) as client:
        client.headers["authorization"] = f"Bearer {token}"
        assert client.get("/categories").status_code == 200
        assert client.delete("/sessions/current").status_code == 204
        assert client.get("/categories").status_code == 401
        assert client.delete("/sessions/current").status_code == 401


def test_a_session_ends_by_itself_and_with_its_account(world: World) -> None:
    headers = {"authorization": f"Bearer {sign_in(world, 'supervisor').json()['token']}"}
    address = f"{world.address}{API}/categories"
    assert httpx.get(address, headers=headers).status_code == 200
    before = world.clock.instant
    world.clock.instant = before + sessions.SESSION_LASTS
    try:
        assert httpx.get(address, headers=headers).status_code == 401
    finally:
        world.clock.instant = before
    with world.services.db.transaction() as tx:
        accounts.disable_account(tx, "supervisor", now=world.clock.instant)
    try:
        assert httpx.get(address, headers=headers).status_code == 401
        assert sign_in(world, "supervisor").status_code == 401
    finally:
        world.execute("UPDATE account SET disabled_at = NULL WHERE username = 'supervisor'")


@pytest.mark.parametrize(
    "headers",
    [{}, {"authorization": "Bearer"}, {"authorization": "Bearer nonsense"}, {"authorization": "Basic eDp5"},
     {"cookie": "gridcall_session=nonsense"}, {"authorization": b"Bearer \xff\xfe"}],
)  # fmt: skip
def test_what_is_no_credential(world: World, headers: dict[str, str]) -> None:
    assert httpx.get(f"{world.address}{API}/categories", headers=headers).status_code == 401


def test_the_cookie_serves_reading_and_our_own_pages_changes(world: World) -> None:
    with httpx.Client(base_url=world.address + API) as browser:
        browser.post("/sessions", json={"username": "dispatcher", "password": PASSWORD})
        assert browser.get("/categories").status_code == 200
        assert (
            browser.get("/categories", headers={"sec-fetch-site": "cross-site"}).status_code == 200
        )
        report = {"description": "路灯不亮", "place_code": "P1"}
        for foreign in (
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site"},
            {"origin": "https://elsewhere.example"},
            {"origin": "null"},
        ):
            refused = browser.post("/reports", json=report, headers=foreign)
            assert refused.status_code == 403, foreign
            assert refused.json()["code"] == "cross_origin"
        for own in ({"sec-fetch-site": "same-origin"}, {"origin": world.address}, {}):
            assert browser.post("/reports", json=report, headers=own).status_code == 201, own


def test_accounts_are_made_checked_and_given_other_passwords(world: World) -> None:
    with world.services.db.transaction() as tx:
        accounts.add_account(
            tx,
            county_code="370782",
            username="new",
            name="新人",
            password="first secret",
            role="planner",
        )
    first = sign_in(world, "new", "first secret")
    assert first.status_code == 201
    with world.services.db.transaction() as tx:
        accounts.set_password(tx, "new", "second secret")
    headers = {"authorization": f"Bearer {first.json()['token']}"}
    assert httpx.get(f"{world.address}{API}/towns", headers=headers).status_code == 401
    assert sign_in(world, "new", "first secret").status_code == 401
    assert sign_in(world, "new", "second secret").status_code == 201


@pytest.mark.parametrize(
    ("change", "field"),
    [({"role": "king"}, "role"), ({"password": "short"}, "password"), ({"role": "utility"}, "utility_code"),
     ({"town_code": "370782001"}, "town_code")],
)  # fmt: skip
def test_accounts_that_make_no_sense_are_refused(
    world: World, change: dict[str, str], field: str
) -> None:
    account = {
        "county_code": "370782",
        "username": "odd",
        "name": "x",
        "password": "long enough",
        "role": "planner",
    }
    with pytest.raises(InvalidInput) as refused, world.services.db.transaction() as tx:
        accounts.add_account(tx, **{**account, **change})
    assert [error.field for error in refused.value.errors] == [field]
