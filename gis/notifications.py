"""Notices to accounts, made from the outbox by the worker, and read on every page.

A row of the outbox is claimed with a lease, tried up to `MOST_ATTEMPTS` times with growing pauses
and then left as a dead letter, visible and retried by hand. The notices of a row and the mark that
it is done are one transaction: a worker that is killed loses and doubles nothing.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from gis.audience import Actor
from gis.db.database import Database, Row, Transaction
from gis.errors import GridCallError

MOST_ATTEMPTS = 8
LEASE = dt.timedelta(seconds=60)
PAUSE = dt.timedelta(seconds=10)
BATCH = 100

# Whom each step concerns. `utilities` are all bodies of the present round, `named` those that the
# event itself names, `stage` whoever the running stage waits for. Nobody is told of the own step.
CONCERNS: Mapping[str, tuple[str, ...]] = {
    "received": ("centre", "grid"),
    "reject": ("reporter",),
    "resolve_on_site": ("centre", "reporter"),
    "dispatch": ("utilities", "reporter"),
    "reassign": ("utilities", "named"),
    "check_in": ("centre", "reporter"),
    "return": ("centre",),
    "feed_back": ("centre", "grid"),
    "request_extension": ("centre",),
    "request_suspension": ("centre",),
    "approve": ("named",),
    "refuse": ("named",),
    "close": ("reporter", "utilities"),
    "rework": ("named", "utilities"),
    "reopen": ("centre", "reporter"),
    "withdraw": ("centre",),
    "escalate": ("municipal", "stage", "supervisor"),
    "hand_down": ("centre",),
    "hand_over": ("reporter", "grid"),
    "transfer": ("centre",),
    "recategorise": ("centre", "utilities"),
    "move": ("centre", "grid", "utilities"),
    "convene": ("named", "centre"),
    "acknowledge": ("centre",),
    "record_minutes": ("utilities", "centre"),
    "merge": ("reporter",),
    "unmerge": ("reporter",),
    "comment": ("centre", "grid", "utilities", "reporter"),
    "ask": ("named",),
    "urge": ("stage", "centre"),
    "remind": ("stage",),
    "supervise": ("stage", "centre", "supervisor"),
    "evaluated": ("centre",),
}


@dataclass(frozen=True)
class Delivered:
    """What became of the rows of the outbox that one round took."""

    done: int = 0
    failed: int = 0


def deliver(db: Database, now: dt.datetime) -> Delivered:
    """Make the notices of the rows that wait; rows that fail are left for a later round."""
    done = failed = 0
    for row in _claim(db, now):
        try:
            with db.transaction(county_code=row["county_code"]) as tx:
                done += notify(tx, row, now)
        except (GridCallError, psycopg.Error, LookupError, TypeError, ValueError) as error:
            failed += 1
            _note_failure(db, row, error, now)
    return Delivered(done, failed)


def notify(tx: Transaction, row: Row, now: dt.datetime) -> bool:
    """Make the notices of one row of the outbox and mark it done; False if it was done before."""
    claimed = tx.rows(
        "UPDATE outbox SET done_at = %(now)s, leased_until = NULL, failure = NULL"
        " WHERE id = %(id)s AND done_at IS NULL RETURNING id",
        {"now": now, "id": row["id"]},
    )
    if not claimed or row["report_id"] is None:
        return bool(claimed)
    event = tx.query_one(
        "event_of_outbox",
        {
            "county": row["county_code"],
            "report": row["report_id"],
            "event": row["event_id"],
        },
    )
    if event is None or event["undone"]:
        return True
    if row["action"] == "undone":
        _withdraw(tx, row["county_code"], event["details"], now)
    else:
        concerned = concerned_of(row["action"], event)
        tx.query("notify", {**_parameters(row, event), **concerned, "now": now})
    return True


def concerned_of(action: str, event: Mapping[str, Any]) -> dict[str, Any]:
    """Return who is to be told of an event, as parameters of ``notify.sql``."""
    parties = set(CONCERNS.get(action, ()))
    details = event["details"]
    bodies: set[str] = set()
    if "utilities" in parties:
        bodies |= {part["utility"] for part in event["parts"]}
    if "named" in parties:
        named = [details.get("utility"), details.get("lead"), details.get("of")]
        named += [*details.get("assisting", ()), *details.get("bodies", ())]
        bodies |= {code for code in named if code}
        parties |= {"centre"} if details.get("of") == "dispatcher" else set()
        parties |= {"grid"} if details.get("of") == "grid_staff" else set()
    if "stage" in parties:
        if event["status"] in {"dispatched", "handling"}:
            lead = [part["utility"] for part in event["parts"] if part["role"] == "lead"]
            bodies |= {details["utility"]} if details.get("utility") else set(lead)
        else:
            parties.add("centre")
    return {
        "centre": "centre" in parties,
        "municipal": "municipal" in parties,
        "grid": "grid" in parties,
        "reporter": "reporter" in parties,
        "supervisor": "supervisor" in parties,
        "bodies": sorted(bodies),
    }


def list_notifications(
    tx: Transaction, actor: Actor, *, unread: bool = False, most: int = 50
) -> list[Row]:
    """Return an account's notices, newest first, with number and category of their reports.

    A notice whose report the account may no longer read is left out.
    """
    return tx.query(
        "notifications",
        {
            "county": actor.county_code,
            "account": actor.account_id,
            "audience": list(actor.audience),
            "unread": unread,
            "most": most,
        },
    )


def count_unread(tx: Transaction, actor: Actor) -> int:
    """Return how many notices an account has not read."""
    count: int = tx.scalar(
        "SELECT count(*) FROM notification n JOIN report r"
        " ON r.county_code = n.county_code AND r.id = n.report_id"
        " WHERE n.county_code = %(county)s AND n.account_id = %(account)s AND n.read_at IS NULL"
        " AND n.withdrawn_at IS NULL AND r.audience && %(audience)s::text[]",
        {
            "county": actor.county_code,
            "account": actor.account_id,
            "audience": list(actor.audience),
        },
    )
    return count


def mark_notifications_read(
    tx: Transaction,
    actor: Actor,
    ids: Sequence[uuid.UUID] | None,
    now: dt.datetime,
    *,
    up_to: int | None = None,
) -> int:
    """Mark an account's own notices as read, all of them where ``ids`` is None.

    Parameters
    ----------
    up_to
        The newest that was seen, by its row of the outbox: what came after it stays unread.
    """
    return len(
        tx.rows(
            "UPDATE notification SET read_at = %(now)s WHERE county_code = %(county)s"
            " AND account_id = %(account)s AND read_at IS NULL"
            " AND (%(ids)s::uuid[] IS NULL OR id = ANY(%(ids)s::uuid[]))"
            " AND (%(up_to)s::bigint IS NULL OR outbox_id <= %(up_to)s) RETURNING id",
            {
                "up_to": up_to,
                "county": actor.county_code,
                "account": actor.account_id,
                "ids": None if ids is None else list(ids),
                "now": now,
            },
        )
    )


def list_dead_letters(tx: Transaction, county_code: str) -> list[Row]:
    """Return the rows of a county's outbox that were given up, oldest first."""
    return tx.rows(
        "SELECT id, county_code, report_id, action, at, attempts, failure FROM outbox"
        " WHERE done_at IS NULL AND attempts >= %(most)s AND county_code = %(county)s ORDER BY id",
        {"most": MOST_ATTEMPTS, "county": county_code},
    )


