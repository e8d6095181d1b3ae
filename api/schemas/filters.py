"""Query parameters that lists, counts and exports of reports share."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.config import JsonDict

from api.schemas.common import Code, Text
from api.schemas.report import Level, Light, Source, Status
from gis.counted import Cases, Dimension
from gis.errors import InvalidInput
from gis.geometry import BBox, Point
from gis.queues import Queue
from gis.report_filters import MAX_RADIUS_M, ReportFilters, polygon_of

LISTS = frozenset({"grid", "town", "category", "tag", "status", "utility", "source", "light"})
"""These may be given more than once or with commas; any other parameter twice is ambiguous."""


def _split(values: Any) -> Any:
    """Take both ``status=a&status=b`` and ``status=a,b``."""
    if isinstance(values, list):
        return [part for value in values for part in str(value).split(",")]
    return values


def _day_or_time(text: Any) -> Any:
    """Read ``2022-09-20`` as a day and ``2022-09-20T08:00+08:00`` as a time."""
    if not isinstance(text, str):
        return text
    try:
        if len(text) <= len("2022-09-20"):
            return dt.date.fromisoformat(text)
        # A plus sign that was not escaped in the address arrives as a space.
        return dt.datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        raise ValueError(
            "write a day like 2022-09-20 or a time like 2022-09-20T08:00+08:00"
        ) from None


_Codes = Annotated[
    list[Annotated[Text, Field(min_length=1, max_length=64)]],
    BeforeValidator(_split),
    Field(max_length=200),
]
_DayOrTime = Annotated[dt.date | dt.datetime, BeforeValidator(_day_or_time)]
# In the description only: what is not four numbers gets a sentence, not a regular expression.
_NUMBER = r"-?[0-9]{1,3}(\.[0-9]{1,7})?"
BBOX_SHAPE: JsonDict = {"pattern": f"^{','.join([_NUMBER] * 4)}$"}
_LON_LAT_SHAPE: JsonDict = {"pattern": f"^{_NUMBER},{_NUMBER}$"}


class FilterParams(BaseModel):
    """What a list of reports is narrowed to."""

    model_config = ConfigDict(allow_inf_nan=False)

    bbox: Annotated[
        str | None,
        Field(description="west,south,east,north in degrees.", json_schema_extra=BBOX_SHAPE),
    ] = None
    grid: _Codes = []
    town: _Codes = []
    category: Annotated[
        _Codes, Field(description="A first-level category stands for all of its children.")
    ] = []
    tag: _Codes = []
    status: Annotated[list[Status], BeforeValidator(_split)] = []
    utility: Annotated[_Codes, Field(description="The utility a report was matched with.")] = []
    staff: Annotated[int | None, Field(ge=0, le=2**63 - 1)] = None
    source: Annotated[list[Source], BeforeValidator(_split)] = []
    light: Annotated[list[Light], BeforeValidator(_split)] = []
    level: Level | None = None
    emergency: Annotated[
        bool,
        Field(description="true: only urgent reports, and those of a matter tagged emergency."),
    ] = False
    queue: Annotated[
        Queue | None,
        Field(
            description="open: not closed; todo: the next step is yours; new: not yet accepted; "
            "not_located: in no grid; ambiguous: perhaps in another grid; waiting_check_in: "
            "dispatched only; overdue: open and past due; returned: by its lead; reopen_requested: a "
            "resident was not satisfied; callback: closed, to be telephoned; mine: open, you took a step."
        ),
    ] = None
    from_: Annotated[
        _DayOrTime | None,
        Field(
            alias="from",
            description="On received_at; a day starts at midnight in the county's zone.",
        ),
    ] = None
    to: Annotated[
        _DayOrTime | None, Field(description="A day is included whole, a time is excluded.")
    ] = None
    near: Annotated[
        str | None,
        Field(description="lon,lat; goes with radius_m.", json_schema_extra=_LON_LAT_SHAPE),
    ] = None
    radius_m: Annotated[float | None, Field(gt=0, le=MAX_RADIUS_M)] = None
    within: Annotated[
        Text | None, Field(max_length=60_000, description="Polygon in degrees, as WKT or GeoJSON.")
    ] = None
    q: Annotated[
        Text, Field(max_length=200, description="Part of description, address, place or number.")
    ] = ""

    counted: Annotated[
        Code | None,
        Field(
            description="Only the cases of this count of /statistics; from and to are its period."
        ),
    ] = None
    counted_by: Annotated[
        Dimension | None, Field(description="With counted: only those of one group.")
    ] = None
    counted_key: Annotated[
        Text | None,
        Field(max_length=200, description="The group; without it those that have none."),
    ] = None

    def filters(self) -> ReportFilters:
        """Return what these parameters mean to the domain.

        Raises
        ------
        InvalidInput
            A box, point or polygon is not one.
        """
        if self.radius_m is not None and self.near is None:
            raise InvalidInput.of("radius_m", "needs near=lon,lat")
        counted = self._counted()
        return ReportFilters(
            bbox=BBox.parse(self.bbox) if self.bbox is not None else None,
            grid=self.grid,
            town=self.town,
            category=self.category,
            tag=self.tag,
            status=self.status,
            utility=self.utility,
            staff=self.staff,
            source=self.source,
            light=self.light,
            level=self.level,
            emergency=self.emergency,
            queue=self.queue,
            received_from=None if counted else self.from_,
            received_to=None if counted else self.to,
            near=_point(self.near),
            radius_m=self.radius_m if self.radius_m is not None else ReportFilters.radius_m,
            within=polygon_of(self.within) if self.within is not None else None,
            text=self.q,
            counted=counted,
        )

    def _counted(self) -> Cases | None:
        if self.counted is None:
            if self.counted_by is not None or self.counted_key is not None:
                raise InvalidInput.of("counted", "goes with counted_by and counted_key")
            return None
        if self.counted_key is not None and self.counted_by is None:
            raise InvalidInput.of("counted_by", "goes with counted_key")
        first, last = self.from_, self.to
        if (
            first is None
            or last is None
            or isinstance(first, dt.datetime)
            or isinstance(last, dt.datetime)
        ):
            raise InvalidInput.of("from", "counted needs from and to as days")
        return Cases(self.counted, first, last, self.counted_by, self.counted_key)


class ListParams(FilterParams):
    """A page of the list, and in which form."""

    limit: Annotated[
        int | None,
        Field(
            ge=1,
            le=1000,
            description="Default 100; csv without limit gives every row.",
        ),
    ] = None
    cursor: Annotated[
        str | None, Field(max_length=200, description="`next` of the page before.")
    ] = None
    f: Literal["json", "geojson", "csv"] = "json"


class UtilityListParams(ListParams):
    """A page of the reports of a utility."""

    scope: Annotated[
        Literal["area", "assigned"],
        Field(description="area: in its service areas for the matter; assigned: given to it."),
    ] = "area"


def _point(text: str | None) -> Point | None:
    if text is None:
        return None
    try:
        lon, lat = (float(part) for part in text.split(","))
        return Point(lon, lat)
    except (ValueError, InvalidInput):
        raise InvalidInput.of("near", "write lon,lat in degrees") from None
