"""Synthetic reports for tests of layers: rows written as intake would leave them, rollups rebuilt."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import psycopg

from gis.cells import cells_of
from gis.db.database import Database, libpq_url
from gis.rollups import rebuild
from tests.support.county import COUNTY

METRIC_SRID = 4549


@dataclass(frozen=True)
class Sample:
    """One report; ``lon`` and ``lat`` None: known by its grid's name only."""

    category: str | None
    on: dt.date
    lon: float | None = None
    lat: float | None = None
    grid: str | None = None
    source: str = "resident"
    cause: str = ""
    outcome: str | None = None
    closed_on: dt.date | None = None
    merged_into: uuid.UUID | None = None
    id: uuid.UUID | None = None


def add_reports(url: str, samples: Iterable[Sample]) -> int:
    """Write reports into the small county, each in the grid that covers it; return how many."""
    rows = [_row(number, sample) for number, sample in enumerate(samples)]
    with psycopg.connect(libpq_url(url)) as connection:
        last = connection.execute("SELECT count(*) FROM report").fetchone()
        assert last is not None
        with connection.cursor() as cursor:
            cursor.executemany(
                _INSERT, [{**row, "number": f"{row['number'] + last[0]:020d}"} for row in rows]
            )
        connection.execute(
            "UPDATE report r SET grid_code = g.code, town_code = g.town_code, layout_id = l.id"
            " FROM grid_layout l LEFT JOIN grid g ON g.layout_id = l.id"
            " WHERE l.county_code = r.county_code AND l.status = 'active' AND r.layout_id IS NULL"
            " AND (r.grid_code = g.code OR ST_Covers(g.boundary, r.location))"
        )
        connection.execute(
            "UPDATE report r SET layout_id = l.id FROM grid_layout l"
            " WHERE l.county_code = r.county_code AND l.status = 'active' AND r.layout_id IS NULL"
        )
        connection.execute(
            "INSERT INTO outbox (county_code, action, audience_after, at)"
            " VALUES (%s, 'imported', '{}', now())",
            [COUNTY],
        )
    recount(url)
    return len(rows)


def recount(url: str) -> None:
    """Write the rollups of the small county anew."""
    db = Database(url, role=None, pool_size=1)
    with db.transaction(county_code=COUNTY) as tx:
        rebuild(tx, COUNTY)
    db.close()


_INSERT = """
INSERT INTO report (county_code, id, number, client_id, body_sha256, status, level, outcome,
  category_code, description, source, cause, location, cell_x, cell_y, received_at, received_on,
  closed_at, grid_code, grid_method, staff_method, utility_method, reason, audience, merged_into)
VALUES (%(county)s, %(id)s, %(number)s, gen_random_uuid(), '', %(status)s, 'town', %(outcome)s,
  %(category)s, 'x', %(source)s, %(cause)s,
  CASE WHEN %(lon)s::float8 IS NULL THEN NULL ELSE ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326) END,
  %(cell_x)s, %(cell_y)s, %(received_at)s, %(on)s, %(closed_at)s, %(grid)s, 'covers', 'none',
  'none', '[]', ARRAY['c:' || %(county)s], %(merged_into)s)
"""


def _row(number: int, sample: Sample) -> dict[str, object]:
    cell: tuple[int | None, int | None] = (None, None)
    if sample.lon is not None and sample.lat is not None:
        x, y = cells_of(np.array([sample.lon]), np.array([sample.lat]), METRIC_SRID)
        cell = int(x[0]), int(y[0])
    closed = sample.closed_on is not None or sample.outcome is not None
    return {
        "county": COUNTY,
        "id": sample.id or uuid.uuid4(),
        "number": number,
        "status": "closed" if closed else "received",
        "outcome": (sample.outcome or "resolved") if closed else None,
        "category": sample.category,
        "source": sample.source,
        "cause": sample.cause,
        "lon": sample.lon,
        "lat": sample.lat,
        "cell_x": cell[0],
        "cell_y": cell[1],
        "on": sample.on,
        "received_at": _noon(sample.on),
        "closed_at": _noon(sample.closed_on or sample.on) if closed else None,
        "grid": sample.grid,
        "merged_into": sample.merged_into,
    }


def _noon(day: dt.date) -> dt.datetime:
    """Return noon in Zhucheng."""
    return dt.datetime.combine(day, dt.time(4), dt.UTC)
