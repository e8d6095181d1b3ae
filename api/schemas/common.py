"""Parts that several resources share."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from annotated_types import MaxLen
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from gis.blank import SEEN, is_blank
from gis.layers import CellSize


def _storable(text: str) -> str:
    """Refuse what PostgreSQL cannot store: the character NUL, and halves of characters."""
    if "\x00" in text:
        raise ValueError("must not hold the character NUL")
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("must not hold half a character (a lone surrogate)")
    return text


def _telling(text: str) -> str:
    """Refuse what nobody could read."""
    if is_blank(text):
        raise ValueError("holds only white space or characters that cannot be seen")
    return text


Text = Annotated[str, AfterValidator(_storable)]
# The pattern is checked above, where the reason can be told in words.
TellingText = Annotated[
    Text, AfterValidator(_telling), Field(min_length=1, json_schema_extra={"pattern": SEEN})
]
ShortText = Annotated[Text, MaxLen(200)]
Code = Annotated[Text, Field(min_length=1, max_length=64)]


def _day(text: Any) -> Any:
    """Read ``2022-09-20`` and nothing else: what counts by days knows no times."""
    if isinstance(text, dt.date):
        return text
    try:
        return dt.date.fromisoformat(text)
    except (TypeError, ValueError):
        raise ValueError("write a day like 2022-09-20") from None


# Bounded, so that a day, month or year before or after it is still a date.
Day = Annotated[
    dt.date, BeforeValidator(_day), Field(ge=dt.date(1900, 1, 1), le=dt.date(2199, 12, 31))
]


def to_number(text: Any) -> Any:
    """Let a number in a query, which is text, be one of a literal's numbers."""
    return int(text) if str(text).isdecimal() else text


CellSide = Annotated[CellSize, BeforeValidator(to_number)]


class Answer(BaseModel):
    """Base of everything that goes out."""

    # An answer lists every field: clients and tests notice one that is not described.
    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)


class Request(BaseModel):
    """Base of everything that comes in: unknown fields are refused, NaN and infinity too."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class FieldProblem(Answer):
    """What is wrong with one field."""

    field: str
    reason: str


class Problem(BaseModel):
    """A problem document (RFC 9457), media type ``application/problem+json``."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["/problems/invalid-input"])
    title: str
    status: int
    detail: str
    instance: str | None = Field(None, description="Path that was asked.")
    request_id: str | None = Field(None, description="The same as the header X-Request-Id.")
    errors: list[FieldProblem] = []


class PointGeometry(Answer):
    """GeoJSON point, WGS 84, longitude first."""

    type: Literal["Point"]
    coordinates: Annotated[list[float], Field(min_length=2, max_length=2)]


class NamedPlace(Answer):
    """A place that was named instead of coordinates."""

    code: str
    kind: str
    name: str
    name_en: str
    location: PointGeometry


class PolygonGeometry(Answer):
    """GeoJSON polygon or multipolygon, WGS 84, longitude first."""

    type: Literal["Polygon", "MultiPolygon"]
    coordinates: list[Any]
