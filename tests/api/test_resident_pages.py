"""Residents' pages and the desk's: answered once, by nobody who handled it; calls and notices by form."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from gis.notifications import deliver
from tests.api.conftest import World
from tests.api.test_actions import Clients, done, hand_in
from tests.api.test_report_pages import PERSON, Browsers


@pytest.fixture
def closed(client: Clients) -> dict[str, Any]:
    """Return a report that was closed as resolved."""
    report = hand_in(client, reporter=PERSON)
    report = done(client("town1"), report, "accept", report["version"])
    report = done(client("town1"), report, "dispatch", report["version"], lead="water-west")
    for action, more in (("check_in", {}), ("feed_back", {"result": "换了主阀"})):
        own = report["assignments"][0]["version"]
        report = done(client("water"), report, action, own, **more)
    return done(client("town1"), report, "close", report["version"])


def link_of(who: httpx.Client, report: dict[str, Any]) -> str:
    """Return the path of an evaluation's link, as the code on the spot holds it."""
    shown = who.post(f"/reports/{report['id']}/evaluation-qr")
    return re.search(r"(/evaluate/[\w-]+)", shown.text)[1]


def test_an_answer_is_given_once_and_shown_afterwards(
    closed: dict[str, Any], browser: Browsers
) -> None:
    link, resident = link_of(browser("town1"), closed), browser("")
    asked = resident.get(link)
    assert asked.status_code == 200
    assert "换了主阀" in asked.text
    for secret in (PERSON["name"], PERSON["phone"]):
        assert secret not in asked.text
    missing = resident.post(link, data={"text": "x"})
    assert missing.status_code == 422
    assert "请选择其中一项" in missing.text
    assert 'maxlength="1000">x</textarea>' in missing.text
    long = resident.post(link, data={"answer": "so_so", "text": "很" * 1001})
    assert long.status_code == 422
    assert re.findall(r'value="(\w+)" required checked', long.text) == ["so_so"]
    assert "很" * 1001 in long.text
    answer = resident.post(link, data={"answer": "unsatisfied", "text": "还是没水"})
    assert (answer.status_code, answer.headers["location"]) == (303, link)
    thanks = resident.get(link).text
    assert "谢谢您的评价" in thanks
    assert "<form" not in thanks.partition("<main")[2]
    again = resident.post(link, data={"answer": "satisfied"})
    assert again.status_code == 409
    assert "居民请求重办" in browser("town1").get(f"/reports/{closed['id']}").text


def test_as_many_characters_as_the_field_takes_are_taken(
    closed: dict[str, Any], browser: Browsers, world: World
) -> None:
    # A browser counts the end of a line once and sends it as two characters.
    text = "\n".join(["很" * 99] * 10)
    link = link_of(browser("town1"), closed)
    assert 'maxlength="1000"' in browser("").get(link).text
    sent = {"answer": "satisfied", "text": text.replace("\n", "\r\n")}
    assert browser("").post(link, data=sent).status_code == 303
    assert world.execute("SELECT comment FROM evaluation WHERE comment = %s", text) == [(text,)]


def test_who_handled_it_cannot_answer(closed: dict[str, Any], browser: Browsers) -> None:
    link = link_of(browser("town1"), closed)
    for refused in (
        browser("town1").get(link),
        browser("water").get(link),
        browser("town1").post(link, data={"answer": "satisfied"}),
    ):
        assert refused.status_code == 403
        assert "办理过的人不能代居民评价" in refused.text
        assert "<form" not in refused.text.partition("<main")[2]
    assert browser("").get(link).status_code == 200
    told = browser("town1").get(f"/reports/{closed['id']}").text
    assert "邀请居民评价" in told
    assert "现场扫码" in told


@pytest.mark.parametrize("path", ["/evaluate/370782-none", "/receipts/370782-none"])
def test_a_link_that_does_not_hold_says_so_kindly(browser: Browsers, path: str) -> None:
    answer = browser("").get(path)
    assert answer.status_code == 404
    assert "<h1>" in answer.text
    assert answer.headers["content-type"].startswith("text/html")


def test_a_link_is_over_after_its_days(
    closed: dict[str, Any], browser: Browsers, world: World
) -> None:
    link = link_of(browser("town1"), closed)
    key = closed["id"].partition("-")[2]
    world.execute(
        "UPDATE evaluation SET expires_at = %s WHERE report_id = %s", world.clock.now(), key
    )
    answer = browser("").get(link)
    assert answer.status_code == 404
    assert "已过期" in answer.text


