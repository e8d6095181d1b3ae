"""Calling residents back: the dispatchers' queue, and each attempt that was made."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Response

from api.auth import SignedIn
from api.dependencies import StrictRoute, json_answer
from api.schemas.resident import CallbackAttempts, CallbackQueue, CallbackRequest
from gis import reports
from gis.audience import Actor
from gis.db.database import Row
from gis.evaluation import list_attempts, list_callbacks, record_callback
from gis.ids import public_id
from gis.personal import mask_name, mask_phone

router = APIRouter(tags=["residents"], route_class=StrictRoute)

_AS_THEY_ARE = (
    "number", "town_code", "description", "address", "outcome", "result", "closed_at",
    "expires_at", "attempts", "last_at",
)  # fmt: skip


@router.get("/callbacks", response_model=CallbackQueue)
def get_callbacks(caller: SignedIn, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Response:
    """List the residents to call back, the longest closed first; for dispatchers.

    Left out are reports that the dispatcher handled, and calls made in the last four hours. The
    telephone is masked; `GET /reports/{id}/reporter?purpose=callback` tells it and notes that.
    """
    with caller.read() as (tx, actor):
        rows = list_callbacks(tx, actor, caller.now, limit)
        items = [_waiting(actor, row) for row in rows]
    return json_answer(orjson.dumps({"items": items}))


@router.get("/reports/{report_id}/callbacks", response_model=CallbackAttempts)
def get_attempts(caller: SignedIn, report_id: str) -> Response:
    """List the attempts to reach a report's resident, oldest first."""
    with caller.read() as (tx, actor):
        key = reports.get_visible_id(tx, actor, report_id)
        attempts = list_attempts(tx, actor, key)
    return json_answer(orjson.dumps({"items": attempts}))


@router.post("/reports/{report_id}/callbacks", status_code=201, response_model=CallbackAttempts)
def post_attempt(caller: SignedIn, report_id: str, body: CallbackRequest) -> Response:
    """Record a call and the answer given; for dispatchers who did not handle the report."""
    with caller.transaction() as (tx, actor):
        key = reports.get_id(tx, actor, report_id)
        record_callback(
            tx, actor, key, body.result, caller.now, answer=body.answer or "", comment=body.text
        )
        attempts = list_attempts(tx, actor, key)
    return json_answer(orjson.dumps({"items": attempts}), status=201)


def _waiting(actor: Actor, row: Row) -> dict[str, Any]:
    return {
        "id": public_id(actor.county_code, row["id"]),
        "category": row["category_code"],
        **{name: row[name] for name in _AS_THEY_ARE},
        "reporter": {
            "name": mask_name(row["reporter_name"]),
            "phone": mask_phone(row["reporter_phone"]),
        },
    }
