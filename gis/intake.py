"""Taking reports in: matched, numbered, written once, with event, clock, outbox and rollups.

One report takes one SELECT (``gis.matching``) and one INSERT (``insert_reports.sql``) in the
caller's transaction. The INSERT itself decides by the client id whether the report is new; no
SELECT comes first. Where a layout or the service areas were activated between the two, nothing
was written, and both run again.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from gis.audience import Actor
from gis.categorising import vocabulary
from gis.clocks import time_book
from gis.db.database import Database, Row, Transaction
from gis.errors import ClientIdTaken, FieldError, InvalidInput, Unavailable
from gis.matching import Match, Where, match_point
from gis.matching_many import match_many
from gis.numbers import Numbers, report_number
from gis.records import Intake, check_captured_at, record_of

__all__ = ["Intake", "Received", "Reception", "RowResult", "take_in"]

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
            The category, place or grid named does not exist, or ``captured_at`` is impossible.
        """
        check_captured_at(intake, now)
        return take_in(tx, self._numbers.take, county_code, intake, actor=actor, now=now)

    def receive_many(
        self,
        county_code: str,
        intakes: Sequence[Intake],
        *,
        actor: Actor | None,
        now: dt.datetime,
    ) -> list[RowResult]:
        """Take one batch in, in a transaction of its own; one result per intake, in order.

        The batch commits as a whole; rows that cannot be used are ``rejected`` and the others go
        in. A client id that occurs twice in the batch is one report.
        """
        for _ in range(_ATTEMPTS):
            with self._db.transaction(county_code=county_code) as tx:
                subjects = _subjects(tx, county_code, intakes)
                matches = [
                    _error_of(intake, now) or match
                    for intake, match in zip(
                        intakes, match_many(tx, county_code, subjects, now), strict=True
                    )
                ]
                records = self._records(tx, county_code, intakes, matches, actor=actor, now=now)
                good = [match for match in matches if isinstance(match, Match)]
                written = _insert(tx, good[0], list(records.values())) if good else None
                if written is None or written["current"]:
                    created = set(written["created"]) if written else set()
                    return [
                        _result(tx, match, records.get(i), created, actor)
                        for i, match in enumerate(matches)
                    ]
        raise Unavailable("Boundaries are being changed; nothing was stored. Send it again.")

    def _records(
        self,
        tx: Transaction,
        county_code: str,
        intakes: Sequence[Intake],
        matches: Sequence[Match | InvalidInput],
        *,
        actor: Actor | None,
        now: dt.datetime,
    ) -> dict[int, dict[str, Any]]:
        """Return a record for each row that was matched, by its place in the batch."""
        book = time_book(tx, county_code)
        matched = [(i, match) for i, match in enumerate(matches) if isinstance(match, Match)]
        first = self._numbers.reserve(county_code, Counter(m.received_on for _, m in matched))
        records = {}
        for i, match in matched:
            day = match.received_on
            record = record_of(intakes[i], match, book, actor=actor, now=now)
            record["client_id"] = intakes[i].client_id or uuid.uuid4()
            record["number"] = report_number(county_code, day, first[day])
            first[day] += 1
            records[i] = record
        return records


def take_in(
    tx: Transaction,
    next_number: Callable[[str, dt.date], str],
    county_code: str,
    intake: Intake,
    *,
    actor: Actor | None,
    now: dt.datetime,
) -> Received:
    """Take one report in, as `Reception.receive` does, with numbers of the caller's choice."""
    client_id = intake.client_id or uuid.uuid4()
    category = intake.category or vocabulary(tx, county_code).suggest(intake.description)
    book = time_book(tx, county_code)
    for _ in range(_ATTEMPTS):
        match = match_point(tx, county_code, intake.where, category=category, at=now)
        number = next_number(county_code, match.received_on)
        record = record_of(intake, match, book, actor=actor, now=now)
        record |= {"client_id": client_id, "number": number}
        written = _insert(tx, match, [record])
        if written["current"]:
            if written["created"]:
                return Received(record["id"], number, True, match)
            return _existing(tx, county_code, client_id, intake.body_sha256, actor)
    raise Unavailable("Boundaries are being changed; nothing was stored. Send it again.")


def _subjects(
    tx: Transaction, county_code: str, intakes: Sequence[Intake]
) -> list[tuple[Where, str | None]]:
    """Return where and what each intake is; the category suggested where none was given."""
    words = vocabulary(tx, county_code)
    return [(i.where, i.category or words.suggest(i.description)) for i in intakes]


def _error_of(intake: Intake, now: dt.datetime) -> InvalidInput | None:
    try:
        check_captured_at(intake, now)
    except InvalidInput as error:
        return error
    return None


def _result(
    tx: Transaction,
    match: Match | InvalidInput,
    record: dict[str, Any] | None,
    created: set[uuid.UUID],
    actor: Actor | None,
) -> RowResult:
    """Say what became of one row of a batch."""
    if isinstance(match, InvalidInput) or record is None:
        return RowResult("rejected", errors=match.errors if isinstance(match, InvalidInput) else [])
    if record["id"] in created:
        return RowResult("created", record["id"])
    try:
        found = _existing(tx, match.county_code, record["client_id"], record["body_sha256"], actor)
    except ClientIdTaken as error:
        return RowResult("rejected", errors=error.errors)
    return RowResult("existing", found.report_id)


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
