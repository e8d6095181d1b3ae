"""What Alembic runs: one transaction a revision, on the connection ``migrate`` hands over.

From the command line (``alembic revision --autogenerate``) there is none; ``DATABASE_URL`` names the database then.
"""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy import Connection, create_engine

from gis.db.database import driver_url
from gis.models import Base
from gis.settings import Settings

_NOT_OURS = frozenset({"spatial_ref_sys"})


def is_ours(_object: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    """Leave out what PostGIS put into the schema."""
    return not (kind == "table" and name in _NOT_OURS)


def run(connection: Connection) -> None:
    """Bring the database behind a connection to the revision asked for."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_object=is_ours,
        transaction_per_migration=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


if (given := context.config.attributes.get("connection")) is not None:
    run(given)
else:
    with create_engine(driver_url(Settings().database_url or "")).connect() as own:
        run(own)
