"""Service areas: who answers where, in versions that are written whole and activated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.db.database import Row, Transaction
from gis.errors import Conflict, NotFound

__all__ = ["ServiceArea", "Version", "create_version", "get_version", "list_versions"]


@dataclass(frozen=True, slots=True)
class ServiceArea:
    """Polygon in which a utility answers for a category, or for all of its categories (None)."""

    code: str
    utility_code: str
    boundary: BaseGeometry
    name: str = ""
    category_code: str | None = None
    priority: int = 1
    hours: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of all service areas of a county.

    Attributes
    ----------
    created
        Whether it was written now; False where the same areas were there already.
    carried_over
        Areas taken from the active version, of utilities that the sent areas do not name.
    """

    id: int
    name: str
    status: str
    created: bool
    carried_over: int


def create_version(
    tx: Transaction,
    county_code: str,
    name: str,
    areas: Sequence[ServiceArea],
    *,
    now: dt.datetime,
) -> Version:
    """Write a draft version of the county's service areas.

    A utility sends its own map: areas of utilities that are not named are carried over from the
    active version. Areas equal to those of the active version, or of the version of that name, are
    not written again.

    Raises
    ------
    Conflict
        There is a version of that name with other areas, or a code belongs to another utility's.
    """
    versions = tx.query("service_area_versions", {"county_code": county_code})
    active = next((version for version in versions if version["status"] == "active"), None)
    sent = {area.utility_code for area in areas}
    kept = [
        a for a in _areas_of(tx, active["id"] if active else None) if a.utility_code not in sent
    ]
    whole = sorted([*areas, *kept], key=lambda area: area.code)
    taken = {area.code for area in areas} & {area.code for area in kept}
    if taken:
        raise Conflict(f"Other utilities have areas of these codes: {', '.join(sorted(taken))}.")
    same = next(
        (
            version
            for version in versions
            if (version is active or version["name"] == name)
            and _content(_areas_of(tx, version["id"])) == _content(whole)
        ),
        None,
    )
    if same is None:
        if any(version["name"] == name for version in versions):
            raise Conflict(
                f"There is a version {name} of other service areas: choose another name."
            )
        found, status = _insert(tx, county_code, name, whole, now), "draft"
    else:
        found, name, status = same["id"], same["name"], same["status"]
    return Version(found, name, status, same is None, len(kept))


def list_versions(tx: Transaction, county_code: str) -> list[Row]:
    """Return the versions of a county's service areas, newest first: id, name, status."""
    return tx.query("service_area_versions", {"county_code": county_code})


def get_version(tx: Transaction, county_code: str, name: str) -> Row:
    """Return the version of a name: id, name, status.

    Raises
    ------
    NotFound
        There is no such version.
    """
    for version in list_versions(tx, county_code):
        if version["name"] == name:
            return version
    raise NotFound(f"There is no version {name} of the service areas; see `gridcall rules list`.")


def _areas_of(tx: Transaction, version_id: int | None) -> list[ServiceArea]:
    rows = tx.query("service_areas_of", {"version_id": version_id})
    return [
        ServiceArea(**{**row, "boundary": shapely.from_wkb(bytes(row["boundary"]))}) for row in rows
    ]


def _content(areas: Sequence[ServiceArea]) -> list[tuple[object, ...]]:
    """Return what two versions are compared by."""
    return [
        (
            area.code,
            area.name,
            area.utility_code,
            area.category_code,
            area.priority,
            area.hours,
            shapely.to_wkb(shapely.normalize(_as_multi(area.boundary)), byte_order=1),
        )
        for area in areas
    ]


def _as_multi(shape: BaseGeometry) -> BaseGeometry:
    return shape if shape.geom_type == "MultiPolygon" else shapely.MultiPolygon([shape])


def _insert(
    tx: Transaction, county_code: str, name: str, areas: Sequence[ServiceArea], now: dt.datetime
) -> int:
    row = tx.query_one(
        "service_area_version_insert", {"county_code": county_code, "name": name, "now": now}
    )
    version_id = int(row["id"]) if row else 0
    tx.query(
        "service_areas_insert",
        {
            "county_code": county_code,
            "version_id": version_id,
            "codes": [area.code for area in areas],
            "names": [area.name for area in areas],
            "utility_codes": [area.utility_code for area in areas],
            "category_codes": [area.category_code for area in areas],
            "priorities": [area.priority for area in areas],
            "hours": [area.hours for area in areas],
            "boundaries": shapely.to_wkb(
                np.array([area.boundary for area in areas], dtype=object)
            ).tolist(),
        },
    )
    return version_id
