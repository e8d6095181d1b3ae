"""``/evaluations/{token}``: the resident's answer, by a link or a QR code, without an account."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Request, Response

from api.auth import Caller, get_caller
from api.dependencies import StrictRoute, json_answer
from api.page_answers import actor_of
from api.schemas.handling import EvaluationRequest, EvaluationView
from api.services import services_of
from api.throttled import guessing_refused
from gis.evaluation import answer_by_token, get_invitation

router = APIRouter(prefix="/evaluations", tags=["evaluations"], route_class=StrictRoute)


@router.get("/{token}", response_model=EvaluationView)
def get_evaluation(
    request: Request, caller: Annotated[Caller, Depends(get_caller)], token: str
) -> Response:
    """Show what a token asks about; it is valid for 14 days.

    Whoever is signed in and handled the report is refused: the answer is the resident's.
    """
    signed_in = actor_of(caller)
    with guessing_refused(request), services_of(request).db.transaction() as tx:
        invitation = get_invitation(tx, token, caller.now, signed_in=signed_in)
    return json_answer(orjson.dumps(asdict(invitation)))


@router.post("/{token}", response_model=EvaluationView)
def post_evaluation(
    request: Request,
    caller: Annotated[Caller, Depends(get_caller)],
    token: str,
    body: EvaluationRequest,
) -> Response:
    """Answer, once. Unsatisfied asks a dispatcher to look at the report again.

    Whoever is signed in and handled the report is refused: it is the resident's answer.
    """
    signed_in = actor_of(caller)
    with guessing_refused(request), services_of(request).db.transaction() as tx:
        invitation = answer_by_token(
            tx, token, body.answer, body.text, caller.now, signed_in=signed_in
        )
    return json_answer(orjson.dumps(asdict(invitation)))
