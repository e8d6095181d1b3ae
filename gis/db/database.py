"""The engine and its transactions.

One pool serves SQLAlchemy Core and the SQL files of hot paths: a raw psycopg cursor taken from
a SQLAlchemy connection shares its transaction. The application connects as ``gridcall_app``,
a role that owns nothing; migrations and imports of the owner pass ``role=None``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

import orjson
import psycopg
import psycopg.sql
from psycopg.rows import dict_row
from psycopg.types.json import set_json_dumps, set_json_loads
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import PoolProxiedConnection

from gis.audience import Actor
from gis.db.errors import translated
from gis.db.queries import statement

APP_ROLE = "gridcall_app"
_IDLE_BEFORE_PING_S = 1.0

Row = dict[str, Any]
Params = Mapping[str, Any] | Sequence[Any]


class Transaction:
    """One open transaction; ends with the ``with`` block that gave it out.

    Attributes
    ----------
    connection
        SQLAlchemy connection, for statements that vary.
    driver
        The psycopg connection beneath it, for statements in ``gis/db/sql`` and for COPY.
    kept
        What this process keeps of reference data between transactions of one database.
    """

    def __init__(self, connection: Connection, kept: dict[str, Any] | None = None) -> None:
        self.connection = connection
        self.driver = _driver_of(connection)
        self.kept = {} if kept is None else kept

    def see_as(self, actor: Actor) -> None:
        """From here on see, and write, only what the actor may read."""
        self._see((actor.county_code, *actor.audience))

    def see_county(self, county_code: str) -> None:
        """From here on see, and write, all of one county: what to do was decided in code."""
        self.see_counties([county_code])

    def see_counties(self, county_codes: Iterable[str]) -> None:
        """From here on see all of several counties: for the reader that tells everybody's changes."""
        self._see(tuple(member for code in county_codes for member in (code, f"c:{code}")))

    def _see(self, members: tuple[str, ...]) -> None:
        # SET LOCAL ends with the transaction, so a pooled connection never carries it to the next
        # request; a literal, because Citus does not hand set_config() on to its workers.
        array = "{" + ",".join(_quoted(member) for member in members) + "}"
        self.driver.execute(
            psycopg.sql.SQL("SET LOCAL gridcall.audience = {}").format(psycopg.sql.Literal(array))
        )

    def plan_for_values(self) -> None:
        """From here on plan each statement for its own values, not once for all of them.

        A plan for any box or period reckons with one row where thousands come, and sorts them.
        """
        self.driver.execute("SET LOCAL plan_cache_mode = force_custom_plan")

    def query(self, name: str, params: Mapping[str, Any] | None = None) -> list[Row]:
        """Run the statement of ``gis/db/sql/<name>.sql`` and return its rows."""
        found = statement(name)
        given = [params[key] for key in found.names] if params else []
        with psycopg.RawCursor(self.driver, row_factory=dict_row) as cursor:
            cursor.execute(found.text, given)
            return cursor.fetchall() if cursor.description else []

    def query_one(self, name: str, params: Mapping[str, Any] | None = None) -> Row | None:
        """Run the statement of ``gis/db/sql/<name>.sql`` and return its first row, if any."""
        rows = self.query(name, params)
        return rows[0] if rows else None

    def rows(self, statement: str | bytes, params: Params | None = None) -> list[Row]:
        """Run a statement and return its rows as dictionaries; none for one without result."""
        text = statement if isinstance(statement, bytes) else statement.encode()
        with self.driver.cursor(row_factory=dict_row) as cursor:
            cursor.execute(text, params)
            return cursor.fetchall() if cursor.description else []

    def scalar(self, statement: str, params: Params | None = None) -> Any:
        """Run a statement and return the first column of its first row, or None."""
        with self.driver.cursor() as cursor:
            cursor.execute(statement.encode(), params)
            row = cursor.fetchone()
            return row[0] if row else None


