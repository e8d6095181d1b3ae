"""``/reports/new``: a matter is handed in, on the spot or with a resident on the telephone."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import ValidationError

from api.auth import Caller, SignedIn
from api.intake import check_may_report, read_intake
from api.page_answers import actor_of, context_of, page, see_other, sign_in_first
from api.posted import Posted, PostedForm, pictures_of
from api.problems import field_errors
from api.schemas.report import ReportIntake
from gis import photos
from gis.audience import Actor
from gis.categorising import vocabulary
from gis.db.database import Row, Transaction
from gis.errors import ClientIdTaken, GridCallError, InvalidInput, NotAuthenticated, Unavailable
from gis.geometry import Point
from gis.intake import Intake
from gis.lookups import find_place, search_places
from gis.matching import match_point
from gis.receipts import issue_receipt
from gis.report_documents import match_document
from gis.suggestions import list_duplicates
from gis.surroundings import find_surroundings
from maps.new_report import Draft, Found, render_new_report
from maps.refusals import Refusal, refusal_of

router = APIRouter(include_in_schema=False)

MOST_PLACES = 6
_NUMBERS = ("longitude", "latitude", "accuracy_m")
_TEXTS = ("description", "category", "address", "source", "source_number", "place_code")


@router.get("/reports/new")
def show_form(request: Request, caller: SignedIn) -> Response:
    """Show the form; its hidden id makes one report of however many presses."""
    actor = actor_of(caller)
    if actor is None:
        return sign_in_first(request)
    check_may_report(actor)
    context = context_of(request, actor)
    draft = Draft({"client_id": [str(uuid.uuid4())]})
    return page(request, context, render_new_report(caller.services.pages, context, draft))


@router.post("/reports/new")
def post_form(request: Request, caller: SignedIn, posted: PostedForm) -> Response:
    """Show the match first (``step=check``), or hand the report in and show its receipt."""
    actor = actor_of(caller)
    if actor is None:
        raise NotAuthenticated("The session has ended. Sign in again.")
    check_may_report(actor)
    context = context_of(request, actor)
    posted = _as_named(posted)
    draft = Draft(posted.texts)
    try:
        if posted.text("step") == "save":
            return see_other(f"/receipts/{_save(caller, posted)}?new=1")
        draft = replace(draft, found=_check(caller, posted))
        status = 200
    except (InvalidInput, Unavailable) as error:
        draft, status = _refused(draft, error, context.say), 422
    html = render_new_report(caller.services.pages, context, draft)
    return page(request, context, html, status=status)


def _as_named(posted: Posted) -> Posted:
    """Return the form without a place that was chosen for other words than those it holds now."""
    chosen_for = posted.texts.get("place_named")
    if chosen_for is None or posted.text("place").strip() == chosen_for[0].strip():
        return posted
    return replace(posted, texts={n: sent for n, sent in posted.texts.items() if n != "place_code"})


def _refused(draft: Draft, error: GridCallError, say: Any) -> Draft:
    if isinstance(error, ClientIdTaken):
        # What was changed after it was saved is another report: the next press makes it.
        fresh = {**draft.values, "client_id": [str(uuid.uuid4())]}
        return replace(draft, values=fresh, refusal=Refusal(say.word("new.saved_before")))
    places = error.details.get("places", ())
    refusal = refusal_of(error, say)
    nowhere = refusal.fields.get("place_text")
    if nowhere:
        # Of every way to say where the same is told: once is enough, beside the one most take.
        told = {name: words for name, words in refusal.fields.items() if words != nowhere}
        refusal = replace(refusal, fields={**told, "place": nowhere})
    if places:
        told = {**refusal.fields, "place": say.word("new.which_place")}
        refusal = replace(refusal, fields=told)
    return replace(draft, refusal=refusal, places=tuple(places))


def _check(caller: Caller, posted: Posted) -> Found:
    """Match what the form says, without storing anything."""
    with caller.read() as (tx, actor):
        intake = _intake(tx, actor, posted)
        words = vocabulary(tx, actor.county_code)
        category = intake.category or words.suggest(intake.description)
        match = match_point(tx, actor.county_code, intake.where, category=category, at=caller.now)
        lon, lat = intake.where.lon, intake.where.lat
        if lon is None and intake.where.place_code:
            place = find_place(tx, actor.county_code, intake.where.place_code)
            lon, lat = (place["longitude"], place["latitude"]) if place else (None, None)
        around = find_surroundings(
            tx, actor.county_code, lon=lon, lat=lat,
            grid_code=match.grid.code if match.grid else None,
            utility_code=match.utility.code if match.utility else None,
        )  # fmt: skip
        alike: list[Row] = []
        if category and lon is not None and lat is not None:
            alike = list_duplicates(tx, actor, category, Point(lon, lat), now=caller.now)
    return Found(
        match=match_document(match),
        category=category,
        suggested=intake.category is None,
        accuracy_m=intake.where.accuracy_m,
        around=around,
        alike=tuple(alike),
        by_words=intake.where.place_text if lon is None and match.grid is None else "",
    )


def _save(caller: Caller, posted: Posted) -> str:
    """Take the report in with its photos, and return the token of a receipt."""
    pictures = pictures_of(posted)
    with caller.intake() as (tx, actor):
        intake = _intake(tx, actor, posted)
        received = caller.services.reception.receive(
            tx, actor.county_code, intake, actor=actor, now=caller.now
        )
        folder = caller.services.settings.photo_folder
        for sha256, picture in pictures.items():
            tx.see_as(actor)
            photos.add_photo(tx, actor, received.report_id, sha256, picture, folder, caller.now)
        tx.see_county(actor.county_code)
        return issue_receipt(tx, actor.county_code, received.report_id, caller.now)


def _intake(tx: Transaction, actor: Actor, posted: Posted) -> Intake:
    body: dict[str, Any] = {name: posted.text(name).strip() for name in _TEXTS}
    body |= {name: _number(name, posted.text(name)) for name in _NUMBERS}
    body["urgent"] = bool(posted.text("urgent"))
    body["client_id"] = posted.text("client_id")
    person = {name: posted.text(f"reporter_{name}").strip() for name in ("name", "phone")}
    if any(person.values()):
        body["reporter"] = person
    body |= _where(tx, actor, posted, body)
    document = {name: value for name, value in body.items() if value not in ("", None, False)}
    try:
        checked = ReportIntake.model_validate(document)
    except ValidationError as error:
        found = [
            replace(
                one,
                field=_FIELD.get(one.field, one.field),
                reason=_REASON.get(one.reason, one.reason),
            )
            for one in field_errors([{**e, "loc": ("body", *e["loc"])} for e in error.errors()])
        ]
        raise InvalidInput("The form cannot be used as it is.", found) from None
    return read_intake(checked, document)


_FIELD = {"reporter.phone": "reporter_phone", "reporter.name": "reporter_name"}
_REASON = {"is required": "Must not be blank."}


def _where(tx: Transaction, actor: Actor, posted: Posted, body: dict[str, Any]) -> dict[str, Any]:
    """Return the place a name means, or the name as words where no place has it.

    Raises
    ------
    InvalidInput
        Several places have the name; ``details["places"]`` lists them.
    """
    text = posted.text("place").strip()
    if not text or body["place_code"] or body["longitude"] is not None:
        return {}
    found = search_places(tx, actor.county_code, text, limit=MOST_PLACES)
    exact = [place for place in found if text in {place["name"], place["name_en"]}]
    fitting = exact or found
    if len(fitting) > 1:
        error = InvalidInput.of("place", "Must be one of the places listed.")
        error.details["places"] = fitting
        raise error
    return {"place_code": fitting[0]["code"]} if fitting else {"place_text": text}


def _number(name: str, text: str) -> float | None:
    try:
        return float(text) if text.strip() else None
    except ValueError:
        raise InvalidInput.of(name, "Must be a number.") from None
