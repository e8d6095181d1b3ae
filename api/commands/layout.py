"""``gridcall layout``: versions of the grid boundaries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Annotated

import typer

from api.commands import example
from api.commands.progress import row_bar
from gis.boundaries import LayoutPreview, list_layouts, preview_layout
from gis.clock import local_day, zone_named
from gis.db import provision
from gis.db.database import Database
from gis.registry import get_county
from gis.rematching import put_layout_in_force
from gis.settings import Settings

_SHOWN = 20

layouts = typer.Typer(no_args_is_help=True, help="Versions of the grid boundaries.")

CountyOption = Annotated[
    str | None, typer.Option("--county", help="Code of the county; default GRIDCALL_COUNTY.")
]
NameArgument = Annotated[str, typer.Argument(help="Name of the layout.")]


@layouts.command("list", epilog=example("gridcall layout list"))
def list_(county: CountyOption = None) -> None:
    """List the layouts, the newest first, with their state."""
    with _opened("gridcall layout list", county) as (db, code), db.read(county_code=code) as tx:
        get_county(tx, code)
        found = list_layouts(tx, code)
    for layout in found:
        since = f", in force since {layout.effective_on}" if layout.effective_on else ""
        typer.echo(f"{layout.name}: {layout.status}, {layout.grids} grids{since}; {layout.source}")


@layouts.command(epilog=example("gridcall layout preview 2026"))
def preview(name: NameArgument, county: CountyOption = None) -> None:
    """Say which grids, staff and reports activating a layout would change; write nothing."""
    with _opened("gridcall layout preview", county) as (db, code), db.read(county_code=code) as tx:
        today = _today(get_county(tx, code).timezone)
        found = preview_layout(tx, code, name, today=today)
    _print(found)


@layouts.command(epilog=example("gridcall layout activate 2026"))
def activate(name: NameArgument, county: CountyOption = None) -> None:
    """Put a layout in force and give every report its grid in it; can be interrupted and repeated."""
    with _opened("gridcall layout activate", county) as (db, code):
        put_in_force(db, code, name)


def put_in_force(db: Database, county_code: str, name: str) -> None:
    """Activate a layout and rematch the county's reports, saying how far it is."""
    with row_bar("reports") as show:
        moved = put_layout_in_force(
            db, county_code, name, now=dt.datetime.now(dt.UTC), progress=show
        )
    typer.echo(f"layout {name} is in force; {moved} reports were matched to it")


def _print(found: LayoutPreview) -> None:
    layout = found.layout
    typer.echo(f"layout {layout.name} ({layout.status}), {layout.grids} grids")
    for what, codes in (
        ("grids added", found.added),
        ("grids removed", found.removed),
        ("grids redrawn", found.redrawn),
        ("staff left without their grid", found.staff_without_grid),
    ):
        shown = ", ".join(codes[:_SHOWN]) + (", ..." if len(codes) > _SHOWN else "")
        typer.echo(f"{what}: {len(codes)}" + (f" ({shown})" if codes else ""))
    total = sum(move.reports for move in found.moves)
    still_open = sum(move.open for move in found.moves)
    typer.echo(f"reports that move: {total}, of them open: {still_open}")
    for move in found.moves[:_SHOWN]:
        was, becomes = move.was or "outside", move.becomes or "outside"
        typer.echo(f"  {was} -> {becomes}: {move.reports} ({move.open} open)")


@contextmanager
def _opened(purpose: str, county: str | None) -> Iterator[tuple[Database, str]]:
    settings = Settings()
    # As the owner: a layout concerns all reports of the county, whoever may read them.
    with provision.opened(settings, purpose) as url, closing(Database(url, role=None)) as db:
        yield db, county or settings.county


def _today(timezone: str) -> dt.date:
    return local_day(dt.datetime.now(dt.UTC), zone_named(timezone))


def register(root: typer.Typer) -> None:
    """Hang the commands on the root."""
    root.add_typer(layouts, name="layout")
