"""The thread of a report (留言): what its parties write, and up to where each has read."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import insert

from gis.audience import Actor
from gis.db.database import Row, Transaction
from gis.ids import uuid7
from gis.models import Message


@dataclass(frozen=True)
class Thread:
    """A report's messages, oldest first, and how many of them the actor has not read."""

    messages: list[Row]
    unread: int


def add_message(
    tx: Transaction,
    actor: Actor,
    report_id: uuid.UUID,
    text: str,
    now: dt.datetime,
    *,
    asked_of: str = "",
) -> uuid.UUID:
    """Add a message to a report's thread; called by the actions `comment`, `ask` and `urge`."""
    message_id = uuid7()
    tx.connection.execute(
        insert(Message).values(
            county_code=actor.county_code,
            id=message_id,
            report_id=report_id,
            account_id=actor.account_id,
            author_role=actor.role,
            author_name=actor.name,
            utility_code=actor.utility_code,
            asked_of=asked_of,
            text=text,
            at=now,
        )
    )
    return message_id


def list_messages(tx: Transaction, actor: Actor, report_id: uuid.UUID) -> Thread:
    """Return a report's thread; empty where the actor may not know of the report."""
    rows = tx.query(
        "messages",
        {
            "county": actor.county_code,
            "report": report_id,
            "account": actor.account_id,
            "audience": list(actor.audience),
        },
    )
    return Thread(rows, sum(not row["read"] for row in rows))


def mark_read(tx: Transaction, actor: Actor, report_id: uuid.UUID, up_to: dt.datetime) -> None:
    """Note that an actor has read a report's thread up to an instant."""
    tx.rows(
        "INSERT INTO message_read AS known (county_code, report_id, account_id, read_to)"
        " VALUES (%(county)s, %(report)s, %(account)s, %(up_to)s)"
        " ON CONFLICT (county_code, report_id, account_id)"
        " DO UPDATE SET read_to = greatest(known.read_to, excluded.read_to)",
        {
            "county": actor.county_code,
            "report": report_id,
            "account": actor.account_id,
            "up_to": up_to,
        },
    )
