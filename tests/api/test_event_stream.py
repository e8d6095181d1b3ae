"""What becomes of a stream when its reader is slow, the database goes away, or the server stops."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from api.app import create_app
from api.event_stream import MOST_WAITING_BYTES, EventStream, Formatted, Listener
from gis.audience import Actor
from gis.change_reader import APPLICATION, CHANNEL, ChangeReader
from gis.changes import Change, Position
from gis.db.database import libpq_url
from gis.settings import Settings
from tests.api.conftest import World
from tests.support import county
from tests.support.server import running
from tests.support.streams import PATIENCE_S, listening

Clients = Callable[[str], httpx.Client]
ACTOR = Actor(uuid.uuid4(), county.COUNTY, "d", "d", "dispatcher")


def change(number: int, words: str = "x") -> Formatted:
    audience = frozenset({f"c:{county.COUNTY}"})
    document = {"id": str(number), "description": words}
    return Formatted(
        Change(
            Position(number, number), county.COUNTY, "received", county.NOW, uuid.uuid4(), audience,
            audience, document,
        )
    )  # fmt: skip


def test_a_listener_that_does_not_read_is_told_so_and_cut_off() -> None:
    async def run() -> tuple[Listener, bytes, bytes]:
        listener = Listener("t", ACTOR, Position(0, 0))
        for number in range(1, 200):
            listener.tell([change(number, "x" * 10_000)], Position(number, number))
        return listener, await listener.take(), await listener.take()

    listener, data, after = asyncio.run(run())
    assert listener.ended
    assert data.startswith(b"event: resync\nid: ")
    assert b'"slow"' in data
    assert len(data) < 1_000 < MOST_WAITING_BYTES
    assert after == b""


def test_nothing_is_told_twice_to_a_listener_that_knows_more_than_the_reader() -> None:
    async def run() -> bytes:
        listener = Listener("t", ACTOR, Position(5, 5))
        listener.tell([change(number) for number in range(1, 8)], Position(7, 7))
        return await listener.take()

    assert asyncio.run(run()).count(b"event: report") == 2


def test_a_client_that_goes_is_let_go() -> None:
    left: list[Listener] = []
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    async def run() -> None:
        listener = Listener("t", ACTOR, Position(0, 0))
        stream = EventStream(listener, b"event: hello\n\n", lambda _: None, left.append)
        await asyncio.wait_for(stream({"type": "http"}, receive, send), 5)

    asyncio.run(run())
    assert len(left) == 1
    assert sent[0]["status"] == 200


def test_after_a_lost_connection_nothing_is_missing(world: World, client: Clients) -> None:
    def cut() -> int:
        found = world.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE application_name = %s AND datname = current_database()",
            APPLICATION,
        )
        return int(str(found[0][0]))

    with listening(client("dispatcher")) as stream:
        assert cut() == 1
        body = {"description": "x", "longitude": 119.4, "latitude": 36.0}
        sent = [client("volunteer").post("/reports", json=body).json()["id"] for _ in range(3)]
        heard = stream.wait_for("report", 3)
        assert [event.data["id"] for event in heard] == sent
        assert stream.of("resync") == []


def test_a_server_that_stops_ends_its_streams_at_once(world: World) -> None:
    token = world.open_session("dispatcher")
    app = create_app(
        Settings(database_url=world.url, pool_size=2, log_level="error"), clock=world.clock
    )
    with running(app) as address:
        headers = {"authorization": f"Bearer {token}"}
        one = httpx.Client(base_url=f"{address}/api/v1", headers=headers)
        opened = listening(one)
        stream = opened.__enter__()
        began = time.monotonic()
    assert time.monotonic() - began < PATIENCE_S / 2
    assert stream.wait_for("end")[0].data == {"reason": "stopping"}
    stream.wait(lambda it: it.closed)
    opened.__exit__(None, None, None)
    one.close()


def test_changes_are_read_where_many_streams_are_open(world: World) -> None:
    """select() knows descriptors up to 1023 only; every open stream holds one."""
    reader = ChangeReader(world.url)
    with contextlib.ExitStack() as held, contextlib.closing(reader):
        soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 1_200), most))
        held.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, most))
        while held.enter_context(Path(os.devnull).open("rb")).fileno() < 1_024:
            pass
        reader.open()
        reader.wake()
        assert reader.wait(PATIENCE_S)
        with contextlib.closing(psycopg.connect(libpq_url(world.url), autocommit=True)) as other:
            other.execute(f"NOTIFY {CHANNEL}")
        began = time.monotonic()
        assert not reader.wait(PATIENCE_S)
        assert time.monotonic() - began < PATIENCE_S / 2


def test_an_error_of_ours_does_not_end_the_telling(
    world: World, client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thread has nobody above it: it ended without a word, and every stream with it stood still."""
    failed = threading.Event()

    def fail(*_: object) -> None:
        failed.set()
        monkeypatch.undo()
        raise ValueError("filedescriptor out of range in select()")

    with listening(client("dispatcher")) as stream:
        monkeypatch.setattr(ChangeReader, "read", fail)
        assert failed.wait(PATIENCE_S)
        body = {"description": "x", "longitude": 119.4, "latitude": 36.0}
        sent = client("volunteer").post("/reports", json=body).json()["id"]
        assert [one.data["id"] for one in stream.wait_for("report")] == [sent]
