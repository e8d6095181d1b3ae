"""``/categories``: what a report can be about, and how administrators keep it."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, Header, Request, Response

from api.auth import SignedIn
from api.dependencies import NO_STORE, StrictRoute, json_answer, tagged
from api.schemas.category import CategoryBody, KeptCategory, NewCategory
from api.schemas.reference import CategoryPage
from gis import lookups
from gis.categories import add_category, change_category, get_category, version_of
from gis.db.database import Row

router = APIRouter(prefix="/categories", tags=["categories"], route_class=StrictRoute)


@router.get("", response_model=CategoryPage)
def list_categories(request: Request, caller: SignedIn) -> Response:
    """List all categories in their order, each parent before its children."""
    with caller.read() as (tx, actor):
        found = lookups.list_categories(tx, actor.county_code)
    # How the totals are kept is no matter of clients.
    items = [{k: v for k, v in one.items() if k != "counted_apart"} for one in found]
    return tagged(request, orjson.dumps({"items": items}))


@router.post("", status_code=201, response_model=KeptCategory)
def post_category(caller: SignedIn, body: NewCategory) -> Response:
    """Add a category."""
    with caller.transaction() as (tx, actor):
        row = add_category(tx, actor, body.code, body.draft(), now=caller.now)
    return _kept(row, status=201)


@router.get("/{code}", response_model=KeptCategory)
def read_category(caller: SignedIn, code: str) -> Response:
    """Read one category with its limits and its cluster rule."""
    with caller.read() as (tx, actor):
        row = get_category(tx, actor, code)
    return _kept(row)


@router.put("/{code}", response_model=KeptCategory)
def put_category(
    caller: SignedIn,
    code: str,
    body: CategoryBody,
    if_match: Annotated[str | None, Header(description="The version the actor saw.")] = None,
) -> Response:
    """Make a category what is sent; changed limits hold for reports received from now on."""
    seen = (if_match or "").strip().removeprefix("W/").strip('"')
    with caller.transaction() as (tx, actor):
        row = change_category(
            tx, actor, code, body.draft(), seen=seen if seen not in {"", "*"} else None,
            now=caller.now,
        )  # fmt: skip
    return _kept(row)


def _kept(row: Row, *, status: int = 200) -> Response:
    version = version_of(row)
    headers = {**NO_STORE, "ETag": f'"{version}"'}
    return json_answer(orjson.dumps({**row, "version": version}), status=status, headers=headers)
