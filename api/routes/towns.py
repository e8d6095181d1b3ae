"""``/towns``: the towns and subdistricts of the county."""

from __future__ import annotations

from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Query, Request, Response

from api.auth import SignedIn
from api.dependencies import GEOJSON, StrictRoute, tagged
from api.schemas.reference import TownPage
from gis import lookups

router = APIRouter(prefix="/towns", tags=["grids"], route_class=StrictRoute)


@router.get(
    "",
    response_model=TownPage,
    responses={
        200: {
            "model": TownPage,
            "content": {GEOJSON: {"schema": {"$ref": "#/components/schemas/TownCollection"}}},
        }
    },
)
def list_towns(
    request: Request, caller: SignedIn, f: Annotated[Literal["json", "geojson"], Query()] = "json"
) -> Response:
    """List all towns, by code."""
    with caller.read() as (tx, actor):
        if f == "geojson":
            content = lookups.towns_geojson(tx, actor.county_code)
            return tagged(request, content, media_type=GEOJSON)
        items = lookups.list_towns(tx, actor.county_code)
    return tagged(request, orjson.dumps({"items": items}))
