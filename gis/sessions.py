"""Accounts and the sessions they hold.

A session is a row: revoking it holds on the next request. The token leaves this module once, as
the answer to signing in; the database keeps its SHA-256 only (the token is 256 random bits, so a
slow hash would add nothing). Passwords are hashed with argon2.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import threading
import uuid
from dataclasses import dataclass
from functools import cache

from pwdlib import PasswordHash

from gis.audience import Actor
from gis.db.database import Database, Transaction
from gis.db.provision import DemoAccount
from gis.errors import Conflict, InvalidInput, NotAuthenticated, NotFound
from gis.ids import uuid7
from gis.models.account import ROLES

SESSION_LASTS = dt.timedelta(hours=12)
"""A working day and its overtime; afterwards one signs in again."""

SHORTEST_PASSWORD = 8

# One argon2 hash takes 64 MiB and tens of milliseconds: a flood of sign-ins waits here.
_HASHING = threading.BoundedSemaphore(2)
_REFUSED = "The username or the password is wrong."


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


def sign_in(db: Database, username: str, password: str, *, now: dt.datetime) -> SignedIn:
    """Check a password and open a session.

    An unknown username takes as long as a wrong password.

    Raises
    ------
    NotAuthenticated
        Unknown, disabled or wrong: the answer does not tell which.
    """
    with db.read() as tx:
        account = tx.query_one("account_by_username", {"username": username})
    holds = _verify(password, account["password_hash"] if account else _nobodys_hash())
    if account is None or not holds:
        raise NotAuthenticated(_REFUSED)
    token = secrets.token_urlsafe(32)
    expires_at = now + SESSION_LASTS
    with db.transaction() as tx:
        tx.query(
            "session_insert",
            {
                "token_sha256": _digest(token),
                "account_id": account["id"],
                "now": now,
                "expires_at": expires_at,
            },
        )
        actor = find_actor(tx, token, now=now)
    if actor is None:  # disabled between the two transactions
        raise NotAuthenticated(_REFUSED)
    return SignedIn(token, actor, expires_at)


def find_actor(tx: Transaction, token: str, *, now: dt.datetime) -> Actor | None:
    """Return whoever holds the session of a token, in one statement; None if it does not hold."""
    row = tx.query_one("session_actor", {"token_sha256": _digest(token), "now": now})
    if row is None:
        return None
    listed = {name: tuple(row[name]) for name in ("grid_codes", "office_codes")}
    return Actor(**{**row, **listed})


def end_session(tx: Transaction, token: str) -> None:
    """End one session; the token holds no longer."""
    tx.query("session_delete", {"token_sha256": _digest(token)})


def hash_password(password: str) -> str:
    """Return the argon2 hash of a password, salt included."""
    with _HASHING:
        return _argon2().hash(password)


def add_account(
    tx: Transaction,
    *,
    county_code: str,
    username: str,
    name: str,
    password: str,
    role: str,
    town_code: str | None = None,
    utility_code: str | None = None,
    staff_id: int | None = None,
) -> uuid.UUID:
    """Make an account and return its id.

    Raises
    ------
    InvalidInput
        The role is unknown, the password too short, or role and town or utility do not go together.
    Conflict
        The username is taken, or town, utility or staff do not exist.
    """
    if role not in ROLES:
        raise InvalidInput.of("role", f"must be one of {', '.join(ROLES)}")
    if (role == "utility") != (utility_code is not None):
        raise InvalidInput.of("utility_code", "goes with the role utility, and only with it")
    if town_code is not None and role != "dispatcher":
        raise InvalidInput.of("town_code", "only a dispatcher belongs to a town")
    _check_password(password)
    if tx.query_one("account_by_username", {"username": username}):
        raise Conflict(f"The username {username} is taken.")
    account_id = uuid7()
    tx.query(
        "account_insert",
        {
            "id": account_id,
            "county_code": county_code,
            "username": username,
            "name": name,
            "password_hash": hash_password(password),
            "role": role,
            "town_code": town_code,
            "utility_code": utility_code,
            "staff_id": staff_id,
        },
    )
    return account_id


def set_password(tx: Transaction, username: str, password: str) -> None:
    """Give an account another password, and end its sessions.

    Raises
    ------
    NotFound
        There is no account of that name.
    InvalidInput
        The password is too short.
    """
    _check_password(password)
    changes = {"username": username, "password_hash": hash_password(password)}
    if not tx.query("account_set_password", changes):
        raise NotFound(f"There is no account {username}.")


def disable_account(tx: Transaction, username: str, *, now: dt.datetime) -> None:
    """Keep an account from signing in, and end its sessions at once.

    Raises
    ------
    NotFound
        There is no account of that name.
    """
    if not tx.query("account_disable", {"username": username, "now": now}):
        raise NotFound(f"There is no account {username}.")


def list_demo_accounts(tx: Transaction) -> list[DemoAccount]:
    """List the sample city's accounts that may sign in; none in a database of one's own."""
    return [DemoAccount(**row) for row in tx.query("account_demo")]


def _check_password(password: str) -> None:
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidInput.of("password", f"needs at least {SHORTEST_PASSWORD} characters")


def _verify(password: str, password_hash: str) -> bool:
    with _HASHING:
        return _argon2().verify(password, password_hash)


def _digest(token: str) -> bytes:
    # surrogatepass: a header may hold any bytes, and none of them may be a server error.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


@cache
def _argon2() -> PasswordHash:
    return PasswordHash.recommended()


@cache
def _nobodys_hash() -> str:
    """Hash to compare with where there is no account, so that it costs the same time."""
    return _argon2().hash(secrets.token_urlsafe(16))
