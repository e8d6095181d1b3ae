"""The page of a report without any script: what it shows to whom, and every step as a plain form."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.api.conftest import World
from tests.api.test_actions import Clients, done, hand_in
from tests.api.test_photos import jpeg

Browsers = Callable[[str], httpx.Client]
PERSON = {"name": "张建国", "phone": "13812341234"}


def forms_of(text: str) -> dict[str, dict[str, str]]:
    """Return the hidden fields of each action's form on a page."""
    found = {}
    for action, body in re.findall(
        r'<form class="form" id="do-(\w+)"(.*?)</form>', text, re.DOTALL
    ):
        hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', body)
        found[action] = {name: html.unescape(value) for name, value in hidden}
    return found


def press(
    who: httpx.Client, report: dict[str, Any], action: str, files: Any = None, **fields: Any
) -> httpx.Response:
    """Open the page, fill in the action's form and send it."""
    page = who.get(f"/reports/{report['id']}")
    assert page.status_code == 200, page.text
    sent = {**forms_of(page.text)[action], **fields}
    return who.post(f"/reports/{report['id']}/act", data=sent, files=files)


def test_the_page_offers_exactly_what_is_legal_now(client: Clients, browser: Browsers) -> None:
    report = hand_in(client)
    for username in ("dispatcher", "town1", "water", "supervisor", "admin"):
        legal = client(username).get(f"/reports/{report['id']}").json()["actions"]
        page = browser(username).get(f"/reports/{report['id']}")
        assert page.status_code == 200
        assert set(forms_of(page.text)) == set(legal) - {"undo"}, username
        assert report["number"] in page.text
        assert 'class="sketch"' in page.text


def test_a_report_goes_its_whole_way_by_forms_alone(client: Clients, browser: Browsers) -> None:
    report = hand_in(client)
    desk, water = browser("dispatcher"), browser("water")
    answer = press(desk, report, "accept")
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == f"/reports/{report['id']}?done=accept"
    assert "已完成：立案" in desk.get(answer.headers["location"]).text
    answer = press(desk, report, "dispatch", lead="", lead_other="water-west", assisting=["power"])
    assert answer.status_code == 303, answer.text
    assert press(water, report, "check_in").status_code == 303
    photo = {"photos": ("主阀.jpg", jpeg(), "image/jpeg")}
    answer = press(
        water,
        report,
        "feed_back",
        files=photo,
        result="已恢复供水",
        cause="主阀损坏",
        remedy="更换主阀",
    )
    assert answer.status_code == 303, answer.text
    assert press(desk, report, "close", outcome="resolved").status_code == 303
    after = client("dispatcher").get(f"/reports/{report['id']}").json()
    assert (after["status"], after["outcome"]) == ("closed", "resolved")
    assert len(after["photos"]) == 1
    text = desk.get(f"/reports/{report['id']}").text
    for words in ("主阀损坏", "更换主阀", "已恢复供水", after["photos"][0]["sha256"]):
        assert words in text
    assert text.index("立案") < text.index("派遣") < text.index("报到")


def test_what_is_missing_is_said_beside_its_field_and_the_rest_is_kept(
    client: Clients, browser: Browsers
) -> None:
    report = hand_in(client)
    report = done(client("dispatcher"), report, "accept", report["version"])
    report = done(client("dispatcher"), report, "dispatch", report["version"], lead="water-west")
    own = report["assignments"][0]["version"]
    done(client("water"), report, "check_in", own)
    answer = press(browser("water"), report, "feed_back", result=" ", cause="主阀<损坏>")
    assert answer.status_code == 422
    form = re.search(r'id="do-feed_back".*?</form>', answer.text, re.DOTALL)[0]
    assert re.search(
        r'name="result"[^>]*aria-invalid="true" aria-describedby="feed_back-result-error"', form
    )
    assert 'id="feed_back-result-error">请填写<' in form
    assert 'value="主阀&lt;损坏&gt;"' in form
    assert 'role="alert"' in form


