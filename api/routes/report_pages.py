"""``/reports/{id}``: the page on which every actor does their step, with and without a script."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.action_fields import read_action
from api.auth import Caller, SignedIn
from api.page_answers import actor_of, context_of, page, see_other, sign_in_first
from api.posted import Posted, PostedForm, pictures_of
from gis import personal, photos, reports
from gis.audience import Actor
from gis.county_names import county_names
from gis.db.database import Transaction
from gis.dispatching import act
from gis.errors import (
    Conflict,
    GridCallError,
    InvalidInput,
    NotAuthenticated,
    PreconditionFailed,
    PreconditionRequired,
    Unavailable,
)
from gis.evaluation import issue_token
from gis.messages import mark_read
from gis.personal import Person, Purpose
from gis.report_file import ReportFile, open_report
from gis.workflow.guards import parties_of
from gis.workflow.table import ACTIONS
from maps.action_forms import Sent
from maps.refusals import refusal_of
from maps.report_page import Shown, render_evaluation_qr, render_report, render_work_order

router = APIRouter(include_in_schema=False)

PHOTO = "photo"
PATHS_WITH_PHOTOS = re.compile("/reports/(new|[^/]+/act)")
MOST_BODY_BYTES = 4 * photos.MOST_BYTES
_ADDERS = frozenset({"centre", "grid", "reporter", "lead", "assisting"})
_SHOWS_QR = frozenset({"dispatcher", "grid_staff"})
# What sends the form back to whoever sent it; everything else is a page of its own.
_SENT_BACK: tuple[tuple[type[GridCallError], int], ...] = (
    (InvalidInput, 422),
    (PreconditionRequired, 428),
    (PreconditionFailed, 412),
    (Conflict, 409),
    (Unavailable, 503),
)


@router.get("/reports/{report_id}")
def show_report(
    request: Request, caller: SignedIn, report_id: str, done: Annotated[str, Query()] = ""
) -> Response:
    """Show a report: how it stands, where, why there, what happened, and what may be done now."""
    actor = actor_of(caller)
    if actor is None:
        return sign_in_first(request)
    shown = Shown(done=done if done in {*ACTIONS, PHOTO} else "")
    return _answer(request, caller, actor, report_id, shown)


@router.post("/reports/{report_id}/act")
def post_action(request: Request, caller: SignedIn, report_id: str, posted: PostedForm) -> Response:
    """Do one action; refused, the page says why beside the fields and keeps what was typed."""
    actor = actor_of(caller)
    if actor is None:
        raise NotAuthenticated("The session has ended. Sign in again.")
    action = posted.text("action")
    try:
        visible = _act(caller, report_id, action, posted)
    except GridCallError as error:
        status = next((code for kind, code in _SENT_BACK if isinstance(error, kind)), None)
        if status is None:
            raise
        say = context_of(request, actor).say
        shown = Shown(
            sent=Sent(action, posted.texts, refusal_of(error, say)),
            changes=error.details.get("changes", ()),
        )
        return _answer(request, caller, actor, report_id, shown, status=status)
    # What was handed on may now be out of one's own sight: then the list is the next page.
    return see_other(f"/reports/{report_id}?done={action}" if visible else f"/?done={action}")


@router.post("/reports/{report_id}/reporter")
def show_reporter(request: Request, caller: SignedIn, report_id: str) -> Response:
    """Show who reported in full to those who may know; that it was read is noted."""
    actor = actor_of(caller)
    if actor is None:
        raise NotAuthenticated("The session has ended. Sign in again.")
    person = _read_person(caller, report_id, "report")
    return _answer(request, caller, actor, report_id, Shown(person=person))


@router.get("/reports/{report_id}/work-order")
def show_work_order(request: Request, caller: SignedIn, report_id: str) -> Response:
    """Show the report on one page for paper; whoever may know the resident's telephone reads it there."""
    actor = actor_of(caller)
    if actor is None:
        return sign_in_first(request)
    person = _read_person(caller, report_id, "work_order")
    with caller.transaction() as (tx, _):
        file = _open(tx, caller, actor, report_id)
    context = context_of(request, actor)
    address = f"{request.base_url}reports/{file.document['id']}"
    html = render_work_order(caller.services.pages, context, file, person, address)
    return page(request, context, html)


@router.post("/reports/{report_id}/evaluation-qr")
def show_evaluation_qr(request: Request, caller: SignedIn, report_id: str) -> Response:
    """Show a QR code for the resident who stands there: the answer is given on their own telephone."""
    actor = actor_of(caller)
    if actor is None:
        raise NotAuthenticated("The session has ended. Sign in again.")
    with caller.transaction() as (tx, _):
        key = reports.get_id(tx, actor, report_id)
        token = issue_token(tx, actor, key, "qr", caller.now)
    back = f"/reports/{report_id}"
    context = context_of(request, actor, path=back)
    address = f"{request.base_url}evaluate/{token}"
    html = render_evaluation_qr(caller.services.pages, context, address, back)
    return page(request, context, html)


def _answer(
    request: Request,
    caller: Caller,
    actor: Actor,
    report_id: str,
    shown: Shown,
    *,
    status: int = 200,
) -> Response:
    with caller.transaction() as (tx, _):
        file = _open(tx, caller, actor, report_id)
        tx.see_as(actor)
        mark_read(tx, actor, file.case.report.id, caller.now)
    report, parts = file.case.report, file.case.assignments
    complete = replace(
        shown,
        may_read_person=personal.may_read_person(report, actor, parts),
        can_add_photos=bool(_ADDERS & parties_of(report, actor, parts))
        and len(file.document["photos"]) < photos.MOST_OF_A_REPORT,
        can_show_qr=actor.role in _SHOWS_QR,
    )
    context = context_of(request, actor, path=f"/reports/{report_id}")
    html = render_report(caller.services.pages, context, file, complete)
    return page(request, context, html, status=status)


def _open(tx: Transaction, caller: Caller, actor: Actor, report_id: str) -> ReportFile:
    key = reports.get_id(tx, actor, report_id)
    return open_report(tx, actor, key, now=caller.now)


def _read_person(caller: Caller, report_id: str, purpose: Purpose) -> Person | None:
    """Return who reported, as this actor may know it; None where nobody left a name."""
    with caller.transaction() as (tx, actor):
        key = reports.get_id(tx, actor, report_id)
        person = personal.get_person(tx, actor, key, purpose=purpose, now=caller.now)
    return person if person.name or person.phone else None


def _act(caller: Caller, report_id: str, action: str, posted: Posted) -> bool:
    """Store the photos, then do the action, both or neither; say whether it is still to be seen."""
    pictures = pictures_of(posted)
    with caller.transaction() as (tx, actor):
        key = reports.get_id(tx, actor, report_id)
        folder = caller.services.settings.photo_folder
        fields: dict[str, Any] = {}
        if action != PHOTO:
            zone = county_names(tx, actor.county_code).zone
            fields = read_action(tx, actor, action, posted, zone)
        for sha256, picture in pictures.items():
            tx.see_as(actor)
            photos.add_photo(tx, actor, key, sha256, picture, folder, caller.now)
        if action == PHOTO:
            return True
        if pictures:
            fields["photos"] = list(pictures)
        row = act(tx, actor, key, action, fields, posted.text("if_match"), caller.now)
        return bool(set(row["audience"]) & set(actor.audience))
