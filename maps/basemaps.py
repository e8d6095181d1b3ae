"""Base maps a page may show: our own drawing, and tile services an operator switches on.

The default needs no internet: the page draws land, town borders and names from our own data. A tile service is used
only when the settings name it, and its hosts are the only foreign ones in the content security policy.
"""

from dataclasses import dataclass
from html import escape
from typing import Literal
from urllib.parse import quote, urlsplit

from gis.errors import GridCallError

Datum = Literal["WGS84", "GCJ-02"]

OWN = "own"


class UnknownBaseMap(GridCallError):
    """A base map was named that does not exist, or its key or address is missing."""


@dataclass(frozen=True)
class TileService:
    """One raster tile source: ``url`` with {s}, {x}, {y}, {z} (XYZ or WMTS written as a template)."""

    url: str
    subdomains: str
    attribution: str
    max_zoom: int


@dataclass(frozen=True)
class BaseMap:
    """A base map: zero or more tile sources drawn over each other, in one datum."""

    code: str
    name_zh: str
    name_en: str
    datum: Datum
    tiles: tuple[TileService, ...] = ()

    @property
    def hosts(self) -> tuple[str, ...]:
        """Origins the browser fetches tiles from, subdomains spelt out, for the policy's img-src."""
        origins: list[str] = []
        for service in self.tiles:
            parts = urlsplit(service.url)
            letters = service.subdomains if "{s}" in parts.netloc else ("",)
            origins += [f"{parts.scheme}://{parts.netloc.replace('{s}', one)}" for one in letters]
        return tuple(dict.fromkeys(origins))


OWN_BASE_MAP = BaseMap(OWN, "自有底图", "Own base map", "WGS84")

_OSM = TileService(
    "https://tile.openstreetmap.org/{z}/{x}/{y}.png",
    "",
    '&copy; <a href="https://www.openstreetmap.org/copyright">OpenStreetMap</a>',
    19,
)
_AMAP = TileService(
    "https://webrd0{s}.is.autonavi.com/appmaptile?lang=zh_cn&size=1&scale=1&style=8&x={x}&y={y}&z={z}",
    "1234",
    "&copy; 高德地图 AMap",
    18,
)


def _tianditu(layer: str, key: str) -> TileService:
    query = (
        "SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
        f"&LAYER={layer}&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={quote(key, safe='')}"
    )
    url = f"https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?{query}"
    return TileService(url, "01234567", "&copy; 天地图 Tianditu", 18)


def base_maps(
    names: tuple[str, ...],
    *,
    tianditu_key: str = "",
    custom_url: str = "",
    custom_attribution: str = "",
    custom_datum: Datum = "WGS84",
) -> tuple[BaseMap, ...]:
    """Return the base maps of the settings, our own first.

    Parameters
    ----------
    names
        Any of ``openstreetmap``, ``tianditu``, ``amap``, ``custom``; ``own`` is always there.
    tianditu_key
        The operator's key (tk) of the Tianditu service.
    custom_url
        XYZ or WMTS address with ``{x}``, ``{y}``, ``{z}``.
    custom_attribution
        Plain text; shown escaped.
    custom_datum
        Datum of the custom tiles.

    Raises
    ------
    UnknownBaseMap
        A name is not known, ``tianditu`` has no key, or ``custom`` no usable address.
    """
    chosen = [OWN_BASE_MAP]
    for name in names:
        if name == "openstreetmap":
            chosen.append(BaseMap(name, "OpenStreetMap", "OpenStreetMap", "WGS84", (_OSM,)))
        elif name == "amap":
            chosen.append(BaseMap(name, "高德地图", "AMap", "GCJ-02", (_AMAP,)))
        elif name == "tianditu" and tianditu_key:
            layers = (_tianditu("vec", tianditu_key), _tianditu("cva", tianditu_key))
            # CGCS2000 equals WGS 84 at the metre level, so nothing is converted under Tianditu.
            chosen.append(BaseMap(name, "天地图", "Tianditu", "WGS84", layers))
        elif name == "custom" and all(part in custom_url for part in ("://", "{x}", "{y}", "{z}")):
            service = TileService(
                custom_url, "", escape(custom_attribution or urlsplit(custom_url).netloc), 19
            )
            chosen.append(BaseMap(name, "其他底图", "Other base map", custom_datum, (service,)))
        elif name != OWN:
            raise UnknownBaseMap(f"base map {name!r} is unknown, or its key or address is missing")
    return tuple(chosen)
