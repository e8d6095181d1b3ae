"""Opening a file of any format that GridCall takes in, and saying what was found.

Delimited text and workbooks are rows of cells (`data.rows`); GeoJSON, GeoPackage, Shapefile,
FlatGeobuf and Parquet carry shapes (`data.features`); each may be zipped or gzipped.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from data.archives import unpack
from data.features import open_parquet, open_vector
from data.headings import Kind, known_headings
from data.rows import open_delimited, open_workbook
from data.tables import Table
from gis.errors import InvalidInput

__all__ = ["SUFFIXES", "open_table"]

_DELIMITED: Final = frozenset({".csv", ".tsv", ".txt"})
_WORKBOOK: Final = frozenset({".xlsx", ".xlsm"})
_VECTOR: Final = frozenset({".geojson", ".json", ".gpkg", ".shp", ".fgb"})
_PARQUET: Final = frozenset({".parquet", ".geoparquet"})
SUFFIXES: Final = _DELIMITED | _WORKBOOK | _VECTOR | _PARQUET


@contextmanager
def open_table(path: Path, kind: Kind, *, layer: str | None = None) -> Iterator[Table]:
    """Open a file for reading; what was unpacked for it is removed when the block ends.

    Parameters
    ----------
    path
        A file of a known format, or a zip or gzip of one.
    kind
        What it holds; decides which row, sheet or layer looks like the right one.
    layer
        Layer or sheet, where a file has several.

    Raises
    ------
    InvalidInput
        If the file is missing, empty, damaged or of another format; says what to do.
    """
    if not path.is_file():
        raise InvalidInput.of("file", f"{path} is not a file")
    if path.stat().st_size == 0:
        raise InvalidInput.of("file", f"{path.name} is empty")
    with tempfile.TemporaryDirectory(prefix="gridcall-") as temporary:
        folder = Path(temporary)
        data = unpack(path, folder, suffixes=SUFFIXES)
        if data.stat().st_size == 0:
            raise InvalidInput.of("file", f"{path.name} is empty")
        yield _open(data, path.name, kind, layer, folder)


def _open(path: Path, name: str, kind: Kind, layer: str | None, folder: Path) -> Table:
    known = known_headings(kind)
    suffix = path.suffix.lower()
    if suffix in _DELIMITED:
        return open_delimited(path, name, known)
    if suffix in _WORKBOOK:
        return open_workbook(path, name, known, layer)
    if suffix in _VECTOR:
        return open_vector(path, name, known, layer, folder)
    if suffix in _PARQUET:
        return open_parquet(path, name)
    advice = " Save it as .xlsx." if suffix == ".xls" else ""
    raise InvalidInput.of(
        "file",
        f"{name}: {suffix or 'no ending'} is not a known format; use "
        f"{', '.join(sorted(SUFFIXES))}, or a .zip or .gz of one.{advice}",
    )
