"""The map, driven as people drive it."""

from __future__ import annotations

import re
import uuid
from functools import partial

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

EVIL = "4-6楼没水 <script>window.broken=1</script><img src=x onerror='window.broken=1'> ${window.broken=1} {{7*7}}"

PAINTED = """pane => {
  const canvas = document.querySelector(`.leaflet-${pane}-pane canvas`);
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const colours = new Set();
  let painted = 0;
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] === 0) continue;
    painted += 1;
    if (painted % 97 === 0) colours.add(`${data[i] >> 4},${data[i + 1] >> 4},${data[i + 2] >> 4}`);
  }
  return { painted, colours: colours.size };
}"""


@pytest.fixture
def viewer(visit):
    """Open browser contexts of somebody who sees every report and dispatches none."""
    return partial(visit, "admin")


def post_report(visit, **body):
    answer = visit.context.request.post(
        f"{visit.address}/api/v1/reports", data={"client_id": str(uuid.uuid4()), **body}
    )
    assert answer.status == 201, answer.text()
    return answer.json()


def test_the_city_is_drawn_from_our_own_server(viewer):
    page = viewer().open_map()
    expect(page.locator("#grids-shown")).to_have_text("1,690 个")
    for pane in ("land", "grids", "towns"):
        assert page.evaluate(PAINTED, pane)["painted"] > 10_000, pane
    expect(page.locator(".map-label.town")).to_have_count(13)
    expect(page.locator(".report-mark, .report-cluster").first).to_be_visible()


def test_the_legend_says_what_when_and_how_many(viewer):
    page = viewer(locale="en-GB").open_map("/map?period=all")
    legend = page.locator("#legend")
    expect(legend).to_contain_text("All matters")
    expect(legend).to_contain_text("Reports per grid")
    expect(legend).to_contain_text("All time")
    classes = legend.locator(".classes li")
    assert 3 <= classes.count() <= 7
    expect(classes.last).to_contain_text("no colour")
    total = int(re.sub(r"\D", "", legend.locator(".total").inner_text().split("reports")[0]))
    assert total > 17_000
    assert page.evaluate(PAINTED, "grids")["colours"] > 4


def test_the_view_opens_on_the_latest_whole_month_and_says_which(viewer):
    page = viewer(locale="en-GB").open_map()
    assert page.locator("#period").input_value() == "full"
    # The archive ends with September 2022; the running month holds the few live reports.
    assert page.locator("#from").input_value() == "2022-09-01"
    expect(page.locator("#legend .period")).to_contain_text(re.compile(r"Sept? 2022"))
    assert page.evaluate(PAINTED, "grids")["colours"] > 3
    page.locator("#period").select_option("latest")
    expect(page.locator("#legend .period")).not_to_contain_text("2022")


def test_cells_say_how_many_reports_they_cannot_show(viewer):
    page = viewer(locale="en-GB").open_map("/map?heat=cell&period=all")
    note = page.locator("#legend .total small", has_text="no cell")
    asked = page.request.get(f"{page.url.split('/map')[0]}/api/v1/layers/counts?unit=cell").json()
    assert asked["without_location"] > 0
    expect(note).to_contain_text(f"{asked['without_location']:,} more")


def test_the_same_period_and_category_give_the_same_colours(viewer):
    path = "/map?what=water&from=2022-07-01&to=2022-07-31"
    page = viewer().open_map(path)

    def legend() -> list[str]:
        rows = page.locator("#legend .classes li").evaluate_all(
            "rows => rows.map(row => row.firstChild.style.backgroundColor + row.textContent)"
        )
        assert len(rows) >= 2
        return rows

    before = legend()
    page.locator(".leaflet-control-zoom-in").click()
    page.wait_for_url(re.compile("at="))
    assert legend() == before
    page.locator("label:has(input[value=town])").click()
    expect(page.locator("#legend .legend-head")).to_contain_text("件数 / 镇街")
    page.locator("label:has(input[name=heat][value=grid])").click()
    expect(page.locator("#legend .legend-head")).to_contain_text("件数 / 网格")
    assert legend() == before


def test_cells_have_fixed_metres(viewer):
    page = viewer().open_map("/map?heat=cell&from=2022-07-01&to=2022-07-31")
    expect(page.locator("#legend .legend-head")).to_contain_text(re.compile(r"\d+ 米方格"))
    assert page.evaluate(PAINTED, "heat")["painted"] > 500


def test_an_empty_period_says_so_and_leads_back(viewer):
    page = viewer(locale="en-GB").open_map("/map?from=2019-01-01&to=2019-01-31")
    expect(page.locator("#legend")).to_contain_text("No reports match in this period.")
    page.get_by_role("button", name="Show the latest month with data").click()
    expect(page.locator("#legend .classes li").nth(1)).to_be_visible()
    assert page.locator("#period").input_value() == "full"


