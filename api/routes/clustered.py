"""``/reports/clustered``: the reports of a view, in piles when they are many."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Response
from pydantic import Field

from api.auth import SignedIn
from api.dependencies import GEOJSON, StrictRoute, json_answer
from api.schemas.filters import FilterParams
from gis import reports
from gis.filter_checks import check_filters
from gis.report_piles import MOST_POINTS, pile_feature, pile_reports, shows_points, whole_view

router = APIRouter(prefix="/reports", tags=["reports"], route_class=StrictRoute)


class ViewParams(FilterParams):
    """A view, and what is shown in it."""

    zoom: Annotated[int, Field(ge=0, le=22, description="Of the map, in Web Mercator.")]


_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {GEOJSON: {"schema": {"type": "object"}}}}
}


@router.get("/clustered", response_class=Response, responses=_ANSWERS)
def get_clustered(caller: SignedIn, params: Annotated[ViewParams, Query()]) -> Response:
    """Show the reports of a view: one by one when they are few or near, else in piles that count them."""
    filters = whole_view(params.filters(), params.zoom)
    with caller.read() as (tx, actor):
        check_filters(tx, actor.county_code, filters)
        piles = pile_reports(tx, actor, filters, zoom=params.zoom, now=caller.now)
        single = shows_points(piles, params.zoom)
        if single:
            ids = reports.list_page(
                tx, actor, filters, limit=MOST_POINTS, cursor=None, now=caller.now
            ).ids
        else:
            ids = [pile.some_id for pile in piles if pile.count == 1]
        points = reports.features_json(tx, actor, ids, now=caller.now)
    head = {
        "type": "FeatureCollection",
        "zoom": params.zoom,
        "total": sum(pile.count for pile in piles),
        "piled": not single,
    }
    heaps = [] if single else [orjson.dumps(pile_feature(one)) for one in piles if one.count > 1]
    features = b",".join([*heaps, *filter(None, [points[1:-1].strip()])])
    return json_answer(
        orjson.dumps(head)[:-1] + b',"features":[' + features + b"]}", media_type=GEOJSON
    )
