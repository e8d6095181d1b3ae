"""The folium shell: what folium draws once at start-up, made fit for a strict content security policy.

folium builds the map object, its panes, tile layers and controls from configuration only; no text of a user or of the
database ever passes through it (its templates place text inside JavaScript). The rendered page is taken apart: its
inline script and style become hashed files below ``/assets/``, its body becomes the fragment our templates wrap.
"""

from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser

import folium
from branca.element import Element, MacroElement
from folium.map import CustomPane
from folium.template import Template
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gis.settings import Settings
from maps.assets import read_manifest, served_path
from maps.basemaps import BaseMap, base_maps
from maps.bundle import STATIC, Asset, asset_of, build_bundle, short_hash

ASSETS = "/assets"
MAP_NAME = "map_gridcall"

# Where the map stands until the page has read the county's bounds: Zhucheng, lat and lon as Leaflet wants them.
START_LATLNG = (36.0, 119.4)
START_ZOOM = 10

# Drawing order of our layers (Leaflet's own: tiles 200, overlays 400, markers 600, popups 700).
PANES = (
    ("land", 310),
    ("heat", 330),
    ("grids", 350),
    ("areas", 380),
    ("towns", 390),
    ("labels", 590),
)


@dataclass(frozen=True)
class Shell:
    """A folium page taken apart: body fragment, and the addresses of its styles and scripts in order."""

    body: str
    styles: tuple[str, ...]
    scripts: tuple[str, ...]

    def without(self, library: str) -> "Shell":
        """Return the shell for a page that does not use a vendored library."""
        part = f"/vendor/{library}/"
        styles = tuple(href for href in self.styles if part not in href)
        return Shell(self.body, styles, tuple(src for src in self.scripts if part not in src))


@dataclass(frozen=True)
class Pages:
    """Everything ready to serve: shells, templates, assets by path below ``/assets/`` and the policy header."""

    map_shell: Shell
    templates: Environment
    assets: dict[str, Asset]
    own_prefix: str
    base_maps: tuple[BaseMap, ...]
    content_security_policy: str

    def own(self, path: str) -> str:
        """Address of one of our own files, for example ``css/tokens.css``."""
        return f"{ASSETS}/{self.own_prefix}/{path}"


@cache
def vendored(library: str, file: str) -> str:
    """Address of a vendored file, with the version the manifest pins."""
    version = str(read_manifest()[library]["version"])
    return f"{ASSETS}/vendor/{served_path(library, version, file)}"


# Lists of our own: folium's are shared by the whole process and point to content networks.
_JS = [
    ("leaflet", vendored("leaflet", "leaflet.js")),
    ("markercluster", vendored("leaflet.markercluster", "leaflet.markercluster.js")),
]
_CSS = [
    ("leaflet_css", vendored("leaflet", "leaflet.css")),
    ("markercluster_css", vendored("leaflet.markercluster", "MarkerCluster.css")),
]


class _ShellMap(folium.Map):
    """folium's map that loads our own files only."""

    default_js = _JS
    default_css = _CSS


