"""What every page does before and after its own part: who asks, in which language, and the answer."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.routing import Match

from api.auth import Caller, is_loopback
from api.dependencies import NO_STORE
from api.services import services_of
from gis.audience import Actor
from gis.county_names import CountyNames, county_names
from gis.errors import NotAuthenticated
from gis.notifications import count_unread
from maps.language import COOKIE, choose_language
from maps.pages import DOORS, PageContext
from maps.speech import Speech

_YEAR_S = 31_536_000


def actor_of(caller: Caller) -> Actor | None:
    """Return whoever is signed in, None if nobody is."""
    try:
        with caller.read() as (_, actor):
            return actor
    except NotAuthenticated:
        return None


def context_of(request: Request, actor: Actor | None, *, path: str | None = None) -> PageContext:
    """Return what this request adds to its page: language, address, query and actor.

    Parameters
    ----------
    path
        Address that shows the page again, where the request's own only takes forms; home where
        none is given.
    """
    language = choose_language(
        request.query_params.get("lang"),
        request.cookies.get(COOKIE),
        request.headers.get("accept-language"),
    )
    query = tuple(
        (name, text) for name, text in request.query_params.multi_items() if name != "lang"
    )
    unread, names = _of_actor(request, actor) if actor else (0, None)
    return PageContext(
        language,
        path or path_to_show(request),
        query,
        actor,
        unread=unread,
        doors=_doors(request, actor) if actor else (),
        speech=Speech(language, services_of(request).clock.now(), names),
    )


def path_to_show(request: Request) -> str:
    """Return the path by which a page is asked for again: home, where this one only takes forms."""
    path = request.url.path
    return path if request.method in {"GET", "HEAD"} or _is_served(request, path) else "/"


def _of_actor(request: Request, actor: Actor) -> tuple[int, CountyNames]:
    """Return how many notices wait for an actor, and the names of the actor's county."""
    with services_of(request).db.read(actor) as tx:
        return count_unread(tx, actor), county_names(tx, actor.county_code)


def _doors(request: Request, actor: Actor) -> tuple[tuple[str, str], ...]:
    """Return the pages the bar offers; what this installation does not serve is not offered."""
    offered = [("nav.home", "/"), *DOORS.get(actor.role, ())]
    if actor.town_code is not None:
        offered = [door for door in offered if door[1] != "/map/hotspots"]  # the county's alone
    return tuple((words, path) for words, path in offered if _is_served(request, path))


def _is_served(request: Request, path: str) -> bool:
    asked = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}
    return any(route.matches(asked)[0] is Match.FULL for route in request.app.routes)


def page(request: Request, context: PageContext, html: str, *, status: int = 200) -> HTMLResponse:
    """Answer with a page; an address that chooses a language makes the browser keep it."""
    response = HTMLResponse(html, status_code=status, headers=NO_STORE)
    if "lang" in request.query_params:
        response.set_cookie(
            COOKIE,
            context.language,
            max_age=_YEAR_S,
            samesite="lax",
            secure=not is_loopback(request.url.hostname or ""),
        )
    return response


def see_other(path: str) -> RedirectResponse:
    """Send a browser that has posted a form on to a page, so that reloading posts nothing again."""
    return RedirectResponse(path, status_code=303, headers=NO_STORE)


def sign_in_first(request: Request) -> RedirectResponse:
    """Send whoever is not signed in to the sign-in form, and back here afterwards."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/?next={quote(wanted, safe='')}", status_code=303, headers=NO_STORE)
