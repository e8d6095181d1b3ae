"""``gridcall account invite|list|disable`` and ``gridcall roster`` against a real database."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import psycopg
import pytest
from typer.testing import CliRunner, Result

from api import cli
from gis.db.database import Database, libpq_url
from gis.errors import Conflict, InvalidInput, NotFound
from gis.invitations import accept_invitation, get_invited
from gis.passwords import password_holds
from tests.support import county

Call = Callable[..., Result]


@pytest.fixture
def call(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("GRIDCALL_COUNTY", county.COUNTY)
    county.build(database_url, count=60)

    def run(*words: str) -> Result:
        return CliRunner().invoke(cli.make_app(words[0]), list(words))

    return run


@pytest.fixture
def owner(database_url: str) -> Iterator[Database]:
    db = Database(database_url, role=None)
    yield db
    db.close()


def test_a_code_of_the_command_line_is_used_once(call: Call, owner: Database) -> None:
    made = call("account", "invite", "liu", "--role", "planner", "--name", "刘规划")
    assert made.exit_code == 0, made.output
    code = re.search(r"([0-9A-Z]{4}-){3}[0-9A-Z]{4}", made.output)
    assert code is not None
    assert made.output.count(code[0]) == 1
    listed = call("account", "list", "--state", "invited")
    assert listed.output == "liu\tinvited\tplanner\t刘规划\t-\tnever\n"
    assert code[0] not in listed.output
    with owner.transaction() as tx:
        now = tx.scalar("SELECT now()")
        assert accept_invitation(tx, code[0], "long enough", now=now) == "liu"
        with pytest.raises(NotFound):
            get_invited(tx, code[0], now=now)
        kept = tx.scalar("SELECT password_hash FROM account WHERE username = 'liu'")
        assert password_holds("long enough", kept)
        by = tx.rows(
            "SELECT action, account_id IS NULL AS us FROM admin_event WHERE action = 'invite'"
        )
    assert by == [{"action": "invite", "us": True}]
    assert call("account", "list", "LI").output.startswith("liu\tactive")


def test_what_cannot_be_invited_says_why(call: Call) -> None:
    nowhere = call("account", "invite", "a b", "--role", "planner")
    assert isinstance(nowhere.exception, InvalidInput)
    assert isinstance(call("account", "invite", "x", "--role", "utility").exception, InvalidInput)
    assert isinstance(
        call("account", "invite", "x", "--role", "grid_staff").exception, InvalidInput
    )
    assert call("account", "invite", "liu", "--role", "planner").exit_code == 0
    assert isinstance(call("account", "invite", "liu", "--role", "planner").exception, Conflict)
    assert call("account", "list", "--state", "gone").exit_code == 2


def test_a_disabled_account_loses_its_code(call: Call, owner: Database) -> None:
    made = call("account", "invite", "liu", "--role", "planner")
    code = re.search(r"([0-9A-Z]{4}-){3}[0-9A-Z]{4}", made.output)
    assert code is not None
    assert call("account", "disable", "liu").exit_code == 0
    assert call("account", "list").output.startswith("liu\tdisabled")
    with owner.transaction() as tx, pytest.raises(NotFound):
        get_invited(tx, code[0], now=tx.scalar("SELECT now()"))
    assert isinstance(call("account", "disable", "nobody").exception, NotFound)


CODE = re.compile(r"([0-9A-Z]{4}-){3}[0-9A-Z]{4}")


def state_of(call: Call, username: str) -> str:
    line = next(
        one for one in call("account", "list").output.splitlines() if one.startswith(username)
    )
    return line.split("\t")[1]


def test_an_account_is_reset_disabled_and_enabled_and_each_step_written_down(
    call: Call, owner: Database
) -> None:
    assert call("account", "add", "liu", "--role", "planner", "--generate").exit_code == 0
    with owner.transaction() as tx:
        tx.rows(
            "INSERT INTO session (token_sha256, account_id, created_at, expires_at)"
            " SELECT 'x', id, now(), now() + interval '1 day' FROM account WHERE username = 'liu'"
        )
    again = call("account", "reset", "liu")
    assert again.exit_code == 0, again.output
    code = CODE.search(again.output)
    assert code is not None
    assert state_of(call, "liu") == "invited"
    with owner.transaction() as tx:
        assert tx.rows("SELECT 1 FROM session") == []
        assert accept_invitation(tx, code[0], "long enough", now=tx.scalar("SELECT now()")) == "liu"
    assert state_of(call, "liu") == "active"
    assert call("account", "disable", "liu").exit_code == 0
    assert isinstance(call("account", "reset", "liu").exception, Conflict)
    enabled = call("account", "enable", "liu")
    assert enabled.exit_code == 0, enabled.output
    assert state_of(call, "liu") == "active"  # with the password it had
    made = call("account", "reset", "liu", "--generate")
    password = re.search(r"Password, shown this once: (\S+)", made.output)
    assert password is not None
    with owner.transaction() as tx:
        kept = tx.scalar("SELECT password_hash FROM account WHERE username = 'liu'")
        done = tx.rows(
            "SELECT action, account_id IS NULL AS us FROM admin_event WHERE subject = 'liu'"
            " ORDER BY at, id"
        )
    assert password_holds(password[1], kept)
    assert [(one["action"], one["us"]) for one in done] == [
        ("reset", True), ("accept_invitation", False), ("disable", True), ("enable", True),
        ("reset", True),
    ]  # fmt: skip
    for step in ("reset", "enable", "disable"):
        assert isinstance(call("account", step, "nobody").exception, NotFound)


def test_the_roster_is_listed_and_changed(call: Call, database_url: str) -> None:
    whole = call("roster", "list").output.splitlines()
    assert len(whole) > 10
    cells = next(line.split("\t") for line in whole if "\ton duty\t" in line)
    assert len(cells) == 8
    code = cells[0]
    assert call("account", "invite", "wu", "--role", "grid_staff", "--staff", code).exit_code == 0
    answer = call("roster", "change", code, "--off-duty", "--until", "2031-12-31")
    assert answer.exit_code == 0, answer.output
    assert "off duty" in answer.output
    (line,) = call("roster", "list", code, "--off-duty").output.splitlines()
    assert line.split("\t")[6:] == ["2031-12-31", "wu"]
    with psycopg.connect(libpq_url(database_url)) as connection:
        details = connection.execute(
            "SELECT details FROM admin_event WHERE subject = %s AND account_id IS NULL", [code]
        ).fetchone()
    assert details == ({"on_duty": ["True", "False"], "valid_to": ["None", "2031-12-31"]},)
    assert call("roster", "change", code).exit_code == 2
    backwards = call("roster", "change", code, "--until", "1999-01-01")
    assert isinstance(backwards.exception, InvalidInput)
    assert isinstance(call("roster", "change", "none", "--on-duty").exception, NotFound)
