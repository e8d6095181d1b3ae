"""The SQL files of hot paths, one statement a file, read once and kept."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def sql(name: str) -> bytes:
    """Return the statement in ``gis/db/sql/<name>.sql``.

    Parameters
    ----------
    name
        File name without its ending; parameters inside are written ``%(name)s``.
    """
    return files("gis.db.sql").joinpath(f"{name}.sql").read_bytes()
