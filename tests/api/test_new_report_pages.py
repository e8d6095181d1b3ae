"""Handing in by the plain form: the match first, one report of two presses, a receipt at the end."""

from __future__ import annotations

import re
import uuid
from typing import Any

import httpx
import pytest

from tests.api.conftest import World
from tests.api.test_photos import jpeg
from tests.api.test_report_pages import Browsers
from tests.support.crew import AT_HOME


def filled(who: httpx.Client, **more: str) -> dict[str, str]:
    page = who.get("/reports/new")
    assert page.status_code == 200, page.text
    client_id = re.search(r'name="client_id" value="([0-9a-f-]{36})"', page.text)[1]
    where = {"longitude": str(AT_HOME[0]), "latitude": str(AT_HOME[1]), "accuracy_m": "8"}
    return {"client_id": client_id, "description": "4-6楼没水", **where, **more}


def send(who: httpx.Client, sent: dict[str, str], step: str, files: Any = None) -> httpx.Response:
    return who.post("/reports/new", data={**sent, "step": step}, files=files)


def test_the_match_is_shown_before_anything_is_stored(browser: Browsers, world: World) -> None:
    desk = browser("dispatcher")
    before = world.execute("SELECT count(*) FROM report")
    shown = send(desk, filled(desk), "check")
    assert shown.status_code == 200
    assert "将交给" in shown.text
    assert "按描述判断，可改" in shown.text
    assert 'class="sketch"' in shown.text
    assert 'value="4-6楼没水"' in shown.text or ">4-6楼没水<" in shown.text
    assert world.execute("SELECT count(*) FROM report") == before


def test_a_place_chosen_for_other_words_does_not_hold(browser: Browsers) -> None:
    desk = browser("dispatcher")
    sent = filled(desk, place="盛隆花园", place_code="P1", longitude="", latitude="", accuracy_m="")
    shown = send(desk, {**sent, "place_named": "盛隆花园"}, "check")
    assert shown.status_code == 200
    assert re.search(r'name="place_code" value="P1"', shown.text)
    named = re.search(r'name="place_named" value="([^"]*)"', shown.text)[1]
    other = {**sent, "place": "老粮站后面", "place_named": named}
    again = send(desk, other, "check")
    assert again.status_code == 200
    assert "老粮站后面" in re.search(r'<p class="notice stale">([^<]*)', again.text)[1]
    assert 'name="place_code"' not in again.text


def test_two_presses_are_one_report_and_a_changed_third_is_asked_about(
    browser: Browsers, world: World
) -> None:
    desk = browser("dispatcher")
    sent = filled(desk, reporter_name="张建国", reporter_phone="13812341234", source="resident")
    first, second = send(desk, sent, "save"), send(desk, sent, "save")
    assert first.status_code == second.status_code == 303
    assert first.headers["location"].startswith("/receipts/370782-")
    rows = world.execute(
        "SELECT source, reporter_name, category_code FROM report WHERE client_id = %s",
        uuid.UUID(sent["client_id"]),
    )
    assert rows == [("resident", "张建国", "water.low_pressure")]
    changed = send(desk, {**sent, "description": "别的事"}, "save")
    assert changed.status_code == 422
    assert "已经提交过了" in changed.text
    fresh = re.search(r'name="client_id" value="([^"]+)"', changed.text)[1]
    assert fresh != sent["client_id"]


def test_photos_come_with_it(browser: Browsers, world: World) -> None:
    staff = browser("staff")
    sent = filled(staff)
    files = [("photos", ("a.jpg", jpeg((9, 9, 9)), "image/jpeg"))]
    too_many = send(staff, sent, "save", files * 11)
    assert too_many.status_code == 422
    assert re.search(r'id="photos-error">[^<]*一件最多 10 张照片', too_many.text)
    assert send(staff, sent, "save", files).status_code == 303
    rows = world.execute(
        "SELECT count(*) FROM photo p JOIN report r ON r.id = p.report_id WHERE r.client_id = %s",
        uuid.UUID(sent["client_id"]),
    )
    assert rows == [(1,)]


@pytest.mark.parametrize(
    ("more", "field", "words"),
    [
        ({"description": " "}, "description", "请填写"),
        ({"description": "\u200b"}, "description", "只有空格或看不见的字符"),
        ({"longitude": "", "latitude": ""}, "place", "请说明在哪里"),
        ({"longitude": "x"}, "longitude", "坐标不对"),
        ({"longitude": "119.4", "latitude": "136"}, "location", "坐标不对"),
        ({"category": "none"}, "category", "没有这一项"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    browser: Browsers, more: dict[str, str], field: str, words: str
) -> None:
    desk = browser("dispatcher")
    answer = send(desk, filled(desk, **more), "save")
    assert answer.status_code == 422
    assert re.search(rf'id="{field}-error">[^<]*{words}', answer.text), answer.text


def test_a_name_of_several_places_is_asked_about_and_of_none_is_kept_as_words(
    browser: Browsers,
) -> None:
    desk = browser("dispatcher")
    nowhere = {"longitude": "", "latitude": "", "accuracy_m": ""}
    unknown = send(desk, filled(desk, **nowhere, place="老槐树底下"), "check")
    assert unknown.status_code == 200
    assert "没有找到地名“老槐树底下”" in unknown.text


def test_that_it_is_nowhere_is_told_once_beside_the_place(browser: Browsers) -> None:
    desk = browser("dispatcher")
    nowhere = {"longitude": "", "latitude": "", "accuracy_m": ""}
    answer = send(desk, filled(desk, **nowhere), "save")
    assert answer.status_code == 422
    assert re.findall(r'id="([a-z_]+)-error"', answer.text) == ["place"]
    assert re.search(r'id="place"[^>]* aria-invalid="true"', answer.text)


def test_readers_do_not_report(browser: Browsers) -> None:
    for username in ("supervisor", "planner"):
        assert browser(username).get("/reports/new").status_code == 403
    assert browser("").get("/reports/new").status_code == 303
