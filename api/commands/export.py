"""``gridcall export``: files out of a county, as ``gridcall import`` takes them in."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from api.commands import check_folder, example
from data.export import ENDINGS, export_file
from data.headings import Kind
from gis.db import provision
from gis.db.database import Database
from gis.settings import Settings


def export(
    kind: Annotated[Kind, typer.Argument(help="What to write.")],
    file: Annotated[
        Path,
        typer.Argument(help=f"Where to write; its ending says the format: {', '.join(ENDINGS)}."),
    ],
    county: Annotated[
        str | None, typer.Option("--county", help="Code of the county; default GRIDCALL_COUNTY.")
    ] = None,
    personal: Annotated[
        bool,
        typer.Option(
            "--with-personal-data", help="Reports: also names and telephones of who reported."
        ),
    ] = False,
) -> None:
    """Write grids, staff, utilities, service areas, categories, places or reports to a file."""
    check_folder(file)
    settings = Settings()
    purpose = f"gridcall export {kind}"
    # As the owner: a file of everything, whoever may read which row in the application.
    with provision.opened(settings, purpose) as url, closing(Database(url, role=None)) as db:
        rows = export_file(db, county or settings.county, kind, file, personal=personal)
    typer.echo(f"{rows:,} {kind} written to {file}")


def register(root: typer.Typer) -> None:
    """Hang the command on the root."""
    root.command(
        "export",
        epilog=example(
            "gridcall export grids grids.gpkg", "gridcall export reports reports.parquet"
        ),
    )(export)
