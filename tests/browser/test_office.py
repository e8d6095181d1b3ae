"""The statistics page, the list behind a number, and the administrator's pages, as people use them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

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
    expect(page.locator("#found")).to_contain_text("237 reports")
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


@pytest.mark.parametrize(
    "path", ["/statistics", "/reports", "/admin", "/admin/accounts", "/admin/roster", "/privacy"]
)
@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_pages_fit_360_pixels(visit, path, locale):
    page = visit("admin", width=360, height=740, locale=locale).open(path)
    expect(page.locator("h1")).to_be_visible()
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 360
