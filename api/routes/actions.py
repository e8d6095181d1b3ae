"""What may be done to a report: actions, one or many at once, and its thread of messages."""

from __future__ import annotations

import json
import uuid
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Header, Request, Response

from api import problems
from api.auth import Caller, SignedIn
from api.dependencies import NO_STORE, StrictRoute, json_answer
from api.schemas.action import ActionRequest, ManyActions, ManyItem, ManyResults, Thread
from api.schemas.report import Report
from gis import messages, reports
from gis.audience import Actor
from gis.dispatching import act
from gis.errors import GridCallError, NotFound
from gis.ids import parse_public_id
from gis.report_documents import Document

router = APIRouter(prefix="/reports", tags=["actions"], route_class=StrictRoute)


@router.post("/actions", response_model=ManyResults)
def post_many(request: Request, caller: SignedIn, body: ManyActions) -> Response:
    """Do many actions, each in a transaction of its own; one that fails stops no other."""
    caller.check()  # each item has an answer of its own, but nobody has none
    items = [_one_of_many(request, caller, item) for item in body.actions]
    return json_answer(orjson.dumps({"items": items}))


@router.post("/{report_id}/actions", response_model=Report)
def post_action(
    caller: SignedIn,
    report_id: str,
    body: ActionRequest,
    if_match: Annotated[str | None, Header(description="The version the actor saw.")] = None,
) -> Response:
    """Do one action to a report. `docs/lifecycle.md` lists who may do what, and when."""
    document = _act(caller, report_id, body, if_match)
    etag = f'"{document["version"]}"'
    return json_answer(orjson.dumps(document), headers={**NO_STORE, "ETag": etag})


@router.get("/{report_id}/messages", response_model=Thread)
def get_messages(caller: SignedIn, report_id: str) -> Response:
    """Read a report's thread; what is handed out counts as read. Written to by `comment`, `ask`."""
    with caller.transaction() as (tx, actor):
        key = reports.get_visible_id(tx, actor, report_id)
        thread = messages.list_messages(tx, actor, key)
        messages.mark_read(tx, actor, key, caller.now)
    items = [{name: row[name] for name in _MESSAGE} for row in thread.messages]
    return json_answer(orjson.dumps({"items": items, "unread": thread.unread}))


_MESSAGE = (
    "id", "at", "author_role", "author_name", "utility_code", "asked_of", "text", "own", "read",
)  # fmt: skip


def _act(caller: Caller, report_id: str, body: ActionRequest, if_match: str | None) -> Document:
    with caller.transaction() as (tx, actor):
        key = _key(actor, report_id)
        row = act(tx, actor, key, body.action, body.fields, if_match, caller.now)
        # The step may have taken the report out of the actor's own view: who has just acted is
        # shown the outcome all the same, by the county's eyes.
        return reports.get_acted(tx, actor, row["id"], now=caller.now)


def _key(actor: Actor, report_id: str) -> uuid.UUID:
    county_code, key = parse_public_id(report_id)
    if county_code != actor.county_code:
        raise NotFound("There is no such report.")
    return key


def _one_of_many(request: Request, caller: Caller, item: ManyItem) -> dict[str, Any]:
    try:
        document = _act(caller, item.id, item, item.if_match)
    except GridCallError as error:
        answer = problems.of_error(error, **problems.asked_by(request))
        problem = json.loads(bytes(answer.body))
        return {"id": item.id, "status": answer.status_code, "report": None, "problem": problem}
    return {"id": item.id, "status": 200, "report": document, "problem": None}
