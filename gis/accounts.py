"""Accounts of a county: who may sign in, listed, made, disabled and enabled again.

What is done to an account ends its sessions and is written down.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from dataclasses import dataclass
from typing import Any, Literal

from gis.admin_events import note_admin_event
from gis.audience import Actor
from gis.db.database import Row, Transaction
from gis.errors import Conflict, InvalidInput, NotAllowed, NotFound
from gis.ids import uuid7
from gis.models.account import ROLES
from gis.passwords import check_password, hash_password

State = Literal["active", "invited", "disabled"]

# Stands in addresses (/accounts/NAME/reset): no "/" or "?", and neither "." nor "..".
_USERNAME = re.compile(r"[^\W_][\w.@-]{0,63}")
_LONGEST_NAME = 100


@dataclass(frozen=True)
class NewAccount:
    """What is told of an account to be made.

    Attributes
    ----------
    staff_code
        Code of the row of the roster whose person signs in.
    """

    username: str
    name: str
    role: str
    town_code: str | None = None
    utility_code: str | None = None
    staff_code: str | None = None


@dataclass(frozen=True)
class AccountPage:
    """A page of accounts by user name; ``next`` is the last one's name, None on the last page."""

    items: list[Row]
    next: str | None


def list_accounts(
    tx: Transaction,
    actor: Actor,
    *,
    text: str = "",
    role: str | None = None,
    state: State | None = None,
    limit: int = 100,
    cursor: str | None = None,
    now: dt.datetime,
) -> AccountPage:
    """List the county's accounts by user name.

    Parameters
    ----------
    text
        Part of the user name or of the person's name.

    Raises
    ------
    NotAllowed
        The actor is no administrator.
    """
    check_admin(actor)
    return accounts_of(
        tx,
        actor.county_code,
        text=text,
        role=role,
        state=state,
        limit=limit,
        cursor=cursor,
        now=now,
    )


def accounts_of(
    tx: Transaction,
    county_code: str,
    *,
    text: str = "",
    role: str | None = None,
    state: State | None = None,
    limit: int = 100,
    cursor: str | None = None,
    now: dt.datetime,
) -> AccountPage:
    """Do what `list_accounts` does for whoever may: an administrator, or the command line."""
    rows = tx.query(
        "accounts_page",
        {
            "county_code": county_code, "text": text.strip(), "role": role, "state": state,
            "after": cursor or "", "username": None, "limit": limit + 1, "now": now,
        },
    )  # fmt: skip
    shown = rows[:limit]
    return AccountPage(shown, shown[-1]["username"] if len(rows) > limit else None)


def get_account(tx: Transaction, actor: Actor, username: str, *, now: dt.datetime) -> Row:
    """Return one account of the county as `list_accounts` has it.

    Raises
    ------
    NotAllowed
        The actor is no administrator.
    NotFound
        The county has no account of that name.
    """
    check_admin(actor)
    row = tx.query_one(
        "accounts_page",
        {
            "county_code": actor.county_code, "text": "", "role": None, "state": None,
            "after": "", "username": username, "limit": 1, "now": now,
        },
    )  # fmt: skip
    if row is None:
        raise NotFound(f"There is no account {username}.")
    return row


def disable(tx: Transaction, actor: Actor, username: str, *, now: dt.datetime) -> None:
    """Keep an account from signing in; its sessions end at once, and its code holds no longer.

    Raises
    ------
    NotAllowed
        The actor is no administrator.
    NotFound
        The county has no account of that name.
    Conflict
        It is the actor's own.
    """
    another_account(tx, actor, username, now)
    disable_account(tx, username, by=actor.account_id, now=now)


def enable(tx: Transaction, actor: Actor, username: str, *, now: dt.datetime) -> None:
    """Let a disabled account sign in again, with the password it had.

    Raises
    ------
    NotAllowed
        The actor is no administrator.
    NotFound
        The county has no account of that name.
    """
    another_account(tx, actor, username, now)
    enable_account(tx, username, by=actor.account_id, now=now)


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
    """Make an account with a password and return its id.

    Raises
    ------
    InvalidInput
        The role is unknown, the password too short, or role and town or utility do not go together.
    Conflict
        The username is taken, or town, utility or staff do not exist.
    """
    account = NewAccount(username, name, role, town_code, utility_code)
    check_password(password)
    return insert_account(tx, county_code, account, staff_id, password_hash=hash_password(password))


def set_password(tx: Transaction, username: str, password: str) -> None:
    """Give an account another password, and end its sessions.

    Raises
    ------
    NotFound
        There is no account of that name.
    InvalidInput
        The password is too short.
    """
    check_password(password)
    changes = {"username": username, "password_hash": hash_password(password)}
    if not tx.query("account_set_password", changes):
        raise NotFound(f"There is no account {username}.")


