"""``gridcall migrate``."""

from __future__ import annotations

import typer

from api.commands import example
from gis.db import provision
from gis.settings import Settings


def migrate() -> None:
    """Bring the database to the newest revision."""
    # Giving out the private cluster's database migrates it; a foreign one is migrated only when asked.
    settings = Settings()
    with provision.opened(settings, "gridcall migrate") as url:
        provision.migrate(url)
    typer.echo("The database is at the newest revision.")


def register(root: typer.Typer) -> None:
    """Hang the command on the root."""
    root.command(
        "migrate",
        epilog=example("gridcall migrate", "DATABASE_URL=postgresql://... gridcall migrate"),
    )(migrate)
