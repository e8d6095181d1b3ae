"""Tile base maps: only the configured host is asked, and AMap's datum moves our layers, not our data."""

from __future__ import annotations

import base64
import re

import pytest

from api.app import create_app
from gis.settings import Settings
from tests.support.server import running

pytestmark = pytest.mark.browser

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
# At Zhucheng GCJ-02 lies 529 m from WGS 84.
SHIFT_M = 529
MARKED = """() => {
  const map = window.gridcallShell.map;
  let found = null;
  map.eachLayer(layer => { if (layer.options.icon?.options.className === "point-mark") found = layer.getLatLng(); });
  return [found.lng, found.lat];
}"""

# Longitude and latitude in WGS 84, by the page's own module, whatever the base map's datum.
CENTRE = """async () => {
  const address = [...document.scripts].map(s => s.src).find(src => src.endsWith("/js/map.js"));
  const { lonLatOf } = await import(address.replace("map.js", "lonlat.js"));
  return lonLatOf(window.gridcallShell.map.getCenter());
}"""


@pytest.fixture(scope="module")
def tiled_server(city_url):
    settings = Settings(
        database_url=city_url, base_maps=("openstreetmap", "amap"), log_level="error"
    )
    with running(create_app(settings)) as address:
        yield address


def test_amap_moves_our_layers_by_its_datum(visit, tiled_server):
    here = visit("planner", address=tiled_server)
    here.expected = [
        "request to another host: https://webrd0",
        "request to another host: https://tile.openstreetmap.org/",
    ]
    asked: list[str] = []

    def tile(route):
        asked.append(route.request.url)
        route.fulfill(body=PIXEL, content_type="image/png")

    for host in ("https://tile.openstreetmap.org/**", "https://webrd0*.is.autonavi.com/**"):
        here.page.route(host, tile)
    page = here.open_map("/map?at=119.41,35.995,15&point=119.41,35.995")
    assert asked == []
    page.locator("#detail .reason").wait_for()
    assert page.evaluate(MARKED) == pytest.approx([119.41, 35.995], abs=1e-9)
    reason = page.locator("#detail .reason").inner_text()
    centre = page.evaluate(CENTRE)

    page.locator("#base").select_option("amap")
    page.wait_for_url(re.compile("base=amap"))
    page.wait_for_function(f"JSON.stringify(({MARKED})()) !== '[119.41,35.995]'")
    lon, lat = page.evaluate(MARKED)
    moved = ((lon - 119.41) * 90_070) ** 2 + ((lat - 35.995) * 110_950) ** 2
    assert moved**0.5 == pytest.approx(SHIFT_M, abs=10)
    page.locator("#detail .reason").wait_for()
    assert page.locator("#detail .reason").inner_text() == reason
    assert "point=119.410000,35.995000" in page.url
    assert page.evaluate(CENTRE) == pytest.approx(centre, abs=5e-5), "but for a pixel"
    assert asked
    assert all("autonavi.com" in url for url in asked)

    page.locator("#base").select_option("openstreetmap")
    page.wait_for_function(f"JSON.stringify(({MARKED})()) === '[119.41,35.995]'")
