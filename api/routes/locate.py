"""``/locate``: where a report would go, and why."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Response

from api.auth import SignedIn
from api.dependencies import NO_STORE, StrictRoute, json_answer
from api.intake import where_of
from api.schemas.suggestion import Located, LocateParams
from api.suggestion_answers import duplicate_document
from gis.audience import Actor
from gis.db.database import Row, Transaction
from gis.geometry import Point
from gis.lookups import find_place
from gis.matching import Where, match_point
from gis.report_documents import match_document, place_document, point_document
from gis.suggestions import list_duplicates

router = APIRouter(tags=["matching"], route_class=StrictRoute)


@router.get("/locate", response_model=Located)
def locate(caller: SignedIn, params: Annotated[LocateParams, Query()]) -> Response:
    """Match without storing anything; with a category, also name likely duplicates.

    The match, the location and the place are those that a report with the same words would get.
    """
    where = where_of(params)
    with caller.read() as (tx, actor):
        match = match_point(tx, actor.county_code, where, category=params.category, at=caller.now)
        place = find_place(tx, actor.county_code, where.place_code) if where.place_code else None
        duplicates = _duplicates(tx, actor, params.category, _point(where, place), caller.now)
    located = {
        "location": point_document(where.lon, where.lat),
        "place": place_document(place) if place else None,
        "crs": where.crs,
        "accuracy_m": where.accuracy_m,
        "category": params.category,
        "match": match_document(match),
        "duplicates": [duplicate_document(actor, row) for row in duplicates],
    }
    return json_answer(orjson.dumps(located), headers=NO_STORE)


def _point(where: Where, place: Row | None) -> Point | None:
    """Return the point given, else that of the place named."""
    if where.lon is not None and where.lat is not None:
        return Point(where.lon, where.lat)
    return Point(place["longitude"], place["latitude"]) if place else None


def _duplicates(
    tx: Transaction, actor: Actor, category: str | None, near: Point | None, now: dt.datetime
) -> list[Row]:
    """Return open reports near the point that the actor may read: asked while one is telephoned in."""
    if category is None or near is None:
        return []
    return list_duplicates(tx, actor, category, near, now=now)
