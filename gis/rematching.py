"""Putting boundaries in force: every report, open or closed, follows the active layout and areas.

Reports are moved to the new layout in batches that commit one by one, while it is still a draft:
how far the work is stands in the reports themselves (``layout_id``,
``service_area_version_id``), so a run that was killed goes on where it stopped. The new layout's
rollups grow beside the old ones, which everybody goes on reading. The last transaction locks
matching out, moves what came in meanwhile and makes the layout the active one: from then on its
rollups are read, complete at that moment. The match as first routed stays in the first event.
"""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import orjson

from gis import boundaries, rollups
from gis.bulk_matching import COVERS, OUTSIDE, BulkMatcher, Matches
from gis.clock import local_day
from gis.db.database import Database, Row, Transaction
from gis.errors import Conflict
from gis.matching_reference import load_reference
from gis.rematched import COUNTED_OUT, rematched_record

__all__ = [
    "UtilityMove",
    "preview_service_areas",
    "put_layout_in_force",
    "put_service_areas_in_force",
    "rematch",
]

BATCH_ROWS: Final = 2_000
_FIRST: Final = uuid.UUID(int=0)
_IN_FLIGHT_S: Final = 3600
"""No report is stored later than this after its id, which tells the time, was made."""

Progress = Callable[[int, int], None]
"""Called with (reports done, about how many there are)."""


@dataclass(frozen=True, slots=True)
class _Target:
    """The layout and the version of the service areas that reports are to follow."""

    layout_id: int | None
    version_id: int | None


@dataclass(frozen=True, slots=True)
class UtilityMove:
    """A report that would go from one utility to another; None is nobody."""

    report_id: uuid.UUID
    number: str
    was: str | None
    becomes: str | None


def put_layout_in_force(
    db: Database,
    county_code: str,
    name: str,
    *,
    now: dt.datetime,
    progress: Progress = lambda _done, _total: None,
) -> int:
    """Move all reports to a layout and make it the active one; return how many were moved.

    Parameters
    ----------
    db
        A pool of the tables' owner (``role=None``): the reports of all readers are moved.

    Raises
    ------
    NotFound
        There is no such layout.
    Conflict
        Another command is moving the county's reports.
    """
    with _alone(db, county_code):
        return _put_layout_in_force(db, county_code, name, now, progress)


def _put_layout_in_force(
    db: Database, county_code: str, name: str, now: dt.datetime, progress: Progress
) -> int:
    with db.transaction(county_code=county_code) as tx:
        layout = boundaries.get_layout(tx, county_code, name)
        active = _active(tx, county_code)
        was_active = layout.id == active.layout_id
        if not was_active and not _has_reports(tx, county_code, layout.id):
            rollups.drop_layout(tx, county_code, layout.id)  # left by a run that was given up

    def activate(tx: Transaction) -> None:
        today = local_day(now, load_reference(tx, county_code).zone)
        boundaries.activate_layout(tx, county_code, name, now=now, today=today)
        if was_active:
            rollups.rebuild(tx, county_code)

    work = _Rematch(county_code, _Target(layout.id, active.version_id), now, count=not was_active)
    moved = _move_all(db, work, activate, progress)
    if active.layout_id is not None and not was_active:
        with db.transaction(county_code=county_code) as tx:
            rollups.drop_layout(tx, county_code, active.layout_id)
    return moved


def preview_service_areas(
    tx: Transaction, county_code: str, version_id: int, *, now: dt.datetime
) -> list[UtilityMove]:
    """Say which reports a version of the service areas would give to another utility.

    Only reports that were not dispatched yet; those follow when the version is put in force.
    """
    matcher = BulkMatcher(load_reference(tx, county_code, version_id=version_id))
    rows = tx.query("undispatched_reports", {"county": county_code})
    matches = _match(matcher, rows, now)
    return [
        UtilityMove(row["id"], row["number"], row["utility_code"], becomes)
        for row, becomes in zip(rows, matches.routes.utility, strict=True)
        if becomes != row["utility_code"]
    ]


