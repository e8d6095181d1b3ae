"""Failed attempts, counted in the database so that every process knows of them.

A user name rests after `MOST_FAILURES` failures within the window, an address after many more,
because a whole office may share one; so does an address that shows tokens or codes that do not
hold. Only hashes are stored.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping

from gis.db.database import Transaction

WINDOW = dt.timedelta(minutes=15)
REST = dt.timedelta(minutes=5)
MOST_FAILURES: Mapping[str, int] = {"name": 5, "address": 100, "token": 30}


def resting_until(
    tx: Transaction, username: str, address: str, now: dt.datetime
) -> dt.datetime | None:
    """Return until when sign-ins of a user name or from an address are refused; None if not."""
    return _resting_until(tx, _keys(name=username, address=address), now)


def tokens_resting_until(tx: Transaction, address: str, now: dt.datetime) -> dt.datetime | None:
    """Return until when tokens shown from an address are refused; None if not."""
    return _resting_until(tx, _keys(token=address), now)


def note_failed_sign_in(tx: Transaction, username: str, address: str, now: dt.datetime) -> None:
    """Count a failed sign-in; at the limit of its window the key begins to rest."""
    _note(tx, _keys(name=username, address=address), now)


def note_failed_token(tx: Transaction, address: str, now: dt.datetime) -> None:
    """Count a token or code that did not hold."""
    _note(tx, _keys(token=address), now)


def _resting_until(
    tx: Transaction, keys: Mapping[str, bytes], now: dt.datetime
) -> dt.datetime | None:
    rows = tx.rows(
        "SELECT max(blocked_until) AS until FROM sign_in_throttle"
        " WHERE key_sha256 = ANY(%(keys)s) AND blocked_until > %(now)s",
        {"keys": list(keys.values()), "now": now},
    )
    until: dt.datetime | None = rows[0]["until"]
    return until


def _note(tx: Transaction, keys: Mapping[str, bytes], now: dt.datetime) -> None:
    # In one order, so that two at once never wait for each other.
    for kind, key in sorted(keys.items()):
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
        {"key": _keys(name=username)["name"]},
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


def _keys(**named: str) -> dict[str, bytes]:
    return {
        kind: hashlib.sha256(f"{kind}:{value.casefold()}".encode("utf-8", "replace")).digest()
        for kind, value in named.items()
    }
