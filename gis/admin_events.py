"""What was done to accounts, the roster, categories and kept data, written down for good."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert

from gis.db.database import Row, Transaction
from gis.ids import uuid7
from gis.models import AdminEvent


def note_admin_event(
    tx: Transaction,
    county_code: str,
    account_id: uuid.UUID | None,
    action: str,
    subject: str,
    *,
    now: dt.datetime,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write down what was done to what.

    Parameters
    ----------
    account_id
        Who did it; None for the command line.
    """
    tx.connection.execute(
        insert(AdminEvent).values(
            county_code=county_code,
            id=uuid7(),
            at=now,
            account_id=account_id,
            action=action,
            subject=subject,
            details={key: value for key, value in (details or {}).items() if value is not None},
        )
    )


def list_admin_events(tx: Transaction, county_code: str, most: int = 50) -> list[Row]:
    """Return what was done, newest first, with the name of who did it."""
    return tx.rows(
        "SELECT e.at, e.action, e.subject, e.details, a.name, a.username FROM admin_event e"
        " LEFT JOIN account a ON a.id = e.account_id"
        " WHERE e.county_code = %(county)s ORDER BY e.at DESC, e.id DESC LIMIT %(most)s",
        {"county": county_code, "most": most},
    )
