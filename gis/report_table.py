"""A report as a row of a table, for CSV and spreadsheets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from gis.db.database import Row
from gis.ids import public_id

# Column of the table -> column of the statement report_documents.
_FIELDS = {
    "id": "id",
    "number": "number",
    "client_id": "client_id",
    "received_at": "received_at",
    "captured_at": "captured_at",
    "status": "status",
    "outcome": "outcome",
    "level": "level",
    "round": "round",
    "category": "category_code",
    "description": "description",
    "address": "address",
    "source": "source",
    "urgent": "urgent",
    "longitude": "longitude",
    "latitude": "latitude",
    "accuracy_m": "accuracy_m",
    "grid_code": "grid_code",
    "grid_name": "grid_name",
    "grid_method": "grid_method",
    "confidence": "confidence",
    "town_code": "town_code",
    "town_name": "grid_town_name",
    "staff_name": "staff_name",
    "staff_method": "staff_method",
    # Whom the match named, and who has the lead: dispatchers may send it to another.
    "utility_code": "utility_code",
    "utility_name": "utility_name",
    "utility_method": "utility_method",
    "lead_code": "lead_code",
    "lead_name": "lead_name",
    "assisting": "assisting",
    "accepted_at": "accepted_at",
    "dispatched_at": "dispatched_at",
    "handled_at": "handled_at",
    "closed_at": "closed_at",
    "due_at": "due_at",
    "version": "version",
}
COLUMNS = tuple(_FIELDS)

# What spreadsheets take for the start of a formula, in both widths.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def table_row(row: Row) -> list[str]:
    """Return the cells of a report, in the order of ``COLUMNS``.

    Parameters
    ----------
    row
        A row of ``gis/db/sql/report_documents.sql``.
    """
    values = {**row, "id": public_id(row["county_code"], row["id"]), **_bodies(row["assignments"])}
    return [_cell(values[field]) for field in _FIELDS.values()]


def _bodies(assignments: Sequence[Row]) -> dict[str, str]:
    """Return the body in the lead of the latest round, and those that assist it there."""
    parts = [one for one in assignments if one["status"] not in {"returned", "cancelled"}]
    leads = [one for one in parts if one["role"] == "lead"]
    if not leads:
        return {"lead_code": "", "lead_name": "", "assisting": ""}
    lead = leads[-1]  # they come in the order of the rounds
    assisting = [
        one["utility"]["name"]
        for one in parts
        if one["role"] == "assisting" and one["round"] == lead["round"]
    ]
    return {
        "lead_code": lead["utility"]["code"],
        "lead_name": lead["utility"]["name"],
        "assisting": "; ".join(assisting),
    }


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case dt.datetime():
            return value.isoformat(timespec="seconds")
        case str():
            return safe_text(value)
        case _:
            return str(value)


def safe_text(text: str) -> str:
    """Return text that a spreadsheet shows and does not run: an apostrophe before a formula.

    Examples
    --------
    >>> safe_text("=1+1")
    "'=1+1"
    >>> safe_text("4-6楼没水")
    '4-6楼没水'
    """
    return f"'{text}" if text.startswith(_FORMULA) else text
