"""What a browser fetches to open a page, and how long 5,000 open reports take to paint and to pan."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.bench import posting
from tests.bench.results import Results
from tests.bench.stage import CITY, Stage
from tests.browser.conftest import Visit
from tests.browser.test_console_many import MANY, PAINTED, PANNED, fill

SECTION = "Pages in a browser"
WEIGHED = (("dispatcher", "/map", 400), ("planner", "/map/hotspots", 300))
"""Who, which page, and the most it may weigh in KB, compressed."""


def measure(stage: Stage, results: Results) -> None:
    """Weigh the pages with an empty cache, then fill the map up."""
    with (
        stage.database(CITY, "bench_pages") as url,
        posting.served(stage, url) as port,
        chromium() as browser,
    ):
        address = f"http://127.0.0.1:{port}"
        for username, path, most in WEIGHED:
            weight = _weight(browser, address, username, path) / 1000
            results.add(SECTION, f"{path}, first load", f"{weight:.0f} KB", f"< {most} KB")
        _measure_many(browser, address, results)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Give out the machine's chromium."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


def _weight(browser: Browser, address: str, username: str, path: str) -> int:
    with visited(browser, address, username) as visit:
        sizes: list[int] = []

        def note(event: dict[str, Any]) -> None:
            sizes.append(event["encodedDataLength"])

        client = visit.context.new_cdp_session(visit.page)
        client.send("Network.enable")
        client.on("Network.loadingFinished", note)
        visit.open_map(path)
        return sum(sizes)


def _measure_many(browser: Browser, address: str, results: Results) -> None:
    with visited(browser, address, "dispatcher") as visit:
        fill(visit, range(MANY), "Many")
        page = visit.open("/map?f.text=Many")
        painted = page.evaluate(PAINTED, MANY)
        page.locator("body[data-ready=true]").wait_for()
        steps = page.evaluate(PANNED)
    what = f"{MANY:,} open reports"
    results.add(SECTION, f"{what}, painted", f"{painted:.0f} ms", "< 2,000 ms")
    results.add(SECTION, f"{what}, panned, median", f"{steps[len(steps) // 2]:.0f} ms", "< 100 ms")
    results.add(SECTION, f"{what}, panned, slowest", f"{steps[-1]:.0f} ms")


@contextmanager
def visited(browser: Browser, address: str, username: str) -> Iterator[Visit]:
    """Give out a context of one account, of the size of a desk's screen."""
    context = browser.new_context(locale="en-GB", viewport={"width": 1440, "height": 900})
    context.set_default_timeout(60_000)
    visit = Visit(context, context.new_page(), address)
    visit.sign_in(username)
    try:
        yield visit
    finally:
        context.close()
