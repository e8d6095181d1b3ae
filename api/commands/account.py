"""``gridcall account``: who may sign in."""

from __future__ import annotations

import datetime as dt
import secrets
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Annotated, Any, cast, get_args

import typer

from api.commands import example
from gis.accounts import (
    NewAccount,
    State,
    accounts_of,
    add_account,
    disable_account,
    enable_account,
)
from gis.db import provision
from gis.db.database import Database, Row, Transaction
from gis.invitations import Invited, invite_into, reset_into, reset_to
from gis.registry import get_county, get_staff_id
from gis.settings import Settings

accounts = typer.Typer(no_args_is_help=True, help="Accounts: who may sign in.")

UsernameArgument = Annotated[str, typer.Argument(help="Name to sign in with.")]
GenerateOption = Annotated[
    bool,
    typer.Option("--generate", help="Make a password and print it once, instead of asking."),
]

RoleOption = Annotated[
    str,
    typer.Option(help="admin, supervisor, dispatcher, grid_staff, volunteer, utility or planner."),
]
NameOption = Annotated[str | None, typer.Option(help="The person's name; default the username.")]
TownOption = Annotated[str | None, typer.Option(help="Town of a town's dispatcher.")]
UtilityOption = Annotated[str | None, typer.Option(help="Utility the account acts for.")]
StaffOption = Annotated[
    str | None, typer.Option(help="Code of the grid staff or volunteer who signs in.")
]
CountyOption = Annotated[
    str | None, typer.Option("--county", help="Code of the county; default GRIDCALL_COUNTY.")
]


@accounts.command(
    epilog=example(
        "gridcall account add wang --role dispatcher --town 370782001 --name 王芳",
        "gridcall account add water2 --role utility --utility water --generate",
    )
)
def add(
    username: UsernameArgument,
    role: RoleOption,
    name: NameOption = None,
    town: TownOption = None,
    utility: UtilityOption = None,
    staff: StaffOption = None,
    generate: GenerateOption = False,
    county: CountyOption = None,
) -> None:
    """Add an account; its password is asked for, or made and printed once."""
    code = county or Settings().county
    password = _password(generate=generate)
    with _written("gridcall account add") as tx:
        get_county(tx, code)
        add_account(
            tx,
            county_code=code,
            username=username,
            name=name or username,
            password=password,
            role=role,
            town_code=town,
            utility_code=utility,
            staff_id=get_staff_id(tx, code, staff) if staff else None,
        )
    typer.echo(f"Account {username} ({role}) of county {code} is there.")
    _print_once(password, generate=generate)


@accounts.command(
    epilog=example(
        "gridcall account invite liu --role planner --name 刘规划",
        "gridcall account invite zhao --role grid_staff --staff S0012-1 --name 赵网格",
    )
)
def invite(
    username: UsernameArgument,
    role: RoleOption,
    name: NameOption = None,
    town: TownOption = None,
    utility: UtilityOption = None,
    staff: StaffOption = None,
    county: CountyOption = None,
) -> None:
    """Make an account without a password, and print once the code by which its holder sets one."""
    settings = Settings()
    code = county or settings.county
    account = NewAccount(username, name or username, role, town, utility, staff)
    with _written("gridcall account invite") as tx:
        get_county(tx, code)
        made = invite_into(
            tx,
            code,
            account,
            by=None,
            now=dt.datetime.now(dt.UTC),
            lasts=dt.timedelta(days=settings.invitation_days),
        )
    typer.echo(f"Account {username} ({role}) of county {code} waits for its password.")
    _print_code(made)


@accounts.command(
    "list", epilog=example("gridcall account list", "gridcall account list --state invited")
)
def list_(
    text: Annotated[str, typer.Argument(help="Part of a username or name; all without it.")] = "",
    role: Annotated[str | None, typer.Option(help="Only of this role.")] = None,
    state: Annotated[str | None, typer.Option(help="active, invited or disabled.")] = None,
    county: CountyOption = None,
) -> None:
    """List a county's accounts, one a line: username, state, role, name, where, last sign-in (UTC)."""
    if state is not None and state not in get_args(State):
        raise typer.BadParameter(f"must be one of {', '.join(get_args(State))}")
    code = county or Settings().county
    with _written("gridcall account list") as tx:
        get_county(tx, code)
        for row in _accounts(tx, code, text=text, role=role, state=cast(State | None, state)):
            where = row["town_code"] or row["utility_code"] or row["staff_code"] or "-"
            last = row["last_sign_in_at"]
            seen = f"{last.astimezone(dt.UTC):%Y-%m-%d %H:%M}" if last else "never"
            cells = (row["username"], row["state"], row["role"], row["name"], where, seen)
            typer.echo("\t".join(cells))


def _accounts(tx: Transaction, county: str, **wanted: Any) -> Iterator[Row]:
    now, cursor = dt.datetime.now(dt.UTC), None
    while True:
        page = accounts_of(tx, county, limit=1000, cursor=cursor, now=now, **wanted)
        yield from page.items
        cursor = page.next
        if cursor is None:
            return


@accounts.command(epilog=example("gridcall account disable wang"))
def disable(username: UsernameArgument) -> None:
    """Keep an account from signing in and end its sessions at once."""
    with _written("gridcall account disable") as tx:
        disable_account(tx, username, now=dt.datetime.now(dt.UTC))
    typer.echo(f"Account {username} is disabled; its sessions have ended.")


@accounts.command(epilog=example("gridcall account enable wang"))
def enable(username: UsernameArgument) -> None:
    """Let a disabled account sign in again, with the password it had."""
    with _written("gridcall account enable") as tx:
        enable_account(tx, username, now=dt.datetime.now(dt.UTC))
    typer.echo(f"Account {username} may sign in again; `account reset` gives it a new code.")


@accounts.command(
    epilog=example("gridcall account reset wang", "gridcall account reset wang --generate")
)
def reset(
    username: UsernameArgument,
    generate: GenerateOption = False,
    password: Annotated[
        bool, typer.Option("--password", help="Ask for the new password, or read it from a pipe.")
    ] = False,
) -> None:
    """End an account's sessions and print once the code by which its holder sets a new password."""
    settings, now = Settings(), dt.datetime.now(dt.UTC)
    new = _password(generate=generate) if generate or password else None
    if new is not None:
        with _written("gridcall account reset") as tx:
            reset_to(tx, username, new, now=now)
        typer.echo(f"Account {username} has another password; its sessions have ended.")
        _print_once(new, generate=generate)
        return
    lasts = dt.timedelta(days=settings.invitation_days)
    with _written("gridcall account reset") as tx:
        made = reset_into(tx, username, by=None, now=now, lasts=lasts)
    typer.echo(f"Account {username} waits for its new password; its sessions have ended.")
    _print_code(made)


def _password(*, generate: bool) -> str:
    """Make a password, ask for it twice, or read it from a pipe."""
    if generate:
        return secrets.token_urlsafe(12)
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))


def _print_code(made: Invited) -> None:
    typer.echo(f"Code for /invitation, shown this once: {made.code}")
    typer.echo(f"It holds until {made.expires_at:%Y-%m-%d %H:%M} UTC.")


def _print_once(password: str, *, generate: bool) -> None:
    if generate:
        typer.echo(f"Password, shown this once: {password}")


@contextmanager
def _written(purpose: str) -> Iterator[Transaction]:
    with (
        provision.opened(Settings(), purpose) as url,
        closing(Database(url, role=None)) as db,
        db.transaction() as tx,
    ):
        yield tx


def register(root: typer.Typer) -> None:
    """Hang the commands on the root."""
    root.add_typer(accounts, name="account")