def test_a_report_posted_by_api_appears_and_stays_text(viewer, visit):
    here = viewer(locale="en-GB")
    report = post_report(visit(), description=EVIL, longitude=119.41, latitude=35.995)
    page = here.open_map("/map?at=119.41,35.995,19&heat=off")
    mark = page.locator(f'.report-mark[title^="{report["number"]}"], .report-cluster').first
    expect(mark).to_be_visible()
    page = here.open_map(f"/map?report={report['id']}")
    expect(page.locator("#detail .description")).to_have_text(EVIL)
    expect(page.locator("#detail .reason")).not_to_be_empty()
    expect(page.locator("#detail .facts").last).to_contain_text("Grid staff")
    page = here.open("/")
    expect(page.locator("#latest .row-words").first).to_have_text(EVIL)
    assert page.evaluate("window.broken") is None
    assert page.locator("img[src=x]").count() == 0


def test_a_click_says_where_it_would_go_and_why(viewer):
    page = viewer().open_map("/map?at=119.41,35.995,16&reports=off")
    box = page.locator("#map_gridcall").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    detail = page.locator("#detail")
    expect(detail.locator("h2")).to_have_text("这里归谁管")
    expect(detail.locator(".reason")).to_be_visible()
    expect(detail).to_contain_text("党支部")
    expect(detail.locator(".staff li").first).to_be_visible()
    detail.locator("#locate-what").select_option("water.low_pressure")
    expect(detail.locator(".reason")).to_contain_text("供水")
    detail.get_by_role("button", name="供水").first.click()
    expect(page.locator(".depot-mark").first).to_be_attached()
    assert "utility=" in page.url
    detail.get_by_role("button", name="关闭").click()
    expect(detail).to_be_hidden()


def test_a_grid_found_by_name_shows_its_people_and_counts(viewer):
    page = viewer().open_map()
    page.locator("#search").fill("370782001001001")
    page.locator("#found li").first.click()
    detail = page.locator("#detail")
    expect(detail).to_contain_text("370782001001001")
    expect(detail.locator(".staff li").first).to_be_visible()
    expect(detail).to_contain_text("五有")
    expect(detail).to_contain_text("全部时段")
    assert "grid=370782001001001" in page.url


def test_search_finds_places_numbers_and_coordinates(viewer, visit):
    here = viewer(locale="en-GB")
    report = post_report(visit(), description="探测", longitude=119.42, latitude=35.99)
    page = here.open_map()
    for typed, heading in (
        ("盛龙花园", "Who answers here"),
        ("shenglong", "Who answers here"),
        ("119.41, 35.99", "Who answers here"),
        (report["number"], f"Report {report['number']}"),
    ):
        page.locator("#search").fill(typed)
        page.locator("#found li[role=option]").first.click()
        expect(page.locator("#detail h2")).to_have_text(heading)
        expect(page.locator("#detail .match").first).to_be_visible()
    page.locator("#search").fill("没有这个地方xyz")
    expect(page.locator("#found .empty")).to_contain_text("Nothing found")


def test_the_address_holds_the_view(viewer):
    page = viewer().open_map()
    page.locator("#what").select_option("tag:cables")
    page.locator("label:has(input[name=heat][value=town])").click()
    page.locator("#period").select_option("all")
    expect(page.locator("#legend .legend-head")).to_contain_text("全部时段")
    page.locator("label.check", has=page.locator("#grids")).click()
    page.evaluate("void window.gridcallShell.map.setView([36.02, 119.38], 13, {animate: false})")
    page.wait_for_url(re.compile(r"at=119\.38"))
    address = page.url
    legend = page.locator("#legend .classes").inner_text()
    page.reload()
    page.locator("body[data-ready=true]").wait_for()
    assert page.url == address
    assert page.locator("#legend .classes").inner_text() == legend
    assert page.locator("#what").input_value() == "tag:cables"
    assert not page.locator("#grids").is_checked()
    assert page.evaluate("window.gridcallShell.map.getZoom()") == 13


