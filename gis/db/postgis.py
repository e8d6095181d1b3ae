"""Finding the PostgreSQL programs of an installation that has PostGIS."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gis.errors import GridCallError

OLDEST_MAJOR = 15
"""Oldest PostgreSQL the statements of ``gis/db/sql`` are tested on."""

# Newest first within each; Debian and Ubuntu, PGDG's RPMs, Homebrew on both processors, Postgres.app, Fedora.
_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
    "/opt/homebrew/bin",
    "/usr/local/bin",
    "/usr/bin",
)


class PostgisMissing(GridCallError):
    """No PostgreSQL with PostGIS was found on this machine."""


@dataclass(frozen=True)
class Installation:
    """One PostgreSQL that can run a cluster with PostGIS.

    Attributes
    ----------
    bin_dir
        Folder of ``initdb`` and ``postgres``.
    major
        Major version, for example 15.
    """

    bin_dir: Path
    major: int

    def program(self, name: str) -> str:
        """Return the absolute path of one of its programs."""
        return str(self.bin_dir / name)


def get_installation(major: int | None = None) -> Installation:
    """Find PostgreSQL with PostGIS: on the PATH, then where Debian, Fedora and Homebrew put it.

    Parameters
    ----------
    major
        Major version a data folder was made with; None takes the first that is new enough.

    Raises
    ------
    PostgisMissing
        Nothing suitable is installed; the message says what was found and rejected.
    """
    rejected: list[str] = []
    for bin_dir in dict.fromkeys(_candidates()):
        if not (bin_dir / "initdb").exists() or not (bin_dir / "postgres").exists():
            continue
        found = _major_version(bin_dir / "postgres")
        if major is not None and found != major:
            rejected.append(f"{bin_dir} is PostgreSQL {found}, the data was made by {major}")
        elif found < OLDEST_MAJOR:
            rejected.append(
                f"{bin_dir} is PostgreSQL {found}, {OLDEST_MAJOR} is the oldest that will do"
            )
        elif not any(
            (share / "extension" / "postgis.control").exists() for share in _shares(bin_dir, found)
        ):
            rejected.append(f"{bin_dir} (PostgreSQL {found}) has no PostGIS")
        else:
            return Installation(bin_dir, found)
    detail = "; ".join(rejected) or "no PostgreSQL server is installed"
    raise PostgisMissing(
        f"PostGIS was not found: {detail}. `gridcall doctor` prints the command that installs it."
    )


def _candidates() -> Iterator[Path]:
    """Yield folders that may hold the server's programs, the likeliest first."""
    for program in ("pg_config", "postgres"):
        if path := shutil.which(program):
            yield Path(path).resolve().parent
            if program == "pg_config" and (bin_dir := _ask(path, "--bindir")):
                yield Path(bin_dir)
    for place in _PLACES:
        folders = Path("/").glob(place.lstrip("/"))
        yield from sorted(folders, key=_numbers, reverse=True)


def _numbers(folder: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", str(folder))]


def _major_version(postgres: Path) -> int:
    """Return 15 for ``postgres (PostgreSQL) 15.12 (Debian ...)``, 0 for what does not run."""
    match = re.search(r"\(PostgreSQL\) (\d+)", _ask(str(postgres), "--version"))
    return int(match[1]) if match else 0


def _shares(bin_dir: Path, major: int) -> Iterator[Path]:
    """Yield folders that may hold ``extension/postgis.control`` for these programs."""
    if (bin_dir / "pg_config").exists() and (
        share := _ask(str(bin_dir / "pg_config"), "--sharedir")
    ):
        yield Path(share)
    if bin_dir == Path("/usr/lib/postgresql") / str(major) / "bin":
        yield Path("/usr/share/postgresql") / str(major)
    if bin_dir == Path("/usr/bin"):
        yield Path("/usr/share/pgsql")


def _ask(program: str, option: str) -> str:
    """Return what a program prints for one option, empty when it fails."""
    try:
        answer = subprocess.run(
            [program, option], capture_output=True, text=True, check=False, timeout=10
        )
    except OSError:
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""


def _main() -> int:
    """Print where the programs are; for ``scripts/setup``, which installs them when this fails."""
    try:
        sys.stdout.write(f"{get_installation().bin_dir}\n")
    except PostgisMissing as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_main())
