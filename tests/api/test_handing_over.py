"""A matter handed over to another county: over HTTP and by the page's form."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

import httpx

from tests.api.test_actions import Clients, do, done, hand_in
from tests.api.test_photos import jpeg
from tests.api.test_report_pages import forms_of, press

Browsers = Callable[[str], httpx.Client]


def test_a_matter_is_handed_over_to_another_county(client: Clients) -> None:
    desk, there = client("dispatcher"), client("foreigner")
    report = hand_in(client, category="water", reporter={"name": "张三", "phone": "13812341234"})
    put = desk.put(
        f"/reports/{report['id']}/photos/{hashlib.sha256(jpeg()).hexdigest()}",
        content=jpeg(), headers={"Content-Type": "image/jpeg"},
    )  # fmt: skip
    assert put.status_code == 201, put.text
    report = desk.get(f"/reports/{report['id']}").json()
    assert "hand_over" in report["actions"]
    for county, reason in (("370782", "x"), ("000000", "x"), ("370783", "")):
        wrong = do(desk, report, "hand_over", report["version"], county=county, reason=reason)
        assert wrong.status_code == 422
        assert wrong.json()["errors"][0]["field"] == ("county" if reason else "reason")
    receipt = desk.post(f"/reports/{report['id']}/receipts").json()["token"]
    report = done(
        desk, report, "hand_over", report["version"], county="370783", reason="在邻县境内"
    )
    assert (report["status"], report["outcome"]) == ("closed", "transferred")
    assert "undo" not in report["actions"]
    told = desk.get(f"/reports/{report['id']}/history").json()["items"][-1]
    assert (told["action"], told["details"]["county"]) == ("hand_over", "370783")
    arrived = there.get(f"/reports/{told['details']['report']}").json()
    assert (arrived["number"], arrived["status"]) == (told["details"]["number"], "received")
    assert arrived["match"]["grid"]["code"] == "A0"
    (photo,) = arrived["photos"]
    shown = there.get(f"/reports/{arrived['id']}/photos/{photo['sha256']}")
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    person = there.get(f"/reports/{arrived['id']}/reporter").json()
    assert (person["name"], person["phone"]) == ("张三", "13812341234")
    # Neither looks into the other's county.
    assert desk.get(f"/reports/{arrived['id']}").status_code == 404
    assert there.get(f"/reports/{report['id']}").status_code == 404
    assert there.get(f"/reports/{arrived['id']}/history").json()["items"][1]["action"] == (
        "taken_over"
    )
    on_receipt = client("").get(f"/receipts/{receipt}").json()["handed_over"]
    assert on_receipt == {"county": "邻县", "county_en": "County", "number": arrived["number"]}


def test_a_matter_is_handed_over_to_another_county_by_its_form(
    client: Clients, browser: Browsers
) -> None:
    report = hand_in(client)
    assert "hand_over" not in forms_of(browser("town1").get(f"/reports/{report['id']}").text)
    desk = browser("dispatcher")
    page = desk.get(f"/reports/{report['id']}").text
    assert '<option value="370783">邻县' in page
    assert 'value="370782">' not in page
    refused = press(desk, report, "hand_over", county="", reason="在邻县")
    assert refused.status_code == 422
    assert "在邻县" in refused.text
    answer = press(desk, report, "hand_over", county="370783", reason="在邻县")
    assert answer.status_code == 303, answer.text
    here = desk.get(answer.headers["location"]).text
    number = re.search(r"邻县 · 编号 (370783\d+)", here)
    assert number is not None
    there = browser("foreigner").get(f"/reports/{number[1]}").text
    assert f"诸城市 · 编号 {report['number']}" in there
    assert "接收外县市移交" in there
    assert desk.get(f"/reports/{number[1]}").status_code == 404
