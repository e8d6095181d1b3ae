"""Layers over time as answers: what the schemas of ``api.schemas.planning`` describe."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from api.layer_answers import (
    Document,
    bin_names,
    items_of,
    layer_document,
    period_document,
    unit_layer,
)
from api.schemas.layer_params import CompareParams, CubeParams, SeriesParams
from gis.clock import month_start
from gis.db.database import Transaction
from gis.hotspots.emerging import CLASSES, SIMPLE_CLASSES
from gis.layering.comparing import compare_layer, some_reports
from gis.layering.counting import Counted
from gis.layering.methods import compare_method, cube_method
from gis.layering.scopes import Scope, Span, scope_of
from gis.layering.selection import listed_units
from gis.layering.series import Cube, cube_of, from_first_report, known_steps, series_rows
from gis.layering.steps import Yardstick, emerging_steps, pattern_areas, step_bins, yardstick_of
from gis.layering.tables import changed_words, compare_table, emerging_table
from gis.layering.wording import (
    CHANCE_BINS,
    CHANGE_BINS,
    class_definition,
    class_words,
    simple_words,
)
from maps.ramps import CHANCE, EMERGING


def compare_answer(tx: Transaction, scope: Scope, params: CompareParams) -> Document:
    """Compare a scope with its base."""
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
    which = listed_units(tx, scope, layer.frame, params.box(), some_reports(layer))
    items = items_of(tx, scope, compare_table(layer, which))
    for item, words in zip(items, changed_words(layer, which), strict=True):
        item["words"] = words
    return {
        **unit_layer(scope, layer.frame, compare_method(scope, layer)),
        "windows": layer.windows,
        "test": layer.test,
        "first": _side(base, layer.days[0], layer.first),
        "second": _side(scope, layer.days[1], layer.second),
        "bins": bin_names(CHANGE_BINS),
        "unclear": bin_names(CHANCE_BINS, CHANCE),
        "items": items,
    }


def series_answer(tx: Transaction, scope: Scope, params: SeriesParams, today: dt.date) -> Document:
    """Count every step, and test it where that is wanted."""
    cube = from_first_report(tx, scope, cube_of(tx, scope, params.unit, params.step, params.steps))
    yardstick = yardstick_of(tx, scope, cube, params.against, params.exposure)
    return {
        **_cube_layer(scope, cube, "gi_star", today, yardstick),
        **series_rows(cube, step_bins(cube, yardstick) if params.bins else None),
        "full_month": scope.source.full_month(tx, month_start(today))
        or (scope.latest and scope.latest.first),
    }


def emerging_answer(tx: Transaction, scope: Scope, params: CubeParams, today: dt.date) -> Document:
    """Say what hotspots did over the steps."""
    cube = known_steps(tx, scope, cube_of(tx, scope, params.unit, params.step, params.steps))
    yardstick = yardstick_of(tx, scope, cube, params.against, params.exposure)
    layer = emerging_steps(cube, yardstick)
    table = emerging_table(layer)
    patterns, simple = Counter(layer.found.classes.tolist()), Counter(layer.found.simple.tolist())
    return {
        **_cube_layer(scope, cube, "emerging", today, yardstick),
        "classes": [
            {
                "code": code,
                "words": class_words(code),
                "definition": class_definition(code),
                "units": patterns[code],
                "colour": None,
            }
            for code in range(len(CLASSES))
        ],
        "simple_classes": [
            {
                "code": code,
                "words": simple_words(code),
                "definition": None,
                "units": simple[code],
                "colour": EMERGING.get(code),
            }
            for code in range(len(SIMPLE_CLASSES))
        ],
        "areas": pattern_areas(layer),
        "items": items_of(tx, scope, table),
    }


def _cube_layer(
    scope: Scope, cube: Cube, statistic: str, today: dt.date, yardstick: Yardstick
) -> Document:
    span = Span(cube.steps[0].first, cube.steps[-1].last)
    return {
        **layer_document(scope, cube_method(scope, cube, statistic, today, yardstick)),
        "exposure": yardstick.exposure and vars(yardstick.exposure),
        "period": period_document(span),
        "unit": cube.frame.unit,
        "step": cube.kind,
        "steps": [{"from": step.first, "to": step.last} for step in cube.steps],
    }


def _side(scope: Scope, days: Span, counted: Counted) -> dict[str, Any]:
    return {
        "category": scope.slice.category,
        "tag": scope.slice.tag,
        "period": period_document(scope.found, whole_months=scope.whole_months),
        "days": {"from": days.first, "to": days.last},
        "n": counted.n,
    }
