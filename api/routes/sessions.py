"""``/sessions``: signing in and out."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.auth import COOKIE, SignedIn, address_of, session_limits, set_session_cookie
from api.dependencies import NO_STORE, StrictRoute, json_answer
from api.schemas.session import ActorView, SessionView, SignIn
from api.services import services_of
from gis.audience import Actor
from gis.sessions import end_session, end_sessions, sign_in

router = APIRouter(prefix="/sessions", tags=["sessions"], route_class=StrictRoute)


@router.post("", status_code=201, response_model=SessionView)
def open_session(request: Request, body: SignIn) -> Response:
    """Sign in; the token is also set as a cookie, for browsers."""
    services = services_of(request)
    opened = sign_in(
        services.db,
        body.username,
        body.password,
        now=services.clock.now(),
        address=address_of(request),
        agent=request.headers.get("user-agent", ""),
        limits=session_limits(services.settings),
    )
    view = SessionView(
        token=opened.token, actor=actor_view(opened.actor), expires_at=opened.expires_at
    )
    response = json_answer(view.model_dump_json().encode(), status=201)
    set_session_cookie(request, response, opened.token)
    return response


@router.delete("/current", status_code=204)
def close_session(caller: SignedIn) -> Response:
    """Sign out; the token holds no longer."""
    with caller.transaction() as (tx, _):
        end_session(tx, caller.token or "")
    response = Response(status_code=204, headers=NO_STORE)
    response.delete_cookie(COOKIE)
    return response


@router.delete("", status_code=204)
def close_every_session(caller: SignedIn) -> Response:
    """Sign out everywhere: every session of this account ends."""
    with caller.transaction() as (tx, actor):
        end_sessions(tx, actor.account_id)
    response = Response(status_code=204, headers=NO_STORE)
    response.delete_cookie(COOKIE)
    return response


def actor_view(actor: Actor) -> ActorView:
    """Return an actor as answers show them."""
    return ActorView(
        account_id=actor.account_id,
        username=actor.username,
        name=actor.name,
        role=actor.role,
        county_code=actor.county_code,
        town_code=actor.town_code,
        utility_code=actor.utility_code,
        grid_codes=list(actor.grid_codes),
    )
