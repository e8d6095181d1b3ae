"""``/places``: named points, for those who cannot give coordinates."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Response

from api.auth import SignedIn
from api.dependencies import NO_STORE, StrictRoute, json_answer
from api.schemas.common import Text
from api.schemas.reference import PlacePage
from gis import lookups

router = APIRouter(prefix="/places", tags=["places"], route_class=StrictRoute)


@router.get("", response_model=PlacePage)
def search_places(
    caller: SignedIn,
    q: Annotated[
        Text,
        Query(
            min_length=1,
            max_length=100,
            description="Part of a name in Chinese or English, pinyin, or its initials.",
            examples=["盛龙", "slhy"],
        ),
    ],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Response:
    """Search places by name, the best match first."""
    with caller.read() as (tx, actor):
        items = lookups.search_places(tx, actor.county_code, q, limit=limit)
    return json_answer(orjson.dumps({"items": items}), headers=NO_STORE)
