"""What every page does before and after its own part: who asks, in which language, and the answer."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.auth import Caller, is_loopback
from api.dependencies import NO_STORE
from gis.audience import Actor
from gis.errors import NotAuthenticated
from maps.language import COOKIE, choose_language
from maps.pages import PageContext

_YEAR_S = 31_536_000


def actor_of(caller: Caller) -> Actor | None:
    """Return whoever is signed in, None if nobody is."""
    try:
        with caller.read() as (_, actor):
            return actor
    except NotAuthenticated:
        return None


def context_of(request: Request, actor: Actor | None) -> PageContext:
    """Return what this request adds to its page: language, address, query and actor."""
    language = choose_language(
        request.query_params.get("lang"),
        request.cookies.get(COOKIE),
        request.headers.get("accept-language"),
    )
    query = tuple(
        (name, text) for name, text in request.query_params.multi_items() if name != "lang"
    )
    return PageContext(language, request.url.path, query, actor)


def page(request: Request, context: PageContext, html: str) -> HTMLResponse:
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


def sign_in_first(request: Request) -> RedirectResponse:
    """Send whoever is not signed in to the sign-in form, and back here afterwards."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/?next={quote(wanted, safe='')}", status_code=303, headers=NO_STORE)
