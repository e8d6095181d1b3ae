"""Import of many reports from a file, beside the bare COPY of exactly the rows it wrote."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import psycopg

from data.importers.reports import ReportOptions, import_reports
from data.importers.run import ImportRun
from gis import rollups
from gis.db.database import Database
from tests.bench.points import random_reports
from tests.bench.results import Results
from tests.bench.stage import COUNTY, EMPTY, REPORT_TABLES, Stage

SECTION = "Import"


def measure(stage: Stage, results: Results, rows: int) -> None:
    """Import `rows` reports, then COPY the rows of every table written into an empty twin."""
    with stage.database(EMPTY, "bench_import") as url:
        file = stage.folder / "reports.csv"
        copies = stage.folder / "copies"
        copies.mkdir(exist_ok=True)
        seconds = _import(url, file, rows)
        results.add(SECTION, "rows per second, from a CSV file", f"{rows / seconds:,.0f}")
        results.add(SECTION, "seconds", f"{seconds:.1f}")
        _copy_out(url, copies)
        with stage.database(EMPTY, "bench_copy") as twin:
            bare = _copy_in(twin, copies)
        results.add(SECTION, "seconds of the bare COPY of the same rows", f"{bare:.1f}")
        results.add(SECTION, "ratio", f"{seconds / bare:.2f}", "<= 3")
        for path in (file, *copies.iterdir()):
            path.unlink()


def _import(url: str, file: Path, rows: int) -> float:
    db = Database(url, role=None, pool_size=2)
    with db.read() as tx:
        frame = random_reports(tx, rows)
    frame.rename(columns={"lon": "longitude", "lat": "latitude", "source_number": "id"}).to_csv(
        file, index=False
    )
    run = ImportRun(db, COUNTY, file, dt.datetime.now(dt.UTC))
    began = time.perf_counter()
    outcome = import_reports(run, ReportOptions(source="hotline_12345"))
    seconds = time.perf_counter() - began
    with db.read(county_code=COUNTY) as tx:
        stored = tx.scalar("SELECT count(*) FROM report")
        if stored != rows or rollups.check(tx, COUNTY):
            raise AssertionError(f"{stored} of {rows} rows are in: {outcome.problems[:3]}")
    db.close()
    return seconds


def _copy_out(url: str, folder: Path) -> None:
    with psycopg.connect(url) as connection:
        for table in REPORT_TABLES:
            with (
                (folder / table).open("wb") as sink,
                connection.cursor().copy(f"COPY {table} TO STDOUT".encode()) as copy,
            ):
                for block in copy:
                    sink.write(block)


def _copy_in(url: str, folder: Path) -> float:
    with psycopg.connect(url) as connection:
        began = time.perf_counter()
        for table in REPORT_TABLES:
            with (
                (folder / table).open("rb") as source,
                connection.cursor().copy(f"COPY {table} FROM STDIN".encode()) as copy,
            ):
                while block := source.read(1 << 16):
                    copy.write(block)
        connection.commit()
        return time.perf_counter() - began
