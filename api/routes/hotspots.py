"""``/layers`` of the planner: rates, density and hotspots."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path, Query, Request, Response
from PIL import Image
from pydantic import BaseModel

from api import layer_answers as answers
from api import layer_files as files
from api.auth import Caller, SignedIn
from api.dependencies import GEOJSON, StrictRoute, etag_of, json_answer, matches_etag
from api.layer_files import LayerFile
from api.schemas import hotspots as schemas
from api.schemas.layer_params import (
    DensityParams,
    HotspotParams,
    PictureParams,
    SliceParams,
    SurfaceParams,
)
from gis.audience import Actor
from gis.clock import local_day, month_start, zone_named
from gis.db.database import Transaction
from gis.errors import NotFound
from gis.layering.counting import list_causes
from gis.layering.exposures import list_exposures
from gis.layering.frames import Unit, load_county
from gis.layering.outlines import outlines_of
from gis.layering.scopes import Scope, Version, check_may_analyse, scope_of, version_of
from gis.layering.surfaces import class_breaks, scale_of, surface_of
from gis.layering.tiles import HIGHEST_ZOOM, TILE, density_tile
from gis.registry import get_county

router = APIRouter(prefix="/layers", tags=["planning"], route_class=StrictRoute)

_FILE = {"type": "string", "format": "binary"}
_GEOJSON = {"type": "object"}
FILES: dict[int | str, dict[str, Any]] = {
    304: {"description": "Not modified"},
    200: {
        "content": {
            media_type: {"schema": _GEOJSON if media_type == GEOJSON else _FILE}
            for media_type in files.MEDIA_TYPES
        }
    },
}
NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "Not modified"}}
_PNG: dict[int | str, dict[str, Any]] = {
    **NOT_MODIFIED,
    200: {"content": {"image/png": {"schema": _FILE}}},
}
_VARY = "Authorization, Cookie"
_Place = Annotated[int, Path(ge=0, lt=2**HIGHEST_ZOOM)]


@router.get("/exposures", response_model=schemas.Exposures)
def list_all_exposures(caller: SignedIn) -> Response:
    """List what reports can be measured against."""
    with caller.read() as (tx, actor):
        check_may_analyse(actor)
        items = [vars(one) for one in list_exposures(tx, actor.county_code)]
    return json_answer(orjson.dumps({"items": items}))


@router.get("/outlines", response_model=schemas.Outlines, responses=NOT_MODIFIED)
def get_outlines(request: Request, caller: SignedIn) -> Response:
    """Give the grids' outlines in few bytes, to paint layers of grids, communities and towns.

    They are no counts: everybody signed in may read them, as they may `/grids`.
    """
    with caller.read() as (tx, actor):
        version = version_of(tx, actor)
        # Outlines change with the layout, not with every report.
        etag = etag_of(request, "outlines", version.state.layout_id, version.frame)
        headers = {"Cache-Control": "private, no-cache", "ETag": etag, "Vary": _VARY}
        if matches_etag(request, etag):
            return Response(status_code=304, headers=headers)
        layout_id = version.state.layout_id
        county = load_county(tx, actor.county_code, layout_id, version.frame)
        content = orjson.dumps(outlines_of(tx, county, version))
    return json_answer(content, headers=headers)


@router.get("/causes", response_model=schemas.Causes, responses=NOT_MODIFIED)
def list_all_causes(
    request: Request, caller: SignedIn, params: Annotated[SliceParams, Query()]
) -> Response:
    """List the causes that leads fed back for a choice, the most frequent first."""
    return cached(
        request, caller, params, "grid", lambda tx, scope: {"items": list_causes(tx, scope)}
    )


@router.get("/rates", response_model=schemas.Rates, responses=FILES)
def get_rates(
    request: Request, caller: SignedIn, params: Annotated[PictureParams, Query()]
) -> Response:
    """Count the reports of each unit and set them against residents, households or area."""

    def answer(tx: Transaction, scope: Scope) -> dict[str, Any] | LayerFile:
        if params.f == "json":
            return answers.rates_answer(tx, scope, params)
        return files.rates_file(tx, scope, params)

    return cached(request, caller, params, params.unit, answer, counts_only=True)


@router.get("/hotspots", response_model=schemas.Hotspots, responses=FILES)
def get_hotspots(
    request: Request, caller: SignedIn, params: Annotated[HotspotParams, Query()]
) -> Response:
    """Find units whose neighbourhood holds unusually many or few reports, with exact chances."""

    def answer(tx: Transaction, scope: Scope) -> dict[str, Any] | LayerFile:
        make = answers.hotspots_answer if params.f == "json" else files.hotspots_file
        return make(tx, scope, params)

    return cached(request, caller, params, params.unit, answer)


@router.get("/density", response_model=schemas.Density, responses=FILES)
def get_density(
    request: Request, caller: SignedIn, params: Annotated[DensityParams, Query()]
) -> Response:
    """Describe a density surface: its legend per km2, its method and where its tiles are."""

    def answer(tx: Transaction, scope: Scope) -> dict[str, Any] | LayerFile:
        if params.f != "json":
            return files.density_file(tx, scope, params)
        return answers.density_answer(tx, scope, params, request.url.path)

    return cached(request, caller, params, "cell", answer)


@router.get(
    "/density/{z}/{x}/{y}.png", response_class=Response, responses=_PNG, name="density_tile"
)
def get_density_tile(
    request: Request,
    caller: SignedIn,
    z: Annotated[int, Path(ge=0, le=HIGHEST_ZOOM)],
    x: _Place,
    y: _Place,
    params: Annotated[SurfaceParams, Query()],
) -> Response:
    """Draw one tile of a density surface; transparent where nothing is."""
    if max(x, y) >= 2**z:
        raise NotFound("There is no such tile.")
    with caller.read() as (tx, actor):
        check_may_analyse(actor)
        version = version_of(tx, actor)
        headers = headers_of(request, params, actor, version)
        if matches_etag(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        scope = scope_of(tx, actor, params.slice(), version, unit="cell")
        surface = surface_of(tx, scope, params.bandwidth_m)
        scale = params.scale or scale_of(tx, scope, params.bandwidth_m)
        metric = scope.county(tx).metric
    breaks = class_breaks(scale, scope.found)
    tile = (z, x, y)
    content = (
        density_tile(surface, metric, tile, breaks, files.RAMP[len(breaks)]) if breaks else None
    )
    return Response(content or _BLANK, media_type="image/png", headers=headers)


def cached(
    request: Request,
    caller: Caller,
    params: SliceParams,
    unit: Unit,
    answer: Callable[[Transaction, Scope], dict[str, Any] | LayerFile],
    *,
    counts_only: bool = False,
) -> Response:
    """Answer with a layer, or with 304 where the client has this version of it.

    With `counts_only` it tells no more than counts per unit, so sensitive ones may be among them.
    The county's day is part of the version: which step still runs is true on one day only.
    """
    asked = params.slice()
    with caller.read() as (tx, actor):
        check_may_analyse(actor)
        version = version_of(tx, actor)
        today = local_day(caller.now, zone_named(get_county(tx, actor.county_code).timezone))
        headers = headers_of(request, params, actor, version, today)
        if matches_etag(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        scope = scope_of(
            tx,
            actor,
            asked,
            version,
            unit=unit,
            counts_before=month_start(today) if counts_only else None,
        )
        found = answer(tx, scope)
    if isinstance(found, LayerFile):
        headers["Content-Disposition"] = found.disposition
        return Response(found.content, media_type=found.media_type, headers=headers)
    content = orjson.dumps(found, option=orjson.OPT_SERIALIZE_NUMPY)
    return json_answer(content, headers=headers)


def headers_of(
    request: Request,
    params: BaseModel,
    actor: Actor,
    version: Version,
    today: dt.date | None = None,
) -> dict[str, str]:
    """Name the answer by everything it depends on, without computing it."""
    parts = (request.url.path, params.model_dump_json(), version, actor.county_code, today)
    return {
        "Cache-Control": "private, no-cache",
        "ETag": etag_of(request, *parts),
        "Vary": _VARY,
    }


def _blank() -> bytes:
    buffer = io.BytesIO()
    Image.new("P", (TILE, TILE)).save(buffer, "PNG", transparency=0, bits=1)
    return buffer.getvalue()


_BLANK = _blank()
