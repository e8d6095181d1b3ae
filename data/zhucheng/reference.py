"""The reference tables as files: one function a file, columns as in ``gis/models``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import attrgetter

from data.zhucheng.categories import LIMITS_SINCE, STAGES, categories
from data.zhucheng.encoding import csv_bytes, geojson_bytes
from data.zhucheng.frame import COUNTY
from data.zhucheng.grids import communities, grids
from data.zhucheng.places import places
from data.zhucheng.staff import people
from data.zhucheng.terrain import town_seats
from data.zhucheng.utilities import MIZHOU, areas, boundary_of, depots, utilities


def towns_csv() -> bytes:
    """Towns with their seats."""
    header = ("code", "county_code", "name", "name_en", "kind", "lon", "lat")
    return csv_bytes(
        header, ((s.code, COUNTY, s.name, s.name_en, s.kind, s.lon, s.lat) for s in town_seats())
    )


def communities_csv() -> bytes:
    """Communities with their towns."""
    header = ("code", "county_code", "town_code", "name", "name_en")
    rows = ((c.code, COUNTY, town_seats()[c.town].code, c.name, c.name_en) for c in communities())
    return csv_bytes(header, rows)


def grids_geojson() -> bytes:
    """Polygons of the 1,690 grids with what is known about each."""
    return geojson_bytes((grid.boundary, grid.properties()) for grid in grids())


def staff_csv() -> bytes:
    """Grid staff and volunteers."""
    header = [
        "code",
        "name",
        "role",
        "grid_code",
        "community_code",
        "town_code",
        "telephone",
        "valid_from",
        "on_duty",
    ]
    return csv_bytes(header, (attrgetter(*header)(person) for person in people()))


def categories_csv() -> bytes:
    """Categories of both levels."""
    header = ("code", "parent_code", "name", "name_en", "tags", "keywords", "sensitive", "level")
    rows = (
        (c.code, c.parent_code, c.name, c.name_en, c.tags, c.keywords, c.sensitive, c.level, number)
        for number, c in enumerate(categories(), start=1)
    )
    return csv_bytes((*header, "position"), rows)


def time_limits_csv() -> bytes:
    """Limits of every category and stage."""

    def rows() -> Iterator[tuple[object, ...]]:
        for category in categories():
            for stage in STAGES:
                limit = category.limits[stage]
                yield category.code, stage, limit.amount, limit.unit, LIMITS_SINCE

    return csv_bytes(("category_code", "stage", "amount", "unit", "valid_from"), rows())


def utilities_csv() -> bytes:
    """Utilities, departments and town offices with the categories they handle."""
    header = ("code", "name", "name_en", "kind", "town_code", "telephone", "categories")
    rows = (
        (u.code, u.name, u.name_en, u.kind, u.town_code, u.telephone, u.categories)
        for u in utilities()
    )
    return csv_bytes(header, rows)


def depots_csv() -> bytes:
    """Depots of the utilities."""
    header = ("utility_code", "code", "name", "name_en", "lon", "lat")
    return csv_bytes(
        header, ((d.utility, d.code, d.name, d.name_en, d.lon, d.lat) for d in depots())
    )


def service_areas_geojson() -> bytes:
    """Service areas of the version in force."""
    return geojson_bytes(
        (
            boundary_of(area),
            {
                "code": area.code,
                "name": area.name,
                "utility_code": area.utility,
                "category_code": area.category or None,
                "priority": area.priority,
                "hours": area.hours,
            },
        )
        for area in areas()
    )


def places_csv() -> bytes:
    """Named places."""
    header = ["code", "kind", "name", "name_en", "pinyin", "address", "lon", "lat", "grid_code"]
    return csv_bytes(header, (attrgetter(*header)(place) for place in places()))


def accounts_csv() -> bytes:
    """Accounts of the demonstration; staff and volunteer are people of Shenglong Garden's grid."""
    garden = next(place for place in places() if place.name == "盛龙花园")
    own = [person for person in people() if person.grid_code == garden.grid_code]
    member = next(person for person in own if person.role == "member" and person.on_duty)
    volunteer = next(person for person in own if person.role == "volunteer")
    rows = (
        ("admin", "系统管理员", "admin", "", "", ""),
        ("supervisor", "政法委督导员", "supervisor", "", "", ""),
        ("dispatcher", "市综治中心调度员", "dispatcher", "", "", ""),
        ("mizhou", "密州街道综治中心调度员", "dispatcher", MIZHOU, "", ""),
        ("water", "供水公司值班员", "utility", "", "water", ""),
        ("power", "供电公司值班员", "utility", "", "power", ""),
        ("planner", "规划员", "planner", "", "", ""),
        ("staff", member.name, "grid_staff", "", "", member.code),
        ("volunteer", volunteer.name, "volunteer", "", "", volunteer.code),
    )
    header = ("username", "name", "role", "town_code", "utility_code", "staff_code")
    return csv_bytes(header, rows)


REFERENCE_FILES: dict[str, Callable[[], bytes]] = {
    "towns.csv": towns_csv,
    "communities.csv": communities_csv,
    "grids.geojson": grids_geojson,
    "staff.csv": staff_csv,
    "categories.csv": categories_csv,
    "time_limits.csv": time_limits_csv,
    "utilities.csv": utilities_csv,
    "depots.csv": depots_csv,
    "service_areas.geojson": service_areas_geojson,
    "places.csv": places_csv,
    "accounts.csv": accounts_csv,
}
