"""The console's list: queues, filters, keyboard, one report and what is done to it."""

from __future__ import annotations

import re
import uuid
from functools import partial

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

EVIL = "<img src=x onerror='window.broken=1'><script>window.broken=1</script> ${window.broken=1}"
HOME = {"longitude": 119.41, "latitude": 35.995}


def post(visit, **body):
    answer = visit.context.request.post(
        f"{visit.address}/api/v1/reports",
        data={"client_id": str(uuid.uuid4()), "source": "hotline_12345", **HOME, **body},
    )
    assert answer.status == 201, answer.text()
    return answer.json()


def act(visit, report, action, **fields):
    answer = visit.context.request.post(
        f"{visit.address}/api/v1/reports/{report['id']}/actions",
        data={"action": action, **fields},
        headers={"If-Match": f'"{report["version"]}"'},
    )
    assert answer.ok, answer.text()
    return answer.json()


def get(visit, path):
    answer = visit.context.request.get(f"{visit.address}/api/v1{path}")
    assert answer.ok, answer.text()
    return answer.json()


def open_report(visit, report) -> Page:
    page = visit.open_map(f"/map?report={report['id']}")
    expect(page.locator("#detail [data-title]")).to_contain_text(report["number"])
    expect(page.locator("#detail .timeline-block")).to_be_visible()
    return page


def number_in(locator) -> int:
    return int(re.sub(r"\D", "", locator.inner_text()))


def test_every_queue_lists_as_many_as_its_count_says(visit):
    page = visit().open_map()
    expect(page.locator("#queues button[data-queue=open] b")).not_to_have_text("–")
    for name in page.locator("#queues button").evaluate_all("all => all.map(b => b.dataset.queue)"):
        tab = page.locator(f"#queues button[data-queue={name}]")
        tab.click()
        expect(tab).to_have_attribute("aria-pressed", "true")
        expect(page.locator("body")).to_have_attribute(
            "data-rows", str(number_in(tab.locator("b")))
        )
        assert ("queue=" in page.url) == (name != "open")


def middle_of(page) -> tuple[float, float]:
    middle = page.evaluate("window.gridcallShell.map.getCenter()")
    return middle["lng"], middle["lat"]


def test_an_address_without_a_place_on_the_map_means_that_of_the_report(visit):
    here = visit(locale="en-GB")
    report = post(here, category="power.outage", description="Passed on", accuracy_m=200)
    page = open_report(here, report)
    assert middle_of(page) == pytest.approx((HOME["longitude"], HOME["latitude"]), abs=2e-4)
    # What is written into a grid stands there alone: names leave room for it.
    expect(page.locator(".share-mark").first).to_be_visible()
    covered = page.evaluate("""() => {
      const boxes = [...document.querySelectorAll(".share-mark, .staff-mark, .map-label")]
        .map((mark) => mark.firstElementChild.getBoundingClientRect());
      const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
      return boxes.filter((a, i) => boxes.some((b, j) => i < j && meet(a, b))).length;
    }""")
    assert covered == 0
    page.locator(".row-open", has_not_text="Passed on").first.click()
    expect(page.locator("#detail [data-title]")).not_to_contain_text(report["number"])
    expect(page.locator("#detail .timeline-block")).to_be_visible()
    page.reload()
    page.locator("body[data-ready=true]").wait_for()
    shown = [float(part) for part in re.search(r"at=([\d.]+),([\d.]+)", page.url).groups()]
    assert middle_of(page) == pytest.approx(shown, abs=2e-4)


def test_filters_stand_in_the_address_and_can_be_shared(visit):
    here = visit(locale="en-GB")
    wanted = post(here, category="power.outage", description="Filtered one")
    page = here.open_map()
    page.locator("#filters summary").click()
    page.locator("[name='f.category']").select_option("power")
    page.locator("[name='f.text']").fill("Filtered one")
    expect(page.locator("body")).to_have_attribute("data-rows", "1")
    page.locator(".row-open").first.click()
    expect(page.locator("#detail .description")).to_have_text("Filtered one")
    page.evaluate("void window.gridcallShell.map.setView([36.02, 119.38], 14, {animate: false})")
    page.wait_for_url(re.compile(r"at=119\.38"))
    address = page.url
    other = visit(locale="en-GB").open_map(address.removeprefix(here.address))
    expect(other.locator("body")).to_have_attribute("data-rows", "1")
    expect(other.locator("#detail .description")).to_have_text("Filtered one")
    assert other.locator("#filter-chips .chip").count() == 2
    assert other.evaluate("window.gridcallShell.map.getZoom()") == 14
    assert wanted["id"] in other.url
    # A pixel of zoom 14 is 0.00009 degrees.
    assert middle_of(other) == pytest.approx((119.38, 36.02), abs=2e-4)
    other.locator("#filter-chips .chip", has_text="Filtered one").click()
    other.locator("#filter-chips .chip").first.click()
    expect(other.locator("#filter-chips")).to_be_hidden()
    assert "f." not in other.url


