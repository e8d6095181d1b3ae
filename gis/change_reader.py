"""The one connection by which a process reads changes, wakes the others and is woken by them.

Correct by reading every so often; a NOTIFY only makes it sooner. It is sent after commits, by this
connection alone and at most 20 times a second: one in every INSERT would cost inserts four fifths
of their rate (facts.md), because PostgreSQL commits notifying transactions one after another.
"""

from __future__ import annotations

import datetime as dt
import selectors
import socket
from collections.abc import Collection
from typing import Any, Final

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from gis.audience import Actor
from gis.changes import Horizon, Position, Reading, read_changes, read_horizon
from gis.db.database import Database, Transaction
from gis.db.errors import translated
from gis.sessions import find_session

CHANNEL: Final = "gridcall_changes"
APPLICATION: Final = "gridcall changes"
"""What PostgreSQL shows the connection as."""


class ChangeReader:
    """Reads changes for one process. For one thread; only `wake` may be called by others.

    Parameters
    ----------
    url
        The database; a connection of its own is opened by `open`.
    """

    def __init__(self, url: str) -> None:
        self._db = Database(url, pool_size=1)
        self._connection: Connection | None = None
        self._hears, self._wakes = socket.socketpair()
        self._hears.setblocking(False)
        self._wakes.setblocking(False)
        self._told = False

    def open(self) -> Horizon:
        """Connect, listen, and return up to where changes can be read.

        Raises
        ------
        Unavailable
            The database does not answer.
        """
        self.disconnect()
        with translated():
            connection = self._db.engine.connect()
            self._connection = connection
            with connection.begin():
                tx = Transaction(connection)
                tx.driver.add_notify_handler(self._heard)
                tx.rows(f"LISTEN {CHANNEL}")
                tx.rows(f"SET application_name = '{APPLICATION}'")
                return read_horizon(tx)

    def read(self, after: Position) -> Reading:
        """Return the changes of all counties after a position.

        Raises
        ------
        Unavailable
            The connection broke.
        """
        with translated(), self._connected.begin():
            return read_changes(Transaction(self._connected), after)

    def horizon(self) -> Horizon:
        """Return up to where changes can be read.

        Raises
        ------
        Unavailable
            The connection broke.
        """
        with translated(), self._connected.begin():
            return read_horizon(Transaction(self._connected))

    def find_actors(self, tokens: Collection[str], now: dt.datetime) -> dict[str, Actor | None]:
        """Return who holds each session now; None where it holds no longer.

        Raises
        ------
        Unavailable
            The connection broke.
        """
        with translated(), self._connected.begin():
            tx = Transaction(self._connected)
            found = {token: find_session(tx, token, now=now) for token in tokens}
        return {token: one.actor if one else None for token, one in found.items()}

    def notify(self) -> None:
        """Tell the other processes that something was committed here.

        Raises
        ------
        Unavailable
            The connection broke.
        """
        with translated(), self._connected.begin():
            Transaction(self._connected).rows(f"NOTIFY {CHANNEL}")

    def wait(self, timeout_s: float) -> bool:
        """Wait until something was committed, here or elsewhere, or the time is up.

        Returns
        -------
        bool
            Whether it was here: then the others are to be told.

        Raises
        ------
        Unavailable
            The connection broke.
        """
        # What arrived while a statement ran was handed to `_heard` and makes no socket ready.
        timeout_s, self._told = (0.0, False) if self._told else (timeout_s, False)
        # select() refuses file descriptors above 1023, and every open stream holds one.
        with translated(), selectors.DefaultSelector() as watched:
            driver = self._driver
            watched.register(self._hears, selectors.EVENT_READ)
            watched.register(driver.fileno(), selectors.EVENT_READ)
            ready = {key.fileobj for key, _ in watched.select(timeout_s)}
            if driver.fileno() in ready:
                driver.pgconn.consume_input()
                while driver.pgconn.notifies() is not None:
                    pass  # whatever it says, reading comes next
        if self._hears not in ready:
            return False
        self._hears.recv(4096)
        return True

    def wake(self) -> None:
        """End the present or next `wait`; from any thread, and returns at once."""
        try:
            self._wakes.send(b"!")
        except (BlockingIOError, OSError):
            return  # woken already and not yet awake, or closed

    def disconnect(self) -> None:
        """Give the connection up, whatever state it is in."""
        if self._connection is not None:
            try:
                self._connection.invalidate()
                self._connection.close()
            except (DBAPIError, psycopg.Error):  # it is broken: that is why
                pass
            self._connection = None

    def close(self) -> None:
        """Give up connection and sockets."""
        self.disconnect()
        self._db.close()
        self._hears.close()
        self._wakes.close()

    def _heard(self, notice: psycopg.Notify) -> None:
        self._told = self._told or notice.pid != self._driver.info.backend_pid

    @property
    def _connected(self) -> Connection:
        if self._connection is None:
            raise RuntimeError("open() comes first")
        return self._connection

    @property
    def _driver(self) -> psycopg.Connection[Any]:
        return Transaction(self._connected).driver