class Database:
    """A pool of connections to one database.

    Parameters
    ----------
    url
        ``postgresql://`` URL; the driver is always psycopg.
    role
        Role each connection takes on; None keeps the login's own (the owner).
    pool_size, pool_timeout_s
        Connections kept, and how long a request waits for one before it is told to come back.

    Attributes
    ----------
    on_commit
        Called after each transaction that may have written, by the thread that committed it: must
        return at once.
    """

    def __init__(
        self,
        url: str,
        *,
        role: str | None = APP_ROLE,
        pool_size: int = 16,
        pool_timeout_s: float = 3.0,
    ) -> None:
        self.url = driver_url(url)
        self.engine = _make_engine(self.url, role, pool_size, pool_timeout_s)
        self.kept: dict[str, Any] = {}
        self.on_commit: Callable[[], None] | None = None

    @contextmanager
    def transaction(
        self, actor: Actor | None = None, *, county_code: str | None = None
    ) -> Iterator[Transaction]:
        """Give out a transaction: committed when the block ends, rolled back when it raises.

        Parameters
        ----------
        actor
            Whose rows the transaction sees and may write (row-level security).
        county_code
            Instead of an actor: all rows of a county, for intake, imports and the worker. With
            neither, no row of a report is seen.

        Raises
        ------
        Unavailable
            No connection within the pool's time, or the connection broke. When it broke at the
            commit the outcome is unknown: callers make their writes repeatable by client id.
        """
        with translated(), self.engine.begin() as connection:
            yield self._begun(connection, actor, county_code)
        if self.on_commit is not None:
            self.on_commit()

    @contextmanager
    def read(
        self, actor: Actor | None = None, *, county_code: str | None = None
    ) -> Iterator[Transaction]:
        """Give out a read-only transaction that sees one moment of the database.

        Parameters
        ----------
        actor, county_code
            As for `transaction`.
        """
        with translated(), self.engine.connect() as connection:
            driver = _driver_of(connection)
            driver.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            driver.read_only = True
            try:
                yield self._begun(connection, actor, county_code)
            finally:
                connection.rollback()
                driver.rollback()
                driver.isolation_level = driver.read_only = None

    def _begun(
        self, connection: Connection, actor: Actor | None, county_code: str | None
    ) -> Transaction:
        tx = Transaction(connection, self.kept)
        if actor is not None:
            tx.see_as(actor)
        elif county_code is not None:
            tx.see_county(county_code)
        return tx

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def driver_url(url: str) -> URL:
    """Return the URL with the psycopg 3 driver, whatever spelling of PostgreSQL it came in."""
    return make_url(url).set(drivername="postgresql+psycopg")


def libpq_url(url: str) -> str:
    """Return the URL in the form that psql and ``psycopg.connect`` take."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _make_engine(url: URL, role: str | None, pool_size: int, pool_timeout_s: float) -> Engine:
    # UTC: instants that PostgreSQL writes into JSON must not depend on the server's own zone.
    options = "-c jit=off -c TimeZone=UTC" + (f" -c role={role}" if role else "")
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=pool_timeout_s,
        connect_args={"options": options, "application_name": "gridcall", "connect_timeout": 5},
    )

    @event.listens_for(engine, "connect")
    def use_orjson(dbapi: Any, _record: Any) -> None:
        connection = dbapi.driver_connection if hasattr(dbapi, "driver_connection") else dbapi
        set_json_dumps(orjson.dumps, connection)
        set_json_loads(orjson.loads, connection)

    @event.listens_for(engine, "checkin")
    def note_time(_dbapi: Any, record: Any) -> None:
        record.info["used_at"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def ping_when_idle(dbapi: Any, record: Any, _proxy: Any) -> None:
        # A ping before every checkout is one more statement a request; a connection that was
        # used within the last second is known to live.
        if time.monotonic() - record.info.get("used_at", time.monotonic()) < _IDLE_BEFORE_PING_S:
            return
        try:
            dbapi.execute("")
            dbapi.rollback()
        except psycopg.Error as error:
            raise DisconnectionError("stale connection") from error

    return engine


def _quoted(member: str) -> str:
    """Return an element of an array literal."""
    return '"' + member.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _driver_of(connection: Connection) -> psycopg.Connection[Any]:
    proxied: PoolProxiedConnection = connection.connection
    return cast("psycopg.Connection[Any]", proxied.driver_connection)
