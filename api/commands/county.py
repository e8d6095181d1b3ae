"""``gridcall county``: the tenants of an installation."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from typing import Annotated

import typer

from api.commands import example
from data.latin import pinyin_name
from gis.db import provision
from gis.db.database import Database
from gis.registry import County, add_county, list_counties
from gis.settings import Settings

counties = typer.Typer(no_args_is_help=True, help="Counties of this installation.")


@counties.command(
    epilog=example(
        "gridcall county add 370783 寿光市", "gridcall import grids grids.shp --county 370783"
    )
)
def add(
    code: Annotated[str, typer.Argument(help="Six digits (GB/T 2260).")],
    name: Annotated[str, typer.Argument(help="Its name.")],
    name_en: Annotated[
        str | None, typer.Option(help="English name; default the name in pinyin.")
    ] = None,
    timezone: Annotated[
        str, typer.Option(help="Zone in which its days are cut.")
    ] = "Asia/Shanghai",
    metric_epsg: Annotated[
        int, typer.Option(help="System in metres in which cells of heat maps are cut.")
    ] = 4549,
) -> None:
    """Add a county beside the others; import its grids, utilities and categories next."""
    settings = Settings()
    short = name.removesuffix("市").removesuffix("县").removesuffix("区") or name
    county = County(code, name, name_en or pinyin_name(short), timezone, metric_epsg)
    with (
        provision.opened(settings, "gridcall county add") as url,
        closing(Database(url, role=None)) as db,
        db.transaction() as tx,
    ):
        add_county(tx, county, now=dt.datetime.now(dt.UTC))
    typer.echo(f"County {code} {name} ({county.name_en}) is there. Next: --county {code}")


@counties.command("list", epilog=example("gridcall county list"))
def list_() -> None:
    """List the counties."""
    with (
        provision.opened(Settings(), "gridcall county list") as url,
        closing(Database(url, role=None)) as db,
        db.read() as tx,
    ):
        found = list_counties(tx)
    for county in found:
        typer.echo(f"{county.code}  {county.name}  {county.name_en}  {county.timezone}")


def register(root: typer.Typer) -> None:
    """Hang the commands on the root."""
    root.add_typer(counties, name="county")
