"""The API over the sample city: what each demo account finds on its first page."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from api.app import create_app
from gis.settings import Settings
from tests.api.conftest import API
from tests.support.server import running

ACCOUNTS = (
    "admin",
    "supervisor",
    "dispatcher",
    "mizhou",
    "water",
    "power",
    "planner",
    "staff",
    "volunteer",
)
ARCHIVE = {"from": "2022-01-01", "to": "2022-09-30"}


@pytest.fixture(scope="module")
def people(city_url: str) -> Iterator[dict[str, httpx.Client]]:
    """A signed-in client for each demo account."""
    app = create_app(Settings(database_url=city_url, log_level="error"))
    with running(app) as address:
        clients = {}
        for username in ACCOUNTS:
            client = httpx.Client(base_url=address + API, timeout=60)
            answer = client.post("/sessions", json={"username": username, "password": "demo"})
            assert answer.status_code == 201, answer.text
            clients[username] = client
        yield clients
        for client in clients.values():
            client.close()


@pytest.mark.parametrize("username", ACCOUNTS)
def test_no_first_page_is_empty(username: str, people: dict[str, httpx.Client]) -> None:
    listed = people[username].get("/reports").json()["items"]
    if username == "planner":  # sees layers, and no single report
        assert listed == []
        assert people[username].get("/layers/counts").json()["items"]
    else:
        assert listed
        assert {one["status"] for one in listed} - {"closed"}


def test_the_archive_is_counted_by_grids_towns_and_cells(people: dict[str, httpx.Client]) -> None:
    supervisor = people["supervisor"]
    assert supervisor.get("/reports/counts", params=ARCHIVE).json()["count"] == 17_258
    for unit in ("grid", "town", "cell"):
        answer = supervisor.get("/layers/counts", params={"unit": unit, **ARCHIVE}).json()
        assert 17_000 < answer["total"] <= 17_258, unit


def test_all_grids_for_the_map(people: dict[str, httpx.Client]) -> None:
    collection = people["planner"].get("/grids?f=geojson").json()
    assert len(collection["features"]) == 1_690
    assert len(people["planner"].get("/towns?f=geojson").json()["features"]) == 13


def test_places_by_initials(people: dict[str, httpx.Client]) -> None:
    names = [one["name"] for one in people["volunteer"].get("/places?q=slhy").json()["items"]]
    assert "盛龙花园" in names


def test_a_call_without_category_finds_its_water_company(people: dict[str, httpx.Client]) -> None:
    body = {"description": "4-6楼没水", "place_text": "盛龙花园"}
    report = people["dispatcher"].post("/reports", json=body).json()
    assert report["category"].startswith("water.")
    assert report["match"]["utility"]["kind"] == "utility"
    assert report["match"]["grid"]["town_name"] == "密州街道"
