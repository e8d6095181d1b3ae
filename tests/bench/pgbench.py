"""The statements of POST /reports, recorded from the application itself and replayed by pgbench.

pgbench has no values of its own for 40 parameters, so each transaction first fetches a row of
prepared ones. A second script does nothing but that; its time is taken off.
"""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest

from api.app import create_app
from gis.db.database import APP_ROLE
from gis.settings import Settings
from tests.bench.stage import Stage
from tests.support.server import running

REQUESTS = 40_000
_FRESH = ("id", "client_id", "event_id", "clock_id")


@dataclass(frozen=True)
class Step:
    """A statement, and what of its parameters a transaction fetches: (position, column)."""

    text: str
    fetched: tuple[str, ...]


@dataclass(frozen=True)
class Script:
    """Scripts on disk and the database they run in."""

    url: str
    whole: Path
    fetch_only: Path

    def run(self, clients: int, seconds: float) -> float:
        """Return transactions per second, without the time of the fetch."""
        whole = self._run(self.whole, clients, seconds)
        fetch = self._run(self.fetch_only, clients, min(seconds, 3.0))
        return 1.0 / (1.0 / whole - 1.0 / fetch)

    def _run(self, path: Path, clients: int, seconds: float) -> float:
        command = [
            *("pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", "2"),
            *("-T", str(round(seconds)), "-f", str(path), self.url),
        ]
        environment = os.environ | {"PGOPTIONS": f"-c role={APP_ROLE} -c jit=off -c TimeZone=UTC"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        found = re.search(r"tps = ([0-9.]+) \(without", done.stdout)
        if found is None or re.search(r"failed transactions: [1-9]", done.stdout):
            raise AssertionError(done.stdout + done.stderr)
        return float(found[1])


def recorded(stage: Stage, url: str, bodies: list[dict[str, object]]) -> Script:
    """Record what the application sends for some POSTs, and write the scripts."""
    calls = _record(url, bodies)
    steps, values = _steps(calls)
    _store(url, values)
    # A report is inserted once, so the rounds go on through the rows and fail where they end; what
    # only fetches goes round and round.
    select = f"SELECT {', '.join(values[0])} FROM bench_request WHERE turn = "
    fetch = f"{select}(SELECT nextval('bench_turn')) \\gset v_\n"
    again = f"{select}(SELECT 1 + nextval('bench_round') % {REQUESTS}) \\gset v_\n"
    whole = stage.folder / "post.sql"
    lines = [f"{step.text};" for step in steps]
    whole.write_text(fetch + "BEGIN;\n" + "\n".join(lines) + "\nCOMMIT;\n")
    fetch_only = stage.folder / "fetch.sql"
    fetch_only.write_text(again)
    return Script(url, whole, fetch_only)


def _record(url: str, bodies: list[dict[str, object]]) -> list[list[tuple[str, list[Any]]]]:
    """Return the statements of each POST with their parameters, as the driver got them."""
    calls: list[list[tuple[str, list[Any]]]] = []
    app = create_app(Settings(database_url=url, log_level="warning"))
    with running(app) as address:
        port = int(address.rpartition(":")[2])
        token = sign_in(port)
        post(port, token, bodies[0])
        for body in bodies:
            with _listening() as heard:
                post(port, token, body)
            # Reserving a block of numbers, once in twenty, is a transaction of its own.
            calls.append([call for call in heard if "number_block" not in call[0]])
    return calls


def sign_in(port: int) -> str:
    """Return the token of a session of the municipal dispatcher."""
    answer = _ask(port, "/api/v1/sessions", {"username": "dispatcher", "password": "demo"}, "")
    token: str = answer["token"]
    return token


def post(port: int, token: str, body: dict[str, object]) -> None:
    """Hand one report in."""
    _ask(port, "/api/v1/reports", body, token)


def _ask(port: int, path: str, body: dict[str, object], token: str) -> dict[str, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    connection.request("POST", path, orjson.dumps(body), headers)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    if answer.status != 201:
        raise AssertionError(f"{path} answered {answer.status}: {text.decode()}")
    found: dict[str, Any] = orjson.loads(text)
    return found


@contextmanager
def _listening() -> Iterator[list[tuple[str, list[Any]]]]:
    heard: list[tuple[str, list[Any]]] = []
    execute = psycopg.Cursor.execute

    def noting(cursor: Any, query: Any, params: Any = None, **options: Any) -> Any:
        text = _text_of(query, cursor)
        if text:  # the pool asks an idle connection for nothing at all
            heard.append((text, list(params or [])))
        return execute(cursor, query, params, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", noting)
        yield heard


def _text_of(query: Any, cursor: Any) -> str:
    match query:
        case bytes():
            return query.decode()
        case str():
            return query
        case _:
            text: str = query.as_string(cursor)
            return text


def _steps(calls: list[list[tuple[str, list[Any]]]]) -> tuple[list[Step], list[dict[str, Any]]]:
    """Turn calls into one sequence of statements and a row of values for each POST.

    A parameter that is NULL in all POSTs stands in the statement as NULL.
    """
    first = calls[0]
    if any([text for text, _ in call] != [text for text, _ in first] for call in calls):
        raise AssertionError("the POSTs did not send the same statements")
    rows: list[dict[str, Any]] = [{} for _ in calls]
    steps = []
    for i, (text, params) in enumerate(first):
        names = {}
        for n in range(1, len(params) + 1):
            given = [call[i][1][n - 1] for call in calls]
            if all(value is None for value in given):
                names[n] = "NULL"
                continue
            names[n] = f":v_p{i}_{n}"
            for row, value in zip(rows, given, strict=True):
                row[f"p{i}_{n}"] = _as_text(value)
        numbered = re.sub(r"\$(\d+)", lambda found, names=names: names[int(found[1])], text)
        steps.append(Step(" ".join(numbered.split()), tuple(names.values())))
    return steps, [_fresh(rows[n % len(rows)]) for n in range(REQUESTS)]


def _fresh(row: dict[str, Any]) -> dict[str, Any]:
    """Return the values with new ids: a report is inserted only once."""
    text = orjson.dumps(row).decode()
    reports = next(value for value in row.values() if value.startswith('[{"id"'))
    report = orjson.loads(reports)[0]
    for name in _FRESH:
        text = text.replace(report[name], str(uuid.uuid4()))
    # Random digits in place of the sequence: pgbench has no number to reserve.
    text = text.replace(
        report["number"], f"{report['number'][:14]}{uuid.uuid4().int % 10**12:012d}"
    )
    fresh: dict[str, Any] = orjson.loads(text)
    return fresh


def _as_text(value: Any) -> str:
    match value:
        case bytes():
            return f"\\x{value.hex()}"
        case list():
            return "{" + ",".join(str(item) for item in value) + "}"
        case _:
            return str(value)


def _store(url: str, values: list[dict[str, Any]]) -> None:
    columns = list(values[0])
    with psycopg.connect(url) as connection:
        connection.execute("DROP TABLE IF EXISTS bench_request")
        listed = ", ".join(f"{name} text" for name in columns)
        connection.execute(f"CREATE TABLE bench_request (turn bigint, {listed})".encode())
        statement = f"COPY bench_request (turn, {', '.join(columns)}) FROM STDIN".encode()
        with connection.cursor().copy(statement) as copy:
            for turn, row in enumerate(values, start=1):
                copy.write_row((turn, *(row[name] for name in columns)))
        connection.execute("CREATE UNIQUE INDEX ON bench_request (turn)")
        for sequence in ("bench_turn", "bench_round"):
            connection.execute(f"CREATE SEQUENCE {sequence}".encode())
            connection.execute(f"GRANT ALL ON SEQUENCE {sequence} TO {APP_ROLE}".encode())
        connection.execute(f"GRANT ALL ON bench_request TO {APP_ROLE}".encode())
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE bench_request")
