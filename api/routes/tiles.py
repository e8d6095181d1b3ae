"""``/tiles``: vector tiles."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from api.auth import SignedIn
from api.dependencies import StrictRoute, etag_of, matches_etag, tagged
from api.schemas.filters import FilterParams
from gis.filter_checks import check_filters
from gis.layers import layer_state
from gis.report_filters import ReportFilters
from gis.tiles import check_tile, outline_tile, report_tile

router = APIRouter(prefix="/tiles", tags=["maps"], route_class=StrictRoute)

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}},
    204: {"description": "There is nothing in this tile."},
    304: {"description": "Not modified"},
}
_Z = Annotated[int, Path(description="Zoom, 0 to 22.")]
_Column = Annotated[int, Path(description="From west, in Web Mercator (XYZ).")]
_Row = Annotated[int, Path(description="From north.")]


# Before the outlines: `reports` alone takes filters.
@router.get("/reports/{z}/{x}/{y}.mvt", response_class=Response, responses=_ANSWERS)
def get_report_tile(
    request: Request, caller: SignedIn, z: _Z, x: _Column, y: _Row,
    params: Annotated[FilterParams, Query()],
) -> Response:  # fmt: skip
    """Draw the reports the actor may read: in piles below zoom 15; the open ones unless filtered."""
    check_tile(z, x, y)
    filters = ReportFilters(queue="open") if params == FilterParams() else params.filters()
    with caller.read() as (tx, actor):
        state = layer_state(tx, actor.county_code)
        # Lights change with the time alone; a minute late is soon enough for a map.
        minute = int(caller.now.timestamp()) // 60
        parts = (
            z,
            x,
            y,
            str(request.query_params),
            state,
            minute,
            actor.account_id,
            actor.audience,
        )
        etag = etag_of(request, *parts)
        headers = {
            "Cache-Control": "private, no-cache",
            "ETag": etag,
            "Vary": "Authorization, Cookie",
        }
        if matches_etag(request, etag):
            return Response(status_code=304, headers=headers)
        check_filters(tx, actor.county_code, filters)
        content = report_tile(tx, actor, filters, (z, x, y), now=caller.now)
    if not content:
        return Response(status_code=204, headers=headers)
    return Response(content, media_type=MEDIA_TYPE, headers=headers)


@router.get("/{layer}/{z}/{x}/{y}.mvt", response_class=Response, responses=_ANSWERS)
def get_outline_tile(
    request: Request,
    caller: SignedIn,
    layer: Literal["grids", "towns", "service_areas"],
    z: _Z,
    x: _Column,
    y: _Row,
) -> Response:
    """Draw grids, towns or service areas."""
    check_tile(z, x, y)
    with caller.read() as (tx, actor):
        content = outline_tile(tx, actor.county_code, layer, (z, x, y))
    answer = tagged(request, content, media_type=MEDIA_TYPE)
    if not content and answer.status_code == 200:
        answer = Response(status_code=204, headers={"ETag": answer.headers["ETag"],
                                                    "Cache-Control": answer.headers["Cache-Control"],
                                                    "Vary": answer.headers["Vary"]})  # fmt: skip
    return answer
