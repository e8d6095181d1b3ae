"""The rendered pages: nothing inline, all addresses known, text escaped, both languages."""

import json
import posixpath
import re
import uuid
from dataclasses import replace

import pytest

from gis.audience import Actor
from gis.db.provision import DemoAccount
from gis.homes import Home
from gis.settings import Settings
from maps.language import LANGUAGES
from maps.pages import (
    PageContext,
    SignInForm,
    render_docs,
    render_home,
    render_map,
    render_sign_in,
)
from maps.shell import Pages, build_pages

DEMO = (DemoAccount("dispatcher", "dispatcher", "李调度"),)
EVIL = """</script><script>alert(1)</script>"'${alert(2)}{{7*7}}"""


@pytest.fixture(scope="module")
def pages() -> Pages:
    return build_pages(Settings())


def actor(name: str = "李调度", role: str = "dispatcher") -> Actor:
    return Actor(uuid.uuid4(), "370782", "dispatcher", name, role)


def all_pages(pages: Pages, context: PageContext) -> dict[str, str]:
    form = SignInForm(problem="sign_in.wrong", username=EVIL, next="/map")
    documentation = render_docs(pages, context, "/api/v1/openapi.json")
    if not context.actor:
        return {"/": render_sign_in(pages, context, form), "/docs": documentation}
    return {
        "/": render_home(pages, context, Home([], ["new"], 0)),
        "/map": render_map(pages, context),
        "/docs": documentation,
    }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("who", [None, actor()], ids=["signed out", "signed in"])
def test_pages_hold_no_inline_code_and_only_known_files(pages, language, who):
    for path, html in all_pages(
        pages, PageContext(language, "/", actor=who, demo_accounts=DEMO)
    ).items():
        assert not re.search(r"<script(?![^>]*(src=|application/json))", html), path
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", html), path
        for address in re.findall(r"""(?:src|href)="([^"]+)\"""", html):
            assert address[0] in "/#", (path, address)
            assert not address.startswith("//")
            if address.startswith("/assets/"):
                assert address.removeprefix("/assets/") in pages.assets, (path, address)


def test_a_name_stays_text(pages):
    for path, html in all_pages(pages, PageContext("zh", "/", actor=actor(EVIL))).items():
        assert "alert(1)</script>" not in html, path
        assert "&lt;script&gt;alert(1)" in html, path


def test_a_query_cannot_leave_its_attribute(pages):
    context = PageContext("zh", "/map", (("q", '"><script>alert(1)</script>'),), actor())
    html = render_map(pages, context)
    assert "<script>alert(1)" not in html
    assert "q=%22%3E%3Cscript%3E" in html


def test_configuration_is_readable_json(pages):
    html = render_map(pages, PageContext("en", "/map", actor=actor()))
    config = json.loads(re.search(r'id="page-config">(.*?)</script>', html, re.DOTALL)[1])
    assert config["language"] == "en"
    assert config["words"]["nav.map"] == "Map"
    assert config["baseMaps"] == [{"code": "own", "name": "Own base map", "datum": "WGS84"}]
    assert len(config["ramp"]) == 6


def test_the_language_link_keeps_the_view(pages):
    context = PageContext("zh", "/map", (("heat", "town"), ("what", "water")), actor())
    assert 'href="/map?heat=town&amp;what=water&amp;lang=en"' in render_map(pages, context)


def test_home_asks_who_it_is(pages):
    signed_out = PageContext("en", "/")
    asked = render_sign_in(pages, signed_out, SignInForm())
    assert 'id="sign-in"' in asked
    assert "data-account" not in asked
    told = render_sign_in(pages, replace(signed_out, demo_accounts=DEMO), SignInForm())
    assert 'data-account="dispatcher"' in told
    waiting = render_home(pages, replace(signed_out, actor=actor()), Home([], ["new"], 2))
    assert "Nothing waits" in waiting


def test_first_load_stays_small(pages):
    html = render_map(pages, PageContext("zh", "/map", actor=actor()))
    pending = re.findall(r"""(?:src|href)="/assets/([^"]+)\"""", html)
    loaded: set[str] = set()
    while pending:
        path = pending.pop()
        if path in loaded:
            continue
        loaded.add(path)
        folder = path.rpartition("/")[0]
        for name in re.findall(
            r'from "(\.[^"]+)"', pages.assets[path].body.decode("utf-8", "ignore")
        ):
            pending.append(posixpath.normpath(f"{folder}/{name}"))
    size = sum(len(pages.assets[path].gzip_body or pages.assets[path].body) for path in loaded)
    assert size < 150_000
