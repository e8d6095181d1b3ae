"""A telephone call: place, category, match and likely duplicates while one types, and nothing is lost."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_console_queue import get, post

pytestmark = pytest.mark.browser


def call(here):
    page = here.open_map()
    page.keyboard.press("n")
    expect(page.locator("#call-words")).to_be_focused()
    return page


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("盛龙花园19号楼1单元", "19号楼1单元"),
        ("shenglong", "盛龙"),
        ("370782001001001", "网格"),
        ("119.41, 35.995", "119.41000, 35.99500"),
        ("https://uri.amap.com/marker?position=119.4153,35.9955", "119.41530"),
        ("https://map.baidu.com/@13293000.5,4272000.2,19z", "119.41176"),
    ],
)
def test_a_place_is_found_however_it_is_said(visit, said, shown):
    page = call(visit())
    page.locator("#call-where").fill(said)
    first = page.locator("#call-where-list li").first
    if "http" in said or "," in said:
        expect(page.locator("#call-where")).to_have_value(
            f"{shown}" if ", " in shown else page.locator("#call-where").input_value()
        )
        expect(page.locator(".call-match .reason")).to_be_visible()
        assert shown in page.locator("#call-where").input_value()
    else:
        expect(first).to_contain_text(shown)
        page.keyboard.press("Escape")


def test_a_link_is_read_in_its_datum(visit):
    here = visit()
    page = call(here)
    page.locator("#call-words").fill("路灯不亮")
    page.locator("#call-where").fill("https://uri.amap.com/marker?position=119.4153,35.9955")
    expect(page.locator(".call-match .reason")).to_be_visible()
    page.locator(".call button[type=submit]").click()
    expect(page.locator("#toast")).to_contain_text("已登记")
    number = page.locator("#detail [data-title]").inner_text().split()[-1]
    lon, lat = get(here, f"/reports/{number}")["location"]["coordinates"]
    # GCJ-02 lies some 530 m off at Zhucheng.
    assert 0.004 < 119.4153 - lon < 0.007
    assert abs(35.9955 - lat) < 0.002


def test_a_call_is_matched_and_saved(visit):
    here = visit(locale="en-GB")
    post(here, category="water.low_pressure", description="Upstairs no pressure",
         longitude=119.4223, latitude=35.9954)  # fmt: skip
    page = call(here)
    page.keyboard.type("盛龙花园4-6楼没水")
    expect(page.locator("[name=category]")).to_have_value("water.low_pressure")
    expect(page.locator(".suggested")).to_contain_text("Suggested by the words")
    page.locator("#call-where").fill("盛龙花园19号楼1单元")
    expect(page.locator("#call-where-list li").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".call-match .reason")).to_contain_text("low water pressure")
    expect(page.locator(".alike")).to_contain_text("Upstairs no pressure")
    page.locator("[name=name]").fill("张三")
    page.locator("[name=phone]").fill("13800001234")
    page.locator(".call button[type=submit]").click()
    expect(page.locator("#toast")).to_contain_text("taken in")
    expect(page.locator("#detail .description")).to_have_text("盛龙花园4-6楼没水")
    # A voice that reads an English page has to know which words are Chinese.
    expect(page.locator("#detail .description")).to_have_attribute("lang", "zh-CN")
    expect(page.locator(".row-words", has_text="Upstairs").first).to_have_attribute("lang", "en")
    expect(page.locator("#detail .facts").first).to_contain_text("盛龙花园19号楼1单元")


def map_middle(page):
    return page.evaluate(
        "() => { const { lng, lat } = window.gridcallShell.map.getCenter(); return [lng, lat]; }"
    )


def test_a_named_place_is_saved_as_it_was_shown(visit):
    here = visit()
    page = call(here)
    page.keyboard.type("路灯不亮")
    page.locator("#call-where").fill("盛龙花园19号楼")
    expect(page.locator("#call-where-list li").first).to_be_visible()
    page.keyboard.press("Enter")
    shown = page.locator(".call-match")
    expect(shown.locator(".reason")).to_contain_text("无坐标")
    expect(shown).to_contain_text("按所报地名或网格")
    expect(shown).to_contain_text("盛龙花园19号楼")
    reason = shown.locator(".reason").inner_text()
    # The map stands over the place and shows it, as a place that was named.
    [place] = [one for one in get(here, "/places?q=盛龙花园")["items"] if one["name"] == "盛龙花园"]
    expect(page.locator(".pin-mark.about")).to_be_visible()
    expect(page.locator(".place-mark")).to_have_text("盛龙花园")
    assert map_middle(page) == pytest.approx(place["location"]["coordinates"], abs=2e-3)

    page.locator(".call button[type=submit]").click()
    expect(page.locator("#toast")).to_contain_text("已登记")
    number = page.locator("#detail [data-title]").inner_text().split()[-1]
    report = get(here, f"/reports/{number}")
    assert report["match"]["reason"] == reason
    assert (report["match"]["grid_method"], report["location"]) == ("stated", None)
    assert report["place"]["code"] == place["code"]
    assert report["place"]["location"] == place["location"]
    assert report["address"] == "盛龙花园19号楼"
    expect(page.locator("#detail .match .reason")).to_have_text(reason)
    expect(page.locator("#detail .facts").first).to_contain_text("盛龙花园")
    expect(page.locator(".pin-mark.about")).to_be_visible()


def test_a_match_that_was_not_in_sight_is_shown_before_it_is_saved(visit):
    here = visit(locale="en-GB")
    page = call(here)
    page.keyboard.type("Never seen before saving")
    # Saved at once, before the place was looked for: its words may be a place's name.
    page.locator("#call-where").fill("盛龙花园")
    page.locator(".call button[type=submit]").click()
    expect(page.locator(".call .notice.error")).to_contain_text("press Save again")
    expect(page.locator(".call-match .reason")).to_contain_text("without coordinates")
    assert get(here, "/reports/counts?q=Never+seen+before+saving")["count"] == 0
    page.locator(".call button[type=submit]").click()
    expect(page.locator("#toast")).to_contain_text("taken in")
    assert get(here, "/reports/counts?q=Never+seen+before+saving")["count"] == 1


def test_a_call_that_is_given_up_leaves_nothing(visit):
    here = visit(locale="en-GB")
    page = call(here)
    page.keyboard.type("Wrong number")
    page.locator(".call button", has_text="Discard").click()
    expect(page.locator("#detail")).to_be_hidden()
    page.keyboard.press("n")
    expect(page.locator("#call-words")).to_have_value("")


def test_what_is_far_from_the_county_is_told_in_words_and_the_map_stays(visit):
    here = visit(locale="en-GB")
    page = call(here)
    page.keyboard.type("Far away")
    middle = map_middle(page)
    page.locator("#call-where").fill("东经115度 北纬36度")
    expect(page.locator(".call-match .notice")).to_have_text(
        re.compile(r"Outside the county, 3\d\d km from its border")
    )
    assert map_middle(page) == pytest.approx(middle, abs=1e-3)
    page.keyboard.press("Escape")
    page.locator("#search").fill("https://ditu.amap.com/regeo?lng=115&lat=36")
    page.locator("#found li").first.click()
    expect(page.locator("#detail .notice")).to_contain_text("Outside the county")
    assert map_middle(page) == pytest.approx(middle, abs=1e-3)
    # A view from elsewhere opens on the county.
    page = here.open_map("/map?at=115,36,15")
    lon, lat = map_middle(page)
    assert 119 < lon < 120
    assert 35.5 < lat < 36.5


def test_a_server_that_does_not_answer_loses_nothing_and_makes_nothing_twice(visit):
    here = visit(locale="en-GB")
    here.expected = ["Failed to load resource"]
    page = call(here)
    page.keyboard.type("Once and only once")
    page.locator("#call-where").fill("119.41, 35.995")
    expect(page.locator(".call-match .reason")).to_be_visible()
    # The server takes it, but its answer never arrives.
    page.route("**/api/v1/reports", _lose_the_answer)
    page.locator(".call button[type=submit]").click()
    expect(page.locator(".call .notice.error")).to_contain_text("not saved yet")
    page.unroute("**/api/v1/reports")
    page.reload()
    expect(page.locator("#call-words")).to_have_value("Once and only once")
    expect(page.locator(".call-match .reason")).to_be_visible()
    page.locator(".call button[type=submit]").click()
    expect(page.locator("#toast")).to_contain_text("taken in")
    assert get(here, "/reports/counts?q=Once+and+only+once")["count"] == 1


def _lose_the_answer(route):
    route.fetch()
    route.abort()


def test_a_call_without_coordinates_waits_to_be_located(visit):
    here = visit(locale="en-GB")
    page = call(here)
    page.keyboard.type("Somewhere behind the mill")
    page.locator("#call-where").fill("zzqx behind the old mill")
    expect(page.locator("#call-where-list li")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator(".call-match")).to_contain_text("Not located")
    page.locator(".call button[type=submit]").click()
    expect(page.locator("#toast")).to_contain_text("taken in")
    page.locator("#queues [data-queue=not_located]").click()
    expect(page.locator(".row-words", has_text="Somewhere behind the mill")).to_be_visible()


def test_dragging_the_pin_shows_the_new_match_before_it_is_saved(visit):
    here = visit(locale="en-GB")
    report = post(here, category="power.outage", description="Wrong place",
                  longitude=119.41, latitude=35.995, accuracy_m=150)  # fmt: skip
    page = here.open_map(f"/map?report={report['id']}&at=119.41,35.995,15")
    pin = page.locator(".pin-mark.draggable")
    expect(pin).to_be_visible()
    expect(page.locator(".share-mark").first).to_be_visible()
    expect(page.locator("#detail .timeline-block")).to_be_visible()
    pin.hover(position={"x": 4, "y": 20})  # waits until the map has come to rest
    box = pin.bounding_box()
    middle = (box["x"] + 4, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 90, middle[1] - 60, steps=6)
    page.mouse.up()
    expect(page.locator("dialog .versions > section")).to_have_count(2)
    page.locator("dialog button[type=submit]").click()
    expect(page.locator("#toast")).to_contain_text("Correct the place: done")
    assert get(here, f"/reports/{report['id']}")["location"] != report["location"]
    page.keyboard.press("z")
    expect(page.locator("#toast")).to_contain_text("taken back")
    assert get(here, f"/reports/{report['id']}")["location"] == report["location"]
