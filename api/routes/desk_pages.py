"""``/notifications`` and ``/callbacks``: what came in for an account, and residents to call back."""

from __future__ import annotations

import re
import uuid
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.auth import Caller, SignedIn
from api.page_answers import actor_of, context_of, page, see_other, sign_in_first
from api.posted import PostedForm
from gis import notifications, personal, reports
from gis.audience import Actor
from gis.errors import Conflict, InvalidInput, NotAllowed, NotAuthenticated
from gis.evaluation import list_callbacks, record_callback
from gis.personal import Person
from maps.desk_pages import Unrecorded, render_callbacks, render_notifications
from maps.refusals import refusal_of

router = APIRouter(include_in_schema=False)

_ROW = re.compile(r"[0-9]{1,18}")


@router.get("/notifications")
def show_notifications(request: Request, caller: SignedIn) -> Response:
    """Show what concerns the account, newest first."""
    actor = actor_of(caller)
    if actor is None:
        return sign_in_first(request)
    context = context_of(request, actor)
    with caller.read() as (tx, _):
        rows = notifications.list_notifications(tx, actor, most=100)
    return page(request, context, render_notifications(caller.services.pages, context, rows))


@router.post("/notifications/read")
def read_notifications(caller: SignedIn, posted: PostedForm) -> Response:
    """Mark all notices as read that the page had; those that came meanwhile nobody has seen."""
    seen = posted.text("up_to")
    if seen and not _ROW.fullmatch(seen):
        raise InvalidInput.of("up_to", "Must be one of the notices.")
    up_to = int(seen) if seen else None
    with caller.transaction() as (tx, actor):
        notifications.mark_notifications_read(tx, actor, None, caller.now, up_to=up_to)
    return see_other("/notifications")


@router.get("/callbacks")
def show_callbacks(
    request: Request, caller: SignedIn, done: Annotated[str, Query()] = ""
) -> Response:
    """Show whom to call, the longest closed first; telephones are masked until asked for."""
    actor = actor_of(caller)
    if actor is None:
        return sign_in_first(request)
    return _queue(request, caller, actor, done=bool(done))


@router.post("/callbacks/{report_id}/reporter")
def show_telephone(request: Request, caller: SignedIn, report_id: str) -> Response:
    """Show one resident's telephone; that it was read is noted.

    Where the report has left the queue meanwhile nobody is to be called: its page says what happened.
    """
    actor = _actor(caller)
    with caller.transaction() as (tx, _):
        key = reports.get_visible_id(tx, actor, report_id)
        if key not in {row["id"] for row in list_callbacks(tx, actor, caller.now)}:
            return see_other(f"/reports/{report_id}")
        person = personal.get_person(tx, actor, key, purpose="callback", now=caller.now)
    return _queue(request, caller, actor, told={key: person})


@router.post("/callbacks/{report_id}")
def post_callback(
    request: Request, caller: SignedIn, report_id: str, posted: PostedForm
) -> Response:
    """Record a call, and what the resident said."""
    actor = _actor(caller)
    with caller.read() as (tx, _):
        key = reports.get_id(tx, actor, report_id)
    try:
        with caller.transaction() as (tx, _):
            record_callback(
                tx, actor, key, posted.text("result"), caller.now,
                answer=posted.text("answer"), comment=posted.text("text"),
            )  # fmt: skip
    except (InvalidInput, Conflict, NotAllowed) as error:
        refusal = refusal_of(error, context_of(request, actor).say)
        sent = {name: posted.text(name) for name in ("result", "answer", "text")}
        kept = Unrecorded(key, refusal, sent)
        return _queue(request, caller, actor, unrecorded=kept, status=422)
    return see_other("/callbacks?done=1")


def _actor(caller: Caller) -> Actor:
    actor = actor_of(caller)
    if actor is None:
        raise NotAuthenticated("The session has ended. Sign in again.")
    return actor


def _queue(
    request: Request,
    caller: Caller,
    actor: Actor,
    *,
    told: dict[uuid.UUID, Person] | None = None,
    unrecorded: Unrecorded | None = None,
    done: bool = False,
    status: int = 200,
) -> Response:
    with caller.read() as (tx, _):
        rows = list_callbacks(tx, actor, caller.now)
    context = context_of(request, actor, path="/callbacks")
    html = render_callbacks(
        caller.services.pages, context, rows, told=told or {}, unrecorded=unrecorded, done=done
    )
    return page(request, context, html, status=status)
