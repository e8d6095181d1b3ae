"""``/board`` and the page for the wall."""

from __future__ import annotations

import orjson
from fastapi import APIRouter, Request, Response

from api.auth import SignedIn
from api.dependencies import StrictRoute, json_answer
from api.page_answers import actor_of, context_of, page, sign_in_first
from api.schemas.board import Board
from gis.board import board, check_may_watch
from maps.pages import render_page

router = APIRouter(tags=["maps"], route_class=StrictRoute)
pages = APIRouter(include_in_schema=False)


@router.get("/board", response_model=Board)
def get_board(caller: SignedIn) -> Response:
    """Show a day's numbers, lights, queues and the slowest bodies."""
    with caller.read() as (tx, actor):
        found = board(tx, actor, now=caller.now)
    return json_answer(orjson.dumps(found))


@pages.get("/map/board")
def show_board(request: Request, caller: SignedIn) -> Response:
    """Show the board: for a screen on the wall, nothing to click."""
    actor = actor_of(caller)
    if actor is None:
        return sign_in_first(request)
    check_may_watch(actor)
    context = context_of(request, actor)
    return page(request, context, render_page(caller.services.pages, "board.html", context))