def put_service_areas_in_force(
    db: Database,
    county_code: str,
    version_id: int,
    *,
    now: dt.datetime,
    progress: Progress = lambda _done, _total: None,
) -> int:
    """Let all reports follow a version of the service areas and make it the active one.

    Who may read a report follows; the utility follows while the report is not dispatched.

    Raises
    ------
    Conflict
        Another command is moving the county's reports.
    """

    def activate(tx: Transaction) -> None:
        key = {"county_code": county_code, "version_id": version_id, "now": now}
        # Two statements: the index that allows one active version is checked row by row.
        tx.query("service_area_version_retire", key)
        tx.query("service_area_version_activate", key)

    with _alone(db, county_code):
        with db.transaction(county_code=county_code) as tx:
            layout_id = _active(tx, county_code).layout_id
        work = _Rematch(county_code, _Target(layout_id, version_id), now, count=False)
        return _move_all(db, work, activate, progress)


def rematch(
    db: Database,
    county_code: str,
    *,
    now: dt.datetime,
    progress: Progress = lambda _done, _total: None,
) -> int:
    """Let reports that do not follow the active layout and areas follow them; return how many.

    The rollups are counted anew: an activation that was given up leaves them undecided.

    Raises
    ------
    Conflict
        Another command is moving the county's reports.
    """
    with _alone(db, county_code):
        with db.transaction(county_code=county_code) as tx:
            target = _active(tx, county_code)
        work = _Rematch(county_code, target, now, count=False)
        return _move_all(db, work, lambda tx: rollups.rebuild(tx, county_code), progress)


@contextmanager
def _alone(db: Database, county_code: str) -> Iterator[None]:
    """Keep a second run out: two would move the same reports to and fro.

    The lock ends with its transaction, so a killed run leaves none behind.
    """
    with db.transaction(county_code=county_code) as tx:
        if not tx.scalar("SELECT pg_try_advisory_xact_lock(7211, hashtext(%s))", [county_code]):
            raise Conflict(
                "Another command is putting boundaries or service areas in force; wait for it."
            )
        yield


def _move_all(
    db: Database, work: _Rematch, activate: Callable[[Transaction], None], progress: Progress
) -> int:
    with db.read(county_code=work.county_code) as tx:
        total = work.remaining(tx)
    done = 0
    while True:
        with db.transaction(county_code=work.county_code) as tx:
            moved = work.batch(tx)
        done += moved
        progress(done, max(total, done))
        if moved < BATCH_ROWS:
            break
    with db.transaction(county_code=work.county_code) as tx:
        boundaries.lock_layouts(tx, work.county_code)
        work.look_again()
        while moved := work.batch(tx):  # what came in since; nothing comes in now
            done += moved
        activate(tx)
    progress(done, done)
    return done


