"""The statistics page, the list behind a number, and the administrator's pages, as people use them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessible import findings

pytestmark = pytest.mark.browser


def test_the_sample_citys_figures_and_the_list_behind_one(visit):
    page = visit("admin", locale="en-GB").open("/statistics?by=town&rank=settlement_rate")
    settled = page.locator("[data-figure=settlement_rate]")
    expect(settled.locator(".value")).to_have_text("99.6\N{NO-BREAK SPACE}%")
    expect(settled).to_contain_text("17,188")
    expect(settled).to_contain_text("17,258")
    satisfied = page.locator("[data-figure=satisfaction_rate] .value")
    expect(satisfied).to_have_text("99.1\N{NO-BREAK SPACE}%")
    expect(page.locator("main")).to_contain_text("Jan – Sep 2022, the latest with data")
    page.locator("[data-figure=rework_rate] .made a").first.click()
    expect(page.locator("#found")).to_contain_text("Reports: 237")
    expect(page.locator(".stands-for")).to_contain_text("rework")
    expect(page.locator(".rows > li")).to_have_count(50)
    page.locator("a[rel=next]").click()
    expect(page.locator(".rows > li")).to_have_count(50)


def test_an_account_from_invitation_to_first_sign_in(visit):
    admin = visit("admin", locale="en-GB").open("/admin/accounts")
    admin.locator(".drawer summary").click()
    admin.locator("#username").fill("zhou")
    admin.locator("#name").fill("周规划")
    admin.locator("#new-role").select_option("planner")
    admin.locator(".drawer button[type=submit]").click()
    code = admin.locator(".secret").inner_text()
    assert re.fullmatch(r"([0-9A-Z]{4}-){3}[0-9A-Z]{4}", code)
    guest = visit(None, locale="zh-CN", width=360, height=740).open("/invitation")
    guest.locator("#code").fill(code.lower())
    guest.locator("#password").fill("long enough")
    guest.locator("#again").fill("long enough")
    guest.keyboard.press("Enter")
    expect(guest.locator("[role=status]")).to_contain_text("zhou")


def test_a_category_is_made_and_changed_without_scripts(visit):
    here = visit("admin", locale="en-GB", width=360, height=740, scripts=False)
    here.expected = ["422"]
    page = here.open("/admin/categories/new?parent=water")
    page.locator("#name").fill("水管异响")
    page.locator("#name_en").fill("Noisy pipes")
    page.locator("#code").fill("water.noisy")
    page.locator("#keywords").fill("水管响，咚咚响")
    page.locator("#limit_handle").fill("soon")
    page.locator(".form button.primary").click()
    expect(page.locator("#limits-handle-problem")).to_be_visible()
    expect(page.locator("#keywords")).to_have_value("水管响，咚咚响")
    page.locator("#limit_handle").fill("2")
    page.locator("#unit_handle").select_option("working_days")
    page.get_by_label("Its own").check()
    page.locator("#distance_m").fill("150")
    page.locator(".form button.primary").click()
    expect(page.locator(".notice.done")).to_contain_text("Noisy pipes")
    row = page.locator("[id='water.noisy']")
    expect(row).to_contain_text("2 working d")
    expect(row).to_contain_text("3 in 150 m and 2 h")
    row.locator("a").click()
    page.get_by_label("Not offered").check()
    page.locator(".form button.primary").click()
    expect(row).to_contain_text("not offered")
    offered = visit("staff", width=360, height=740).open("/reports/new")
    expect(offered.locator("#category option[value='water.low_pressure']")).to_have_count(1)
    expect(offered.locator("#category option[value='water.noisy']")).to_have_count(0)


def test_two_administrators_and_one_category(visit):
    visits = [visit("admin", locale="en-GB") for _ in range(2)]
    visits[1].expected = ["412"]
    first, second = (one.open("/admin/categories/gas.leak") for one in visits)
    first.locator("#position").fill("77")
    first.locator(".form button.primary").click()
    expect(first.locator(".notice.done")).to_be_visible()
    second.locator("#name_en").fill("Leak of gas")
    second.locator(".form button.primary").click()
    expect(second.locator("[role=alert]")).to_contain_text("Somebody changed this category")
    expect(second.locator("#name_en")).to_have_value("Leak of gas")
    second.locator(".form button.primary").click()
    expect(second.locator(".notice.done")).to_contain_text("Leak of gas")


def test_the_own_account_signs_out_elsewhere_and_says_what_is_wrong(visit):
    here, elsewhere = visit("power", locale="en-GB"), visit("power")
    elsewhere.open("/account")
    page = here.open("/account")
    expect(page.locator(".sessions li")).to_have_count(2)
    here.expected = ["422"]
    page.locator("#current").fill("not it")
    page.locator("#password").fill("long enough")
    page.locator("#again").fill("long enough")
    page.keyboard.press("Enter")
    expect(page.locator("#current-problem")).to_be_visible()
    expect(page.locator("#current")).to_be_focused()
    page.locator(".below button").click()
    expect(page.locator(".notice.done")).to_be_visible()
    expect(page.locator(".sessions li")).to_have_count(1)
    expect(elsewhere.open("/account").locator("#sign-in")).to_be_visible()


@pytest.mark.parametrize(
    ("username", "path"),
    [
        (None, "/"),
        (None, "/privacy"),
        (None, "/evaluate/none"),
        ("water", "/"),
        ("admin", "/admin"),
    ],
)
def test_the_privacy_notice_is_at_the_foot(visit, username, path):
    here = visit(username, width=360, height=740)
    here.expected = ["404"]
    page = here.open(path)
    page.locator("footer.foot a").click()
    expect(page.locator("h1")).to_have_text("隐私说明")


OFFICE = [
    "/statistics", "/reports", "/admin", "/admin/accounts", "/admin/roster", "/admin/categories",
    "/admin/categories/water.low_pressure", "/admin/categories/new", "/account", "/privacy",
]  # fmt: skip


@pytest.mark.parametrize("path", OFFICE)
@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_pages_fit_360_pixels_and_have_no_grave_finding(visit, path, locale):
    page = visit("admin", width=360, height=740, locale=locale).open(path)
    expect(page.locator("h1")).to_be_visible()
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 360
    assert findings(page) == []


@pytest.mark.parametrize("path", OFFICE)
def test_office_pages_have_no_grave_finding_on_a_desk(visit, path):
    assert findings(visit("admin", width=1440).open(path)) == []
