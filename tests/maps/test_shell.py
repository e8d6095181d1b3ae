"""The folium shell: nothing inline, nothing foreign, the same bytes every time."""

import re

import pytest

from gis.settings import Settings
from maps.basemaps import UnknownBaseMap
from maps.shell import Pages, build_pages, take_apart


@pytest.fixture(scope="module")
def pages() -> Pages:
    return build_pages(Settings())


def addresses(pages: Pages) -> list[str]:
    return [*pages.map_shell.styles, *pages.map_shell.scripts]


def test_shell_is_a_fragment_without_script_or_style(pages):
    assert pages.map_shell.body == '<div class="folium-map" id="map_gridcall" ></div>'


def test_every_file_of_the_shell_is_an_asset_of_ours(pages):
    assert len(addresses(pages)) == 6
    for address in addresses(pages):
        assert address.startswith("/assets/")
        assert address.removeprefix("/assets/") in pages.assets


def test_default_shell_names_no_other_host(pages):
    own = [path for path in pages.assets if not path.startswith("vendor/")]
    for path in own:
        text = pages.assets[path].body.decode()
        # The SVG namespace is a name, not an address that is fetched.
        assert set(re.findall(r"https?://[^\s\"'`)]+", text)) <= {"http://www.w3.org/2000/svg"}, (
            path
        )
    assert "http" not in pages.content_security_policy


def test_policy_allows_no_inline_code(pages):
    directives = dict(
        part.strip().split(" ", 1) for part in pages.content_security_policy.split(";")
    )
    assert (
        directives["script-src"] == directives["style-src"] == directives["default-src"] == "'self'"
    )
    assert directives["img-src"] == "'self' data:"
    assert "unsafe" not in pages.content_security_policy


def test_shell_is_the_same_in_every_process(pages):
    again = build_pages(Settings())
    assert again.map_shell == pages.map_shell
    assert again.assets == pages.assets


def test_inline_code_becomes_hashed_files():
    html = (
        '<head><script src="/a.js"></script><style>p{}</style><link rel="stylesheet" href="/b.css"/></head>'
        "<body><div id=x>kept &amp; safe</div></body><script>let a = '</div>' && 1;</script>"
    )
    shell, assets = take_apart(html, "page")
    assert shell.body == "<div id=x>kept &amp; safe</div>"
    style, script = shell.styles[-1], shell.scripts[-1]
    assert shell.styles[0] == "/b.css"
    assert shell.scripts[0] == "/a.js"
    assert assets[style.removeprefix("/assets/")].body == b"p{}"
    assert assets[script.removeprefix("/assets/")].body == b"let a = '</div>' && 1;"
    other, _ = take_apart(html.replace("p{}", "p{margin:0}"), "page")
    assert other.styles[-1] != style
    assert other.scripts[-1] == script


def test_tile_services_appear_in_shell_and_policy():
    pages = build_pages(
        Settings(base_maps=("openstreetmap", "amap", "tianditu"), tianditu_key="k&y")
    )
    shell = pages.assets[pages.map_shell.scripts[-1].removeprefix("/assets/")].body.decode()
    assert "tk=k%26y" in shell
    assert [base.datum for base in pages.base_maps] == ["WGS84", "WGS84", "GCJ-02", "WGS84"]
    for host in (
        "https://tile.openstreetmap.org",
        "https://webrd03.is.autonavi.com",
        "https://t7.tianditu.gov.cn",
    ):
        assert host in pages.content_security_policy.split("img-src", 1)[1].split(";")[0]


def test_custom_base_map_is_plain_text():
    settings = Settings(
        base_maps=("custom",),
        base_map_url="https://tiles.example/{z}/{x}/{y}.png",
        base_map_attribution="<script>alert(1)</script>${alert(2)}",
        base_map_datum="GCJ-02",
    )
    pages = build_pages(settings)
    shell = pages.assets[pages.map_shell.scripts[-1].removeprefix("/assets/")].body.decode()
    assert "<script>" not in shell
    assert "`" not in shell, "a template literal would run ${...}"
    assert pages.base_maps[-1].datum == "GCJ-02"


@pytest.mark.parametrize(
    "settings",
    [
        Settings(base_maps=("tianditu",)),
        Settings(base_maps=("custom",)),
        Settings(base_maps=("custom",), base_map_url="https://tiles.example/map.png"),
        Settings(base_maps=("elsewhere",)),
    ],
    ids=["no key", "no address", "no tile in the address", "unknown"],
)
def test_incomplete_base_maps_are_refused(settings):
    with pytest.raises(UnknownBaseMap):
        build_pages(settings)
