"""The main states as they look, kept under ``artifacts/images``; the documentation shows some of them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pictures import shoot
from tests.browser.test_console_queue import post

pytestmark = pytest.mark.browser

WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 360, "height": 740}
# Near the corner of three grids.
GAS = {
    "category": "gas.leak", "description": "楼道煤气味很重", "urgent": True, "accuracy_m": 260,
    "longitude": 119.4081, "latitude": 36.0009,
}  # fmt: skip
LOW = "what=water.low_pressure&from=2022-07-01&to=2022-07-31"


@pytest.fixture(params=["zh", "en"])
def language(request) -> str:
    return request.param


def at_rest(page: Page) -> Page:
    """Wait until the map has what it shows and moves no more."""
    page.locator("body[data-ready=true]").wait_for()
    page.wait_for_function("() => !gridcallShell.map._panAnim?._inProgress")
    page.evaluate("() => document.fonts.ready.then(() => null)")
    return page


def open_planner(visit, query: str, language: str, **size: int) -> Page:
    return visit("planner", locale=language, **size).open_map(f"/map/hotspots?{query}")


def test_the_map_with_heat_and_who_answers_here(visit, language):
    page = visit("admin", locale=language, **WIDE).open_map(
        "/map?from=2022-01-01&to=2022-09-30&at=119.36,36.0,12"
    )
    box = page.locator("#map_gridcall").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.45)
    page.locator("#detail #locate-what").select_option("water.low_pressure")
    expect(page.locator("#detail .reason")).to_contain_text({"zh": "供水", "en": "Water"}[language])
    expect(page.locator("#detail .staff li").first).to_be_visible()
    expect(page.locator("#legend .classes li").first).to_be_visible()
    shoot(at_rest(page), f"images/map-{language}")


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_the_console_with_a_report_whose_grid_is_in_doubt(visit, language, size):
    here = visit("dispatcher", locale=language, **size)
    report = post(here, **GAS)
    page = here.open_map(f"/map?report={report['id']}&at=119.4081,36.0009,15")
    expect(page.locator("#detail .timeline-block")).to_be_visible()
    expect(page.locator(".suggestion").first).to_be_attached()
    expect(page.locator(".map-label").first).to_be_attached()
    expect(page.locator("body")).to_have_attribute("data-live", "live")
    name = "console" if size is WIDE else "console-phone"
    shoot(at_rest(page), f"images/{name}-{language}")


def test_the_console_while_a_call_is_taken_down(visit, language):
    page = visit("dispatcher", locale=language, **WIDE).open_map()
    page.keyboard.press("n")
    page.locator("#call-words").fill("盛龙花园4-6楼没水")
    page.locator("#call-where").fill("盛龙花园19号楼1单元")
    expect(page.locator("#call-where-list li").first).to_be_visible()
    page.locator("#call-where").press("Enter")
    expect(page.locator(".call-match .reason")).to_be_visible()
    expect(page.locator("[name=category]")).to_have_value("water.low_pressure")
    shoot(at_rest(page), f"images/console-call-{language}")


def test_the_board(visit, language):
    here = visit("supervisor", locale=language, width=1920, height=1080)
    page = here.open_map("/map/board")
    expect(page.locator("#live ol li").first).to_be_visible()
    shoot(page, f"images/board-{language}")


def test_the_planner_finds_the_outbreak(visit, language):
    page = open_planner(visit, f"{LOW}&view=hotspots&at=119.42,36.0,14", language, **WIDE)
    page.locator("#ranking tbody button").first.click()
    expect(page.locator(".unit-words")).to_be_visible()
    shoot(at_rest(page), f"images/planner-hotspots-{language}")


def test_the_planner_compares_two_months(visit, language):
    page = open_planner(
        visit, "from=2022-07-01&to=2022-07-31&view=compare&unit=town", language, **WIDE
    )
    page.locator("#sides").check()
    expect(page.locator("#ranking tbody tr").first).to_be_visible()
    shoot(at_rest(page), f"images/planner-compare-{language}")


def test_the_planner_reads_method_and_back_test(visit, language):
    page = open_planner(visit, "from=2022-07-01&to=2022-07-31", language, **WIDE)
    page.locator("#method summary").click()
    expect(page.locator("#method-body .facts")).to_be_visible()
    shoot(at_rest(page), f"images/planner-counts-{language}")


def test_the_planner_on_a_telephone(visit, language):
    page = open_planner(visit, f"{LOW}&view=hotspots", language, **PHONE)
    expect(page.locator("#ranking tbody tr").first).to_be_attached()
    shoot(at_rest(page), f"images/planner-phone-{language}")
