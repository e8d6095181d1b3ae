"""No state of the console has a serious or critical finding of axe-core, wide or narrow."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accessible import findings
from tests.browser.test_console_queue import act, post

pytestmark = pytest.mark.browser

WIDTHS = [360, 1440]


@pytest.fixture(params=WIDTHS)
def here(visit, request):
    return visit(width=request.param, height=800, locale="en-GB")


def sheet(page: Page) -> None:
    """Bring the queue to the front where it is a sheet over the map."""
    if (
        page.viewport_size["width"] < 600
        and page.locator("body").get_attribute("data-open") != "side"
    ):
        page.locator("[data-sheet=side]").click()


def test_the_list_its_filters_and_the_layers(here):
    page = here.open_map()
    sheet(page)
    expect(page.locator(".row").first).to_be_visible()
    assert findings(page) == []
    page.locator("#filters summary").click()
    page.locator("[name='f.category']").select_option("water")
    page.locator("[name='f.light']").select_option("red")
    expect(page.locator("#filter-chips .chip")).to_have_count(2)
    assert findings(page) == []
    page.locator("[data-side-tab=layers]").click()
    page.locator("label:has(input[name=heat][value=town])").click()
    expect(page.locator("#legend .classes li").first).to_be_attached()
    assert findings(page) == []


def test_an_empty_queue(here):
    page = here.open_map("/map?f.text=nothing+is+called+like+this")
    sheet(page)
    expect(page.locator("#list-empty")).to_be_visible()
    assert findings(page) == []


def test_a_report_and_its_dialogs(here):
    here.expected = ["412"]
    report = post(here, category="power.outage", description="Axe", accuracy_m=150)
    page = here.open_map(f"/map?report={report['id']}")
    expect(page.locator("#detail .timeline-block")).to_be_visible()
    expect(page.locator(".suggestion").first).to_be_visible()
    assert findings(page) == []
    page.locator("#detail .more summary").click()
    page.locator("#detail [data-action=merge]").click()
    expect(page.locator("dialog")).to_be_visible()
    assert findings(page) == []
    page.keyboard.press("Escape")
    page.route("**/api/v1/events*", lambda route: route.abort())
    page.locator("#detail [data-action=reject]").click()
    page.locator("dialog [name=reason]").fill("Not ours")
    act(here, report, "recategorise", category="power.transformer")
    page.locator("dialog button[type=submit]").click()
    expect(page.locator("dialog .versions")).to_be_visible()
    assert findings(page) == []


def test_a_new_call(here):
    page = here.open_map()
    page.keyboard.press("n")
    page.locator("#call-words").fill("盛龙花园4-6楼没水")
    page.locator("#call-where").fill("盛龙花园")
    expect(page.locator("#call-where-list li").first).to_be_visible()
    assert findings(page) == []
    page.keyboard.press("Enter")
    expect(page.locator(".call-match .reason")).to_be_visible()
    assert findings(page) == []


def test_the_keys(here):
    page = here.open_map()
    page.keyboard.press("?")
    expect(page.locator("dialog .keys")).to_be_visible()
    assert findings(page) == []


def test_several_at_once(here):
    name = f"Axe bulk {here.page.viewport_size['width']}"
    for _ in range(2):
        post(here, category="power.outage", description=name)
    page = here.open_map(f"/map?f.text={name.replace(' ', '+')}")
    sheet(page)
    expect(page.locator("body")).to_have_attribute("data-rows", "2")
    page.locator("#check-all").click()
    expect(page.locator("#bulk")).to_be_visible()
    assert findings(page) == []
    page.locator("[data-bulk=dispatch]").click()
    expect(page.locator("dialog .primary")).to_be_visible()
    assert findings(page) == []
    page.locator("dialog .primary").click()
    expect(page.locator("dialog tbody tr")).to_have_count(2)
    assert findings(page) == []


def test_one_cause_offered_and_an_emergency(here):
    for n in range(4):
        post(
            here, category="heating.not_warm", description=f"Axe {n}", urgent=n == 0,
            longitude=119.2 + n * 0.0003 + here.page.viewport_size["width"] / 1e5, latitude=36.1,
        )  # fmt: skip
    page = here.open_map()
    expect(page.locator("#alarm button").first).to_be_visible()
    sheet(page)
    expect(page.locator(".cluster").first).to_be_visible()
    assert findings(page) == []


def test_cut_off_from_the_server(here):
    here.expected = ["Failed to load resource", "ERR_"]
    page = here.open_map()
    expect(page.locator("body")).to_have_attribute("data-live", "live")
    here.context.set_offline(True)
    expect(page.locator("body")).to_have_attribute("data-live", "offline")
    page.keyboard.press("n")
    page.locator("#call-words").fill("Away")
    page.locator("#call-where").fill("behind the mill")
    page.locator(".call button[type=submit]").click()
    expect(page.locator(".call .notice.error")).to_be_visible()
    assert findings(page) == []
