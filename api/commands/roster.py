"""``gridcall roster``: who serves which grid, who is on duty, from when until when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Annotated

import typer

from api.commands import example
from gis.db import provision
from gis.db.database import Database, Transaction
from gis.registry import get_county
from gis.roster import STAFF_ROLES, change_serving, person_of, roster_of
from gis.settings import Settings

roster = typer.Typer(no_args_is_help=True, help="The roster of grid staff: list, duty and dates.")

CountyOption = Annotated[
    str | None, typer.Option("--county", help="Code of the county; default GRIDCALL_COUNTY.")
]
_PAGE = 1000


@roster.command(
    "list",
    epilog=example("gridcall roster list --town 370782001", "gridcall roster list 3707820010"),
)
def list_(
    text: Annotated[
        str, typer.Argument(help="Part of a name, code or telephone, or a grid; all without it.")
    ] = "",
    town: Annotated[str | None, typer.Option(help="Only of this town.")] = None,
    role: Annotated[str | None, typer.Option(help=f"Only {', '.join(STAFF_ROLES)}.")] = None,
    on_duty: Annotated[
        bool | None, typer.Option("--on-duty/--off-duty", help="Only who is, or is not, on duty.")
    ] = None,
    county: CountyOption = None,
) -> None:
    """List people, one a line: code, role, duty, name, grid or town, from, until, account."""
    if role is not None and role not in STAFF_ROLES:
        raise typer.BadParameter(f"must be one of {', '.join(STAFF_ROLES)}")
    code = county or Settings().county
    cursor = None
    with _written("gridcall roster list") as tx:
        get_county(tx, code)
        while True:
            page = roster_of(
                tx, code, text=text, town=town, role=role, on_duty=on_duty, limit=_PAGE,
                cursor=cursor,
            )  # fmt: skip
            for row in page.items:
                cells = (
                    row["code"], row["role"], "on duty" if row["on_duty"] else "off duty",
                    row["name"], row["grid_code"] or row["town_code"] or "-",
                    str(row["valid_from"]), str(row["valid_to"] or "-"), row["username"] or "-",
                )  # fmt: skip
                typer.echo("\t".join(cells))
            cursor = page.next
            if cursor is None:
                return


@roster.command(
    epilog=example(
        "gridcall roster change S0012-1 --off-duty",
        "gridcall roster change S0012-1 --until 2026-12-31",
    )
)
def change(
    person: Annotated[str, typer.Argument(help="Code of the person on the roster.")],
    on_duty: Annotated[
        bool | None, typer.Option("--on-duty/--off-duty", help="Whether on duty from now on.")
    ] = None,
    since: Annotated[
        dt.datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="First day of service."),
    ] = None,
    until: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day of service.")
    ] = None,
    county: CountyOption = None,
) -> None:
    """Change duty and days of service; new reports are matched by it, old ones stay where they are."""
    if on_duty is None and since is None and until is None:
        raise typer.BadParameter("say what to change: --on-duty, --off-duty, --from or --until")
    code = county or Settings().county
    with _written("gridcall roster change") as tx:
        before = person_of(tx, code, person)
        change_serving(
            tx,
            code,
            person,
            by=None,
            on_duty=before["on_duty"] if on_duty is None else on_duty,
            valid_from=since.date() if since else before["valid_from"],
            valid_to=until.date() if until else before["valid_to"],
            now=dt.datetime.now(dt.UTC),
        )
        after = person_of(tx, code, person)
    duty = "on duty" if after["on_duty"] else "off duty"
    typer.echo(
        f"{person} is {duty}, from {after['valid_from']} until {after['valid_to'] or 'further notice'}."
    )


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
    root.add_typer(roster, name="roster")
