"""The filters of report lists, counts and exports, as conditions over ``report``.

One value and one function, so that a list, its counts, its CSV and its map always mean the same rows.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from geoalchemy2 import Geography
from shapely.errors import ShapelyError
from shapely.geometry import shape
from sqlalchemy import (
    ColumnElement,
    DateTime,
    ScalarSelect,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy import Text as SqlText
from sqlalchemy.dialects.postgresql import ARRAY

from gis.audience import Actor
from gis.counted import Cases, cases_of
from gis.errors import InvalidInput
from gis.geometry import BBox, Point, bbox_around
from gis.models import Assignment, Category, County, Report, ServiceArea, ServiceAreaVersion
from gis.queues import Queue, in_queue

MAX_RADIUS_M = 50_000.0
_MOST_VERTICES = 2_000
_WGS84 = 4326


@dataclass(frozen=True)
class ReportFilters:
    """What a list is narrowed to; an empty value narrows nothing.

    Attributes
    ----------
    category
        Codes; a first-level code stands for all of its children.
    utility
        Codes of the utilities the reports were matched with.
    staff
        Id of the grid staff they were given to.
    emergency
        Only urgent reports, and those of a matter tagged ``emergency``.
    queue
        One of `gis.queues.QUEUES`.
    received_from, received_to
        On ``received_at``. A date is a whole day of the county's zone, both ends included; a
        datetime without offset is local; ``received_to`` as a datetime is excluded.
    near, radius_m
        Within so many metres of a point.
    within
        Polygon of WGS 84 degrees.
    text
        Part of the description, address or number.
    in_area_of, assigned_to
        Code of a utility: in whose service area for the matter it lies; to which it was assigned.
    counted
        The cases behind a number of the statistics.
    """

    bbox: BBox | None = None
    grid: Sequence[str] = ()
    town: Sequence[str] = ()
    category: Sequence[str] = ()
    tag: Sequence[str] = ()
    status: Sequence[str] = ()
    utility: Sequence[str] = ()
    staff: int | None = None
    source: Sequence[str] = ()
    light: Sequence[str] = ()
    level: str | None = None
    emergency: bool = False
    queue: Queue | None = None
    received_from: dt.date | dt.datetime | None = None
    received_to: dt.date | dt.datetime | None = None
    near: Point | None = None
    radius_m: float = 500.0
    within: shapely.Geometry | None = None
    text: str = ""
    in_area_of: str | None = None
    assigned_to: str | None = None
    counted: Cases | None = None


def polygon_of(text: str) -> shapely.Geometry:
    """Read a polygon in WKT or GeoJSON.

    Raises
    ------
    InvalidInput
        It is neither, not a valid polygon of at most 2,000 vertices, or not in degrees.
    """
    try:
        with np.errstate(invalid="ignore"):  # a vertex that is no number is refused below
            is_json = text.lstrip().startswith("{")
            polygon = shape(json.loads(text)) if is_json else shapely.from_wkt(text)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError, ShapelyError):
        raise InvalidInput.of("within", "write a polygon as WKT or GeoJSON") from None
    if not isinstance(polygon, (shapely.Polygon, shapely.MultiPolygon)) or polygon.is_empty:
        raise InvalidInput.of("within", "must be a polygon")
    if shapely.get_num_coordinates(polygon) > _MOST_VERTICES:
        raise InvalidInput.of("within", f"may have {_MOST_VERTICES} vertices at most")
    if not np.isfinite(shapely.get_coordinates(polygon)).all():
        raise InvalidInput.of("within", "has a vertex that is no number")
    if not polygon.is_valid:
        raise InvalidInput.of("within", "crosses itself")
    try:
        BBox(*polygon.bounds)
    except InvalidInput:
        raise InvalidInput.of("within", "must be longitude and latitude in degrees") from None
    return shapely.force_2d(polygon)


def conditions(filters: ReportFilters, actor: Actor, now: dt.datetime) -> list[ColumnElement[bool]]:
    """Return the conditions of the filters; the actor's visibility is not among them."""
    found: list[ColumnElement[bool]] = []
    for column, values in (
        (Report.grid_code, filters.grid),
        (Report.town_code, filters.town),
        (Report.status, filters.status),
        (Report.utility_code, filters.utility),
        (Report.source, filters.source),
    ):
        if values:
            found.append(column.in_(values))
    found.extend(_matter(filters, actor.county_code))
    if filters.light:
        found.append(light(now).in_(filters.light))
    if filters.staff is not None:
        found.append(Report.staff_id == filters.staff)
    if filters.level:
        found.append(Report.level == filters.level)
    if filters.queue:
        found.append(in_queue(filters.queue, actor, now))
    if filters.text:
        found.append(_text(filters.text))
    found.extend(_time(filters, actor.county_code))
    found.extend(_space(filters))
    found.extend(_bodies(filters, actor.county_code))
    return found


def light(now: dt.datetime) -> ColumnElement[str | None]:
    """Return the expression for a report's light: null when closed or without a running clock."""
    return case(
        (or_(Report.status == "closed", Report.due_at.is_(None)), null()),
        (Report.due_at <= now, "red"),
        (Report.yellow_at <= now, "yellow"),
        else_="green",
    )


