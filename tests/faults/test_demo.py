"""``gridcall demo`` killed with -9, whole or in part, at every stage: the next start works by itself."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from gis.db import provision
from gis.db.home import HomeLock
from gis.errors import GridCallError
from tests.support.databases import forget
from tests.support.installation import Installation, until

pytestmark = pytest.mark.faults


@pytest.fixture
def demo() -> Iterator[Installation]:
    # Not below pytest's folder, which the database's user may not enter when we are root.
    installation = Installation(Path(f"/tmp/gridcall-demo-{os.getpid()}"))
    yield installation
    for pid in installation.processes():
        os.kill(pid, signal.SIGKILL)
    until(lambda: not installation.processes(), 30)
    forget(installation.home)
    installation.output.unlink(missing_ok=True)


def has_database(demo: Installation, name: str) -> bool:
    try:
        return provision.exists(demo.cluster, name)
    except psycopg.Error:
        return False


def is_loading(demo: Installation) -> bool:
    try:
        provision.check_migrated(demo.cluster.url(provision.LOADING))
    except GridCallError:
        return False
    return True


def row_of(demo: Installation, statement: str) -> object:
    with demo.cluster.superuser(provision.DATABASE) as connection:
        row = connection.execute(statement.encode()).fetchone()
    return row[0] if row else None


STAGES: dict[str, Callable[[Installation], object]] = {
    "initdb runs": lambda demo: list(demo.home.glob("postgres.*.new")),
    "the server has just been started": lambda demo: (
        demo.home / "postgres" / "postmaster.pid"
    ).exists(),
    "the database is being migrated": lambda demo: has_database(demo, provision.LOADING),
    "the city is being loaded": is_loading,
}


def test_killed_at_every_stage_then_started_once_more(demo: Installation) -> None:
    for reached in STAGES.values():
        demo.start()
        until(lambda reached=reached: reached(demo))
        demo.send(signal.SIGKILL)
    demo.start()
    until(demo.is_ready)
    assert not has_database(demo, provision.LOADING)
    assert [
        account.username
        for account in provision.list_demo_accounts(demo.cluster.url(provision.DATABASE))
    ]
    assert demo.send(signal.SIGTERM) == 0
    until(lambda: not demo.processes(), 20)


def test_each_part_killed_while_serving(demo: Installation) -> None:
    # Data of one's own is served as it is: nothing is loaded, and the start is quick.
    with HomeLock(demo.home, "test"):
        demo.cluster.start()
        with psycopg.connect(provision.build_database(demo.cluster)) as connection:
            connection.execute(
                "INSERT INTO county (code, name, name_en) VALUES ('370782', '诸城市', 'Zhucheng')"
            )
        demo.cluster.stop()
    demo.start()
    until(demo.is_ready)
    # The worker comes when the demo itself has seen the server ready: from then on it restarts all.
    until(lambda: demo.pid_of("-m api worker") is not None)
    made_at = row_of(demo, "SELECT min(created_at) FROM county")

    for part in ("-m api serve", "-m api worker", "postgres -D"):
        victim = demo.pid_of(part)
        assert victim is not None
        os.kill(victim, signal.SIGKILL)
        until(lambda part=part, victim=victim: demo.pid_of(part) not in {None, victim}, 30)
        until(demo.is_ready, 180)

    demo.send(signal.SIGKILL)
    until(lambda: not demo.processes(), 30)  # server, worker and PostgreSQL end with it

    demo.start()
    until(demo.is_ready, 180)
    assert row_of(demo, "SELECT min(created_at) FROM county") == made_at
    assert demo.send(signal.SIGINT) == 0
    until(lambda: not demo.processes(), 20)
