"""Databases of an installation: created, migrated, and given out to whoever needs one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.resources import files

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg import sql
from psycopg.rows import TupleRow, class_row
from sqlalchemy import NullPool, create_engine

from gis.db.cluster import OWNER, Cluster
from gis.db.database import driver_url, libpq_url
from gis.db.home import HomeInUse, HomeLock
from gis.db.security import mark_leakproof
from gis.errors import GridCallError, Unavailable
from gis.settings import Settings

DATABASE = "gridcall"
LOADING = "gridcall_loading"

_MIGRATION_LOCK = 370_782_001  # any number nobody else takes; one migration at a time on a server


class NotMigrated(GridCallError):
    """The database is not at the revision this code needs."""


class NoPostgis(GridCallError):
    """A foreign database has no PostGIS and its owner may not add it."""


class Unreachable(Unavailable):
    """The database cannot be connected to; says why, to the person who runs the command."""


@dataclass(frozen=True)
class DemoAccount:
    """An account of the sample city; its password is known to all."""

    username: str
    role: str
    name: str


def migrate(url: str) -> None:
    """Bring a database to the newest revision; waits while another process does so.

    Parameters
    ----------
    url
        URL of its owner.

    Raises
    ------
    NoPostgis
        The database lacks the extension and this user may not create it.
    """
    engine = create_engine(driver_url(url), poolclass=NullPool)
    with _connected(url) as guard, engine.connect() as connection:
        guard.execute("SELECT pg_advisory_lock(%s)", [_MIGRATION_LOCK])
        try:
            guard.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        except psycopg.errors.InsufficientPrivilege as error:
            raise NoPostgis(
                "The database has no PostGIS. Its superuser has to run once, in this database: "
                "CREATE EXTENSION postgis"
            ) from error
        config = _alembic()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def head_revision() -> str | None:
    """Return the revision this code needs."""
    return ScriptDirectory.from_config(_alembic()).get_current_head()


def check_migrated(url: str) -> None:
    """Compare a database's revision with the code's.

    Raises
    ------
    NotMigrated
        They differ; the message says what to do.
    """
    head = head_revision()
    with _connected(url) as connection:
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except psycopg.errors.UndefinedTable:
            row = None
    found = row[0] if row else None
    if found != head:
        raise NotMigrated(
            f"the database is at revision {found or 'none'}, this code needs {head}: `gridcall migrate`"
        )


def create_database(cluster: Cluster, name: str, *, template: str | None = None) -> str:
    """Create a database of the owner in our cluster, with PostGIS unless cloned.

    Parameters
    ----------
    cluster
        A running cluster.
    name
        Its name; one of that name must not exist.
    template
        Database to clone.

    Returns
    -------
    str
        Its URL as the owner.
    """
    with cluster.superuser() as connection:
        known = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [OWNER])
        if known.fetchone() is None:
            # CREATEROLE: the first migration makes the role the application works under.
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN CREATEROLE").format(sql.Identifier(OWNER))
            )
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(template or "template0")
            )
        )
    if template is None:
        with cluster.superuser(name) as connection:
            connection.execute("CREATE EXTENSION postgis")
            mark_leakproof(connection)
            connection.execute(
                sql.SQL("ALTER SCHEMA public OWNER TO {}").format(sql.Identifier(OWNER))
            )
    return cluster.url(name)


def drop_database(cluster: Cluster, name: str) -> None:
    """Drop a database of our cluster and whoever is connected to it; none of that name is fine."""
    with cluster.superuser() as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


def build_database(cluster: Cluster, fill: Callable[[str], None] | None = None) -> str:
    """Return the URL of our cluster's database, migrated; built under another name when there is none.

    It takes its name in one step after everything in it is done, so a kill in between leaves no half database.

    Parameters
    ----------
    cluster
        A running cluster.
    fill
        Puts the first rows into a new database, given its URL; one without any county counts as new.
    """
    url = cluster.url(DATABASE)
    if exists(cluster, DATABASE):
        migrate(url)
        if fill is None or has_county(url):
            return url
        drop_database(cluster, DATABASE)
    drop_database(cluster, LOADING)
    loading = create_database(cluster, LOADING)
    migrate(loading)
    if fill is not None:
        fill(loading)
    with cluster.superuser(LOADING) as connection:
        connection.execute("VACUUM (ANALYZE)")
    with cluster.superuser() as connection:
        connection.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                sql.Identifier(LOADING), sql.Identifier(DATABASE)
            )
        )
    return url


def exists(cluster: Cluster, name: str) -> bool:
    """Tell whether our cluster has a database of this name."""
    with cluster.superuser() as connection:
        return (
            connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone()
            is not None
        )


def has_county(url: str) -> bool:
    """Tell whether a migrated database holds any county, that is: anything worth keeping."""
    with _connected(url) as connection:
        return connection.execute("SELECT FROM county LIMIT 1").fetchone() is not None


def list_demo_accounts(url: str) -> list[DemoAccount]:
    """List the accounts made by ``gridcall demo``; none in a database of one's own."""
    with (
        _connected(url) as connection,
        connection.cursor(row_factory=class_row(DemoAccount)) as cursor,
    ):
        return cursor.execute(
            "SELECT username, role, name FROM account WHERE demo ORDER BY created_at, username"
        ).fetchall()


@contextmanager
def opened(settings: Settings, purpose: str) -> Iterator[str]:
    """Give out the URL of the installation's database, as its owner, for one command.

    With ``DATABASE_URL`` that one. Otherwise the private cluster's: the running one, or one started for the length of
    the block, made and migrated when it is not there yet.

    Parameters
    ----------
    settings
        Where to look.
    purpose
        What the caller does, for the message others get while it holds the home.

    Raises
    ------
    HomeInUse
        The home's holder has no database to share yet (it is still loading).
    """
    if settings.database_url:
        yield settings.database_url
        return
    cluster = Cluster(settings.home)
    with ExitStack() as stack:
        try:
            stack.enter_context(HomeLock(settings.home, purpose))
        except HomeInUse:
            url = cluster.url(DATABASE)
            if not _answers(url):
                raise
            yield url
            return
        stack.callback(cluster.stop)
        cluster.start()
        yield build_database(cluster)


@contextmanager
def _connected(url: str) -> Iterator[psycopg.Connection[TupleRow]]:
    """Give out a connection that commits each statement; say plainly when there is none."""
    try:
        connection = psycopg.connect(libpq_url(url), autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as error:
        raise Unreachable(f"The database does not let us in: {error}") from error
    with connection:
        yield connection


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _alembic() -> Config:
    config = Config()
    # Alembic interpolates: a per cent sign in the path has to be doubled.
    config.set_main_option("script_location", str(files("gis.db.migrations")).replace("%", "%%"))
    return config
