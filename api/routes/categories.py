"""``/categories``: what a report can be about."""

from __future__ import annotations

import orjson
from fastapi import APIRouter, Request, Response

from api.auth import SignedIn
from api.dependencies import StrictRoute, tagged
from api.schemas.reference import CategoryPage
from gis import lookups

router = APIRouter(prefix="/categories", tags=["categories"], route_class=StrictRoute)


@router.get("", response_model=CategoryPage)
def list_categories(request: Request, caller: SignedIn) -> Response:
    """List all categories in their order, each parent before its children."""
    with caller.read() as (tx, actor):
        found = lookups.list_categories(tx, actor.county_code)
    # How the totals are kept is no matter of clients.
    items = [{k: v for k, v in one.items() if k != "counted_apart"} for one in found]
    return tagged(request, orjson.dumps({"items": items}))
