"""``gridcall rematch``: let every report follow the layout and service areas in force."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from typing import Annotated

import typer

from api.commands import example
from api.commands.progress import row_bar
from gis.db import provision
from gis.db.database import Database
from gis.rematching import rematch as rematch_reports
from gis.settings import Settings


def rematch(
    county: Annotated[
        str | None, typer.Option("--county", help="Code of the county; default GRIDCALL_COUNTY.")
    ] = None,
) -> None:
    """Match reports left behind by an activation that was given up, and count the rollups anew.

    Can be interrupted and repeated; reports that follow already are not touched.
    """
    settings = Settings()
    with (
        provision.opened(settings, "gridcall rematch") as url,
        closing(Database(url, role=None)) as db,
        row_bar("reports") as show,
    ):
        moved = rematch_reports(
            db, county or settings.county, now=dt.datetime.now(dt.UTC), progress=show
        )
    typer.echo(f"{moved} reports were matched to the layout and service areas in force")


def register(root: typer.Typer) -> None:
    """Hang the command on the root."""
    root.command("rematch", epilog=example("gridcall rematch"))(rematch)
