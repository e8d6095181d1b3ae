"""The pages people look at, and the files they load."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Header, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.auth import Caller, SignedIn, is_loopback
from api.dependencies import NO_STORE
from api.services import services_of
from gis.audience import Actor
from gis.errors import NotAuthenticated, NotFound
from gis.sessions import list_demo_accounts
from maps.language import COOKIE, choose_language
from maps.pages import PageContext, render_docs, render_home, render_map

router = APIRouter(include_in_schema=False)

OPENAPI_URL = "/api/v1/openapi.json"
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
_YEAR_S = 31_536_000


def _actor_of(caller: Caller) -> Actor | None:
    try:
        with caller.read() as (_, actor):
            return actor
    except NotAuthenticated:
        return None


def _context(request: Request, actor: Actor | None) -> PageContext:
    language = choose_language(
        request.query_params.get("lang"),
        request.cookies.get(COOKIE),
        request.headers.get("accept-language"),
    )
    query = tuple(
        (name, text) for name, text in request.query_params.multi_items() if name != "lang"
    )
    return PageContext(language, request.url.path, query, actor)


def _page(request: Request, context: PageContext, html: str) -> HTMLResponse:
    """Answer with a page; an address that chooses a language makes the browser keep it."""
    response = HTMLResponse(html, headers=NO_STORE)
    if "lang" in request.query_params:
        response.set_cookie(
            COOKIE,
            context.language,
            max_age=_YEAR_S,
            samesite="lax",
            secure=not is_loopback(request.url.hostname or ""),
        )
    return response


@router.get("/")
def home(request: Request, caller: SignedIn) -> HTMLResponse:
    """Show the sign-in form, or the home of whoever is signed in."""
    context = _context(request, _actor_of(caller))
    if context.actor is None:
        with caller.services.db.read() as tx:
            context = replace(context, demo_accounts=tuple(list_demo_accounts(tx)))
    return _page(request, context, render_home(caller.services.pages, context))


@router.get("/map")
def show_map(request: Request, caller: SignedIn) -> Response:
    """Show the map; whoever is not signed in is asked to, and comes back to the same view."""
    actor = _actor_of(caller)
    if actor is None:
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(
            f"/?next={quote(wanted, safe='')}", status_code=303, headers=NO_STORE
        )
    context = _context(request, actor)
    return _page(request, context, render_map(caller.services.pages, context))


@router.get("/docs")
def docs(request: Request, caller: SignedIn) -> HTMLResponse:
    """Show the description of the API, to read and to try."""
    context = _context(request, _actor_of(caller))
    return _page(request, context, render_docs(caller.services.pages, context, OPENAPI_URL))


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
