"""The background process: does what has to be done in time, by polling alone."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path

import structlog

from gis.db.database import Database
from gis.errors import Unavailable
from gis.housekeeping import prune
from gis.layering.scans import run_next_scan

INTERVAL_S = 60.0
"""Seconds between two rounds."""
SCAN_INTERVAL_S = 0.5
"""Seconds between two looks for a scan that somebody waits for."""

_log = structlog.get_logger("worker")


def run(db: Database, stop: threading.Event, alive: Path, interval_s: float = INTERVAL_S) -> None:
    """Work until told to stop; a database that is away for a while is waited for.

    Parameters
    ----------
    db
        The application's pool.
    stop
        Set by a signal's handler; the round in progress is finished.
    alive
        File touched after every round that reached the database; a health check reads its time.
    interval_s
        Seconds between two rounds.
    """
    while not stop.is_set():
        try:
            pruned = prune(db, dt.datetime.now(dt.UTC))
        except Unavailable as error:
            _log.warning("database_unavailable", detail=error.detail)
        else:
            alive.touch()
            if pruned.outbox or pruned.sessions:
                _log.info("pruned", outbox=pruned.outbox, sessions=pruned.sessions)
        stop.wait(interval_s)


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
            _log.warning("database_unavailable", detail=error.detail)
        stop.wait(interval_s)
