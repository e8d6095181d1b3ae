"""Utilities, depots and service areas: who answers for what, and where."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import shapely
from shapely import MultiPolygon

from data.zhucheng.frame import FloatArray, to_metres
from data.zhucheng.grids import grids
from data.zhucheng.terrain import SOURCES, town_seats

MIZHOU, LONGDU, SHUNWANG = "370782001", "370782002", "370782003"
ZHIGOU, JIAYUE, SHIQIAOZI, XIANGZHOU = "370782100", "370782101", "370782102", "370782103"
CHANGCHENG, BAICHIHE, XINXING = "370782104", "370782105", "370782106"
LINJIACUN, HUANGHUA, TAOLIN = "370782107", "370782108", "370782109"
CITY = (MIZHOU, LONGDU, SHUNWANG)
ALL = tuple(seat.code for seat in town_seats())
VERSION = "2022"
TOWN_OFFICE_CATEGORIES = ("other", "agriculture.livestock", "environment.burning")

Circle = tuple[float, float, float]
_CENTRE = (119.405, 35.993)


@dataclass(frozen=True)
class Utility:
    """A row of the table ``utility`` with the codes of the categories it handles."""

    code: str
    name: str
    name_en: str
    kind: str
    town_code: str
    telephone: str
    categories: tuple[str, ...]


@dataclass(frozen=True)
class Depot:
    """A row of the table ``depot``."""

    utility: str
    code: str
    name: str
    name_en: str
    lon: float
    lat: float


@dataclass(frozen=True)
class Area:
    """A service area as a rule over grids: towns, and circles (lon, lat, km) to keep or to cut."""

    code: str
    name: str
    utility: str
    towns: tuple[str, ...]
    category: str = ""
    priority: int = 1
    hours: str = "24 h"
    within: Circle | None = None
    without: tuple[Circle, ...] = ()


_OFFICE = "8:00-12:00, 14:00-18:00"
_WORKS: Circle = (119.452, 35.966, 1.6)  # an industrial park with its own supply
_LAKE: Circle = (119.335, 35.930, 2.3)  # the reservoir's protected shore
_QUARRY: Circle = (119.560, 35.850, 2.6)

AREAS = (
    Area("water-city", "城区供水", "water", (*CITY, XINXING), without=(_WORKS, _LAKE)),
    Area(
        "water-low-pressure",
        "二次供水",
        "water",
        CITY,
        "water.low_pressure",
        1,
        "24 h",
        (*_CENTRE, 6.5),
    ),
    Area(
        "water-rural-north",
        "北部农村供水",
        "rural_water",
        (SHIQIAOZI, XIANGZHOU, CHANGCHENG, BAICHIHE),
    ),
    Area("water-rural-west", "西部农村供水", "rural_water", (ZHIGOU, JIAYUE), priority=1),
    Area(
        "water-rural-south",
        "南部农村供水",
        "rural_water",
        (HUANGHUA, LINJIACUN),
        without=(_QUARRY,),
    ),
    Area(
        "water-rural-fringe",
        "城郊农村供水",
        "rural_water",
        CITY,
        "",
        2,
        "24 h",
        None,
        ((*_CENTRE, 5.0),),
    ),
    Area("power-all", "全市供电", "power", ALL, without=(_WORKS,)),
    Area("gas-city", "城区燃气", "gas", (*CITY, XINXING), without=(_LAKE,)),
    Area("gas-north", "北部燃气", "gas_north", (XIANGZHOU, CHANGCHENG, SHUNWANG), priority=2),
    Area("gas-leak", "燃气抢险", "gas", (*CITY, XINXING, HUANGHUA, ZHIGOU), "gas.leak", 1),
    Area(
        "heating-city",
        "城区供热",
        "heating",
        CITY,
        "",
        1,
        "11-15 - 03-15",
        (*_CENTRE, 5.2),
        (_WORKS,),
    ),
    Area(
        "heating-shunwang",
        "舜王供热",
        "heating_shunwang",
        (SHUNWANG, MIZHOU),
        "",
        2,
        "11-15 - 03-15",
        (119.352, 36.030, 4.2),
    ),
    Area("telecom-city", "电信城区", "telecom", CITY, priority=1),
    Area("telecom-west", "电信西部", "telecom", (JIAYUE, ZHIGOU, SHIQIAOZI), priority=2),
    Area(
        "mobile-north",
        "移动北部",
        "mobile",
        (SHIQIAOZI, XIANGZHOU, CHANGCHENG, BAICHIHE),
        priority=1,
    ),
    Area("mobile-east", "移动东部", "mobile", (LINJIACUN, XINXING), priority=1),
    Area("mobile-city", "移动城区", "mobile", CITY, priority=2),
    Area("unicom-south", "联通南部", "unicom", (HUANGHUA, TAOLIN), priority=1),
    Area("unicom-city", "联通城区", "unicom", CITY, priority=3),
    Area("drainage-city", "城区排水", "drainage", CITY, "", 1, "24 h", (*_CENTRE, 6.0)),
    Area("drainage-flood", "防汛排涝", "drainage", (*CITY, XINXING), "drainage.flooding"),
    Area("sanitation-city", "城区环卫", "sanitation", CITY),
    Area("sanitation-north", "北片环卫", "sanitation", (XIANGZHOU, CHANGCHENG, SHIQIAOZI)),
    Area("sanitation-snow", "除雪", "sanitation", (*CITY, XINXING), "sanitation.snow"),
    Area("roads-city", "城区道路", "roads", CITY, "", 1, "24 h", (*_CENTRE, 6.2)),
    Area("highways-all", "公路养护", "highways", ALL, priority=2),
    Area("greenery-city", "城区绿化", "greenery", CITY, "", 1, _OFFICE, (*_CENTRE, 7.0), (_LAKE,)),
    Area("urban-city", "城区执法", "urban_management", CITY),
    Area("urban-cables", "无主线缆", "urban_management", ALL, "cables"),
    Area(
        "urban-illegal-building", "违建查处", "urban_management", CITY, "housing.illegal_building"
    ),
    Area("police-all", "全市治安", "police", ALL),
    Area("police-parking", "城区交通", "police", CITY, "street_order.parking"),
    Area("justice-all", "全市调解", "justice", ALL, hours=_OFFICE),
    Area("labour-all", "劳动监察", "labour", ALL, "dispute.wages", 1, _OFFICE),
    Area("market-all", "全市市场", "market", ALL, hours=_OFFICE),
    Area("emergency-all", "全市应急", "emergency", ALL),
    Area("ecology-city", "城区环保", "ecology", (*CITY, XINXING, CHANGCHENG), hours=_OFFICE),
    Area("housing-city", "城区住建", "housing", (*CITY, XINXING), hours=_OFFICE, priority=2),
    Area("housing-property", "物业监管", "housing", CITY, "housing.property", 1, _OFFICE),
    Area("civil-all", "全市民政", "civil_affairs", ALL, hours=_OFFICE),
    Area("education-all", "全市教育", "education", ALL, hours=_OFFICE),
    Area("health-all", "全市卫健", "health", ALL),
    Area("bus-city", "城区公交", "bus", CITY, hours="6:00-19:00"),
)


@cache
def utilities() -> tuple[Utility, ...]:
    """Return companies and departments as listed, then the 13 town offices."""
    with (SOURCES / "utilities.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    listed = [
        Utility(
            code=row["code"],
            name=row["name"],
            name_en=row["name_en"],
            kind=row["kind"],
            town_code="",
            telephone=f"0536-00001{number:02d}",
            categories=tuple(row["categories"].split("|")),
        )
        for number, row in enumerate(rows, start=1)
    ]
    offices = [
        Utility(
            code=f"town_{seat.name_en.lower()}",
            name=f"{seat.name}办事处" if seat.kind == "subdistrict" else f"{seat.name}政府",
            name_en=f"{seat.name_en} Town Office",
            kind="town",
            town_code=seat.code,
            telephone=f"0536-00002{number:02d}",
            categories=TOWN_OFFICE_CATEGORIES,
        )
        for number, seat in enumerate(town_seats(), start=1)
    ]
    return (*listed, *offices)


@cache
def depots() -> tuple[Depot, ...]:
    """Return the depots as listed, then one at each town's seat."""
    with (SOURCES / "depots.csv").open(encoding="utf-8") as file:
        listed = [
            Depot(
                r["utility"], r["code"], r["name"], r["name_en"], float(r["lon"]), float(r["lat"])
            )
            for r in csv.DictReader(file)
        ]
    seats = [
        Depot(
            f"town_{seat.name_en.lower()}",
            "seat",
            f"{seat.name}驻地",
            seat.name_en,
            seat.lon,
            seat.lat,
        )
        for seat in town_seats()
    ]
    return (*listed, *seats)


