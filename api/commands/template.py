"""``gridcall template``: filled example workbooks for ``gridcall import``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.commands import check_folder, example
from data.headings import Kind
from data.templates import write_template
from gis.errors import InvalidInput
from gis.settings import Settings


def template(
    kind: Annotated[Kind, typer.Argument(help="What the workbook is for.")],
    file: Annotated[
        Path | None, typer.Argument(help="Where to write it; default KIND.xlsx here.")
    ] = None,
    county: Annotated[
        str | None, typer.Option("--county", help="County its codes begin with.")
    ] = None,
) -> None:
    """Write an example workbook: one sheet to fill in and import, one that explains its columns."""
    path = file or Path(f"{kind}.xlsx")
    if path.exists():
        raise InvalidInput(f"{path} is there already: name another file, or remove it first.")
    check_folder(path)
    write_template(kind, path, county_code=county or Settings().county)
    typer.echo(f"{path} is ready: gridcall import {kind} {path}")


def register(root: typer.Typer) -> None:
    """Hang the command on the root."""
    root.command(
        "template",
        epilog=example("gridcall template reports", "gridcall template grids 网格.xlsx"),
    )(template)
