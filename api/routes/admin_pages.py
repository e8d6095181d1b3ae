"""``/admin``: accounts, roster and what administrators did; ``/invitation`` for whoever was invited."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.auth import Caller, SignedIn
from api.page_answers import actor_of, context_of, page, see_other, sign_in_first
from api.posted import Posted, PostedForm
from api.routes.accounts import invitation_lasts
from api.throttled import guessing_refused
from gis.accounts import NewAccount, check_admin, disable, enable, list_accounts
from gis.admin_events import list_admin_events
from gis.audience import Actor
from gis.errors import Conflict, InvalidInput, NotFound, TooManyAttempts
from gis.invitations import Invited, accept_invitation, invite_account, reset_account
from gis.models.account import ROLES
from gis.retention import NOT_ERASED, rules_of
from gis.roster import STAFF_ROLES, change_person, get_person, list_roster
from maps.pages import PageContext, render_page

router = APIRouter(include_in_schema=False)

STATES = ("active", "invited", "disabled")
PAGE = 50


def _admin_page(
    request: Request,
    caller: Caller,
    template: str,
    told: Callable[[Actor, PageContext], dict[str, Any]],
    *,
    path: str | None = None,
    status: int = 200,
) -> Response:
    """Answer with a page of the administrator's, or send whoever is not signed in to do so."""
    actor = actor_of(caller)
    if actor is None:
        return sign_in_first(request)
    check_admin(actor)
    context = context_of(request, actor, path=path)
    html = render_page(
        caller.services.pages, template, context, word_groups=(), **told(actor, context)
    )
    return page(request, context, html, status=status)


def _chosen(request: Request, name: str, among: tuple[str, ...]) -> str | None:
    text = request.query_params.get(name)
    return text if text in among else None


@router.get("/admin")
def show_admin(request: Request, caller: SignedIn) -> Response:
    """Show the doors of the administrator, and what was done lately."""

    def told(actor: Actor, _: PageContext) -> dict[str, Any]:
        with caller.read() as (tx, _who):
            return {"events": list_admin_events(tx, actor.county_code)}

    return _admin_page(request, caller, "admin.html", told)


@router.get("/admin/accounts")
def show_accounts(request: Request, caller: SignedIn) -> Response:
    """List accounts, and offer to invite."""
    return _accounts(request, caller)


@router.post("/admin/accounts")
def post_invite(request: Request, caller: SignedIn, posted: PostedForm) -> Response:
    """Invite somebody; the answer is the only place the code is ever shown."""
    account = NewAccount(
        username=posted.text("username").strip(),
        name=posted.text("name").strip(),
        role=posted.text("role"),
        town_code=posted.text("town_code") or None,
        utility_code=posted.text("utility_code") or None,
        staff_code=posted.text("staff_code").strip() or None,
    )
    try:
        with caller.transaction() as (tx, actor):
            made = invite_account(
                tx, actor, account, now=caller.now, lasts=invitation_lasts(caller.services)
            )
    except InvalidInput as error:
        problems = {one.field: one.reason for one in error.errors}
        return _accounts(request, caller, typed=posted, problems=problems, status=422)
    except Conflict:
        taken = {"staff_code" if account.staff_code else "username": "taken"}
        return _accounts(request, caller, typed=posted, problems=taken, status=409)
    return _accounts(request, caller, made=made)


@router.post("/admin/accounts/{username}/{step}")
def post_step(request: Request, caller: SignedIn, username: str, step: str) -> Response:
    """Reset, disable or enable an account."""
    if step == "reset":
        with caller.transaction() as (tx, actor):
            lasts = invitation_lasts(caller.services)
            made = reset_account(tx, actor, username, now=caller.now, lasts=lasts)
        return _accounts(request, caller, made=made)
    steps = {"disable": disable, "enable": enable}
    if step not in steps:
        raise NotFound("There is no such step.")
    with caller.transaction() as (tx, actor):
        steps[step](tx, actor, username, now=caller.now)
    return see_other(f"/admin/accounts?q={quote(username, safe='')}")


def _accounts(
    request: Request,
    caller: Caller,
    *,
    typed: Posted | None = None,
    problems: dict[str, str] | None = None,
    made: Invited | None = None,
    status: int = 200,
) -> Response:
    asked = request.query_params
    role, state = _chosen(request, "role", ROLES), _chosen(request, "state", STATES)

    def told(_: Actor, _context: PageContext) -> dict[str, Any]:
        with caller.read() as (tx, actor):
            found = list_accounts(
                tx, actor, text=asked.get("q", ""), role=role, state=state,  # type: ignore[arg-type]
                limit=PAGE, cursor=asked.get("cursor"), now=caller.now,
            )  # fmt: skip
        form = typed or Posted(
            {name: [asked[name]] for name in ("staff_code", "name", "role") if name in asked}
        )
        return {
            "found": found, "asked": {"q": asked.get("q", ""), "role": role, "state": state},
            "roles": ROLES, "states": STATES, "form": form, "problems": problems or {},
            "made": made, "address": str(request.base_url.replace(path="/invitation")),
        }  # fmt: skip

    return _admin_page(
        request, caller, "accounts.html", told, path="/admin/accounts", status=status
    )


