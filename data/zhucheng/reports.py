"""The 17,258 reports of the archive as they came in: what, where, when, from whom."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache

import numpy as np
import shapely

from data.zhucheng.categories import Category, categories, category_by_code
from data.zhucheng.demand import DAYS, FIRST_DAY, day_weights, seconds_of_day
from data.zhucheng.frame import (
    COUNTY,
    SHANGHAI,
    FloatArray,
    IntArray,
    on_lattice,
    rng_for,
    to_degrees,
    to_metres,
    weighted_choice,
)
from data.zhucheng.grids import Grid
from data.zhucheng.outbreaks import OUTBREAKS, Outbreak
from data.zhucheng.people import names, telephone
from data.zhucheng.places import Place, grids_at
from data.zhucheng.whereabouts import address_at, beyond_border, draw, nearest_places
from data.zhucheng.wording import description

REPORTS = 17_258
# Nothing comes in so late on the last day that it could not be filed on it.
_LAST_SECOND = 21 * 3600
SOURCES_OF = {
    "home": (("resident", 34), ("hotline_12345", 34), ("grid_staff", 22), ("party_branch", 6), ("volunteer", 4)),
    "road": (("grid_staff", 36), ("patrol", 18), ("hotline_12345", 20), ("resident", 14), ("volunteer", 8), ("utility", 4)),
}  # fmt: skip
TOLD_BY_SOMEONE = frozenset({"resident", "hotline_12345", "volunteer", "party_branch"})
_STREET = frozenset({"road", "crossing", "river", "any"})
_OUTSIDE = 14
# How far outside: near enough to be given to the nearest grid, or not.
_CLOSE_M, _FAR_M = (10.0, 40.0), (150.0, 2_500.0)
_STATED_SHARE = 0.045  # of the calls to 12345


@dataclass(frozen=True)
class Called:
    """A report as received.

    Attributes
    ----------
    received
        Seconds since 1970, UTC; ``captured`` likewise, None when nobody noted it.
    lon, lat
        Degrees, or None where only the grid or the place was named.
    """

    number: str
    received: int
    captured: int | None
    category: Category
    description: str
    address: str
    urgent: bool
    source: str
    source_number: str
    reporter_name: str
    reporter_phone: str
    lon: float | None
    lat: float | None
    accuracy_m: float | None
    grid_code: str
    place_code: str
    outbreak: Outbreak | None
    place_name: str


@dataclass(frozen=True)
class _Raw:
    """A report before it has a number and words."""

    received: int
    category: Category
    lon: float
    lat: float
    outbreak: Outbreak | None = None
    text: str = ""
    source: str = ""


@cache
def archive() -> tuple[Called, ...]:
    """Return all reports of the archive in the order in which they came in."""
    raw = sorted(
        [*_everyday(REPORTS - sum(o.count for o in OUTBREAKS)), *_planted()],
        key=lambda r: (r.received, r.category.code, r.lon, r.lat),
    )
    return tuple(_told(raw))


def seconds(moment: dt.datetime) -> int:
    """Return an instant in whole seconds since 1970."""
    return int(moment.timestamp())


def midnight(day: int) -> int:
    """Return local midnight of a day of the archive, counted from its first."""
    return seconds(
        dt.datetime.combine(FIRST_DAY + dt.timedelta(days=day), dt.time(), tzinfo=SHANGHAI)
    )


def _everyday(count: int) -> list[_Raw]:
    """Draw the reports without a common cause: category and day first, then hour and place."""
    leaves = [category for category in categories() if category.weight]
    rng = rng_for("report days")
    mood = np.exp(rng.normal(0.0, 0.10, DAYS))
    weights = np.array([c.weight * day_weights(c.season) * mood for c in leaves])
    drawn = np.bincount(weighted_choice(rng, weights.ravel(), count), minlength=weights.size)
    per_day = drawn.reshape(weights.shape)
    found: list[_Raw] = []
    for category, counts in zip(leaves, per_day, strict=True):
        days = np.repeat(np.arange(DAYS), counts)
        of_day = seconds_of_day(category.hours, len(days), f"hours {category.code}")
        of_day = np.where(days == DAYS - 1, np.minimum(of_day, _LAST_SECOND), of_day)
        points = draw(category.where, len(days), rng_for(f"where {category.code}"))
        found.extend(
            _Raw(midnight(int(day)) + int(second), category, float(lon), float(lat))
            for day, second, (lon, lat) in zip(days, of_day, points, strict=True)
        )
    return _strayed(found)


def _strayed(found: list[_Raw]) -> list[_Raw]:
    """Push a few reports over the county's border: real ones fall outside, too."""
    rng = rng_for("outside")
    chosen = rng.choice(len(found), _OUTSIDE, replace=False).tolist()
    beyond = beyond_border([_CLOSE_M] * 4 + [_FAR_M] * (_OUTSIDE - 4), rng)
    strayed = list(found)
    for at, (lon, lat) in zip(chosen, beyond, strict=True):
        raw = found[at]
        strayed[at] = _Raw(raw.received, raw.category, float(lon), float(lat))
    return strayed


