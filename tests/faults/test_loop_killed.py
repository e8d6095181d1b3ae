"""The whole loop while server and worker are killed again and again: nothing lost, nothing twice.

The oracle is a ledger that the clients keep: what was acknowledged, and what was ever sent.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from random import Random
from typing import Any

import httpx
import psycopg
import pytest

from gis import rollups
from gis.db.cluster import Cluster
from gis.db.database import Database, libpq_url
from gis.settings import CHECKOUT
from tests.support import county, crew, databases
from tests.support.crew import AT_HOME
from tests.support.installation import free_port, until

pytestmark = pytest.mark.faults

CLIENTS, REPORTS, KILLS = 3, int(os.environ.get("GRIDCALL_KILLED_REPORTS", "3")), 4
PATIENCE_S = 240.0
COURSE: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("dispatcher", "accept", {}),
    ("dispatcher", "dispatch", {"lead": "water-west", "assisting": ["power"]}),
    ("water", "check_in", {}),
    ("water", "feed_back", {"result": "fixed", "cause": "main valve", "remedy": "replaced"}),
    ("dispatcher", "close", {"outcome": "resolved"}),
)


class Process:
    """`gridcall serve` or `gridcall worker` over one database, to be killed at will."""

    def __init__(self, name: str, environment: dict[str, str]) -> None:
        self._name, self._environment = name, environment
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "api", self._name],
            cwd=CHECKOUT,
            env=os.environ | self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self, which: signal.Signals = signal.SIGKILL) -> None:
        if self._process is not None:
            self._process.send_signal(which)
            self._process.wait(60)


@pytest.fixture
def url(cluster: Cluster, migrated_template: str) -> Iterator[str]:
    name = databases.template(cluster, "template_small_county", crew.build, base=migrated_template)
    with databases.clone(cluster, name) as found:
        yield found


def test_killed_between_any_two_steps_nothing_is_lost_or_doubled(url: str, tmp_path: Any) -> None:
    port = free_port()
    environment = {
        "DATABASE_URL": url,
        "PORT": str(port),
        "GRIDCALL_HOME": str(tmp_path),
        "GRIDCALL_COUNTY": county.COUNTY,
    }
    server, worker = Process("serve", environment), Process("worker", environment)
    address = f"http://127.0.0.1:{port}"
    clients = [Client(url, address, seed) for seed in range(CLIENTS)]
    threads = [threading.Thread(target=client.work) for client in clients]
    try:
        server.start()
        worker.start()
        for thread in threads:
            thread.start()
        kills = _kill_while(threads, clients, server, worker)
        for thread in threads:
            thread.join(PATIENCE_S)
        assert [client.failure for client in clients] == [""] * CLIENTS
        assert kills >= KILLS
        _check(url, clients)
    finally:
        for client in clients:
            client.stop.set()
        server.kill()
        worker.kill()


def _kill_while(
    threads: list[threading.Thread], clients: list[Client], server: Process, worker: Process
) -> int:
    """Kill one or the other each time some more was acknowledged, and start it again."""
    random, kills, seen = Random(7), 0, 0
    deadline = time.monotonic() + PATIENCE_S
    while any(thread.is_alive() for thread in threads) and time.monotonic() < deadline:
        done = sum(len(client.acknowledged) for client in clients)
        if done - seen >= 10:
            time.sleep(random.random() / 20)
            which = server if random.random() < 0.6 else worker
            which.kill()
            which.start()
            kills, seen = kills + 1, done
        time.sleep(0.01)
    return kills


class Client:
    """Takes reports through their whole course and keeps the ledger of what it was told."""

    def __init__(self, url: str, address: str, seed: int) -> None:
        self.acknowledged: list[tuple[str, str]] = []
        self.failure = ""
        self.stop = threading.Event()
        self._random = Random(seed)
        self._address = address
        self._tokens = {name: _session(url, name) for name in ("volunteer", "dispatcher", "water")}

    def work(self) -> None:
        try:
            with httpx.Client(base_url=f"{self._address}/api/v1", timeout=20) as http:
                for _ in range(REPORTS):
                    self._one_report(http)
        except (AssertionError, KeyError, StopIteration, TimeoutError) as error:
            self.failure = repr(error)

    def _one_report(self, http: httpx.Client) -> None:
        body = {
            "client_id": str(uuid.UUID(int=self._random.getrandbits(128), version=4)),
            "description": "no water",
            "category": "water.low_pressure",
            "longitude": AT_HOME[0],
            "latitude": AT_HOME[1],
        }
        report = self._ask(http, "POST", "/reports", "volunteer", body).json()
        self.acknowledged.append((report["id"], "received"))
        for who, action, fields in COURSE:
            self._act(http, report["id"], who, action, fields)

    def _act(
        self, http: httpx.Client, report_id: str, who: str, action: str, fields: dict[str, Any]
    ) -> None:
        seen = self._ask(http, "GET", f"/reports/{report_id}", who).json()
        version = seen["version"]
        if who == "water":
            version = next(
                part["version"] for part in seen["assignments"] if part["role"] == "lead"
            )
        answer = self._ask(
            http, "POST", f"/reports/{report_id}/actions", who,
            {"action": action, **fields}, {"If-Match": f'"{version}"'},
        )  # fmt: skip
        # 412 and 409: done already, by the try whose answer was lost.
        assert answer.status_code in {200, 409, 412}, answer.text
        if answer.status_code == 200:
            self.acknowledged.append((report_id, action))

    def _ask(
        self,
        http: httpx.Client,
        method: str,
        path: str,
        who: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """Send until there is an answer: a server that was killed is back in seconds."""
        wanted = {"Authorization": f"Bearer {self._tokens[who]}", **(headers or {})}
        while not self.stop.is_set():
            try:
                answer = http.request(method, path, json=body, headers=wanted)
            except httpx.TransportError:
                time.sleep(0.05)
                continue
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                assert answer.status_code < 500, answer.text
                return answer
            time.sleep(0.05)
        raise TimeoutError


def _session(url: str, username: str) -> str:
    token = f"{username}-{uuid.uuid4()}"
    now = dt.datetime.now(dt.UTC)
    later = now + dt.timedelta(hours=1)
    with psycopg.connect(libpq_url(url)) as connection:
        connection.execute(
            "INSERT INTO session (token_sha256, account_id, created_at, expires_at, idle_until)"
            " SELECT %s, id, %s, %s, %s FROM account WHERE username = %s",
            [hashlib.sha256(token.encode()).digest(), now, later, later, username],
        )
    return token


def _check(url: str, clients: list[Client]) -> None:
    acknowledged = Counter(step for client in clients for step in client.acknowledged)
    assert set(acknowledged.values()) == {1}
    with closing(Database(url, role=None, pool_size=2)) as db:
        until(lambda: _scalar(db, "SELECT count(*) FROM outbox WHERE done_at IS NULL") == 0, 60)
        with db.read() as tx:
            events = tx.rows(
                "SELECT e.report_id, array_agg(e.action ORDER BY e.version) AS actions"
                " FROM report_event e JOIN report r ON r.id = e.report_id"
                " WHERE e.action NOT IN ('remind', 'supervise', 'escalate')"
                " GROUP BY e.report_id"
            )
            assert len(events) == CLIENTS * REPORTS
            course = ["received", *(action for _, action, _ in COURSE)]
            assert [row["actions"] for row in events] == [course] * len(events)
            told = tx.rows(
                "SELECT n.report_id, count(*) AS notices FROM notification n"
                " JOIN account a ON a.id = n.account_id"
                " WHERE n.action = 'dispatch' AND a.username = 'water' GROUP BY n.report_id"
            )
            assert [row["notices"] for row in told] == [1] * (CLIENTS * REPORTS)
            assert rollups.check(tx, county.COUNTY) == []
    stored = {(f"{county.COUNTY}-{row['report_id']}", a) for row in events for a in row["actions"]}
    assert set(acknowledged) <= stored


def _scalar(db: Database, statement: str) -> Any:
    with db.read() as tx:
        return tx.scalar(statement)
