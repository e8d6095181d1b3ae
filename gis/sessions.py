"""Signing in, and the sessions that come of it.

A session is a row: revoking it holds on the next request. The token leaves this module once, as
the answer to signing in; the database keeps its SHA-256 only (the token is 256 random bits, so a
slow hash would add nothing). It ends after `SessionLimits.lasts`, and sooner when it is not used
for `SessionLimits.idle`; that it is used is written down once a minute at most.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import uuid
from dataclasses import dataclass

from gis.audience import Actor
from gis.db.database import Database, Transaction
from gis.db.provision import DemoAccount
from gis.errors import NotAuthenticated, TooManyAttempts
from gis.passwords import password_holds
from gis.throttling import forget_failed_sign_ins, note_failed_sign_in, resting_until

SESSION_LASTS = dt.timedelta(hours=12)
"""A working day and its overtime; afterwards one signs in again."""
SESSION_IDLE = dt.timedelta(hours=2)
KEPT_EVERY = dt.timedelta(minutes=1)
"""How often, at most, the use of a session is written down."""

_REFUSED = "The username or the password is wrong."


@dataclass(frozen=True)
class SessionLimits:
    """How long a session holds: in all, and without being used."""

    lasts: dt.timedelta = SESSION_LASTS
    idle: dt.timedelta = SESSION_IDLE


LIMITS = SessionLimits()


@dataclass(frozen=True)
class SignedIn:
    """A new session.

    Attributes
    ----------
    token
        What the client shows from now on; not stored anywhere.
    expires_at
        When it ends whatever happens.
    """

    token: str
    actor: Actor
    expires_at: dt.datetime


@dataclass(frozen=True)
class OpenSession:
    """A session that holds.

    Attributes
    ----------
    idle_until
        When it ends unless it is used before; None for one that only ends at its end.
    """

    actor: Actor
    idle_until: dt.datetime | None

    def is_to_keep(self, now: dt.datetime, limits: SessionLimits) -> bool:
        """Say whether this use has to be written down."""
        return self.idle_until is not None and self.idle_until <= now + limits.idle - KEPT_EVERY


def sign_in(
    db: Database,
    username: str,
    password: str,
    *,
    now: dt.datetime,
    address: str = "",
    agent: str = "",
    limits: SessionLimits = LIMITS,
) -> SignedIn:
    """Check a password and open a session.

    An unknown username takes as long as a wrong password.

    Parameters
    ----------
    address
        Where the request comes from, for counting failures.
    agent
        What the client calls itself, so that its holder knows the session again.

    Raises
    ------
    NotAuthenticated
        Unknown, disabled, without a password yet or wrong: the answer does not tell which.
    TooManyAttempts
        Too many failed before, of this name or from this address.
    """
    with db.read() as tx:
        until = resting_until(tx, username, address, now)
        account = tx.query_one("account_by_username", {"username": username})
    if until is not None:
        raise TooManyAttempts(
            "Too many sign-ins have failed. Wait a few minutes.",
            retry_after_s=int((until - now).total_seconds()) + 1,
        )
    if not password_holds(password, account["password_hash"] if account else None):
        with db.transaction() as tx:
            note_failed_sign_in(tx, username, address, now)
        raise NotAuthenticated(_REFUSED)
    with db.transaction() as tx:
        forget_failed_sign_ins(tx, username)
        opened = open_session(tx, username, now=now, agent=agent, limits=limits)
    if opened is None:  # disabled between the two transactions
        raise NotAuthenticated(_REFUSED)
    return opened


def open_session(
    tx: Transaction,
    username: str,
    *,
    now: dt.datetime,
    agent: str = "",
    limits: SessionLimits = LIMITS,
) -> SignedIn | None:
    """Open a session of an account whose holder has proved who they are; None if it is disabled."""
    token = secrets.token_urlsafe(32)
    expires_at = now + limits.lasts
    tx.query(
        "session_insert",
        {
            "token_sha256": _digest(token),
            "username": username,
            "now": now,
            "expires_at": expires_at,
            "idle_until": now + limits.idle,
            # A header may hold what PostgreSQL does not store.
            "agent": agent.replace("\0", "").encode("utf-8", "replace").decode()[:200],
        },
    )
    actor = find_actor(tx, token, now=now)
    return None if actor is None else SignedIn(token, actor, expires_at)


def find_session(tx: Transaction, token: str, *, now: dt.datetime) -> OpenSession | None:
    """Return the session of a token, in one statement; None if it does not hold."""
    row = tx.query_one("session_actor", {"token_sha256": _digest(token), "now": now})
    if row is None:
        return None
    idle_until = row.pop("idle_until")
    listed = {name: tuple(row[name]) for name in ("grid_codes", "office_codes")}
    return OpenSession(Actor(**{**row, **listed}), idle_until)


def find_actor(tx: Transaction, token: str, *, now: dt.datetime) -> Actor | None:
    """Return whoever holds the session of a token; None if it does not hold."""
    session = find_session(tx, token, now=now)
    return session.actor if session else None


def keep_session(tx: Transaction, token: str, *, now: dt.datetime, limits: SessionLimits) -> None:
    """Write down that a session is used, unless that was done within the last minute."""
    tx.query(
        "session_keep",
        {
            "token_sha256": _digest(token),
            "idle_until": now + limits.idle,
            "before": now + limits.idle - KEPT_EVERY,
        },
    )


def end_session(tx: Transaction, token: str) -> None:
    """End one session; the token holds no longer."""
    tx.query("session_delete", {"token_sha256": _digest(token)})


def end_sessions(tx: Transaction, account_id: uuid.UUID) -> int:
    """End every session of an account and return how many there were."""
    ended = tx.rows(
        "DELETE FROM session WHERE account_id = %(account)s RETURNING account_id",
        {"account": account_id},
    )
    return len(ended)


def list_demo_accounts(tx: Transaction) -> list[DemoAccount]:
    """List the sample city's accounts that may sign in; none in a database of one's own."""
    return [DemoAccount(**row) for row in tx.query("account_demo")]


def _digest(token: str) -> bytes:
    # surrogatepass: a header may hold any bytes, and none of them may be a server error.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