class _Rematch:
    """The work of one run: reads batches of reports, matches them, writes them back."""

    def __init__(self, county_code: str, target: _Target, now: dt.datetime, *, count: bool) -> None:
        self.county_code = county_code
        self._now, self._count = now, count
        self._target = {"layout_id": target.layout_id, "version_id": target.version_id}
        self._next, self._after = "rematch_next", _FIRST
        self._since_ms = time.time_ns() // 1_000_000 - 1000 * _IN_FLIGHT_S
        self._matcher: BulkMatcher | None = None

    def look_again(self) -> None:
        """Go on with what came in or was moved since this run began, and a while before.

        Who moves a report meanwhile does so by the boundaries still in force.
        """
        self._next, self._after = "rematch_late", uuid.UUID(int=self._since_ms << 80)

    def remaining(self, tx: Transaction) -> int:
        """Count the reports that do not follow the target yet."""
        return int(
            tx.scalar(
                "SELECT count(*) FROM report WHERE county_code = %(county)s"
                " AND (layout_id IS DISTINCT FROM %(layout_id)s::bigint"
                " OR service_area_version_id IS DISTINCT FROM %(version_id)s::bigint)",
                self._target | {"county": self.county_code},
            )
        )

    def batch(self, tx: Transaction) -> int:
        """Move one batch in the caller's transaction and return its size; 0 at the end."""
        of = self._target | {"county": self.county_code}
        since = dt.datetime.fromtimestamp(self._since_ms / 1000, dt.UTC)
        found = tx.query(
            self._next, of | {"after": self._after, "since": since, "limit": BATCH_ROWS}
        )
        ids = [row["id"] for row in found]
        rows = tx.query("rematch_batch", of | {"ids": ids})
        if self._next == "rematch_next":
            self._after = ids[-1] if ids else self._after
        if rows:
            self._move(tx, rows)
        return len(ids)

    def _move(self, tx: Transaction, rows: Sequence[Row]) -> None:
        """Move reports that are held for writing."""
        of = self._target | {"county": self.county_code}
        if self._matcher is None:
            self._matcher = BulkMatcher(load_reference(tx, self.county_code, **self._target))
        located = [row for row in rows if row["lon"] is not None]
        matches = _match(self._matcher, located, self._now)
        places = {row["id"]: i for i, row in enumerate(located)}
        records = [
            rematched_record(self.county_code, row, matches, places.get(row["id"]), now=self._now)
            for row in rows
        ]
        tx.query("rematch_write", of | {"reports": orjson.dumps(records).decode()})
        # A before-image of the old boundaries would undo the rematching with the step.
        tx.rows(
            "DELETE FROM undo_step WHERE county_code = %(county)s AND EXISTS (SELECT FROM"
            " jsonb_array_elements(events) AS touched WHERE (touched ->> 0)::uuid = ANY(%(ids)s))",
            {"county": self.county_code, "ids": [row["id"] for row in rows]},
        )
        if self._count:
            rollups.apply(tx, self.county_code, self._moves(rows, records))

    def _moves(self, rows: Sequence[Row], records: Sequence[dict[str, Any]]) -> list[rollups.Move]:
        """Return what the new layout's rollups gain; the old one's go as a whole when it retires."""
        layout_id = self._target["layout_id"]
        counted = Counter(
            (record["grid_code"], row["category_code"] or "", row["received_on"].isoformat())
            for row, record in zip(rows, records, strict=True)
            if row["layout_id"] != layout_id and row["outcome"] not in COUNTED_OUT
        )
        return [
            rollups.Move(layout_id, grid, category, day, None, None, count)
            for (grid, category, day), count in counted.items()
        ]


def _match(matcher: BulkMatcher, rows: Sequence[Row], now: dt.datetime) -> Matches:
    """Match located reports; one that was given to a grid by name keeps it where it still exists.

    One that names a place follows the place into another layout only: within one the grid stays,
    also where the place was corrected since, or the counts by grid would be wrong.
    """
    lon = np.array([row["lon"] for row in rows], dtype=np.float64)
    lat = np.array([row["lat"] for row in rows], dtype=np.float64)
    accuracy_m = np.array(
        [row["accuracy_m"] if row["measured"] else None for row in rows], dtype=np.float64
    )
    grids = matcher.match_grids(lon, lat, accuracy_m)
    index = matcher.reference.grid_index
    layout = matcher.reference.layout
    for i, row in enumerate(rows):
        same = layout is not None and row["layout_id"] == layout.id
        if row["measured"] or (row["place_code"] is not None and not same):
            continue
        if row["grid_code"] in index:
            grids.grid[i], grids.method[i] = index[row["grid_code"]], COVERS
        elif same:
            grids.grid[i], grids.method[i] = -1, OUTSIDE
    today = local_day(now, matcher.reference.zone)
    return matcher.match(
        lon,
        lat,
        accuracy_m=accuracy_m,
        categories=[row["category_code"] for row in rows],
        days=[today] * len(rows),
        grids=grids,
    )


def _active(tx: Transaction, county_code: str) -> _Target:
    row = tx.query_one("active_versions", {"county": county_code}) or {}
    return _Target(row["layout_id"], row["version_id"])


def _has_reports(tx: Transaction, county_code: str, layout_id: int) -> bool:
    return bool(
        tx.scalar(
            "SELECT EXISTS (SELECT FROM report WHERE county_code = %s AND layout_id = %s)",
            [county_code, layout_id],
        )
    )
