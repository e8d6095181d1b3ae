"""Reading reference data: grids, towns, utilities, categories and places of one county."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import select

from gis.db.database import Row, Transaction
from gis.errors import InvalidInput, NotFound
from gis.geometry import BBox
from gis.models import GridLayout, Utility


@dataclass(frozen=True)
class GridPage:
    """A page of grids by code.

    Attributes
    ----------
    layout
        Name of the active layout; None where none is active.
    next
        Cursor of the page that follows; None on the last.
    """

    layout: str | None
    items: list[Row]
    next: str | None


def list_grids(
    tx: Transaction,
    county_code: str,
    *,
    bbox: BBox | None,
    town: str | None,
    limit: int,
    cursor: str | None,
) -> GridPage:
    """Return a page of the active layout's grids, by code; ``bbox`` selects those it touches."""
    where = {**_selection(county_code, bbox, town), "after": cursor or "", "limit": limit + 1}
    rows = tx.query("grids_page", where)
    shown = rows[:limit]
    layout = shown[0]["layout"] if shown else _active_layout(tx, county_code)
    items = [{name: value for name, value in row.items() if name != "layout"} for row in shown]
    return GridPage(layout, items, shown[-1]["code"] if len(rows) > limit else None)


def grid_names(
    tx: Transaction, county_code: str, *, bbox: BBox | None, town: str | None
) -> tuple[str | None, list[Row]]:
    """Return the active layout's name, None where none is active, and all of its grids, by code."""
    where = {**_selection(county_code, bbox, town), "after": "", "limit": None}
    rows = tx.query("grids_page", where)
    return (rows[0]["layout"] if rows else _active_layout(tx, county_code)), rows


def grids_geojson(
    tx: Transaction, county_code: str, *, bbox: BBox | None, town: str | None
) -> bytes:
    """Return the active layout's grids as a GeoJSON FeatureCollection; empty where none is active."""
    row = tx.query_one("grids_features", _selection(county_code, bbox, town))
    features = row["features"] if row else "[]"
    layout = row["layout"] if row else None
    return _collection(features, b',"layout":' + orjson.dumps(layout))


def get_grid(tx: Transaction, county_code: str, code: str, *, now: dt.datetime) -> Row:
    """Return one grid of the active layout with the people who serve it today.

    Raises
    ------
    NotFound
        The active layout has no such grid.
    """
    row = tx.query_one("grid_detail", {"county_code": county_code, "code": code, "now": now})
    if row is None:
        raise NotFound("The active layout has no such grid.")
    return row


def list_towns(tx: Transaction, county_code: str) -> list[Row]:
    """Return all towns, by code."""
    return tx.query("towns_list", {"county_code": county_code})


def towns_geojson(tx: Transaction, county_code: str) -> bytes:
    """Return all towns as a GeoJSON FeatureCollection."""
    row = tx.query_one("towns_features", {"county_code": county_code})
    return _collection(row["features"] if row else "[]")


def list_utilities(tx: Transaction, county_code: str) -> list[Row]:
    """Return all utilities with the categories they handle, by code."""
    return tx.query("utilities_list", {"county_code": county_code})


def utility_json(tx: Transaction, county_code: str, code: str) -> bytes:
    """Return one utility with service areas in force and depots, as JSON built in PostgreSQL.

    Raises
    ------
    NotFound
        There is no such utility.
    """
    row = tx.query_one("utility_detail", {"county_code": county_code, "code": code})
    if row is None:
        raise NotFound("There is no such utility.")
    document: str = row["document"]
    return document.encode()


def check_utility(tx: Transaction, county_code: str, code: str) -> None:
    """Make sure that there is such a utility.

    Raises
    ------
    NotFound
        There is none.
    """
    found = select(Utility.code).where(Utility.county_code == county_code, Utility.code == code)
    if tx.connection.execute(found).first() is None:
        raise NotFound("There is no such utility.")


def list_categories(tx: Transaction, county_code: str) -> list[Row]:
    """Return all categories in their order, each parent before its children."""
    return tx.query("categories_list", {"county_code": county_code})


def search_places(tx: Transaction, county_code: str, text: str, *, limit: int) -> list[Row]:
    """Return places by name (Chinese, English, pinyin or its initials), the best first.

    Raises
    ------
    InvalidInput
        The text is blank.
    """
    wanted = text.strip()
    if not wanted:
        raise InvalidInput.of("q", "write part of a name")
    folded = wanted.lower()
    joined = "".join(folded.replace("'", " ").split())
    rows = tx.query(
        "places_search",
        {
            "county_code": county_code,
            "text": wanted,
            "folded": folded,
            "joined": joined,
            "limit": limit,
        },
    )
    return [_place(row) for row in rows]


def find_place(tx: Transaction, county_code: str, code: str) -> Row | None:
    """Return a place's names, kind and position (degrees, WGS 84), None where there is none."""
    return tx.query_one("place_position", {"county": county_code, "code": code})


def _place(row: Row) -> Row:
    point = [row.pop("longitude"), row.pop("latitude")]
    return {**row, "location": {"type": "Point", "coordinates": point}}


def _selection(county_code: str, bbox: BBox | None, town: str | None) -> dict[str, Any]:
    return {
        "county_code": county_code,
        "town": town,
        "west": bbox.west if bbox else None,
        "south": bbox.south if bbox else None,
        "east": bbox.east if bbox else None,
        "north": bbox.north if bbox else None,
    }


def _active_layout(tx: Transaction, county_code: str) -> str | None:
    active = select(GridLayout.name).where(
        GridLayout.county_code == county_code, GridLayout.status == "active"
    )
    return tx.connection.execute(active).scalar_one_or_none()


def _collection(features: str, more: bytes = b"") -> bytes:
    return b'{"type":"FeatureCollection"' + more + b',"features":' + features.encode() + b"}"
