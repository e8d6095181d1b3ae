"""``/accounts`` for administrators, and ``/invitations/{code}`` for whoever was invited."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Request, Response

from api.auth import SignedIn
from api.dependencies import NO_STORE, StrictRoute, json_answer
from api.schemas.account import (
    AcceptedView,
    AccountsPage,
    AccountState,
    AccountView,
    InvitedView,
    InviteRequest,
    PasswordRequest,
)
from api.schemas.common import Text
from api.schemas.session import Role
from api.services import Services, services_of
from api.throttled import guessing_refused
from gis.accounts import NewAccount, disable, enable, get_account, list_accounts
from gis.invitations import accept_invitation, invite_account, reset_account

router = APIRouter(tags=["accounts"], route_class=StrictRoute)


def invitation_lasts(services: Services) -> dt.timedelta:
    """Return for how long a one-time code holds in this installation."""
    return dt.timedelta(days=services.settings.invitation_days)


@router.get("/accounts", response_model=AccountsPage)
def read_accounts(
    caller: SignedIn,
    q: Annotated[Text, Query(max_length=100, description="Part of a user name or name.")] = "",
    role: Role | None = None,
    state: AccountState | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: Annotated[Text | None, Query(max_length=100)] = None,
) -> Response:
    """List the county's accounts, by user name."""
    with caller.read() as (tx, actor):
        found = list_accounts(
            tx, actor, text=q, role=role, state=state, limit=limit, cursor=cursor, now=caller.now
        )
    return json_answer(orjson.dumps({"items": found.items, "next": found.next}))


@router.post("/accounts", status_code=201, response_model=InvitedView)
def post_account(caller: SignedIn, body: InviteRequest) -> Response:
    """Make an account without a password; the answer holds the code by which one is set, once."""
    account = NewAccount(**body.model_dump())
    with caller.transaction() as (tx, actor):
        made = invite_account(
            tx, actor, account, now=caller.now, lasts=invitation_lasts(caller.services)
        )
    return json_answer(orjson.dumps(asdict(made)), status=201)


@router.get("/accounts/{username}", response_model=AccountView)
def read_account(caller: SignedIn, username: str) -> Response:
    """Read one account."""
    with caller.read() as (tx, actor):
        row = get_account(tx, actor, username, now=caller.now)
    return json_answer(orjson.dumps(row))


@router.post("/accounts/{username}/reset", response_model=InvitedView)
def post_reset(caller: SignedIn, username: str) -> Response:
    """Take the password away and end every session; the answer holds a new code."""
    with caller.transaction() as (tx, actor):
        made = reset_account(
            tx, actor, username, now=caller.now, lasts=invitation_lasts(caller.services)
        )
    return json_answer(orjson.dumps(asdict(made)))


@router.post("/accounts/{username}/disable", status_code=204)
def post_disable(caller: SignedIn, username: str) -> Response:
    """Keep an account from signing in; its sessions end at once."""
    with caller.transaction() as (tx, actor):
        disable(tx, actor, username, now=caller.now)
    return Response(status_code=204, headers=NO_STORE)


@router.post("/accounts/{username}/enable", status_code=204)
def post_enable(caller: SignedIn, username: str) -> Response:
    """Let a disabled account sign in again."""
    with caller.transaction() as (tx, actor):
        enable(tx, actor, username, now=caller.now)
    return Response(status_code=204, headers=NO_STORE)


@router.post("/invitations/{code}", response_model=AcceptedView)
def post_invitation(request: Request, code: str, body: PasswordRequest) -> Response:
    """Set the password of the account that a code invites; the code holds no longer."""
    services = services_of(request)
    now = services.clock.now()
    with guessing_refused(request), services.db.transaction() as tx:
        username = accept_invitation(tx, code, body.password, now=now)
    return json_answer(orjson.dumps({"username": username}))
