"""The commands of ``gridcall``, one file per group.

A module here defines plain functions and a ``register(root)`` that hangs them on the root::

    def register(root: typer.Typer) -> None:
        root.command("match", epilog=example("gridcall match --lon 119.41 --lat 35.99"))(match)

and is listed in ``api/cli.py`` by the word it answers to. Rules: the first docstring line is the help, every command has an
example as its epilog, ``Settings()`` is made inside the command, and errors of the domain are left to ``api.cli.main``,
which prints them and exits with 1. ``gis.db.provision.opened(settings, purpose)`` gives the owner's database URL, private
cluster or not::

    with opened(Settings(), "gridcall match") as url, closing(Database(url)) as db: ...

Imports stand at the top as everywhere: only the module of the command that is called is imported.
"""

from __future__ import annotations

from pathlib import Path

from gis.errors import InvalidInput


def example(*lines: str) -> str:
    """Return the epilog that shows how a command is called."""
    return "Example:\n\n" + "\n\n".join(f"    {line}" for line in lines)


def check_folder(file: Path) -> None:
    """Refuse a file whose folder is not there, before the work that is to be written into it.

    Raises
    ------
    InvalidInput
        Names the folder.
    """
    if not file.parent.is_dir():
        raise InvalidInput(f"There is no folder {file.parent}: make it first.")
