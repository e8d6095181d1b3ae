"""Shenglong Garden: seven reports of low pressure become one case, one valve and seven evaluations.

One browser an actor, by their pages alone.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.api.test_photos import jpeg
from tests.browser.pictures import press, report_low_pressure, shoot

pytestmark = pytest.mark.browser


def test_shenglong_garden(visit):
    staff = visit("staff", width=390, height=844).page
    desk = visit("mizhou").page
    water = visit("water", width=390, height=844).page
    address = visit("staff", width=390, height=844).address

    receipts = [report_low_pressure(staff, address, building) for building in range(1, 8)]
    shoot(staff, "tour/01-receipt")

    reports = [open_receipt(staff, address, receipt) for receipt in receipts]
    parent = reports[0]
    desk.goto(f"{address}/")
    expect(desk.locator("#queue-new")).to_be_visible()
    shoot(desk, "tour/02-desk")
    for report in reports[1:]:
        desk.goto(f"{address}{report}")
        desk.locator("details:has(#do-merge) > summary").click()
        form = desk.locator("#do-merge")
        form.locator("[name=into_other]").fill(number_of(staff, address, parent))
        press(desk, "merge")
    desk.goto(f"{address}{parent}")
    expect(desk.locator("#merged")).to_contain_text("6")
    press(desk, "accept")
    lead = desk.locator("#do-dispatch input[name=lead]:checked")
    expect(lead).to_have_value("water")
    shoot(desk, "tour/03-dispatch")
    press(desk, "dispatch")

    replace_the_valve(water, address, parent)

    desk.goto(f"{address}{parent}")
    expect(desk.locator(".photos img")).to_be_visible()
    shoot(desk, "tour/06-verify")
    press(desk, "close")
    expect(desk.locator(".report-head .status.closed")).to_be_visible()

    for number, receipt in enumerate(receipts):
        resident = visit(None, width=390, height=844).page
        evaluate(resident, receipt, first=number == 0)
    desk.goto(f"{address}{reports[-1]}")
    expect(desk.locator(".timeline")).to_contain_text("满意")
    expect(desk.locator(".report-head .status.closed")).to_be_visible()
    shoot(desk, "tour/08-course")


def replace_the_valve(water: Page, address: str, parent: str) -> None:
    """Check in and feed back cause, remedy and a photo."""
    water.goto(f"{address}/")
    expect(water.locator("#queue-check_in")).to_be_visible()
    water.goto(f"{address}{parent}")
    shoot(water, "tour/04-check-in")
    press(water, "check_in")
    form = water.locator("#do-feed_back")
    form.locator("[name=result]").fill("更换小区进水主阀，七户水压恢复正常")
    form.locator("[name=cause]").fill("主阀老化卡阻")
    form.locator("[name=remedy]").fill("更换 DN150 主阀，列入半年检查")
    photo = {"name": "valve.jpg", "mimeType": "image/jpeg", "buffer": jpeg((90, 120, 150))}
    form.locator("[name=photos]").set_input_files(photo)
    expect(form.locator(".previews canvas")).to_be_visible()
    shoot(water, "tour/05-feed-back")
    press(water, "feed_back")


def open_receipt(page: Page, address: str, receipt: str) -> str:
    """Return the path of the report that a receipt belongs to."""
    page.goto(f"{receipt}?new=1")
    page.get_by_role("link", name="打开事项").click()
    page.locator(".report-head").wait_for()
    return page.url.removeprefix(address)


def number_of(page: Page, address: str, report: str) -> str:
    page.goto(f"{address}{report}")
    return page.locator(".report-head .number-text").inner_text()


def evaluate(page: Page, receipt: str, *, first: bool) -> None:
    page.goto(receipt)
    page.get_by_role("button", name="评价处理结果").click()
    page.locator("[value=satisfied]").check()
    if first:
        page.locator("#text").fill("当天就修好了")
        shoot(page, "tour/07-evaluate")
    page.locator("form button[type=submit]").click()
    expect(page.locator("h1")).to_have_text("谢谢您的评价")
    assert re.search(r"/evaluate/370782-", page.url)