def _planted() -> list[_Raw]:
    found = []
    for outbreak in OUTBREAKS:
        rng = rng_for(f"outbreak {outbreak.code}")
        centre = to_metres(np.array([[outbreak.lon, outbreak.lat]]))
        turn = rng.random(outbreak.count) * 2 * np.pi
        reach = outbreak.radius_m * np.sqrt(rng.random(outbreak.count))
        spread = np.column_stack([np.cos(turn), np.sin(turn)]) * reach[:, None]
        points = on_lattice(to_degrees(centre + spread))
        after = np.sort(rng.integers(0, outbreak.minutes * 60, outbreak.count))
        after[0] = 0
        for n, ((lon, lat), later) in enumerate(zip(points, after, strict=True)):
            found.append(
                _Raw(
                    received=seconds(outbreak.started_at) + int(later),
                    category=category_by_code()[outbreak.category],
                    lon=float(lon),
                    lat=float(lat),
                    outbreak=outbreak,
                    text=outbreak.texts[n % len(outbreak.texts)],
                    source=outbreak.first_source if n == 0 else "",
                )
            )
    return found


def _told(raw: list[_Raw]) -> list[Called]:
    """Give each report its number, words, source and reporter."""
    rng = rng_for("told")
    degrees = np.array([(r.lon, r.lat) for r in raw])
    near = nearest_places(degrees)
    homes = grids_at(degrees)
    called = names(rng_for("reporters"), len(raw))
    numbers = numbered(np.array([r.received for r in raw]))
    return [
        _called(report, number, place, home, name, n, rng)
        for n, (report, number, place, home, name) in enumerate(
            zip(raw, numbers, near, homes, called, strict=True)
        )
    ]


def numbered(received: IntArray) -> list[str]:
    """Return numbers of reports: county, local day and order in it."""
    found: list[str] = []
    last_day, count = "", 0
    for moment in received:
        day = f"{dt.datetime.fromtimestamp(int(moment), SHANGHAI):%Y%m%d}"
        count = count + 1 if day == last_day else 1
        last_day = day
        found.append(f"{COUNTY}{day}{count:05d}")
    return found


def _called(
    raw: _Raw,
    number: str,
    place: Place | None,
    home: Grid,
    name: str,
    n: int,
    rng: np.random.Generator,
) -> Called:
    source = raw.source or pick_source(raw.category, rng)
    told = source in TOLD_BY_SOMEONE
    # Over the telephone people name a place or their grid; the dispatcher has no position then.
    inside = bool(shapely.intersects_xy(home.boundary, raw.lon, raw.lat))
    could = inside and raw.outbreak is None and source == "hotline_12345"
    stated = could and bool(rng.random() < _STATED_SHARE)
    by_place = stated and place is not None and place.grid_code == home.code
    spoken = place.name if place else home.community.name
    phoned = source == "hotline_12345"
    return Called(
        number=number,
        received=raw.received,
        captured=None if phoned else raw.received - int(rng.exponential(420)),
        category=raw.category,
        description=raw.text or description(raw.category.code, spoken, rng),
        address=address_at(place, home.community.name, rng) if inside else "",
        urgent="emergency" in raw.category.tags and bool(rng.random() < 0.6),
        source=source,
        source_number=f"12345-{number[6:]}" if phoned else "",
        reporter_name=name if told else "",
        reporter_phone=telephone(50_000 + n) if told else "",
        lon=None if stated else raw.lon,
        lat=None if stated else raw.lat,
        accuracy_m=None if phoned else accuracy(rng),
        grid_code=home.code if stated and not by_place else "",
        place_code=place.code if by_place and place else "",
        outbreak=raw.outbreak,
        place_name=spoken,
    )


def accuracy(rng: np.random.Generator) -> float:
    """Draw what a phone says of its own accuracy, in metres: good outdoors, poor between houses."""
    return round(float(np.exp(rng.normal(2.4, 0.75))), 1)


def pick_source(category: Category, rng: np.random.Generator) -> str:
    """Draw who reports a matter of a category."""
    choices = SOURCES_OF["road" if category.where in _STREET else "home"]
    weights: FloatArray = np.array([weight for _, weight in choices], dtype=np.float64)
    return choices[int(weighted_choice(rng, weights, 1)[0])][0]
