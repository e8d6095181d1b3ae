"""``gridcall account``: who may sign in."""

from __future__ import annotations

import datetime as dt
import secrets
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Annotated

import typer

from api.commands import example
from gis.accounts import add_account, disable_account, set_password
from gis.db import provision
from gis.db.database import Database, Transaction
from gis.registry import find_staff_id, get_county
from gis.settings import Settings

accounts = typer.Typer(no_args_is_help=True, help="Accounts: who may sign in.")

UsernameArgument = Annotated[str, typer.Argument(help="Name to sign in with.")]
GenerateOption = Annotated[
    bool,
    typer.Option("--generate", help="Make a password and print it once, instead of asking."),
]


@accounts.command(
    epilog=example(
        "gridcall account add wang --role dispatcher --town 370782001 --name 王芳",
        "gridcall account add water2 --role utility --utility water --generate",
    )
)
def add(
    username: UsernameArgument,
    role: Annotated[
        str,
        typer.Option(
            help="admin, supervisor, dispatcher, grid_staff, volunteer, utility or planner."
        ),
    ],
    name: Annotated[
        str | None, typer.Option(help="The person's name; default the username.")
    ] = None,
    town: Annotated[str | None, typer.Option(help="Town of a town's dispatcher.")] = None,
    utility: Annotated[str | None, typer.Option(help="Utility the account acts for.")] = None,
    staff: Annotated[
        str | None, typer.Option(help="Code of the grid staff or volunteer who signs in.")
    ] = None,
    generate: GenerateOption = False,
    county: Annotated[
        str | None, typer.Option("--county", help="Code of the county; default GRIDCALL_COUNTY.")
    ] = None,
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
            staff_id=find_staff_id(tx, code, staff) if staff else None,
        )
    typer.echo(f"Account {username} ({role}) of county {code} is there.")
    _print_once(password, generate=generate)


@accounts.command(epilog=example("gridcall account disable wang"))
def disable(username: UsernameArgument) -> None:
    """Keep an account from signing in and end its sessions at once."""
    with _written("gridcall account disable") as tx:
        disable_account(tx, username, now=dt.datetime.now(dt.UTC))
    typer.echo(f"Account {username} is disabled; its sessions have ended.")


@accounts.command(epilog=example("gridcall account reset wang --generate"))
def reset(username: UsernameArgument, generate: GenerateOption = False) -> None:
    """Give an account another password and end its sessions."""
    password = _password(generate=generate)
    with _written("gridcall account reset") as tx:
        set_password(tx, username, password)
    typer.echo(f"Account {username} has another password; its sessions have ended.")
    _print_once(password, generate=generate)


def _password(*, generate: bool) -> str:
    """Make a password, ask for it twice, or read it from a pipe."""
    if generate:
        return secrets.token_urlsafe(12)
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))


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