def test_languages_switch_and_are_kept(viewer):
    page = viewer().open_map("/map?heat=town&period=all")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.locator("[data-language-link=en]").click()
    page.locator("body[data-ready=true]").wait_for()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#legend .legend-head")).to_contain_text("Reports per town")
    expect(page.locator(".map-label.town").first).to_have_text(re.compile("^[A-Z][a-z]+$"))
    assert "lang=" not in page.url
    page.goto(page.url.split("?")[0])
    expect(page.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_360_pixels_are_enough(viewer, locale):
    page = viewer(width=360, height=740, locale=locale).open_map()

    def assert_fits() -> None:
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 360
        wide = page.evaluate(
            """() => [...document.querySelectorAll("main button, main input, main select, main a, header a, header button")]
            .filter(e => e.checkVisibility() && !e.closest(".leaflet-container"))
            .map(e => [e.id || e.textContent.trim(), e.getBoundingClientRect()])
            .filter(([, r]) => r.left < 0 || r.right > 360).map(([name]) => name)"""
        )
        assert wide == []

    assert_fits()
    page.locator("[data-sheet=legend]").click()
    expect(page.locator("#legend .classes")).to_be_visible()
    assert_fits()
    page.locator("[data-sheet=panel]").click()
    expect(page.locator("#search")).to_be_visible()
    expect(page.locator("#legend")).to_be_hidden()
    assert_fits()
    page.locator("#search").fill("370782001001001")
    page.locator("#found li").first.click()
    expect(page.locator("#detail .staff li").first).to_be_visible()
    expect(page.locator("#panel")).to_be_hidden()
    assert_fits()
    page.locator("#detail [data-close]").click()
    expect(page.locator("#detail")).to_be_hidden()


def test_everything_is_reached_by_keyboard(viewer):
    page = viewer(locale="en-GB").open_map("/map?at=119.41,35.995,15&reports=off")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "document.activeElement.id || document.activeElement.name || document.activeElement.className"
            )
        )
        if "leaflet-control-zoom-out" in reached[-1]:
            break
    for name in (
        "search",
        "heat",
        "what",
        "period",
        "from",
        "to",
        "reports",
        "grids",
        "towns",
        "utility",
    ):
        assert name in reached, name
    page.locator("#search").focus()
    page.keyboard.type("370782001001")
    expect(page.locator("#found li[role=option]").nth(1)).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#found li[aria-selected=true]")).to_have_count(1)
    page.keyboard.press("Enter")
    title = page.locator("#detail h2")
    expect(title).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#detail")).to_be_hidden()
    page.locator("#map_gridcall").focus()
    page.keyboard.press("Enter")
    expect(title).to_have_text("Who answers here")
    expect(page.locator("#detail .reason")).to_be_visible()


def test_failures_are_said_and_can_be_tried_again(viewer):
    here = viewer(locale="en-GB")
    here.expected = ["Failed to load resource"]
    page = here.open_map()
    before = page.locator("#legend .classes").inner_text()
    page.route("**/layers/counts*", lambda route: route.abort())
    page.locator("#what").select_option("power")
    stale = page.locator(".notice.stale")
    expect(stale).to_contain_text("heat counts as of")
    assert page.locator("#legend .classes").inner_text() == before
    page.unroute("**/layers/counts*")
    stale.get_by_role("button", name="Try again").click()
    expect(stale).to_have_count(0)
    page.route("**/grids/*", lambda route: route.fulfill(status=503, json={"detail": "later"}))
    page.locator("#search").fill("370782001001001")
    page.locator("#found li").first.click()
    expect(page.locator("#detail .notice.error")).to_contain_text("Could not load")
    page.unroute("**/grids/*")
    page.locator("#detail .notice.error button").click()
    expect(page.locator("#detail .staff li").first).to_be_visible()


def test_a_session_that_ended_is_said(viewer):
    here = viewer(locale="en-GB")
    here.expected = ["401"]
    page = here.open_map()
    here.context.request.delete(f"{here.address}/api/v1/sessions/current")
    page.locator("#what").select_option("power")
    expect(page.locator("#map-status")).to_contain_text("You are signed out")
    expect(page.locator("#map-status a").first).to_have_attribute("href", "/")


def test_a_refused_question_is_explained(visit):
    here = visit("planner", locale="en-GB")
    here.expected = ["422"]
    page = here.open_map("/map?what=dispute&from=2022-07-04&to=2022-07-10")
    notice = page.locator("#map-status .notice")
    expect(notice).to_contain_text("heat counts cannot be shown like this")
    # A planner reads no reports: which of them to show is not asked.
    expect(page.locator("input[name=heat]").first).to_be_visible()
    expect(page.locator("input[name=reports]").first).to_be_hidden()
    expect(notice.locator("button")).to_have_count(0)
    page.locator("#from").fill("2022-07-01")
    page.locator("#to").fill("2022-07-31")
    expect(page.locator("#legend")).to_contain_text("not told (few or none)")
    expect(page.locator("#legend .total")).to_contain_text("0 reports told")
    expect(notice).to_have_count(0)
