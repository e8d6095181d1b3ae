"""Layers as answers: what the schemas of ``api.schemas.hotspots`` describe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import numpy as np

from api.layer_files import RAMP
from api.schemas.layer_params import DensityParams, HotspotParams, PictureParams, SliceParams
from gis.datum import to_wgs84
from gis.db.database import Transaction
from gis.layering.frames import Frame, Integers
from gis.layering.hotspots import Area, HotspotLayer, hot_areas, hotspot_layer
from gis.layering.methods import Method, density_method, hotspots_method, rates_method
from gis.layering.peaks import Peak, peaks_of
from gis.layering.piles import piled_cells
from gis.layering.rates import rates_layer
from gis.layering.scopes import Scope, Slice, Span
from gis.layering.selection import listed_units, polygons_of
from gis.layering.surfaces import class_breaks, scale_of, surface_of
from gis.layering.tables import Table, hotspots_table, rates_table, unit_words
from gis.layering.wording import BINS
from maps.ramps import BINS as COLOURS

Document = dict[str, Any]

_UNNAMED = {"name": None, "name_en": None, "town": None}


def rates_answer(tx: Transaction, scope: Scope, params: PictureParams) -> Document:
    """Compute counts and rates."""
    layer = rates_layer(tx, scope, params.unit, cell_m=params.cells(), exposure=params.exposure)
    shown = (layer.counted.counts > 0) | (layer.told == 0)
    which = listed_units(tx, scope, layer.frame, params.box(), shown)
    return {
        **unit_layer(scope, layer.frame, rates_method(scope, layer)),
        "exposure": vars(layer.exposure),
        "mean": layer.mean,
        "items": items_of(tx, scope, rates_table(layer, which), params.columns()),
    }


def hotspots_answer(tx: Transaction, scope: Scope, params: HotspotParams) -> Document:
    """Find hotspots."""
    layer = hotspot_layer(
        tx,
        scope,
        params.unit,
        against=params.against,
        cell_m=params.cells(),
        exposure=params.exposure,
    )
    shown = (layer.counted.counts > 0) | (layer.found.bins != 0)
    which = listed_units(tx, scope, layer.frame, params.box(), shown)
    piles = set() if scope.found is None else _piles(tx, scope, layer)
    items = items_of(tx, scope, hotspots_table(layer, which))
    for item, words, unit in zip(items, unit_words(layer, which), which.tolist(), strict=True):
        item["words"], item["piled"] = words, unit in piles
    areas = [] if scope.found is None else hot_areas(tx, scope, layer)
    return {
        **unit_layer(scope, layer.frame, hotspots_method(scope, layer, len(piles))),
        "against": layer.against,
        "exposure": layer.exposure and vars(layer.exposure),
        "bins": bin_names(),
        "areas": areas_document(tx, scope, layer, areas),
        "items": items,
    }


def density_answer(tx: Transaction, scope: Scope, params: DensityParams, path: str) -> Document:
    """Describe a surface and its tiles, which lie under ``path``."""
    surface = surface_of(tx, scope, params.bandwidth_m)
    scale = params.scale or scale_of(tx, scope, params.bandwidth_m)
    breaks = class_breaks(scale, scope.found)
    return {
        **layer_document(scope, density_method(scope, surface)),
        "unit": {"zh": "件/平方公里", "en": "reports per km²"},
        "bandwidth_m": surface.bandwidth_m,
        "scale": scale,
        "maximum": float(surface.values.max()),
        "classes": [
            {"from": low, "to": high, "colour": colour}
            for low, high, colour in zip(
                breaks, [*breaks[1:], None], RAMP[len(breaks)], strict=False
            )
        ],
        "tiles": f"{path}/{{z}}/{{x}}/{{y}}.png?{_query(scope, params, scale)}",
        "peaks": _peaks_document(peaks_of(tx, scope, surface, breaks[0]) if breaks else []),
    }


def _peaks_document(peaks: list[Peak]) -> list[Document]:
    return [
        {
            "rank": rank,
            **dict(zip(("grid", "name", "name_en"), peak.grid or (None, None, None), strict=True)),
            "places": [{"zh": zh, "en": en or zh} for zh, en in peak.places],
            "location": [round(peak.lon, 6), round(peak.lat, 6)],
            "per_km2": peak.density,
        }
        for rank, peak in enumerate(peaks, 1)
    ]


def layer_document(scope: Scope, method: Method) -> Document:
    """Return what every layer says."""
    return {
        "choice": choice_document(scope.slice),
        "period": period_document(scope.found, whole_months=scope.whole_months),
        "latest_month": scope.latest and scope.latest.first,
        "method": vars(method),
    }


def unit_layer(scope: Scope, frame: Frame, method: Method) -> Document:
    """Return what every layer of units says."""
    own = {"unit": frame.unit, "cell_m": frame.cells.size_m if frame.cells else None}
    return {**layer_document(scope, method), **own}


def choice_document(asked: Slice) -> Document:
    """Return which reports a layer is about."""
    return {
        "category": asked.category,
        "tag": asked.tag,
        "cause": asked.cause,
        "source": asked.source,
        "repeat": asked.repeat,
    }


def period_document(span: Span | None, *, whole_months: bool = False) -> Document:
    """Return the days counted; null where there never was a report."""
    return {
        "from": span and span.first,
        "to": span and span.last,
        "whole_months": whole_months,
    }


def items_of(
    tx: Transaction, scope: Scope, table: Table, columns: frozenset[str] | None = None
) -> list[Document]:
    """Return the rows of a table with the corners of cells.

    Parameters
    ----------
    columns
        To fill, the others are null; None: all.

    Raises
    ------
    InvalidInput
        The table has no such column.
    """
    items = table.items(columns)
    named: Mapping[str, None] = _UNNAMED if table.frame.cells is not None else {}
    corners = polygons_of(tx, scope, table.frame, table.positions)
    return [
        {**named, **item, "polygon": polygon} for item, polygon in zip(items, corners, strict=True)
    ]


def bin_names(
    named: Mapping[int, Mapping[str, str]] = BINS, colours: Mapping[int, str] = COLOURS
) -> list[Document]:
    """Return the legend of bins, those with most reports first."""
    return [
        {"bin": code, "words": words, "colour": colours.get(code)} for code, words in named.items()
    ]


def areas_document(
    tx: Transaction, scope: Scope, layer: HotspotLayer, areas: list[Area]
) -> list[Document]:
    """Return hot areas in their order."""
    frame = layer.frame
    peaks = [area.peak for area in areas]
    lon, lat = degrees_of(tx, scope, frame, np.array(peaks, dtype=np.int64))
    return [
        {
            "rank": rank,
            "codes": [frame.codes[unit] for unit in area.members],
            "peak": frame.codes[area.peak],
            "peak_name": frame.names[area.peak],
            "peak_name_en": frame.names_en[area.peak],
            "places": [{"zh": zh, "en": en or zh} for zh, en in area.places],
            "location": [round(lon[rank - 1], 6), round(lat[rank - 1], 6)],
            "count": area.count,
            "expected": area.expected,
            "p": area.p,
            "q": area.q,
            "bin": area.bin,
            "words": area.words(),
        }
        for rank, area in enumerate(areas, 1)
    ]


def degrees_of(
    tx: Transaction, scope: Scope, frame: Frame, which: Integers
) -> tuple[list[float], list[float]]:
    """Return the centres of units in degrees."""
    metric = scope.county(tx).metric
    lon, lat = to_wgs84(frame.xy[which, 0], frame.xy[which, 1], metric)
    return lon.tolist(), lat.tolist()


def slice_query(params: SliceParams, span: Span | None) -> dict[str, Any]:
    """Return the parameters that ask for the same reports again, with the days found."""
    asked = params.slice()
    given = {**choice_document(asked), "repeat": "true" if asked.repeat else None}
    days = {} if span is None else {"from": span.first.isoformat(), "to": span.last.isoformat()}
    return {name: value for name, value in {**given, **days}.items() if value is not None}


def _query(scope: Scope, params: DensityParams, scale: float) -> str:
    own = {"bandwidth_m": params.bandwidth_m, **({"scale": f"{scale:g}"} if scale else {})}
    return urlencode({**slice_query(params, scope.found), **own})


def _piles(tx: Transaction, scope: Scope, layer: HotspotLayer) -> set[int]:
    return set(piled_cells(tx, scope, layer.frame, layer.counted).tolist())
