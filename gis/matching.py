"""Point -> grid -> grid staff -> utility, each with method, distance, confidence and reason.

``match_point`` is one SELECT (``gis/db/sql/match.sql``); ``gis/bulk.py`` gives the same answers
for many points at once. The rules are those of ``docs/matching.md``.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import shapely

from gis import reasons
from gis.blank import is_blank
from gis.datum import parse_crs, point_to_wgs84
from gis.db.database import Row, Transaction
from gis.errors import FieldError, InvalidInput, NotFound
from gis.geometry import NO_CONFIDENCE, Candidate, Confidence, Point, accuracy_confidence

MIN_SNAP_M: Final = 50.0
MAX_SNAP_M: Final = 500.0

Reason = tuple[dict[str, Any], ...]
"""Codes with their parameters, names included, so that the sentence never changes later."""


@dataclass(frozen=True, slots=True)
class Where:
    """Where a matter is, in one of the four ways to say so; coordinates win over the others.

    Attributes
    ----------
    lon, lat
        WGS 84 degrees; both or neither.
    accuracy_m
        Radius in metres within which the position lies; None when the sender said nothing.
    crs
        Name of the datum the coordinates were sent in, kept for the record.
    place_code, grid_code, place_text
        A named place, a grid, or the place in free words.
    """

    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
    crs: str = "WGS84"
    place_code: str | None = None
    grid_code: str | None = None
    place_text: str = ""

    @classmethod
    def of(
        cls,
        *,
        longitude: float | None = None,
        latitude: float | None = None,
        crs: str = "WGS84",
        accuracy_m: float | None = None,
        place_code: str | None = None,
        grid_code: str | None = None,
        place_text: str = "",
    ) -> Self:
        """Check what was sent and convert its coordinates to WGS 84.

        Raises
        ------
        InvalidInput
            If none of the four ways is used, only one coordinate is given, the datum is unknown,
            the position is not on earth or the accuracy is not a positive number.
        """
        text = "" if is_blank(place_text) else place_text.strip()
        if accuracy_m is not None and not 0 <= accuracy_m < math.inf:
            raise InvalidInput.of("accuracy_m", "must be a number of metres, 0 or more")
        if longitude is None and latitude is None:
            if not (place_code or grid_code or text):
                raise _nowhere()
            return cls(place_code=place_code, grid_code=grid_code, place_text=text)
        if longitude is None or latitude is None:
            missing = "longitude" if longitude is None else "latitude"
            raise InvalidInput.of(missing, "is missing: a position needs both coordinates")
        datum = parse_crs(crs)
        lon, lat = point_to_wgs84(longitude, latitude, datum)
        return cls(lon, lat, accuracy_m, datum.name, place_code, grid_code, text)


@dataclass(frozen=True, slots=True)
class MatchedGrid:
    """The grid a report was given to; names in Chinese and English."""

    code: str
    name: str
    name_en: str
    town_code: str | None
    town_name: str | None
    town_name_en: str | None
    community_code: str | None


@dataclass(frozen=True, slots=True)
class MatchedStaff:
    """A person of the grid."""

    id: int
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class MatchedUtility:
    """The responsible body."""

    code: str
    name: str
    name_en: str
    kind: str


@dataclass(frozen=True, slots=True)
class MatchedCategory:
    """The category the report was matched for."""

    code: str
    parent_code: str | None
    name: str
    name_en: str
    level: str
    sensitive: bool


@dataclass(frozen=True, slots=True)
class Version:
    """A layout or a service-area version by which a match was made."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Match:
    """Who answers for a point, and why.

    Attributes
    ----------
    received_on
        Day of the match in the county's time zone; staff are those valid on it.
    grid_method
        ``covers``, ``nearest``, ``outside`` or ``stated``.
    grid_distance_m
        0 where the grid covers the point, metres to its border for ``nearest``, else None.
    confidence, candidates
        Share of the accuracy circle in the chosen grid, and the grids it touches; None and empty
        without accuracy, 1 and empty where the chosen grid holds the whole circle.
    utility_distance_m
        Metres to the chosen utility's nearest depot; None where it has none.
    covering_utilities
        Codes of all utilities whose service areas cover the point for the category or its parent:
        they may read the report.
    """

    county_code: str
    received_on: dt.date
    metric_srid: int
    category: MatchedCategory | None
    grid: MatchedGrid | None
    grid_method: str
    grid_distance_m: float | None
    confidence: float | None
    candidates: tuple[Candidate, ...]
    staff: MatchedStaff | None
    staff_method: str
    staff_all: tuple[MatchedStaff, ...]
    utility: MatchedUtility | None
    utility_method: str
    utility_distance_m: float | None
    reason: Reason
    layout: Version | None
    service_area_version: Version | None
    covering_utilities: tuple[str, ...]


