"""The statements this process sends in a block (BEGIN and COMMIT are not among them)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

Statement = tuple[type[psycopg.Cursor[Any]], str, Any]


@contextmanager
def recorded() -> Iterator[list[Statement]]:
    """Collect (kind of cursor, text, values) of every statement that any cursor of psycopg executes."""
    seen: list[Statement] = []
    execute = psycopg.Cursor.execute

    def noting(
        cursor: psycopg.Cursor[Any], query: Any, params: Any = None, **options: Any
    ) -> psycopg.Cursor[Any]:
        composed = isinstance(query, psycopg.sql.Composable)
        text = query.as_string(cursor) if composed else query
        seen.append((type(cursor), text.decode() if isinstance(text, bytes) else text, params))
        return execute(cursor, query, params, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", noting)
        yield seen


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the texts alone, filled in when the block ends."""
    texts: list[str] = []
    with recorded() as seen:
        yield texts
        texts.extend(text for _, text, _ in seen)
