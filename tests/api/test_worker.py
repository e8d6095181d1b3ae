"""The background process: prunes, waits out a database that is away, ends when told."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import psycopg
import pytest

from api import worker
from gis.changes import Position, read_horizon
from gis.db.database import Database
from gis.housekeeping import OUTBOX_KEPT, prune
from tests.api.conftest import World
from tests.support.installation import free_port, until

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def changes(database_url: str) -> None:
    """Write three changes and three sessions: before, at and after the limit."""
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "INSERT INTO county (code, name, name_en) VALUES ('370782', '诸城市', 'Zhucheng')"
        )
        connection.execute(
            "INSERT INTO account (id, county_code, username, name, password_hash, role)"
            " VALUES ('00000000-0000-0000-0000-000000000001', '370782', 'admin', 'Admin', 'x', 'admin')"
        )
        for number, shift in enumerate((-SECOND, 0 * SECOND, SECOND)):
            connection.execute(
                "INSERT INTO outbox (county_code, action, audience_after, at, done_at)"
                " VALUES ('370782', 'received', '{}', %s, %s)",
                [NOW - OUTBOX_KEPT + shift, NOW],
            )
            connection.execute(
                "INSERT INTO session (token_sha256, account_id, created_at, expires_at)"
                " VALUES (%s, '00000000-0000-0000-0000-000000000001', %s, %s)",
                [bytes([number]), NOW - OUTBOX_KEPT, NOW + shift],
            )


def test_prune_takes_what_is_past_its_time_and_nothing_else(db: Database, changes: None) -> None:
    pruned = prune(db, NOW)
    assert (pruned.outbox, pruned.sessions) == (1, 1)
    again = prune(db, NOW)
    assert (again.outbox, again.sessions) == (0, 0)
    with db.read() as tx:
        assert tx.scalar("SELECT count(*) FROM outbox") == 2
        assert tx.scalar("SELECT count(*) FROM session") == 2


def test_what_nobody_was_told_of_yet_is_kept(db: Database, changes: None) -> None:
    with db.transaction() as tx:
        tx.rows("UPDATE outbox SET done_at = NULL")
    assert prune(db, NOW).outbox == 0


@pytest.mark.parametrize(
    ("days", "dead"), [([20, 10], []), ([20, 10, 1], [1])], ids=["quiet since", "dead letter"]
)
def test_who_was_away_for_too_long_is_told_so(
    db: Database, days: list[int], dead: list[int]
) -> None:
    """Also where nothing happened since, and where a change nobody could be told of is older."""
    for age in days:
        with db.transaction() as tx:
            tx.rows(
                "INSERT INTO outbox (county_code, action, audience_after, at, done_at, attempts)"
                " VALUES ('370782', 'received', '{}', %s, %s, 1)",
                [NOW - dt.timedelta(days=age), NOW],
            )
    with db.transaction() as tx:
        first, *_, last = (
            Position(row["txid"], row["id"])
            for row in tx.rows("SELECT txid, id FROM outbox ORDER BY id")
        )
    with db.read() as tx:
        assert read_horizon(tx).reaches(first)
    with db.transaction() as tx:
        tx.rows("UPDATE outbox SET done_at = NULL, attempts = 8 WHERE id = ANY(%s)", [dead])
    assert prune(db, NOW).outbox == 1
    with db.read() as tx:
        horizon = read_horizon(tx)
    assert not horizon.reaches(first)
    assert horizon.reaches(last)


def test_worker_tells_of_calls_and_sweeps_their_clocks(
    world: World, client: Callable[[str], httpx.Client], tmp_path: Path
) -> None:
    """A call of 2022 comes in; its limit has long passed: it rises and its centre is told."""
    body = {"description": "x", "category": "noise", **world.at("G0006")}
    report = client("volunteer").post("/reports", json=body).json()
    assert report["level"] == "town"
    key = report["id"].removeprefix("370782-")
    assert _told(world, key) == set()
    stop = threading.Event()
    with closing(Database(world.url, pool_size=2)) as db:
        thread = threading.Thread(target=worker.run, args=(db, stop, tmp_path / "alive"))
        thread.start()
        try:
            until(
                lambda: (
                    _told(world, key)
                    >= {
                        ("dispatcher", "received"),
                        ("dispatcher", "escalate"),
                        ("supervisor", "escalate"),
                    }
                ),
                30,
            )
        finally:
            stop.set()
            thread.join(10)
    assert not thread.is_alive()
    assert world.execute("SELECT level FROM report WHERE id = %s", key) == [("municipal",)]
    # Each level of the clock was acted on once, however many rounds there were.
    levels = world.execute("SELECT level FROM sweep_mark WHERE report_id = %s ORDER BY level", key)
    assert levels == [("escalate",), ("red",), ("yellow",)]


def _told(world: World, report_id: str) -> set[tuple[object, ...]]:
    """Return who was told of what."""
    return set(
        world.execute(
            "SELECT a.username, n.action FROM notification n JOIN account a ON a.id = n.account_id"
            " WHERE n.report_id = %s",
            report_id,
        )
    )


def test_worker_prunes_and_ends_when_told(db: Database, changes: None, tmp_path: Path) -> None:
    stop, alive = threading.Event(), tmp_path / "worker.alive"
    thread = threading.Thread(target=worker.run, args=(db, stop, alive))
    thread.start()
    try:
        until(alive.exists, 30)
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()
    with db.read() as tx:
        assert tx.scalar("SELECT count(*) FROM session") == 0  # it works with today's date


def test_worker_outlives_a_database_that_is_away(tmp_path: Path) -> None:
    away = Database(f"postgresql://nobody@127.0.0.1:{free_port()}/nothing", pool_size=1)
    stop, alive = threading.Event(), tmp_path / "worker.alive"
    thread = threading.Thread(target=worker.run, args=(away, stop, alive))
    thread.start()
    stop.wait(0.5)
    assert thread.is_alive()
    stop.set()
    thread.join(10)
    away.close()
    assert not thread.is_alive()
    assert not alive.exists()


def test_an_error_of_ours_does_not_end_the_scans(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their thread has nobody above it: the worker went on, and no scan was done any more."""
    again, stop, tries = threading.Event(), threading.Event(), []

    def fail(*_: object) -> bool:
        tries.append(1)
        if len(tries) > 1:
            again.set()
            return False
        raise LookupError("params")

    monkeypatch.setattr(worker, "AFTER_ERROR_S", 0.01)
    monkeypatch.setattr(worker, "run_next_scan", fail)
    thread = threading.Thread(target=worker.run_scans, args=(db, stop, 0.01))
    thread.start()
    assert again.wait(10)
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


def test_scans_wait_out_a_database_that_is_away_and_end_when_told() -> None:
    away = Database(f"postgresql://nobody@127.0.0.1:{free_port()}/nothing", pool_size=1)
    stop = threading.Event()
    thread = threading.Thread(target=worker.run_scans, args=(away, stop, 0.01))
    thread.start()
    stop.wait(0.3)
    assert thread.is_alive()
    stop.set()
    thread.join(10)
    away.close()
    assert not thread.is_alive()
