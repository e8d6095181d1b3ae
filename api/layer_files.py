"""Layers as files: CSV, workbook, GeoJSON, GeoPackage, and a picture with legend and method."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from api.schemas.layer_params import (
    CompareParams,
    CubeParams,
    DensityParams,
    Form,
    HotspotParams,
    PictureParams,
    RatesParams,
)
from gis.db.database import Transaction
from gis.errors import InvalidInput
from gis.layering.comparing import compare_layer
from gis.layering.files import Language, csv_file, geojson_file, geopackage_file, workbook_file
from gis.layering.hotspots import hot_areas, hotspot_layer
from gis.layering.methods import (
    Method,
    compare_method,
    cube_method,
    density_method,
    hotspots_method,
    rates_method,
)
from gis.layering.pictures import Sheet, surface_picture, units_picture
from gis.layering.rates import rates_layer
from gis.layering.scopes import Scope, Span, scope_of
from gis.layering.series import cube_of, known_steps
from gis.layering.sheets import (
    Colours,
    bin_classes,
    change_classes,
    class_lines,
    compared_words,
    count_classes,
    density_classes,
    names_of,
    sheet_of,
    simple_classes,
    town_labels,
    value_classes,
    with_areas,
)
from gis.layering.steps import emerging_steps, yardstick_of
from gis.layering.surfaces import class_breaks, scale_of, surface_of
from gis.layering.tables import Table, compare_table, emerging_table, hotspots_table, rates_table
from maps.ramps import BINS, CHANCE, EMERGING, sequential

_TYPES: Final[dict[str, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
    "png": "image/png",
}
MEDIA_TYPES: Final = tuple(_TYPES.values())
RAMP: Final = [(), sequential()[2:3], *(sequential(count) for count in range(2, 8))]

SOURCE: Final = {"zh": "来源：GridCall 网格呼叫", "en": "Source: GridCall"}
NOT_TOLD: Final = "#c4beb4"
NOT_TOLD_WORDS: Final = {"zh": "不公布", "en": "not told"}

Draw = Callable[[Language], tuple[Colours, Sheet]]


@dataclass(frozen=True)
class LayerFile:
    """A file to download."""

    content: bytes
    media_type: str
    name: str

    @property
    def disposition(self) -> str:
        """Value of the header Content-Disposition."""
        return f'attachment; filename="{self.name}"'


def rates_file(tx: Transaction, scope: Scope, params: PictureParams) -> LayerFile:
    """Return counts and rates; the picture shows what is asked for."""
    ends = params.lower_ends()
    layer = rates_layer(tx, scope, params.unit, cell_m=params.cells(), exposure=params.exposure)
    method = rates_method(scope, layer)

    def draw(language: Language) -> tuple[Colours, Sheet]:
        if params.show == "count" and not ends:
            colours, legend = count_classes(layer.counted.counts, RAMP)
        else:
            shown = {
                "count": layer.counted.counts,
                "rate": layer.rate,
                "smoothed": layer.smoothed,
            }[params.show]
            unit = None if params.show == "count" else layer.exposure
            colours, legend = value_classes(shown.astype(np.float64), ends, RAMP, unit, language)
        if (layer.told == 0).any():
            # Not told is neither none nor a class.
            legend.append((NOT_TOLD, NOT_TOLD_WORDS[language]))
            pairs = zip(colours, layer.told.tolist(), strict=True)
            colours = [colour if told else NOT_TOLD for colour, told in pairs]
        shown_as = "rates" if params.show == "count" else "rate"
        title = names_of(tx, scope).title(shown_as, language)
        return colours, sheet_of(title, scope, method, legend, language)

    return _file(tx, scope, params, "rates", rates_table(layer), method, draw)


def hotspots_file(tx: Transaction, scope: Scope, params: HotspotParams) -> LayerFile:
    """Return hotspots; the picture numbers the hot areas."""
    layer = hotspot_layer(
        tx,
        scope,
        params.unit,
        against=params.against,
        cell_m=params.cells(),
        exposure=params.exposure,
    )
    method = hotspots_method(scope, layer)

    def draw(language: Language) -> tuple[Colours, Sheet]:
        colours, legend = bin_classes(layer.found.bins, BINS, language)
        title = names_of(tx, scope).title("hotspots", language)
        sheet = sheet_of(title, scope, method, legend, language)
        areas = [] if scope.found is None else hot_areas(tx, scope, layer)
        return colours, with_areas(sheet, scope.county(tx), layer.frame, areas, language)

    return _file(tx, scope, params, "hotspots", hotspots_table(layer), method, draw)


def compare_file(tx: Transaction, scope: Scope, params: CompareParams) -> LayerFile:
    """Return a comparison."""
    asked = params.base_slice(scope.span)
    base = scope_of(tx, scope.actor, asked, scope.version, unit=params.unit)
    layer = compare_layer(
        tx,
        base,
        scope,
        params.unit,
        cell_m=params.cells(),
        test=params.test,
        windows=params.windows,
    )
    method = compare_method(scope, layer)

    def draw(language: Language) -> tuple[Colours, Sheet]:
        colours, legend = change_classes(layer, BINS, CHANCE, language)
        title = names_of(tx, scope).title("compare", language)
        sheet = sheet_of(title, scope, method, legend, language)
        first, second = layer.days
        sides = [(base, first, layer.first.n), (scope, second, layer.second.n)]
        return colours, replace(sheet, subtitle=compared_words(tx, sides, language))

    return _file(tx, scope, params, "compare", compare_table(layer), method, draw)


def emerging_file(tx: Transaction, scope: Scope, params: CubeParams, today: dt.date) -> LayerFile:
    """Return emerging hotspots."""
    cube = known_steps(tx, scope, cube_of(tx, scope, params.unit, params.step, params.steps))
    yardstick = yardstick_of(tx, scope, cube, params.against, params.exposure)
    layer = emerging_steps(cube, yardstick)
    method = cube_method(scope, cube, "emerging", today, yardstick)
    span = Span(cube.steps[0].first, cube.steps[-1].last)

    def draw(language: Language) -> tuple[Colours, Sheet]:
        colours, legend = simple_classes(layer.found.simple, EMERGING, language)
        title = names_of(tx, scope).title("emerging", language)
        return colours, sheet_of(title, scope, method, legend, language, span=span)

    key = class_lines(layer.found, params.lang)
    return _file(tx, scope, params, "emerging", emerging_table(layer), method, draw, key)


def density_file(tx: Transaction, scope: Scope, params: DensityParams) -> LayerFile:
    """Return the picture of a surface."""
    if params.f != "png":
        raise InvalidInput.of("f", "a density surface is json or png")
    surface = surface_of(tx, scope, params.bandwidth_m)
    breaks = class_breaks(params.scale or scale_of(tx, scope, params.bandwidth_m), scope.found)
    method = density_method(scope, surface)
    title = names_of(tx, scope).title("density", params.lang)
    colours = RAMP[len(breaks)]
    legend = density_classes(breaks, colours, params.lang)
    sheet = sheet_of(title, scope, method, legend, params.lang)
    labels = town_labels(scope.frame(tx, "town"), params.lang)
    content = surface_picture(
        scope.county(tx), surface, breaks, colours, replace(sheet, labels=labels)
    )
    return LayerFile(content, _TYPES["png"], _name(scope, "density", "png"))


def _file(
    tx: Transaction,
    scope: Scope,
    params: RatesParams | CompareParams | CubeParams,
    layer: str,
    table: Table,
    method: Method,
    draw: Draw,
    key: Sequence[str] = (),
) -> LayerFile:
    form, language = params.f, params.lang
    county = scope.county(tx)
    colours, sheet = draw(language)
    about = [sheet.title, sheet.subtitle, *sheet.notes, *key, SOURCE[language]]
    match form:
        case "csv":
            content = csv_file(table, about)
        case "xlsx":
            content = workbook_file(table, about, language)
        case "geojson":
            content = geojson_file(county, table, method, f"{sheet.title} · {sheet.subtitle}")
        case "gpkg":
            content = geopackage_file(county, table, layer, about, method)
        case _:
            labels = town_labels(scope.frame(tx, "town"), language)
            content = units_picture(county, table.frame, colours, replace(sheet, labels=labels))
    return LayerFile(content, _TYPES[form], _name(scope, layer, form))


def _name(scope: Scope, layer: str, form: Form) -> str:
    asked = scope.slice
    choice = (asked.category or asked.tag or "all").replace(".", "-")
    plain = "".join(
        letter for letter in choice if (letter.isascii() and letter.isalnum()) or letter in "-_"
    )
    period = f"{scope.found.first}_{scope.found.last}" if scope.found else "none"
    return f"gridcall-{layer}-{plain or 'tag'}-{period}.{form}"
