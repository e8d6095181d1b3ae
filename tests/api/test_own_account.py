"""The own account: another password, sessions elsewhere, and how little a found session can do."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest

from gis.throttling import MOST_FAILURES, REST
from tests.api.conftest import API, PASSWORD, World

Clients = Callable[[str], httpx.Client]
NEW = "another password"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"


SignIn = Callable[..., httpx.Client]


@pytest.fixture
def signed_in(world: World) -> Iterator[SignIn]:
    """Make clients with a session of their own each."""
    made: list[httpx.Client] = []

    def of(username: str, password: str = PASSWORD, agent: str = "test") -> httpx.Client:
        body = {"username": username, "password": password}
        answer = httpx.post(
            f"{world.address}{API}/sessions", json=body, headers={"user-agent": agent}, timeout=30
        )
        assert answer.status_code == 201, answer.text
        held = {"authorization": f"Bearer {answer.json()['token']}", "accept-language": "en"}
        made.append(httpx.Client(base_url=world.address, headers=held, timeout=30))
        return made[-1]

    yield of
    for one in made:
        one.close()


@pytest.fixture
def own_password(world: World) -> Iterator[None]:
    """Give an account its password back, and let nobody rest, when the test has changed it."""
    hashed = world.execute("SELECT password_hash FROM account WHERE username = 'town2'")[0][0]
    yield
    world.execute("UPDATE account SET password_hash = %s WHERE username = 'town2'", hashed)
    world.execute("DELETE FROM sign_in_throttle")


def holds(client: httpx.Client) -> bool:
    return client.get(f"{API}/towns").status_code == 200


def test_a_new_password_ends_every_other_session(
    world: World, signed_in: SignIn, own_password: None
) -> None:
    here, elsewhere = signed_in("town2"), signed_in("town2")
    change = {"current": PASSWORD, "password": NEW}
    assert here.put(f"{API}/account/password", json=change).status_code == 204
    assert (holds(here), holds(elsewhere)) == (True, False)
    body = {"username": "town2", "password": PASSWORD}
    assert httpx.post(f"{world.address}{API}/sessions", json=body).status_code == 401
    assert holds(signed_in("town2", NEW))
    done = world.execute(
        "SELECT a.username, e.subject FROM admin_event e JOIN account a ON a.id = e.account_id"
        " WHERE e.action = 'change_password'"
    )
    assert done == [("town2", "town2")]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"current": "not it", "password": NEW, "again": NEW}, "current"),
        ({"current": PASSWORD, "password": "short", "again": "short"}, "password"),
        ({"current": PASSWORD, "password": PASSWORD, "again": PASSWORD}, "password"),
        ({"current": PASSWORD, "password": NEW, "again": "else"}, "again"),
    ],
)
def test_the_page_says_beside_the_field_what_is_wrong(
    world: World, signed_in: SignIn, own_password: None, typed: dict[str, str], field: str
) -> None:
    answer = signed_in("town2").post("/account/password", data=typed)
    assert (answer.status_code, f'id="{field}-problem"' in answer.text) == (422, True)
    assert answer.text.count('aria-invalid="true"') == 1
    assert not {PASSWORD, NEW} & set(answer.text.split('"')), "no password goes back to the page"


def test_a_found_session_cannot_guess_the_password(
    world: World, signed_in: SignIn, own_password: None
) -> None:
    here = signed_in("town2")
    wrong = {"current": "guess", "password": NEW}
    for _ in range(MOST_FAILURES["name"]):
        answer = here.put(f"{API}/account/password", json=wrong)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "current"
    right = {"current": PASSWORD, "password": NEW}
    refused = here.put(f"{API}/account/password", json=right)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= REST.total_seconds() + 1
    page = here.post("/account/password", data={**right, "again": NEW})
    assert (page.status_code, 'id="current-problem"' in page.text) == (429, True)
    world.clock.instant += REST
    try:
        assert here.put(f"{API}/account/password", json=right).status_code == 204
    finally:
        world.clock.instant -= REST


def test_sessions_are_listed_and_ended_without_their_tokens(signed_in: SignIn) -> None:
    here = signed_in("town1", agent=FIREFOX)
    others = [signed_in("town1", agent=f"client-{i}/1.0") for i in range(3)]
    listed = here.get(f"{API}/sessions").json()["items"]
    assert [one["current"] for one in listed] == [True, False, False, False]
    assert listed[0]["agent"] == FIREFOX
    assert len({one["id"] for one in listed}) == 4
    token = here.headers["authorization"].split()[1]
    assert token not in here.get(f"{API}/sessions").text
    named = {one["agent"]: one["id"] for one in listed}
    assert here.delete(f"{API}/sessions/{named['client-0/1.0']}").status_code == 204
    assert [holds(one) for one in (here, *others)] == [True, False, True, True]
    page = here.get("/account").text
    assert "Firefox · Linux" in page
    assert page.count('action="/account/sessions/') == 3  # two and the rest
    assert here.post(f"/account/sessions/{named['client-1/1.0']}").status_code == 303
    assert here.post("/account/sessions/others").status_code == 303
    assert [holds(one) for one in (here, *others)] == [True, False, False, False]
    assert "signed in nowhere else" in here.get("/account").text


def test_nobody_ends_the_sessions_of_others(signed_in: SignIn, client: Clients) -> None:
    planner = signed_in("planner")
    (mine, *_) = planner.get(f"{API}/sessions").json()["items"]
    for username in ("admin", "town1", "foreigner"):
        assert client(username).delete(f"/sessions/{mine['id']}").status_code == 404
        assert client(username).delete("/sessions/others").status_code == 204
    assert holds(planner)


def test_what_a_client_calls_itself_is_text(world: World, signed_in: SignIn) -> None:
    named = '<b onclick="x()">' + "x" * 300
    page = signed_in("volunteer", agent=named).get("/account").text
    assert "<b onclick" not in page
    kept = world.execute("SELECT max(length(agent)) FROM session WHERE agent LIKE '<b%%'")
    assert kept == [(200,)]


def test_another_sites_form_changes_nothing(browser: Clients) -> None:
    for path in ("/account/password", "/account/sessions/others"):
        foreign = {"sec-fetch-site": "cross-site", "origin": "https://elsewhere.example"}
        assert browser("planner").post(path, data={}, headers=foreign).status_code == 403
