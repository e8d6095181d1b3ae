"""What people call the groups of the statistics."""

from __future__ import annotations

from collections.abc import Iterable

from gis.counted import Dimension
from gis.county_names import county_names
from gis.db.database import Transaction


def group_names(
    tx: Transaction, county_code: str, by: Dimension | None, keys: Iterable[str], language: str
) -> dict[str, str]:
    """Return the names of groups by key; months, causes and sources have none of their own.

    Parameters
    ----------
    keys
        Keys of the groups; grids are looked up in the active layout.
    language
        ``zh`` or ``en``; the Chinese name where there is no English one.
    """
    known = county_names(tx, county_code)
    match by:
        case "town":
            return {code: name.of(language) for code, name in known.towns.items()}
        case "utility":
            return {code: one.name.of(language) for code, one in known.utilities.items()}
        case "category":
            return {code: one.name.of(language) for code, one in known.categories.items()}
        case "grid":
            rows = tx.rows(
                "SELECT g.code, g.name, g.name_en FROM grid g"
                " JOIN grid_layout l ON l.id = g.layout_id AND l.status = 'active'"
                " WHERE l.county_code = %(county)s AND g.code = ANY(%(keys)s)",
                {"county": county_code, "keys": list(keys)},
            )
            english = language == "en"
            return {
                row["code"]: f"{(english and row['name_en']) or row['name']} ({row['code']})"
                for row in rows
            }
        case _:
            return {}