def retry_dead_letters(tx: Transaction, county_code: str) -> int:
    """Give every dead letter of a county its attempts back and return how many there were."""
    return len(
        tx.rows(
            "UPDATE outbox SET attempts = 0, leased_until = NULL"
            " WHERE done_at IS NULL AND attempts >= %(most)s AND county_code = %(county)s"
            " RETURNING id",
            {"most": MOST_ATTEMPTS, "county": county_code},
        )
    )


def _claim(db: Database, now: dt.datetime) -> list[Row]:
    with db.transaction() as tx:
        return tx.query(
            "claim_outbox",
            {"now": now, "until": now + LEASE, "most": BATCH, "attempts": MOST_ATTEMPTS},
        )


def _note_failure(db: Database, row: Row, error: Exception, now: dt.datetime) -> None:
    with db.transaction() as tx:
        tx.rows(
            "UPDATE outbox SET failure = %(failure)s, leased_until = %(until)s"
            " WHERE id = %(id)s AND done_at IS NULL",
            {
                "failure": f"{type(error).__name__}: {error}"[:500],
                "until": now + PAUSE * 2 ** row["attempts"],
                "id": row["id"],
            },
        )


def _withdraw(
    tx: Transaction, county_code: str, details: Mapping[str, Any], now: dt.datetime
) -> None:
    """Take back the notices of a step that was undone."""
    tx.rows(
        "UPDATE notification SET withdrawn_at = %(now)s"
        " WHERE county_code = %(county)s AND event_id = %(event)s AND withdrawn_at IS NULL",
        {"now": now, "county": county_code, "event": details["event"]},
    )


def _parameters(row: Row, event: Row) -> dict[str, Any]:
    return {
        "county": row["county_code"],
        "report": row["report_id"],
        "outbox": row["id"],
        "event": event["id"],
        "action": row["action"],
        "author": event["account_id"],
    }
