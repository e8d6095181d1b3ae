"""Vector tiles read back by GDAL: what any map program would see in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas
import pyogrio


def read_tile(content: bytes, folder: Path, tile: tuple[int, int, int]) -> dict[str, Any]:
    """Return the layers of a tile as data frames in degrees, by name."""
    z, x, y = tile
    # GDAL takes zoom, column and row from the path.
    file = folder / str(z) / str(x) / f"{y}.mvt"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    layers: dict[str, Any] = {}
    for name, _kind in pyogrio.list_layers(file):
        frame: geopandas.GeoDataFrame = geopandas.read_file(file, layer=name)
        layers[name] = frame.to_crs(4326)
    return layers
