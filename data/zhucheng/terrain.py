"""Where people live: the city, the town seats and the villages, as one mixture of settlements."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import shapely
from shapely import Polygon

from data.zhucheng.frame import (
    FloatArray,
    IntArray,
    rng_for,
    to_degrees,
    to_metres,
    weighted_choice,
)

SOURCES = Path(__file__).parent / "sources"
POPULATION = 1_070_000
VILLAGES = 860
_VILLAGE_GAP_M = 1_050.0
# Built-up city: centre, radius in metres, people.
_CITY = (
    (119.408, 35.994, 1_500.0, 185_000),
    (119.385, 35.968, 1_150.0, 86_000),
    (119.366, 36.018, 1_350.0, 78_000),
    (119.440, 36.002, 1_250.0, 62_000),
)


@dataclass(frozen=True)
class TownSeat:
    """A row of ``sources/zhucheng_towns.csv``."""

    code: str
    name: str
    name_en: str
    kind: str
    lon: float
    lat: float


# People at the seat, and how far the town reaches compared with its neighbours.
_SEATS = {
    "370782001": (30_000, 0.75),
    "370782002": (24_000, 0.80),
    "370782003": (22_000, 0.85),
    "370782100": (13_000, 1.00),
    "370782101": (21_000, 1.35),
    "370782102": (12_000, 1.10),
    "370782103": (14_000, 1.05),
    "370782104": (17_000, 0.95),
    "370782105": (10_000, 0.95),
    "370782106": (16_000, 0.90),
    "370782107": (13_000, 1.15),
    "370782108": (12_000, 1.10),
    "370782109": (8_000, 1.00),
}


@dataclass(frozen=True)
class Settlement:
    """A round cluster of people: ``kind`` city, seat or village; metres of the flat frame."""

    kind: str
    x: float
    y: float
    radius_m: float
    people: float


@cache
def outline() -> Polygon:
    """Return the county's outline in degrees."""
    text = (SOURCES / "zhucheng_outline.geojson").read_text(encoding="utf-8")
    return Polygon(json.loads(text)["features"][0]["geometry"]["coordinates"][0])


@cache
def town_seats() -> tuple[TownSeat, ...]:
    """Return the 13 towns in the order of their codes."""
    with (SOURCES / "zhucheng_towns.csv").open(encoding="utf-8") as file:
        return tuple(
            TownSeat(
                r["code"], r["name"], r["name_en"], r["kind"], float(r["lon"]), float(r["lat"])
            )
            for r in csv.DictReader(file)
        )


def nearest_town(points: FloatArray) -> IntArray:
    """Return for each (n, 2) point in metres the index of its town, larger towns reaching further."""
    seats = to_metres(np.array([(seat.lon, seat.lat) for seat in town_seats()]))
    reach = np.array([_SEATS[seat.code][1] for seat in town_seats()])
    distances = np.hypot(*(points[:, None, :] - seats[None]).transpose(2, 0, 1))
    nearest: IntArray = np.argmin(distances / reach, axis=1)
    return nearest


@cache
def settlements() -> tuple[Settlement, ...]:
    """Return city parts, town seats and villages; their people sum to the county's."""
    found = [
        Settlement("city", *_metres(lon, lat), radius, people) for lon, lat, radius, people in _CITY
    ]
    for seat in town_seats():
        people = _SEATS[seat.code][0]
        found.append(
            Settlement("seat", *_metres(seat.lon, seat.lat), 190 + 3.6 * people**0.5, people)
        )
    rng = rng_for("villages")
    sizes = np.exp(rng.normal(0.0, 0.55, VILLAGES))
    left = POPULATION - sum(settlement.people for settlement in found)
    sizes *= left / sizes.sum()
    for (x, y), people in zip(_village_sites(rng), sizes, strict=True):
        found.append(Settlement("village", x, y, 60 + 4.2 * people**0.5, people))
    return tuple(found)


def people_points(rng: np.random.Generator, count: int) -> FloatArray:
    """Draw where `count` people live, (count, 2) metres, all inside the outline."""
    places = settlements()
    centres = np.array([(place.x, place.y) for place in places])
    radius = np.array([place.radius_m for place in places])
    people = np.array([place.people for place in places])

    def draw(size: int) -> FloatArray:
        at = weighted_choice(rng, people, size)
        drawn: FloatArray = centres[at] + rng.normal(size=(size, 2)) * radius[at, None]
        return drawn

    return _inside(draw, count)


def land_points(rng: np.random.Generator, count: int) -> FloatArray:
    """Draw points evenly over the county, (count, 2) metres."""
    west, south, east, north = outline().bounds
    low, high = to_metres(np.array([[west, south], [east, north]]))
    return _inside(lambda size: low + rng.random((size, 2)) * (high - low), count)


def _inside(draw: Callable[[int], FloatArray], count: int) -> FloatArray:
    kept: list[FloatArray] = [np.empty((0, 2))]
    missing = count
    area = outline()
    shapely.prepare(area)
    while missing > 0:
        points = draw(missing + missing // 2 + 16)
        inside = shapely.contains_xy(area, *to_degrees(points).T)
        kept.append(points[inside][:missing])
        missing -= len(kept[-1])
    return np.concatenate(kept)


def _village_sites(rng: np.random.Generator) -> FloatArray:
    """Choose village sites that keep their distance from each other and from the towns."""
    taken = [_metres(lon, lat) for lon, lat, _, _ in _CITY]
    built = np.array(taken + [_metres(seat.lon, seat.lat) for seat in town_seats()])
    clear = np.array([2_900.0] * len(_CITY) + [850.0] * len(town_seats()))
    sites = np.empty((0, 2))
    while len(sites) < VILLAGES:
        for point in land_points(rng, 4_000):
            if (np.hypot(*(built - point).T) < clear).any():
                continue
            if (np.hypot(*(sites - point).T) < _VILLAGE_GAP_M).any():
                continue
            sites = np.vstack([sites, point])
            if len(sites) == VILLAGES:
                break
    return sites


def _metres(lon: float, lat: float) -> tuple[float, float]:
    x, y = to_metres(np.array([[lon, lat]]))[0]
    return float(x), float(y)
