"""A computer whose clock is wrong: lights and what is left of a limit are the server's matter."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_console_queue import get, post

pytestmark = pytest.mark.browser

DAY_MS = 86_400_000
WRONG = pytest.mark.parametrize("days", [20, -3_650], ids=["ahead", "behind"])

# What a page does every so often is kept, so that it can be had at once.
CLOCK = """
  globalThis.wrongBy = %d;
  const Right = Date;
  globalThis.Date = class extends Right {
    constructor(...given) {
      super(...(given.length ? given : [Right.now() + wrongBy]));
    }
    static now() {
      return Right.now() + wrongBy;
    }
  };
  globalThis.ticks = [];
  const every = setInterval;
  globalThis.setInterval = (work, wait) => {
    ticks.push(work);
    return every(work, wait);
  };
"""
MODULE = """async () => {
  const links = [...document.querySelectorAll("link[rel=modulepreload]")].map((one) => one.href);
  globalThis.serverClock = await import(links.find((link) => link.includes("/js/config.js")));
}"""


def wrong(visit, days, **more):
    """Open a browser on a computer that is wrong by so many days."""
    here = visit(**more)
    here.page.add_init_script(CLOCK % (days * DAY_MS))
    return here


def tick(page):
    page.evaluate("ticks.forEach((work) => work())")


def off_by_s(page):
    """Seconds between what a page takes for the time and the time."""
    return (
        abs(page.evaluate("serverClock.now()") - dt.datetime.now(dt.UTC).timestamp() * 1000) / 1000
    )


@WRONG
def test_the_console_judges_by_the_servers_clock(visit, days):
    here = wrong(visit, days, locale="en-GB")
    fresh = post(here, description="Light is out")
    late = get(here, "/reports?queue=overdue&limit=1")["items"][0]
    for report, light in ((fresh, "green"), (late, "red")):
        assert report["light"] == light
        page = here.open_map(f"/map?report={report['id']}&queue=open")
        words = "overdue" if light == "red" else "left"
        clock = page.locator("#detail .clock .light").first
        tick(page)
        expect(clock).to_have_class(f"light {light}")
        expect(clock).to_contain_text(words)
    here.open_map("/map?queue=new")
    row = page.locator(f"#list li[data-id='{fresh['id']}']")
    expect(row).to_have_class("row green")
    expect(row.locator(".due")).to_contain_text("left")


@WRONG
def test_pages_of_forms_go_on_counting_by_the_servers_clock(visit, days):
    here = wrong(visit, days)
    report = post(here, description="路灯不亮了")
    page = here.open(f"/reports/{report['id']}")
    badge = page.locator("[data-due]").first
    page.evaluate("document.querySelector('[data-due] span').textContent = ''")
    tick(page)
    expect(badge).to_have_class("light green")
    expect(badge).to_contain_text("剩")
    expect(badge).not_to_contain_text(re.compile(r"\d{4}"))


@WRONG
def test_the_boards_clock_is_the_servers(visit, days):
    here = wrong(visit, days, width=1920, height=1080)
    page = here.open("/map/board")
    page.locator("body[data-ready=true]").wait_for()
    tick(page)
    shown = dt.datetime.fromisoformat(page.locator("#clock time").get_attribute("datetime"))
    assert abs(dt.datetime.now(dt.UTC) - shown) < dt.timedelta(seconds=30)


def test_a_clock_that_is_put_right_meanwhile_is_followed(visit):
    page = wrong(visit, 20).open_map()
    page.evaluate(MODULE)
    assert off_by_s(page) < 30
    told = """(times) => {
      const at = new Date(Date.now() - wrongBy).toISOString();
      for (let time = 0; time < times; time += 1) serverClock.hear(at);
    }"""
    # Set back, what is told next is more than before and holds at once; set forward, after a few.
    for by, times in ((-DAY_MS, 1), (0, 3)):
        page.evaluate("(by) => { wrongBy = by; }", by)
        page.evaluate(told, times)
        assert off_by_s(page) < 30
    # What a sleeping tab hears late makes nothing of it.
    page.evaluate("serverClock.hear(new Date(Date.now() - 3_600_000).toISOString())")
    assert off_by_s(page) < 30


def test_the_stream_tells_the_time(visit):
    here = visit()
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    hello = f'event: hello\nid: 1.1\ndata: {{"at": "{later.isoformat()}"}}\n\n'
    here.page.route(
        "**/api/v1/events?*",
        lambda route: route.fulfill(content_type="text/event-stream", body=hello),
    )
    page = here.open_map()
    page.evaluate(MODULE)
    page.wait_for_function(
        "(least) => serverClock.now() > least", arg=(later.timestamp() - 60) * 1000
    )