def test_a_body_of_the_long_list_is_still_chosen_after_a_refusal(
    client: Clients, browser: Browsers
) -> None:
    report = hand_in(client)
    report = done(client("dispatcher"), report, "accept", report["version"])
    desk = browser("dispatcher")
    stale = forms_of(desk.get(f"/reports/{report['id']}").text)
    done(client("dispatcher"), report, "recategorise", report["version"], category="water.burst")
    # The first suggested body is picked already: sent again as it stands, the report would go there.
    sent = {**stale["dispatch"], "lead": "water-west", "lead_other": "power"}
    outrun = desk.post(f"/reports/{report['id']}/act", data=sent)
    assert outrun.status_code == 412
    form = re.search(r'id="do-dispatch".*?</form>', outrun.text, re.DOTALL)[0]
    assert re.findall(r'<option value="([^"]*)" selected', form) == ["power"]
    assert not re.search(r'<input type="radio"[^>]* checked', form)
    wrong = {**stale["merge"], "into_other": "3707822022051099999"}
    refused = desk.post(f"/reports/{report['id']}/act", data=wrong)
    assert 'name="into_other" value="3707822022051099999"' in refused.text


def test_why_photos_alone_were_refused_is_said(client: Clients, browser: Browsers) -> None:
    report = hand_in(client)
    broken = {"photos": ("x.jpg", b"no picture", "image/jpeg")}
    answer = browser("dispatcher").post(
        f"/reports/{report['id']}/act", data={"action": "photo"}, files=broken
    )
    assert answer.status_code == 422
    assert "不是完整的 JPEG" in re.search(r'role="alert".*?</div>', answer.text, re.DOTALL)[0]


def test_a_broken_photo_keeps_the_step_from_happening(client: Clients, browser: Browsers) -> None:
    report = hand_in(client)
    report = done(client("dispatcher"), report, "accept", report["version"])
    report = done(client("dispatcher"), report, "dispatch", report["version"], lead="water-west")
    done(client("water"), report, "check_in", report["assignments"][0]["version"])
    broken = {"photos": ("x.jpg", b"no picture", "image/jpeg")}
    answer = press(browser("water"), report, "feed_back", files=broken, result="好了")
    assert answer.status_code == 422
    assert "不是完整的 JPEG" in answer.text
    assert client("water").get(f"/reports/{report['id']}").json()["status"] == "handling"


def test_an_outrun_page_shows_what_changed_and_can_be_sent_again(
    client: Clients, browser: Browsers
) -> None:
    report = hand_in(client)
    desk = browser("dispatcher")
    stale = forms_of(desk.get(f"/reports/{report['id']}").text)["recategorise"]
    done(client("dispatcher"), report, "accept", report["version"])
    answer = desk.post(f"/reports/{report['id']}/act", data={**stale, "category": "water.burst"})
    assert answer.status_code == 412
    assert "它已经变了" in answer.text
    assert re.search(r'class="changes">\s*<li>立案 · dispatcher', answer.text)
    fresh = forms_of(answer.text)["recategorise"]
    assert fresh["if_match"] == str(int(stale["if_match"]) + 1)
    assert '<option value="water.burst" selected>' in answer.text
    again = desk.post(f"/reports/{report['id']}/act", data={**fresh, "category": "water.burst"})
    assert again.status_code == 303


def test_a_step_the_state_forbids_is_a_page_with_what_is_possible(
    client: Clients, browser: Browsers
) -> None:
    report = hand_in(client)
    desk = browser("dispatcher")
    answer = desk.post(
        f"/reports/{report['id']}/act", data={"action": "close", "if_match": report["version"]}
    )
    assert answer.status_code == 409
    assert "以现在的状态不能这样做" in answer.text
    assert "accept" in forms_of(answer.text)


