"""Point -> grid -> grid staff -> utility, each with method, distance, confidence and reason.

``match_point`` is one SELECT (``gis/db/sql/match.sql``); ``gis/bulk.py`` gives the same answers
for many points at once. The rules are those of ``docs/matching.md``.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Self

from gis.datum import parse_crs, point_to_wgs84
from gis.db.database import Transaction
from gis.errors import FieldError, InvalidInput
from gis.geometry import Candidate, Point

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
        raise NotImplementedError


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
    tx: Transaction, county_code: str, where: Where, *, category: str | None, at: dt.datetime
) -> Match:
    """Match one point in one SELECT.

    Parameters
    ----------
    tx
        Any transaction; nothing is written.
    category
        Code of the category, or None: then there is no utility.
    at
        Aware instant of reception; its day in the county's time zone decides who serves.

    Raises
    ------
    NotFound
        There is no such county.
    InvalidInput
        The category, the place or the grid named does not exist; names the field.
    """
    raise NotImplementedError
