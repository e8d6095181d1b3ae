"""``gridcall match``: where a report from a point would go, and why."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from typing import Annotated

import typer

from api.commands import example
from gis import reasons
from gis.db import provision
from gis.db.database import Database
from gis.matching import Match, Where, match_point
from gis.settings import Settings


def match(
    lon: Annotated[float, typer.Option(help="Longitude, or easting of --crs.")],
    lat: Annotated[float, typer.Option(help="Latitude, or northing of --crs.")],
    category: Annotated[str | None, typer.Option(help="Code of the category.")] = None,
    crs: Annotated[
        str, typer.Option(help="WGS84, CGCS2000, GCJ-02, BD-09 or EPSG:<code>.")
    ] = "WGS84",
    accuracy_m: Annotated[
        float | None, typer.Option("--accuracy-m", help="Accuracy of the position in metres.")
    ] = None,
    county: Annotated[
        str | None, typer.Option("--county", help="Code of the county; default GRIDCALL_COUNTY.")
    ] = None,
) -> None:
    """Say which grid, grid staff and utility a point belongs to; nothing is written."""
    where = Where.of(longitude=lon, latitude=lat, crs=crs, accuracy_m=accuracy_m)
    settings = Settings()
    with (
        provision.opened(settings, "gridcall match") as url,
        closing(Database(url, pool_size=1)) as db,
        db.read() as tx,
    ):
        found = match_point(
            tx,
            county or settings.county,
            where,
            category=category,
            at=dt.datetime.now(dt.UTC),
        )
    for line in _lines(found):
        typer.echo(line)


def _lines(found: Match) -> list[str]:
    grid, staff, utility = found.grid, found.staff, found.utility
    lines = [
        f"grid     {f'{grid.code} {grid.name}' if grid else '-'} ({found.grid_method})",
        f"town     {f'{grid.town_code} {grid.town_name}' if grid and grid.town_code else '-'}",
        f"staff    {f'{staff.name}, {staff.role}' if staff else '-'} ({found.staff_method})",
        f"utility  {f'{utility.code} {utility.name}' if utility else '-'} ({found.utility_method})",
    ]
    if found.confidence is not None:
        shares = ", ".join(f"{c.grid_code} {c.share:.3f}" for c in found.candidates)
        lines.append(f"sure     {found.confidence:.3f}" + (f" ({shares})" if shares else ""))
    return [
        *lines,
        reasons.render(found.reason, "zh"),
        reasons.render(found.reason, "en"),
    ]


def register(root: typer.Typer) -> None:
    """Hang the command on the root."""
    root.command(
        "match",
        epilog=example(
            "gridcall match --lon 119.41 --lat 35.99 --category water.low_pressure",
            "gridcall match --lon 119.4157 --lat 35.9912 --crs GCJ-02 --accuracy-m 30",
        ),
    )(match)