def test_a_role_that_never_may_and_a_report_of_others(client: Clients, browser: Browsers) -> None:
    report = hand_in(client)
    refused = browser("water").post(
        f"/reports/{report['id']}/act", data={"action": "accept", "if_match": "1"}
    )
    assert refused.status_code == 403
    assert "您的角色不能这样做" in refused.text
    for username in ("town2", "volunteer", "planner"):
        for path in ("", "/work-order"):
            assert browser(username).get(f"/reports/{report['id']}{path}").status_code == 404
    nobody = browser("").get(f"/reports/{report['id']}")
    assert nobody.status_code == 303
    assert nobody.headers["location"] == f"/?next=%2Freports%2F{report['id']}"
    gone = browser("").post(f"/reports/{report['id']}/act", data={"action": "accept"})
    assert gone.status_code == 401
    assert "登录已失效" in gone.text


def test_handing_a_report_away_leads_back_to_the_list(client: Clients, browser: Browsers) -> None:
    report = hand_in(client)
    town = browser("town1")
    answer = press(town, report, "transfer", town="370782101", reason="在邻镇")
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == "/?done=transfer"
    assert town.get(f"/reports/{report['id']}").status_code == 404


def test_a_step_can_be_taken_back_from_the_page(client: Clients, browser: Browsers) -> None:
    report = hand_in(client)
    desk = browser("dispatcher")
    text = desk.get(press(desk, report, "accept").headers["location"]).text
    form = re.search(r'name="action" value="undo"><input[^>]*value="(\d+)"', text)
    answer = desk.post(f"/reports/{report['id']}/act", data={"action": "undo", "if_match": form[1]})
    assert answer.status_code == 303
    assert client("dispatcher").get(f"/reports/{report['id']}").json()["status"] == "received"
    assert "已撤销" in desk.get(f"/reports/{report['id']}").text


def test_who_reported_is_masked_until_asked_for_and_the_asking_is_noted(
    client: Clients, browser: Browsers, world: World
) -> None:
    report = hand_in(client, reporter=PERSON)

    def reads() -> int:
        key = report["id"].partition("-")[2]
        (row,) = world.execute("SELECT count(*) FROM personal_read WHERE report_id = %s", key)
        return int(row[0])

    page = browser("dispatcher").get(f"/reports/{report['id']}").text
    assert "138****1234" in page
    assert PERSON["phone"] not in page
    assert reads() == 0
    told = browser("dispatcher").post(f"/reports/{report['id']}/reporter")
    assert 'href="tel:13812341234"' in told.text
    assert PERSON["name"] in told.text
    assert reads() == 1
    supervisor = browser("supervisor")
    assert "138****1234" in supervisor.get(f"/reports/{report['id']}").text
    assert PERSON["phone"] not in supervisor.post(f"/reports/{report['id']}/reporter").text
    paper = supervisor.get(f"/reports/{report['id']}/work-order").text
    assert "138****1234" in paper
    assert reads() == 1


def test_the_work_order_holds_what_the_field_needs(client: Clients, browser: Browsers) -> None:
    report = hand_in(client, reporter=PERSON, address="盛龙花园3号楼", urgent=True)
    report = done(client("dispatcher"), report, "accept", report["version"])
    report = done(client("dispatcher"), report, "dispatch", report["version"], lead="water-west")
    paper = f"/reports/{report['id']}/work-order"
    text = browser("water").get(paper).text
    for words in (
        "<th>时限</th>",
        report["number"],
        "盛龙花园3号楼",
        PERSON["phone"],
        "派工单",
        'class="qr"',
        'class="sketch"',
    ):
        assert words in text, words
    assert not re.search(r"<style|\sstyle=|\son\w+=", text)
    own_part = report["assignments"][0]["version"]
    report = done(client("water"), report, "check_in", own_part)
    own_part = report["assignments"][0]["version"]
    done(client("water"), report, "feed_back", own_part, result="修好了")
    text = browser("water").get(paper).text
    assert "<th>状态</th><td>已反馈</td>" in text
    assert "<th>时限</th>" not in text  # nothing of theirs runs any more


