"""Invitations: an account without a password, and the one-time code by which its holder sets one.

The code is shown once to whoever invites and kept as a hash until it is used or expires. Resetting
an account is the same again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
import uuid
from dataclasses import dataclass

from gis.accounts import (
    NewAccount,
    another_account,
    check_admin,
    get_held_account,
    insert_account,
    set_password,
)
from gis.admin_events import note_admin_event
from gis.audience import Actor
from gis.db.database import Row, Transaction
from gis.errors import Conflict, InvalidInput, NotFound
from gis.passwords import check_password

INVITATION_LASTS = dt.timedelta(days=7)

# Crockford's alphabet: nothing in it is mistaken for anything else when it is read out.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans("OILU", "011V")


@dataclass(frozen=True)
class Invited:
    """A one-time code, told once.

    Attributes
    ----------
    code
        Sixteen characters in groups of four, 80 random bits.
    """

    username: str
    code: str
    expires_at: dt.datetime


def invite_account(
    tx: Transaction,
    actor: Actor,
    account: NewAccount,
    *,
    now: dt.datetime,
    lasts: dt.timedelta = INVITATION_LASTS,
) -> Invited:
    """Make an account without a password, and the code by which its holder sets one.

    Raises
    ------
    NotAllowed
        The actor is no administrator.
    InvalidInput
        Names the fields: user name, name, role, and what does not go with the role or is not there.
    Conflict
        The user name is taken, or the person of the roster has an account already.
    """
    check_admin(actor)
    return invite_into(tx, actor.county_code, account, by=actor.account_id, now=now, lasts=lasts)


def invite_into(
    tx: Transaction,
    county_code: str,
    account: NewAccount,
    *,
    by: uuid.UUID | None,
    now: dt.datetime,
    lasts: dt.timedelta = INVITATION_LASTS,
) -> Invited:
    """Do what `invite_account` does for whoever may: an administrator, or the command line.

    Parameters
    ----------
    by
        Account of the administrator; None for the command line.

    Raises
    ------
    InvalidInput
        Names the fields: user name, name, role, and what does not go with the role or is not there.
    Conflict
        The user name is taken, or the person of the roster has an account already.
    """
    staff_id = _staff_id(tx, county_code, account)
    account_id = insert_account(tx, county_code, account, staff_id, password_hash=None)
    details = {"role": account.role, "town": account.town_code, "utility": account.utility_code,
               "staff": account.staff_code}  # fmt: skip
    note_admin_event(tx, county_code, by, "invite", account.username, now=now, details=details)
    return _code(tx, account_id, account.username, now, lasts)


def reset_account(
    tx: Transaction,
    actor: Actor,
    username: str,
    *,
    now: dt.datetime,
    lasts: dt.timedelta = INVITATION_LASTS,
) -> Invited:
    """Take an account's password away, end its sessions and make a new code.

    Raises
    ------
    NotAllowed
        The actor is no administrator.
    NotFound
        The county has no account of that name.
    Conflict
        It is the actor's own, or disabled.
    """
    another_account(tx, actor, username, now)
    return reset_into(tx, username, by=actor.account_id, now=now, lasts=lasts)


def reset_into(
    tx: Transaction,
    username: str,
    *,
    by: uuid.UUID | None,
    now: dt.datetime,
    lasts: dt.timedelta = INVITATION_LASTS,
) -> Invited:
    """Do what `reset_account` does for whoever may; ``by`` is None for the command line.

    Raises
    ------
    NotFound
        There is no account of that name.
    Conflict
        It is disabled.
    """
    account = _reset(tx, username, by, now)
    return _code(tx, account["id"], username, now, lasts)


def reset_to(tx: Transaction, username: str, password: str, *, now: dt.datetime) -> None:
    """Give an account another password from the command line, and end its sessions.

    Raises
    ------
    NotFound
        There is no account of that name.
    Conflict
        It is disabled.
    InvalidInput
        The password is too short.
    """
    account = _reset(tx, username, None, now)
    tx.rows("DELETE FROM invitation WHERE account_id = %s", [account["id"]])
    set_password(tx, username, password)


def _reset(tx: Transaction, username: str, by: uuid.UUID | None, now: dt.datetime) -> Row:
    """Take a password away, end the sessions it opened, and write that down."""
    account = get_held_account(tx, username)
    if account["disabled_at"] is not None:
        raise Conflict(f"The account {username} is disabled: enable it first.")
    tx.rows("UPDATE account SET password_hash = NULL WHERE id = %s", [account["id"]])
    tx.rows("DELETE FROM session WHERE account_id = %s", [account["id"]])
    note_admin_event(tx, account["county_code"], by, "reset", username, now=now)
    return account


def get_invited(tx: Transaction, code: str, *, now: dt.datetime) -> Row:
    """Return whom a code invites: user name, name, role, county and until when.

    Raises
    ------
    NotFound
        There is no such code, it was used, or it has expired.
    """
    row = tx.query_one("invitation_by_code", {"code_sha256": _digest(code), "now": now})
    if row is None:
        raise NotFound("This code is not valid, was used before, or has expired.")
    return row


def accept_invitation(tx: Transaction, code: str, password: str, *, now: dt.datetime) -> str:
    """Set the password of the account that a code invites, and return its user name.

    Raises
    ------
    NotFound
        There is no such code, it was used, or it has expired.
    InvalidInput
        The password is too short.
    """
    row = get_invited(tx, code, now=now)
    check_password(password)
    used = tx.rows(
        "DELETE FROM invitation WHERE account_id = %(id)s AND code_sha256 = %(code)s"
        " RETURNING account_id",
        {"id": row["account_id"], "code": _digest(code)},
    )
    if not used:  # by someone else, a moment ago
        raise NotFound("This code is not valid, was used before, or has expired.")
    set_password(tx, row["username"], password)
    note_admin_event(
        tx, row["county_code"], row["account_id"], "accept_invitation", row["username"], now=now
    )
    return str(row["username"])


def _staff_id(tx: Transaction, county_code: str, account: NewAccount) -> int | None:
    """Return the row of the roster that an account belongs to."""
    if account.staff_code is None:
        if account.role == "grid_staff":
            raise InvalidInput.of("staff_code", "grid staff are invited from the roster")
        return None
    if account.role not in {"grid_staff", "volunteer"}:
        raise InvalidInput.of("staff_code", "only grid staff and volunteers stand on the roster")
    found = tx.scalar(
        "SELECT id FROM grid_staff WHERE county_code = %s AND code = %s FOR UPDATE",
        [county_code, account.staff_code],
    )
    if found is None:
        raise InvalidInput.of("staff_code", f"there is no {account.staff_code} on the roster")
    taken = tx.scalar(
        "SELECT username FROM account WHERE staff_id = %s AND disabled_at IS NULL", [found]
    )
    if taken is not None:
        raise Conflict(f"{account.staff_code} has an account already: {taken}.")
    return int(found)


def _code(
    tx: Transaction, account_id: uuid.UUID, username: str, now: dt.datetime, lasts: dt.timedelta
) -> Invited:
    code = "".join(secrets.choice(_ALPHABET) for _ in range(16))
    tx.query(
        "invitation_put",
        {"account_id": account_id, "code_sha256": _digest(code), "now": now, "expires_at": now + lasts},
    )  # fmt: skip
    grouped = "-".join(code[i : i + 4] for i in range(0, 16, 4))
    return Invited(username, grouped, now + lasts)


def _digest(code: str) -> bytes:
    """Return what is stored of a code, as it may be typed: any case, with or without hyphens."""
    plain = re.sub(r"[\s-]", "", code).upper().translate(_MISREAD)
    return hashlib.sha256(f"invitation:{plain}".encode("utf-8", "surrogatepass")).digest()
