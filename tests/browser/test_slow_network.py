"""A network that is slow: presses repeated, answers out of order, what was typed changed meanwhile, a session that ends."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.test_console_call import call
from tests.browser.test_console_queue import act, get, post

pytestmark = pytest.mark.browser


def hold(page, pattern):
    """Keep the requests to a pattern waiting, in the order they come."""
    held = []

    def keep(route):
        held.append(route)

    page.route(pattern, keep)
    return held


def later(page, milliseconds=400):
    """Wait for a timer of the page: those that were set before it for less have run."""
    page.evaluate("(ms) => new Promise((resolve) => setTimeout(resolve, ms))", milliseconds)


def test_a_list_that_another_one_replaced_is_not_left_waiting(visit):
    page = visit().open_map()
    for gap in (10, 60, 120):
        page.evaluate(
            """async (gap) => {
                 document.querySelector("[data-queue=new]").click();
                 await new Promise((resolve) => setTimeout(resolve, gap));
                 document.querySelector("[data-queue=open]").click();
               }""",
            gap,
        )
        later(page, 700)
        expect(page.locator("#list")).not_to_have_class("list loading")


def test_a_second_press_asks_for_nothing_new(visit):
    here = visit()
    report = post(here, description="路灯不亮了")
    page = here.open_map(f"/map?report={report['id']}")
    accept = page.locator("#detail [data-action=accept]")
    accept.wait_for()
    held = hold(page, "**/actions")
    accept.dblclick()
    later(page)
    assert len(held) == 1
    held.pop().continue_()
    expect(page.locator("#toast")).to_contain_text("立案")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.locator(".writer textarea").fill("已通知路灯所")
    page.locator(".writer button").dblclick()
    later(page)
    assert len(held) == 1
    held.pop().continue_()
    expect(page.locator(".timeline .message")).to_have_count(1)


def test_what_could_not_be_taken_back_leaves_other_reports_alone(visit):
    here = visit()
    other, last = (post(here, description=words) for words in ("路灯不亮了", "井盖松了"))
    page = here.open_map(f"/map?report={last['id']}")
    other = act(here, other, "accept")
    page.locator("#detail [data-action=accept]").click()
    expect(page.locator("#toast")).to_contain_text(last["number"])
    page.evaluate(
        "(id) => document.querySelector(`#list li[data-id='${id}'] .row-open`).click()", other["id"]
    )
    expect(page.locator("#detail [data-action=undo]")).to_be_visible()
    expect(page.locator("#detail [data-title]")).to_contain_text(other["number"])
    page.route(f"**/reports/{last['id']}/actions", lambda route: route.abort())
    here.expected.append("ERR_FAILED")
    page.keyboard.press("z")
    expect(page.locator("#toast.error")).to_be_visible()
    later(page)
    assert get(here, f"/reports/{other['id']}")["status"] == "accepted"


def test_words_typed_on_take_no_place_found_for_those_before(visit):
    page = call(visit())
    where, found = page.locator("#call-where"), page.locator("#call-where-list")
    where.fill("盛龙")
    expect(found.locator("li").first).to_contain_text("盛龙花园")
    held = hold(page, "**/api/v1/places?*")
    where.fill("书香")
    page.keyboard.press("Tab")
    expect(where).to_have_value("书香")
    page.wait_for_function("() => document.activeElement.id !== 'call-where'")
    later(page)
    for one in held:
        one.continue_()
    expect(found.locator("li").first).to_contain_text("书香名邸")
    expect(where).to_have_value("书香")
    expect(page.locator("[data-part=match] .reason")).to_have_count(0)


def test_letters_on_their_way_to_be_characters_choose_nothing(visit):
    page = visit().open_map()
    box, found = page.locator("#search"), page.locator("#found")
    box.fill("盛龙")
    expect(found.locator("li").first).to_contain_text("盛龙花园")
    page.evaluate(
        """() => document.getElementById("search").dispatchEvent(
             new KeyboardEvent("keydown", { key: "Enter", isComposing: true, bubbles: true, cancelable: true }))"""
    )
    expect(box).to_have_value("盛龙")
    expect(found).to_be_visible()
    held = hold(page, "**/api/v1/places?*")
    box.fill("人民")
    later(page)
    box.fill("")
    for one in held:
        one.continue_()
    later(page)
    expect(found).to_be_hidden()


def test_a_form_that_was_stopped_can_be_sent_again(visit):
    here = visit()
    page = here.open("/reports/new")
    page.locator("#description").fill("4-6楼没水")
    page.locator("#place").fill("盛龙花园")
    browser = here.context.new_cdp_session(page)
    hold(page, "**/reports/new")
    check = page.locator("button[value=check]")
    with page.expect_request("**/reports/new"):
        check.click(no_wait_after=True)
    browser.send("Page.stopLoading")
    expect(page.locator("#description")).to_have_value("4-6楼没水")
    expect(page.locator("#new-report[data-sent]")).to_have_count(0)
    page.unroute("**/reports/new")
    check.click()
    expect(page.locator("#found .reason")).to_contain_text("盛龙花园")


def test_photos_chosen_last_are_those_that_are_sent(visit):
    page = visit().open("/reports/new")
    page.evaluate(
        """() => {
             const read = globalThis.createImageBitmap;
             const slow = new Promise((resolve) => { globalThis.goOn = resolve; });
             globalThis.createImageBitmap = async (file) => {
               if (file.name === "slow.png") await slow;
               return read(file);
             };
           }"""
    )
    pixel = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
        "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
        "0000000049454e44ae426082"
    )
    for name in ("slow.png", "quick.png"):
        photo = {"name": name, "mimeType": "image/png", "buffer": pixel}
        page.locator("#photos").set_input_files([photo])
    expect(page.locator(".previews canvas")).to_have_count(1)
    page.evaluate("() => globalThis.goOn()")
    later(page)
    names = "() => [...document.getElementById('photos').files].map((file) => file.name)"
    assert page.evaluate(names)[0].startswith("quick")
    expect(page.locator(".previews canvas")).to_have_count(1)


def test_events_come_again_after_signing_in_beside_a_page_that_was_signed_out(visit):
    here = visit()
    here.expected.append("401")
    first = here.open_map()
    second = here.context.new_page()
    second.goto(f"{here.address}/map")
    for page in (first, second):
        page.locator("body[data-live=live]").wait_for()
    here.context.request.delete(f"{here.address}/api/v1/sessions/current")
    for page in (first, second):
        page.locator("body[data-live=signed_out]").wait_for()
    here.sign_in("dispatcher")
    second.reload()
    second.locator("body[data-live=live]").wait_for()
    second.locator("body[data-ready=true]").wait_for()
    post(here, description="没有灯")
    expect(second.locator("#pending")).to_be_visible()
    # Who is signed in now may be somebody else: the other page is told nothing.
    expect(first.locator("body")).to_have_attribute("data-live", "signed_out")
    expect(first.locator("#pending")).to_be_hidden()


def test_a_dispatch_that_failed_goes_on_from_its_own_accept(visit):
    here = visit()
    here.expected.append("ERR_FAILED")
    report = post(here, category="power.outage", description="停电了")
    page = here.open_map(f"/map?report={report['id']}")
    page.locator("#detail .timeline-block").wait_for()
    page.locator("#detail [data-action=dispatch]").click()
    sent = []

    def lose_the_first_dispatch(route):
        sent.append(route.request.post_data_json["action"])
        if sent.count("dispatch") == 1 and sent[-1] == "dispatch":
            route.abort()
        else:
            route.continue_()

    page.route("**/actions", lose_the_first_dispatch)
    submit = page.locator("dialog button[type=submit]")
    submit.click()
    expect(page.locator("dialog .notice.error")).to_be_visible()
    submit.click()
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert sent == ["accept", "dispatch", "dispatch"]
    assert get(here, f"/reports/{report['id']}")["status"] == "dispatched"


def test_a_second_press_for_many_asks_for_nothing_new(visit):
    here = visit()
    reports = [post(here, category="power.outage", description=f"多件{n}") for n in range(2)]
    page = here.open_map("/map?f.text=多件")
    expect(page.locator("body")).to_have_attribute("data-rows", "2")
    page.locator("#check-all").click()
    held = hold(page, "**/reports/actions")
    page.locator("[data-bulk=accept]").dblclick()
    page.locator("[data-bulk=dispatch]").click()
    later(page)
    assert len(held) == 1
    expect(page.locator("dialog[open]")).to_have_count(0)
    held.pop().continue_()
    expect(page.locator("dialog tr.good")).to_have_count(2)
    expect(page.locator("dialog tr.bad")).to_have_count(0)
    page.keyboard.press("Escape")
    assert {get(here, f"/reports/{one['id']}")["status"] for one in reports} == {"accepted"}
    # What was read is over: the next step is asked for as ever.
    page.unroute("**/reports/actions")
    page.locator("#check-all").click()
    page.locator("[data-bulk=dispatch]").click()
    page.locator("dialog .primary").click()
    expect(page.locator("dialog tr.good")).to_have_count(2)


def test_a_time_that_was_typed_is_there_when_the_step_is_asked_for_again(visit):
    here = visit()
    here.expected.append("412")
    report = post(here, category="power.outage", description="停电了")
    page = here.open_map(f"/map?report={report['id']}")
    page.locator("#detail .timeline-block").wait_for()
    page.route("**/api/v1/events*", lambda route: route.abort())
    for turn in range(2):
        page.locator("#detail .more").evaluate("(drawer) => { drawer.open = true; }")
        page.locator("#detail [data-action=convene]").click()
        if turn == 0:
            page.locator("dialog [name=place]").fill("会议室")
            page.locator("dialog [name=meets_at]").fill("2030-01-02T14:30")
            page.locator("dialog [name=bodies]").first.check()
            act(here, report, "recategorise", category="power.transformer")
            page.locator("dialog button[type=submit]").click()
            page.locator("dialog .versions").wait_for()
            page.keyboard.press("Escape")
            expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator("dialog [name=place]")).to_have_value("会议室")
    expect(page.locator("dialog [name=meets_at]")).to_have_value("2030-01-02T14:30")
