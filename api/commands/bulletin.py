"""``gridcall bulletin``: a month of a category or tag as a document or workbook."""

from __future__ import annotations

import datetime as dt
import uuid
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from api.bulletins import BulletinForm, bulletin_file
from api.commands import check_folder, example
from gis.audience import Actor
from gis.db import provision
from gis.db.database import Database
from gis.layering.files import Language
from gis.settings import Settings


def bulletin(
    month: Annotated[str, typer.Argument(help="The month, like 2022-07.")],
    category: Annotated[
        str | None, typer.Option("--category", help="Category, or a first-level one for all in it.")
    ] = None,
    tag: Annotated[str | None, typer.Option("--tag", help="Tag, instead of a category.")] = None,
    form: Annotated[BulletinForm, typer.Option("--form", help="Document or workbook.")] = "docx",
    lang: Annotated[Language, typer.Option("--lang", help="Language of its words.")] = "zh",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File or folder; by default here.")
    ] = None,
    county: Annotated[
        str | None, typer.Option("--county", help="Code of the county; default GRIDCALL_COUNTY.")
    ] = None,
) -> None:
    """Write the monthly bulletin of a category or tag: numbers, rankings, hot areas and maps."""
    path = output or Path()
    check_folder(path)
    settings = Settings()
    # What a planner may know is what a paper that is passed on may say.
    planner = Actor(uuid.UUID(int=0), county or settings.county, "bulletin", "", "planner")
    with (
        provision.opened(settings, "gridcall bulletin") as url,
        closing(Database(url, pool_size=1)) as db,
        db.read() as tx,
    ):
        file = bulletin_file(
            tx,
            planner,
            month,
            category=category,
            tag=tag,
            form=form,
            language=lang,
            now=dt.datetime.now(dt.UTC),
        )
    path = path / file.name if path.is_dir() else path
    path.write_bytes(file.content)
    typer.echo(str(path))


def register(root: typer.Typer) -> None:
    """Hang the command on the root."""
    root.command(
        "bulletin",
        epilog=example(
            "gridcall bulletin 2022-07 --category water.low_pressure",
            "gridcall bulletin 2022-07 --tag cables --form xlsx --lang en -o cables.xlsx",
        ),
    )(bulletin)
