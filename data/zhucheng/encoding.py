"""How tables become bytes: CSV and GeoJSON, the same on every machine, packed without a date."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from data.zhucheng.frame import LATTICE_DIGITS

FILES = Path(__file__).parent / "files"


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return rows as CSV in UTF-8 with line feeds; None is empty, a bool is true or false."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode()


def geojson_bytes(features: Iterable[tuple[BaseGeometry, dict[str, Any]]]) -> bytes:
    """Return polygons as a GeoJSON collection, one feature a line, 6 decimals."""
    lines = [
        _json({"type": "Feature", "properties": properties, "geometry": _geometry(shape)})
        for shape, properties in features
    ]
    head = '{"type":"FeatureCollection","features":[\n'
    return (head + ",\n".join(lines) + "\n]}\n").encode()


def write_packed(folder: Path, name: str, content: bytes) -> None:
    """Write ``<name>.gz``; equal content gives equal bytes with the same zlib."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.gz").write_bytes(gzip.compress(content, compresslevel=9, mtime=0))


def read_packed(name: str, folder: Path = FILES) -> bytes:
    """Return the content of a shipped file."""
    return gzip.decompress((folder / f"{name}.gz").read_bytes())


def read_csv(name: str, folder: Path = FILES) -> list[dict[str, str]]:
    """Return the rows of a shipped CSV file."""
    return list(csv.DictReader(io.StringIO(read_packed(name, folder).decode())))


def read_features(name: str, folder: Path = FILES) -> list[tuple[BaseGeometry, dict[str, Any]]]:
    """Return the features of a shipped GeoJSON file: shape and properties."""
    collection = json.loads(read_packed(name, folder))
    return [
        (shapely.geometry.shape(feature["geometry"]), feature["properties"])
        for feature in collection["features"]
    ]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, tuple | list):
        return "|".join(str(part) for part in value)
    return str(value)


def _geometry(shape: BaseGeometry) -> dict[str, Any]:
    # repr of a rounded double is the shortest text that reads back equal: six decimals here.
    rounded = shapely.transform(shape, lambda degrees: np.round(degrees, LATTICE_DIGITS))
    mapping: dict[str, Any] = shapely.geometry.mapping(rounded)
    return {"type": mapping["type"], "coordinates": mapping["coordinates"]}


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
