"""What every page has: bar, notices, signing in and out without a script, errors as pages."""

from __future__ import annotations

import re
from html import unescape

import httpx
import pytest

from tests.api.conftest import PASSWORD, World

HTML = {"accept": "text/html,application/xhtml+xml", "accept-language": "zh-CN"}


@pytest.fixture
def browser(world: World):
    with httpx.Client(base_url=world.address, headers=HTML) as client:
        yield client


def form(client: httpx.Client, path: str, data: dict[str, str], **headers: str) -> httpx.Response:
    sent = {"origin": str(client.base_url), "sec-fetch-site": "same-origin", **headers}
    return client.post(path, data=data, headers=sent)


def sign_in(client: httpx.Client, username: str = "dispatcher", **more: str) -> httpx.Response:
    return form(client, "/sign-in", {"username": username, "password": PASSWORD, **more})


def test_signing_in_needs_no_script(browser):
    wrong = form(
        browser, "/sign-in", {"username": "dispatcher", "password": "no", "next": "/map?heat=town"}
    )
    assert wrong.status_code == 401
    assert 'value="dispatcher"' in wrong.text
    assert 'value="/map?heat=town"' in wrong.text
    assert 'role="alert"' in wrong.text
    right = sign_in(browser, next="/map?heat=town")
    assert right.status_code == 303
    assert right.headers["location"] == "/map?heat=town"
    assert browser.get("/map").status_code == 200
    out = form(browser, "/sign-out", {})
    assert (out.status_code, out.headers["location"]) == (303, "/")
    assert browser.get("/map").status_code == 303


def other_language(html: str) -> str:
    return unescape(re.search(r'<a class="language"[^>]* href="([^"]*)"', html)[1])


def test_the_other_language_is_a_page_after_every_form(browser):
    asked = {"username": "dispatcher", "password": "no", "next": "/map?heat=town&what=water"}
    wrong = form(browser, "/sign-in", asked)
    again = browser.get(other_language(wrong.text))
    assert again.status_code == 200
    assert 'value="/map?heat=town&amp;what=water"' in again.text
    refused = form(browser, "/reports/370782-none/act", {"action": "accept"})
    assert refused.status_code == 401
    assert browser.get(other_language(refused.text)).status_code == 200
    sign_in(browser, "admin")
    made = form(browser, "/admin/accounts/planner/reset", {})
    assert 'class="secret"' in made.text
    assert other_language(made.text) == "/admin/accounts?lang=en"


@pytest.mark.parametrize(
    "path", ["//elsewhere.example", "https://elsewhere.example/", "/\\elsewhere.example", ""]
)
def test_signing_in_leads_to_our_own_pages_only(browser, path):
    assert sign_in(browser, next=path).headers["location"] == "/"


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site", "origin": "https://elsewhere.example"},
        {"sec-fetch-site": "same-site", "origin": "https://other.gridcall.example"},
        {"sec-fetch-site": "", "origin": "https://elsewhere.example"},
        {"sec-fetch-site": "", "origin": "null"},
        {"sec-fetch-site": "cross-site", "content-type": "Application/X-WWW-Form-Urlencoded"},
    ],
)
def test_a_form_of_another_site_changes_nothing(browser, headers):
    given = {name: value for name, value in headers.items() if value}
    with httpx.Client(base_url=browser.base_url, headers=HTML) as foreign:
        data = {"username": "dispatcher", "password": PASSWORD}
        refused = foreign.post("/sign-in", data=data, headers=given)
        assert refused.status_code == 403
        assert "set-cookie" not in refused.headers
    sign_in(browser)
    assert browser.post("/sign-out", data={}, headers=given).status_code == 403
    assert browser.get("/map").status_code == 200


def test_the_bar_offers_what_the_role_does_and_this_server_has(browser):
    sign_in(browser)
    html = browser.get("/").text
    bar = re.search(r"<nav.*?</nav>", html, re.DOTALL)[0]
    doors = re.findall(r'href="([^"]+)"', bar)
    assert doors[:2] == ["/", "/map"]
    for path in doors:
        assert browser.get(path).status_code == 200, path
    assert 'href="/notifications"' in html


@pytest.mark.parametrize("language", ["zh", "en"])
def test_errors_are_pages_for_browsers_and_documents_for_programs(browser, language):
    sign_in(browser)
    missing = browser.get(f"/no-such-page?lang={language}")
    assert missing.status_code == 404
    assert missing.headers["content-type"] == "text/html; charset=utf-8"
    words = "没有这个页面" if language == "zh" else "There is no such page"
    assert f"<h1>{words}</h1>" in missing.text
    assert missing.headers["x-request-id"] in missing.text
    assert missing.headers["cache-control"] == "no-store"
    for path in ("/api/v1/reports/none", "/assets/none.js"):
        assert browser.get(path).headers["content-type"] == "application/problem+json"
    asked = browser.get("/no-such-page", headers={"accept": "application/json"})
    assert asked.headers["content-type"] == "application/problem+json"


def test_a_failure_is_a_page_that_tells_nothing_but_a_number(browser, world):
    @world.app.get("/fails-for-the-test")
    def fails() -> None:
        raise RuntimeError("the secret of the test")

    answer = browser.get("/fails-for-the-test")
    assert answer.status_code == 500
    assert "<h1>系统出错了</h1>" in answer.text
    assert "secret" not in answer.text
    assert answer.headers["content-security-policy"]


def test_a_wrong_method_says_which_are_right(browser):
    answer = browser.post("/map", headers={"sec-fetch-site": "same-origin"})
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
