"""What the tests of imports share: a small county, a run, and a fingerprint of what is stored."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any

from data.importers.categories import import_categories
from data.importers.grids import GridOptions, import_grids
from data.importers.places import import_places
from data.importers.reports import ReportOptions, import_reports
from data.importers.run import ImportRun, Outcome
from data.importers.service_areas import AreaOptions, import_service_areas
from data.importers.staff import import_staff
from data.importers.utilities import import_utilities
from data.templates import write_template
from gis.db.database import Database
from gis.rematching import put_layout_in_force, put_service_areas_in_force

COUNTY = "370783"
NOW = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
# Everything an import writes, to see that a dry run and a repetition write nothing.
TABLES = (
    "town", "community", "grid_layout", "grid", "grid_staff", "category", "time_limit", "utility",
    "utility_category", "depot", "service_area_version", "service_area", "place", "report",
    "report_event", "rollup_grid_day", "rollup_cell_month", "outbox", "number_block",
)  # fmt: skip


def contents(db: Database) -> dict[str, str]:
    """Return a fingerprint of every table that imports write."""
    with db.read() as tx:
        return {
            table: tx.scalar(
                f"SELECT coalesce(md5(string_agg(t::text, ';' ORDER BY t::text)), '') FROM {table} AS t"
            )
            for table in TABLES
        }


def run_of(db: Database, path: Path, **changes: Any) -> ImportRun:
    return ImportRun(db=db, county_code=COUNTY, path=path, now=NOW, **changes)


def grids_of(run: ImportRun) -> Outcome:
    return import_grids(run, GridOptions(layout="2026")).outcome


def areas_of(run: ImportRun) -> Outcome:
    found = import_service_areas(run, AreaOptions())
    if found.version is not None and not run.dry_run:
        put_service_areas_in_force(run.db, COUNTY, found.version.id, now=NOW)
    return found.outcome


def reports_of(run: ImportRun) -> Outcome:
    return import_reports(run, ReportOptions())


IMPORTERS = {
    "categories": import_categories,
    "utilities": import_utilities,
    "grids": grids_of,
    "staff": import_staff,
    "places": import_places,
    "service-areas": areas_of,
    "reports": reports_of,
}


def activate(db: Database, name: str = "2026") -> None:
    put_layout_in_force(db, COUNTY, name, now=NOW)


def import_template(db: Database, folder: Path, kind: str, **changes: Any) -> Outcome:
    path = folder / f"{kind}.xlsx"
    write_template(kind, path, county_code=COUNTY)
    return IMPORTERS[kind](run_of(db, path, **changes))


def write_csv(path: Path, *rows: list[object]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(rows)
    return path


def reasons(outcome: Outcome) -> list[tuple[int, str, str]]:
    return [(problem.row, problem.field, problem.reason) for problem in outcome.problems]
