"""Tiles of a density surface as PNG: exact places, fixed classes, transparent where nothing is."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from PIL import Image
from scipy import ndimage

from gis.datum import Crs, from_wgs84
from gis.layering.frames import Floats
from gis.layering.surfaces import Surface

TILE: Final = 256
LOWEST_ZOOM, HIGHEST_ZOOM = 6, 19
# Between places this many pixels apart projected coordinates are interpolated: below 1 m off.
_STEP: Final = 16


def density_tile(
    surface: Surface,
    metric: Crs,
    tile: tuple[int, int, int],
    breaks: Sequence[float],
    colours: Sequence[str],
) -> bytes | None:
    """Draw one tile of a surface.

    Parameters
    ----------
    metric
        The county's projected system.
    tile
        Zoom, column and row of the Web Mercator scheme.
    breaks
        Lower ends of the classes, ascending; below the first nothing is drawn.
    colours
        ``#rrggbb`` of each class.

    Returns
    -------
    bytes or None
        A PNG with a palette, 256 pixels a side; None where the tile holds nothing.
    """
    easting, northing = pixel_places(tile, metric)
    values = sampled(surface, easting, northing)
    classes = np.searchsorted(np.asarray(breaks), values, side="right").astype(np.uint8)
    return png(classes, colours) if classes.any() else None


def pixel_places(tile: tuple[int, int, int], metric: Crs) -> tuple[Floats, Floats]:
    """Return easting and northing in metres of the centre of each pixel, shape (256, 256)."""
    zoom, column, row = tile
    knots = np.arange(0, TILE + 1, _STEP)
    lon = (column + knots / TILE) / 2**zoom * 360 - 180
    lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * (row + knots / TILE) / 2**zoom))))
    lon_grid, lat_grid = np.meshgrid(lon, lat)
    easting, northing = from_wgs84(lon_grid, lat_grid, metric)
    inside = (np.arange(TILE) + 0.5) / _STEP
    where = np.meshgrid(inside, inside, indexing="ij")
    return (
        ndimage.map_coordinates(easting, where, order=1),
        ndimage.map_coordinates(northing, where, order=1),
    )


def sampled(surface: Surface, easting: Floats, northing: Floats) -> Floats:
    """Return the surface at places in metres, between the centres of its cells; 0 beyond it."""
    where = [
        (northing - surface.south_m) / surface.cell_m - 0.5,
        (easting - surface.west_m) / surface.cell_m - 0.5,
    ]
    values: Floats = ndimage.map_coordinates(surface.values, where, order=1, cval=0.0)
    return values


def png(classes: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], colours: Sequence[str]) -> bytes:
    """Encode classes (0 transparent, 1 the first colour) as a PNG with a palette."""
    image = Image.fromarray(classes, mode="P")
    palette = [0, 0, 0]
    for colour in colours:
        palette += [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    image.putpalette(palette)
    buffer = io.BytesIO()
    # Whoever lays the tile over a map says how translucent it is, as for any other layer of it.
    image.save(buffer, "PNG", transparency=0, optimize=False)
    return buffer.getvalue()


def tile_of(lon: float, lat: float, zoom: int) -> tuple[int, int, int]:
    """Return the tile that holds a place.

    Examples
    --------
    >>> tile_of(119.41, 36.0, 12)
    (12, 3406, 1608)
    """
    column = int((lon + 180) / 360 * 2**zoom)
    mercator = math.asinh(math.tan(math.radians(lat))) / math.pi
    return zoom, column, int((1 - mercator) / 2 * 2**zoom)
