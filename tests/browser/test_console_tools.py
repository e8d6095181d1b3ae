"""Beside the map: paper, full screen, where one is, and emergencies that are heard and stay in sight."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_console_queue import act, get, post

pytestmark = pytest.mark.browser

MM = 72 / 25.4
MIDDLE = (
    "() => [window.gridcallShell.map.getCenter().lat, window.gridcallShell.map.getCenter().lng]"
)


def test_the_view_on_a_sheet_of_paper(visit):
    here = visit(locale="zh-CN")
    report = post(here, category="power.outage", description="打印：变压器冒烟", urgent=True)
    # Where it lies is in the middle already: the map has nowhere to fly.
    page = here.open_map(f"/map?report={report['id']}&at=119.41,35.995,15")
    expect(page.locator("#detail .timeline-block")).to_be_visible()
    middle = page.evaluate(MIDDLE)
    paper = page.pdf(prefer_css_page_size=True, print_background=True)
    boxes = re.findall(rb"/MediaBox \[([\d. ]+)\]", paper)
    assert len(boxes) == 1, "one sheet"
    assert [float(side) for side in boxes[0].split()] == pytest.approx(
        [0, 0, 297 * MM, 210 * MM], abs=1.5
    )
    fonts = set(re.findall(rb"/FontName /(?:[A-Z]{6}\+)?([\w-]+)", paper))
    assert any(re.search(rb"CJK|SourceHan|WenQuanYi|Droid", name) for name in fonts), fonts

    assert page.evaluate(MIDDLE) == pytest.approx(middle, abs=1e-4)

    page.emulate_media(media="print")
    for shown in (".map-area", "#marks-legend", "#detail .description", ".leaflet-control-scale"):
        expect(page.locator(shown).first).to_be_visible()
    for hidden in (
        "#queue-pane",
        ".tools",
        "#detail .actions",
        "#detail .writer",
        ".thumb-bar",
        "header.bar",
    ):
        expect(page.locator(hidden)).to_be_hidden()
    assert page.locator("#marks-legend li").count() > 8
    # The middle of the view is still in the middle, smaller or not.
    assert page.evaluate(MIDDLE) == pytest.approx(middle, abs=1e-4)
    page.emulate_media(media="screen")
    expect(page.locator("#queue-pane")).to_be_visible()
    assert page.evaluate(MIDDLE) == pytest.approx(middle, abs=1e-4)


# What browsers do, without a frame between the first print's end and the second one's beginning.
TWICE = """async () => {
  const area = document.querySelector(".map-area");
  const paper = (width, name) => { area.style.maxWidth = width; dispatchEvent(new Event(name)); };
  paper("300px", "beforeprint"); paper("", "afterprint"); paper("300px", "beforeprint");
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  paper("", "afterprint");
}"""


def test_printed_twice_at_once_the_view_is_still_the_same(visit):
    page = visit().open_map("/map?at=119.41,35.995,15")
    middle = page.evaluate(MIDDLE)
    page.evaluate(TWICE)
    assert page.evaluate(MIDDLE) == pytest.approx(middle, abs=1e-4)


BOUNDS = "() => window.gridcallShell.map.getBounds().toBBoxString().split(',').map(Number)"


@pytest.mark.parametrize("size", [(1440, 900), (1000, 1200), (1920, 640), (360, 740)])
def test_paper_shows_the_view_and_nothing_of_it_is_cut_off(visit, size):
    here = visit(width=size[0], height=size[1])
    page = here.open_map()
    view = page.evaluate(BOUNDS)
    standing = size[0] < size[1]
    paper = page.pdf(prefer_css_page_size=True, print_background=True)
    boxes = re.findall(rb"/MediaBox \[([\d. ]+)\]", paper)
    sides = [210 * MM, 297 * MM] if standing else [297 * MM, 210 * MM]
    assert [float(side) for side in boxes[0].split()] == pytest.approx([0, 0, *sides], abs=1.5)
    assert len(boxes) == 1
    assert page.evaluate(BOUNDS) == pytest.approx(view, abs=1e-4)
    page.emulate_media(media="print")
    # The shape of the frame is the view's but for a pixel, so the view is what it shows.
    width, height = view[2] - view[0], view[3] - view[1]
    west, south, east, north = page.evaluate(BOUNDS)
    assert [west, east] == pytest.approx([view[0], view[2]], abs=width / 100)
    assert [south, north] == pytest.approx([view[1], view[3]], abs=height / 100)
    page.emulate_media(media="screen")
    expect(page.locator(".tools")).to_be_visible()
    assert page.evaluate(BOUNDS) == pytest.approx(view, abs=1e-4)


def test_print_says_when_asks_which_side_and_opens_the_browsers_own_dialog(visit):
    page = visit(locale="en-GB").open_map()
    page.evaluate("void (window.print = () => { window.printed = document.body.dataset.paper; })")
    page.locator("#print").click()
    expect(page.locator("dialog button", has_text="A4 landscape")).to_be_focused()
    page.locator("dialog button", has_text="A4 portrait").click()
    expect(page.locator("#printed-at")).to_contain_text(re.compile(r"\d{2}:\d{2}"))
    assert page.evaluate("window.printed") == "portrait"


def test_full_screen_and_back(visit):
    page = visit(locale="en-GB").open_map()
    button = page.locator("#full-screen")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("document.fullscreenElement.classList.contains('map-area')")
    expect(page.locator("#map_gridcall")).to_be_visible()
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")


def test_where_one_is(visit):
    here = visit(locale="en-GB")
    page = here.open_map()
    page.locator("#locate-me").click()
    expect(page.locator("#tool-note")).to_contain_text("No position was given")
    here.context.grant_permissions(["geolocation"])
    here.context.set_geolocation({"longitude": 119.4226, "latitude": 35.9956, "accuracy": 25})
    page.locator("#locate-me").click()
    expect(page.locator("#tool-note")).to_contain_text("25 m")
    page.wait_for_url(re.compile(r"at=119\.42\d+,35\.99\d+,16"))


def rung(page) -> int:
    return int(page.locator("body").get_attribute("data-rang") or 0)


def test_an_emergency_rings_once_and_stays_until_it_is_sent(visit):
    here = visit(locale="en-GB")
    page = here.open_map()
    expect(page.locator("body")).to_have_attribute("data-live", "live")
    page.locator(
        "#keys-help"
    ).click()  # a browser lets a page be heard only once it has been touched
    page.keyboard.press("Escape")
    report = post(here, category="gas.leak", description="Smell of gas", urgent=True)
    button = page.locator(f"#alarm button[data-id='{report['id']}']")
    expect(button).to_be_visible()
    expect(page.locator("body")).to_have_attribute("data-rang", "1")
    post(here, category="power.outage", description="No emergency")
    expect(page.locator("#pending")).to_have_text("2 new")
    assert rung(page) == 1

    page.reload()
    page.locator("body[data-ready=true]").wait_for()
    expect(
        button
    ).to_be_visible()  # nobody has looked at it yet, and what was there before is not rung again
    assert rung(page) == 0
    # Whatever the list is narrowed to, an emergency is not.
    here.open_map("/map?f.text=nothing+is+called+like+this")
    expect(button).to_be_visible()
    here.open_map()
    accepted = act(here, report, "accept")
    expect(page.locator(f"#list .row[data-id='{report['id']}']")).to_contain_text("Accepted")
    expect(button).to_be_visible()
    act(here, accepted, "dispatch", lead="gas")
    expect(button).to_have_count(0)


def test_sound_can_be_turned_off(visit):
    here = visit(locale="en-GB")
    page = here.open_map()
    expect(page.locator("body")).to_have_attribute("data-live", "live")
    page.locator("#sound").click()
    expect(page.locator("#sound")).to_have_attribute("aria-pressed", "false")
    report = post(here, category="gas.leak", description="Unheard", urgent=True)
    expect(page.locator(f"#alarm button[data-id='{report['id']}']")).to_be_visible()
    assert rung(page) == 0
    page.locator("#sound").click()
    assert rung(page) == 1  # so that one hears how it sounds


def test_emergencies_of_one_cause_are_merged_from_the_line(visit):
    here = visit(locale="en-GB")
    page = here.open_map()
    expect(page.locator("body")).to_have_attribute("data-live", "live")
    made = [
        post(here, category="gas.leak", description=f"One smell {n}", urgent=True,
             longitude=119.3 + n * 0.0004, latitude=35.9)
        for n in range(3)
    ]  # fmt: skip
    [cluster] = [
        one
        for one in get(here, "/clusters")["items"]
        if {report["id"] for report in one["reports"]} >= {report["id"] for report in made}
    ]
    line = page.locator("#alarm")
    merge = line.locator(f"button[data-id='merge-{cluster['id']}']")
    expect(merge).to_have_text(f"Merge {cluster['count']}")
    if line.locator(".fold").count():
        line.locator(".fold").click()
    assert sum(line.locator(f"button[data-id='{one['id']}']").count() for one in made) == 1
    merge.click()
    expect(page.locator("#toast")).to_contain_text(f"{cluster['count']} merged")
    expect(merge).to_have_count(0)
    parent = cluster["into"]["id"]
    assert get(here, f"/reports/{parent}")["merged_count"] == cluster["count"] - 1


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_many_emergencies_take_a_line_and_all_can_be_seen(visit, locale):
    here = visit(locale=locale, width=360, height=740)
    for n in range(5):
        post(here, category="gas.leak", description=f"Leak {n}", urgent=True,
             address="密州街道" * 8, longitude=119.2 + n / 20, latitude=36.0)  # fmt: skip
    page = here.open_map()
    line = page.locator("#alarm")
    expect(line.locator("button[data-id]")).to_have_count(1)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 360
    assert line.bounding_box()["height"] < 90
    line.locator(".fold").click()
    expect(line.locator("button[data-id]").nth(4)).to_be_attached()
    expect(line.locator(".fold")).to_be_focused()
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 360
    line.locator(".fold").click()
    expect(line.locator("button[data-id]")).to_have_count(1)
