"""What reports are measured against: residents, households, area, or kilometres of a network.

Which exposure suits a category is data (`category_exposure`); without an entry of the category or
its parent it is households, then residents, then area, whichever the county knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from gis.db.database import Transaction
from gis.errors import InvalidInput
from gis.layering.frames import Floats, Frame
from gis.layering.scopes import Scope


@dataclass(frozen=True)
class Exposure:
    """A kind of exposure; rates are told per ``per`` units of it."""

    code: str
    name: str
    name_en: str
    unit: str
    unit_en: str
    per: float


BUILT_IN: Final = {
    "residents": Exposure("residents", "常住人口", "Residents", "人", "residents", 1000),
    "households": Exposure("households", "户数", "Households", "户", "households", 1000),
    "area": Exposure("area", "面积", "Area", "平方公里", "km²", 1),
}


def list_exposures(tx: Transaction, county_code: str) -> list[Exposure]:
    """Return the exposures a county knows, the built-in ones first."""
    rows = tx.rows(
        "SELECT code, name, name_en, unit, unit_en, per FROM exposure WHERE county_code = %s"
        " ORDER BY code",
        [county_code],
    )
    return [*BUILT_IN.values(), *(Exposure(**row) for row in rows)]


def exposure_for(tx: Transaction, scope: Scope, frame: Frame, code: str | None) -> Exposure:
    """Return the exposure asked for, or the one that suits the category.

    Raises
    ------
    InvalidInput
        There is no such exposure, or the units have none of it.
    """
    known = {one.code: one for one in list_exposures(tx, scope.actor.county_code)}
    if code is not None:
        if code not in known:
            raise InvalidInput.of("exposure", f"there is no {code!r}; known are {', '.join(known)}")
        return known[code]
    assigned = _assigned(tx, scope)
    if assigned in known and frame.cells is None:
        return known[assigned]
    for built_in in ("households", "residents"):
        if np.isfinite(amounts(tx, scope, frame, known[built_in])).any():
            return known[built_in]
    return known["area"]


def amounts(tx: Transaction, scope: Scope, frame: Frame, exposure: Exposure) -> Floats:
    """Return how much of an exposure each unit holds, shape (n,), nan where it is not known.

    Raises
    ------
    InvalidInput
        Cells of anything but area: where in a grid its residents live is not known.
    """
    if exposure.code == "area":
        return frame.area_km2
    if exposure.code == "residents":
        return frame.residents
    if exposure.code == "households":
        return frame.households
    if frame.of_grid is None:
        raise InvalidInput.of("exposure", "cells are compared by area only")
    rows = tx.rows(
        "SELECT grid_code, amount FROM grid_exposure"
        " WHERE county_code = %s AND layout_id = %s AND exposure_code = %s",
        [scope.actor.county_code, frame.layout_id, exposure.code],
    )
    by_grid = {row["grid_code"]: row["amount"] for row in rows}
    grids = scope.county(tx).grids
    values = np.array([by_grid.get(code, np.nan) for code in grids.codes])
    known = np.isfinite(values) & (frame.of_grid >= 0)
    places = frame.of_grid[known]
    total = np.bincount(places, values[known], len(frame))
    return np.where(np.bincount(places, minlength=len(frame)) > 0, total, np.nan)


def put_exposure(
    tx: Transaction,
    county_code: str,
    layout_id: int,
    exposure: Exposure,
    by_grid: Mapping[str, float],
    categories: tuple[str, ...] = (),
) -> None:
    """Write an exposure whole: what grids have of it, and the categories measured against it.

    Raises
    ------
    InvalidInput
        It is called like a built-in one, a grid or category is not known, or an amount is negative.
    """
    _check(tx, county_code, layout_id, exposure, by_grid, categories)
    tx.rows(
        "INSERT INTO exposure (county_code, code, name, name_en, unit, unit_en, per)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (county_code, code) DO UPDATE"
        " SET name = excluded.name, name_en = excluded.name_en, unit = excluded.unit,"
        " unit_en = excluded.unit_en, per = excluded.per",
        [county_code, *vars(exposure).values()],
    )
    tx.rows(
        "DELETE FROM grid_exposure"
        " WHERE county_code = %s AND layout_id = %s AND exposure_code = %s",
        [county_code, layout_id, exposure.code],
    )
    tx.rows(
        "INSERT INTO grid_exposure (county_code, layout_id, exposure_code, grid_code, amount)"
        " SELECT %s, %s, %s, * FROM unnest(%s::text[], %s::float8[])",
        [county_code, layout_id, exposure.code, list(by_grid), list(by_grid.values())],
    )
    tx.rows(
        "INSERT INTO category_exposure (county_code, category_code, exposure_code)"
        " SELECT %s, code, %s FROM unnest(%s::text[]) AS code"
        " ON CONFLICT (county_code, category_code) DO UPDATE"
        " SET exposure_code = excluded.exposure_code",
        [county_code, exposure.code, list(categories)],
    )


def _check(
    tx: Transaction,
    county_code: str,
    layout_id: int,
    exposure: Exposure,
    by_grid: Mapping[str, float],
    categories: tuple[str, ...],
) -> None:
    if exposure.code in BUILT_IN:
        raise InvalidInput.of("code", f"{exposure.code} is a column of the grids; import them")
    if not exposure.per > 0:
        raise InvalidInput.of("per", "must be above 0")
    wrong = [code for code, amount in by_grid.items() if not 0 <= amount < np.inf]
    if wrong:
        raise InvalidInput.of("amount", f"must be at least 0: {', '.join(wrong[:5])}")
    unknown = _unknown(tx, "grid", "layout_id", layout_id, list(by_grid))
    if unknown:
        raise InvalidInput.of("grid_code", f"not in the layout: {', '.join(unknown[:5])}")
    unknown = _unknown(tx, "category", "county_code", county_code, list(categories))
    if unknown:
        raise InvalidInput.of("category", f"there is no {', '.join(unknown[:5])}")


def _unknown(tx: Transaction, table: str, key: str, value: object, codes: list[str]) -> list[str]:
    statement = f"SELECT code FROM {table} WHERE {key} = %s AND code = ANY(%s)"  # noqa: S608  words of ours
    known = {row["code"] for row in tx.rows(statement, [value, codes])}
    return [code for code in codes if code not in known]


def _assigned(tx: Transaction, scope: Scope) -> str | None:
    """Return the exposure entered for the category or its parent."""
    category = scope.slice.category
    if category is None:
        return None
    found: str | None = tx.scalar(
        "SELECT e.exposure_code FROM category c JOIN category_exposure e"
        " ON e.county_code = c.county_code AND e.category_code IN (c.code, c.parent_code)"
        " WHERE c.county_code = %s AND c.code = %s ORDER BY e.category_code = c.code DESC LIMIT 1",
        [scope.actor.county_code, category],
    )
    return found
