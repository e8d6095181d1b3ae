"""What a dispatcher is offered: bodies to send a report to, and what it may be the same as."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.common import Answer, Code, NamedPlace, PointGeometry, Text
from api.schemas.match import Match, UtilityMethod, UtilityName
from api.schemas.report import Status
from gis.suggestions import DAYS, RADIUS_M


class SuggestionParams(BaseModel):
    """How near and how lately received a duplicate may be."""

    model_config = ConfigDict(allow_inf_nan=False)

    radius_m: Annotated[float, Field(ge=1, le=2000)] = RADIUS_M
    days: Annotated[int, Field(ge=1, le=90)] = DAYS


class SuggestedUtility(Answer):
    """A body that could take the lead, as the ladder of matching names it."""

    rank: int
    utility: UtilityName
    method: UtilityMethod
    distance_m: Annotated[float | None, Field(description="Metres to its nearest depot.")]
    reason: str
    reason_en: str
    open_reports: Annotated[int, Field(description="What it has in hand as the lead.")]
    overdue_reports: int
    part: Annotated[
        Literal["lead", "assisting"] | None, Field(description="Its part in this report now.")
    ]
    returned: Annotated[bool, Field(description="It returned this report in this round.")]


class LikelyDuplicate(Answer):
    """An open report of the same category or group, near and lately received."""

    id: str
    number: str
    status: Status
    category: str
    same_category: bool
    description: Annotated[str, Field(description="Its first 120 characters.")]
    address: str
    received_at: dt.datetime
    distance_m: float
    location: PointGeometry
    utility: UtilityName | None
    merged_count: int
    photo: Annotated[str | None, Field(description="SHA-256 of one of its photos.")]
    version: int


class Suggestions(Answer):
    """Whom to send a report to, in the order of the ladder, and its likely duplicates."""

    utilities: list[SuggestedUtility]
    duplicates: list[LikelyDuplicate]


class LocateParams(BaseModel):
    """Where it is, in one of the four ways in which a report may say so, and what is the matter.

    Coordinates win over a place or a grid that is named beside them.
    """

    model_config = ConfigDict(allow_inf_nan=False)

    longitude: Annotated[float | None, Field(alias="lon", examples=[119.409])] = None
    latitude: Annotated[float | None, Field(alias="lat", examples=[35.995])] = None
    place_code: Code | None = None
    grid_code: Code | None = None
    place_text: Annotated[Text | None, Field(min_length=1, max_length=400)] = None
    crs: Annotated[Text, Field(max_length=64)] = "WGS84"
    accuracy_m: Annotated[float | None, Field(ge=0, le=1_000_000)] = None
    category: Code | None = None


class Located(Answer):
    """Where a report would go; nothing is stored."""

    location: PointGeometry | None
    place: NamedPlace | None
    crs: Annotated[str, Field(description="Datum of the coordinates as asked.")]
    accuracy_m: float | None
    category: str | None
    match: Match
    duplicates: Annotated[
        list[LikelyDuplicate],
        Field(description="Open reports near it; none where no category is asked about."),
    ]
