"""A client of event streams: reads in a thread, and lets a test wait for what it expects."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

PATIENCE_S = 20.0


@dataclass(frozen=True)
class Event:
    """One event of a stream."""

    kind: str
    id: str | None
    data: dict[str, Any]


@dataclass
class Stream:
    """What one open stream has said so far."""

    events: list[Event] = field(default_factory=list)
    comments: int = 0
    closed: bool = False
    changed: threading.Condition = field(default_factory=threading.Condition)

    def of(self, kind: str) -> list[Event]:
        """Return the events of a kind, in order."""
        with self.changed:
            return [one for one in self.events if one.kind == kind]

    def wait(self, until: Callable[[Stream], object]) -> None:
        """Wait until something holds; fail after `PATIENCE_S`."""
        deadline = time.monotonic() + PATIENCE_S
        with self.changed:
            while not until(self):
                left = deadline - time.monotonic()
                assert left > 0, f"it never came; so far: {[e.kind for e in self.events]}"
                self.changed.wait(left)

    def wait_for(self, kind: str, count: int = 1) -> list[Event]:
        """Wait for so many events of a kind and return them."""
        self.wait(lambda one: sum(event.kind == kind for event in one.events) >= count)
        return self.of(kind)

    def last_id(self) -> str:
        """Return the position a browser would go on from."""
        with self.changed:
            return [one.id for one in self.events if one.id][-1] or ""

    def read(self, response: httpx.Response) -> None:
        """Take in what comes until either side closes."""
        lines: list[str] = []
        with contextlib.suppress(httpx.HTTPError, httpx.StreamError):
            for line in response.iter_lines():
                if line:
                    lines.append(line)
                elif lines:
                    self._take(lines)
                    lines = []
        with self.changed:
            self.closed = True
            self.changed.notify_all()

    def _take(self, lines: list[str]) -> None:
        fields = dict(line.split(": ", 1) for line in lines)
        if "event" not in fields:
            return
        event = Event(fields["event"], fields.get("id"), json.loads(fields["data"]))
        with self.changed:
            self.events.append(event)
            self.changed.notify_all()


@contextlib.contextmanager
def listening(client: httpx.Client, **params: str) -> Iterator[Stream]:
    """Open a stream, wait for its `hello`, and close it at the end."""
    stream = Stream()
    with client.stream("GET", "/events", params=params, timeout=60) as response:
        assert response.status_code == 200, response.read()
        thread = threading.Thread(target=stream.read, args=(response,), daemon=True)
        thread.start()
        stream.wait_for("hello")
        try:
            yield stream
        finally:
            _shut(response)
            thread.join(PATIENCE_S)


def _shut(response: httpx.Response) -> None:
    """Close the connection under the thread that waits on it."""
    stream = response.extensions.get("network_stream")
    if stream is not None:
        socket = stream.get_extra_info("socket")
        with contextlib.suppress(OSError):
            socket.shutdown(2)
