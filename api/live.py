"""Every listener of this process over one database connection.

A thread reads changes and formats each event once; the event loop hands the bytes out. Listeners
and the ring of late events are touched on the loop alone, but for the set of listeners itself,
which the thread copies to look their sessions up.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final

import structlog

from api.event_stream import Formatted, Listener, event
from gis.change_reader import ChangeReader
from gis.changes import Position
from gis.clock import Clock
from gis.db.database import Database
from gis.errors import TooManyAttempts, Unavailable

POLL_S: Final = 0.5
"""Seconds between two readings when nobody wakes the reader: what another process wrote is told by then."""
LEAST_BETWEEN_S: Final = 0.05
"""At most 20 readings and notifications a second; what comes in between shares one."""
BEAT_S: Final = 10.0
SESSIONS_S: Final = 2.0
"""Seconds between two looks at the sessions of all listeners."""
MOST_OF_ACCOUNT: Final = 16
"""Open streams of one account in one process."""
_LATE: Final = 2_000
_BACK_OFF_S: Final = 1.0
_START_S: Final = 5.0

_logger = structlog.get_logger("live")


class Live:
    """Reads changes in a thread of its own from the first listener on.

    Parameters
    ----------
    db
        The application's pool: its commits wake the reader.
    clock
        Tells when sessions end.
    """

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._reader: ChangeReader | None = None
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._ready = threading.Event()
        self._stop = threading.Event()
        self._listeners: set[Listener] = set()
        self._set = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._late: deque[Formatted] = deque()
        self._floor = self._position = self._read_from = Position(0, 0)
        self._read_at = time.monotonic()
        self._beat_at = self._sessions_at = 0.0

    def bind(self, loop: asyncio.AbstractEventLoop) -> None:
        """Say on which event loop the listeners live; before the first of them."""
        self._loop = loop

    def admit(self, account_id: object) -> None:
        """Make sure that changes are read, and that this account may have one more stream.

        Raises
        ------
        Unavailable
            The database does not answer.
        TooManyAttempts
            It has `MOST_OF_ACCOUNT` streams already.
        """
        with self._set:
            streams = sum(one.actor.account_id == account_id for one in self._listeners)
        if streams >= MOST_OF_ACCOUNT:
            raise TooManyAttempts(
                "This account has too many open streams. Share one between tabs.", retry_after_s=30
            )
        with self._starting:
            if self._thread is None and not self._stop.is_set():
                self._reader = ChangeReader(self._db.url.render_as_string(hide_password=False))
                self._db.on_commit = self._reader.wake
                self._thread = threading.Thread(
                    target=self._run, args=(self._reader,), name="live", daemon=True
                )
                self._thread.start()
        if not self._ready.wait(_START_S):
            raise Unavailable("Changes cannot be read at the moment.")

    def join(self, listener: Listener) -> None:
        """Take a listener in, with what came since it was asked for. On the event loop."""
        with self._set:
            self._listeners.add(listener)
        if self._stop.is_set():
            listener.end("stopping")
        elif listener.position < self._floor:
            listener.position = self._position
            listener.put(event("resync", {"reason": "too_old"}, self._position))
        else:
            listener.tell(list(self._late), self._position)

    def leave(self, listener: Listener) -> None:
        """Let a listener go. On the event loop."""
        with self._set:
            self._listeners.discard(listener)

    def end_all(self) -> None:
        """End every stream, because the server stops. On the event loop."""
        self._stop.set()
        with self._set:
            listeners = list(self._listeners)
        for listener in listeners:
            listener.end("stopping")

    def close(self) -> None:
        """Stop reading and give the connection up."""
        self._stop.set()
        self._db.on_commit = None
        if self._thread is not None and self._reader is not None:
            self._reader.wake()
            self._thread.join()
            self._reader.close()

    def _run(self, reader: ChangeReader) -> None:
        """Read until told to stop; what goes wrong is written down and tried again."""
        while not self._stop.is_set():
            try:
                horizon = reader.open()
                if not self._ready.is_set():
                    self._floor = self._position = self._read_from = horizon.position
                    self._ready.set()
                elif not horizon.reaches(self._read_from):
                    self._read_from = horizon.position
                    self._post(self._start_again, horizon.position)
                while not self._stop.is_set():
                    self._turn(reader)
            except Unavailable as error:
                _logger.warning("changes_unavailable", detail=error.detail)
                self._pause(reader)
            except Exception:  # whatever it is: without this thread nobody is told of anything
                _logger.exception("changes_failed")
                self._pause(reader)

    def _pause(self, reader: ChangeReader) -> None:
        """Give the connection up, and wait before the next attempt."""
        reader.disconnect()
        self._beat(None)
        self._stop.wait(_BACK_OFF_S)

    def _turn(self, reader: ChangeReader) -> None:
        """Wait, read, hand out; and look after sessions and beats when they are due."""
        here = reader.wait(POLL_S)
        self._stop.wait(max(0.0, self._read_at + LEAST_BETWEEN_S - time.monotonic()))
        if here:
            reader.notify()
        self._read_at = time.monotonic()
        while (reading := reader.read(self._read_from)).position != self._read_from:
            self._read_from = reading.position
            changes = [Formatted(one) for one in reading.changes]
            self._post(self._hand_out, changes, reading.position)
            if not reading.more:
                break
        if self._read_at >= self._sessions_at + SESSIONS_S:
            self._sessions_at = self._read_at
            self._look_at_sessions(reader)
        self._beat(reader)

    def _look_at_sessions(self, reader: ChangeReader) -> None:
        """End the streams whose session holds no longer, or whose account may see something else."""
        with self._set:
            listeners = list(self._listeners)
        if not listeners:
            return
        actors = reader.find_actors({one.token for one in listeners}, self._clock.now())
        for listener in listeners:
            actor = actors[listener.token]
            if actor is None:
                self._post(listener.end, "signed_out")
            elif actor != listener.actor:
                self._post(listener.end, "changed")

    def _beat(self, reader: ChangeReader | None) -> None:
        """Tell everybody, when it is time, that the stream lives and how late it is."""
        now = time.monotonic()
        if now < self._beat_at + BEAT_S:
            return
        self._beat_at = now
        behind_s = now - self._read_at
        if reader is not None:
            since = reader.horizon().waiting_since
            behind_s = (self._clock.now() - since).total_seconds() if since else 0.0
        at = dt.datetime.now(dt.UTC)
        self._post(self._say, event("beat", {"at": at, "behind_s": round(max(behind_s, 0.0), 1)}))

    def _post(self, do: Callable[..., None], *given: Any) -> None:
        """Have something done on the event loop; not when that is closed already."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(do, *given)

    def _hand_out(self, changes: list[Formatted], position: Position) -> None:
        self._late.extend(changes)
        while len(self._late) > _LATE:
            self._floor = self._late.popleft().change.position
        self._position = position
        for listener in list(self._listeners):
            listener.tell(changes, position)

    def _start_again(self, position: Position) -> None:
        """Tell everybody to load anew: what came in between cannot be read any more."""
        self._late.clear()
        self._floor = self._position = position
        for listener in list(self._listeners):
            listener.position = position
            listener.put(event("resync", {"reason": "too_old"}, position))

    def _say(self, data: bytes) -> None:
        for listener in list(self._listeners):
            listener.put(data)
