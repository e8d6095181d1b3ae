"""What a file of a register has no column for: what the county has already keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from data.fields import FieldReader
from gis.db.database import Row, Transaction
from gis.registry import Category, Place, Staff, Utility

__all__ = ["keep_unsaid"]

Record = TypeVar("Record", Category, Place, Staff, Utility)

# Made from the Chinese name where nobody gives them: they hold while that name does.
_FROM_NAME: Final = frozenset({"name_en", "pinyin"})


def keep_unsaid(
    tx: Transaction,
    reader: FieldReader,
    records: Sequence[Record],
    fields: Sequence[str],
    statement: str,
    county_code: str,
) -> list[Record]:
    """Return records with what their file is silent about as the county has it.

    An empty cell is no silence: it says "none".

    Parameters
    ----------
    fields
        What a file may have no column for.
    statement
        Selects the county's records of some codes, a column a field.
    """
    unsaid = [name for name in fields if not reader.has(name)]
    if not unsaid:
        return list(records)
    asked = {"county": county_code, "codes": [record.code for record in records]}
    kept: dict[str, Row] = {row["code"]: row for row in tx.rows(statement, asked)}
    return [
        replace(record, **_kept(kept[record.code], unsaid, named=record.name))
        if record.code in kept
        else record
        for record in records
    ]


def _kept(row: Row, unsaid: Sequence[str], *, named: str) -> dict[str, Any]:
    same = row["name"] == named
    found = {name: row[name] for name in unsaid if same or name not in _FROM_NAME}
    return {name: tuple(v) if isinstance(v, list) else v for name, v in found.items()}
