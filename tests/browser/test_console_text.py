"""What people write, in every field that has text, stays text wherever the console, the board or paper shows it."""

from __future__ import annotations

import re

import psycopg
import pytest
from playwright.sync_api import Page, expect

from gis.db.database import libpq_url
from tests.browser.test_console_queue import act, get, post

pytestmark = pytest.mark.browser

CORPUS = (
    "<img src=x onerror='window.broken=1'>",
    "<script>window.broken=1</script>",
    "<svg/onload=window.broken=1>",
    '"><iframe srcdoc="<script>parent.broken=1</script>">',
    "javascript:window.broken=1//",
    "${window.broken=1}{{window.broken=1}}{% raw %}",
    "</script><script>window.broken=1</script>",
    "' autofocus onfocus='window.broken=1' x='",
    "&lt;img src=x onerror=window.broken=1&gt;",
)
EVIL = " ".join(CORPUS)
# Every text that is shown to people; ids, codes and choices of ours are none.
NAMES = {
    "category": ("name", "name_en"),
    "utility": ("name", "name_en", "telephone"),
    "depot": ("name", "name_en"),
    "town": ("name", "name_en"),
    "community": ("name", "name_en"),
    "grid": ("name", "name_en", "party_branch"),
    "grid_staff": ("name",),
    "place": ("name", "name_en", "address"),
    "account": ("name",),
}
# What a text that became markup would leave behind.
LEFT = """() => ({
  broken: window.broken ?? null,
  elements: [...document.querySelectorAll("img, iframe, svg, script, [onerror], [onload], [onfocus]")]
    .filter((e) => e.matches("[src=x], [srcdoc], [onerror], [onload], [onfocus]") || (e.matches("script") && !e.src && e.type !== "application/json"))
    .map((e) => e.outerHTML.slice(0, 80)),
  links: [...document.querySelectorAll("a[href]")].map((a) => a.getAttribute("href")).filter((href) => /^javascript:/i.test(href)),
})"""
CLEAN = {"broken": None, "elements": [], "links": []}


@pytest.fixture(scope="module")
def evil_city(city_url: str, city_server: str) -> str:
    """Give every name of the city a corpus of markup; its own beginning stays, to tell it by."""
    with psycopg.connect(libpq_url(city_url)) as connection:
        for table, columns in NAMES.items():
            changes = ", ".join(f"{column} = left({column}, 4) || %(evil)s" for column in columns)
            connection.execute(f"UPDATE {table} SET {changes}".encode(), {"evil": EVIL})
    return city_server


@pytest.fixture
def report(visit, evil_city):
    here = visit(locale="en-GB")
    made = post(
        here, category="gas.leak", description=f"Evil {EVIL}", address=EVIL[:400], urgent=True,
        source_number=EVIL[:100], accuracy_m=150, reporter={"name": EVIL[:90], "phone": "<b>13800000000</b>"},
    )  # fmt: skip
    made = act(here, made, "accept")
    made = act(here, made, "dispatch", lead="gas")
    act(here, made, "comment", text=EVIL)
    return made


def clean(page: Page) -> None:
    assert page.evaluate(LEFT) == CLEAN


def test_the_console(visit, report):
    here = visit(locale="en-GB", width=1440)
    page = here.open_map(f"/map?report={report['id']}&at=119.41,35.995,16&f.text=Evil")
    expect(page.locator("#detail .description")).to_have_text(f"Evil {EVIL}")
    expect(page.locator("#detail .timeline .message")).to_contain_text(CORPUS[0])
    expect(page.locator(".row-words").first).to_contain_text(CORPUS[0])
    expect(page.locator(".row-head b").first).to_contain_text(CORPUS[0])
    expect(page.locator(".staff-mark, .line-mark").first).to_contain_text(CORPUS[0])
    expect(page.locator(".report-mark.chosen")).to_have_attribute("title", re.compile("onerror"))
    clean(page)
    page.locator("#detail .more summary").click()
    page.locator("#detail [data-action=reassign]").first.click()
    expect(page.locator("dialog [name=lead]")).to_be_visible()
    clean(page)
    page.keyboard.press("Escape")
    page.emulate_media(media="print")
    expect(page.locator("#marks-legend li").first).to_be_visible()
    clean(page)


def test_what_one_chooses_from(visit, report):
    page = visit(locale="zh-CN", width=1440).open_map("/map?heat=town&utility=gas&f.town=370782001")
    expect(page.locator("#filter-chips .chip")).to_contain_text(CORPUS[0])
    expect(page.locator("#utility option").nth(1)).to_contain_text(CORPUS[0])
    page.locator("#search").fill("shenglong")
    expect(page.locator("#found li[role=option]").first).to_contain_text(CORPUS[0])
    clean(page)
    page.locator("#found li[role=option]").first.click()
    expect(page.locator("#detail .match").first).to_be_visible()
    expect(page.locator("#detail .staff li").first).to_contain_text(CORPUS[0])
    page.locator("[data-side-tab=layers]").click()
    expect(page.locator("#legend .legend-head")).to_be_visible()
    clean(page)


def test_a_call_about_it(visit, report):
    page = visit(locale="en-GB").open_map()
    expect(page.locator("#alarm")).to_be_hidden()  # it was sent
    page.keyboard.press("n")
    page.locator("#call-words").fill(EVIL)
    page.locator("[name=category]").select_option("gas.leak")
    page.locator("#call-where").fill("119.41, 35.995")
    expect(page.locator(".alike")).to_contain_text(CORPUS[0])
    expect(page.locator(".call-match .reason")).to_contain_text(CORPUS[0])
    clean(page)


def test_an_offer_an_alarm_and_the_board(visit, report):
    here = visit(locale="en-GB")
    for n in range(4):
        post(here, category="gas.leak", description=EVIL, address=EVIL[:400], urgent=True,
             longitude=119.2 + n * 0.0003, latitude=36.1)  # fmt: skip
    page = here.open_map()
    expect(page.locator("#alarm button").first).to_contain_text(CORPUS[0])
    expect(page.locator(".cluster").first).to_contain_text(CORPUS[0])
    clean(page)
    board = here.open("/map/board")
    expect(board.locator("#state")).to_have_attribute("data-state", "live")
    expect(board.locator("#live")).to_contain_text(CORPUS[0])
    clean(board)
    for path in (
        f"/reports/{report['id']}",
        f"/reports/{report['id']}/work-order",
        "/reports",
        "/",
    ):
        clean(here.open(path))
    assert get(here, f"/reports/{report['id']}")["description"] == f"Evil {EVIL}"
