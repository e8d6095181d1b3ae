"""Taking reports in: matched, numbered, written once, with event, outbox and rollups."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from gis.audience import Actor
from gis.db.database import Database, Transaction
from gis.errors import FieldError
from gis.matching import Match, Where


@dataclass(frozen=True, slots=True)
class Intake:
    """A report as sent, checked and converted (``Where.of``) but not yet matched.

    Attributes
    ----------
    body_sha256
        SHA-256 in hex of the canonical JSON of the body as sent.
    client_id
        The sender's uuid, unique per county for ever; None: one is made.
    category
        Code of the category; None: suggested from the description, where its keywords say so.
    source
        One of ``gis.models.report.SOURCES``; None: by the actor's role.
    """

    where: Where
    description: str
    body_sha256: str
    client_id: uuid.UUID | None = None
    category: str | None = None
    captured_at: dt.datetime | None = None
    source: str | None = None
    source_number: str = ""
    address: str = ""
    urgent: bool = False
    reporter_name: str = ""
    reporter_phone: str = ""


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
    """Takes reports in for one process: keeps a block of numbers and the category keywords.

    One instance per process and database, safe to share between threads; ``close()`` at the end.
    """

    def __init__(self, db: Database) -> None:
        raise NotImplementedError

    def close(self) -> None:
        """Give the connection for number blocks back."""
        raise NotImplementedError

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

        Raises
        ------
        ClientIdTaken
            The client id was used before, with another body or by another account.
        InvalidInput
            The category, place or grid named does not exist.
        """
        raise NotImplementedError

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
