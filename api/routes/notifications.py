"""``/notifications``: what concerns the account since it last looked."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Response

from api.auth import SignedIn
from api.dependencies import StrictRoute, json_answer
from api.schemas.handling import Notifications, NotificationsRead
from gis import notifications
from gis.audience import Actor
from gis.db.database import Row, Transaction
from gis.ids import public_id

router = APIRouter(prefix="/notifications", tags=["notifications"], route_class=StrictRoute)


@router.get("", response_model=Notifications)
def list_notifications(
    caller: SignedIn,
    unread: Annotated[bool, Query(description="Only those not read.")] = False,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """List the account's notices, newest first."""
    with caller.read() as (tx, actor):
        answer = _list(tx, actor, unread=unread, most=limit)
    return json_answer(orjson.dumps(answer))


@router.post("/read", response_model=Notifications)
def mark_read(caller: SignedIn, body: NotificationsRead) -> Response:
    """Mark notices as read, and list what is there."""
    with caller.transaction() as (tx, actor):
        notifications.mark_notifications_read(tx, actor, body.ids, caller.now)
        answer = _list(tx, actor, unread=False, most=50)
    return json_answer(orjson.dumps(answer))


def _list(tx: Transaction, actor: Actor, *, unread: bool, most: int) -> dict[str, Any]:
    rows = notifications.list_notifications(tx, actor, unread=unread, most=most)
    return {
        "items": [_notice(actor, row) for row in rows],
        "unread": notifications.count_unread(tx, actor),
    }


def _notice(actor: Actor, row: Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "report_id": public_id(actor.county_code, row["report_id"]),
        "number": row["number"],
        "category": row["category_code"],
        "status": row["status"],
        "action": row["action"],
        "at": row["at"],
        "actor_role": row["actor_role"],
        "actor_name": row["actor_name"],
        "details": row["details"],
        "read": row["read_at"] is not None,
        "withdrawn": row["withdrawn_at"] is not None,
    }
