"""The pages people look at, and the files they load."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import HTMLResponse, Response

from api.auth import COOKIE, Caller, SignedIn, address_of, session_limits, set_session_cookie
from api.page_answers import actor_of, context_of, page, see_other, sign_in_first
from api.posted import PostedForm
from api.services import services_of
from gis.changes import read_horizon
from gis.errors import InvalidInput, NotAuthenticated, NotFound, TooManyAttempts
from gis.homes import home_of
from gis.sessions import end_session, list_demo_accounts, sign_in
from gis.workflow.table import ACTIONS
from maps.console import ROLES as CONSOLE_ROLES
from maps.console import render_console
from maps.pages import PageContext, SignInForm, render_docs, render_home, render_map, render_sign_in

router = APIRouter(include_in_schema=False)

OPENAPI_URL = "/api/v1/openapi.json"
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}


@router.get("/")
def home(request: Request, caller: SignedIn) -> HTMLResponse:
    """Show the sign-in form, or the home of whoever is signed in."""
    context = context_of(request, actor_of(caller))
    if context.actor is None:
        context = _with_demo_accounts(caller, context)
        form = SignInForm(next=_own_path(request.query_params.get("next", "/")))
        return page(request, context, render_sign_in(caller.services.pages, context, form))
    with caller.read() as (tx, actor):
        waiting = home_of(tx, actor, caller.now)
    done = request.query_params.get("done", "")
    html = render_home(caller.services.pages, context, waiting, done if done in ACTIONS else "")
    return page(request, context, html)


@router.post("/sign-in")
def post_sign_in(request: Request, posted: PostedForm, caller: SignedIn) -> Response:
    """Sign in with the form and go on to where one wanted to."""
    services = caller.services
    try:
        opened = sign_in(
            services.db,
            posted.text("username"),
            posted.text("password"),
            now=caller.now,
            address=address_of(request),
            agent=request.headers.get("user-agent", ""),
            limits=session_limits(services.settings),
        )
    except (InvalidInput, NotAuthenticated, TooManyAttempts) as error:
        wanted = _own_path(posted.text("next"))
        context = replace(context_of(request, None, path="/"), query=(("next", wanted),))
        later = isinstance(error, TooManyAttempts)
        form = SignInForm(
            problem="sign_in.later" if later else "sign_in.wrong",
            username=posted.text("username"),
            next=wanted,
        )
        html = render_sign_in(services.pages, _with_demo_accounts(caller, context), form)
        return page(request, context, html, status=429 if later else 401)
    response = see_other(_own_path(posted.text("next")))
    set_session_cookie(request, response, opened.token)
    return response


@router.post("/sign-out")
def post_sign_out(request: Request, caller: SignedIn) -> Response:
    """Sign the browser out: the session of its cookie holds no longer."""
    token = request.cookies.get(COOKIE)
    if token:
        with caller.services.db.transaction() as tx:
            end_session(tx, token)
    response = see_other("/")
    response.delete_cookie(COOKIE)
    return response


def _with_demo_accounts(caller: Caller, context: PageContext) -> PageContext:
    with caller.services.db.read() as tx:
        return replace(context, demo_accounts=tuple(list_demo_accounts(tx)))


def _own_path(path: str) -> str:
    """Return a path of ours to go to; anything else would let a link lead elsewhere."""
    return path if re.match(r"/(?![/\\])", path) else "/"


@router.get("/map")
def show_map(request: Request, caller: SignedIn) -> Response:
    """Show the console or the map; whoever is not signed in is asked to, and comes back here."""
    actor = actor_of(caller)
    if actor is None:
        return sign_in_first(request)
    context = context_of(request, actor)
    pages = caller.services.pages
    if actor.role in CONSOLE_ROLES:
        with caller.services.db.read(actor) as tx:
            position = str(read_horizon(tx).position)
        return page(request, context, render_console(pages, context, actor, position))
    return page(request, context, render_map(pages, context))


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
