"""Files whose rows carry shapes: everything GDAL reads, and Parquet with or without geometry."""

from __future__ import annotations

import codecs
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from data.encodings import dbf_encoding, text_encoding
from data.headings import normalised
from data.tables import Chunk, Table
from gis.datum import WGS84, Crs, crs_from_definition
from gis.errors import InvalidInput

__all__ = ["open_parquet", "open_vector"]

_SHAPEFILE_PARTS: Final = (".shx", ".dbf")
# GDAL is told that a .dbf is Latin 1, in which every byte is a character, and hands through the
# bytes as they are: its own decoding fails where a field's width cut a character in half.
_BYTES: Final = "ISO-8859-1"
_DbfText = Callable[[str], str]


def open_vector(
    path: Path, name: str, known: frozenset[str], layer: str | None, folder: Path
) -> Table:
    """Open a layer of GeoJSON, GeoPackage, Shapefile or FlatGeobuf through GDAL.

    Parameters
    ----------
    layer
        Name of the layer; without it the one whose fields are best known.
    folder
        Where a text in another encoding may be written anew in UTF-8.

    Raises
    ------
    InvalidInput
        If GDAL cannot read it, a part is missing or the layer is not there.
    """
    notes: list[str] = []
    dbf: _DbfText | None = None
    match path.suffix.lower():
        case ".shp":
            dbf = _shapefile_text(path, name, notes)
        case ".geojson" | ".json":
            path = _utf8_copy(path, folder, notes)
    try:
        layers = [str(found) for found, _ in pyogrio.list_layers(path)]
        chosen = _layer(path, name, layers, layer, known)
        info = pyogrio.read_info(
            path, layer=chosen, encoding=dbf and _BYTES, force_feature_count=True
        )
    except (DataSourceError, DataLayerError) as error:
        raise _unreadable(name, path) from error
    if len(layers) > 1:
        notes.append(f"layer {chosen!r} of {len(layers)}")

    def read(size: int) -> Iterator[Chunk]:
        try:
            yield from _vector_chunks(path, chosen, dbf, size)
        except (DataSourceError, DataLayerError, shapely.errors.GEOSException) as error:
            raise _unreadable(name, path) from error

    return Table(
        name,
        tuple(dbf(str(column)) if dbf else str(column) for column in info["fields"]),
        info["geometry_type"] is not None,
        _crs(info["crs"]),
        max(int(info["features"]), 0),
        read,
        tuple(notes),
    )


def open_parquet(path: Path, name: str) -> Table:
    """Open a Parquet file; a GeoParquet one carries shapes and their coordinate system.

    Raises
    ------
    InvalidInput
        If it is no Parquet file or keeps its shapes in another encoding than WKB.
    """
    try:
        source = pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise InvalidInput.of("file", f"{name} is not a Parquet file") from error
    geo = json.loads((source.schema_arrow.metadata or {}).get(b"geo", b"null"))
    shape_column = str(geo["primary_column"]) if geo else None
    if shape_column is not None and geo["columns"][shape_column].get("encoding") != "WKB":
        raise InvalidInput.of("file", f"{name} keeps its shapes in an unusual way: write it as WKB")
    rows = source.metadata.num_rows
    columns = tuple(column for column in source.schema_arrow.names if column != shape_column)
    source.close()

    def read(size: int) -> Iterator[Chunk]:
        first = 1
        with pq.ParquetFile(path) as again:
            for batch in again.iter_batches(batch_size=size):
                yield _arrow_chunk(batch, shape_column, first)
                first += batch.num_rows

    crs = _parquet_crs(geo["columns"][shape_column]) if shape_column is not None else None
    return Table(name, columns, shape_column is not None, crs, rows, read)


def _parquet_crs(column: dict[str, Any]) -> Crs | None:
    """Read the system of a geometry column: absent means longitude and latitude, null unknown."""
    if "crs" not in column:
        return WGS84
    return _crs(json.dumps(column["crs"])) if column["crs"] is not None else None


def _crs(definition: str | None) -> Crs | None:
    return crs_from_definition(definition) if definition else None


