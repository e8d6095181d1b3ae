"""Failed sign-ins make a user name rest, for a while and in every process."""

from __future__ import annotations

import datetime as dt

from gis.db.database import Database
from gis.throttling import (
    MOST_FAILURES,
    REST,
    WINDOW,
    forget_failed_sign_ins,
    note_failed_sign_in,
    prune_throttle,
    resting_until,
)

NOW = dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC)


def fail(db: Database, name: str, times: int, at: dt.datetime = NOW, address: str = "::1") -> None:
    """Fail so many times."""
    with db.transaction() as tx:
        for _ in range(times):
            note_failed_sign_in(tx, name, address, at)


def until(
    db: Database, name: str, at: dt.datetime = NOW, address: str = "::1"
) -> dt.datetime | None:
    """Return until when a name rests."""
    with db.read() as tx:
        return resting_until(tx, name, address, at)


def test_a_name_rests_after_five_failures_in_its_window(db: Database) -> None:
    fail(db, "water", 4)
    assert until(db, "water") is None
    fail(db, "WATER", 1)  # names are told apart without case
    assert until(db, "water") == NOW + REST
    assert until(db, "power") is None
    assert until(db, "water", NOW + REST) is None
    fail(db, "water", 1, NOW + REST)  # still within the window: it rests again at once
    assert until(db, "water", NOW + REST) == NOW + 2 * REST


def test_old_failures_do_not_add_up(db: Database) -> None:
    fail(db, "water", 4)
    fail(db, "water", 4, NOW + WINDOW + dt.timedelta(seconds=1))
    assert until(db, "water", NOW + WINDOW) is None


def test_an_address_rests_after_many_names(db: Database) -> None:
    for number in range(MOST_FAILURES["address"]):
        fail(db, f"name{number}", 1, address="10.0.0.7")
    assert until(db, "fresh", address="10.0.0.7") == NOW + REST
    assert until(db, "fresh", address="10.0.0.8") is None


def test_signing_in_forgets_and_pruning_cleans_up(db: Database) -> None:
    fail(db, "water", 5)
    with db.transaction() as tx:
        forget_failed_sign_ins(tx, "Water")
    assert until(db, "water") is None
    with db.transaction() as tx:
        assert prune_throttle(tx, NOW + WINDOW) == 0
        assert prune_throttle(tx, NOW + WINDOW + dt.timedelta(seconds=1)) == 1
