"""What residents open without an account: the evaluation of an outcome, and the receipt of a report."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.auth import SignedIn
from api.page_answers import actor_of, context_of, page, see_other
from api.posted import PostedForm
from api.throttled import guessing_refused
from gis.county_names import county_names
from gis.errors import Conflict, InvalidInput, NotAllowed, NotFound
from gis.evaluation import answer_by_token, get_invitation, issue_token_by_receipt
from gis.receipts import get_by_receipt
from gis.tokens import county_of
from maps.refusals import refusal_of
from maps.report_page import qr_code
from maps.resident_pages import render_evaluation, render_gone, render_receipt, speaking_of

router = APIRouter(include_in_schema=False)

_TYPED = ("answer", "text")
_UNTYPED = dict.fromkeys(_TYPED, "")


@router.get("/evaluate/{token}")
def show_evaluation(request: Request, caller: SignedIn, token: str) -> Response:
    """Ask how a matter was handled; a link that was answered shows the answer."""
    return _evaluation(request, caller, token)


@router.post("/evaluate/{token}")
def post_evaluation(request: Request, caller: SignedIn, token: str, posted: PostedForm) -> Response:
    """Take the answer, once; whoever handled the matter and is signed in cannot give it."""
    actor = actor_of(caller)
    say = context_of(request, None).say
    try:
        with guessing_refused(request), caller.services.db.transaction() as tx:
            answer_by_token(
                tx, token, posted.text("answer"), posted.text("text"), caller.now, signed_in=actor
            )
    except NotFound:
        return _gone(request, caller)  # and counted once
    except NotAllowed:
        return _evaluation(request, caller, token)
    except (InvalidInput, Conflict) as error:
        told = refusal_of(error, say)
        words = next(iter(told.fields.values()), told.words)
        typed = {name: posted.text(name) for name in _TYPED}
        status = 422 if isinstance(error, InvalidInput) else 409
        return _evaluation(request, caller, token, problem=words, typed=typed, status=status)
    return see_other(f"/evaluate/{token}")


@router.get("/receipts/{token}")
def show_receipt(request: Request, caller: SignedIn, token: str, new: str = "") -> Response:
    """Show how far a report has come; right after handing in also the code to keep."""
    context = context_of(request, actor_of(caller))
    try:
        with guessing_refused(request), caller.services.db.transaction() as tx:
            receipt = get_by_receipt(tx, token, caller.now)
            names = county_names(tx, county_of(token))
    except NotFound:
        html = render_gone(caller.services.pages, context, "receipt")
        return page(request, context, html, status=404)
    html = render_receipt(
        caller.services.pages,
        speaking_of(context, names),
        receipt,
        token=token,
        qr=qr_code(f"{request.base_url}receipts/{token}") if new else None,
    )
    return page(request, context, html)


@router.post("/receipts/{token}/evaluation")
def open_evaluation(request: Request, caller: SignedIn, token: str) -> Response:
    """Lead the holder of a receipt to the evaluation that waits for them."""
    with guessing_refused(request), caller.services.db.transaction() as tx:
        opened = issue_token_by_receipt(tx, token, caller.now)
    return see_other(f"/evaluate/{opened}")


def _evaluation(
    request: Request,
    caller: SignedIn,
    token: str,
    *,
    problem: str = "",
    typed: Mapping[str, str] = _UNTYPED,
    status: int = 200,
) -> Response:
    actor = actor_of(caller)
    context = context_of(request, None)
    # A refused answer has counted the token already.
    guarded = nullcontext() if problem else guessing_refused(request)
    try:
        with guarded, caller.services.db.transaction() as tx:
            invitation = get_invitation(tx, token, caller.now, signed_in=actor)
            names = county_names(tx, county_of(token))
    except NotFound:
        return _gone(request, caller)
    except NotAllowed:
        html = render_gone(caller.services.pages, context, "handled")
        return page(request, context, html, status=403)
    html = render_evaluation(
        caller.services.pages, speaking_of(context, names), invitation,
        token=token, problem=problem, typed=typed,
    )  # fmt: skip
    return page(request, context, html, status=status)


def _gone(request: Request, caller: SignedIn) -> Response:
    """Say that a link does not hold."""
    context = context_of(request, None)
    html = render_gone(caller.services.pages, context, "evaluate")
    return page(request, context, html, status=404)