class _Registry(MacroElement):
    """Hands folium's objects to our modules: ``window.gridcallShell``, and a metric scale bar."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            L.control.scale({imperial: false, position: "bottomright"}).addTo({{ this._parent.get_name() }});
            window.gridcallShell = {
                map: {{ this._parent.get_name() }},
                tiles: {
                    {%- for code, layers in this.tiles.items() %}
                    {{ code|tojson }}: [{{ layers|join(", ") }}],
                    {%- endfor %}
                },
            };
        {% endmacro %}
        """
    )

    def __init__(self, tiles: dict[str, list[str]]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Registry"
        self.tiles = tiles


class _Anatomy(HTMLParser):
    """Splits a rendered page into linked files, inline script and style, and body markup."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.inline: dict[str, list[str]] = {"script": [], "style": []}
        self.body: list[str] = []
        self._inside = ""
        self._in_body = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "script" and attributes.get("src"):
            self.scripts.append(str(attributes["src"]))
        elif tag == "link" and attributes.get("rel") == "stylesheet":
            self.styles.append(str(attributes["href"]))
        elif tag in self.inline:
            self._inside = tag
        elif tag == "body":
            self._in_body = True
        elif self._in_body:
            self.body.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.inline:
            self._inside = ""
        elif tag == "body":
            self._in_body = False
        elif self._in_body:
            self.body.append(f"</{tag}>")

    def handle_entityref(self, name: str) -> None:
        """Keep ``&name;`` as it was written."""
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        """Keep ``&#n;`` as it was written."""
        self.handle_data(f"&#{name};")

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.inline[self._inside].append(data)
        elif self._in_body and data.strip():
            self.body.append(data)


def _named(element: Element, name: str) -> Element:
    """Replace folium's random id: the same settings must give the same bytes and the same hash."""
    element._id = name  # noqa: SLF001  # folium offers no other way
    return element


def _folium_map(maps: tuple[BaseMap, ...]) -> folium.Map:
    shell = _ShellMap(
        location=START_LATLNG,
        zoom_start=START_ZOOM,
        tiles=None,
        zoom_control="bottomright",
        prefer_canvas=True,
        min_zoom=7,
        max_zoom=19,
    )
    _named(shell, MAP_NAME.removeprefix("map_"))
    for name, z_index in PANES:
        shell.add_child(_named(CustomPane(name, z_index=z_index, pointer_events=False), name))
    tiles: dict[str, list[str]] = {}
    for base_map in maps:
        tiles[base_map.code] = []
        for index, service in enumerate(base_map.tiles):
            layer = folium.TileLayer(
                tiles=service.url,
                attr=service.attribution,
                name=base_map.code,
                max_zoom=19,
                max_native_zoom=service.max_zoom,
                subdomains=service.subdomains or "abc",
                show=False,
            )
            shell.add_child(_named(layer, f"{base_map.code}_{index}"))
            tiles[base_map.code].append(layer.get_name())
    shell.add_child(_named(_Registry(tiles), "gridcall"))
    return shell


def take_apart(html: str, name: str) -> tuple[Shell, dict[str, Asset]]:
    """Move a rendered page's inline script and style into hashed assets called after ``name``."""
    anatomy = _Anatomy()
    anatomy.feed(html)
    anatomy.close()
    assets: dict[str, Asset] = {}
    addresses: dict[str, list[str]] = {"script": anatomy.scripts, "style": anatomy.styles}
    for kind, suffix in (("style", "css"), ("script", "js")):
        body = "\n".join(part.strip() for part in anatomy.inline[kind] if part.strip()).encode()
        path = f"shell/{name}.{short_hash(body)}.{suffix}"
        assets[path] = asset_of(path, body)
        addresses[kind].append(f"{ASSETS}/{path}")
    shell = Shell(
        "".join(anatomy.body).strip(), tuple(addresses["style"]), tuple(addresses["script"])
    )
    return shell, assets


def _policy(maps: tuple[BaseMap, ...]) -> str:
    hosts = " ".join(dict.fromkeys(host for base_map in maps for host in base_map.hosts))
    images = f"img-src 'self' data: {hosts}".strip()
    return (
        f"default-src 'self'; script-src 'self'; style-src 'self'; {images}; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def build_pages(settings: Settings) -> Pages:
    """Render the folium shells once and collect every file the pages need.

    Raises
    ------
    maps.basemaps.UnknownBaseMap
        The settings name a base map that does not exist or is incomplete.
    """
    maps = base_maps(
        settings.base_maps,
        tianditu_key=settings.tianditu_key.get_secret_value(),
        custom_url=settings.base_map_url,
        custom_attribution=settings.base_map_attribution,
        custom_datum=settings.base_map_datum,
    )
    shell, shell_assets = take_apart(_folium_map(maps).get_root().render(), "map")
    own_prefix, assets = build_bundle()
    templates = Environment(
        loader=FileSystemLoader(STATIC.parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return Pages(
        map_shell=shell,
        templates=templates,
        assets={**assets, **shell_assets},
        own_prefix=own_prefix,
        base_maps=maps,
        content_security_policy=_policy(maps),
    )
