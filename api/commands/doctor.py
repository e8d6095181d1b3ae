"""``gridcall doctor``: what is missing on this machine, and the command that gets it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import typer

from api.commands import example
from api.commands.demo import PortInUse, answers, check_port
from gis.db import home as homes
from gis.db import provision
from gis.db.postgis import PostgisMissing, get_installation
from gis.errors import GridCallError
from gis.settings import Settings

LEAST_FREE_BYTES = 2_000_000_000

COMMANDS = {
    "postgis": {
        "apt-get": "sudo apt-get update && sudo apt-get install --no-install-recommends postgresql-postgis",
        "dnf": "sudo dnf install postgresql-server postgis",
        "brew": "brew install postgis",
    },
    "chromium": {
        "apt-get": "sudo apt-get update && sudo apt-get install --no-install-recommends chromium libatomic1",
        "dnf": "sudo dnf install chromium libatomic",
        "brew": "brew install --cask chromium",
    },
    "font": {
        "apt-get": "sudo apt-get update && sudo apt-get install --no-install-recommends fonts-noto-cjk fontconfig",
        "dnf": "sudo dnf install google-noto-sans-cjk-fonts",
        "brew": "",  # macOS has Chinese fonts
    },
}
"""What to type, by package manager; ``scripts/packages.sh`` runs the same packages' installation."""
UNTRIED = "   # as documented; we try Debian's only"


@dataclass(frozen=True)
class Finding:
    """One thing looked at.

    Attributes
    ----------
    what
        Its name.
    ok
        Whether it will do.
    detail
        What was found, or what is wrong.
    remedy
        The command that gets it; empty when there is none.
    only_for
        What goes without it needs it; empty: GridCall does not run without.
    """

    what: str
    ok: bool
    detail: str
    remedy: str = ""
    only_for: str = ""


def doctor() -> None:
    """Say what is missing and the exact command that gets it; exit code 1 if GridCall cannot run."""
    findings = list(examine(Settings()))
    for finding in findings:
        mark = "ok" if finding.ok else "optional" if finding.only_for else "MISSING"
        needed = f" (only for {finding.only_for})" if finding.only_for else ""
        typer.echo(f"{mark:<8}  {finding.what}: {finding.detail}{needed}")
        if not finding.ok and finding.remedy:
            typer.echo(f"          get it with: {finding.remedy}")
    if any(not finding.only_for and not finding.ok for finding in findings):
        raise typer.Exit(1)


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything GridCall stands on."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("Python", sys.version_info >= (3, 11), version)
    yield from _database(settings)
    yield _disk(settings.home)
    yield _port(settings)
    chromium = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    yield Finding(
        "Chromium",
        bool(chromium),
        chromium or "none found",
        remedy("chromium"),
        "the browser tests of `make test`",
    )
    has_font = _has_chinese_font()
    yield Finding(
        "Chinese font",
        has_font,
        "found" if has_font else "none found",
        remedy("font"),
        "pictures of layers, bulletins and tests",
    )


def remedy(what: str, available: str | None = None) -> str:
    """Return the command that installs something with this machine's package manager, or with each of them.

    Those of Debian are tried by every `make test` on a new machine; the others are as their
    documentation has them, and say so.

    Parameters
    ----------
    what
        ``postgis``, ``chromium`` or ``font``.
    available
        The package manager; None looks for one.
    """
    commands = COMMANDS[what]
    found = available or next((manager for manager in commands if shutil.which(manager)), None)
    if found is None:
        return "; or ".join(filter(None, commands.values()))
    return f"{commands[found]}{'' if found == 'apt-get' else UNTRIED}" if commands[found] else ""


def _database(settings: Settings) -> Iterator[Finding]:
    if settings.database_url:
        try:
            provision.check_migrated(settings.database_url)
            yield Finding("database", True, "DATABASE_URL answers and is at the newest revision")
        except provision.NotMigrated as error:
            yield Finding("database", False, error.detail, "gridcall migrate")
        except GridCallError as error:
            yield Finding("database", False, error.detail)
        return
    try:
        found = get_installation()
        yield Finding("PostGIS", True, f"PostgreSQL {found.major} in {found.bin_dir}")
    except PostgisMissing as error:
        yield Finding("PostGIS", False, error.detail, remedy("postgis"))
    yield _home(settings.home)


def _home(home: Path) -> Finding:
    data_dir = home / "postgres"
    try:
        user = homes.server_user(data_dir)
        if home.exists():
            homes.check_reach(home, user)
    except GridCallError as error:
        return Finding("home", False, error.detail)
    state = "has a cluster" if data_dir.exists() else "is made by the first `gridcall demo`"
    return Finding("home", True, f"{home} {state}" + (f", run by {user.pw_name}" if user else ""))


def _port(settings: Settings) -> Finding:
    where = f"{settings.host}:{settings.port}"
    try:
        check_port(settings.host, settings.port)
    except PortInUse as error:
        ours = answers(settings, "/livez")
        return Finding("port", ours, f"GridCall is running at {where}" if ours else error.detail)
    return Finding("port", True, f"{where} is free")


def _disk(home: Path) -> Finding:
    existing = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(existing).free
    return Finding("disk", free >= LEAST_FREE_BYTES, f"{free / 1e9:.1f} GB free at {existing}")


def _has_chinese_font() -> bool:
    if sys.platform == "darwin":
        return True
    if not shutil.which("fc-list"):
        return False
    fonts = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False)
    return bool(fonts.stdout.strip())


def register(root: typer.Typer) -> None:
    """Hang the command on the root."""
    root.command("doctor", epilog=example("gridcall doctor"))(doctor)