def test_open_filters_do_not_cover_how_fresh_the_list_is(visit):
    page = visit(height=900).open_map()
    page.locator("#filters summary").click()
    expect(page.locator("#filters form")).to_be_visible()
    on_top = """live => { const box = live.getBoundingClientRect();
        return live.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)); }"""
    assert page.locator("#live").evaluate(on_top)


def test_a_report_goes_to_its_body_by_keyboard_alone_and_comes_back(visit):
    here = visit(locale="en-GB")
    report = post(here, category="water.low_pressure", description="Keyboard only")
    page = here.open_map("/map?f.text=Keyboard+only")
    expect(page.locator("body")).to_have_attribute("data-rows", "1")
    page.keyboard.press("j")
    expect(page.locator(".suggestion").first).to_be_visible()
    page.keyboard.press("a")
    expect(page.locator("#toast")).to_contain_text("Accept: done")
    expect(page.locator("#detail .badges")).to_contain_text("Accepted")
    page.keyboard.press("d")
    expect(page.locator("dialog [name=lead]")).not_to_have_value("")
    page.keyboard.press("Enter")
    expect(page.locator("dialog")).to_have_count(0)
    expect(page.locator("#detail .badges")).to_contain_text("Dispatched")
    assert get(here, f"/reports/{report['id']}")["status"] == "dispatched"
    page.keyboard.press("z")
    expect(page.locator("#toast")).to_contain_text("taken back")
    assert get(here, f"/reports/{report['id']}")["status"] == "accepted"


def test_single_keys_can_be_switched_off_for_good(visit):
    page = visit(locale="en-GB").open_map()
    page.keyboard.press("?")
    page.locator("dialog #keys-on").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    page.locator("body[data-ready=true]").wait_for()
    for key in ("n", "j", "?"):
        page.keyboard.press(key)
    expect(page.locator("#detail")).to_be_hidden()
    expect(page.locator("dialog")).to_have_count(0)
    page.locator("#new-call").click()
    page.locator("#call-words").type("njadmz/?")
    expect(page.locator("#call-words")).to_have_value("njadmz/?")
    page.locator("#keys-help").click()
    page.locator("dialog #keys-on").check()
    page.keyboard.press("Escape")
    page.locator("#new-call").focus()
    page.keyboard.press("?")
    expect(page.locator("dialog #keys-on")).to_be_checked()


def test_whoever_is_slower_sees_both_versions(visit):
    here = visit(locale="en-GB")
    here.expected = ["412"]
    report = post(here, category="power.outage", description="Two dispatchers")
    page = open_report(here, report)
    page.route("**/api/v1/events*", lambda route: route.abort())
    page.locator("#detail [data-action=reject]").click()
    page.locator("dialog [name=reason]").fill("Not ours")
    act(here, report, "recategorise", category="power.transformer")
    page.locator("dialog button[type=submit]").click()
    versions = page.locator("dialog .versions")
    expect(versions).to_contain_text("What you saw")
    expect(versions).to_contain_text("Now")
    expect(page.locator("dialog .steps").last).to_contain_text("Change the category")
    page.get_by_role("button", name="Reject all the same").click()
    expect(page.locator("dialog")).to_have_count(0)
    assert get(here, f"/reports/{report['id']}")["outcome"] == "rejected"


