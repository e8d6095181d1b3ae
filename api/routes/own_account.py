"""The own account: password and sessions, over HTTP and on the page ``/account``."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from api.auth import Caller, SignedIn, address_of, session_limits
from api.dependencies import NO_STORE, StrictRoute, json_answer
from api.page_answers import actor_of, context_of, page, see_other, sign_in_first
from api.posted import PostedForm
from api.schemas.session import NewPassword, SessionsView
from gis.errors import InvalidInput, TooManyAttempts
from gis.own_account import (
    change_own_password,
    end_other_sessions,
    end_own_session,
    list_own_sessions,
)
from gis.passwords import SHORTEST_PASSWORD
from maps.agents import agent_words
from maps.pages import render_page

router = APIRouter(tags=["sessions"], route_class=StrictRoute)
pages = APIRouter(include_in_schema=False)

DONE = ("password", "ended")


@router.put("/account/password", status_code=204)
def put_password(request: Request, caller: SignedIn, body: NewPassword) -> Response:
    """Set another password; every other session of the account ends."""
    _change(request, caller, body.current, body.password)
    return Response(status_code=204, headers=NO_STORE)


@router.get("/sessions", response_model=SessionsView)
def read_sessions(caller: SignedIn) -> Response:
    """List the account's sessions that hold, the present one first."""
    return json_answer(orjson.dumps({"items": _sessions(caller)}))


@router.delete("/sessions/others", status_code=204)
def delete_other_sessions(caller: SignedIn) -> Response:
    """Sign out everywhere else."""
    _end_others(caller)
    return Response(status_code=204, headers=NO_STORE)


@router.delete("/sessions/{session_id}", status_code=204)
def delete_session(caller: SignedIn, session_id: str) -> Response:
    """End one session of the account."""
    with caller.transaction() as (tx, actor):
        end_own_session(tx, actor, session_id)
    return Response(status_code=204, headers=NO_STORE)


@pages.get("/account")
def show_account(request: Request, caller: SignedIn) -> Response:
    """Show the own account: who one is here, password, sessions and language."""
    return _account(request, caller)


@pages.post("/account/password")
def post_password(request: Request, caller: SignedIn, posted: PostedForm) -> Response:
    """Change the password, or say beside the field what is wrong."""
    current, password = posted.text("current"), posted.text("password")
    if actor_of(caller) is None:
        return sign_in_first(request)
    if password != posted.text("again"):
        return _account(request, caller, {"again": "differ"}, status=422)
    try:
        _change(request, caller, current, password)
    except InvalidInput as error:
        field = error.errors[0].field
        short = field == "password" and len(password) < SHORTEST_PASSWORD
        problem = "short" if short else {"current": "wrong", "password": "same"}[field]
        return _account(request, caller, {field: problem}, status=422)
    except TooManyAttempts:
        return _account(request, caller, {"current": "later"}, status=429)
    return see_other("/account?done=password")


@pages.post("/account/sessions/others")
def post_end_others(caller: SignedIn) -> Response:
    """Sign out everywhere else."""
    _end_others(caller)
    return see_other("/account?done=ended")


@pages.post("/account/sessions/{session_id}")
def post_end_session(caller: SignedIn, session_id: str) -> Response:
    """End one session of the account."""
    with caller.transaction() as (tx, actor):
        end_own_session(tx, actor, session_id)
    return see_other("/account?done=ended")


def _change(request: Request, caller: Caller, current: str, password: str) -> None:
    with caller.read() as (_, actor):
        pass
    change_own_password(
        caller.services.db, actor, caller.token or "", current=current, password=password,
        now=caller.now, address=address_of(request),
    )  # fmt: skip


def _end_others(caller: Caller) -> None:
    with caller.transaction() as (tx, actor):
        end_other_sessions(tx, actor, caller.token or "")


def _sessions(caller: Caller) -> list[dict[str, Any]]:
    limits = session_limits(caller.services.settings)
    with caller.read() as (tx, actor):
        return list_own_sessions(tx, actor, caller.token or "", now=caller.now, limits=limits)


def _account(
    request: Request, caller: Caller, problems: dict[str, str] | None = None, *, status: int = 200
) -> Response:
    actor = actor_of(caller)
    if actor is None:
        return sign_in_first(request)
    context = context_of(request, actor, path="/account")
    done = request.query_params.get("done", "")
    sessions = [{**one, "words": agent_words(one["agent"])} for one in _sessions(caller)]
    html = render_page(
        caller.services.pages, "account.html", context, word_groups=(), sessions=sessions,
        problems=problems or {}, done=done if done in DONE else "", shortest=SHORTEST_PASSWORD,
    )  # fmt: skip
    return page(request, context, html, status=status)
