"""``/layers`` over time: comparisons, series for a slider, emerging hotspots."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api import layer_files as files
from api import planning_answers as answers
from api.auth import Caller, SignedIn
from api.dependencies import StrictRoute
from api.layer_files import LayerFile
from api.routes.hotspots import FILES, NOT_MODIFIED, cached
from api.schemas import planning as schemas
from api.schemas.layer_params import CompareParams, CubeParams, SeriesParams
from gis.clock import local_day
from gis.db.database import Transaction
from gis.errors import InvalidInput
from gis.layering.scopes import Scope

router = APIRouter(prefix="/layers", tags=["planning"], route_class=StrictRoute)


@router.get("/compare", response_model=schemas.Comparison, responses=FILES)
def get_comparison(
    request: Request, caller: SignedIn, params: Annotated[CompareParams, Query()]
) -> Response:
    """Compare two periods, or two categories in one period, unit by unit."""

    def answer(tx: Transaction, scope: Scope) -> dict[str, Any] | LayerFile:
        make = answers.compare_answer if params.f == "json" else files.compare_file
        return make(tx, scope, params)

    return cached(request, caller, params, params.unit, answer)


@router.get("/series", response_model=schemas.Series, responses=NOT_MODIFIED)
def get_series(
    request: Request, caller: SignedIn, params: Annotated[SeriesParams, Query()]
) -> Response:
    """Count and test every unit in every step, for a slider that plays without reloading."""
    if params.f != "json":
        raise InvalidInput.of("f", "a series is json; take /layers/emerging for files")

    def answer(tx: Transaction, scope: Scope) -> dict[str, Any]:
        return answers.series_answer(tx, scope, params, _today(tx, caller, scope))

    return cached(request, caller, params, params.unit, answer)


@router.get("/emerging", response_model=schemas.Emerging, responses=FILES)
def get_emerging(
    request: Request, caller: SignedIn, params: Annotated[CubeParams, Query()]
) -> Response:
    """Say of every unit what its hotspots did over the steps: 17 classes, shown as five."""

    def answer(tx: Transaction, scope: Scope) -> dict[str, Any] | LayerFile:
        make = answers.emerging_answer if params.f == "json" else files.emerging_file
        return make(tx, scope, params, _today(tx, caller, scope))

    return cached(request, caller, params, params.unit, answer)


def _today(tx: Transaction, caller: Caller, scope: Scope) -> dt.date:
    return local_day(caller.now, scope.county(tx).zone)
