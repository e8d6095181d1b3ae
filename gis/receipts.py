"""What whoever reported holds in hand (回执): a token that shows how far the report has come."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from gis.audience import Actor
from gis.db.database import Row, Transaction
from gis.errors import NotAllowed, NotFound
from gis.tokens import county_of, new_token, token_sha256
from gis.workflow.guards import parties_of
from gis.workflow.store import read_reports

_ISSUERS = frozenset({"centre", "grid", "reporter"})


@dataclass(frozen=True)
class ReceiptView:
    """What a receipt shows: nothing of who reported, nothing that bodies write to each other.

    ``handed_over`` says to which county the matter went, and the number it has there.
    """

    number: str
    status: str
    outcome: str | None
    category: str | None
    category_en: str | None
    received_at: dt.datetime
    closed_at: dt.datetime | None
    steps: list[Row]
    evaluation_open: bool
    handed_over: Row | None


def issue_receipt(tx: Transaction, county_code: str, report_id: uuid.UUID, now: dt.datetime) -> str:
    """Make the receipt of a report that has just been taken in; ``tx`` sees the county."""
    token = new_token(county_code)
    tx.rows(
        "INSERT INTO receipt (county_code, token_sha256, report_id, created_at)"
        " VALUES (%(county)s, %(sha)s, %(report)s, %(now)s)",
        {"county": county_code, "sha": token_sha256(token), "report": report_id, "now": now},
    )
    return token


def issue_receipt_as(tx: Transaction, actor: Actor, report_id: uuid.UUID, now: dt.datetime) -> str:
    """Make a receipt to hand to whoever reported; earlier ones stay valid.

    Raises
    ------
    NotFound
        There is no such report, or the actor may not know of it.
    NotAllowed
        The actor neither took the report in nor stands for its grid or centre.
    """
    report = read_reports(tx, actor.county_code, [report_id]).get(report_id)
    if report is None or not set(report.audience).intersection(actor.audience):
        raise NotFound("There is no such report.")
    if not _ISSUERS & parties_of(report, actor, ()):
        raise NotAllowed("Receipts are handed out by whoever took the report in, grid or centre.")
    tx.see_county(actor.county_code)
    return issue_receipt(tx, actor.county_code, report_id, now)


def get_by_receipt(tx: Transaction, token: str, now: dt.datetime) -> ReceiptView:
    """Return what a receipt shows.

    Raises
    ------
    NotFound
        There is no such receipt.
    """
    county_code = county_of(token)
    # The token itself is the credential; the statement reads the one report it belongs to.
    tx.see_county(county_code)
    row = tx.query_one(
        "receipt_view", {"county": county_code, "sha": token_sha256(token), "now": now}
    )
    if row is None:
        raise NotFound("This receipt is not valid.")
    return ReceiptView(**row)
