"""The counts that millions of reports make, without the reports: layers read nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

import numpy as np
import numpy.typing as npt
import pandas as pd
import psycopg
import pyarrow as pa
from pyarrow import csv

from gis import rollups
from gis.bulk_matching import BulkMatcher
from gis.cells import cells_of
from gis.db.database import Database
from gis.matching_reference import load_reference
from tests.bench.points import DAYS, START, Drawn, drawn
from tests.bench.stage import COUNTY, ROLLUPS

_CHUNK = 500_000
_DATES = START.tz_localize(None) + pd.to_timedelta(np.arange(DAYS), unit="D")
_DAY_NAMES = np.array(_DATES.strftime("%Y-%m-%d"), dtype=object)
_MONTH_STARTS = np.flatnonzero(_DATES.day == 1)
_MEMORY = "SET work_mem = '512MB'; SET maintenance_work_mem = '512MB'"

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Counts:
    """Reports of each place: a row of ``places`` a column of its key, shape (k, n) and (n,)."""

    places: Integers
    reports: Integers


def fill(url: str, rows: int) -> None:
    """Write the rollups of so many reports drawn at random, matched as an import matches them."""
    db = Database(url, role=None, pool_size=1)
    with db.read() as tx:
        matcher = BulkMatcher(load_reference(tx, COUNTY))
    rng = np.random.default_rng(100)
    parts = [
        _counted(matcher, drawn(matcher.reference, min(_CHUNK, rows - done), rng))
        for done in range(0, rows, _CHUNK)
    ]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_MEMORY)
        connection.execute(f"TRUNCATE {', '.join(ROLLUPS)}".encode())
        # Into bare tables: an index grows ten times faster from whole tables than row by row.
        with _without_indexes(connection):
            _copy_counts(connection, matcher, [_added(part) for part in zip(*parts, strict=True)])
            with db.transaction(county_code=COUNTY) as tx:
                tx.rows("SET LOCAL work_mem = '512MB'")
                rollups.add_up(tx, COUNTY)
        connection.execute("VACUUM (ANALYZE)")
    db.close()


def _counted(matcher: BulkMatcher, found: Drawn) -> tuple[_Counts, _Counts, _Counts]:
    """Count drawn reports by grid, category and day; by cell, category and month; outside of grids."""
    lon, lat = found.lon, found.lat
    grid = matcher.match_grids(lon, lat, np.full(len(lon), np.nan)).grid.astype(np.int64)
    x, y = cells_of(lon, lat, matcher.reference.metric_srid)
    day = found.seconds // 86400
    month = np.searchsorted(_MONTH_STARTS, day, side="right") - 1
    inside = grid >= 0
    return (
        _summed(np.stack([grid, found.category, day])[:, inside]),
        _summed(np.stack([x.astype(np.int64), y.astype(np.int64), found.category, month])),
        _summed(np.stack([found.category, day])[:, ~inside]),
    )


def _added(parts: Sequence[_Counts]) -> _Counts:
    return _summed(
        np.concatenate([part.places for part in parts], axis=1),
        np.concatenate([part.reports for part in parts]),
    )


def _summed(places: Integers, reports: Integers | None = None) -> _Counts:
    """Sum the reports of equal places, as one number each: many times faster than by columns."""
    sides = tuple(int(side) + 1 for side in places.max(axis=1))
    key, back = np.unique(np.ravel_multi_index(tuple(places), sides), return_inverse=True)
    counts = np.bincount(back, reports).astype(np.int64)
    return _Counts(np.stack(np.unravel_index(key, sides)), counts)


def _copy_counts(
    connection: psycopg.Connection, matcher: BulkMatcher, counts: Sequence[_Counts]
) -> None:
    by_day, by_cell, outside = counts
    reference = matcher.reference
    assert reference.layout is not None
    layout = reference.layout.id
    grids = np.array([grid.code for grid in reference.grids], dtype=object)
    codes = sorted(code for code, c in reference.categories.items() if c.parent_code)
    categories = np.array(codes, dtype=object)
    grid, category, day = by_day.places
    columns = [_picked(grids, grid), _picked(categories, category), _picked(_DAY_NAMES, day)]
    into = "rollup_grid_day (grid_code, category_code, day_on, reports, county_code, layout_id)"
    _copy(connection, into, [*columns, by_day.reports], layout)
    x, y, category, month = by_cell.places
    columns = [_picked(categories, category), _picked(_DAY_NAMES[_MONTH_STARTS], month)]
    into = "rollup_cell_month (cell_x, cell_y, category_code, month_on, reports, county_code)"
    _copy(connection, into, [x, y, *columns, by_cell.reports])
    category, day = outside.places
    columns = [_picked(categories, category), _picked(_DAY_NAMES, day)]
    into = "rollup_outside_day (category_code, day_on, reports, county_code, layout_id)"
    _copy(connection, into, [*columns, outside.reports], layout)
    connection.execute(
        "INSERT INTO rollup_grid_month SELECT county_code, layout_id, grid_code, category_code,"
        " date_trunc('month', day_on)::date AS month_on, sum(reports)"
        " FROM rollup_grid_day GROUP BY 1, 2, 3, 4, 5 ORDER BY month_on"
    )
    connection.execute(
        "INSERT INTO rollup_grid_total SELECT county_code, layout_id, grid_code, category_code,"
        " sum(reports) FROM rollup_grid_month GROUP BY 1, 2, 3, 4"
    )


def _picked(names: npt.NDArray[np.object_], which: Integers) -> pa.Array:
    return pa.array(names.tolist(), pa.string()).take(pa.array(which))


def _copy(
    connection: psycopg.Connection,
    target: str,
    columns: Sequence[pa.Array | Integers],
    layout_id: int | None = None,
) -> None:
    """COPY columns, and behind them the county and, where it is given, the layout."""
    rows = len(columns[0])
    all_of = [*columns, pa.repeat(COUNTY, rows)]
    if layout_id is not None:
        all_of.append(pa.repeat(layout_id, rows))
    table = pa.table(all_of, names=[str(i) for i in range(len(all_of))])
    options = csv.WriteOptions(include_header=False)
    with connection.cursor().copy(f"COPY {target} FROM STDIN (FORMAT csv)".encode()) as copy:
        for start in range(0, rows, _CHUNK):
            text = BytesIO()
            csv.write_csv(table.slice(start, _CHUNK), text, options)
            copy.write(text.getvalue())


@contextmanager
def _without_indexes(connection: psycopg.Connection) -> Iterator[None]:
    """Drop primary keys and indexes of the rollups and make them again as they were."""
    of = [list(ROLLUPS)]
    keys = connection.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'p' AND conrelid::regclass::text = ANY(%s)",
        of,
    ).fetchall()
    indexes = connection.execute(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i"
        " WHERE NOT i.indisprimary AND i.indrelid::regclass::text = ANY(%s)",
        of,
    ).fetchall()
    for table, name, _ in keys:
        connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}".encode())
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}".encode())
    yield
    for table, name, definition in keys:
        connection.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}".encode())
    for _, definition in indexes:
        connection.execute(definition.encode())
