"""Scans for circles of excess, as computations of seconds: asked for once, watched, and kept.

A scan is named by the hash of everything that goes into it, so the same numbers are never scanned
twice and an answer never grows stale. The worker process takes one at a time; one whose worker was
lost is taken again when its lease has run out.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
import time
import uuid
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal

import numpy as np
import orjson

from gis.audience import Actor
from gis.db.database import Database, Row, Transaction
from gis.disclosure import choose
from gis.errors import InvalidInput, NotFound
from gis.hotspots.scan import Circle, circular_scan
from gis.ids import uuid7
from gis.layering.counting import Counted, count_frame
from gis.layering.exposures import amounts, exposure_for
from gis.layering.scopes import Scope

REPLICATIONS: Final = 999
MOST_UNITS: Final = 4_000
LEASE: Final = dt.timedelta(seconds=60)
KEPT: Final = dt.timedelta(days=90)
_ATTEMPTS: Final = 3
_TOLD_EVERY_S: Final = 0.5
_LARGEST_SHARE: Final = 0.5


@dataclass(frozen=True)
class ScanJob:
    """A scan and how far it is.

    Attributes
    ----------
    params
        The question, and the numbers it is about: choice, period, exposure, units.
    result
        Circles as dictionaries, strongest first; None until it is done.
    """

    id: uuid.UUID
    status: str
    params: dict[str, Any]
    done: int
    total: int
    result: list[dict[str, Any]] | None
    failure: str
    created_at: dt.datetime
    finished_at: dt.datetime | None


class Interrupted(Exception):
    """The worker is asked to end."""


def request_scan(
    tx: Transaction,
    scope: Scope,
    unit: Literal["grid", "community", "town"],
    *,
    exposure: str | None,
    now: dt.datetime,
    replications: int = REPLICATIONS,
) -> ScanJob:
    """Ask for a scan of a scope; the same one again is the one there is.

    Parameters
    ----------
    exposure
        Code of an exposure; None takes the one that suits.
    replications
        Random maps.

    Raises
    ------
    InvalidInput
        There is nothing to scan, or there are too many units.
    """
    params = _params(tx, scope, unit, exposure, replications)
    text = orjson.dumps(params, option=orjson.OPT_SORT_KEYS)
    fingerprint = hashlib.sha256(text).hexdigest()
    # The seed comes from the numbers, so that a scan can be repeated anywhere with the same p.
    params["seed"] = int(fingerprint[:8], 16)
    tx.rows(
        "INSERT INTO layer_job (county_code, id, kind, fingerprint, params, total, created_at)"
        " VALUES (%s, %s, 'scan', %s, %s, %s, %s)"
        " ON CONFLICT (county_code, fingerprint) DO UPDATE SET attempts = 0, status = 'waiting',"
        " failure = '', finished_at = NULL WHERE layer_job.status = 'failed'",
        [
            *(scope.actor.county_code, uuid7(), fingerprint),
            *(orjson.dumps(params).decode(), replications, now),
        ],
    )
    rows = tx.rows(
        "SELECT * FROM layer_job WHERE county_code = %s AND fingerprint = %s",
        [scope.actor.county_code, fingerprint],
    )
    return _job(rows[0])


def get_scan(tx: Transaction, county_code: str, scan_id: str) -> ScanJob:
    """Return a scan of a county.

    Raises
    ------
    NotFound
        There is no such scan here.
    """
    try:
        key = uuid.UUID(scan_id)
    except ValueError:
        raise NotFound("There is no such scan.") from None
    rows = tx.rows("SELECT * FROM layer_job WHERE county_code = %s AND id = %s", [county_code, key])
    if not rows:
        raise NotFound("There is no such scan.")
    return _job(rows[0])


def check_told(tx: Transaction, actor: Actor, job: ScanJob) -> None:
    """Refuse a scan that counts what has become sensitive since it was asked for.

    Raises
    ------
    InvalidInput
        It does, or its tag is no category's any more, so that nobody knows what it counts.
    """
    asked = job.params["choice"]
    choice = choose(tx, replace(actor, role="planner"), asked["category"], asked["tag"])
    # Scans of before it was written down do not say what they left out.
    left_out = job.params["left_out"].get("categories", choice.hidden)
    if choice.group is not None or not set(choice.hidden).issubset(left_out):
        raise InvalidInput.of("category", "is sensitive now, and what this scan counts not told")


def run_next_scan(db: Database, stop: threading.Event) -> bool:
    """Do the next waiting scan, if there is one; return whether there was.

    Parameters
    ----------
    stop
        Set when the process ends: the scan goes back to waiting.

    Raises
    ------
    Unavailable
        The database does not answer; the scan is taken again when its lease has run out.
    """
    now = dt.datetime.now(dt.UTC)
    with db.transaction() as tx:
        row = tx.query_one("layer_job_claim", {"now": now, "until": now + LEASE})
    if row is None:
        return False
    key = [row["county_code"], row["id"]]
    if row["attempts"] > _ATTEMPTS:
        _finish(db, key, failure="It was tried three times and never came to an end.")
        return True
    try:
        circles = _scan(db, row, stop)
    except Interrupted:
        with db.transaction() as tx:
            tx.rows(
                "UPDATE layer_job SET status = 'waiting', leased_until = NULL, done = 0,"
                " attempts = attempts - 1 WHERE county_code = %s AND id = %s",
                key,
            )
    except (ValueError, MemoryError) as error:
        _finish(db, key, failure=f"It cannot be computed: {error}")
    else:
        _finish(db, key, circles=circles)
    return True


def _params(
    tx: Transaction, scope: Scope, unit: str, exposure: str | None, replications: int
) -> dict[str, Any]:
    frame = scope.frame(tx, unit)  # type: ignore[arg-type]
    if len(frame) > MOST_UNITS:
        raise InvalidInput.of("unit", f"a scan takes {MOST_UNITS} units at most, not {len(frame)}")
    kind = exposure_for(tx, scope, frame, exposure)
    exposed = amounts(tx, scope, frame, kind)
    usable = np.isfinite(exposed) & (exposed > 0)
    counted = count_frame(tx, scope, frame)
    counts = np.where(usable, counted.counts, 0)
    if not counts.any():
        raise InvalidInput.of("category", "there is no report to scan in units with exposure")
    asked, span = scope.slice, scope.span
    return {
        "unit": unit,
        "layout_id": scope.layout_id,
        "layout": scope.version.state.layout,
        "choice": {
            "category": asked.category,
            "tag": asked.tag,
            "cause": asked.cause,
            "source": asked.source,
            "repeat": asked.repeat,
        },
        "span": [span.first.isoformat(), span.last.isoformat()],
        "exposure": asdict(kind),
        "left_out": {
            "outside": counted.outside + counted.n - int(counts.sum()),
            "sensitive": scope.choice.without_sensitive,
            "categories": list(scope.choice.hidden),
            "unknown": int((~usable).sum()),
        },
        "replications": replications,
        "codes": list(frame.codes),
        "counts": counts.tolist(),
        "exposed": np.where(usable, exposed, 0.0).tolist(),
        "xy": frame.xy.round(1).tolist(),
    }


def _scan(db: Database, row: Row, stop: threading.Event) -> list[Circle]:
    params = row["params"]
    told_at = time.monotonic()

    def tell(done: int, _total: int) -> None:
        nonlocal told_at
        if stop.is_set():
            raise Interrupted
        if time.monotonic() - told_at < _TOLD_EVERY_S:
            return
        told_at = time.monotonic()
        with db.transaction() as tx:
            tx.rows(
                "UPDATE layer_job SET done = %s, leased_until = %s"
                " WHERE county_code = %s AND id = %s",
                [done, dt.datetime.now(dt.UTC) + LEASE, row["county_code"], row["id"]],
            )

    return circular_scan(
        np.array(params["counts"], dtype=np.int64),
        np.array(params["exposed"], dtype=np.float64),
        np.array(params["xy"], dtype=np.float64),
        rng=np.random.default_rng(params["seed"]),
        replications=row["total"],
        largest_share=_LARGEST_SHARE,
        progress=tell,
    )


def _finish(
    db: Database, key: list[Any], *, circles: list[Circle] | None = None, failure: str = ""
) -> None:
    """Write the end of a scan, and forget those that ended long ago."""
    now = dt.datetime.now(dt.UTC)
    result = None if circles is None else orjson.dumps([asdict(one) for one in circles]).decode()
    with db.transaction() as tx:
        tx.rows(
            "UPDATE layer_job SET status = %s, result = %s, failure = %s, finished_at = %s,"
            " leased_until = NULL, done = CASE WHEN %s THEN done ELSE total END"
            " WHERE county_code = %s AND id = %s",
            ["failed" if failure else "done", result, failure, now, bool(failure), *key],
        )
        tx.rows("DELETE FROM layer_job WHERE finished_at < %s", [now - KEPT])


def _job(row: Row) -> ScanJob:
    return ScanJob(
        id=row["id"],
        status=row["status"],
        params=row["params"],
        done=row["done"],
        total=row["total"],
        result=row["result"],
        failure=row["failure"],
        created_at=row["created_at"],
        finished_at=row["finished_at"],
    )


def counted_of(job: ScanJob) -> Counted:
    """Return what a scan counted and left out."""
    counts = np.array(job.params["counts"], dtype=np.int64)
    return Counted(counts, job.params["left_out"]["outside"])
