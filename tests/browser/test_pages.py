"""Sign-in, the home of every role, and the description of the API."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

ROLES = [
    "admin",
    "supervisor",
    "dispatcher",
    "mizhou",
    "water",
    "power",
    "planner",
    "staff",
    "volunteer",
]


def test_signing_in_leads_where_one_wanted_to_go(visit):
    here = visit(None, locale="en-GB")
    here.expected = ["401"]
    page = here.open("/map?heat=town")
    page.locator("#username").fill("dispatcher")
    page.locator("#password").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.locator("#problem")).to_contain_text("wrong")
    expect(page.locator("#username")).to_have_value("dispatcher")
    page.locator("#password").fill("demo")
    page.keyboard.press("Enter")
    page.locator("body[data-ready=true]").wait_for()
    assert "heat=town" in page.url
    page.locator(".account summary").click()
    page.locator("#sign-out").click()
    expect(page.locator("#sign-in")).to_be_visible()
    page.goto(f"{here.address}/map")
    expect(page.locator("#sign-in")).to_be_visible()


@pytest.mark.parametrize(
    "next_page", ["//elsewhere.example/", "https://elsewhere.example/", "/\\elsewhere.example"]
)
def test_signing_in_never_leads_elsewhere(visit, next_page):
    here = visit(None)
    page = here.open(f"/?next={next_page}")
    page.locator("#username").fill("dispatcher")
    page.locator("#password").fill("demo")
    page.keyboard.press("Enter")
    expect(page.locator(".queues li a").first).to_be_visible()
    assert page.url == f"{here.address}/"


def test_a_demo_account_is_one_click(visit):
    page = visit(None).open("/")
    page.locator(".demo summary").click()
    page.locator("[data-account=mizhou]").click()
    expect(page.locator(".who h1")).to_contain_text("密州")


@pytest.mark.parametrize("username", ROLES)
def test_no_role_finds_its_home_empty(visit, username):
    page = visit(username).open("/")
    expect(page.locator(".queues li a").first).to_be_visible()


@pytest.mark.parametrize("username", ROLES)
def test_every_role_opens_the_map(visit, username):
    page = visit(username).open_map("/map?period=all")
    if username in {"dispatcher", "mizhou", "supervisor"}:  # the console, its heat on demand
        expect(page.locator("body")).to_have_attribute("data-live", "live")
    else:
        expect(page.locator("#legend .classes li").nth(1)).to_be_visible()
    expect(page.locator("#map-status")).to_be_empty()
    expect(page.locator("#grids-shown")).to_contain_text("1,690")


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_sign_in_and_home_fit_360_pixels(visit, locale):
    here = visit(None, width=360, height=740, locale=locale)
    page = here.open("/")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 360
    here.sign_in("dispatcher")
    page = here.open("/")
    expect(page.locator(".queues li a").first).to_be_visible()
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 360


def test_a_row_of_the_home_opens_the_report(visit):
    page = visit(locale="en-GB").open("/")
    words = page.locator(".queue .row-words").first.inner_text()
    page.locator(".queue li a").first.click()
    expect(page.locator(".report-head .description")).to_have_text(words)
    expect(page.locator(".report-head .description")).to_have_attribute("lang", "zh-CN")


def test_the_api_is_described_by_our_own_files(visit):
    page = visit(locale="en-GB").open("/docs")
    expect(page.locator(".opblock").first).to_be_visible()
    expect(page.locator(".opblock-summary-path", has_text="/reports").first).to_be_visible()
