"""The planner's default view of the sample city, for each of its common matters: next to nothing is left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest

from api.app import create_app
from gis.db.database import libpq_url
from gis.settings import Settings
from tests.api.conftest import API
from tests.support.server import running

COMMON = 50
"""Reports of all time that make a matter a common one."""


@pytest.fixture(scope="module")
def planner(city_url: str) -> Iterator[httpx.Client]:
    app = create_app(Settings(database_url=city_url, log_level="error"))
    with running(app) as address, httpx.Client(base_url=address + API, timeout=60) as client:
        answer = client.post("/sessions", json={"username": "planner", "password": "demo"})
        assert answer.status_code == 201, answer.text
        yield client


@pytest.fixture(scope="module")
def common(city_url: str) -> list[str]:
    """Categories and groups of them that are no secret and often reported."""
    with psycopg.connect(libpq_url(city_url)) as connection:
        rows = connection.execute(
            "SELECT c.code FROM category c JOIN report r ON r.county_code = c.county_code"
            " AND (r.category_code = c.code OR r.category_code LIKE c.code || '.%%')"
            " LEFT JOIN category p ON p.county_code = c.county_code AND p.code = c.parent_code"
            " WHERE NOT (c.sensitive OR coalesce(p.sensitive, false))"
            " GROUP BY c.code HAVING count(*) >= %s ORDER BY c.code",
            [COMMON],
        ).fetchall()
    return [code for (code,) in rows]


def reports(url: str, category: str, period: dict[str, str]) -> int:
    with psycopg.connect(libpq_url(url)) as connection:
        row = connection.execute(
            "SELECT count(*) FROM report WHERE (category_code = %(code)s OR category_code LIKE"
            " %(code)s || '.%%') AND received_on BETWEEN %(from)s AND %(to)s"
            " AND coalesce(outcome, '') NOT IN ('rejected', 'duplicate')",
            {"code": category, **period},
        ).fetchone()
    assert row is not None
    return int(row[0])


def ask(client: httpx.Client, path: str, **asked: Any) -> dict[str, Any]:
    answer = client.get(f"/layers/{path}", params=asked)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_nine_of_ten_reports_of_every_common_matter_are_in_some_unit(
    planner: httpx.Client, common: list[str], city_url: str
) -> None:
    assert len(common) >= 30
    shares: dict[str, float] = {}
    for category in common:
        # As the page opens: the latest whole month with reports, by grid.
        found = ask(planner, "counts", category=category, unit="town", period="full")["period"]
        days = {"from": found["from"], "to": found["to"]}
        made = reports(city_url, category, days)
        assert made > 0, category
        layer = ask(planner, "rates", category=category, **days)
        shown = sum(item["count"] or 0 for item in layer["items"])
        shares[category] = shown / made
        hot = ask(planner, "hotspots", category=category, against="exposure", **days)
        assert sum(item["count"] for item in hot["items"]) == shown, category
        assert shown + layer["method"]["outside"] == made, category
    assert {code: share for code, share in shares.items() if share < 0.9} == {}


@pytest.mark.parametrize("view", ["cells", "surface"])
def test_what_a_view_of_places_leaves_out_is_said(
    planner: httpx.Client, common: list[str], city_url: str, view: str
) -> None:
    for category in common:
        found = ask(planner, "counts", category=category, unit="town", period="full")["period"]
        days = {"from": found["from"], "to": found["to"]}
        asked = {"unit": "cell", "cell_m": "400"} if view == "cells" else {}
        path = "rates" if view == "cells" else "density"
        method = ask(planner, path, category=category, **asked, **days)["method"]
        left_out = method["outside"] + method["without_location"]
        made = reports(city_url, category, days)
        assert method["n"] + left_out == made, category
        if made >= 20:  # of a handful one without coordinates is a large share
            assert method["n"] >= 0.9 * made, category
