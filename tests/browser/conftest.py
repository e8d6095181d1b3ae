"""A real server over the sample city, and Debian's chromium that may talk to nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from api.app import create_app
from gis.settings import Settings
from tests.support.server import running

PATIENCE_MS = 15_000
# A condition is waited for as long as an action: a busy machine is slow, not wrong.
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def city_server(city_url: str) -> Iterator[str]:
    """Address of a server over the module's copy of the sample city."""
    with running(create_app(Settings(database_url=city_url, log_level="error"))) as address:
        yield address


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "chromium is missing: `gridcall doctor` says how to get it"
    # Root may not use chromium's own sandbox.
    chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
    yield chromium
    chromium.close()


@dataclass
class Visit:
    """One browser context and all that must never happen in it."""

    context: BrowserContext
    page: Page
    address: str
    faults: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def sign_in(self, username: str) -> None:
        answer = self.context.request.post(
            f"{self.address}/api/v1/sessions", data={"username": username, "password": "demo"}
        )
        assert answer.ok, answer.text()

    def open(self, path: str) -> Page:
        self.page.goto(f"{self.address}{path}")
        return self.page

    def open_map(self, path: str = "/map") -> Page:
        """Open the map and wait until everything it starts with is there."""
        self.open(path)
        self.page.locator("body[data-ready=true]").wait_for()
        return self.page

    def surprises(self) -> list[str]:
        return [
            fault for fault in self.faults if not any(words in fault for words in self.expected)
        ]


def _watch(visit: Visit) -> None:
    host = urlsplit(visit.address).netloc

    def request(request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob"} and parts.netloc != host:
            visit.faults.append(f"request to another host: {request.url}")

    # The console reports every violation of the content security policy as an error.
    visit.page.on("request", request)
    visit.page.on(
        "console", lambda line: line.type in {"error", "warning"} and visit.faults.append(line.text)
    )
    visit.page.on("pageerror", lambda error: visit.faults.append(f"uncaught: {error}"))
    visit.page.on(
        "dialog", lambda dialog: (visit.faults.append("a dialog opened"), dialog.dismiss())
    )


@pytest.fixture
def visit(browser: Browser, city_server: str) -> Iterator[Callable[..., Visit]]:
    """Open browser contexts; at the end no page may have had a fault."""
    visits: list[Visit] = []

    def start(
        username: str | None = "dispatcher",
        *,
        width: int = 1400,
        height: int = 900,
        locale: str = "zh-CN",
        address: str = city_server,
        scripts: bool = True,
    ) -> Visit:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale=locale,
            timezone_id="Asia/Shanghai",
            java_script_enabled=scripts,
        )
        context.set_default_timeout(PATIENCE_MS)
        opened = Visit(context, context.new_page(), address)
        _watch(opened)
        visits.append(opened)
        if username:
            opened.sign_in(username)
        return opened

    yield start
    for opened in visits:
        opened.context.close()
    assert [fault for opened in visits for fault in opened.surprises()] == []
