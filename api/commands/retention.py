"""``gridcall retention``: erasing personal data that is older than the settings allow."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from typing import Annotated

import typer

from api.commands import example
from gis.db import provision
from gis.db.database import Database
from gis.registry import get_county
from gis.retention import apply_rules, rules_of
from gis.settings import Settings

_NAMES = {
    "reporter": "names and telephones of who reported",
    "reads": "records of who read them",
    "notices": "notices to accounts",
}


def retention(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be erased, and erase nothing.")
    ] = False,
    county: Annotated[
        str | None, typer.Option("--county", help="Code of the county; default GRIDCALL_COUNTY.")
    ] = None,
) -> None:
    """Erase personal data older than GRIDCALL_KEEP_*_DAYS; run it once a day (cron)."""
    settings = Settings()
    code = county or settings.county
    now = dt.datetime.now(dt.UTC)
    with (
        provision.opened(settings, "gridcall retention") as url,
        closing(Database(url, pool_size=1)) as db,
        db.transaction(county_code=code) as tx,
    ):
        get_county(tx, code)
        found = apply_rules(tx, code, rules_of(settings), now=now, dry_run=dry_run)
    for one in found:
        name = _NAMES[one.code]
        if one.before is None:
            typer.echo(f"{name}: kept for ever")
        else:
            verb = "would be erased" if dry_run else "erased"
            typer.echo(f"{name}: {one.rows:,} older than {one.before:%Y-%m-%d} {verb}")


def register(root: typer.Typer) -> None:
    """Hang the command on the root."""
    root.command("retention", epilog=example("gridcall retention --dry-run", "gridcall retention"))(
        retention
    )
