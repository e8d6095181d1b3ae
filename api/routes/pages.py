"""The pages people look at, and the files they load."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import HTMLResponse, Response

from api.auth import SignedIn
from api.page_answers import actor_of, context_of, page, sign_in_first
from api.services import services_of
from gis.errors import NotFound
from gis.sessions import list_demo_accounts
from maps.pages import render_docs, render_home, render_map

router = APIRouter(include_in_schema=False)

OPENAPI_URL = "/api/v1/openapi.json"
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}


@router.get("/")
def home(request: Request, caller: SignedIn) -> HTMLResponse:
    """Show the sign-in form, or the home of whoever is signed in."""
    context = context_of(request, actor_of(caller))
    if context.actor is None:
        with caller.services.db.read() as tx:
            context = replace(context, demo_accounts=tuple(list_demo_accounts(tx)))
    return page(request, context, render_home(caller.services.pages, context))


@router.get("/map")
def show_map(request: Request, caller: SignedIn) -> Response:
    """Show the map; whoever is not signed in is asked to, and comes back to the same view."""
    actor = actor_of(caller)
    if actor is None:
        return sign_in_first(request)
    context = context_of(request, actor)
    return page(request, context, render_map(caller.services.pages, context))


@router.get("/docs")
def docs(request: Request, caller: SignedIn) -> HTMLResponse:
    """Show the description of the API, to read and to try."""
    context = context_of(request, actor_of(caller))
    return page(request, context, render_docs(caller.services.pages, context, OPENAPI_URL))


@router.get("/assets/{path:path}")
async def asset(
    request: Request, path: str, accept_encoding: Annotated[str, Header()] = ""
) -> Response:
    """Hand out a file of ours; its address changes with its content.

    Raises
    ------
    NotFound
        There is no such file.
    """
    found = services_of(request).pages.assets.get(path)
    if found is None:
        raise NotFound("There is no such file.")
    if found.gzip_body is not None and "gzip" in accept_encoding:
        packed = {**_FOR_EVER, "Content-Encoding": "gzip"}
        return Response(found.gzip_body, media_type=found.media_type, headers=packed)
    return Response(found.body, media_type=found.media_type, headers=_FOR_EVER)