@router.get("/admin/roster")
def show_roster(request: Request, caller: SignedIn) -> Response:
    """List the people of the roster."""
    asked = request.query_params
    role = _chosen(request, "role", STAFF_ROLES)
    duty = {"yes": True, "no": False}.get(asked.get("on_duty", ""))

    def told(_: Actor, _context: PageContext) -> dict[str, Any]:
        with caller.read() as (tx, actor):
            found = list_roster(
                tx, actor, text=asked.get("q", ""), town=asked.get("town") or None, role=role,
                on_duty=duty, limit=PAGE, cursor=asked.get("cursor"),
            )  # fmt: skip
        return {
            "found": found,
            "asked": {
                "q": asked.get("q", ""), "town": asked.get("town", ""), "role": role,
                "on_duty": asked.get("on_duty", ""),
            },
            "roles": STAFF_ROLES,
        }  # fmt: skip

    return _admin_page(request, caller, "roster.html", told)


@router.get("/admin/roster/{code}")
def show_person(request: Request, caller: SignedIn, code: str) -> Response:
    """Show one person of the roster, to change."""
    return _person(request, caller, code, {})


@router.post("/admin/roster/{code}")
def post_person(request: Request, caller: SignedIn, posted: PostedForm, code: str) -> Response:
    """Change duty and validity of a person."""
    problems = {}
    days: dict[str, dt.date | None] = {"valid_from": None, "valid_to": None}
    for name in days:
        try:
            text = posted.text(name)
            days[name] = dt.date.fromisoformat(text) if text or name == "valid_from" else None
        except ValueError:
            problems[name] = "day"
    first, last = days["valid_from"], days["valid_to"]
    if not problems and first is not None and last is not None and last < first:
        problems["valid_to"] = "backwards"
    on_duty = posted.text("on_duty") == "yes"
    if problems or first is None:
        typed = {"on_duty": on_duty, **{name: posted.text(name) for name in days}}
        return _person(request, caller, code, problems, typed, status=422)
    with caller.transaction() as (tx, actor):
        change_person(
            tx, actor, code, on_duty=on_duty, valid_from=first, valid_to=last, now=caller.now,
        )  # fmt: skip
    return see_other(f"/admin/roster/{code}?saved=1")


def _person(
    request: Request,
    caller: Caller,
    code: str,
    problems: dict[str, str],
    typed: dict[str, Any] | None = None,
    *,
    status: int = 200,
) -> Response:
    def told(_: Actor, _context: PageContext) -> dict[str, Any]:
        with caller.read() as (tx, actor):
            person = get_person(tx, actor, code)
        return {
            "person": {**person, **(typed or {})}, "problems": problems,
            "saved": "saved" in request.query_params,
        }  # fmt: skip

    return _admin_page(request, caller, "person.html", told, status=status)


@router.get("/invitation")
def show_invitation(request: Request, caller: SignedIn) -> Response:
    """Ask for the one-time code and a password."""
    return _invitation(request, caller)


@router.post("/invitation")
def post_invitation(request: Request, caller: SignedIn, posted: PostedForm) -> Response:
    """Set the password of whoever holds the code."""
    code, password = posted.text("code"), posted.text("password")
    if password != posted.text("again"):
        return _invitation(request, caller, code=code, problems={"again": "differ"}, status=422)
    try:
        with guessing_refused(request), caller.services.db.transaction() as tx:
            username = accept_invitation(tx, code, password, now=caller.now)
    except NotFound:
        return _invitation(request, caller, code=code, problems={"code": "code"}, status=404)
    except TooManyAttempts:
        return _invitation(request, caller, code=code, problems={"code": "later"}, status=429)
    except InvalidInput:
        return _invitation(request, caller, code=code, problems={"password": "short"}, status=422)
    return _invitation(request, caller, done=username)


def _invitation(
    request: Request,
    caller: Caller,
    *,
    code: str = "",
    problems: dict[str, str] | None = None,
    done: str = "",
    status: int = 200,
) -> Response:
    context = context_of(request, actor_of(caller))
    html = render_page(
        caller.services.pages, "invitation.html", context, word_groups=(), code=code,
        problems=problems or {}, done=done,
    )  # fmt: skip
    return page(request, context, html, status=status)


@router.get("/privacy")
def show_privacy(request: Request, caller: SignedIn) -> Response:
    """Say what is stored of people, who sees it and for how long, from the settings."""
    context = context_of(request, actor_of(caller))
    settings = caller.services.settings
    html = render_page(
        caller.services.pages, "privacy.html", context, word_groups=(),
        rules=rules_of(settings), not_erased=list(NOT_ERASED), session_hours=settings.session_hours,
    )  # fmt: skip
    return page(request, context, html)
