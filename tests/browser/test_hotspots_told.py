"""What the planner's page tells is true of what it shows: legend, ranking, notices, months."""

from __future__ import annotations

import re

import pytest
import shapely
from playwright.sync_api import Page, expect

from tests.browser.test_hotspots import LOW, ask, open_page, ready

pytestmark = pytest.mark.browser


def test_density_ranks_by_the_surface_and_shows_the_legends_colours(visit):
    page = open_page(visit, f"view=density&{LOW}", locale="en-GB")
    body = ask(page, "density?category=water.low_pressure&from=2022-07-01&to=2022-07-31")
    first = page.locator("#ranking tbody tr").first
    expect(first.locator("th button")).to_have_text(body["peaks"][0]["name_en"])
    told = float(first.locator("td").inner_text())
    assert told == pytest.approx(body["maximum"], rel=0.005)
    swatch = page.locator("#legend .swatch").first.evaluate("box => box.style.opacity")
    layer = page.locator("img.leaflet-tile-loaded[src*=density]").first
    shown = layer.evaluate("tile => tile.closest('.leaflet-layer').style.opacity")
    assert shown == swatch
    first.get_by_role("button").click()
    expect(page.locator(".unit-words")).to_contain_text("The surface peaks here")


def open_refused(visit, query: str) -> Page:
    here = visit("planner", locale="en-GB")
    here.expected.append("Failed to load resource")
    return here.open_map(f"/map/hotspots?{query}")


@pytest.mark.parametrize(
    ("query", "unused", "shown"),
    [
        ("what=nope&view=bogus&unit=galaxy", "what=nope", "All matters"),
        ("what=tag:nope&from=abc&to=2022-07-31", "from=abc", "Counts"),
        ("what=dispute&from=2022-07-01&to=2022-07-15", "15 Jul 2022", "Disputes"),
        (f"view=scan&scan=nonsense&{LOW}", "scan=nonsense", "Scan"),
        (f"exposure=pipes&view=rate&at=999,999,99&{LOW}", "at=999,999,99", "Jul 2022"),
    ],
)
def test_what_of_the_address_is_not_used_is_said(visit, query, unused, shown):
    page = open_refused(visit, query)
    notice = page.locator("#map-status .notice")
    expect(notice).to_have_count(1)
    expect(notice).to_contain_text(unused)
    expect(notice).to_contain_text(re.compile(f"Shown instead: .*{shown}"))
    assert "at=999" not in page.url
    notice.get_by_role("button", name="Close").click()
    expect(notice).to_have_count(0)


def test_a_scan_that_was_not_started_claims_nothing(visit):
    page = open_page(visit, f"view=scan&{LOW}", locale="en-GB")
    expect(page.locator("#legend .total")).to_have_text("Not scanned yet")
    expect(page.locator("#month-label")).to_contain_text("Jul 2022")
    expect(page.locator("#play-why")).to_have_text("This view looks at Jul 2022 as a whole")
    page.locator("label:has(input[value=emerging])").click()
    ready(page)
    expect(page.locator("#play-why")).to_contain_text("Jul 2022 as a whole")
    expect(page.locator("#play-why")).not_to_have_text("This view looks at Jul 2022 as a whole")


def test_two_maps_of_counts_are_headed_as_counts_and_show_the_whole_county(visit):
    page = open_page(visit, f"view=compare&sides=1&{LOW}", locale="en-GB")
    expect(page.locator("#legend .legend-head")).to_contain_text("Reports per grid")
    expect(page.locator("#legend .legend-head")).not_to_contain_text("Change")
    towns = page.request.get(f"{page.url.partition('/map')[0]}/api/v1/towns?f=geojson").text()
    west, south, east, north = shapely.from_geojson(towns).bounds
    shown = page.evaluate("gridcallShell.map.getBounds().toBBoxString().split(',').map(Number)")
    assert shown[0] < west < east < shown[2]
    assert shown[1] < south < north < shown[3]


def test_periods_that_overlap_are_refused_in_words(visit):
    query = "view=compare&than=dates&than_from=2022-07-15&than_to=2022-07-20"
    page = open_refused(visit, f"{query}&{LOW}")
    expect(page.locator("#map-status .error")).to_contain_text("must not overlap")
    expect(page.locator("#map-status .error button")).to_have_count(0)


def test_nothing_against_one_yardstick_offers_the_other(visit):
    page = open_page(visit, f"view=hotspots&against=map&{LOW}", locale="en-GB")
    expect(page.locator("#ranking .empty")).to_contain_text("Against the rest of the map (Gi*)")
    page.locator("#ranking").get_by_role("button").click()
    expect(page.locator("#ranking tbody tr").first).to_contain_text("Shenglong Garden")
    # Nothing of the table lies beyond the panel.
    assert page.locator("#ranking").evaluate("box => box.scrollWidth <= box.clientWidth")


def test_a_film_shows_its_month_everywhere(visit):
    page = open_page(visit, LOW, locale="en-GB")
    page.locator("#play").click()
    expect(page.locator("#from")).not_to_have_value("2022-07-01")
    within = page.locator("#months g.within").count()
    assert within == 1
    # Between the first data and what a running server adds lie years without a report.
    expect(page.locator("#from")).to_have_value(re.compile("^2022-(08|09)-01$"))
    page.locator("#play").click()
    ready(page)


def test_escape_closes_a_sheet_on_a_phone(visit):
    page = open_page(visit, LOW, width=360)
    opener = page.locator("[data-sheet=findings]")
    opener.click()
    expect(page.locator("body")).to_have_attribute("data-open", "findings")
    page.keyboard.press("Escape")
    expect(page.locator("body")).to_have_attribute("data-open", "")
    expect(opener).to_be_focused()


def test_an_emerging_place_is_one_row_and_marked_on_the_map(visit):
    page = open_page(visit, f"view=emerging&{LOW}", locale="en-GB")
    first = page.locator("#ranking tbody tr").first
    expect(first).to_contain_text("Shenglong Grid 7")
    expect(first).to_contain_text("8 units")
    rows = page.locator("#ranking tbody tr").count()
    expect(page.locator(".rank-mark")).to_have_count(rows)
