"""The API over the small county of ``tests/support/county.py``, with one account for each role."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from shapely.geometry.base import BaseGeometry

from api.app import create_app
from api.services import Services
from gis.db.cluster import Cluster
from gis.db.database import libpq_url
from gis.passwords import hash_password
from gis.sessions import SESSION_LASTS
from gis.settings import Settings
from tests.support import county, databases
from tests.support.server import running

PASSWORD = "correct horse"
HASH = hash_password(PASSWORD)
API = "/api/v1"

ACCOUNTS = {
    # username: role, town, utility, staff code
    "admin": ("admin", None, None, None),
    "supervisor": ("supervisor", None, None, None),
    "dispatcher": ("dispatcher", None, None, None),
    "town1": ("dispatcher", "370782001", None, None),
    "town2": ("dispatcher", "370782101", None, None),
    "water": ("utility", None, "water-west", None),
    "power": ("utility", None, "power", None),
    "staff": ("grid_staff", None, None, "S0000-0"),
    "volunteer": ("volunteer", None, None, None),
    "planner": ("planner", None, None, None),
}


@dataclass
class HandSetClock:
    """A clock that stands where a test puts it."""

    instant: dt.datetime

    def now(self) -> dt.datetime:
        return self.instant


@dataclass
class World:
    """A served county: where it is, what lies in it, and clients of its accounts."""

    address: str
    url: str
    app: FastAPI
    clock: HandSetClock
    grids: dict[str, BaseGeometry]

    @property
    def services(self) -> Services:
        services: Services = self.app.state.services
        return services

    def at(self, code: str) -> dict[str, float]:
        """Coordinates inside a grid, as an intake body takes them."""
        point = self.grids[code].representative_point()
        return {"longitude": round(point.x, 6), "latitude": round(point.y, 6)}

    def open_session(self, username: str) -> str:
        """Return the token of a new session, without waiting for the password's hash."""
        token = secrets.token_urlsafe()
        self.execute(
            "INSERT INTO session (token_sha256, account_id, created_at, expires_at)"
            " SELECT sha256(%s), id, %s, %s FROM account WHERE username = %s",
            token.encode(), self.clock.instant, self.clock.instant + SESSION_LASTS, username,
        )  # fmt: skip
        return token

    def execute(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        with psycopg.connect(libpq_url(self.url)) as connection:
            cursor = connection.execute(statement, values)  # type: ignore[call-overload]
            return cursor.fetchall() if cursor.description else []


def make_accounts(url: str) -> None:
    with psycopg.connect(libpq_url(url)) as connection:
        for username, (role, town, utility, staff) in ACCOUNTS.items():
            connection.execute(
                "INSERT INTO account (id, county_code, username, name, password_hash, role, town_code,"
                " utility_code, staff_id) SELECT gen_random_uuid(), %s, %s, %s, %s, %s, %s, %s,"
                " (SELECT id FROM grid_staff WHERE county_code = %s AND code = %s)",
                [
                    county.COUNTY,
                    username,
                    username,
                    HASH,
                    role,
                    town,
                    utility,
                    county.COUNTY,
                    staff,
                ],
            )
        connection.execute(
            "INSERT INTO account (id, county_code, username, name, password_hash, role)"
            " VALUES (gen_random_uuid(), %s, 'foreigner', '邻人', %s, 'dispatcher')",
            [county.NEIGHBOUR, HASH],
        )


@pytest.fixture(scope="session")
def county_template(cluster: Cluster, migrated_template: str) -> str:
    """Name of a template database with the small county and an account for each role."""

    def fill(url: str) -> None:
        county.build(url)
        make_accounts(url)

    return databases.template(cluster, "template_county", fill, base=migrated_template)


@pytest.fixture(scope="module")
def world(
    cluster: Cluster, county_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A served county that the tests of a module share, in its May of 2022."""
    with databases.clone(cluster, county_template) as url:
        clock = HandSetClock(county.NOW)
        settings = Settings(
            database_url=url,
            pool_size=8,
            log_level="error",
            photos=tmp_path_factory.mktemp("photos"),
        )
        app = create_app(settings, clock=clock)
        with running(app) as address:
            yield World(address, url, app, clock, county.grids(60))


@pytest.fixture(scope="module")
def client(world: World) -> Iterator[Callable[[str], httpx.Client]]:
    """Make clients that are signed in as an account; ``""`` is nobody."""
    made: dict[str, httpx.Client] = {}

    def of(username: str) -> httpx.Client:
        if username not in made:
            one = httpx.Client(base_url=world.address + API, timeout=30)
            if username:
                one.headers["authorization"] = f"Bearer {world.open_session(username)}"
            made[username] = one
        return made[username]

    yield of
    for one in made.values():
        one.close()


@pytest.fixture(scope="module")
def browser(world: World) -> Iterator[Callable[[str], httpx.Client]]:
    """Make browsers that carry a session's cookie, ask for pages and follow nothing by themselves."""
    made: dict[str, httpx.Client] = {}

    def of(username: str) -> httpx.Client:
        if username not in made:
            made[username] = httpx.Client(
                base_url=world.address,
                headers={
                    "accept": "text/html",
                    "accept-language": "zh-CN",
                    "sec-fetch-site": "same-origin",
                },
                timeout=30,
            )
            if username:
                made[username].cookies.set("gridcall_session", world.open_session(username))
        return made[username]

    yield of
    for one in made.values():
        one.close()
