"""The SQL files of hot paths, one statement a file, read and put into PostgreSQL's form once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_PARAMETER = re.compile(r"%\((\w+)\)s")
_CONDITION = re.compile(r"\{(\w+)\}")
_COMMENT = re.compile(r"--[^\n]*")


@dataclass(frozen=True)
class Statement:
    """A statement with numbered parameters.

    psycopg would look for named parameters anew at each call of a statement above 4 kB: 0.25 ms.

    Attributes
    ----------
    text
        The statement with ``$1``, ``$2`` for its parameters, without comments.
    names
        What the parameters are called, in the order of their numbers.
    """

    text: bytes
    names: tuple[str, ...]


@cache
def sql(name: str) -> bytes:
    """Return the statement in ``gis/db/sql/<name>.sql``.

    Parameters
    ----------
    name
        File name without its ending; parameters inside are written ``%(name)s``, and a condition
        that several statements share ``{its_file}``: a view in its place keeps the planner from the
        indexes of what the statement has narrowed.
    """
    text = files("gis.db.sql").joinpath(f"{name}.sql").read_text("utf-8")
    return _CONDITION.sub(lambda found: sql(found[1]).decode().strip(), text).encode()


@cache
def statement(name: str) -> Statement:
    """Return the statement in ``gis/db/sql/<name>.sql`` with numbered parameters."""
    text = _COMMENT.sub("", sql(name).decode())
    names = tuple(dict.fromkeys(_PARAMETER.findall(text)))
    numbered = _PARAMETER.sub(lambda found: f"${names.index(found[1]) + 1}", text)
    return Statement(numbered.replace("%%", "%").strip().encode(), names)
