"""From POST to the marker on a map that a browser has open, while 200 others listen."""

from __future__ import annotations

import json
import socket
import time
import uuid

import numpy as np

from tests.bench import pages, posting
from tests.bench.results import Results

SECTION = "POST to marker"
RATE = 5
"""Reports a second."""
AT = (119.41, 35.995)
ZOOM = 14
_SIDE_DEG = 0.012
# When the map shows one report more, alone or in a pile: the time of the frame after it was drawn.
_WATCHED = """() => {
  const pane = document.querySelector(".leaflet-marker-pane");
  const shown = () => [...pane.querySelectorAll(".pile b")].reduce((sum, b) => sum + Number(b.textContent.replace(",", "")), 0)
    + pane.querySelectorAll(".report-mark").length;
  const first = shown();
  window.drawn = [];
  new MutationObserver(() => requestAnimationFrame(() => {
    while (window.drawn.length < shown() - first) window.drawn.push(performance.timeOrigin + performance.now());
  })).observe(pane, { childList: true, subtree: true, characterData: true });
}"""


def measure(port: int, token: str, results: Results, seconds: float, listeners: int) -> None:
    """Hand reports in where a dispatcher looks, and note when the map has each."""
    with pages.chromium() as browser:
        address = f"http://127.0.0.1:{port}"
        with pages.visited(browser, address, "dispatcher") as visit:
            page = visit.open_map(f"/map?at={AT[0]},{AT[1]},{ZOOM}")
            page.evaluate(_WATCHED)
            sent = _send(port, token, int(RATE * seconds))
            page.wait_for_function("(all) => window.drawn.length >= all", arg=len(sent))
            drawn = page.evaluate("window.drawn")[: len(sent)]
    late = np.array(drawn) - 1000 * np.array(sent)
    what = f"{listeners} listeners, {RATE} reports a second"
    results.add(SECTION, f"{what}: median ms", f"{np.median(late):.0f}")
    results.add(SECTION, f"{what}: 95th percentile ms", f"{np.percentile(late, 95):.0f}", "< 300")
    results.add(SECTION, f"{what}: slowest ms", f"{late.max():.0f}")


def _send(port: int, token: str, number: int) -> list[float]:
    """Return when each report was sent, in seconds since 1970, as the page's clock counts."""
    where = np.random.default_rng(7).uniform(-_SIDE_DEG, _SIDE_DEG, (number, 2)) + AT
    times = []
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        began = time.perf_counter()
        for i, (lon, lat) in enumerate(where.tolist()):
            time.sleep(max(0.0, began + i / RATE - time.perf_counter()))
            body = {
                "client_id": str(uuid.uuid4()), "category": "roads.pothole", "description": "marker",
                "longitude": lon, "latitude": lat,
            }  # fmt: skip
            times.append(time.time())
            posting.send_one(connection, token, json.dumps(body).encode())
    return times
