"""Loads the sample city into a migrated database, in one transaction.

Reference data takes the way of every import (``gis/registry.py``, ``gis/boundaries.py``,
``gis/service_areas.py``); the reports of the archive are matched in bulk and written by COPY with
their whole history, because step by step they would take minutes. A process killed half-way
leaves nothing behind, and a database that has the county already is left alone.
"""

from __future__ import annotations

import datetime as dt
import gc
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, fields
from typing import Any

import numpy as np
from psycopg import sql
from pwdlib import PasswordHash

from data import sample
from data.sample_files import Told, told_answers, told_reports
from data.sample_tables import Cast, FactTables, fact_tables
from data.zhucheng.clustering import CLUSTER_RULES, ClusterRule
from data.zhucheng.encoding import read_csv
from data.zhucheng.frame import COUNTY, SHANGHAI
from gis import rollups
from gis.audience import Actor
from gis.boundaries import activate_layout, boundaries_checksum, create_layout
from gis.bulk_matching import BulkMatcher
from gis.clocks import time_book
from gis.db.database import Database, Transaction
from gis.matching import Match, match_point
from gis.matching_reference import load_reference
from gis.registry import (
    add_county,
    upsert_categories,
    upsert_places,
    upsert_staff,
    upsert_utilities,
)
from gis.service_areas import create_version

Progress = Callable[[str, int, int], None]

VERSION = "2022"
DEMO_PASSWORD = "demo"  # noqa: S105 -- known to all, and only in databases made by `gridcall demo`
_LOCK = 370_782_002  # any number nobody else takes; one load at a time
_SINCE = dt.datetime(2022, 1, 1, tzinfo=SHANGHAI)
# Parents before children: COPY checks foreign keys table by table.
_FACTS = ("report", "report_event", "assignment", "clock", "sweep_mark", "evaluation")


