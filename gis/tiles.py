"""Mapbox vector tiles of grids, towns, service areas and reports."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any, Final, Literal

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    SQLColumnExpression,
    cast,
    func,
    literal,
    literal_column,
    select,
)

from gis.audience import Actor, visible_reports
from gis.db.database import Transaction
from gis.errors import InvalidInput
from gis.models import Category, Report
from gis.report_filters import ReportFilters, conditions, light
from gis.report_piles import (
    BINS_BELOW,
    POINTS_FROM_ZOOM,
    bin_column,
    bin_row,
    of_category,
    tile_box,
)

Outline = Literal["grids", "towns", "service_areas"]

HIGHEST_ZOOM: Final = 22
_EXTENT: Final = 4096
_BUFFER: Final = 64


def check_tile(z: int, x: int, y: int) -> None:
    """Check that a tile exists.

    Raises
    ------
    InvalidInput
        The zoom is not one, or column or row lie outside of it.
    """
    if not 0 <= z <= HIGHEST_ZOOM:
        raise InvalidInput.of("z", f"must be between 0 and {HIGHEST_ZOOM}")
    for name, value in (("x", x), ("y", y)):
        if not 0 <= value < 2**z:
            raise InvalidInput.of(name, f"must be between 0 and {2**z - 1} at zoom {z}")


def outline_tile(
    tx: Transaction, county_code: str, layer: Outline, tile: tuple[int, int, int]
) -> bytes:
    """Return a tile of what is drawn as outlines; empty where there is nothing.

    Parameters
    ----------
    tile
        Zoom, column and row.
    """
    z, x, y = tile
    row = tx.query_one(f"tile_{layer}", {"county": county_code, "z": z, "x": x, "y": y})
    return bytes(row["tile"] or b"") if row else b""


def report_tile(
    tx: Transaction,
    actor: Actor,
    filters: ReportFilters,
    tile: tuple[int, int, int],
    *,
    now: dt.datetime,
) -> bytes:
    """Return a tile of the reports the actor may read, in piles below `POINTS_FROM_ZOOM`.

    A pile belongs to the tile that its bin lies in, so that none is in two.
    """
    z, x, y = tile
    box = tile_box(z, x, y)
    inside = conditions(replace(filters, bbox=box), actor, now)
    near = z >= POINTS_FROM_ZOOM
    found = _points(tile) if near else _piles(tile, now)
    # Half open: what lies on an edge is in the tile to the east or south of it alone.
    edges = (bin_column(z) == x, bin_row(z) == y)
    drawn = (
        found.where(visible_reports(actor), *inside, *edges).cte("q").prefix_with("MATERIALIZED")
    )
    whole: ColumnElement[Any] = literal_column("q")
    statement = select(
        func.ST_AsMVT(whole, "reports", _EXTENT, "geom", "feature_id")
        if near
        else func.ST_AsMVT(whole, "reports", _EXTENT, "geom")
    ).select_from(drawn)
    answer = tx.connection.execute(statement).scalar_one()
    return bytes(answer or b"")


def _points(tile: tuple[int, int, int]) -> Select[*tuple[Any, ...]]:
    return select(
        func.row_number().over(order_by=Report.id).label("feature_id"),
        func.concat(Report.county_code, "-", Report.id).label("id"),
        Report.number,
        Report.status,
        Report.category_code.label("category"),
        _seconds(Report.due_at).label("due_at"),
        _seconds(Report.yellow_at).label("yellow_at"),
        Report.urgent,
        Report.version,
        _drawn(Report.location, tile).label("geom"),
    )


def _piles(tile: tuple[int, int, int], now: dt.datetime) -> Select[*tuple[Any, ...]]:
    level = tile[0] + BINS_BELOW
    lon, lat = func.ST_X(Report.location), func.ST_Y(Report.location)
    middle = func.ST_SetSRID(func.ST_MakePoint(func.avg(lon), func.avg(lat)), 4326)
    lamp = light(now)
    return (
        select(
            func.count().label("pile"),
            *(
                func.count().filter(lamp == colour).label(colour)
                for colour in ("red", "yellow", "green")
            ),
            func.count().filter(Report.urgent).label("urgent"),
            func.mode()
            .within_group(func.coalesce(Category.parent_code, Category.code))
            .label("group"),
            _drawn(middle, tile).label("geom"),
        )
        .select_from(Report)
        .join(Category, of_category(), isouter=True)
        .group_by(bin_column(level), bin_row(level))
    )


def _drawn(point: SQLColumnExpression[Any], tile: tuple[int, int, int]) -> ColumnElement[Any]:
    box = func.ST_TileEnvelope(*(literal(part) for part in tile))
    return func.ST_AsMVTGeom(func.ST_Transform(point, 3857), box, _EXTENT, _BUFFER, True)


def _seconds(moment: Any) -> ColumnElement[int]:
    return cast(func.extract("epoch", moment), BigInteger)