def test_a_call_is_recorded_with_what_was_said(
    closed: dict[str, Any], browser: Browsers, client: Clients
) -> None:
    desk = browser("dispatcher")
    queue = desk.get("/callbacks").text
    assert f"/callbacks/{closed['id']}" in queue
    assert PERSON["phone"] not in queue
    assert PERSON["phone"] in desk.post(f"/callbacks/{closed['id']}/reporter").text
    wrong = desk.post(f"/callbacks/{closed['id']}", data={"result": "no_answer", "answer": "so_so"})
    assert wrong.status_code == 422
    assert "没有接通就没有评价" in wrong.text
    said = {"result": "answered", "answer": "satisfied", "text": "很快"}
    assert desk.post(f"/callbacks/{closed['id']}", data=said).status_code == 303
    assert f"/callbacks/{closed['id']}" not in desk.get("/callbacks").text
    assert browser("water").get("/callbacks").status_code == 403


def test_a_telephone_is_not_read_for_a_call_that_was_made_meanwhile(
    closed: dict[str, Any], browser: Browsers, world: World
) -> None:
    desk, path = browser("dispatcher"), f"/callbacks/{closed['id']}"
    said = {"result": "answered", "answer": "satisfied"}
    assert desk.post(path, data=said).status_code == 303
    before = world.execute("SELECT count(*) FROM personal_read")
    late = desk.post(f"{path}/reporter")
    assert (late.status_code, late.headers["location"]) == (303, f"/reports/{closed['id']}")
    assert world.execute("SELECT count(*) FROM personal_read") == before


def test_a_link_that_does_not_hold_counts_once(world: World, browser: Browsers) -> None:
    def counted() -> int:
        found = world.execute("SELECT coalesce(sum(failures), 0) FROM sign_in_throttle")
        return int(str(found[0][0]))

    before = counted()
    answer = browser("").post("/evaluate/370782-nothing", data={"answer": "satisfied"})
    assert answer.status_code == 404
    assert counted() == before + 1


def test_notices_are_listed_and_marked_read(browser: Browsers) -> None:
    page = browser("dispatcher").get("/notifications")
    assert page.status_code == 200
    marked = browser("dispatcher").post("/notifications/read")
    assert (marked.status_code, marked.headers["location"]) == (303, "/notifications")


def test_what_came_after_the_page_was_made_stays_unread(
    world: World, browser: Browsers, client: Clients
) -> None:
    def hand_in(category: str) -> str:
        body = {"description": "x", "category": category, **world.at("G0005")}
        report_id = str(client("volunteer").post("/reports", json=body).json()["id"])
        deliver(world.services.db, world.clock.instant)
        return report_id

    hand_in("water.burst")
    desk, told = browser("town1"), client("town1")
    shown = desk.get("/notifications").text
    seen = re.findall(r'name="up_to" value="(\d+)"', shown)
    later = hand_in("power.cable")
    assert desk.post("/notifications/read", data={"up_to": seen[0]}).status_code == 303
    unread = told.get("/notifications", params={"unread": "true"}).json()["items"]
    assert [one["report_id"] for one in unread] == [later]
    assert desk.post("/notifications/read", data={"up_to": "x"}).status_code == 422
    assert desk.post("/notifications/read").status_code == 303
    assert told.get("/notifications").json()["unread"] == 0


def test_a_call_that_cannot_be_recorded_says_why_and_keeps_what_was_typed(
    closed: dict[str, Any], browser: Browsers
) -> None:
    desk, path = browser("dispatcher"), f"/callbacks/{closed['id']}"
    typed = {"result": "no_answer", "answer": "so_so", "text": "说<晚上>再打"}
    refused = desk.post(path, data=typed)
    assert refused.status_code == 422
    form = refused.text.partition(f'action="{path}"')[2].partition("</form>")[0]
    assert "没有接通就没有评价" in form
    assert re.findall(r'value="([^"]*)" selected', form) == ["no_answer", "so_so"]
    assert 'value="说&lt;晚上&gt;再打"' in form
    assert desk.post(path, data={"result": "answered", "answer": "so_so"}).status_code == 303
    # Somebody was faster: the report has left the queue, and with it the form that could say so.
    late = desk.post(path, data={**typed, "result": "answered"})
    assert late.status_code == 422
    assert f'action="{path}"' not in late.text
    told = re.search(r'role="alert">(.*?)</p>', late.text)[1]
    assert "说&lt;晚上&gt;再打" in told
