"""What people do to their own account: another password, and an end to sessions left open elsewhere.

A session is named by the hash of the hash that is stored of its token: telling it tells neither.
"""

from __future__ import annotations

import datetime as dt
import hashlib

from gis.accounts import note_done
from gis.audience import Actor
from gis.db.database import Database, Row, Transaction
from gis.errors import InvalidInput, NotFound, TooManyAttempts
from gis.passwords import check_password, hash_password, password_holds
from gis.sessions import LIMITS, SessionLimits
from gis.throttling import forget_failed_sign_ins, note_failed_sign_in, resting_until

_KEY = "left(encode(sha256(token_sha256), 'hex'), 16)"


def session_key(token: str) -> str:
    """Return by what the session of a token is named in lists."""
    stored = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
    return hashlib.sha256(stored).hexdigest()[:16]


def list_own_sessions(
    tx: Transaction,
    actor: Actor,
    token: str,
    *,
    now: dt.datetime,
    limits: SessionLimits = LIMITS,
) -> list[Row]:
    """Return the actor's sessions that hold, the present one first and then by last use.

    Each has ``id``, ``created_at``, ``used_at`` (to the minute), ``expires_at``, ``agent`` (what
    opened it called itself) and ``current``.
    """
    return tx.rows(
        f"SELECT {_KEY} AS id, created_at, expires_at, agent, {_KEY} = %(own)s AS current,"  # noqa: S608
        " greatest(created_at, idle_until - %(idle)s::interval) AS used_at FROM session"
        " WHERE account_id = %(account)s AND expires_at > %(now)s"
        " AND (idle_until IS NULL OR idle_until > %(now)s)"
        " ORDER BY current DESC, used_at DESC, created_at DESC",
        {"account": actor.account_id, "own": session_key(token), "now": now, "idle": limits.idle},
    )


def end_own_session(tx: Transaction, actor: Actor, key: str) -> None:
    """End one of the actor's sessions; it is signed out with its next request.

    Raises
    ------
    NotFound
        The actor has no session of that name.
    """
    ended = tx.rows(
        f"DELETE FROM session WHERE account_id = %(account)s AND {_KEY} = %(key)s"  # noqa: S608
        " RETURNING account_id",
        {"account": actor.account_id, "key": key},
    )
    if not ended:
        raise NotFound("You have no such session.")


def end_other_sessions(tx: Transaction, actor: Actor, token: str) -> int:
    """End the actor's sessions but the one of a token, and return how many there were."""
    ended = tx.rows(
        f"DELETE FROM session WHERE account_id = %(account)s AND {_KEY} <> %(own)s"  # noqa: S608
        " RETURNING account_id",
        {"account": actor.account_id, "own": session_key(token)},
    )
    return len(ended)


def change_own_password(
    db: Database,
    actor: Actor,
    token: str,
    *,
    current: str,
    password: str,
    now: dt.datetime,
    address: str = "",
) -> None:
    """Give the actor's account another password; every session but the token's ends.

    A wrong present password counts like a failed sign-in: who finds a session open guesses no more
    than who has none.

    Raises
    ------
    InvalidInput
        The new password is too short or the old one again, or ``current`` is not the present one.
    TooManyAttempts
        Too many passwords of this account, or from this address, were wrong.
    """
    check_password(password)
    if password == current:
        raise InvalidInput.of("password", "must differ from the present password")
    with db.read() as tx:
        until = resting_until(tx, actor.username, address, now)
        account = tx.query_one("account_by_username", {"username": actor.username})
    if until is not None:
        raise TooManyAttempts(
            "Too many wrong passwords. Wait a few minutes.",
            retry_after_s=int((until - now).total_seconds()) + 1,
        )
    if not password_holds(current, account["password_hash"] if account else None):
        with db.transaction() as tx:
            note_failed_sign_in(tx, actor.username, address, now)
        raise InvalidInput.of("current", "is not the present password")
    hashed = hash_password(password)
    with db.transaction() as tx:
        forget_failed_sign_ins(tx, actor.username)
        tx.rows(
            "UPDATE account SET password_hash = %(hash)s WHERE id = %(id)s RETURNING id",
            {"hash": hashed, "id": actor.account_id},
        )
        end_other_sessions(tx, actor, token)
        note_done(tx, actor, "change_password", actor.username, now)
