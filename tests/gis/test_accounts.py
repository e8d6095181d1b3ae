"""Accounts by invitation: a code shown once, used once; disabled and reset ones end at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from gis import accounts, invitations
from gis.accounts import NewAccount, get_account, list_accounts
from gis.admin_events import list_admin_events
from gis.audience import Actor
from gis.db.database import Database, Transaction
from gis.errors import Conflict, GridCallError, InvalidInput, NotAllowed, NotAuthenticated, NotFound
from gis.invitations import Invited, accept_invitation, get_invited, invite_account, reset_account
from gis.sessions import LIMITS as SESSIONS
from gis.sessions import SESSION_IDLE, find_actor, find_session, keep_session, sign_in
from tests.support.crew import Desk

NOW = dt.datetime(2022, 5, 10, 1, tzinfo=dt.UTC)
PASSWORD = "long enough"


def admin(desk: Desk) -> Actor:
    return desk.people.admin


def invited(desk: Desk, username: str = "wang", **more: Any) -> Invited:
    account = NewAccount(username, "王芳", **{"role": "planner", **more})
    with desk.db.transaction() as tx:
        return invite_account(tx, admin(desk), account, now=NOW)


def accepted(desk: Desk, code: str, now: dt.datetime = NOW) -> str:
    with desk.db.transaction() as tx:
        return accept_invitation(tx, code, PASSWORD, now=now)


def test_a_code_is_shown_once_kept_as_a_hash_and_used_once(fresh_desk: Desk) -> None:
    desk = fresh_desk
    made = invited(desk)
    with desk.db.read() as tx:
        (row,) = tx.rows("SELECT code_sha256 FROM invitation")
        assert made.code.replace("-", "").encode() not in bytes(row["code_sha256"])
        assert get_account(tx, admin(desk), "wang", now=NOW)["state"] == "invited"
        assert get_invited(tx, made.code, now=NOW)["name"] == "王芳"
    with pytest.raises(NotAuthenticated):
        sign_in(desk.db, "wang", PASSWORD, now=NOW)
    # As it is read out and typed: small letters, spaces, O for 0.
    typed = made.code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert accepted(desk, typed) == "wang"
    assert sign_in(desk.db, "wang", PASSWORD, now=NOW).actor.role == "planner"
    with pytest.raises(NotFound):
        accepted(desk, made.code)
    with desk.db.read() as tx:
        row = get_account(tx, admin(desk), "wang", now=NOW)
        assert (row["state"], row["last_sign_in_at"], row["sessions"]) == ("active", NOW, 1)
        done = [event["action"] for event in list_admin_events(tx, "370782")]
    assert done == ["accept_invitation", "invite"]


def test_a_code_expires_and_a_new_one_takes_its_place(fresh_desk: Desk) -> None:
    desk = fresh_desk
    first = invited(desk)
    with desk.db.transaction() as tx:
        second = reset_account(tx, admin(desk), "wang", now=NOW)
    with pytest.raises(NotFound):
        accepted(desk, first.code)
    with pytest.raises(NotFound):
        accepted(desk, second.code, second.expires_at)
    assert accepted(desk, second.code, second.expires_at - dt.timedelta(seconds=1)) == "wang"


def test_a_short_password_leaves_the_code_usable(fresh_desk: Desk) -> None:
    made = invited(fresh_desk)
    with pytest.raises(InvalidInput), fresh_desk.db.transaction() as tx:
        accept_invitation(tx, made.code, "short", now=NOW)
    assert accepted(fresh_desk, made.code) == "wang"


def test_reset_and_disable_end_sessions_at_once(fresh_desk: Desk) -> None:
    desk = fresh_desk
    accepted(desk, invited(desk).code)
    token = sign_in(desk.db, "wang", PASSWORD, now=NOW).token
    with desk.db.transaction() as tx:
        code = reset_account(tx, admin(desk), "wang", now=NOW).code
        assert find_actor(tx, token, now=NOW) is None
    with pytest.raises(NotAuthenticated):
        sign_in(desk.db, "wang", PASSWORD, now=NOW)
    accepted(desk, code)
    token = sign_in(desk.db, "wang", PASSWORD, now=NOW).token
    with desk.db.transaction() as tx:
        accounts.disable(tx, admin(desk), "wang", now=NOW)
        assert find_actor(tx, token, now=NOW) is None
    with pytest.raises(NotAuthenticated):
        sign_in(desk.db, "wang", PASSWORD, now=NOW)
    with pytest.raises(Conflict), desk.db.transaction() as tx:
        reset_account(tx, admin(desk), "wang", now=NOW)
    with desk.db.transaction() as tx:
        accounts.enable(tx, admin(desk), "wang", now=NOW)
    assert sign_in(desk.db, "wang", PASSWORD, now=NOW).token


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"role": "king"}, "role"),
        ({"username": "two words"}, "username"),
        ({"username": ""}, "username"),
        ({"username": "water/night"}, "username"),
        ({"username": "who?"}, "username"),
        ({"username": ".."}, "username"),
        ({"name": " "}, "name"),
        ({"role": "utility"}, "utility_code"),
        ({"role": "utility", "utility_code": "none"}, "utility_code"),
        ({"town_code": "370782001"}, "town_code"),
        ({"role": "dispatcher", "town_code": "370783001"}, "town_code"),
        ({"role": "grid_staff"}, "staff_code"),
        ({"role": "grid_staff", "staff_code": "nobody"}, "staff_code"),
        ({"staff_code": "S0000-0"}, "staff_code"),
    ],
)
def test_an_invitation_that_makes_no_sense_names_its_field(
    desk: Desk, change: dict[str, str], field: str
) -> None:
    account = NewAccount(**{"username": "odd", "name": "x", "role": "planner", **change})
    with pytest.raises(InvalidInput) as refused, desk.db.transaction() as tx:
        invite_account(tx, admin(desk), account, now=NOW)
    assert [error.field for error in refused.value.errors] == [field]


def test_a_person_of_the_roster_has_one_account(fresh_desk: Desk) -> None:
    desk = fresh_desk
    with desk.db.read() as tx:
        code = tx.scalar(
            "SELECT code FROM grid_staff s WHERE county_code = '370782' AND role = 'member'"
            " AND NOT EXISTS (SELECT FROM account a WHERE a.staff_id = s.id) ORDER BY code LIMIT 1"
        )
    invited(desk, "first", role="grid_staff", staff_code=code)
    with pytest.raises(Conflict):
        invited(desk, "second", role="grid_staff", staff_code=code)
    with desk.db.transaction() as tx:
        accounts.disable(tx, admin(desk), "first", now=NOW)
    assert invited(desk, "second", role="grid_staff", staff_code=code).code
    with pytest.raises(Conflict):
        invited(desk, "second")


def steps() -> dict[str, Callable[[Transaction, Actor], object]]:
    return {
        "list": lambda tx, who: list_accounts(tx, who, now=NOW),
        "get": lambda tx, who: get_account(tx, who, "planner", now=NOW),
        "invite": lambda tx, who: invite_account(tx, who, NewAccount("x", "x", "planner"), now=NOW),
        "reset": lambda tx, who: reset_account(tx, who, "planner", now=NOW),
        "disable": lambda tx, who: accounts.disable(tx, who, "planner", now=NOW),
        "enable": lambda tx, who: accounts.enable(tx, who, "planner", now=NOW),
    }


@pytest.mark.parametrize("step", steps())
def test_only_administrators_of_the_county_may(desk: Desk, step: str) -> None:
    for who in desk.people.all():
        if who.role != "admin":
            with pytest.raises(NotAllowed), desk.db.transaction() as tx:
                steps()[step](tx, who)
    foreign = Actor(admin(desk).account_id, "370783", "admin", "x", "admin")
    if step in {"get", "reset", "disable", "enable"}:
        with pytest.raises(NotFound), desk.db.transaction() as tx:
            steps()[step](tx, foreign)


@pytest.mark.parametrize("step", [accounts.disable, reset_account])
def test_nobody_shuts_the_door_on_oneself(desk: Desk, step: Callable[..., object]) -> None:
    with pytest.raises(Conflict), desk.db.transaction() as tx:
        step(tx, admin(desk), "admin", now=NOW)


def test_the_list_is_searched_filtered_and_paged(fresh_desk: Desk) -> None:
    desk = fresh_desk
    invited(desk, "zz-invited")

    def names(**more: Any) -> list[str]:
        with desk.db.read() as tx:
            page = list_accounts(tx, admin(desk), now=NOW, **more)
        return [row["username"] for row in page.items]

    everyone = names()
    assert everyone == sorted(everyone)
    assert "neighbour" not in everyone
    assert names(state="invited") == ["zz-invited"]
    assert names(text="INVITED") == ["zz-invited"]
    assert names(text="王芳") == ["zz-invited"]
    assert set(names(role="utility")) == {"water", "power", "telecom"} & set(everyone)
    walked: list[str] = []
    cursor: str | None = None
    while True:
        with desk.db.read() as tx:
            page = list_accounts(tx, admin(desk), limit=2, cursor=cursor, now=NOW)
        walked += [row["username"] for row in page.items]
        if page.next is None:
            break
        cursor = page.next
    assert walked == everyone


def test_a_session_ends_when_it_is_not_used(fresh_desk: Desk) -> None:
    desk = fresh_desk
    accepted(desk, invited(desk).code)
    token = sign_in(desk.db, "wang", PASSWORD, now=NOW).token

    def session(at: dt.datetime) -> Any:
        with desk.db.read() as tx:
            return find_session(tx, token, now=at)

    just_before = NOW + SESSION_IDLE - dt.timedelta(seconds=1)
    assert session(just_before) is not None
    assert session(NOW + SESSION_IDLE) is None
    with desk.db.transaction() as tx:
        keep_session(tx, token, now=just_before, limits=SESSIONS)
    assert session(NOW + SESSION_IDLE) is not None
    assert session(NOW + SESSIONS.lasts) is None


def writes(db: Database) -> int:
    """Return how often the row of the only session was written."""
    with db.read() as tx:
        return int(tx.scalar("SELECT max(xmin::text::bigint) FROM session"))


def test_use_is_written_down_once_a_minute(fresh_desk: Desk) -> None:
    desk = fresh_desk
    accepted(desk, invited(desk).code)
    token = sign_in(desk.db, "wang", PASSWORD, now=NOW).token
    at_first = writes(desk.db)

    def keep(seconds: int) -> None:
        with desk.db.transaction() as tx:
            keep_session(tx, token, now=NOW + dt.timedelta(seconds=seconds), limits=SESSIONS)

    keep(59)
    assert writes(desk.db) == at_first
    keep(60)
    after_a_minute = writes(desk.db)
    assert after_a_minute > at_first
    keep(119)
    assert writes(desk.db) == after_a_minute


def test_a_code_guessed_is_no_code(desk: Desk) -> None:
    for code in ("", "0000-0000-0000-0000", "x" * 5000, "\ud800", "é"):
        with pytest.raises(GridCallError), desk.db.transaction() as tx:
            invitations.get_invited(tx, code, now=NOW)
