"""Named places: estates, villages, markets, roads, schools, with pinyin and their grid."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import shapely

from data.zhucheng.frame import FloatArray, on_lattice, rng_for, to_degrees, to_metres
from data.zhucheng.grids import Grid, grids
from data.zhucheng.naming import english, pinyin, village_names
from data.zhucheng.terrain import VILLAGES, settlements, town_seats
from data.zhucheng.utilities import CITY

_ESTATES = 240
_FIRST = "盛隆金玉和祥福龙阳翠景御锦书香东方华润恒泰舜泽密州百盛嘉禾天润世纪繁荣"
_SECOND = (
    "花园",
    "家园",
    "小区",
    "公馆",
    "嘉苑",
    "新城",
    "华府",
    "雅居",
    "名邸",
    "御园",
    "佳苑",
    "豪庭",
)
_MARKETS = ("农贸市场", "集贸市场", "蔬菜批发市场", "便民市场", "商贸城")
_ROADS = (
    "和平街", "兴华路", "人民路", "密州路", "东关大街", "西环路", "龙源街", "舜王大道", "繁荣路", "东武街",
    "文化路", "扶淇街", "北环路", "南环路", "诸冯路", "超然台路", "常山路", "卢山路", "潍河大道", "昌城路",
    "历山路", "北十里路", "迎宾路", "府前街", "市场街", "健康路", "建设路", "青年路", "胜利街", "工业大道",
)  # fmt: skip
_SCHOOLS = ("实验小学", "中心小学", "第一中学", "中心幼儿园", "文化路小学", "龙源学校")
_WATERS = (
    "三里庄水库",
    "墙夼水库",
    "青墩水库",
    "石门水库",
    "潍河湿地",
    "扶淇河公园",
    "吉利河",
    "共青团水库",
)


@dataclass(frozen=True)
class Place:
    """A row of the table ``place``."""

    code: str
    kind: str
    name: str
    name_en: str
    pinyin: str
    address: str
    lon: float
    lat: float
    grid_code: str


@dataclass(frozen=True)
class _Named:
    kind: str
    name: str
    name_en: str
    x: float
    y: float


# The places of the documentation's two stories, in the middle of their grids.
_STORIES = (
    ("estate", "盛龙花园", "Shenglong Garden", 119.4226, 35.9956),
    ("village", "岳旺", "Yuewang", 119.2512, 36.1957),
    ("market", "岳旺蔬菜门市", "Yuewang vegetable store", 119.2518, 36.1953),
)


@cache
def places() -> tuple[Place, ...]:
    """Return all places; codes follow this order."""
    found = [
        *_stories(),
        *_villages(),
        *_estates(),
        *_markets(),
        *_roads(),
        *_schools(),
        *_waters(),
    ]
    degrees = on_lattice(to_degrees(np.array([(named.x, named.y) for named in found])))
    homes = grids_at(degrees)
    return tuple(
        Place(
            code=f"P{number:05d}",
            kind=named.kind,
            name=named.name,
            name_en=named.name_en,
            pinyin=pinyin(named.name),
            address=f"{home.name.split()[0]}{home.community.name}{named.name}",
            lon=float(lon),
            lat=float(lat),
            grid_code=home.code,
        )
        for number, (named, (lon, lat), home) in enumerate(
            zip(found, degrees, homes, strict=True), start=1
        )
    )


def grids_at(degrees: FloatArray) -> list[Grid]:
    """Return the grid of each (n, 2) position in degrees, the nearest for one outside."""
    cells = [grid.boundary for grid in grids()]
    at = shapely.STRtree(cells).nearest(shapely.points(degrees))
    return [grids()[i] for i in at]


def _stories() -> list[_Named]:
    return [
        _Named(kind, name, name_en, *_at(lon, lat)) for kind, name, name_en, lon, lat in _STORIES
    ]


def _villages() -> list[_Named]:
    names = [f"{name}村" for name in village_names(rng_for("village names"), VILLAGES)]
    sites = [place for place in settlements() if place.kind == "village"]
    return [
        _Named("village", name, english(name.removesuffix("村")), site.x, site.y)
        for name, site in zip(names, sites, strict=False)
    ]


def _estates() -> list[_Named]:
    rng = rng_for("estates")
    names = sorted({f"{a}{b}{c}" for a in _FIRST for b in _FIRST[::2] for c in _SECOND if a != b})
    names.remove("盛龙花园") if "盛龙花园" in names else None
    chosen = [names[i] for i in rng.permutation(len(names))[:_ESTATES]]
    town = [grid for grid in grids() if grid.town_code in CITY]
    densest = sorted(town, key=lambda grid: grid.boundary.area)[:330]
    homes = [densest[i] for i in rng.permutation(len(densest))[:_ESTATES]]
    return [
        _Named("estate", name, english(name), home.x, home.y)
        for name, home in zip(chosen, homes, strict=True)
    ]


def _markets() -> list[_Named]:
    rng = rng_for("markets")
    found = []
    for seat in town_seats():
        short = seat.name.removesuffix("街道").removesuffix("镇")
        for suffix in _MARKETS if seat.code in CITY else _MARKETS[:2]:
            name = f"{short}{suffix}"
            found.append(_near_seat("market", name, seat.lon, seat.lat, 700, rng))
    return found


def _roads() -> list[_Named]:
    rng = rng_for("roads")
    return [_near_seat("road", name, 119.402, 35.993, 2_600, rng) for name in _ROADS]


def _schools() -> list[_Named]:
    rng = rng_for("schools")
    return [
        _near_seat(
            "school",
            f"{seat.name.removesuffix('街道').removesuffix('镇')}{school}",
            seat.lon,
            seat.lat,
            800,
            rng,
        )
        for seat in town_seats()
        for school in (_SCHOOLS if seat.code in CITY else _SCHOOLS[1:4])
    ]


def _waters() -> list[_Named]:
    rng = rng_for("waters")
    middles = [grids()[i] for i in rng.permutation(len(grids()))[: len(_WATERS)]]
    return [
        _Named("other", name, english(name), home.x, home.y)
        for name, home in zip(_WATERS, middles, strict=True)
    ]


def _near_seat(
    kind: str, name: str, lon: float, lat: float, spread_m: float, rng: np.random.Generator
) -> _Named:
    x, y = _at(lon, lat)
    dx, dy = rng.normal(0.0, spread_m / 2, 2)
    return _Named(kind, name, english(name), x + float(dx), y + float(dy))


def _at(lon: float, lat: float) -> tuple[float, float]:
    x, y = to_metres(np.array([[lon, lat]]))[0]
    return float(x), float(y)
