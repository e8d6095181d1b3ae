"""A county that has just been added: no grids, no towns, no categories; the console opens all the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import expect

from api.app import create_app
from gis.accounts import add_account
from gis.db.database import Database
from gis.registry import County, add_county
from gis.settings import Settings
from tests.browser.test_console_queue import get
from tests.support.server import running

pytestmark = pytest.mark.browser

BARE = County("370783", "寿光市", "Shouguang", "Asia/Shanghai", 4549)


@pytest.fixture(scope="module")
def bare_server(city_url: str) -> Iterator[str]:
    with closing(Database(city_url, role=None)) as db, db.transaction() as tx:
        add_county(tx, BARE, now=dt.datetime.now(dt.UTC))
        add_account(
            tx, county_code=BARE.code, username="new", name="New", password="demo demo demo",
            role="dispatcher",
        )  # fmt: skip
    with running(create_app(Settings(database_url=city_url, log_level="error"))) as address:
        yield address


@pytest.mark.parametrize(
    ("locale", "words"), [("zh-CN", "这里还没有网格"), ("en-GB", "No grids yet")]
)
def test_it_opens_says_what_to_do_and_takes_calls(visit, bare_server, locale, words):
    here = visit(None, locale=locale, address=bare_server)
    here.context.request.post(
        f"{bare_server}/api/v1/sessions", data={"username": "new", "password": "demo demo demo"}
    )
    page = here.open_map()
    notice = page.locator(".map-empty")
    expect(notice).to_contain_text(words)
    expect(notice).to_contain_text("gridcall import grids")
    expect(page.locator("body")).to_have_attribute("data-live", "live")
    centre = page.evaluate("window.gridcallShell.map.getCenter()")
    assert 73 < centre["lng"] < 135
    assert 18 < centre["lat"] < 54
    before = get(here, "/reports/counts?queue=open")["count"]
    page.keyboard.press("n")
    page.locator("#call-words").fill("First call")
    page.locator("#call-where").fill("118.79, 36.86")
    expect(page.locator(".call-match .reason")).to_be_visible()
    page.locator(".call button[type=submit]").click()
    expect(page.locator("#detail .description")).to_have_text("First call")
    assert get(here, "/reports/counts?queue=open")["count"] == before + 1
