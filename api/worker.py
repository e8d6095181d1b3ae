"""The background process: does what has to be done in time.

It is correct by polling; that changes wake it only makes it sooner.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from gis.change_reader import ChangeReader
from gis.db.database import Database
from gis.errors import Unavailable
from gis.housekeeping import prune
from gis.layering.scans import run_next_scan
from gis.notifications import BATCH, deliver
from gis.sweeping import sweep

POLL_S = 1.0
"""Seconds between two looks for changes to tell of, when nothing wakes the worker before."""
SWEEP_S = 10.0
"""Seconds between two looks at the clocks; limits are minutes and more."""
PRUNE_S = 60.0
"""Seconds between two rounds of throwing away."""
AFTER_ERROR_S = 5.0
"""Seconds without scans after an error of ours."""
SCAN_INTERVAL_S = 0.5
"""Seconds between two looks for a scan that somebody waits for."""

_logger = structlog.get_logger("worker")


def run(db: Database, stop: threading.Event, alive: Path) -> None:
    """Work until told to stop; a database that is away for a while is waited for.

    Parameters
    ----------
    db
        The application's pool.
    stop
        Set by a signal's handler; the round in progress is finished.
    alive
        File touched after every round that reached the database; a health check reads its time.
    """
    sweeps, prunes = _Every(SWEEP_S, _sweep), _Every(PRUNE_S, _prune)
    reader, listens = ChangeReader(db.url.render_as_string(hide_password=False)), False
    try:
        while not stop.is_set():
            try:
                if not listens:
                    reader.open()
                    listens = True
                wrote = sweeps.perhaps(db) + prunes.perhaps(db) + _deliver(db)
                alive.touch()
                if wrote:
                    reader.notify()
                reader.wait(POLL_S)
            except Unavailable as error:
                listens = False
                _logger.warning("database_unavailable", detail=error.detail)
                stop.wait(POLL_S)
    finally:
        reader.close()


def run_scans(db: Database, stop: threading.Event, interval_s: float = SCAN_INTERVAL_S) -> None:
    """Do the scans that planners ask for, one at a time, until told to stop.

    Parameters
    ----------
    db
        The application's pool.
    stop
        Set by a signal's handler; a scan that is not finished goes back to waiting.
    interval_s
        Seconds between two looks.
    """
    while not stop.is_set():
        try:
            if run_next_scan(db, stop):
                continue
        except Unavailable as error:
            _logger.warning("database_unavailable", detail=error.detail)
        except Exception:  # whatever it is: without this thread no scan is done any more
            _logger.exception("scan_failed")
            stop.wait(AFTER_ERROR_S)
        stop.wait(interval_s)


class _Every:
    """Work that is done at most once in some seconds, counted from its last end."""

    def __init__(self, seconds: float, work: Callable[[Database], int]) -> None:
        self._seconds = seconds
        self._work = work
        self._next = time.monotonic()

    def perhaps(self, db: Database) -> int:
        """Do the work if it is time, and return how much others may want to see."""
        if time.monotonic() < self._next:
            return 0
        done = self._work(db)
        self._next = time.monotonic() + self._seconds
        return done


def _sweep(db: Database) -> int:
    swept = sweep(db, dt.datetime.now(dt.UTC))
    acted = swept.reminded + swept.supervised + swept.escalated
    if acted:
        _logger.info(
            "swept",
            reminded=swept.reminded,
            supervised=swept.supervised,
            escalated=swept.escalated,
        )
    for failure in swept.failed:
        _logger.error("clock_failed", detail=failure)
    return acted


def _prune(db: Database) -> int:
    pruned = prune(db, dt.datetime.now(dt.UTC))
    if pruned.outbox or pruned.sessions:
        _logger.info("pruned", outbox=pruned.outbox, sessions=pruned.sessions)
    return 0


def _deliver(db: Database) -> int:
    """Make the notices of all changes that wait."""
    done = 0
    while True:
        delivered = deliver(db, dt.datetime.now(dt.UTC))
        done += delivered.done
        if delivered.failed:
            _logger.warning("notices_failed", count=delivered.failed)
        if delivered.done + delivered.failed < BATCH:
            return done
