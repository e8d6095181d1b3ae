"""Reports of a view, in piles: what a map paints however many there are.

The bins are tiles of the Web Mercator scheme, two zooms below the view's: 64 screen pixels a side,
fixed to the ground, so that a pan neither moves a pile nor changes its count.
"""

from __future__ import annotations

import datetime as dt
import math
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Integer, Select, and_, cast, func, select

from gis.audience import Actor, visible_reports
from gis.db.database import Transaction
from gis.errors import InvalidInput
from gis.geometry import BBox
from gis.models import Category, Report
from gis.report_filters import ReportFilters, conditions, light

BINS_BELOW: Final = 2
"""Zooms between a view and its bins."""
POINTS_FROM_ZOOM: Final = 15
FEW: Final = 300
"""So many reports in a view are shown one by one at any zoom."""
MOST_POINTS: Final = 1_000
_MOST_BINS: Final = 128
_EDGE: Final = 85.0511287798066
"""Latitude at which the square of Web Mercator ends."""


@dataclass
class Pile:
    """Reports of one bin.

    Attributes
    ----------
    bin
        Zoom, column and row of the tile that is the bin.
    some_id
        One of its reports: of a pile of one, the report.
    lights, groups
        How many of each; groups are first-level categories, ``""`` is none.
    """

    bin: tuple[int, int, int]
    some_id: uuid.UUID
    count: int = 0
    urgent: int = 0
    lon_sum: float = 0.0
    lat_sum: float = 0.0
    lights: Counter[str] = field(default_factory=Counter)
    groups: Counter[str] = field(default_factory=Counter)
    bbox: list[float] = field(default_factory=list)

    @property
    def location(self) -> list[float]:
        """Mean longitude and latitude."""
        return [round(self.lon_sum / self.count, 6), round(self.lat_sum / self.count, 6)]


def whole_view(filters: ReportFilters, zoom: int) -> ReportFilters:
    """Return the filters with their box widened to whole bins.

    Raises
    ------
    InvalidInput
        There is no box, or it is too wide for the zoom: more than 128 bins across.
    """
    if filters.bbox is None:
        raise InvalidInput.of("bbox", "say which view: west,south,east,north")
    return replace(filters, bbox=_whole_bins(filters.bbox, zoom + BINS_BELOW))


def pile_reports(
    tx: Transaction, actor: Actor, filters: ReportFilters, *, zoom: int, now: dt.datetime
) -> list[Pile]:
    """Count the located reports of a box by bin, light and group, in one statement.

    Parameters
    ----------
    filters
        With the box of a view of whole bins, see `whole_view`.
    zoom
        Of the view.
    """
    level = zoom + BINS_BELOW
    rows = tx.connection.execute(_statement(actor, filters, level, now))
    piles: dict[tuple[int, int], Pile] = {}
    for (
        x,
        y,
        colour,
        group,
        number,
        lon_sum,
        lat_sum,
        west,
        south,
        east,
        north,
        urgent,
        some,
    ) in rows:
        pile = piles.setdefault((x, y), Pile((level, x, y), some))
        pile.count += number
        pile.urgent += urgent
        pile.lon_sum += lon_sum
        pile.lat_sum += lat_sum
        pile.groups[group] += number
        if colour is not None:
            pile.lights[colour] += number
        box = pile.bbox or [west, south, east, north]
        pile.bbox = [min(box[0], west), min(box[1], south), max(box[2], east), max(box[3], north)]
    return list(piles.values())


def shows_points(piles: Sequence[Pile], zoom: int) -> bool:
    """Say whether a view shows its reports one by one."""
    total = sum(pile.count for pile in piles)
    return total <= (MOST_POINTS if zoom >= POINTS_FROM_ZOOM else FEW)


def pile_feature(pile: Pile) -> dict[str, Any]:
    """Return a pile as a GeoJSON feature."""
    return {
        "type": "Feature",
        "id": "pile-{}-{}-{}".format(*pile.bin),
        "geometry": {"type": "Point", "coordinates": pile.location},
        "properties": {
            "pile": pile.count,
            "lights": dict(pile.lights),
            "groups": dict(pile.groups.most_common()),
            "urgent": pile.urgent,
            "bbox": [round(side, 6) for side in pile.bbox],
        },
    }


def tile_box(z: int, x: int, y: int) -> BBox:
    """Return the box of a tile.

    Examples
    --------
    >>> tile_box(1, 0, 1).east, round(tile_box(1, 0, 1).south, 4)
    (0.0, -85.0511)
    """
    west, east = (column / 2**z * 360 - 180 for column in (x, x + 1))
    return BBox(west, _latitude(y + 1, z), east, _latitude(y, z))


def bin_column(level: int) -> ColumnElement[int]:
    """Return the column of the tile of a zoom in which a report lies."""
    return cast(func.floor((func.ST_X(Report.location) + 180) / 360 * 2**level), Integer)


def bin_row(level: int) -> ColumnElement[int]:
    """Return the row of the tile of a zoom in which a report lies."""
    mercator = func.asinh(func.tan(func.radians(func.ST_Y(Report.location)))) / math.pi
    return cast(func.floor((1 - mercator) / 2 * 2**level), Integer)


def group_of() -> ColumnElement[str]:
    """Return the first-level category, from a statement that joins `category`."""
    return func.coalesce(Category.parent_code, Category.code, "")


def of_category() -> ColumnElement[bool]:
    """Return the condition that joins `category` to `report`."""
    return and_(Category.county_code == Report.county_code, Category.code == Report.category_code)


def _statement(actor: Actor, filters: ReportFilters, level: int, now: dt.datetime) -> Select[Any]:
    lon, lat = func.ST_X(Report.location), func.ST_Y(Report.location)
    urgent = func.count().filter(Report.urgent)
    return (
        select(bin_column(level).label("key_0"), bin_row(level).label("key_1"))
        .add_columns(light(now).label("key_2"), group_of().label("key_3"))
        .add_columns(func.count(), func.sum(lon), func.sum(lat))
        .add_columns(func.min(lon), func.min(lat), func.max(lon), func.max(lat))
        .add_columns(urgent, func.array_agg(Report.id)[1])
        .join_from(Report, Category, of_category(), isouter=True)
        .where(visible_reports(actor), *conditions(filters, actor, now))
        .group_by("key_0", "key_1", "key_2", "key_3")
    )


def _whole_bins(box: BBox, level: int) -> BBox:
    across = 2**level
    west, east = (min(int((lon + 180) / 360 * across), across - 1) for lon in (box.west, box.east))
    top, bottom = (
        min(max(_row(min(max(lat, -_EDGE), _EDGE), level), 0), across - 1)
        for lat in (box.north, box.south)
    )
    if max(east - west, bottom - top) >= _MOST_BINS:
        raise InvalidInput.of("zoom", "is too large for so wide a bbox")
    first, last = tile_box(level, west, bottom), tile_box(level, east, top)
    return BBox(first.west, first.south, last.east, last.north)


def _row(lat: float, level: int) -> int:
    return int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**level)


def _latitude(row: int, level: int) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / 2**level))))