def load_sample_city(database_url: str, *, now: dt.datetime, progress: Progress) -> None:
    """Load the sample city, or do nothing where its county exists already.

    Parameters
    ----------
    database_url
        URL of the owner of a migrated database.
    now
        The instant to which the live reports are relative; the archive keeps its dates.
    progress
        Called with (step, done, total) as the work goes on.
    """
    database = Database(database_url, role=None, pool_size=1)
    try:
        with _collector_resting(), database.transaction() as tx:
            tx.scalar("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            if tx.scalar("SELECT 1 FROM county WHERE code = %s", (COUNTY,)) is None:
                _load_reference(tx, now, progress)
                _load_reports(tx, now, progress)
    finally:
        database.close()


@contextmanager
def _collector_resting() -> Iterator[None]:
    """Keep the cycle collector from walking a million live rows again and again: half the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _load_reference(tx: Transaction, now: dt.datetime, progress: Progress) -> None:
    steps: Sequence[Callable[[Transaction], object]] = (
        _load_grids,
        lambda tx: upsert_staff(tx, COUNTY, sample.staff()),
        lambda tx: upsert_categories(tx, COUNTY, sample.categories(), now=_SINCE),
        lambda tx: upsert_utilities(tx, COUNTY, sample.utilities()),
        _load_service_areas,
        lambda tx: upsert_places(tx, COUNTY, sample.places()),
        _load_calendar,
        _load_cluster_rules,
        lambda tx: _load_accounts(tx, now),
    )
    for done, step in enumerate(steps):
        progress("Grids, people, utilities", done, len(steps))
        step(tx)
    progress("Grids, people, utilities", len(steps), len(steps))


def _load_grids(tx: Transaction) -> None:
    add_county(tx, sample.SAMPLE_COUNTY, now=_SINCE)
    pattern = sample.SAMPLE_COUNTY.grid_code_pattern
    tx.rows("UPDATE county SET grid_code_pattern = %s WHERE code = %s", (pattern, COUNTY))
    grids = sample.grids()
    create_layout(
        tx,
        COUNTY,
        VERSION,
        grids,
        towns=sample.towns(),
        communities=sample.communities(),
        source=f"data/zhucheng, sha256 {boundaries_checksum(grids)}",
        now=_SINCE,
    )
    for row in read_csv("towns.csv"):
        seat = f"SRID=4326;POINT({row['lon']} {row['lat']})"
        tx.rows("UPDATE town SET location = %s WHERE code = %s", (seat, row["code"]))
    activate_layout(tx, COUNTY, VERSION, now=_SINCE, today=_SINCE.date())


def _load_service_areas(tx: Transaction) -> None:
    """Put the service areas in force; there are no reports yet that would have to follow."""
    version = create_version(tx, COUNTY, VERSION, sample.service_areas(), now=_SINCE)
    key = {"county_code": COUNTY, "version_id": version.id, "now": _SINCE}
    tx.query("service_area_version_activate", key)


def _load_calendar(tx: Transaction) -> None:
    copy_rows(
        tx,
        "calendar_day",
        ("county_code", "day_on", "kind", "name", "source"),
        ((COUNTY, day.day_on, day.kind, day.name, day.source) for day in sample.special_days()),
    )


def _load_cluster_rules(tx: Transaction) -> None:
    columns = tuple(field.name for field in fields(ClusterRule))
    rows = ((COUNTY, *astuple(rule)) for rule in CLUSTER_RULES)
    copy_rows(tx, "cluster_rule", ("county_code", *columns), rows)


def _load_accounts(tx: Transaction, now: dt.datetime) -> None:
    """Make the demo accounts; ``staff`` and ``volunteer`` are people of the files."""
    # One hash for all: the password is no secret, and nine of them cost a second of start-up.
    password_hash = PasswordHash.recommended().hash(DEMO_PASSWORD)
    people = dict(
        tx.driver.execute(
            "SELECT code, id FROM grid_staff WHERE county_code = %s", (COUNTY,)
        ).fetchall()
    )
    columns = "id county_code username name password_hash role town_code utility_code staff_id demo"
    copy_rows(
        tx,
        "account",
        (*columns.split(), "created_at"),
        (
            (
                _account_id(row["username"]),
                COUNTY,
                row["username"],
                row["name"],
                password_hash,
                row["role"],
                row["town_code"] or None,
                row["utility_code"] or None,
                people[row["staff_code"]] if row["staff_code"] else None,
                True,
                now,
            )
            for row in read_csv("accounts.csv")
        ),
    )


def _load_reports(tx: Transaction, now: dt.datetime, progress: Progress) -> None:
    told = told_reports(now)
    progress("Reports matched", 0, len(told))
    matches = _match(tx, told)
    progress("Reports matched", len(told), len(told))
    cast = Cast(
        accounts=_actors(),
        bodies={utility.code: utility.name for utility in sample.utilities()},
        offices=sample.town_offices(),
    )
    tables = fact_tables(told, matches, told_answers(now), cast, time_book(tx, COUNTY), now)
    _write(tx, tables, progress)
    _reserve_numbers(tx, told)
    rollups.fill(tx, COUNTY)
    # Indexes know nothing of the rows yet; autovacuum would tell them only minutes from now.
    tx.rows("ANALYZE")


def _match(tx: Transaction, told: Sequence[Told]) -> list[Match]:
    """Match the reports that have a position in bulk, and those that name a place one by one."""
    matcher = BulkMatcher(load_reference(tx, COUNTY))
    located = [t for t in told if t.intake.where.lon is not None]
    nan = float("nan")
    where = np.array(
        [
            [nan if value is None else value for value in (w.lon, w.lat, w.accuracy_m)]
            for w in (t.intake.where for t in located)
        ]
    )
    found = matcher.match(
        where[:, 0],
        where[:, 1],
        accuracy_m=where[:, 2],
        categories=[t.intake.category for t in located],
        days=[t.received_at.astimezone(SHANGHAI).date() for t in located],
    )
    bulk = {t.key: n for n, t in enumerate(located)}
    return [
        found.match(bulk[t.key])
        if t.key in bulk
        else match_point(tx, COUNTY, t.intake.where, category=t.intake.category, at=t.received_at)
        for t in told
    ]


def _actors() -> dict[str, Actor]:
    return {
        row["username"]: Actor(
            account_id=_account_id(row["username"]),
            county_code=COUNTY,
            username=row["username"],
            name=row["name"],
            role=row["role"],
        )
        for row in read_csv("accounts.csv")
    }


def _account_id(username: str) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"gridcall:{COUNTY}:{username}")


def _write(tx: Transaction, tables: FactTables, progress: Progress) -> None:
    total = sum(len(rows) for rows in tables.rows.values())
    done = 0
    for table in _FACTS:
        progress("Histories written", done, total)
        copy_rows(tx, table, tables.columns[table], tables.rows[table])
        done += len(tables.rows[table])
    progress("Histories written", total, total)


def _reserve_numbers(tx: Transaction, told: Sequence[Told]) -> None:
    """Say which numbers are taken, so that the next report of a day does not repeat one."""
    last = Counter(t.received_at.astimezone(SHANGHAI).date() for t in told)
    copy_rows(
        tx,
        "number_block",
        ("county_code", "day_on", "last"),
        ((COUNTY, day, count) for day, count in sorted(last.items())),
    )


def copy_rows(
    tx: Transaction, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """COPY rows into a table, in their order."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(",").join(map(sql.Identifier, columns))
    )
    with tx.driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
