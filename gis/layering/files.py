"""Layers as files: CSV, workbook, GeoJSON and GeoPackage, each with its method."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, cast

import numpy as np
import orjson
import shapely
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from gis.layering.frames import County, Frame, Geometries, Integers, cell_corners
from gis.layering.methods import Method
from gis.layering.tables import HEADINGS, Table
from gis.layering.wording import counted

Language: TypeAlias = Literal["zh", "en"]

_WIDEST: Final = 40
_SHEETS: Final = {"data": {"zh": "数据", "en": "Data"}, "method": {"zh": "方法", "en": "Method"}}
# What a spreadsheet would take for a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def csv_file(table: Table, about: Sequence[str]) -> bytes:
    """Return a table as CSV in UTF-8 with a mark, so that Excel reads Chinese; names of fields.

    What it is about follows below an empty row, each line behind a ``#``: a spreadsheet's filter
    ends above it, and readers of data skip both (``comment="#"``).
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows([plain_cell(value) for value in row] for row in table.rows())
    writer.writerow([])
    writer.writerows([f"# {line}"] for line in about)
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def workbook_file(table: Table, about: Sequence[str], language: Language) -> bytes:
    """Return a table as a workbook; a second sheet says what it is about, heading first."""
    book = Workbook()
    sheet = cast(Worksheet, book.active)
    sheet.title = _SHEETS["data"][language]
    headings = [HEADINGS[name][language] for name in table.columns]
    fill_sheet(sheet, headings, table.rows())
    method = book.create_sheet(_SHEETS["method"][language])
    fill_sheet(method, [about[0]], [(line,) for line in about[1:]])
    return book_bytes(book)


def geojson_file(county: County, table: Table, method: Method, title: str) -> bytes:
    """Return a table as GeoJSON in WGS 84; what it is and its method are foreign members."""
    shapes = shapes_of(county, table.frame, table.positions)
    texts = shapely.to_geojson(shapely.set_precision(shapes, 1e-6))
    features = [
        {"type": "Feature", "geometry": orjson.Fragment(text), "properties": properties}
        for text, properties in zip(texts.tolist(), table.items(), strict=True)
    ]
    about = {"title": title, "method": vars(method)}
    return orjson.dumps({"type": "FeatureCollection", **about, "features": features})


def geopackage_file(
    county: County, table: Table, name: str, about: Sequence[str], method: Method
) -> bytes:
    """Return a table as a GeoPackage with one layer in WGS 84.

    The layer's identifier is the heading, its description the rest of what it is about; the
    numbers of the method are its metadata.
    """
    # Brings pandas and GDAL: half of the server's start-up time again and 90 MB, for a file seldom
    # asked for.
    import pyogrio.raw  # noqa: PLC0415

    shapes = shapes_of(county, table.frame, table.positions)
    parts = [shapely.MultiPolygon(_parts(shape)) for shape in shapes]
    columns = list(zip(*table.rows(), strict=True)) or [()] * len(table.columns)
    with tempfile.TemporaryDirectory(prefix="gridcall-") as folder:
        path = Path(folder) / "layer.gpkg"
        pyogrio.raw.write(
            str(path),
            shapely.to_wkb(np.array(parts, dtype=object)),
            [_field(values) for values in columns],
            np.array(list(table.columns), dtype=object),
            layer=name,
            driver="GPKG",
            geometry_type="MultiPolygon",
            crs="EPSG:4326",
            layer_options={"IDENTIFIER": about[0], "DESCRIPTION": "\n".join(about[1:])},
            layer_metadata={"method": orjson.dumps(vars(method)).decode()},
        )
        return path.read_bytes()


def shapes_of(county: County, frame: Frame, which: Integers) -> Geometries:
    """Return the shapes of units in degrees, shape (m,)."""
    if frame.cells is not None:
        return cast(Geometries, shapely.polygons(cell_corners(frame, county.metric, which)))
    of_grid = frame.of_grid
    if frame.unit == "grid" or of_grid is None:
        boundaries: Geometries = county.boundaries[which]
        return boundaries
    # Grids share their vertices exactly, so joining them leaves no seam.
    joined = [shapely.coverage_union_all(county.boundaries[of_grid == unit]) for unit in which]
    return np.array(joined, dtype=object)


def method_lines(method: Method, language: Language) -> list[str]:
    """Return what the methods panel says, one sentence a line."""
    n, units, layout = f"{method.n:,}", f"{method.units:,}", method.layout or "—"
    if language == "zh":
        hidden = f"，另有{method.suppressed:,}个单元不公布"
        numbers = f"公布{n}件{hidden}" if method.suppressed else f"计入{n}件"
        first = f"{numbers}，单元{units}个，网格方案{layout}。"
    else:
        reports = counted(method.n, "report", "reports")
        hidden = counted(method.suppressed, "unit", "units")
        numbers = f"{reports} told, {hidden} not told," if method.suppressed else reports
        first = f"{numbers} in {counted(method.units, 'unit', 'units')}, grid layout {layout}."
    return [first, *(one[language] for one in method.notes)]


def fill_sheet(
    sheet: Worksheet, headings: Sequence[str], rows: Sequence[Sequence[Any]], start: int = 1
) -> int:
    """Write headings and rows; return the row below them."""
    for column, heading in enumerate(headings, 1):
        cell = sheet.cell(start, column)
        cell.value, cell.font = heading, Font(bold=True)
    for number, row in enumerate(rows, start + 1):
        for column, value in enumerate(row, 1):
            sheet.cell(number, column, plain_cell(value))
    for column in range(1, len(headings) + 1):
        widths = [_width(headings[column - 1]), *(_width(row[column - 1]) for row in rows[:200])]
        sheet.column_dimensions[get_column_letter(column)].width = min(max(widths) + 2, _WIDEST)
    sheet.freeze_panes = f"A{start + 1}"
    return start + len(rows) + 1


def book_bytes(book: Workbook) -> bytes:
    """Return a workbook's file."""
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def plain_cell(value: Any) -> Any:
    """Return what is safe in a spreadsheet: text that looks like a formula is no formula."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return value


def _field(values: Sequence[Any]) -> np.ndarray[Any, np.dtype[Any]]:
    """Return a column in the type its values share; undefined numbers are nan."""
    known = [value for value in values if value is not None]
    if known and all(isinstance(value, int | float) for value in known):
        whole = len(known) == len(values) and all(isinstance(value, int) for value in known)
        return np.array(
            [np.nan if value is None else value for value in values],
            dtype=np.int64 if whole else np.float64,
        )
    return np.array(values, dtype=object)


def _parts(shape: Any) -> list[Any]:
    return list(shape.geoms) if shape.geom_type == "MultiPolygon" else [shape]


def _width(value: Any) -> int:
    """Return about how wide a value is in characters; a Chinese one counts double."""
    return sum(1 if letter.isascii() else 2 for letter in str(value))