def _unreadable(name: str, path: Path) -> InvalidInput:
    kind = {".shp": "shapefile", ".gpkg": "GeoPackage", ".fgb": "FlatGeobuf file"}
    what = kind.get(path.suffix.lower(), "GeoJSON file")
    return InvalidInput.of(
        "file", f"{name} cannot be read as a {what}: it is damaged or another format"
    )


def _shapefile_text(path: Path, name: str, notes: list[str]) -> _DbfText | None:
    for ending in _SHAPEFILE_PARTS:
        if not any(path.with_suffix(e).exists() for e in (ending, ending.upper())):
            raise InvalidInput.of(
                "file",
                f"{name}: {path.stem}{ending} is missing; .shp, .shx and .dbf belong together",
            )
    dbf = next(p for e in (".dbf", ".DBF") if (p := path.with_suffix(e)).exists())
    encoding = dbf_encoding(dbf)
    if encoding is None:
        return None
    if encoding != "utf-8":
        notes.append(f"read as {encoding.upper()}")

    def decode(text: str) -> str:
        # "ignore": fields of fixed width may have cut their last character in half.
        return text.encode(_BYTES).decode(encoding, errors="ignore")

    return decode


def _utf8_copy(path: Path, folder: Path, notes: list[str]) -> Path:
    """Return GeoJSON as GDAL wants it: UTF-8 without a mark."""
    encoding = text_encoding(path)
    with path.open("rb") as source:
        marked = source.read(3) == codecs.BOM_UTF8
    if encoding.name == "utf-8-sig" and not marked:
        return path
    target = folder / f"{path.stem}-utf8{path.suffix}"
    with path.open(encoding=encoding.name) as text, target.open("w", encoding="utf-8") as out:
        shutil.copyfileobj(text, out)
    if encoding.name != "utf-8-sig":
        notes.append(f"read as {encoding.name.upper()}")
    return target


def _layer(
    path: Path, name: str, layers: list[str], wanted: str | None, known: frozenset[str]
) -> str:
    if not layers:
        raise InvalidInput.of("file", f"{name} holds no layer")
    if wanted is not None:
        if wanted not in layers:
            raise InvalidInput.of(
                "file", f"{name} has no layer {wanted!r}; it has {', '.join(layers)}"
            )
        return wanted
    if len(layers) == 1:
        return layers[0]

    def fields_known(layer: str) -> int:
        info = pyogrio.read_info(path, layer=layer)
        return sum(normalised(str(column)) in known for column in info["fields"])

    return max(layers, key=fields_known)


def _vector_chunks(path: Path, layer: str, dbf: _DbfText | None, size: int) -> Iterator[Chunk]:
    first = 1
    with pyogrio.open_arrow(
        path,
        layer=layer,
        encoding=dbf and _BYTES,
        batch_size=size,
        use_pyarrow=True,
        datetime_as_string=True,
    ) as (meta, reader):
        shape_column = meta["geometry_name"] or "wkb_geometry"
        for batch in reader:
            has_shapes = shape_column in batch.schema.names
            chunk = _arrow_chunk(batch, shape_column if has_shapes else None, first)
            yield _decoded(chunk, dbf) if dbf else chunk
            first += batch.num_rows


def _decoded(chunk: Chunk, dbf: _DbfText) -> Chunk:
    frame = chunk.frame.rename(columns=dbf)
    for column in frame.columns[frame.dtypes == "str"]:
        frame[column] = frame[column].map(dbf)
    return replace(chunk, frame=frame)


def _arrow_chunk(batch: Any, shape_column: str | None, first: int) -> Chunk:
    geometry = None
    if shape_column is not None:
        column = batch.column(batch.schema.get_field_index(shape_column))
        geometry = shapely.force_2d(shapely.from_wkb(np.asarray(column.to_pylist(), dtype=object)))
        batch = batch.drop_columns([shape_column])
    frame = pd.DataFrame(
        {name: _column(batch.column(i)) for i, name in enumerate(batch.schema.names)}
    )
    return Chunk(frame, np.arange(first, first + batch.num_rows, dtype=np.int64), geometry)


def _column(values: Any) -> pd.Series[Any]:
    """Make a column of text, or of plain Python values so that 64-bit codes stay exact."""
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        return pd.Series(values.fill_null("").to_pylist(), dtype="str")
    return pd.Series(["" if value is None else value for value in values.to_pylist()], dtype=object)
