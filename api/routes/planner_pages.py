"""``/map/hotspots``: the planner's page."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.auth import SignedIn
from api.page_answers import actor_of, context_of, page, sign_in_first
from gis.layering.scopes import check_may_analyse
from maps.pages import render_hotspots

router = APIRouter(include_in_schema=False)


@router.get("/map/hotspots")
def show_hotspots(request: Request, caller: SignedIn) -> Response:
    """Show where reports concentrate, to those who look after the whole county."""
    actor = actor_of(caller)
    if actor is None:
        return sign_in_first(request)
    check_may_analyse(actor)
    context = context_of(request, actor)
    return page(request, context, render_hotspots(caller.services.pages, context))
