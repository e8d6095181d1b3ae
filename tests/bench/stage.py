"""The durable cluster and the sample city that everything is measured on."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from data.load import load_sample_city
from gis.db import provision
from gis.db.cluster import Cluster

CITY = "bench_city"
EMPTY = "bench_empty"
COUNTY = "370782"
ROLLUPS = (
    "rollup_grid_total", "rollup_grid_month", "rollup_grid_day", "rollup_cell_month",
    "rollup_grid_total_all", "rollup_grid_month_all", "rollup_grid_day_all",
    "rollup_cell_month_all", "rollup_square_month_all", "rollup_outside_day",
)  # fmt: skip
REPORT_TABLES = ("report", "report_event", *ROLLUPS)


@dataclass(frozen=True)
class Stage:
    """A running private cluster with two templates: the city, and the city without reports."""

    cluster: Cluster
    folder: Path

    kept: bool = False

    @contextmanager
    def filled(self, template: str, name: str, fill: Callable[[str], None]) -> Iterator[str]:
        """Give out the URL of a copy of a template that was filled; a kept cluster keeps it."""
        if not provision.exists(self.cluster, name):
            # Under its name only once it is whole: a fill of minutes may be killed.
            with self.database(template, f"{name}_filling") as url:
                fill(url)
                with self.cluster.superuser("postgres") as connection:
                    connection.execute(f"ALTER DATABASE {name}_filling RENAME TO {name}".encode())
        provision.migrate(self.cluster.url(name))
        try:
            yield self.cluster.url(name)
        finally:
            if not self.kept:
                provision.drop_database(self.cluster, name)

    @contextmanager
    def database(self, template: str, name: str) -> Iterator[str]:
        """Give out the owner's URL of a copy of a template; dropped afterwards."""
        provision.drop_database(self.cluster, name)
        url = provision.create_database(self.cluster, name, template=template)
        with self.cluster.superuser(name) as connection:
            connection.execute("CHECKPOINT")
        try:
            yield url
        finally:
            provision.drop_database(self.cluster, name)


@contextmanager
def staged(folder: Path | None) -> Iterator[Stage]:
    """Start a cluster with the settings of a real installation: every commit reaches the disk.

    Parameters
    ----------
    folder
        Kept for the next run; None: a temporary one.
    """
    home = folder or Path(tempfile.mkdtemp(prefix="gridcall-bench-"))
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o711)
    cluster = Cluster(home)
    cluster.start()
    try:
        _build(cluster)
        yield Stage(cluster, home, kept=folder is not None)
    finally:
        cluster.stop()
        if folder is None:
            cluster.remove()
            shutil.rmtree(home, ignore_errors=True)


def _build(cluster: Cluster) -> None:
    if provision.exists(cluster, EMPTY):
        for name in (CITY, EMPTY):  # a folder kept from before the last migration
            provision.migrate(cluster.url(name))
        return
    for name in (CITY, EMPTY):
        provision.drop_database(cluster, name)
    url = provision.create_database(cluster, CITY)
    provision.migrate(url)
    load_sample_city(url, now=dt.datetime.now(dt.UTC), progress=lambda _what, _done, _total: None)
    _vacuum(cluster, CITY)
    empty = provision.create_database(cluster, EMPTY, template=CITY)
    with psycopg.connect(empty) as connection:
        tables = ", ".join((*REPORT_TABLES, "outbox", "number_block"))
        connection.execute(f"TRUNCATE {tables} CASCADE".encode())
    _vacuum(cluster, EMPTY)


def _vacuum(cluster: Cluster, name: str) -> None:
    with cluster.superuser(name) as connection:
        connection.execute("VACUUM (ANALYZE)")
