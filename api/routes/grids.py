"""``/grids``: the polygons of responsibility in force."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from api.auth import SignedIn
from api.dependencies import GEOJSON, NO_STORE, StrictRoute, json_answer, tagged
from api.schemas.common import Code, Text
from api.schemas.filters import BBOX_SHAPE
from api.schemas.reference import GridDetail, GridNames, GridPage
from gis import lookups
from gis.filter_checks import check_code
from gis.geometry import BBox
from gis.layers import count_in_grid

router = APIRouter(prefix="/grids", tags=["grids"], route_class=StrictRoute)

# Roles that go out or send others out; to everybody else the people of a grid have names only.
_MAY_CALL = frozenset({"admin", "supervisor", "dispatcher", "grid_staff", "utility"})


class GridParams(BaseModel):
    """Which grids, and in which form."""

    bbox: Annotated[
        str | None,
        Field(json_schema_extra=BBOX_SHAPE, description="Selects the grids it touches; cuts none."),
    ] = None
    town: Code | None = None
    f: Literal["json", "geojson", "names"] = "json"
    limit: Annotated[int, Field(ge=1, le=1000, description="Of a page of json.")] = 1000
    cursor: Annotated[Text | None, Field(max_length=64)] = None


@router.get(
    "",
    response_model=GridPage | GridNames,
    responses={
        200: {
            "model": GridPage | GridNames,
            "content": {GEOJSON: {"schema": {"$ref": "#/components/schemas/GridCollection"}}},
        }
    },
)
def list_grids(
    request: Request, caller: SignedIn, params: Annotated[GridParams, Query()]
) -> Response:
    """List the active layout's grids: all of them as GeoJSON or as columns of names, by pages as JSON."""
    bbox = BBox.parse(params.bbox) if params.bbox is not None else None
    with caller.read() as (tx, actor):
        if params.town is not None:
            check_code(tx, actor.county_code, "town", params.town)
        if params.f == "geojson":
            content = lookups.grids_geojson(tx, actor.county_code, bbox=bbox, town=params.town)
            return tagged(request, content, media_type=GEOJSON)
        if params.f == "names":
            layout, rows = lookups.grid_names(tx, actor.county_code, bbox=bbox, town=params.town)
            return tagged(request, _columns(layout, rows))
        page = lookups.list_grids(
            tx, actor.county_code,
            bbox=bbox, town=params.town, limit=params.limit, cursor=params.cursor,
        )  # fmt: skip
    content = orjson.dumps({"layout": page.layout, "items": page.items, "next": page.next})
    return tagged(request, content)


def _columns(layout: str | None, rows: list[dict[str, Any]]) -> bytes:
    """Return codes and names, each as one list: alike beside alike compresses best."""
    columns = {"codes": "code", "names": "name", "names_en": "name_en"}
    return orjson.dumps(
        {"layout": layout, **{name: [row[of] for row in rows] for name, of in columns.items()}}
    )


@router.get("/{code}", response_model=GridDetail)
def get_grid(caller: SignedIn, code: str) -> Response:
    """Show one grid: its people today, party branch, five haves and counts."""
    with caller.read() as (tx, actor):
        grid: dict[str, Any] = lookups.get_grid(tx, actor.county_code, code, now=caller.now)
        counts = count_in_grid(tx, actor, grid.pop("layout_id"), code)
    if actor.role not in _MAY_CALL:
        grid["staff"] = [{**person, "telephone": ""} for person in grid["staff"]]
    grid["counts"] = {"total": sum(row["count"] for row in counts), "items": counts}
    return json_answer(orjson.dumps(grid), headers=NO_STORE)
