"""Report numbers: county 6 + date 8 + sequence, gaps allowed.

A process reserves blocks of a day's numbers in a short transaction of its own, so that reports
taken in at the same time do not wait for each other's row lock. What is left of a block when the
process ends is never used.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Mapping

from gis.db.database import Database, Transaction

BLOCK = 20


class Numbers:
    """Hands out numbers; safe to share between threads.

    It holds one connection outside the application's pool: a request that asks for a number has
    a connection of the pool already, and if all of them waited here for a second one, none would
    ever get it.
    """

    def __init__(self, db: Database) -> None:
        self._db = Database(db.url.render_as_string(hide_password=False), pool_size=1)
        self._blocks: dict[tuple[str, dt.date], range] = {}
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    def take(self, county_code: str, day: dt.date) -> str:
        """Return the next number of a day."""
        key = (county_code, day)
        with self._lock:
            left = self._blocks.get(key, range(0))
            if not left:
                first = self.reserve(county_code, {day: BLOCK})[day]
                self._blocks = {k: v for k, v in self._blocks.items() if k[0] != county_code}
                left = range(first, first + BLOCK)
            self._blocks[key] = left[1:]
        return report_number(county_code, day, left[0])

    def reserve(self, county_code: str, counts: Mapping[dt.date, int]) -> dict[dt.date, int]:
        """Reserve so many numbers of each day and return the first of each."""
        days = sorted(day for day, count in counts.items() if count)
        if not days:
            return {}
        with self._db.transaction() as tx:
            rows = tx.query(
                "reserve_numbers",
                {"county": county_code, "days": days, "counts": [counts[day] for day in days]},
            )
        return {row["day_on"]: row["last"] - counts[row["day_on"]] + 1 for row in rows}


def next_number(tx: Transaction, county_code: str, day: dt.date) -> str:
    """Return a day's next number, taken in the caller's transaction.

    For the rare report that is written beside others: until it commits, whoever needs a block of
    that day's numbers waits for it.
    """
    (row,) = tx.query("reserve_numbers", {"county": county_code, "days": [day], "counts": [1]})
    return report_number(county_code, day, row["last"])


def report_number(county_code: str, day: dt.date, sequence: int) -> str:
    """Write a number; from 100,000 reports a day on it has six digits at the end.

    Examples
    --------
    >>> report_number("370782", dt.date(2022, 5, 1), 42)
    '3707822022050100042'
    """
    return f"{county_code}{day:%Y%m%d}{sequence:05d}"
