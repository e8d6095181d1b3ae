"""The sample city's shipped files as values of the domain."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from functools import cache
from pathlib import Path

from data.zhucheng.encoding import read_csv, read_features
from data.zhucheng.frame import COUNTY
from gis.boundaries import BoundaryGrid, Division
from gis.calendars import SpecialDay, read_special_days
from gis.registry import Category, County, Depot, Limit, Place, Staff, Utility
from gis.service_areas import ServiceArea

SAMPLE_COUNTY = County(
    COUNTY, "诸城市", "Zhucheng", "Asia/Shanghai", 4549, grid_code_pattern=r"^[0-9]{15}$"
)
_CALENDAR = Path(__file__).parent / "calendars" / "cn.csv"


def special_days() -> tuple[SpecialDay, ...]:
    """Return the public holidays and make-up workdays of mainland China."""
    with _CALENDAR.open(encoding="utf-8") as file:
        return read_special_days(file)


def towns() -> list[Division]:
    """Return the 13 towns."""
    return [Division(row["code"], row["name"], row["name_en"]) for row in read_csv("towns.csv")]


def communities() -> list[Division]:
    """Return the communities."""
    return [
        Division(row["code"], row["name"], row["name_en"], row["town_code"])
        for row in read_csv("communities.csv")
    ]


def grids() -> list[BoundaryGrid]:
    """Return the 1,690 grids."""
    return [
        BoundaryGrid(boundary=shape, **facts) for shape, facts in read_features("grids.geojson")
    ]


def staff() -> list[Staff]:
    """Return grid staff and volunteers."""
    return [
        Staff(
            code=row["code"],
            name=row["name"],
            role=row["role"],
            grid_code=row["grid_code"] or None,
            community_code=row["community_code"] or None,
            town_code=row["town_code"] or None,
            telephone=row["telephone"],
            valid_from=dt.date.fromisoformat(row["valid_from"]),
            on_duty=row["on_duty"] == "true",
        )
        for row in read_csv("staff.csv")
    ]


def categories() -> list[Category]:
    """Return the categories with their limits."""
    limits: dict[str, list[Limit]] = defaultdict(list)
    for row in read_csv("time_limits.csv"):
        limit = Limit(row["stage"], float(row["amount"]), row["unit"])
        limits[row["category_code"]].append(limit)
    return [
        Category(
            code=row["code"],
            name=row["name"],
            name_en=row["name_en"],
            parent_code=row["parent_code"] or None,
            tags=tuple(row["tags"].split("|")),
            keywords=tuple(row["keywords"].split("|")),
            sensitive=row["sensitive"] == "true",
            level=row["level"],
            position=int(row["position"]),
            limits=tuple(limits[row["code"]]),
        )
        for row in read_csv("categories.csv")
    ]


def utilities() -> list[Utility]:
    """Return companies, departments and town offices with their depots."""
    depots: dict[str, list[Depot]] = defaultdict(list)
    for row in read_csv("depots.csv"):
        depot = Depot(
            row["code"], row["name"], float(row["lon"]), float(row["lat"]), row["name_en"]
        )
        depots[row["utility_code"]].append(depot)
    return [
        Utility(
            code=row["code"],
            name=row["name"],
            name_en=row["name_en"],
            kind=row["kind"],
            town_code=row["town_code"] or None,
            telephone=row["telephone"],
            categories=tuple(row["categories"].split("|")),
            depots=tuple(depots[row["code"]]),
        )
        for row in read_csv("utilities.csv")
    ]


def service_areas() -> list[ServiceArea]:
    """Return the service areas of the version in force."""
    return [
        ServiceArea(boundary=shape, **facts)
        for shape, facts in read_features("service_areas.geojson")
    ]


def places() -> list[Place]:
    """Return the named places."""
    return [
        Place(
            code=row["code"],
            kind=row["kind"],
            name=row["name"],
            lon=float(row["lon"]),
            lat=float(row["lat"]),
            name_en=row["name_en"],
            pinyin=row["pinyin"],
            address=row["address"],
            grid_code=row["grid_code"],
        )
        for row in read_csv("places.csv")
    ]


@cache
def town_offices() -> dict[str, str]:
    """Return the code of each town's office by the town's code."""
    return {
        utility.town_code: utility.code
        for utility in utilities()
        if utility.kind == "town" and utility.town_code
    }