def test_a_field_that_is_missing_is_named_and_nothing_typed_is_lost(visit):
    here = visit(locale="en-GB")
    here.expected = ["Failed to load resource"]
    report = post(here, category="power.outage", description="Offline dialog")
    page = open_report(here, report)
    page.locator("#detail [data-action=reject]").click()
    page.locator("dialog [name=reason]").fill("A long reason")
    page.route("**/actions", lambda route: route.abort())
    page.locator("dialog button[type=submit]").click()
    expect(page.locator("dialog .notice.error")).to_contain_text("nothing was changed")
    expect(page.locator("dialog [name=reason]")).to_have_value("A long reason")
    page.unroute("**/actions")
    page.locator("dialog button[type=submit]").click()
    expect(page.locator("dialog")).to_have_count(0)


def test_many_at_once_say_what_became_of_each(visit):
    here = visit(locale="en-GB")
    here.expected = ["412"]
    reports = [post(here, category="power.outage", description=f"Bulk {n}") for n in range(3)]
    page = here.open_map("/map?f.text=Bulk")
    expect(page.locator("body")).to_have_attribute("data-rows", "3")
    page.locator("#check-all").click()
    expect(page.locator("#bulk")).to_contain_text("3 selected")
    page.route("**/reports/actions", partial(_stale, here, reports[0]))
    page.locator("[data-bulk=dispatch]").click()
    page.locator("dialog .primary").click()
    results = page.locator("dialog tbody tr")
    expect(results).to_have_count(3)
    expect(page.locator("dialog tr.good")).to_have_count(2)
    expect(page.locator("dialog tr.bad")).to_contain_text("Somebody was faster")
    page.keyboard.press("Escape")
    statuses = [get(here, f"/reports/{one['id']}")["status"] for one in reports]
    assert sorted(statuses) == ["dispatched", "dispatched", "received"]


def test_many_at_once_without_an_answer_say_so_and_stay_ticked(visit):
    here = visit(locale="en-GB")
    here.expected = ["Failed to load resource"]
    first = post(here, category="power.outage", description="Earlier step")
    post(here, category="power.outage", description="Unanswered")
    page = open_report(here, first)
    page.locator("#detail [data-action=accept]").click()
    expect(page.locator("#toast")).to_contain_text("Undo")
    page.locator("#list li", has_text="Unanswered").locator("input").check()
    page.route("**/reports/actions", lambda route: route.abort())
    page.locator("[data-bulk=accept]").click()
    expect(page.locator("#toast")).to_contain_text("nothing was changed")
    expect(page.locator("#bulk")).to_contain_text("1 selected")
    expect(page.locator("#toast")).not_to_contain_text("Undo")


def test_a_refused_filter_is_not_called_an_empty_queue(visit):
    here = visit(locale="en-GB")
    here.expected = ["422", "Failed to load resource"]
    page = here.open("/map?f.category=nonsense")
    expect(page.locator("#map-status")).to_contain_text("nonsense")
    expect(page.locator("#list-empty")).to_be_hidden()


def _stale(here, report, route):
    """Let somebody else touch one of the reports just before the bulk request arrives."""
    act(here, report, "recategorise", category="power.transformer")
    route.continue_()


def test_what_people_wrote_stays_text_everywhere(visit):
    here = visit(locale="en-GB")
    report = post(
        here, category="power.outage", description=f"Evil {EVIL}", address=EVIL,
        reporter={"name": EVIL[:90], "phone": "13800000000"},
    )  # fmt: skip
    page = open_report(here, report)
    page.locator(".writer textarea").fill(EVIL)
    page.locator(".writer button").click()
    expect(page.locator(".timeline .message")).to_contain_text("onerror")
    page.goto(f"{here.address}/map?f.text=Evil&report={report['id']}")
    expect(page.locator("#detail .description")).to_have_text(f"Evil {EVIL}")
    expect(page.locator(".row-words").first).to_contain_text("onerror")
    assert page.evaluate("window.broken") is None
    assert page.locator("img[src=x]").count() == 0


def test_roles_that_do_not_dispatch_keep_the_viewer(visit):
    for user in ("planner", "water", "volunteer", "staff"):
        page = visit(user).open_map()
        assert page.locator("#queues").count() == 0
        expect(page.locator("#grids-shown")).to_have_text("1,690 个")
        expect(page.locator("#panel")).to_be_visible()


def test_a_town_dispatcher_has_the_console_with_its_grids(visit):
    page = visit("mizhou").open_map()
    expect(page.locator("#grids-shown")).to_have_text("1,690 个")
    expect(page.locator("body")).to_have_attribute("data-live", "live")