def disable_account(
    tx: Transaction, username: str, *, now: dt.datetime, by: uuid.UUID | None = None
) -> None:
    """Do what `disable` does for whoever may; ``by`` is None for the command line.

    Raises
    ------
    NotFound
        There is no account of that name.
    """
    account = get_held_account(tx, username)
    tx.query("account_disable", {"username": username, "now": now})
    tx.rows("DELETE FROM invitation WHERE account_id = %s", [account["id"]])
    note_admin_event(tx, account["county_code"], by, "disable", username, now=now)


def enable_account(
    tx: Transaction, username: str, *, now: dt.datetime, by: uuid.UUID | None = None
) -> None:
    """Do what `enable` does for whoever may; ``by`` is None for the command line.

    Raises
    ------
    NotFound
        There is no account of that name.
    """
    account = get_held_account(tx, username)
    tx.rows("UPDATE account SET disabled_at = NULL WHERE id = %s", [account["id"]])
    note_admin_event(tx, account["county_code"], by, "enable", username, now=now)


def get_held_account(tx: Transaction, username: str) -> Row:
    """Return id and county of an account, locked: what is done to it waits for nothing else.

    Raises
    ------
    NotFound
        There is no account of that name.
    """
    found = tx.rows(
        "SELECT id, county_code, disabled_at FROM account WHERE username = %s FOR UPDATE",
        [username],
    )
    if not found:
        raise NotFound(f"There is no account {username}.")
    return found[0]


def check_admin(actor: Actor) -> None:
    """Refuse whoever is no administrator.

    Raises
    ------
    NotAllowed
        The actor is none.
    """
    if actor.role != "admin":
        raise NotAllowed("Only administrators do that.")


def insert_account(
    tx: Transaction,
    county_code: str,
    account: NewAccount,
    staff_id: int | None,
    *,
    password_hash: str | None,
) -> uuid.UUID:
    """Write the row of a new account and return its id; None as hash has to be invited.

    Raises
    ------
    InvalidInput
        Names the field that makes no account.
    Conflict
        The user name is taken.
    """
    _check(tx, county_code, account)
    if tx.scalar("SELECT 1 FROM account WHERE username = %s", [account.username]):
        raise Conflict(f"The username {account.username} is taken.")
    account_id = uuid7()
    tx.query(
        "account_insert",
        {
            "id": account_id, "county_code": county_code, "username": account.username,
            "name": account.name, "password_hash": password_hash, "role": account.role,
            "town_code": account.town_code, "utility_code": account.utility_code,
            "staff_id": staff_id,
        },
    )  # fmt: skip
    return account_id


def _check(tx: Transaction, county_code: str, account: NewAccount) -> None:
    """Refuse what makes no account, naming the field."""
    if not _USERNAME.fullmatch(account.username):
        raise InvalidInput.of(
            "username", "1 to 64 letters, digits, . _ - @, a letter or digit first"
        )
    if not 1 <= len(account.name.strip()) <= _LONGEST_NAME:
        raise InvalidInput.of("name", f"1 to {_LONGEST_NAME} characters")
    if account.role not in ROLES:
        raise InvalidInput.of("role", f"must be one of {', '.join(ROLES)}")
    if (account.role == "utility") != (account.utility_code is not None):
        raise InvalidInput.of("utility_code", "goes with the role utility, and only with it")
    if account.town_code is not None and account.role != "dispatcher":
        raise InvalidInput.of("town_code", "only a dispatcher belongs to a town")
    there = {
        "utility_code": (account.utility_code, "SELECT 1 FROM utility WHERE county_code = %s AND code = %s"),
        "town_code": (account.town_code, "SELECT 1 FROM town WHERE county_code = %s AND code = %s"),
    }  # fmt: skip
    for field, (code, statement) in there.items():
        if code is not None and not tx.scalar(statement, [county_code, code]):
            raise InvalidInput.of(field, f"there is no {code} in this county")


def another_account(tx: Transaction, actor: Actor, username: str, now: dt.datetime) -> uuid.UUID:
    """Return the id of an account of the county that is not the actor's own.

    Raises
    ------
    NotAllowed
        The actor is no administrator.
    NotFound
        The county has no account of that name.
    Conflict
        It is the actor's own.
    """
    row = get_account(tx, actor, username, now=now)
    if row["id"] == actor.account_id:
        raise Conflict("Nobody does that to the own account: ask another administrator.")
    account_id: uuid.UUID = row["id"]
    return account_id


def note_done(
    tx: Transaction,
    actor: Actor,
    action: str,
    subject: str,
    now: dt.datetime,
    details: dict[str, Any] | None = None,
) -> None:
    """Write down what an actor did to what."""
    note_admin_event(
        tx, actor.county_code, actor.account_id, action, subject, now=now, details=details
    )
