"""``/outbox/dead-letters``: changes nobody could be told of, for administrators."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import APIRouter, Response

from api.auth import SignedIn
from api.dependencies import StrictRoute, json_answer
from api.schemas.outbox import DeadLetters, DeadLettersRetried
from gis.audience import Actor
from gis.db.database import Row
from gis.errors import NotAllowed
from gis.ids import public_id
from gis.notifications import list_dead_letters, retry_dead_letters

router = APIRouter(prefix="/outbox", tags=["operations"], route_class=StrictRoute)

_AS_THEY_ARE = ("id", "action", "at", "attempts", "failure")


@router.get("/dead-letters", response_model=DeadLetters)
def get_dead_letters(caller: SignedIn) -> Response:
    """List the changes of which the worker gave up telling anybody, oldest first."""
    with caller.read() as (tx, actor):
        _check(actor)
        items = [_letter(row) for row in list_dead_letters(tx, actor.county_code)]
    return json_answer(orjson.dumps({"items": items}))


@router.post("/dead-letters/retry", response_model=DeadLettersRetried)
def post_retry(caller: SignedIn) -> Response:
    """Let the worker try all of them again."""
    with caller.transaction() as (tx, actor):
        _check(actor)
        retried = retry_dead_letters(tx, actor.county_code)
    return json_answer(orjson.dumps({"retried": retried}))


def _check(actor: Actor) -> None:
    if actor.role != "admin":
        raise NotAllowed("Only administrators look after the outbox.")


def _letter(row: Row) -> dict[str, Any]:
    report_id = row["report_id"] and public_id(row["county_code"], row["report_id"])
    return {**{name: row[name] for name in _AS_THEY_ARE}, "report_id": report_id}
