"""Five thousand open reports: every one in the list and on the map, and how long that takes is recorded, never judged.
Of more than that the list holds the newest, and says so; the map shows all of them.

A test says what is right, not how fast a busy machine was; `--junitxml` writes the figures down, docs/console.md holds those of a
quiet machine.
"""

from __future__ import annotations

import json
import re
import uuid

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

MANY = 5_000
# From the page's own clock: navigation to the last row in the list and on the map.
PAINTED = """(wanted) => new Promise((resolve) => {
  const look = () => Number(document.body.dataset.rows) >= wanted && Number(document.body.dataset.marks) > 0
    ? requestAnimationFrame(() => resolve(performance.now())) : setTimeout(look, 10);
  look();
})"""
# The longest time between two frames while the map is dragged across the county.
PANNED = """() => new Promise((resolve) => {
  const { map } = window.gridcallShell;
  const steps = [];
  let n = 0;
  const step = () => {
    const began = performance.now();
    map.panBy([n % 2 ? -180 : 180, 60 - (n % 3) * 60], { animate: false });
    requestAnimationFrame(() => setTimeout(() => {
      steps.push(performance.now() - began);
      n += 1;
      if (n < 20) step(); else resolve(steps.sort((a, b) => a - b));
    }));
  };
  step();
})"""


def fill(visit, numbers: range, name: str) -> None:
    """Hand in reports all over the county, in bulk."""
    lines = [
        json.dumps({
            "client_id": str(uuid.uuid4()), "category": "water.low_pressure", "description": f"{name} {n}",
            "longitude": 119.15 + (n % 100) * 0.005, "latitude": 35.75 + (n // 100) * 0.009,
        })
        for n in numbers
    ]  # fmt: skip
    answer = visit.context.request.post(
        f"{visit.address}/api/v1/reports/bulk",
        data="\n".join(lines).encode(),
        headers={"Content-Type": "application/x-ndjson"},
        timeout=120_000,
    )
    assert answer.ok, answer.text()


def on_map(page) -> int:
    """Return how many reports the map shows, alone and in piles."""
    piled = page.locator(".pile b").all_inner_texts()
    alone = page.locator(".report-mark").count()
    return sum(int(text.replace(",", "")) for text in piled) + alone


def test_five_thousand_open_reports_are_shown_and_panned(visit, record_property):
    here = visit(locale="en-GB", width=1440)
    fill(here, range(MANY), "Many")
    page = here.open("/map?f.text=Many")
    painted = page.evaluate(PAINTED, MANY)
    page.locator("body[data-ready=true]").wait_for()
    expect(page.locator("#queues [data-queue=open] b")).to_have_text(f"{MANY:,}")
    # Those in view, each counted once; the county fits the view but for its padding.
    assert on_map(page) == MANY
    assert page.locator(".row").count() < 40
    steps = page.evaluate(PANNED)
    record_property("painted_ms", round(painted))
    record_property("pan_median_ms", round(steps[len(steps) // 2]))
    record_property("pan_worst_ms", round(steps[-1]))


# Counts what a pan does to the marks and the canvases.
WATCHED = """() => {
  window.touched = [];
  const watch = new MutationObserver((records) => window.touched.push(...records.map((one) => one.target.className)));
  for (const pane of document.querySelectorAll(".leaflet-marker-pane, .leaflet-labels-pane")) watch.observe(pane, { childList: true });
  // A canvas that is drawn anew is given its size again.
  for (const canvas of document.querySelectorAll(".leaflet-map-pane canvas")) watch.observe(canvas, { attributes: true, attributeFilter: ["width"] });
}"""


def test_a_pan_inside_of_what_is_drawn_touches_nothing(visit):
    page = visit(locale="en-GB", width=1440).open_map("/map?at=119.41,35.995,12")
    expect(page.locator(".pile").first).to_be_visible()
    page.evaluate(WATCHED)
    page.evaluate("void window.gridcallShell.map.panBy([90, -60], {animate: false})")
    # The address follows once the map has come to rest.
    page.wait_for_url(re.compile(r"at=119\.44"))
    assert page.evaluate("window.touched") == []
    page.evaluate("void window.gridcallShell.map.panBy([900, 0], {animate: false})")
    page.wait_for_function("window.touched.length > 0")


# After the one above: the same city, and more than the list holds.
MORE = 600
# Resolves to the number on the map once it is the one wanted, or to what it was after ten seconds.
EVERY = """(wanted) => new Promise((resolve) => {
  const shown = () => [...document.querySelectorAll(".pile b")].reduce((sum, b) => sum + Number(b.textContent.replace(",", "")), 0)
    + document.querySelectorAll(".report-mark").length;
  const ends = performance.now() + 10_000;
  const look = () => shown() === wanted || performance.now() > ends ? resolve(shown()) : setTimeout(look, 20);
  look();
})"""


def test_of_more_than_the_list_holds_none_is_missing(visit):
    here = visit(locale="en-GB", width=1440)
    fill(here, range(MORE), "Crowd first")
    fill(here, range(MORE, MANY + MORE), "Crowd then")
    page = here.open_map("/map?f.text=Crowd")
    expect(page.locator("#queues [data-queue=open] b")).to_have_text(f"{MANY + MORE:,}")
    held = int(page.locator("body").get_attribute("data-rows"))
    assert MANY <= held < MANY + MORE
    expect(page.locator("#reports-shown")).to_have_text(f"Newest {held:,} of {MANY + MORE:,}")
    assert page.evaluate(EVERY, MANY + MORE) == MANY + MORE
    # Where the oldest lie, which the list does not hold.
    page.evaluate("void window.gridcallShell.map.setView([35.75, 119.15], 18, {animate: false})")
    assert page.evaluate(EVERY, 1) == 1
    page.locator(".report-mark").click()
    expect(page.locator("#detail .description")).to_have_text("Crowd first 0")
    # Few enough for the list: it holds all of them again, and so does the map.
    page.locator("#filters summary").click()
    page.locator("[name='f.text']").fill("Crowd first")
    expect(page.locator("#reports-shown")).to_have_text(f"Reports: {MORE}")
    expect(page.locator("body")).to_have_attribute("data-rows", str(MORE))
