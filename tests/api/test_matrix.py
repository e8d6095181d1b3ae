"""Every route as everybody: who is not signed in, may not, does not see, or gets an answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from gis.audience import Actor
from gis.db.database import Transaction
from tests.api.conftest import ACCOUNTS, World
from tests.api.matrix import ROUTES, Rule, routes_of

Clients = Callable[[str], httpx.Client]

ROLE_OF = {username: role for username, (role, *_) in ACCOUNTS.items()} | {
    "foreigner": "dispatcher"
}
EVERYONE = ("", *ROLE_OF)
ABSENT = "370782-00000000-0000-7000-8000-000000000000"

SEES = {
    "own": {"admin", "supervisor", "dispatcher", "town1", "water", "staff"},
    "neighbour": {"admin", "supervisor", "dispatcher", "town1", "volunteer"},
    "other town": {"admin", "supervisor", "dispatcher", "town2"},
    "other county": {"foreigner"},
    "none": set(),
}
"""Who sees the report of each scope: written down here, not derived from the audience."""


@pytest.fixture(scope="module")
def scopes(world: World, client: Clients) -> dict[str, str]:
    """Return the id of a report of each scope."""
    here, there = (
        [str(code) for (code,) in world.execute(
            "SELECT code FROM grid WHERE town_code = %s AND right(code, 4)::int %% 6 = 0"
            " ORDER BY code", town,
        )]
        for town in ("370782001", "370782101")
    )  # fmt: skip
    # A sixth of the grids has a leader; the west ones lie in the area of water-west.
    own_grid, neighbouring_grid, other_towns_grid = here[0], here[1], there[0]
    world.execute(
        "UPDATE account SET staff_id = (SELECT id FROM grid_staff WHERE county_code = '370782'"
        " AND grid_code = %s ORDER BY code LIMIT 1) WHERE username = 'staff'",
        own_grid,
    )

    def post(username: str, **body: Any) -> str:
        answer = client(username).post("/reports", json={"description": "x", **body})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    return {
        "own": post("dispatcher", **world.at(own_grid), category="water.low_pressure"),
        "neighbour": post("volunteer", **world.at(neighbouring_grid), category="noise"),
        "other town": post("dispatcher", **world.at(other_towns_grid), category="noise"),
        "other county": post("foreigner", longitude=119.4, latitude=36.0, category="water"),
        "none": ABSENT,
    }


@pytest.fixture(params=["with both filters", "row-level security alone"], scope="module")
def filters(request: pytest.FixtureRequest) -> Iterator[None]:
    """Switch the application's own filter off in the second round.

    The application then asks as one who reads all of the county; the database is told the truth.
    """
    if request.param == "with both filters":
        yield
        return
    true_audience = Actor.audience.fget
    assert true_audience is not None

    def see_as(tx: Transaction, actor: Actor) -> None:
        tx._see((actor.county_code, *true_audience(actor)))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Actor, "audience", property(lambda actor: (f"c:{actor.county_code}",)))
        patch.setattr(Transaction, "see_as", see_as)
        yield


def test_every_route_has_a_row_and_every_row_a_route(world: World) -> None:
    assert routes_of(world.app) == set(ROUTES)


@pytest.mark.parametrize("route", [name for name, rule in ROUTES.items() if not rule.about_report])
def test_routes_answer_by_role(
    route: str, scopes: dict[str, str], world: World, client: Clients, filters: None
) -> None:
    got = {name: _ask(world, client(name), route, ABSENT, name) for name in EVERYONE}
    rule = ROUTES[route]
    for name, status in got.items():
        if rule.roles is None:
            allowed = rule.answers
        elif not name:
            allowed = frozenset({rule.nobody})
        elif _may(rule, name):
            # The neighbouring county has no report that a layer could show.
            allowed = rule.answers | ({422} if name == "foreigner" else set())
        else:
            allowed = frozenset({403})
        assert status in allowed, (name, got)


@pytest.mark.parametrize("route", [name for name, rule in ROUTES.items() if rule.about_report])
@pytest.mark.parametrize("scope", SEES)
def test_reports_answer_by_scope(
    route: str, scope: str, scopes: dict[str, str], world: World, client: Clients, filters: None
) -> None:
    rule = ROUTES[route]
    for name in EVERYONE:
        status = _ask(world, client(name), route, scopes[scope], name)
        if not name:
            assert status == rule.nobody
        elif name not in SEES[scope]:
            assert status == 404, (name, status)
        elif _may(rule, name):
            assert status in rule.answers, (name, status)
        else:
            assert status == 403, (name, status)


WRITES = [
    name
    for name, rule in ROUTES.items()
    if rule.about_report and not name.startswith(("GET", "HEAD"))
]
BODIES: tuple[tuple[bytes, str], ...] = (
    (b"", "application/json"), (b"{", "application/json"), (b"\xff", "application/json"),
    (b"[]", "application/json"), (b'{"surprise":1}', "application/json"),
    (b'{"action":"no such","channel":7,"result":[]}', "application/json"),
    (b"action=no+such&place=x", "application/x-www-form-urlencoded"),
)  # fmt: skip


@pytest.mark.parametrize("route", WRITES)
def test_a_report_that_is_not_seen_is_not_found_whatever_is_sent(
    route: str, scopes: dict[str, str], world: World, client: Clients, filters: None
) -> None:
    method, _, path = route.partition(" ")
    asked = ROUTES[route].path or path
    for scope, report_id in scopes.items():
        name = next(one for one in ("water", "foreigner") if one not in SEES[scope])
        headers = {"authorization": f"Bearer {world.open_session(name)}"}
        for body, content_type in BODIES:
            answer = client(name).request(
                method,
                world.address + asked.replace("{report_id}", report_id),
                content=body,
                headers={**headers, "Content-Type": content_type},
            )
            assert answer.status_code == 404, (name, scope, body, answer.text)


def test_lists_show_what_is_seen(
    scopes: dict[str, str], world: World, client: Clients, filters: None
) -> None:
    names = {report_id: scope for scope, report_id in scopes.items()}
    for name in ROLE_OF:
        signed_in = {"authorization": f"Bearer {world.open_session(name)}"}
        answer = client(name).get("/reports", params={"limit": 1000}, headers=signed_in)
        items = answer.json()["items"]
        listed = {names[item["id"]] for item in items if item["id"] in names}
        assert listed == {scope for scope, readers in SEES.items() if name in readers}, name


def _may(rule: Rule, username: str) -> bool:
    assert rule.roles is not None
    town_dispatcher = username in {"town1", "town2"}
    return ROLE_OF[username] in rule.roles and not (rule.municipal and town_dispatcher)


def _ask(world: World, client: httpx.Client, route: str, report_id: str, name: str) -> int:
    rule = ROUTES[route]
    # What failed before is forgotten: who guesses tokens is made to wait elsewhere.
    world.execute("DELETE FROM sign_in_throttle")
    headers = {"Content-Type": "application/json"}
    if name:  # a session of its own: some routes end them
        headers["authorization"] = f"Bearer {world.open_session(name)}"
    method, _, path = route.partition(" ")
    asked = (rule.path or path).replace("{report_id}", report_id)
    content = None if rule.body is None else json.dumps(rule.body)
    answer = client.request(
        method,
        world.address + asked,
        content=content,
        headers=headers,
        follow_redirects=False,
    )
    assert answer.status_code < 500, answer.text
    return answer.status_code
