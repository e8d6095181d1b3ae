"""``gridcall rules``: versions of the service areas, by which reports find their utility."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from api.commands import check_folder, example
from api.commands.progress import row_bar
from gis.db import provision
from gis.db.database import Database
from gis.ids import public_id
from gis.registry import get_county
from gis.rematching import UtilityMove, preview_service_areas, put_service_areas_in_force
from gis.service_areas import get_version, list_versions
from gis.settings import Settings

_SHOWN = 20
_COLUMNS = ("id", "number", "from", "to")

rules = typer.Typer(no_args_is_help=True, help="Versions of the service areas.")

CountyOption = Annotated[
    str | None, typer.Option("--county", help="Code of the county; default GRIDCALL_COUNTY.")
]
NameArgument = Annotated[str, typer.Argument(help="Name of the version.")]


@rules.command("list", epilog=example("gridcall rules list"))
def list_(county: CountyOption = None) -> None:
    """List the versions of the service areas, the newest first, with their state."""
    with _opened("gridcall rules list", county) as (db, code), db.read(county_code=code) as tx:
        get_county(tx, code)
        found = list_versions(tx, code)
    for version in found:
        typer.echo(f"{version['name']}: {version['status']}")


@rules.command(epilog=example("gridcall rules preview 2026 --csv moves.csv"))
def preview(
    name: NameArgument,
    file: Annotated[
        Path | None, typer.Option("--csv", help="Also write every report that would move here.")
    ] = None,
    county: CountyOption = None,
) -> None:
    """Say which open reports would go to another utility; write nothing to the database.

    Counted are reports not dispatched yet: an assignment stays as it was made.
    """
    if file is not None:
        check_folder(file)
    with _opened("gridcall rules preview", county) as (db, code), db.read(county_code=code) as tx:
        get_county(tx, code)
        version = get_version(tx, code, name)
        moves = preview_service_areas(tx, code, version["id"], now=dt.datetime.now(dt.UTC))
    typer.echo(f"version {name} of the service areas ({version['status']})")
    typer.echo(f"open reports that would go to another utility: {len(moves)}")
    ways = Counter((move.was or "nobody", move.becomes or "nobody") for move in moves)
    for (was, becomes), count in ways.most_common(_SHOWN):
        typer.echo(f"  {was} -> {becomes}: {count}")
    if file is not None:
        _write(file, code, moves)


@rules.command(epilog=example("gridcall rules activate 2026"))
def activate(name: NameArgument, county: CountyOption = None) -> None:
    """Put a version in force; can be interrupted and repeated. Assignments stay as they were made.

    Who may read a report follows; so does the utility of a report that is not dispatched yet.
    """
    with _opened("gridcall rules activate", county) as (db, code):
        with db.read(county_code=code) as tx:
            get_county(tx, code)
            version_id = get_version(tx, code, name)["id"]
        with row_bar("reports") as show:
            moved = put_service_areas_in_force(
                db, code, version_id, now=dt.datetime.now(dt.UTC), progress=show
            )
    typer.echo(f"version {name} of the service areas is in force; {moved} reports follow it")


def _write(file: Path, county_code: str, moves: Sequence[UtilityMove]) -> None:
    with file.open("w", newline="", encoding="utf-8-sig") as out:
        writer = csv.writer(out)
        writer.writerow(_COLUMNS)
        for move in moves:
            shown = public_id(county_code, move.report_id)
            writer.writerow([shown, move.number, move.was or "", move.becomes or ""])


@contextmanager
def _opened(purpose: str, county: str | None) -> Iterator[tuple[Database, str]]:
    settings = Settings()
    # As the owner: the rules concern all reports of the county, whoever may read them.
    with provision.opened(settings, purpose) as url, closing(Database(url, role=None)) as db:
        yield db, county or settings.county


def register(root: typer.Typer) -> None:
    """Hang the commands on the root."""
    root.add_typer(rules, name="rules")
