"""What the planner's page tells is true of what it shows: legend, ranking, notices, months."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.test_hotspots import LOW, ask, open_page

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
