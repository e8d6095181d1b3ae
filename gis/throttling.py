"""Failed sign-ins, counted in the database so that every process knows of them.

A user name rests after `MOST_FAILURES` failures within the window, an address after many more,
because a whole office may share one. Only hashes of both are stored.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping

from gis.db.database import Transaction

WINDOW = dt.timedelta(minutes=15)
REST = dt.timedelta(minutes=5)
MOST_FAILURES: Mapping[str, int] = {"name": 5, "address": 100}


def resting_until(
    tx: Transaction, username: str, address: str, now: dt.datetime
) -> dt.datetime | None:
    """Return until when sign-ins of a user name or from an address are refused; None if not."""
    rows = tx.rows(
        "SELECT max(blocked_until) AS until FROM sign_in_throttle"
        " WHERE key_sha256 = ANY(%(keys)s) AND blocked_until > %(now)s",
        {"keys": list(_keys(username, address).values()), "now": now},
    )
    until: dt.datetime | None = rows[0]["until"]
    return until


def note_failed_sign_in(tx: Transaction, username: str, address: str, now: dt.datetime) -> None:
    """Count a failed sign-in; at the limit of its window the key begins to rest."""
    for kind, key in sorted(_keys(username, address).items()):
        tx.query(
            "note_failed_sign_in",
            {
                "key": key,
                "now": now,
                "window": now - WINDOW,
                "rest": now + REST,
                "most": MOST_FAILURES[kind],
            },
        )


def forget_failed_sign_ins(tx: Transaction, username: str) -> None:
    """Forget the failures of a user name that has signed in; those of the address stay."""
    tx.rows(
        "DELETE FROM sign_in_throttle WHERE key_sha256 = %(key)s",
        {"key": _keys(username, "")["name"]},
    )


def prune_throttle(tx: Transaction, now: dt.datetime) -> int:
    """Delete what no longer matters and return how many rows went."""
    return len(
        tx.rows(
            "DELETE FROM sign_in_throttle WHERE since < %(window)s"
            " AND coalesce(blocked_until, since) < %(now)s RETURNING failures",
            {"window": now - WINDOW, "now": now},
        )
    )


def _keys(username: str, address: str) -> dict[str, bytes]:
    named = {"name": username.casefold(), "address": address}
    return {
        kind: hashlib.sha256(f"{kind}:{value}".encode("utf-8", "replace")).digest()
        for kind, value in named.items()
    }
