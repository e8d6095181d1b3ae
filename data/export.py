"""Files out of a county: GeoJSON, GeoPackage, CSV, xlsx or Parquet, by the file's ending.

Column names are those that ``gridcall import`` knows, so that what goes out can come in again.
Shapes are WGS 84; where the format has no shapes, points are longitude and latitude and polygons
WKT.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from data.headings import Kind
from gis import exporting
from gis.db.database import Database, Row, Transaction
from gis.errors import InvalidInput
from gis.registry import get_county

__all__ = ["ENDINGS", "export_file"]

ENDINGS: Final = (".geojson", ".gpkg", ".csv", ".xlsx", ".parquet")
_SHAPED: Final = frozenset({"grids", "utilities", "service-areas", "places", "reports"})
_POLYGONS: Final = frozenset({"grids", "service-areas"})
_DRIVERS: Final = {".geojson": "GeoJSON", ".gpkg": "GPKG"}
_CRS: Final = "EPSG:4326"
# What a cell of a workbook can hold; longer text is cut off by it without a word.
_LONGEST_CELL: Final = 32_767
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def export_file(
    db: Database, county_code: str, kind: Kind, path: Path, *, personal: bool = False
) -> int:
    """Write all rows of a kind; the file appears only when it is whole.

    Parameters
    ----------
    db
        Pool of the database's owner.
    path
        Where to write; an existing file is replaced. Its ending says the format.
    personal
        Whether names and telephones of those who reported go out, too.

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    InvalidInput
        The ending is none of ours, or the format cannot hold this kind.
    NotFound
        There is no such county.
    """
    ending = path.suffix.lower()
    _check(kind, ending)
    with db.read() as tx:
        get_county(tx, county_code)
        rows = list(_reader(kind, personal=personal)(tx, county_code))
    frame = _frame(kind, rows, personal=personal)
    # Beside the target, so that the rename stays within one file system.
    unfinished = path.with_name(f".{path.stem}.unfinished{ending}")
    try:
        _write(kind, frame, unfinished)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return len(rows)


def _check(kind: Kind, ending: str) -> None:
    if ending not in ENDINGS:
        raise InvalidInput.of("file", f"end its name with one of {', '.join(ENDINGS)}")
    if ending == ".geojson" and kind not in _SHAPED:
        raise InvalidInput.of("file", f"{kind} have no shape: choose .csv, .xlsx or .parquet")


def _reader(kind: Kind, *, personal: bool) -> Callable[[Transaction, str], Iterable[Row]]:
    match kind:
        case "grids":
            return exporting.iter_grids
        case "staff":
            return exporting.iter_staff
        case "utilities":
            return exporting.iter_utilities
        case "service-areas":
            return exporting.iter_service_areas
        case "categories":
            return exporting.iter_categories
        case "places":
            return exporting.iter_places
        case "reports":
            return lambda tx, county: exporting.iter_reports(tx, county, personal=personal)


def _frame(kind: Kind, rows: list[Row], *, personal: bool) -> pd.DataFrame:
    """Return rows as a table; a column ``shape`` holds geometries or None."""
    frame = pd.DataFrame(rows)
    if kind == "reports" and rows:
        # Number and client id tell a report apart outside; the key means nothing there.
        frame = frame.drop(columns="id")
        if not personal:
            frame = frame.drop(columns=["reporter_name", "reporter_phone"])
    if "shape" in frame:
        shapes = [None if shape is None else bytes(shape) for shape in frame["shape"]]
        frame["shape"] = pd.Series(list(shapely.from_wkb(shapes)), dtype=object)
    return frame


def _write(kind: Kind, frame: pd.DataFrame, path: Path) -> None:
    ending = path.suffix
    if "shape" in frame and ending in {*_DRIVERS, ".parquet"}:
        shaped = gpd.GeoDataFrame(frame, geometry="shape", crs=_CRS).rename_geometry("geometry")
        if ending == ".parquet":
            shaped.to_parquet(path, index=False)
        else:
            _texts_of_times(shaped).to_file(path, driver=_DRIVERS[ending], layer=kind)
        return
    flat = _without_shapes(kind, frame)
    match ending:
        case ".csv":
            # The mark tells Excel that it is UTF-8.
            _harmless(_texts_of_times(flat)).to_csv(path, index=False, encoding="utf-8-sig")
        case ".xlsx":
            _write_workbook(kind, _harmless(_texts_of_times(flat)), path)
        case ".parquet":
            flat.to_parquet(path, index=False)
        case _:
            gpd.GeoDataFrame(flat).to_file(path, driver=_DRIVERS[ending], layer=kind)


def _without_shapes(kind: Kind, frame: pd.DataFrame) -> pd.DataFrame:
    """Return points as longitude and latitude, polygons as WKT with every digit."""
    if "shape" not in frame:
        return frame
    shapes = frame["shape"].to_numpy()
    flat = frame.drop(columns="shape")
    if kind in _POLYGONS:
        return flat.assign(boundary=shapely.to_wkt(shapes, rounding_precision=-1))
    return flat.assign(longitude=shapely.get_x(shapes), latitude=shapely.get_y(shapes))


def _texts_of_times(frame: Any) -> Any:
    """Write instants in ISO 8601 with their offset: not every format knows zones."""
    for name in frame.columns:
        if isinstance(frame[name].dtype, pd.DatetimeTZDtype):
            texts = [None if pd.isna(at) else at.isoformat() for at in frame[name]]
            frame = frame.assign(**{name: pd.Series(texts, index=frame.index, dtype=object)})
        elif frame[name].dtype == object:
            days = [v.isoformat() if isinstance(v, dt.date) else v for v in frame[name]]
            frame = frame.assign(**{name: pd.Series(days, index=frame.index, dtype=object)})
    return frame


def _harmless(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep a spreadsheet from running what somebody wrote as a formula."""
    for name in frame.columns:
        if not pd.api.types.is_numeric_dtype(frame[name]):
            frame = frame.assign(**{name: [_harmless_text(value) for value in frame[name]]})
    return frame


def _harmless_text(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


def _write_workbook(kind: Kind, frame: pd.DataFrame, path: Path) -> None:
    texts = frame.select_dtypes(exclude="number")
    longest = max((len(str(value)) for value in texts.to_numpy().ravel()), default=0)
    if longest > _LONGEST_CELL:
        raise InvalidInput.of(
            "file", f"a cell of a workbook cannot hold a boundary of {longest} characters: "
            f"choose .gpkg, .geojson, .parquet or .csv for {kind}"
        )  # fmt: skip
    with pd.ExcelWriter(path, engine="openpyxl") as workbook:
        frame.to_excel(workbook, sheet_name=kind, index=False)
