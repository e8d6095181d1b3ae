"""``/locate``: where a report at a point would go, and why."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.auth import SignedIn
from api.dependencies import NO_STORE, StrictRoute, json_answer
from api.schemas.common import Code, Text
from api.schemas.suggestion import Located
from api.suggestion_answers import duplicate_document
from gis.audience import Actor
from gis.datum import parse_crs
from gis.db.database import Row, Transaction
from gis.geometry import Point
from gis.matching import Where, match_point
from gis.report_documents import match_document
from gis.suggestions import list_duplicates

router = APIRouter(tags=["matching"], route_class=StrictRoute)


class LocateParams(BaseModel):
    """A point, and what is the matter there."""

    model_config = ConfigDict(allow_inf_nan=False)

    lon: Annotated[float, Field(examples=[119.409])]
    lat: Annotated[float, Field(examples=[35.995])]
    crs: Annotated[Text, Field(max_length=64)] = "WGS84"
    accuracy_m: Annotated[float | None, Field(ge=0, le=1_000_000)] = None
    category: Code | None = None


@router.get("/locate", response_model=Located)
def locate(caller: SignedIn, params: Annotated[LocateParams, Query()]) -> Response:
    """Match a point without storing anything; with a category, also name likely duplicates."""
    with caller.read() as (tx, actor):
        where = Where.of(
            longitude=params.lon, latitude=params.lat, crs=params.crs, accuracy_m=params.accuracy_m
        )
        match = match_point(tx, actor.county_code, where, category=params.category, at=caller.now)
        duplicates = _duplicates(tx, actor, params.category, where, caller.now)
    located = {
        "location": {"type": "Point", "coordinates": [where.lon, where.lat]},
        "crs": parse_crs(params.crs).name,
        "accuracy_m": params.accuracy_m,
        "category": params.category,
        "match": match_document(match),
        "duplicates": [duplicate_document(actor, row) for row in duplicates],
    }
    return json_answer(orjson.dumps(located), headers=NO_STORE)


def _duplicates(
    tx: Transaction, actor: Actor, category: str | None, where: Where, now: dt.datetime
) -> list[Row]:
    """Return open reports near the point that the actor may read: asked while one is telephoned in."""
    if category is None or where.lon is None or where.lat is None:
        return []
    return list_duplicates(tx, actor, category, Point(where.lon, where.lat), now=now)