def _matter(filters: ReportFilters, county_code: str) -> Iterator[ColumnElement[bool]]:
    if filters.category:
        yield _of_category(county_code, filters.category)
    if filters.tag:
        yield _with_tag(county_code, filters.tag)
    if filters.emergency:
        yield or_(Report.urgent, _with_tag(county_code, ("emergency",)))


def _of_category(county_code: str, codes: Sequence[str]) -> ColumnElement[bool]:
    children = select(Category.code).where(
        Category.county_code == county_code, Category.parent_code.in_(codes)
    )
    return or_(Report.category_code.in_(codes), Report.category_code.in_(children))


def _with_tag(county_code: str, tags: Sequence[str]) -> ColumnElement[bool]:
    tagged = select(Category.code).where(
        Category.county_code == county_code, Category.tags.op("&&")(_texts(tags))
    )
    return Report.category_code.in_(tagged)


def _text(text: str) -> ColumnElement[bool]:
    return or_(
        Report.description.icontains(text, autoescape=True),
        Report.address.icontains(text, autoescape=True),
        Report.place_text.icontains(text, autoescape=True),
        Report.number.startswith(text, autoescape=True),
    )


def _time(filters: ReportFilters, county_code: str) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    start, end = filters.received_from, filters.received_to
    if filters.counted is not None:
        found.append(cases_of(county_code, filters.counted))
    if start is not None:
        found.append(Report.received_at >= _instant(start, county_code))
    if isinstance(end, dt.datetime):
        found.append(Report.received_at < _instant(end, county_code))
    elif end is not None and end < dt.date.max:
        found.append(Report.received_at < _instant(end + dt.timedelta(days=1), county_code))
    return found


def _instant(moment: dt.date | dt.datetime, county_code: str) -> Any:
    """Return an instant; local days and times are cut in the county's zone by the database."""
    if isinstance(moment, dt.datetime) and moment.tzinfo is not None:
        return moment
    local = moment if isinstance(moment, dt.datetime) else dt.datetime.combine(moment, dt.time())
    zone: ScalarSelect[str] = (
        select(County.timezone).where(County.code == county_code).scalar_subquery()
    )
    return func.timezone(zone, cast(literal(local), DateTime()), type_=DateTime(timezone=True))


def _space(filters: ReportFilters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    # `location && box` stands beside the exact test: under row-level security it alone reaches the
    # index, and by itself it would compare boxes of 32-bit floats, about a metre wide.
    if filters.bbox is not None:
        box = _envelope(filters.bbox)
        found += [Report.location.op("&&")(box), func.ST_Covers(box, Report.location)]
    if filters.near is not None:
        centre = func.ST_SetSRID(func.ST_MakePoint(filters.near.lon, filters.near.lat), _WGS84)
        reach = _envelope(bbox_around(filters.near, filters.radius_m))
        distance = func.ST_DWithin(
            cast(Report.location, Geography), cast(centre, Geography), filters.radius_m
        )
        found += [Report.location.op("&&")(reach), distance]
    if filters.within is not None:
        polygon = func.ST_GeomFromText(
            shapely.to_wkt(filters.within, rounding_precision=-1), _WGS84
        )
        found += [Report.location.op("&&")(polygon), func.ST_Covers(polygon, Report.location)]
    return found


def _bodies(filters: ReportFilters, county_code: str) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.in_area_of is not None:
        member = f"u:{county_code}:{filters.in_area_of}"
        # The audience finds the candidates by index; it also holds bodies assigned from elsewhere.
        found.append(Report.audience.op("@>")(_texts([member])))
        found.append(_covered_by(county_code, filters.in_area_of))
    if filters.assigned_to is not None:
        assigned = exists().where(
            Assignment.county_code == Report.county_code,
            Assignment.report_id == Report.id,
            Assignment.utility_code == filters.assigned_to,
        )
        found.append(assigned)
    return found


def _covered_by(county_code: str, utility_code: str) -> ColumnElement[bool]:
    """Whether a service area in force of the utility covers the point for the matter."""
    parent = (
        select(Category.parent_code)
        .where(Category.county_code == county_code, Category.code == Report.category_code)
        .correlate(Report)  # two levels down it is not found by itself
        .scalar_subquery()
    )
    return exists().where(
        ServiceAreaVersion.county_code == county_code,
        ServiceAreaVersion.status == "active",
        ServiceArea.version_id == ServiceAreaVersion.id,
        ServiceArea.utility_code == utility_code,
        or_(
            ServiceArea.category_code.is_(None),
            ServiceArea.category_code == Report.category_code,
            ServiceArea.category_code == parent,
        ),
        func.ST_Covers(ServiceArea.boundary, Report.location),
    )


def _texts(values: Sequence[str]) -> ColumnElement[Any]:
    return literal(list(values), ARRAY(SqlText))


def _envelope(box: BBox) -> ColumnElement[Any]:
    return func.ST_MakeEnvelope(box.west, box.south, box.east, box.north, _WGS84)
