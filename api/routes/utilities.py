"""``/utilities``: the bodies responsible for matters."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Request, Response

from api.auth import SignedIn
from api.dependencies import StrictRoute, tagged
from api.routes.reports import LIST_ANSWERS, answer_list
from api.schemas.filters import UtilityListParams
from api.schemas.reference import UtilityDetail, UtilityPage
from api.schemas.report import ReportPage
from gis import lookups

router = APIRouter(prefix="/utilities", tags=["utilities"], route_class=StrictRoute)


@router.get("", response_model=UtilityPage)
def list_utilities(request: Request, caller: SignedIn) -> Response:
    """List all utilities, by code."""
    with caller.read() as (tx, actor):
        items = lookups.list_utilities(tx, actor.county_code)
    return tagged(request, orjson.dumps({"items": items}))


@router.get("/{code}", response_model=UtilityDetail)
def get_utility(request: Request, caller: SignedIn, code: str) -> Response:
    """Show one utility with its service areas in force and its depots."""
    with caller.read() as (tx, actor):
        content = lookups.utility_json(tx, actor.county_code, code)
    return tagged(request, content)


@router.get("/{code}/reports", response_model=ReportPage, responses=LIST_ANSWERS)
def list_utility_reports(
    request: Request, caller: SignedIn, code: str, params: Annotated[UtilityListParams, Query()]
) -> Response:
    """List the reports in a utility's service areas, or those assigned to it, as far as the actor may."""
    with caller.read() as (tx, actor):
        lookups.check_utility(tx, actor.county_code, code)
    filters = params.filters()
    narrowed = (
        replace(filters, in_area_of=code)
        if params.scope == "area"
        else replace(filters, assigned_to=code)
    )
    return answer_list(request, caller, params, narrowed)
