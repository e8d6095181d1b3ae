"""A dispatcher's day at the console: what comes in live, who is sent, what goes wrong, and a server that dies meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from typer.testing import CliRunner

from api.cli import make_app
from tests.browser.pictures import press
from tests.browser.test_console_queue import get
from tests.support.server_process import ServerProcess

pytestmark = pytest.mark.browser

CALLS = 14  # of which seven are of one cause
# A server that is started anew, and a page that waits longer before each try, on a busy machine.
PATIENT_MS = 60_000


@pytest.fixture(scope="module")
def server(city_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    process = ServerProcess(city_url, tmp_path_factory.mktemp("server"))
    process.start()
    yield process
    process.kill()


@pytest.fixture
def desk(visit, server):
    """Sign a dispatcher in as people do, and open the console."""

    def sign_in():
        here = visit(None, locale="en-GB", address=server.address)
        page = here.open("/")
        page.locator("#username").fill("dispatcher")
        page.locator("#password").fill("demo")
        page.locator("main form button[type=submit]").first.click()
        page.locator("header .account").wait_for()
        here.open_map()
        expect(page.locator("body")).to_have_attribute("data-live", "live")
        return here

    return sign_in


def simulate(address: str) -> None:
    """Let calls come in as `make demo LIVE=1` does, faster."""
    command = ["simulate", "--every", "0", "--count", str(CALLS), "--address", address]
    done = CliRunner().invoke(make_app("simulate"), command)
    assert done.exit_code == 0, done.output


def badge(page: Page, words: str) -> None:
    expect(page.locator("#detail .badges")).to_contain_text(words)


def said(page: Page, words: str) -> None:
    expect(page.locator("#toast")).to_contain_text(words)


def take_the_cluster(page: Page, members: set[str]) -> str:
    """Walk to a report of the cluster, merge it and send a body to it, by keyboard alone; return its id."""
    page.keyboard.press(".")
    expect(page.locator("#pending")).to_be_hidden()
    for _ in range(CALLS):
        page.keyboard.press("j")
        current = page.locator(".row.current").get_attribute("data-id")
        if current in members:
            break
    assert current in members
    expect(page.locator("#detail .description")).to_be_visible()
    page.keyboard.press("m")
    said(page, "7 merged")
    expect(page.locator("#detail .timeline-block")).to_contain_text("merged into this one")
    expect(page.locator(".suggestion").first).to_be_visible()
    page.keyboard.press("d")
    expect(page.locator("dialog [name=lead]")).to_have_value("water")
    page.keyboard.press("Enter")
    expect(page.locator("dialog")).to_have_count(0)
    badge(page, "Dispatched")
    chosen = page.locator(".row.current").get_attribute("data-id")
    assert chosen
    return chosen


def test_low_pressure_from_the_first_call_to_the_last_answer(desk, visit, server):
    here = desk()
    page = here.page
    simulate(server.address)
    expect(page.locator("#pending")).to_have_text(f"{CALLS} new")
    card = page.locator(".cluster", has_text="7 reports").first
    expect(card).to_contain_text("probably one cause")
    [cluster] = [
        one
        for one in get(here, "/clusters")["items"]
        if one["id"] == card.get_attribute("data-cluster")
    ]
    assert (cluster["category"], cluster["count"]) == ("water.low_pressure", 7)
    parent = take_the_cluster(page, {one["id"] for one in cluster["reports"]})

    page.keyboard.press("z")
    said(page, "taken back")
    badge(page, "Accepted")
    page.keyboard.press("d")
    expect(page.locator("dialog [name=lead]")).to_have_value("water")
    page.keyboard.press("Enter")
    badge(page, "Dispatched")

    water = visit("water", width=390, height=844, address=server.address).page
    water.goto(f"{server.address}/")
    expect(water.locator("#queue-check_in")).to_be_visible()
    water.goto(f"{server.address}/reports/{parent}")
    press(water, "check_in")
    badge(page, "Handling")  # the console hears of it
    water.locator("#do-feed_back [name=result]").fill("换了主阀，水压恢复")
    press(water, "feed_back")
    badge(page, "Fed back")

    page.locator("#detail [data-action=close]").focus()
    page.keyboard.press("Enter")
    outcome = page.locator("dialog [name=outcome]")
    outcome.select_option("resolved")
    outcome.press("Tab")
    page.locator("dialog button[type=submit]").press("Enter")
    badge(page, "Closed")
    for member in cluster["reports"]:
        closed = get(here, f"/reports/{member['id']}")
        assert (closed["status"], closed["outcome"]) == ("closed", "resolved")


def test_two_dispatchers_at_one_report(desk, server):
    slow, quick = desk(), desk()
    slow.expected = ["412"]
    made = take_in(quick, "Whose is it")
    for one in (slow, quick):
        one.open_map(f"/map?report={made['id']}")
        expect(one.page.locator("#detail .timeline-block")).to_be_visible()
    slow.page.locator("#detail .more summary").click()
    slow.page.locator("#detail [data-action=recategorise]").click()
    slow.page.locator("dialog [name=category]").select_option("power.cable_damage")
    slow.page.locator("dialog [name=reason]").fill("The cable was dug up")
    quick.page.keyboard.press("a")
    badge(quick.page, "Accepted")
    slow.page.locator("dialog button[type=submit]").click()
    expect(slow.page.locator("dialog .versions")).to_contain_text("What you saw")
    expect(slow.page.locator("dialog .steps")).to_contain_text("Accept")
    slow.page.get_by_role("button", name="Look again").click()
    expect(slow.page.locator("dialog .versions")).to_have_count(0)
    badge(slow.page, "Accepted")
    assert get(quick, f"/reports/{made['id']}")["status"] == "accepted"
    # What was typed is there when the step is asked for again, and the keyboard is not lost.
    expect(slow.page.locator("#detail [data-title]")).to_be_focused()
    slow.page.locator("#detail .more summary").click()
    slow.page.locator("#detail [data-action=recategorise]").click()
    expect(slow.page.locator("dialog [name=category]")).to_have_value("power.cable_damage")
    expect(slow.page.locator("dialog [name=reason]")).to_have_value("The cable was dug up")


def take_in(here, words: str):
    answer = here.context.request.post(
        f"{here.address}/api/v1/reports",
        data={"category": "power.outage", "description": words, "longitude": 119.41,
              "latitude": 35.995, "source": "hotline_12345"},
    )  # fmt: skip
    assert answer.status == 201, answer.text()
    return answer.json()


def test_a_call_outlives_a_server_that_is_killed(desk, server):
    here = desk()
    here.expected = ["Failed to load resource", "ERR_", "401", "status of 5"]
    page = here.page
    page.keyboard.press("n")
    page.keyboard.type("No light behind the old mill, she says")
    page.locator("#call-where").fill("behind the old mill at the bridge")
    expect(page.locator("#call-where-list li")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator(".call-match")).to_contain_text("Not located")

    server.kill()
    expect(page.locator("#live")).to_contain_text("Offline", timeout=PATIENT_MS)
    page.locator(".call button[type=submit]").click()
    expect(page.locator(".call .notice.error")).to_contain_text("not saved yet")
    page.locator("[name=name]").fill("Typed while it was away")
    server.start()
    expect(page.locator("#live")).to_have_text("Live", timeout=PATIENT_MS)
    expect(page.locator("#call-words")).to_have_value("No light behind the old mill, she says")
    expect(page.locator("[name=name]")).to_have_value("Typed while it was away")

    page.locator(".call button[type=submit]").click()
    said(page, "taken in")
    page.locator("#queues [data-queue=not_located]").click()
    row = page.locator(".row", has_text="No light behind the old mill")
    expect(row).to_have_count(1)
    assert get(here, "/reports/counts?q=behind+the+old+mill%2C+she")["count"] == 1