def areas() -> tuple[Area, ...]:
    """Return the rules of all service areas; a town's office answers in its own town."""
    own = [
        Area(
            f"town-{seat.name_en.lower()}",
            f"{seat.name}辖区",
            f"town_{seat.name_en.lower()}",
            (seat.code,),
            priority=3,
            hours=_OFFICE,
        )
        for seat in town_seats()
        if seat.code != TAOLIN  # a gap on purpose: Taolin is reached by the ladder's later steps
    ]
    return (*AREAS, *own)


def boundary_of(area: Area) -> MultiPolygon:
    """Return an area's polygon in degrees: the union of its grids, on their vertices."""
    middles = np.array([(grid.x, grid.y) for grid in grids()])
    keep = np.array([grid.town_code in area.towns for grid in grids()])
    if area.within:
        keep &= _inside(middles, area.within)
    for circle in area.without:
        keep &= ~_inside(middles, circle)
    members = [grid.boundary for grid, kept in zip(grids(), keep, strict=True) if kept]
    union = shapely.normalize(shapely.coverage_union_all(members))
    return union if isinstance(union, MultiPolygon) else MultiPolygon([union])


def _inside(points: FloatArray, circle: Circle) -> npt.NDArray[np.bool_]:
    lon, lat, km = circle
    east, north = (points - to_metres(np.array([[lon, lat]]))).T
    inside: npt.NDArray[np.bool_] = np.hypot(east, north) <= km * 1000
    return inside
