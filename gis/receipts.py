"""What whoever reported holds in hand (回执): a token that shows how far the report has come."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from gis.db.database import Row, Transaction
from gis.errors import NotFound
from gis.tokens import county_of, new_token, token_sha256


@dataclass(frozen=True)
class ReceiptView:
    """What a receipt shows: nothing of who reported, nothing that bodies write to each other."""

    number: str
    status: str
    outcome: str | None
    category: str | None
    category_en: str | None
    received_at: dt.datetime
    closed_at: dt.datetime | None
    steps: list[Row]
    evaluation_open: bool


def issue_receipt(tx: Transaction, county_code: str, report_id: uuid.UUID, now: dt.datetime) -> str:
    """Make the receipt of a report that has just been taken in; ``tx`` sees the county."""
    token = new_token(county_code)
    tx.rows(
        "INSERT INTO receipt (county_code, token_sha256, report_id, created_at)"
        " VALUES (%(county)s, %(sha)s, %(report)s, %(now)s)",
        {"county": county_code, "sha": token_sha256(token), "report": report_id, "now": now},
    )
    return token


def find_by_receipt(tx: Transaction, token: str, now: dt.datetime) -> ReceiptView:
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
