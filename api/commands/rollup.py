"""``gridcall rollup``: the counts behind the heat layers, checked against the reports and rebuilt."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Annotated

import typer

from api.commands import example
from gis import rollups
from gis.db import provision
from gis.db.database import Database, Transaction
from gis.settings import Settings

rollup = typer.Typer(no_args_is_help=True, help="Counts kept beside the reports.")

CountyOption = Annotated[
    str | None, typer.Option("--county", help="Code of the county; default GRIDCALL_COUNTY.")
]


@rollup.command(epilog=example("gridcall rollup check"))
def check(county: CountyOption = None) -> None:
    """Count the reports and compare; exit code 1 where a count differs."""
    with _opened("gridcall rollup check", county) as (tx, code):
        found = rollups.check(tx, code)
    for difference in found:
        key = ", ".join(f"{name} {value}" for name, value in difference.key.items())
        typer.echo(
            f"{difference.table}: {key}: {difference.number} kept {difference.kept},"
            f" counted {difference.counted}"
        )
    if found:
        typer.echo("Mend it with: gridcall rollup rebuild", err=True)
        raise typer.Exit(1)
    typer.echo("every count is what the reports say")


@rollup.command(epilog=example("gridcall rollup rebuild"))
def rebuild(county: CountyOption = None) -> None:
    """Count all reports anew; intake waits meanwhile."""
    with _opened("gridcall rollup rebuild", county) as (tx, code):
        rollups.rebuild(tx, code)
    typer.echo("all counts are rebuilt")


@contextmanager
def _opened(purpose: str, county: str | None) -> Iterator[tuple[Transaction, str]]:
    settings = Settings()
    code = county or settings.county
    # As the owner: counts are of all reports, whoever may read them.
    with (
        provision.opened(settings, purpose) as url,
        closing(Database(url, role=None, pool_size=1)) as db,
        db.transaction(county_code=code) as tx,
    ):
        yield tx, code


def register(root: typer.Typer) -> None:
    """Hang the commands on the root."""
    root.add_typer(rollup, name="rollup")
