"""What has to be thrown away in time: delivered changes, ended sessions, codes and failures."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from gis.db.database import Database
from gis.throttling import prune_throttle

OUTBOX_KEPT = dt.timedelta(days=7)
"""How far back a reader that was away may resume; after that it reads the lists anew."""


@dataclass(frozen=True)
class Pruned:
    """How many rows went."""

    outbox: int
    sessions: int


def prune(db: Database, now: dt.datetime) -> Pruned:
    """Delete outbox rows older than a week and sessions that have expired.

    Parameters
    ----------
    db
        The application's pool.
    now
        The present moment, aware.

    Raises
    ------
    Unavailable
        The database does not answer.
    """
    with db.transaction() as tx:
        outbox = tx.query_one("prune_outbox", {"before": now - OUTBOX_KEPT})
        sessions = tx.query_one("prune_sessions", {"now": now})
        prune_throttle(tx, now)
        tx.rows("DELETE FROM invitation WHERE expires_at < %(now)s", {"now": now})
    return Pruned(
        outbox=outbox["pruned"] if outbox else 0, sessions=sessions["pruned"] if sessions else 0
    )