def test_a_meeting_is_called_answered_and_recorded_by_forms(
    client: Clients, browser: Browsers
) -> None:
    report = hand_in(client)
    report = done(client("dispatcher"), report, "accept", report["version"])
    done(client("dispatcher"), report, "dispatch", report["version"], lead="water-west")
    called = press(
        browser("supervisor"), report, "convene",
        place="二楼会议室", meets_at="2030-01-07T09:30", bodies=["water-west", "power"],
    )  # fmt: skip
    assert called.status_code == 303, called.text
    assert press(browser("power"), report, "acknowledge").status_code == 303
    decided: dict[str, Any] = {
        "minutes": "共同开挖",
        "decision_utility": ["power", "water-west", ""],
        "decision_text": ["断电配合", "先关阀", ""],
        "decision_due_at": ["2030-01-08T18:00", "2020-01-08T18:00", ""],
    }
    past = press(browser("dispatcher"), report, "record_minutes", **decided)
    assert past.status_code == 422
    rows = re.findall(r'<div class="decision">.*?</div>', past.text, re.DOTALL)
    for i, row in enumerate(rows):  # every body can be chosen, and what was sent stands there again
        assert {'value="power"', 'value="water-west"', 'value="telecom"'} <= set(
            re.findall(r'value="[a-z-]+"', row)
        )
        chosen = re.findall(r'<option value="([^"]*)" selected', row)
        assert chosen == [code for code in [decided["decision_utility"][i]] if code]
        typed = re.findall(r'<input[^>]* value="([^"]*)"', row)
        assert typed == [decided["decision_text"][i], decided["decision_due_at"][i]]
    decided["decision_due_at"][1] = "2030-01-09T18:00"
    held = press(browser("dispatcher"), report, "record_minutes", **decided)
    assert held.status_code == 303, held.text
    text = browser("dispatcher").get(f"/reports/{report['id']}").text
    assert "断电配合" in text
    assert "2030年1月8日 周二 18:00" in text


def test_a_place_is_corrected_by_its_name(client: Clients, browser: Browsers) -> None:
    report = hand_in(client)
    nowhere = press(browser("dispatcher"), report, "move", place="没有这个地方")
    assert nowhere.status_code == 422
    assert "没有这个地名或网格" in nowhere.text


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ({"place_code": "P1"}, "盛隆花园"),
        ({"place_text": "密水桥东头老粮站后面"}, "密水桥东头老粮站后面"),
    ],
)
def test_a_place_named_without_coordinates_is_told_to_who_looks_for_it(
    client: Clients, browser: Browsers, where: dict[str, str], told: str
) -> None:
    body = {"description": "x", "category": "water.low_pressure", **where}
    report = client("dispatcher").post("/reports", json=body).json()
    assert report["place_text"] == where.get("place_text", "")
    for path in ("", "/work-order"):
        page = browser("dispatcher").get(f"/reports/{report['id']}{path}").text
        assert "所报地点" in page
        assert told in page


def test_the_evaluation_is_shown_as_a_code_for_the_resident(
    client: Clients, browser: Browsers
) -> None:
    report = hand_in(client)
    key = f"/reports/{report['id']}"
    assert browser("dispatcher").post(f"{key}/evaluation-qr").status_code == 409
    report = done(client("dispatcher"), report, "accept", report["version"])
    report = done(client("dispatcher"), report, "dispatch", report["version"], lead="water-west")
    report = done(client("water"), report, "check_in", report["assignments"][0]["version"])
    report = done(
        client("water"), report, "feed_back", report["assignments"][0]["version"], result="好了"
    )
    done(client("dispatcher"), report, "close", report["version"])
    assert "evaluation-qr" in browser("dispatcher").get(key).text
    shown = browser("dispatcher").post(f"{key}/evaluation-qr").text
    assert re.search(r"http://127\.0\.0\.1:\d+/evaluate/370782-[\w-]{32}", shown)
    assert 'class="qr"' in shown


@pytest.mark.parametrize("language", ["zh", "en"])
def test_both_languages(client: Clients, browser: Browsers, language: str) -> None:
    report = hand_in(client)
    text = browser("dispatcher").get(f"/reports/{report['id']}?lang={language}").text
    words = "What you can do now" if language == "en" else "现在可以做"
    assert words in text
