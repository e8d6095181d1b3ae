"""What a run was measured on, in words: without it a figure says nothing."""

from __future__ import annotations

import platform
import shutil
import subprocess
from pathlib import Path

import psycopg

from gis.settings import CHECKOUT

_SETTINGS = (
    "shared_buffers", "work_mem", "max_wal_size", "fsync", "synchronous_commit",
    "full_page_writes", "data_checksums",
)  # fmt: skip


def machine() -> str:
    """Describe processor, memory, disk and system in a line."""
    cpus = Path("/proc/cpuinfo").read_text().splitlines()
    models = [line.partition(":")[2].strip() for line in cpus if line.startswith("model name")]
    model = models[0] if models else platform.processor()
    cores = sum(line.startswith("processor") for line in cpus)
    memory = int(Path("/proc/meminfo").read_text().split()[1]) // 1024**2
    disk = shutil.disk_usage(CHECKOUT).total // 1024**3
    return (
        f"{cores} cores ({model}), {memory} GB of memory, disk of {disk} GB,"
        f" {platform.platform()}, Python {platform.python_version()}"
    )


def settings_of(connection: psycopg.Connection) -> str:
    """Return PostgreSQL's version and the settings that decide about its speed."""
    shown = [f"{name} {_one(connection, f'SHOW {name}')}" for name in _SETTINGS]
    version = _one(connection, "SHOW server_version")
    postgis = _one(
        connection, "SELECT default_version FROM pg_available_extensions WHERE name = 'postgis'"
    )
    return f"{version}, PostGIS {postgis}; {', '.join(shown)}"


def commit() -> str:
    """Return the commit that is checked out, and whether files differ from it."""
    head = _git("rev-parse", "--short=10", "HEAD")
    changed = _git(
        "status",
        "--porcelain",
        "--untracked-files=no",
        "--",
        "api",
        "data",
        "gis",
        "maps",
        "tests/bench",
    )
    return f"{head} with changes" if changed else head


def load_average() -> float:
    """Return how many processes wanted a core over the last minute: above the cores, times lie."""
    return float(Path("/proc/loadavg").read_text().split()[0])


def _one(connection: psycopg.Connection, statement: str) -> str:
    row = connection.execute(statement.encode()).fetchone()
    return str(row[0]) if row else ""


def _git(*words: str) -> str:
    done = subprocess.run(
        ["git", *words], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or ("" if words[0] == "status" else "unknown")
