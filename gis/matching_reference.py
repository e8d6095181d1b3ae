"""What matching stands on, read once for many points: grids, staff, service areas, depots."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import shapely

from gis.clock import zone_named
from gis.db.database import Row, Transaction
from gis.errors import NotFound
from gis.matching import (
    MatchedCategory,
    MatchedGrid,
    MatchedStaff,
    MatchedUtility,
    Version,
)

Geometries = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Person:
    """A row of ``grid_staff`` that may answer for a grid; volunteers are left out."""

    staff: MatchedStaff
    code: str
    grid_code: str | None
    community_code: str | None
    town_code: str | None
    valid_from: dt.date
    valid_to: dt.date | None
    on_duty: bool


@dataclass(frozen=True, slots=True)
class Area:
    """A service area; ``index`` is its place in ``Reference.area_boundaries``."""

    index: int
    code: str
    utility_code: str
    category_code: str | None
    priority: int
    area_m2: float


@dataclass(frozen=True)
class Reference:
    """All that matching reads, as of one moment; boundaries in the order of their rows.

    Attributes
    ----------
    grids, grid_boundaries
        Of the layout, lowest code first, so that the first of several is the one to take.
    people
        Lowest code first.
    depots
        Per utility: codes lowest first, names as [Chinese, English], longitudes and latitudes.
    """

    county_code: str
    zone: ZoneInfo
    metric_srid: int
    layout: Version | None
    version: Version | None
    grids: tuple[MatchedGrid, ...]
    grid_boundaries: Geometries
    people: tuple[Person, ...]
    categories: dict[str, MatchedCategory]
    utilities: dict[str, MatchedUtility]
    handled: dict[str, frozenset[str]]
    areas: tuple[Area, ...]
    area_boundaries: Geometries
    depots: Depots
    offices: dict[str, str]

    @cached_property
    def grid_index(self) -> dict[str, int]:
        """Place of each grid code in ``grids``."""
        return {grid.code: i for i, grid in enumerate(self.grids)}


@dataclass(frozen=True)
class Depots:
    """The depots of a county in rows, by utility code and then by depot code."""

    utility_codes: tuple[str, ...]
    names: tuple[list[str], ...]
    lon: npt.NDArray[np.float64]
    lat: npt.NDArray[np.float64]

    @cached_property
    def rows_of(self) -> dict[str, npt.NDArray[np.intp]]:
        """Rows of each utility's depots, in order."""
        codes = np.array(self.utility_codes, dtype=object)
        return {code: np.flatnonzero(codes == code) for code in set(self.utility_codes)}


def hold_reference(tx: Transaction, county_code: str) -> None:
    """Keep layouts and service areas from being activated until the transaction ends.

    ``match.sql`` takes the same lock. Here it is a statement of its own, so that what is read next
    was committed before the lock was got.
    """
    tx.scalar("SELECT pg_advisory_xact_lock_shared(7207, hashtext(%s))", [county_code])


def load_reference(
    tx: Transaction,
    county_code: str,
    *,
    layout_id: int | None = None,
    version_id: int | None = None,
) -> Reference:
    """Read what matching stands on.

    Parameters
    ----------
    layout_id, version_id
        A layout and a version of the service areas; None: the active ones.

    Raises
    ------
    NotFound
        There is no such county.
    """
    of = {"county": county_code, "layout": layout_id, "version": version_id}
    county = tx.rows("SELECT timezone, metric_srid FROM county WHERE code = %(county)s", of)
    if not county:
        raise NotFound(f"There is no county {county_code}.")
    layout = _version(tx, "grid_layout", county_code, layout_id)
    version = _version(tx, "service_area_version", county_code, version_id)
    grids = tx.query("reference_grids", {"layout_id": layout.id if layout else None})
    areas = tx.query("reference_areas", {"version_id": version.id if version else None})
    utilities = tx.query("reference_utilities", of)
    return Reference(
        county_code=county_code,
        zone=zone_named(county[0]["timezone"]),
        metric_srid=county[0]["metric_srid"],
        layout=layout,
        version=version,
        grids=tuple(_grid(row) for row in grids),
        grid_boundaries=_boundaries(grids),
        people=tuple(_person(row) for row in tx.query("reference_staff", of)),
        categories={row["code"]: MatchedCategory(**row) for row in _categories(tx, of)},
        utilities={
            row["code"]: MatchedUtility(row["code"], row["name"], row["name_en"], row["kind"])
            for row in utilities
        },
        handled={row["code"]: frozenset(row["categories"]) for row in utilities},
        areas=tuple(_area(i, row) for i, row in enumerate(areas)),
        area_boundaries=_boundaries(areas),
        depots=_depots(tx.query("reference_depots", of)),
        # Highest code first, so that the lowest stays.
        offices={
            row["town_code"]: row["code"]
            for row in reversed(utilities)
            if row["kind"] == "town" and row["town_code"]
        },
    )


def _version(tx: Transaction, table: str, county_code: str, wanted: int | None) -> Version | None:
    rows = tx.rows(
        f"SELECT id, name FROM {table} WHERE county_code = %(county)s"  # noqa: S608 -- our own names
        " AND CASE WHEN %(wanted)s::bigint IS NULL THEN status = 'active'"
        " ELSE id = %(wanted)s::bigint END",
        {"county": county_code, "wanted": wanted},
    )
    return Version(rows[0]["id"], rows[0]["name"]) if rows else None


def _categories(tx: Transaction, of: dict[str, Any]) -> list[Row]:
    return tx.rows(
        "SELECT code, parent_code, name, name_en, level, sensitive FROM category"
        " WHERE county_code = %(county)s",
        of,
    )


def _grid(row: Row) -> MatchedGrid:
    return MatchedGrid(
        code=row["code"],
        name=row["name"],
        name_en=row["name_en"],
        town_code=row["town_code"],
        town_name=row["town_name"],
        town_name_en=row["town_name_en"],
        community_code=row["community_code"],
    )


def _person(row: Row) -> Person:
    return Person(
        staff=MatchedStaff(row["id"], row["name"], row["role"]),
        code=row["code"],
        grid_code=row["grid_code"],
        community_code=row["community_code"],
        town_code=row["town_code"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        on_duty=row["on_duty"],
    )


def _area(index: int, row: Row) -> Area:
    return Area(
        index=index,
        code=row["code"],
        utility_code=row["utility_code"],
        category_code=row["category_code"],
        priority=row["priority"],
        area_m2=row["area_m2"],
    )


def _boundaries(rows: list[Row]) -> Geometries:
    boundaries: Geometries = np.asarray(
        shapely.from_wkb([row["boundary"] for row in rows]), dtype=object
    )
    shapely.prepare(boundaries)
    return boundaries


def _depots(rows: list[Row]) -> Depots:
    return Depots(
        utility_codes=tuple(row["utility_code"] for row in rows),
        names=tuple([row["name"], row["name_en"]] for row in rows),
        lon=np.array([row["lon"] for row in rows], dtype=np.float64),
        lat=np.array([row["lat"] for row in rows], dtype=np.float64),
    )
