"""POST /reports at 8 clients, beside pgbench running exactly the statements of a POST."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import numpy as np

from gis.db.database import Database
from gis.settings import CHECKOUT
from tests.bench import pgbench
from tests.bench.points import random_reports
from tests.bench.results import Results
from tests.bench.stage import CITY, Stage
from tests.support.installation import free_port

SECTION = "POST /reports, 8 clients"
CLIENTS = 8
ROUNDS = 3
WARM_UP_S = 3.0


@dataclasses.dataclass
class Load:
    """What a load of requests found."""

    per_second: float
    milliseconds: list[float]


def measure(stage: Stage, results: Results, seconds: float) -> None:
    """Take turns with pgbench, and compare the medians of the rounds."""
    with stage.database(CITY, "bench_post") as url, served(stage, url) as port:
        bodies = bodies_of(url)
        token = pgbench.sign_in(port)
        run(port, token, bodies, WARM_UP_S)
        script = pgbench.recorded(stage, url, bodies[:200])
        loads, rates = [], []
        for _ in range(ROUNDS):
            loads.append(run(port, token, bodies, seconds))
            rates.append(script.run(CLIENTS, seconds))
    ours = float(np.median([load.per_second for load in loads]))
    theirs = float(np.median(rates))
    times = [ms for load in loads for ms in load.milliseconds]
    results.add(SECTION, "reports per second", f"{ours:.0f}")
    results.add(SECTION, "median ms", f"{np.median(times):.1f}")
    results.add(SECTION, "99th percentile ms", f"{np.percentile(times, 99):.1f}")
    results.add(SECTION, "pgbench, the same statements, per second", f"{theirs:.0f}")
    results.add(SECTION, "ratio", f"{ours / theirs:.2f}", ">= 0.35")


def run(port: int, token: str, bodies: list[dict[str, object]], seconds: float) -> Load:
    """Send reports from 8 connections for so long."""
    until = time.perf_counter() + seconds
    times: list[list[float]] = [[] for _ in range(CLIENTS)]
    threads = [
        threading.Thread(target=_send, args=(port, token, bodies[i::CLIENTS], until, times[i]))
        for i in range(CLIENTS)
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    flat = [ms for own in times for ms in own]
    return Load(len(flat) / took, flat)


def _send(
    port: int, token: str, bodies: list[dict[str, object]], until: float, times: list[float]
) -> None:
    """Send over a bare socket: on a machine of two cores the client's own cost would be measured too."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        i = 0
        while time.perf_counter() < until:
            body = json.dumps(bodies[i % len(bodies)] | {"client_id": str(uuid.uuid4())}).encode()
            i += 1
            began = time.perf_counter()
            send_one(connection, token, body)
            times.append(1000 * (time.perf_counter() - began))


def send_one(connection: socket.socket, token: str, body: bytes) -> None:
    """Send one report and read the answer."""
    head = (
        "POST /api/v1/reports HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    connection.sendall(head + body)
    status = _answer(connection)
    if status != 201:
        raise AssertionError(f"POST answered {status}")


def _answer(connection: socket.socket) -> int:
    """Read one answer to its end and return its status."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, rest = data.partition(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1])
        for line in head.lower().split(b"\r\n")
        if line.startswith(b"content-length")
    )
    while len(rest) < length:
        rest += connection.recv(65536)
    return int(head.split(b" ", 2)[1])


def bodies_of(url: str) -> list[dict[str, object]]:
    """Return bodies of reports all over the city."""
    db = Database(url, role=None, pool_size=1)
    with db.read() as tx:
        frame = random_reports(tx, 4_000, seed=3)
    db.close()
    return [
        {
            "longitude": row.lon,
            "latitude": row.lat,
            "accuracy_m": 12.0,
            "category": row.category,
            "description": row.description,
            "source": "hotline_12345",
        }
        for row in frame.itertuples()
    ]


@contextmanager
def served(stage: Stage, url: str) -> Iterator[int]:
    """Serve the database from a process of its own, as `gridcall serve` does."""
    port = free_port()
    environment = os.environ | {
        "DATABASE_URL": url,
        "PORT": str(port),
        "GRIDCALL_HOME": str(stage.folder / "home"),
    }
    with (stage.folder / "serve.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "api", "serve"],
            cwd=CHECKOUT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _await(port, server)
            yield port
        finally:
            server.terminate()
            server.wait(30)


def _await(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=120)
    while dt.datetime.now(dt.UTC) < deadline and server.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return
        time.sleep(0.05)
    raise AssertionError("the server did not start; see serve.log")