def match_point(
    tx: Transaction,
    county_code: str,
    where: Where,
    *,
    category: str | None,
    at: dt.datetime,
    without: Sequence[str] = (),
) -> Match:
    """Match one point in one SELECT.

    Parameters
    ----------
    tx
        Any transaction; nothing is written, but until it ends no layout is activated.
    category
        Code of the category, or None: then there is no utility.
    at
        Aware instant of reception; its day in the county's time zone decides who serves.
    without
        Codes of utilities to leave out: who would answer if there were none of these.

    Raises
    ------
    NotFound
        There is no such county.
    InvalidInput
        The category, the place or the grid named does not exist; names the field.
    """
    row = tx.query_one("match", _parameters(county_code, where, category, at, without))
    if row is None:
        raise NotFound(f"There is no county {county_code}.")
    _refuse_unknown_names(where, category, row)
    confidence = _confidence(where, row)
    return Match(
        county_code=county_code,
        received_on=row["day_on"],
        metric_srid=row["metric_srid"],
        category=_category(row),
        grid=_grid(row),
        grid_method=row["grid_method"] or "outside",
        grid_distance_m=row["grid_distance_m"],
        confidence=confidence.value,
        candidates=confidence.candidates,
        staff=_staff(row),
        staff_method=row["staff_method"] or "none",
        staff_all=tuple(MatchedStaff(**person) for person in row["staff_all"] or ()),
        utility=_utility(row),
        utility_method=row["utility_method"] or "none",
        utility_distance_m=row["utility_distance_m"],
        reason=_reason(where, row, confidence),
        layout=_version(row, "layout"),
        service_area_version=_version(row, "version"),
        covering_utilities=tuple(sorted(row["covering_utilities"] or ())),
    )


def snap_distance_m(accuracy_m: float | None) -> float:
    """Return how far outside all grids a point may lie and still be given to the nearest."""
    return min(max(accuracy_m or 0.0, MIN_SNAP_M), MAX_SNAP_M)


def _parameters(
    county_code: str,
    where: Where,
    category: str | None,
    at: dt.datetime,
    without: Sequence[str],
) -> dict[str, Any]:
    return {
        "county": county_code,
        "at": at,
        "lon": where.lon,
        "lat": where.lat,
        "accuracy_m": where.accuracy_m,
        "snap_m": snap_distance_m(where.accuracy_m),
        "category": category,
        "place_code": where.place_code,
        "grid_code": where.grid_code,
        "place_text": where.place_text,
        "without": list(without),
    }


def _refuse_unknown_names(where: Where, category: str | None, row: Row) -> None:
    if category is not None and row["category_code"] is None:
        raise InvalidInput.of("category", f"there is no category {category!r}")
    if where.place_code is not None and row["place_code"] is None:
        raise InvalidInput.of("place_code", f"there is no place {where.place_code!r}")
    if where.grid_code is not None and row["named_grid_code"] is None:
        raise InvalidInput.of("grid_code", f"the active layout has no grid {where.grid_code!r}")


def _confidence(where: Where, row: Row) -> Confidence:
    if where.lon is None or where.lat is None or where.accuracy_m is None:
        return NO_CONFIDENCE
    if row["circle_codes"] is None and row["grid_method"] == "covers":
        return Confidence(1.0, ())  # well inside: the statement left the borders out
    codes = row["circle_codes"] or []
    boundaries = shapely.from_wkb(row["circle_boundaries"] or [])
    return accuracy_confidence(
        Point(where.lon, where.lat),
        where.accuracy_m,
        row["grid_code"],
        list(zip(codes, boundaries, strict=True)),
    )


def _category(row: Row) -> MatchedCategory | None:
    if row["category_code"] is None:
        return None
    return MatchedCategory(
        code=row["category_code"],
        parent_code=row["parent_code"],
        name=row["category_name"],
        name_en=row["category_name_en"],
        level=row["category_level"],
        sensitive=row["sensitive"],
    )


def _grid(row: Row) -> MatchedGrid | None:
    if row["grid_code"] is None:
        return None
    return MatchedGrid(
        code=row["grid_code"],
        name=row["grid_name"],
        name_en=row["grid_name_en"],
        town_code=row["town_code"],
        town_name=row["town_name"],
        town_name_en=row["town_name_en"],
        community_code=row["community_code"],
    )


def _staff(row: Row) -> MatchedStaff | None:
    if row["staff_id"] is None:
        return None
    return MatchedStaff(row["staff_id"], row["staff_name"], row["staff_role"])


def _utility(row: Row) -> MatchedUtility | None:
    if row["utility_code"] is None:
        return None
    return MatchedUtility(
        row["utility_code"], row["utility_name"], row["utility_name_en"], row["utility_kind"]
    )


def _version(row: Row, what: str) -> Version | None:
    return None if row[f"{what}_id"] is None else Version(row[f"{what}_id"], row[f"{what}_name"])


def _reason(where: Where, row: Row, confidence: Confidence) -> Reason:
    steps = [
        reasons.grid_step(
            method=row["grid_method"] or "outside",
            grid_code=row["grid_code"],
            layout=row["layout_name"],
            distance_m=row["grid_distance_m"],
            place=_names(row, "place_name"),
            located=where.lon is not None or row["place_code"] is not None,
        )
    ]
    if confidence.candidates and confidence.value is not None and where.accuracy_m is not None:
        steps.append(reasons.uncertain_step(where.accuracy_m, confidence.value))
    if row["staff_method"]:
        steps.append(reasons.staff_step(row["staff_method"], row["staff_name"]))
    steps.append(
        reasons.utility_step(
            method=row["utility_method"] or "none",
            category=_names(row, "category_name"),
            utility=_names(row, "utility_name"),
            area=row["area_code"],
            version=row["version_name"],
            depot=_names(row, "depot_name"),
            distance_m=row["utility_distance_m"],
        )
    )
    return tuple(steps)


def _names(row: Row, column: str) -> list[str] | None:
    """Return [Chinese, English] of a name, or None where the row has none."""
    return None if row[column] is None else [row[column], row[f"{column}_en"]]


def _nowhere() -> InvalidInput:
    ways = ("longitude", "latitude", "place_code", "grid_code", "place_text")
    return InvalidInput(
        "Say where: longitude and latitude, place_code, grid_code or place_text.",
        [FieldError(way, "one of the four ways to say where is needed") for way in ways],
    )
