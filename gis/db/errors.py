"""The one place where a driver's error becomes an error of the domain."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import psycopg.errors
import sqlalchemy.exc

from gis.errors import Conflict, InvalidInput, Unavailable

_BUSY = "The database is busy or restarting; nothing was changed. Try again in a few seconds."


@contextmanager
def translated() -> Iterator[None]:
    """Turn driver errors raised inside the block into domain errors, without their texts.

    Raises
    ------
    Unavailable
        No connection in time, connection lost, deadlock, lock or statement timeout.
    Conflict
        A unique key or foreign key forbids the change.
    InvalidInput
        A value does not fit its column.
    """
    try:
        yield
    except sqlalchemy.exc.TimeoutError as error:
        raise Unavailable(_BUSY, retry_after_s=2) from error
    except sqlalchemy.exc.DBAPIError as error:
        if isinstance(error.orig, psycopg.Error):
            raise _domain_error(error.orig) from error
        raise
    except psycopg.Error as error:
        raise _domain_error(error) from error


def _domain_error(error: psycopg.Error) -> Exception:
    match error:
        case psycopg.errors.UniqueViolation() | psycopg.errors.ForeignKeyViolation():
            name = error.diag.constraint_name or "a key"
            return Conflict(f"The change collides with what is stored ({name}).")
        case psycopg.errors.DataError() | psycopg.errors.CheckViolation():
            return InvalidInput("A value does not fit where it should be stored.")
        case psycopg.errors.DiskFull() | psycopg.errors.InsufficientResources():
            return Unavailable("The database has no room left; nothing was changed.")
        case psycopg.OperationalError() | psycopg.InterfaceError():
            return Unavailable(_BUSY)
        case _:
            return error
