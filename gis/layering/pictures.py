"""Layers as pictures: the map, its legend and its method on one sheet, for documents and files."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from PIL import Image, ImageColor, ImageDraw, ImageFont
from scipy.spatial import cKDTree

from gis.layering.fonts import chinese_font
from gis.layering.frames import County, Floats, Frame
from gis.layering.surfaces import Surface

WIDTH: Final = 1600
_MAP_WIDTH: Final = 1150
_INSET: Final = 320
_PAD: Final = 40
_TITLE, _TEXT, _SMALL = 36, 24, 20
_LEADING: Final = 1.45
_PAPER, _LAND, _LINE, _TOWN_LINE, _INK, _GREY = (
    "#ffffff",
    "#f4f2ee",
    "#d8d5cf",
    "#8a867e",
    "#1f1f1f",
    "#5d5a54",
)
_NEVER_FIRST: Final = frozenset("，。；：、）》”！？%")
_NEVER_LAST: Final = frozenset("（《“")
# Drawn twice as large and reduced: Pillow's polygons have no smooth edges of their own.
_OVERSAMPLED: Final = 2


@dataclass(frozen=True)
class Sheet:
    """What stands around a map.

    Attributes
    ----------
    legend
        Colour (``#rrggbb``) and label of each class, in their order; None for a heading.
    notes
        Sentences below the map: period, source, method.
    labels
        Places in metres and their names, in grey.
    marks
        Places in metres and what is written into the circle around them, in front of all.
    inset
        West, south, east and north in metres of what is drawn once more, larger, beside the map;
        None draws nothing.
    inset_title
        What stands above it.
    """

    title: str
    subtitle: str
    legend: list[tuple[str | None, str]]
    notes: list[str] = field(default_factory=list)
    labels: list[tuple[float, float, str]] = field(default_factory=list)
    marks: list[tuple[float, float, str]] = field(default_factory=list)
    inset: tuple[float, float, float, float] | None = None
    inset_title: str = ""
    font: Path | None = None


@dataclass(frozen=True)
class _View:
    """Metres to pixels of an oversampled map."""

    west: float
    north: float
    scale: float
    height: int

    def pixels(self, xy: Floats) -> list[tuple[float, float]]:
        """Return places in pixels."""
        x = (xy[:, 0] - self.west) * self.scale
        y = (self.north - xy[:, 1]) * self.scale
        return list(zip(x.tolist(), y.tolist(), strict=True))


def units_picture(
    county: County, frame: Frame, colours: Sequence[str | None], sheet: Sheet
) -> bytes:
    """Draw a layer of units.

    Parameters
    ----------
    colours
        Of each unit of the frame; None leaves it as land.

    Returns
    -------
    bytes
        A PNG, 1,600 pixels wide.

    Raises
    ------
    Unavailable
        There is no font with Chinese characters.
    """
    view, image = _blank_map(county)
    _draw_units(image, view, county, frame, colours)
    if sheet.inset is None:
        return _sheet(image, view, sheet)
    near, larger = _blank_inset(sheet.inset)
    _draw_units(larger, near, county, frame, colours)
    return _sheet(image, view, sheet, larger.resize((_INSET, _INSET), Image.Resampling.LANCZOS))


def _draw_units(
    image: Image.Image, view: _View, county: County, frame: Frame, colours: Sequence[str | None]
) -> None:
    draw = ImageDraw.Draw(image)
    if frame.cells is None:
        assert frame.of_grid is not None  # noqa: S101  only cells have none
        fills = [colours[unit] if unit >= 0 else None for unit in frame.of_grid.tolist()]
        _draw_grids(draw, view, county, fills)
    else:
        _draw_grids(draw, view, county, [None] * len(county.grids))
        half = frame.cells.size_m / 2
        for unit, colour in enumerate(colours):
            if colour is not None:
                corners = frame.xy[unit] + np.array([[-half, half], [half, -half]])
                draw.rectangle(view.pixels(corners), fill=colour)
    _draw_towns(draw, view, county)


def surface_picture(
    county: County,
    surface: Surface,
    breaks: Sequence[float],
    colours: Sequence[str],
    sheet: Sheet,
) -> bytes:
    """Draw a density surface; parameters as for tiles, result and errors as for units."""
    view, image = _blank_map(county)
    draw = ImageDraw.Draw(image)
    _draw_grids(draw, view, county, [None] * len(county.grids))
    classes = np.searchsorted(np.asarray(breaks), surface.values, side="right")
    half = surface.cell_m / 2
    for row, column in np.argwhere(classes > 0).tolist():
        x = surface.west_m + (column + 0.5) * surface.cell_m
        y = surface.south_m + (row + 0.5) * surface.cell_m
        corners = np.array([[x - half, y + half], [x + half, y - half]])
        draw.rectangle(view.pixels(corners), fill=colours[classes[row, column] - 1])
    _draw_towns(draw, view, county)
    return _sheet(image, view, sheet)


def _blank_map(county: County) -> tuple[_View, Image.Image]:
    west, south, east, north = shapely.total_bounds(county.shapes)
    width = _MAP_WIDTH * _OVERSAMPLED
    scale = (width - 4) / (east - west)
    height = int((north - south) * scale) + 4
    view = _View(west - 2 / scale, north + 2 / scale, scale, height // _OVERSAMPLED)
    return view, Image.new("RGB", (width, height), _PAPER)


def _blank_inset(box: tuple[float, float, float, float]) -> tuple[_View, Image.Image]:
    """Return a square around the middle of a box, wide enough for all of it."""
    west, south, east, north = box
    half = max(east - west, north - south) / 2
    side = _INSET * _OVERSAMPLED
    view = _View((west + east) / 2 - half, (south + north) / 2 + half, side / (2 * half), _INSET)
    return view, Image.new("RGB", (side, side), _PAPER)


def _draw_grids(
    draw: ImageDraw.ImageDraw, view: _View, county: County, fills: Sequence[str | None]
) -> None:
    # The largest first: an enclave is drawn over the grid around it.
    for unit in np.argsort(-county.grids.area_km2).tolist():
        for part in _parts(county.drawn[unit]):
            ring = view.pixels(shapely.get_coordinates(part.exterior))
            draw.polygon(ring, fill=fills[unit] or _LAND, outline=_LINE)


def _draw_towns(draw: ImageDraw.ImageDraw, view: _View, county: County) -> None:
    for outline in county.town_outlines:
        for part in _parts(outline):
            ring = view.pixels(shapely.get_coordinates(part.exterior))
            draw.line(ring, fill=_TOWN_LINE, width=2 * _OVERSAMPLED)


def _parts(shape: Any) -> list[Any]:
    return list(shape.geoms) if shape.geom_type == "MultiPolygon" else [shape]


def _sheet(
    image: Image.Image, view: _View, sheet: Sheet, inset: Image.Image | None = None
) -> bytes:
    """Put title, legend, what is drawn larger, scale bar and notes around a map."""
    small = image.resize((_MAP_WIDTH, view.height), Image.Resampling.LANCZOS)
    fonts = {size: chinese_font(size, sheet.font) for size in (_TITLE, _TEXT, _SMALL)}
    _letter_map(ImageDraw.Draw(small), view, sheet, fonts[_SMALL])
    notes = [
        line for text in sheet.notes for line in wrapped(text, fonts[_SMALL], WIDTH - 2 * _PAD)
    ]
    top = _PAD + round((_TITLE + _TEXT) * _LEADING) + 16
    below = top + view.height + 24
    height = below + round(len(notes) * _SMALL * _LEADING) + _PAD
    page = Image.new("RGB", (WIDTH, height), _PAPER)
    page.paste(small, (_PAD, top))
    draw = ImageDraw.Draw(page)
    draw.text((_PAD, _PAD), sheet.title, fill=_INK, font=fonts[_TITLE])
    subtitle = (_PAD, _PAD + round(_TITLE * _LEADING))
    draw.text(subtitle, sheet.subtitle, fill=_GREY, font=fonts[_TEXT])
    below_legend = _legend(draw, (_PAD + _MAP_WIDTH + 40, top), sheet.legend, fonts[_TEXT])
    if inset is not None:
        at = (_PAD + _MAP_WIDTH + 40, below_legend + 28)
        draw.text(at, sheet.inset_title, fill=_GREY, font=fonts[_SMALL])
        corner = (at[0], at[1] + round(_SMALL * _LEADING) + 4)
        page.paste(inset, corner)
        draw.rectangle([*corner, corner[0] + _INSET, corner[1] + _INSET], outline=_INK, width=2)
    metres = view.scale / _OVERSAMPLED
    _scale_bar(draw, (_PAD + _MAP_WIDTH + 40, top + view.height - 40), metres, fonts[_SMALL])
    for number, line in enumerate(notes):
        place = (_PAD, below + round(number * _SMALL * _LEADING))
        draw.text(place, line, fill=_GREY, font=fonts[_SMALL])
    buffer = io.BytesIO()
    # A palette makes a map of flat colours a quarter as large, and the encoder much faster.
    kept = [_PAPER, *(colour for colour, _ in sheet.legend if colour)]
    _flat(page, kept).save(buffer, "PNG")
    return buffer.getvalue()


def _flat(page: Image.Image, kept: Sequence[str]) -> Image.Image:
    """Reduce a sheet to a palette in which the paper and the legend's colours stand as they are.

    Chosen by how often colours occur, a class without any unit would lose its colour in the legend.
    """
    found = page.quantize(192).getpalette() or []
    exact = [channel for colour in kept for channel in ImageColor.getrgb(colour)[:3]]
    palette = np.array((exact + found)[: 256 * 3]).reshape(-1, 3)
    # Looked up exactly: Pillow rounds colours before it looks for the nearest.
    packed = np.asarray(page).astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    colours, which = np.unique(packed, return_inverse=True)
    rgb = np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=1)
    nearest = np.asarray(cKDTree(palette).query(rgb)[1], np.uint8)
    flat = Image.fromarray(nearest[which].reshape(packed.shape), "P")
    flat.putpalette(palette.ravel().tolist())
    return flat


def _letter_map(
    draw: ImageDraw.ImageDraw, view: _View, sheet: Sheet, font: ImageFont.FreeTypeFont
) -> None:
    """Write labels, then marks, each in the middle of its place; frame what is drawn larger."""
    for x, y, text in sheet.labels:
        place = _on_map(view, x, y)
        draw.text(
            place, text, fill=_GREY, font=font, anchor="mm", stroke_width=3, stroke_fill=_PAPER
        )
    if sheet.inset is not None:
        near, _ = _blank_inset(sheet.inset)
        side = _INSET * _OVERSAMPLED / near.scale
        corner = _on_map(view, near.west, near.north)
        opposite = _on_map(view, near.west + side, near.north - side)
        draw.rectangle([corner, opposite], outline=_INK, width=2)
    for x, y, text in reversed(sheet.marks):
        left, top = _on_map(view, x, y)
        # Beside its place, which stays in sight, with a line to it.
        middle = (left + 26, top - 26)
        draw.line([(left, top), middle], fill=_INK, width=2)
        draw.circle(middle, 15, fill=_INK, outline=_PAPER, width=2)
        draw.text(middle, text, fill=_PAPER, font=font, anchor="mm")


def _on_map(view: _View, x: float, y: float) -> tuple[float, float]:
    ((left, top),) = view.pixels(np.array([[x, y]]))
    return left / _OVERSAMPLED, top / _OVERSAMPLED


def _legend(
    draw: ImageDraw.ImageDraw,
    at: tuple[int, int],
    legend: Sequence[tuple[str | None, str]],
    font: ImageFont.FreeTypeFont,
) -> int:
    """Draw the classes and return where they end."""
    x, y = at
    for colour, label in legend:
        indent = 0
        if colour is not None:
            draw.rectangle([x, y + 4, x + 34, y + 28], fill=colour, outline=_TOWN_LINE)
            indent = 48
        for line in wrapped(label, font, WIDTH - _PAD - x - indent):
            draw.text((x + indent, y), line, fill=_INK, font=font)
            y += round(_TEXT * _LEADING)
        y += 6
    return y


def _scale_bar(
    draw: ImageDraw.ImageDraw,
    at: tuple[int, int],
    pixels_per_m: float,
    font: ImageFont.FreeTypeFont,
) -> None:
    """Draw a bar of a round length, at most 250 pixels long."""
    fitting = [km for km in (1, 2, 5, 10, 20, 50) if km * 1000 * pixels_per_m <= 250]
    length = fitting[-1] if fitting else 1
    x, y = at
    end = x + length * 1000 * pixels_per_m
    draw.line([(x, y - 8), (x, y), (end, y), (end, y - 8)], fill=_INK, width=2)
    draw.text((x, y + 6), f"{length} km", fill=_INK, font=font)


def wrapped(text: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """Break a text into lines of a width in pixels: between words, or between Chinese characters."""
    lines, line = [], ""
    for word in _words(text):
        if line and font.getlength(line + word.rstrip()) > width:
            lines.append(line.rstrip())
            line = word.lstrip()
        else:
            line += word
    return [*lines, line.rstrip()] if line.strip() else lines


def _words(text: str) -> list[str]:
    """Split into pieces that must not be broken: Latin words, others with their punctuation."""
    pieces: list[str] = []
    whole = False  # the last piece goes on
    for letter in text:
        latin = letter.isascii() and letter != " "
        if (pieces and ((whole and latin) or letter == " " or letter in _NEVER_FIRST)) or (
            pieces and pieces[-1][-1] in _NEVER_LAST
        ):
            pieces[-1] += letter
        else:
            pieces.append(letter)
        whole = latin
    return pieces
