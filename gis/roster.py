"""The roster (网格员名册): who serves which grid, who is on duty, from when until when."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from gis.accounts import check_admin
from gis.admin_events import note_admin_event
from gis.audience import Actor
from gis.db.database import Row, Transaction
from gis.errors import InvalidInput, NotFound

STAFF_ROLES = ("leader", "member", "branch_secretary", "volunteer")


@dataclass(frozen=True)
class RosterPage:
    """A page of the roster by code; ``next`` is the last one's code, None on the last page."""

    items: list[Row]
    next: str | None


def list_roster(
    tx: Transaction,
    actor: Actor,
    *,
    text: str = "",
    town: str | None = None,
    role: str | None = None,
    on_duty: bool | None = None,
    limit: int = 100,
    cursor: str | None = None,
) -> RosterPage:
    """List the people of the roster by code.

    Parameters
    ----------
    text
        Part of a name, code or telephone, or a grid's code.

    Raises
    ------
    NotAllowed
        The actor is no administrator.
    """
    check_admin(actor)
    return roster_of(
        tx, actor.county_code, text=text, town=town, role=role, on_duty=on_duty, limit=limit,
        cursor=cursor,
    )  # fmt: skip


def roster_of(
    tx: Transaction,
    county_code: str,
    *,
    text: str = "",
    town: str | None = None,
    role: str | None = None,
    on_duty: bool | None = None,
    limit: int = 100,
    cursor: str | None = None,
) -> RosterPage:
    """Do what `list_roster` does for whoever may: an administrator, or the command line."""
    rows = tx.query(
        "roster_page",
        {
            "county_code": county_code, "text": text.strip(), "town": town, "role": role,
            "on_duty": on_duty, "after": cursor or "", "code": None, "limit": limit + 1,
        },
    )  # fmt: skip
    shown = rows[:limit]
    return RosterPage(shown, shown[-1]["code"] if len(rows) > limit else None)


def get_person(tx: Transaction, actor: Actor, code: str) -> Row:
    """Return one row of the roster.

    Raises
    ------
    NotAllowed
        The actor is no administrator.
    NotFound
        The county has nobody of that code.
    """
    check_admin(actor)
    return person_of(tx, actor.county_code, code)


def person_of(tx: Transaction, county_code: str, code: str) -> Row:
    """Do what `get_person` does for whoever may: an administrator, or the command line.

    Raises
    ------
    NotFound
        The county has nobody of that code.
    """
    row = tx.query_one(
        "roster_page",
        {
            "county_code": county_code, "text": "", "town": None, "role": None,
            "on_duty": None, "after": "", "code": code, "limit": 1,
        },
    )  # fmt: skip
    if row is None:
        raise NotFound(f"There is no {code} on the roster.")
    return row


def change_person(
    tx: Transaction,
    actor: Actor,
    code: str,
    *,
    on_duty: bool,
    valid_from: dt.date,
    valid_to: dt.date | None,
    now: dt.datetime,
) -> None:
    """Change whether a person is on duty, and from when until when they serve.

    The next report is matched by it; reports matched before keep whom they were given to.

    Raises
    ------
    NotAllowed
        The actor is no administrator.
    NotFound
        The county has nobody of that code.
    InvalidInput
        The service ends before it begins.
    """
    check_admin(actor)
    change_serving(
        tx, actor.county_code, code, by=actor.account_id, on_duty=on_duty, valid_from=valid_from,
        valid_to=valid_to, now=now,
    )  # fmt: skip


def change_serving(
    tx: Transaction,
    county_code: str,
    code: str,
    *,
    by: uuid.UUID | None,
    on_duty: bool,
    valid_from: dt.date,
    valid_to: dt.date | None,
    now: dt.datetime,
) -> None:
    """Do what `change_person` does for whoever may: an administrator, or the command line.

    Parameters
    ----------
    by
        Account of the administrator; None for the command line.

    Raises
    ------
    NotFound
        The county has nobody of that code.
    InvalidInput
        The service ends before it begins.
    """
    before = person_of(tx, county_code, code)
    if valid_to is not None and valid_to < valid_from:
        raise InvalidInput.of("valid_to", "must not lie before valid_from")
    after = {"on_duty": on_duty, "valid_from": valid_from, "valid_to": valid_to}
    if {name: before[name] for name in after} == after:
        return
    tx.rows(
        "UPDATE grid_staff SET on_duty = %(on_duty)s, valid_from = %(valid_from)s,"
        " valid_to = %(valid_to)s WHERE county_code = %(county)s AND code = %(code)s",
        {**after, "county": county_code, "code": code},
    )
    changed = {
        name: [str(before[name]), str(value)]
        for name, value in after.items()
        if before[name] != value
    }
    note_admin_event(tx, county_code, by, "change_roster", code, now=now, details=changed)
