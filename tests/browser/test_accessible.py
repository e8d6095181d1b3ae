"""No page has a serious or critical finding of axe-core."""

from __future__ import annotations

from importlib.resources import files

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
GRAVE = {"serious", "critical"}
PAGES = [
    ("dispatcher", "/"),
    ("water", "/"),
    ("staff", "/"),
    ("planner", "/"),
    ("staff", "/reports/new"),
    ("dispatcher", "/callbacks"),
    ("dispatcher", "/notifications"),
    ("dispatcher", "/reports"),
    ("dispatcher", "/statistics"),
    ("dispatcher", "/no-such-page"),
    (None, "/"),
    (None, "/evaluate/370782-none"),
]


def findings(page: Page) -> list[str]:
    """Return what axe finds grave on a page, with the elements it is about."""
    # By evaluation and not as a tag: the pages' own policy forbids scripts of others.
    page.evaluate(AXE + "; void 0")
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [
        f"{one['id']}: {node['html'][:120]}"
        for one in found
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


@pytest.mark.parametrize(("username", "path"), PAGES)
@pytest.mark.parametrize("width", [360, 1440])
def test_pages_are_free_of_grave_findings(visit, username, path, width):
    here = visit(username, width=width)
    here.expected = ["404"]
    assert findings(here.open(path)) == []


@pytest.mark.parametrize("username", ["dispatcher", "water"])
def test_a_report_and_its_work_order(visit, username):
    here = visit(username, width=360)
    here.open("/").locator(".queue li a").first.click()
    here.page.locator(".report-head").wait_for()
    assert findings(here.page) == []
    here.open(here.page.url.removeprefix(here.address) + "/work-order")
    assert findings(here.page) == []
