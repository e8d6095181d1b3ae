"""From POST to the event on the screen: 200 listeners on one server over one database connection."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import selectors
import socket
import threading
import time
import uuid
from dataclasses import dataclass, field

import httpx
import numpy as np
import psycopg

from api.live import MOST_OF_ACCOUNT
from gis.change_reader import APPLICATION
from tests.bench import marker, pgbench, posting
from tests.bench.results import Results
from tests.bench.stage import CITY, COUNTY, Stage

SECTION = "POST to event"
LISTENERS = 200
VIEWS = "A map of 5,000 open reports"
OPEN = 5_000
ASKED = {
    "piles, zoom 10": "/reports/clustered?zoom=10&bbox=119.0,35.6,119.9,36.4&queue=open",
    "piles, zoom 13": "/reports/clustered?zoom=13&bbox=119.35,35.95,119.47,36.05&queue=open",
    "tile, zoom 10": "/tiles/reports/10/851/402.mvt",
    "counts by queue": "/reports/counts?queue=open",
    "clusters": "/clusters",
    "board": "/board",
}
RATES = (5, 20, 50)
"""Reports a second."""
_MARK = re.compile(rb'"description":"bench (\d+)"')
_PATIENCE_S = 20.0


@dataclass
class Ears:
    """Open streams, read by one thread."""

    selector: selectors.DefaultSelector = field(default_factory=selectors.DefaultSelector)
    heard: dict[int, list[float]] = field(default_factory=dict)
    ready: int = 0
    received_bytes: int = 0
    stop: threading.Event = field(default_factory=threading.Event)

    def open(self, port: int, token: str) -> None:
        """Open one more stream."""
        connection = socket.create_connection(("127.0.0.1", port))
        connection.sendall(
            f"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
        )
        self.selector.register(connection, selectors.EVENT_READ, bytearray())

    def listen(self) -> None:
        """Note when each report is heard, by how many."""
        while not self.stop.is_set():
            for key, _ in self.selector.select(0.1):
                data, kept = key.fileobj.recv(1 << 16), key.data  # type: ignore[union-attr]
                if not data:
                    raise AssertionError("a stream was closed")
                now = time.perf_counter()
                self.received_bytes += len(data)
                kept += data
                self.ready += kept.count(b"event: hello")
                # An event may be cut anywhere; its last part stays for the next reading.
                whole, _, rest = bytes(kept).rpartition(b"\n\n")
                kept[:] = rest
                for mark in _MARK.findall(whole):
                    self.heard.setdefault(int(mark), []).append(now)


def measure(stage: Stage, results: Results, seconds: float) -> None:
    """Send at several rates and note when every listener has each report."""
    with stage.database(CITY, "bench_live") as url, posting.served(stage, url) as port:
        tokens = _accounts(url, -(-LISTENERS // MOST_OF_ACCOUNT))
        sender = pgbench.sign_in(port)
        bodies = posting.bodies_of(url)
        posting.run(port, sender, bodies, posting.WARM_UP_S)
        ears = Ears()
        for i in range(LISTENERS):
            ears.open(port, tokens[i // MOST_OF_ACCOUNT])
        thread = threading.Thread(target=ears.listen, daemon=True)
        thread.start()
        _until(lambda: ears.ready >= LISTENERS, "not every stream greeted")
        for rate in RATES:
            _measure_rate(port, sender, bodies, ears, results, rate, seconds)
        marker.measure(port, sender, results, seconds, LISTENERS)
        results.add(SECTION, "database connections that read changes", str(_readers(url)), "1")
        ears.stop.set()
        thread.join()
        _measure_views(port, tokens[0], results)


def _measure_views(port: int, token: str, results: Results) -> None:
    """Fill up to 5,000 open reports and time what the console and the board ask for."""
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(
        base_url=f"http://127.0.0.1:{port}/api/v1", headers=headers, timeout=60
    ) as one:
        lacking = OPEN - one.get("/reports/counts?queue=open").json()["count"]
        rng = np.random.default_rng(5)
        lines = [
            json.dumps(
                {"category": "roads.pothole", "description": "x", "longitude": lon, "latitude": lat}
            )
            for lon, lat in rng.uniform((119.1, 35.8), (119.6, 36.2), (max(lacking, 0), 2)).tolist()
        ]
        ndjson = {"Content-Type": "application/x-ndjson"}
        one.post("/reports/bulk", content="\n".join(lines), headers=ndjson).raise_for_status()
        for what, path in ASKED.items():
            times = []
            for _ in range(20):
                began = time.perf_counter()
                answer = one.get(path)
                times.append(1000 * (time.perf_counter() - began))
                assert answer.status_code == 200, answer.text
            size = f"{len(answer.content) / 1024:.0f} KB"
            results.add(VIEWS, f"{what}: median ms", f"{np.median(times):.0f} ({size})")


def _measure_rate(
    port: int,
    token: str,
    bodies: list[dict[str, object]],
    ears: Ears,
    results: Results,
    rate: int,
    seconds: float,
) -> None:
    first = 1_000_000 * rate
    sent: dict[int, float] = {}
    before = ears.received_bytes
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        began = time.perf_counter()
        for i in range(int(rate * seconds)):
            time.sleep(max(0.0, began + i / rate - time.perf_counter()))
            body = bodies[i % len(bodies)] | {
                "client_id": str(uuid.uuid4()), "description": f"bench {first + i}",
            }  # fmt: skip
            sent[first + i] = time.perf_counter()
            posting.send_one(connection, token, json.dumps(body).encode())
    _until(
        lambda: all(len(ears.heard.get(i, ())) == LISTENERS for i in sent), "an event is missing"
    )
    late = [1000 * (heard - sent[i]) for i in sent for heard in ears.heard[i]]
    what = f"{LISTENERS} listeners, {rate} reports a second"
    target = "< 300" if rate == RATES[0] else ""
    results.add(SECTION, f"{what}: median ms", f"{np.median(late):.0f}")
    results.add(SECTION, f"{what}: 95th percentile ms", f"{np.percentile(late, 95):.0f}", target)
    results.add(SECTION, f"{what}: slowest ms", f"{max(late):.0f}")
    each = (ears.received_bytes - before) / len(late)
    results.add(SECTION, f"{what}: bytes an event", f"{each:.0f}", "< 2,000")


def _until(holds: object, otherwise: str) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not holds():  # type: ignore[operator]
        if time.monotonic() > deadline:
            raise AssertionError(otherwise)
        time.sleep(0.01)


def _accounts(url: str, number: int) -> list[str]:
    """Make dispatchers with a session each and return their tokens."""
    tokens = [secrets.token_urlsafe() for _ in range(number)]
    with psycopg.connect(url) as connection:
        for i, token in enumerate(tokens):
            account_id = uuid.uuid4()
            connection.execute(
                "INSERT INTO account (id, county_code, username, name, password_hash, role)"
                " VALUES (%s, %s, %s, %s, '', 'dispatcher')",
                [account_id, COUNTY, f"bench{i}", f"bench{i}"],
            )
            connection.execute(
                "INSERT INTO session (token_sha256, account_id, created_at, expires_at)"
                " VALUES (%s, %s, now(), now() + interval '1 hour')",
                [hashlib.sha256(token.encode()).digest(), account_id],
            )
    return tokens


def _readers(url: str) -> int:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE application_name = %s AND datname = current_database()",
            [APPLICATION],
        ).fetchone()
    return int(row[0]) if row else 0
