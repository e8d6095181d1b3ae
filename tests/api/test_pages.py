"""The pages over HTTP: who gets which, in which language, with which headers, and every file they load."""

from __future__ import annotations

import gzip
import re

import httpx
import pytest

from tests.api.conftest import PASSWORD, World


@pytest.fixture
def browser(world: World):
    """A client that keeps cookies, as a browser does, and follows nothing by itself."""
    with httpx.Client(base_url=world.address, headers={"accept-language": "zh-CN"}) as client:
        yield client


def sign_in(browser: httpx.Client, username: str = "dispatcher") -> None:
    body = {"username": username, "password": PASSWORD}
    assert browser.post("/api/v1/sessions", json=body).is_success


def test_home_asks_for_a_password_until_signed_in(browser):
    before = browser.get("/")
    assert before.status_code == 200
    assert 'id="sign-in"' in before.text
    assert "data-account" not in before.text, "only the sample city tells its accounts"
    sign_in(browser)
    after = browser.get("/")
    assert 'class="queues"' in after.text
    assert ">dispatcher<" in after.text


def test_the_map_sends_strangers_to_sign_in_and_back(browser):
    answer = browser.get("/map?heat=town&what=tag:cables")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/?next=%2Fmap%3Fheat%3Dtown%26what%3Dtag%3Acables"
    browser.cookies.set("gridcall_session", "long-forgotten")
    assert browser.get("/map").status_code == 303


@pytest.mark.parametrize("path", ["/", "/map", "/docs"])
def test_pages_are_private_and_run_only_our_files(browser, path):
    sign_in(browser)
    answer = browser.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", "/map", "/docs"])
def test_every_file_a_page_names_is_there(browser, path):
    sign_in(browser)
    names = re.findall(r"""(?:src|href)="(/[^"]*)\"""", browser.get(path).text)
    files = [name for name in names if name.startswith("/assets/")]
    assert len(files) >= 4
    for name in files:
        answer = browser.get(name)
        assert answer.status_code == 200, name
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        kind = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}[
            name.rsplit(".", 1)[1]
        ]
        assert answer.headers["content-type"].startswith(kind), name


def test_modules_import_only_modules_that_exist(browser):
    sign_in(browser)
    pending = re.findall(r"""src="(/assets/[0-9a-f]+/js/[^"]+)\"""", browser.get("/map").text)
    seen: set[str] = set()
    while pending:
        address = pending.pop()
        if address in seen:
            continue
        seen.add(address)
        answer = browser.get(address)
        assert answer.status_code == 200, address
        pending += [
            str(httpx.URL(address).join(name))
            for name in re.findall(r'from "(\.[^"]+)"', answer.text)
        ]
    assert len(seen) > 20


def test_a_file_is_compressed_only_for_those_who_can_read_it(browser):
    address = re.search(r'href="(/assets/[^"]+tokens.css)"', browser.get("/").text)[1]
    with httpx.Client(
        base_url=str(browser.base_url), headers={"accept-encoding": "identity"}
    ) as plain:
        body = plain.get(address)
        assert "content-encoding" not in body.headers
    with browser.stream("GET", address, headers={"accept-encoding": "gzip"}) as packed:
        raw = b"".join(packed.iter_raw())
        assert packed.headers["content-encoding"] == "gzip"
        assert "accept-encoding" in packed.headers["vary"].lower()
    assert gzip.decompress(raw) == body.content


@pytest.mark.parametrize(
    "path", ["/assets/none.js", "/assets/..%2f..%2fpyproject.toml", "/assets/", "/assets/js/map.js"]
)
def test_other_files_are_not_handed_out(browser, path):
    answer = browser.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "immutable" not in answer.headers.get("cache-control", "")


def test_a_language_once_chosen_is_kept(browser):
    assert 'lang="zh-CN"' in browser.get("/").text
    assert "set-cookie" not in browser.get("/").headers
    assert '<html lang="en">' in browser.get("/?lang=en").text
    assert '<html lang="en">' in browser.get("/").text
    assert '<html lang="zh-CN">' in browser.get("/?lang=zh").text
    assert '<html lang="zh-CN">' in browser.get("/?lang=%3Cscript%3E").text


def test_the_description_reads_the_api_it_belongs_to(browser, world):
    page = browser.get("/docs").text
    address = re.search(r'data-openapi-url="([^"]+)"', page)[1]
    assert address == world.app.openapi_url
    paths = browser.get(address).json()["paths"]
    assert "/api/v1/reports" in paths
    assert not {"/", "/map", "/docs", "/assets/{path}"} & set(paths)
