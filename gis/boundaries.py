"""Grid boundaries: their import, their versions, and which version is in force.

A layout is one version of all boundaries of a county. It is written whole as a draft, compared
with the active one, and activated; exactly one layout of a county is active. Whoever matches holds
a shared lock on the county's layouts (``match.sql``), activation an exclusive one, so that a report
is never matched half by one layout and half by the next.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson
import shapely
from shapely.geometry.base import BaseGeometry

from gis.coverage import simplify_coverage
from gis.db.database import Transaction
from gis.errors import Conflict, NotFound
from gis.geometry import BBox

__all__ = [
    "BoundaryGrid",
    "Division",
    "GridMove",
    "Layout",
    "LayoutPreview",
    "activate_layout",
    "boundaries_checksum",
    "create_layout",
    "find_extent",
    "get_layout",
    "list_layouts",
    "preview_layout",
]

_ADVISORY = 7207
"""Key of the lock on a county's layouts and service areas; ``match.sql`` takes it shared."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One version of a county's boundaries; `status` is draft, active or retired."""

    id: int
    name: str
    status: str
    effective_on: dt.date | None
    source: str
    created_at: dt.datetime
    activated_at: dt.datetime | None
    grids: int


@dataclass(frozen=True, slots=True)
class BoundaryGrid:
    """A grid as it is drawn: a valid polygon in WGS 84 and what is known of the ground."""

    code: str
    name: str
    boundary: BaseGeometry
    name_en: str = ""
    town_code: str | None = None
    community_code: str | None = None
    population: int | None = None
    households: int | None = None
    party_branch: str = ""
    five_haves: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Division:
    """A town or community that grids belong to; a community names its town."""

    code: str
    name: str
    name_en: str
    town_code: str | None = None


@dataclass(frozen=True, slots=True)
class GridMove:
    """Reports that would go from one grid to another; None stands for outside."""

    was: str | None
    becomes: str | None
    reports: int
    open: int


@dataclass(frozen=True, slots=True)
class LayoutPreview:
    """What activating a layout would change: codes of grids and staff, and reports that move."""

    layout: Layout
    added: tuple[str, ...]
    removed: tuple[str, ...]
    redrawn: tuple[str, ...]
    staff_without_grid: tuple[str, ...]
    moves: tuple[GridMove, ...]


def list_layouts(tx: Transaction, county_code: str) -> list[Layout]:
    """Return the layouts of a county, the newest first."""
    return [Layout(**row) for row in tx.query("layout_list", {"county_code": county_code})]


def get_layout(tx: Transaction, county_code: str, name: str) -> Layout:
    """Return a layout by its name.

    Raises
    ------
    NotFound
        The county has none of that name; says which it has.
    """
    layouts = list_layouts(tx, county_code)
    for layout in layouts:
        if layout.name == name:
            return layout
    known = ", ".join(layout.name for layout in layouts) or "none"
    raise NotFound(f"There is no layout {name}; county {county_code} has {known}.")


def find_extent(tx: Transaction, county_code: str) -> BBox | None:
    """Return where a county lies, None while nothing says so."""
    row = tx.query_one("layout_extent", {"county_code": county_code})
    return None if row is None else BBox(**row)


def boundaries_checksum(grids: Iterable[BoundaryGrid]) -> str:
    """Return what tells two sets of boundaries apart, whatever the order of their rows."""
    digest = hashlib.sha256()
    for grid in sorted(grids, key=lambda grid: grid.code):
        attributes = [
            grid.code, grid.name, grid.name_en, grid.town_code, grid.community_code,
            grid.population, grid.households, grid.party_branch, dict(grid.five_haves),
        ]  # fmt: skip
        digest.update(orjson.dumps(attributes, option=orjson.OPT_SORT_KEYS))
        digest.update(shapely.to_wkb(shapely.normalize(grid.boundary), byte_order=1))
    return digest.hexdigest()


def create_layout(
    tx: Transaction,
    county_code: str,
    name: str,
    grids: Sequence[BoundaryGrid],
    *,
    towns: Sequence[Division],
    communities: Sequence[Division],
    source: str,
    now: dt.datetime,
) -> Layout:
    """Write a draft layout, and the towns and communities it names.

    Parameters
    ----------
    grids
        Checked: valid polygons with unique codes.
    towns, communities
        Divisions to add; a name equal to its code stands for unknown and replaces no other.
    source
        Where the boundaries came from, with their checksum, shown in lists.

    Raises
    ------
    Conflict
        There is a layout of that name, or a division's code belongs to another county.
    """
    if any(layout.name == name for layout in list_layouts(tx, county_code)):
        raise Conflict(f"There is a layout {name} with other boundaries: choose another name.")
    _upsert_divisions(tx, county_code, towns, communities)
    row = tx.query_one(
        "layout_insert", {"county_code": county_code, "name": name, "source": source, "now": now}
    )
    layout_id = row["id"] if row else 0
    boundaries = np.array([grid.boundary for grid in grids], dtype=object)
    tx.query(
        "layout_grids_insert",
        {
            "layout_id": layout_id,
            "county_code": county_code,
            "boundaries": shapely.to_wkb(boundaries).tolist(),
            "simples": shapely.to_wkb(simplify_coverage(boundaries)).tolist(),
            "codes": [grid.code for grid in grids],
            "names": [grid.name for grid in grids],
            "names_en": [grid.name_en for grid in grids],
            "town_codes": [grid.town_code for grid in grids],
            "community_codes": [grid.community_code for grid in grids],
            "populations": [grid.population for grid in grids],
            "households": [grid.households for grid in grids],
            "party_branches": [grid.party_branch for grid in grids],
            "five_haves": [orjson.dumps(dict(grid.five_haves)).decode() for grid in grids],
        },
    )
    return get_layout(tx, county_code, name)


def preview_layout(
    tx: Transaction, county_code: str, name: str, *, today: dt.date
) -> LayoutPreview:
    """Say what activating a layout would change; nothing is written.

    Raises
    ------
    NotFound
        There is no such layout.
    """
    layout = get_layout(tx, county_code, name)
    key: dict[str, Any] = {"county_code": county_code, "layout_id": layout.id}
    difference = tx.query_one("layout_compare", key | {"today": today}) or {}
    moves = [GridMove(**row) for row in tx.query("layout_moves", key)]
    return LayoutPreview(
        layout, moves=tuple(moves), **{name: tuple(codes) for name, codes in difference.items()}
    )


def activate_layout(
    tx: Transaction, county_code: str, name: str, *, now: dt.datetime, today: dt.date
) -> Layout:
    """Put a layout in force: towns, places and the county's outline follow it at once.

    Reports keep the grid they were matched by until they are rematched.

    Raises
    ------
    NotFound
        There is no such layout.
    """
    lock_layouts(tx, county_code)
    layout = get_layout(tx, county_code, name)
    key = {"county_code": county_code, "layout_id": layout.id}
    if layout.status != "active":
        # Two statements: the index that allows one active layout is checked row by row.
        tx.query("layout_retire", key)
        tx.query("layout_activate", key | {"now": now, "today": today})
    for name_of_query in ("layout_towns", "layout_outline", "layout_places"):
        tx.query(name_of_query, key)
    return get_layout(tx, county_code, name)


def lock_layouts(tx: Transaction, county_code: str) -> None:
    """Keep everybody from matching in a county until this transaction ends."""
    tx.scalar("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (_ADVISORY, county_code))


def _upsert_divisions(
    tx: Transaction, county_code: str, towns: Sequence[Division], communities: Sequence[Division]
) -> None:
    if towns:
        tx.query("towns_upsert", _columns(county_code, towns) | {"kinds": _town_kinds(towns)})
    if communities:
        tx.query("communities_upsert", _columns(county_code, communities))
    _check_owner(tx, county_code, "town", towns)
    _check_owner(tx, county_code, "community", communities)


def _columns(county_code: str, divisions: Sequence[Division]) -> dict[str, Any]:
    return {
        "county_code": county_code,
        "codes": [division.code for division in divisions],
        "names": [division.name for division in divisions],
        "names_en": [division.name_en for division in divisions],
        "town_codes": [division.town_code for division in divisions],
    }


def _town_kinds(towns: Sequence[Division]) -> list[str]:
    """Return subdistrict, town or township by the last three digits of each code (GB/T 10114)."""
    kinds = {"0": "subdistrict", "1": "town"}
    return [kinds.get(town.code[6:7], "township") for town in towns]


def _check_owner(
    tx: Transaction, county_code: str, table: str, divisions: Sequence[Division]
) -> None:
    foreign = tx.rows(
        f"SELECT code FROM {table} WHERE code = ANY(%s) AND county_code <> %s",  # noqa: S608 -- ours
        ([division.code for division in divisions], county_code),
    )
    if foreign:
        codes = ", ".join(row["code"] for row in foreign)
        raise Conflict(f"The {table} codes {codes} belong to another county.")
