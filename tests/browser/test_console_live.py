"""The console beside a stream of events: nothing moves by itself, and it says how fresh it is."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_console_queue import act, post

pytestmark = pytest.mark.browser

AWAY = {"longitude": 119.2512, "latitude": 36.1957}  # in another town
STANDING = """() => ({
  scroll: document.querySelector("#list").scrollTop,
  focused: document.activeElement.closest("li")?.dataset.id,
  top: document.activeElement.getBoundingClientRect().top,
  centre: [window.gridcallShell.map.getCenter().lat, window.gridcallShell.map.getCenter().lng],
})"""
# What the stream would bring, a hundred a second, through the channel that tabs share.
BURST = """() => new Promise((resolve) => {
  const channel = new BroadcastChannel("gridcall-events");
  let n = 0;
  const timer = setInterval(() => {
    for (let i = 0; i < 10; i += 1, n += 1) {
      const id = `370782-00000000-0000-7000-8000-${String(n).padStart(12, "0")}`;
      const at = new Date().toISOString();
      channel.postMessage({ event: "report", id: `1.${n}`, data: { id, number: `${n}`, action: "received", version: 1, at,
        status: "received", category: "power.outage", location: [119.41, 35.995], received_at: at, due_at: null, yellow_at: null,
        urgent: false, description: `Burst ${n}`, address: "", town_code: null, grid_code: null, utility_code: null } });
    }
    if (n >= 300) { clearInterval(timer); channel.close(); resolve(n); }
  }, 100);
})"""


def hold(page, pattern):
    """Keep requests from going on; return them as they come."""
    held = []

    def keep(route) -> None:
        held.append(route)

    page.route(pattern, keep)
    return held


def test_the_list_does_not_wait_for_the_stream_and_misses_nothing(visit):
    here = visit(locale="en-GB")
    held = hold(here.page, "**/api/v1/events?*")
    page = here.open_map()
    expect(page.locator(".row").first).to_be_visible()
    expect(page.locator("#live")).to_contain_text("Connecting")
    post(here, category="power.outage", description="While it connected")
    held[0].continue_()
    expect(page.locator("#pending")).to_have_text("1 new")
    expect(page.locator("#live")).to_have_text("Live")


def test_what_leaves_while_the_list_is_on_its_way_does_not_stand_in_it(visit):
    desk = visit(locale="en-GB")
    report = post(desk, category="power.outage", description="Leaves the town")
    here = visit("mizhou", locale="en-GB")
    # The line of emergencies is a list too.
    lists = re.compile(r"/api/v1/reports\?(?!.*emergency).*limit=200")
    held = hold(here.page, lists)
    with here.page.expect_request(lists) as asked:
        page = here.open("/map")
    expect(page.locator("#live")).to_have_text("Live")
    before = here.context.request.get(asked.value.url)
    assert "Leaves the town" in before.text()
    act(desk, report, "move", **AWAY)
    post(desk, category="power.outage", description="Told after it")
    expect(page.locator("#pending")).to_have_text("1 new")
    held[0].fulfill(response=before)
    for later in held[1:]:
        later.continue_()
    expect(page.locator(".row").first).to_be_visible()
    expect(page.locator(".row", has_text="Leaves the town")).to_have_count(0)
    expect(page.locator("#pending")).to_have_text("1 new")


UNKNOWN = "M5 9h14v6H5z"  # the mark of what has no category


def test_marks_take_on_their_shapes_when_categories_come_late(visit):
    here = visit(locale="en-GB")
    post(here, category="power.outage", description="Late shapes")
    held = hold(here.page, "**/api/v1/categories")
    page = here.open("/map?f.text=Late+shapes&at=119.41,35.995,16")
    expect(page.locator(".report-mark path")).to_have_attribute("d", UNKNOWN)
    held[0].continue_()
    expect(page.locator("body")).to_have_attribute("data-ready", "true")
    expect(page.locator(".report-mark path")).not_to_have_attribute("d", UNKNOWN)
    expect(page.locator(".row-head b").first).not_to_have_text("power.outage")


def test_new_reports_wait_behind_a_number(visit):
    here = visit(locale="en-GB")
    page = here.open_map()
    expect(page.locator("body")).to_have_attribute("data-live", "live")
    rows = int(page.locator("body").get_attribute("data-rows"))
    first = page.locator(".row").first.get_attribute("data-id")
    report = post(here, category="power.outage", description="Came by itself")
    expect(page.locator("#pending")).to_have_text("1 new")
    assert page.locator(".row").first.get_attribute("data-id") == first
    page.locator("#pending").click()
    expect(page.locator("body")).to_have_attribute("data-rows", str(rows + 1))
    expect(page.locator(".row").first).to_have_attribute("data-id", report["id"])


def test_a_step_of_somebody_else_shows_in_place(visit):
    here = visit(locale="en-GB")
    report = post(here, category="power.outage", description="Changed elsewhere")
    page = here.open_map(f"/map?report={report['id']}")
    row = page.locator(f".row[data-id='{report['id']}']")
    expect(row).to_contain_text("Received")
    act(here, report, "accept")
    expect(row).to_contain_text("Accepted")
    expect(page.locator("#detail .badges")).to_contain_text("Accepted")


def standing_still(page):
    """Where everything stands, once the map has ended its flight to the chosen report."""
    seen = None
    while seen != (seen := page.evaluate(STANDING)):
        page.evaluate("new Promise((done) => setTimeout(done, 400))")
    return seen


def test_under_a_hundred_events_a_second_nothing_moves(visit):
    page = visit(locale="en-GB").open_map("/map?at=119.41,35.995,14")
    expect(page.locator("body")).to_have_attribute("data-live", "live")
    for _ in range(15):
        page.keyboard.press("j")
    expect(page.locator("#detail .timeline-block")).to_be_visible()
    before = standing_still(page)
    assert before["scroll"] > 0
    assert before["focused"]
    assert page.evaluate(BURST) == 300
    expect(page.locator("#pending")).to_contain_text("300 new")
    assert page.evaluate(STANDING) == before


def test_tabs_share_one_stream(visit):
    here = visit(locale="en-GB")
    streams = []
    here.context.on(
        "request",
        lambda r: streams.append(r.url) if "/events" in r.url and "f=json" not in r.url else None,
    )
    here.open_map()
    expect(here.page.locator("body")).to_have_attribute("data-live", "live")
    second = here.context.new_page()
    second.goto(f"{here.address}/map")
    expect(second.locator("body")).to_have_attribute("data-live", "live")
    post(here, category="power.outage", description="Both tabs hear it")
    for page in (here.page, second):
        expect(page.locator("#pending")).to_contain_text("1 new")
    assert len(streams) == 1
    here.page.close()
    post(here, category="power.outage", description="The second takes over")
    expect(second.locator("#pending")).to_contain_text("2 new")


def test_a_stream_that_breaks_is_said_and_recovers(visit):
    here = visit(locale="en-GB")
    here.expected = ["Failed to load resource", "ERR_"]
    page = here.open_map()
    expect(page.locator("#live")).to_have_text("Live")
    page.keyboard.press("n")
    page.locator("#call-words").fill("Typed before the break")
    here.context.set_offline(True)
    expect(page.locator("#live")).to_contain_text("Offline")
    missed = post_elsewhere(visit)
    here.context.set_offline(False)
    expect(page.locator("#live")).to_have_text("Live", timeout=30_000)
    expect(page.locator("#pending")).to_contain_text("new")
    expect(page.locator("#call-words")).to_have_value("Typed before the break")
    page.locator("#pending").click()
    expect(page.locator(f".row[data-id='{missed['id']}']")).to_be_visible()


def post_elsewhere(visit):
    """Hand in a report from a browser that is not cut off."""
    return post(visit(), category="power.outage", description="While it was away")


def test_an_emergency_stays_on_top_until_it_is_opened(visit):
    here = visit(locale="en-GB")
    page = here.open_map()
    expect(page.locator("body")).to_have_attribute("data-live", "live")
    report = post(here, category="gas.leak", description="Smell of gas", urgent=True)
    line = page.locator("#alarm")
    expect(line.locator(f"button[data-id='{report['id']}']")).to_be_visible()
    line.locator(f"button[data-id='{report['id']}']").click()
    expect(page.locator("#detail .description")).to_have_text("Smell of gas")
    expect(line.locator(f"button[data-id='{report['id']}']")).to_have_count(0)
    page.locator("#sound").click()
    expect(page.locator("#sound")).to_have_text("Sound off")
    page.reload()
    expect(page.locator("#sound")).to_have_attribute("aria-pressed", "false")


def test_reports_of_one_cause_are_merged_and_taken_apart(visit):
    here = visit(locale="en-GB")
    for n in range(4):
        post(
            here, category="heating.not_warm", description=f"No heat {n}",
            longitude=119.2 + n * 0.0003, latitude=36.1,
        )  # fmt: skip
    page = here.open_map()
    expect(page.locator(".cluster").first).to_be_visible()
    if page.locator("#clusters > button").count():  # one is shown, the others when asked for
        page.locator("#clusters > button").click()
    card = page.locator(".cluster", has_text="Heating").first
    expect(card).to_contain_text("probably one cause")
    card.get_by_role("button", name="Merge 4").click()
    expect(page.locator("#toast")).to_contain_text("merged")
    expect(page.locator(".cluster", has_text="Merge 4")).to_have_count(0)
    page.keyboard.press("z")
    expect(page.locator("#toast")).to_contain_text("Taken apart again")
    expect(page.get_by_role("button", name="Merge 4")).to_be_visible()


FRAMES = (
    "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))"
)


def test_an_alarm_does_not_push_a_row_from_under_the_pointer(visit):
    here = visit(locale="en-GB")
    nothing = {"type": "FeatureCollection", "features": [], "next": None}
    here.page.route("**/api/v1/reports?*emergency=true*", lambda route: route.fulfill(json=nothing))
    page = here.open_map("/map?f.category=power")
    expect(page.locator("body")).to_have_attribute("data-live", "live")
    expect(page.locator("#alarm")).to_be_hidden()
    row = page.locator(".row").nth(2)
    row.hover()
    name, before = row.get_attribute("data-id"), row.bounding_box()["y"]
    list_before = page.locator("#list").bounding_box()["y"]
    post(here, category="gas.leak", description="An alarm above the list", urgent=True)
    expect(page.locator("#alarm")).to_be_visible()
    page.evaluate(FRAMES)
    assert page.locator("#list").bounding_box()["y"] > list_before + 20
    after = page.locator(f".row[data-id='{name}']").bounding_box()["y"]
    assert after == pytest.approx(before, abs=1)
