"""``/events``: what changes, as a stream or by asking."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Header, Query, Response

from api.auth import SignedIn
from api.dependencies import StrictRoute, json_answer
from api.event_stream import EventStream, Listener, event, event_data
from api.schemas.event import EventPage
from gis.audience import Actor
from gis.changes import Change, Position, read_changes, read_horizon
from gis.db.database import Transaction

router = APIRouter(tags=["events"], route_class=StrictRoute)

_PAGES = 4
"""Pages of changes a stream makes up for; after a longer absence lists are loaded again."""
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "model": EventPage,
        "description": "The stream, or with f=json the events since a position.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@router.get("/events", responses=_ANSWERS)
def get_events(
    caller: SignedIn,
    after: Annotated[
        str | None, Query(max_length=40, description="Id of the last event known.")
    ] = None,
    f: Annotated[Literal["stream", "json"], Query(description="json: asked once.")] = "stream",
    last_event_id: Annotated[
        str | None, Header(max_length=40, description="Sent by browsers; wins over after.")
    ] = None,
) -> Response:
    """Follow the changes of the reports the actor may read."""
    given = last_event_id or after
    position = Position.parse(given) if given else None
    if f == "json":
        with caller.read() as (tx, actor):
            return json_answer(orjson.dumps(_page(tx, actor, position)))
    live = caller.services.live
    with caller.read() as (_, actor):
        account_id = actor.account_id
    live.admit(account_id)
    # Read after the reader has started: what is committed from here on reaches it.
    with caller.read() as (tx, actor):
        hello, changes, reached = _backlog(tx, actor, position)
    first = event("hello", {"at": caller.now}, hello)
    if changes is None:
        first += event("resync", {"reason": "too_old"}, reached)
    else:
        first += b"".join(event(kind, event_data(one, kind), one.position) for one, kind in changes)
    return EventStream(Listener(caller.token or "", actor, reached), first, live.join, live.leave)


Told = list[tuple[Change, str]]


def _backlog(
    tx: Transaction, actor: Actor, after: Position | None
) -> tuple[Position, Told | None, Position]:
    """Return where a new listener begins, what it has missed, and up to where it then knows all.

    What it has missed is None where that is too long ago.
    """
    horizon = read_horizon(tx)
    if after is None:
        return horizon.position, [], horizon.position
    missed: Told = []
    reached, more = after, horizon.reaches(after)
    for _ in range(_PAGES):
        if more:
            reading = read_changes(tx, reached, actor=actor)
            missed += _concerning(actor, reading.changes)
            reached, more = reading.position, reading.more
    if more or not horizon.reaches(after):
        return horizon.position, None, horizon.position
    return after, missed, horizon.position


def _page(tx: Transaction, actor: Actor, after: Position | None) -> dict[str, Any]:
    """Return one page of events as `EventPage` describes it."""
    horizon = read_horizon(tx)
    if after is None or not horizon.reaches(after):
        resync = after is not None
        return {"next": str(horizon.position), "more": False, "resync": resync, "items": []}
    reading = read_changes(tx, after, actor=actor)
    items = [
        {"event": kind, "id": str(one.position), "data": event_data(one, kind)}
        for one, kind in _concerning(actor, reading.changes)
    ]
    following = reading.position if reading.more else horizon.position
    return {"next": str(following), "more": reading.more, "resync": False, "items": items}


def _concerning(actor: Actor, changes: list[Change]) -> Told:
    """Return the changes that somebody is told, each with its kind; of hints to reload the last."""
    members = frozenset(actor.audience)
    told: Told = []
    for one in changes:
        kind = one.kind_for(actor.county_code, members)
        if kind is None:
            continue
        if told and kind == told[-1][1] == "reload":
            told.pop()
        told.append((one, kind))
    return told
