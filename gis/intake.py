"""Taking reports in: matched, numbered, written once, with event, clock, outbox and rollups.

One report takes one SELECT (``gis.matching``) and one INSERT (``insert_reports.sql``) in the
caller's transaction. The INSERT itself decides by the client id whether the report is new; no
SELECT comes first. Where a layout or the service areas were activated between the two, nothing
was written, and both run again.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from gis.audience import Actor
from gis.categorising import vocabulary
from gis.clocks import time_book
from gis.db.database import Database, Row, Transaction
from gis.errors import ClientIdTaken, FieldError, Unavailable
from gis.matching import Match, match_point
from gis.numbers import Numbers
from gis.records import Intake, record_of

__all__ = ["Intake", "Received", "Reception", "RowResult"]

_ATTEMPTS: Final = 3


@dataclass(frozen=True, slots=True)
class Received:
    """A report that is in: taken in now, or at an earlier sending of the same body.

    Attributes
    ----------
    match
        The match made now; None where the report existed already.
    """

    report_id: uuid.UUID
    number: str
    created: bool
    match: Match | None


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row of a batch: ``created``, ``existing`` or ``rejected``."""

    status: str
    report_id: uuid.UUID | None = None
    errors: list[FieldError] = field(default_factory=list)


class Reception:
    """Takes reports in for one process: keeps a block of numbers.

    One instance per process and database, safe to share between threads; ``close()`` at the end.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._numbers = Numbers(db)

    def close(self) -> None:
        """Give the connection for number blocks back."""
        self._numbers.close()

    def receive(
        self,
        tx: Transaction,
        county_code: str,
        intake: Intake,
        *,
        actor: Actor | None,
        now: dt.datetime,
    ) -> Received:
        """Take one report in, in the caller's transaction.

        Parameters
        ----------
        tx
            A transaction that sees the whole county (``db.transaction(county_code=...)``): the
            earlier report of a client id may be one that the actor may not read.

        Raises
        ------
        ClientIdTaken
            The client id was used before, with another body or by another account.
        InvalidInput
            The category, place or grid named does not exist.
        """
        client_id = intake.client_id or uuid.uuid4()
        category = intake.category or vocabulary(tx, county_code).suggest(intake.description)
        book = time_book(tx, county_code)
        for _ in range(_ATTEMPTS):
            match = match_point(tx, county_code, intake.where, category=category, at=now)
            number = self._numbers.take(county_code, match.received_on)
            record = record_of(intake, match, book, actor=actor, now=now)
            record |= {"client_id": client_id, "number": number}
            written = _insert(tx, match, [record])
            if written["current"]:
                if written["created"]:
                    return Received(record["id"], number, True, match)
                return _existing(tx, county_code, client_id, intake.body_sha256, actor)
        raise Unavailable("Boundaries are being changed; nothing was stored. Send it again.")

    def receive_many(
        self,
        county_code: str,
        intakes: Sequence[Intake],
        *,
        actor: Actor | None,
        now: dt.datetime,
    ) -> list[RowResult]:
        """Take one batch in, in a transaction of its own; one result per intake, in order.

        The batch commits as a whole; rows that cannot be used are ``rejected`` and the others go in.
        """
        raise NotImplementedError


def _insert(tx: Transaction, match: Match, records: list[dict[str, Any]]) -> Row:
    row = tx.query_one(
        "insert_reports",
        {
            "county": match.county_code,
            "layout_id": match.layout.id if match.layout else None,
            "version_id": match.service_area_version.id if match.service_area_version else None,
            "reports": orjson.dumps(records).decode(),
        },
    )
    if row is None:
        raise AssertionError("insert_reports.sql returns one row")
    return row


def _existing(
    tx: Transaction,
    county_code: str,
    client_id: uuid.UUID,
    body_sha256: str,
    actor: Actor | None,
) -> Received:
    rows = tx.rows(
        "SELECT id, number, account_id, body_sha256 FROM report"
        " WHERE county_code = %(county)s AND client_id = %(client_id)s",
        {"county": county_code, "client_id": client_id},
    )
    if not rows or rows[0]["account_id"] != (actor.account_id if actor else None):
        raise _taken("this client_id belongs to another account's report; make a new one")
    if rows[0]["body_sha256"] != body_sha256:
        raise _taken("this client_id was sent before with another body; make a new one")
    return Received(rows[0]["id"], rows[0]["number"], False, None)


def _taken(reason: str) -> ClientIdTaken:
    return ClientIdTaken(f"client_id: {reason}", [FieldError("client_id", reason)])
