"""The application: everything composed, in one place."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.openapi.utils import get_openapi

from api import problems
from api.live import Live
from api.methods import Methods
from api.middleware import BodyLimit, Envelope, SameOrigin
from api.routes import (
    accounts,
    actions,
    admin_pages,
    board,
    bulk,
    bulletins,
    callbacks,
    categories,
    category_pages,
    clustered,
    clusters,
    desk_pages,
    evaluations,
    events,
    grids,
    health,
    hotspots,
    layers,
    list_page,
    locate,
    new_report_pages,
    notifications,
    outbox,
    own_account,
    pages,
    photos,
    places,
    planner_pages,
    planning,
    plans,
    receipts,
    report_pages,
    reporter,
    reports,
    resident_pages,
    sessions,
    statistics,
    statistics_page,
    suggestions,
    tiles,
    towns,
    utilities,
)
from api.schemas.common import Problem
from api.schemas.reference import GridCollection, TownCollection
from api.schemas.report import ReportCollection
from api.services import Services
from gis.clock import Clock, SystemClock
from gis.db.database import Database
from gis.db.provision import head_revision
from gis.intake import Reception
from gis.settings import Settings
from maps.shell import build_pages

PREFIX = "/api/v1"
MOST_BODY_BYTES = 1024 * 1024
COMPRESS_FROM_BYTES = 16 * 1024

_PROBLEM = {
    "description": "What is wrong, as a problem document (RFC 9457).",
    "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
# Shapes of answers in another media type than JSON, which FastAPI does not collect by itself.
_OTHER_SHAPES = (Problem, ReportCollection, GridCollection, TownCollection)


def create_app(settings: Settings, *, clock: Clock | None = None) -> FastAPI:
    """Compose the application.

    Parameters
    ----------
    settings
        With ``database_url``: the caller knows where the database is and that it runs.
    clock
        Tells the time; the machine's own by default.

    Raises
    ------
    ValueError
        The settings name no database.
    """
    services = _services(settings, clock or SystemClock())

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        services.live.bind(asyncio.get_running_loop())
        yield
        services.live.close()
        services.reception.close()
        services.db.close()

    app = FastAPI(
        title="GridCall",
        version="0.1.0",
        summary="The grid calls, the departments report in.",
        lifespan=lifespan,
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        responses={"4XX": _PROBLEM, "5XX": _PROBLEM},
    )
    app.state.services = services
    problems.install(app)
    _include(app)
    # The last one added is the outermost. Compressed are maps and long lists (1.6 MB of grids become 0.3 MB); small
    # answers, such as a report's, are not worth the time.
    app.add_middleware(GZipMiddleware, minimum_size=COMPRESS_FROM_BYTES, compresslevel=4)
    app.add_middleware(
        BodyLimit,
        most_bytes=MOST_BODY_BYTES,
        exceptions={
            re.compile(re.escape(bulk.PATH)): bulk.MOST_BYTES,
            photos.PATHS: photos.MOST_BODY_BYTES,
            report_pages.PATHS_WITH_PHOTOS: report_pages.MOST_BODY_BYTES,
        },
    )
    app.add_middleware(SameOrigin)
    app.add_middleware(Methods)
    app.add_middleware(Envelope, headers=_security_headers(services))
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


def _services(settings: Settings, clock: Clock) -> Services:
    if settings.database_url is None:
        raise ValueError("create_app needs settings.database_url")
    _configure_log(settings.log_level)
    db = Database(
        settings.database_url,
        pool_size=settings.pool_size,
        pool_timeout_s=settings.pool_timeout_s,
    )
    return Services(
        settings=settings,
        db=db,
        reception=Reception(db),
        pages=build_pages(settings),
        clock=clock,
        live=Live(db, clock),
        head=head_revision(),
    )


def _include(app: FastAPI) -> None:
    app.include_router(health.router)
    # bulk before reports: `bulk` would else be read as the id of a report.
    for module in (
        sessions, own_account, accounts, bulk, actions, photos, suggestions, callbacks, receipts, reporter, outbox,
        clustered, reports, locate, grids, towns, utilities, categories, places, layers,
        hotspots, planning, plans, bulletins, board, clusters, evaluations, events, notifications, statistics, tiles,
    ):  # fmt: skip
        app.include_router(module.router, prefix=PREFIX)
    app.include_router(board.pages)
    # new_report_pages before report_pages: `new` would else be read as the id of a report.
    for module in (pages, desk_pages, resident_pages, new_report_pages, report_pages):
        app.include_router(module.router)
    app.include_router(planner_pages.router)
    app.include_router(statistics_page.router)
    app.include_router(list_page.router)
    app.include_router(admin_pages.router)
    app.include_router(category_pages.router)
    app.include_router(own_account.pages)


def _security_headers(services: Services) -> dict[str, str]:
    return {
        "Content-Security-Policy": services.pages.content_security_policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "geolocation=(self), camera=(self), microphone=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }


def _openapi(app: FastAPI) -> dict[str, Any]:
    """Describe the API, once, with the shapes of GeoJSON answers."""
    if app.openapi_schema is None:
        described = get_openapi(
            title=app.title, version=app.version, summary=app.summary, routes=app.routes
        )
        shapes = described["components"]["schemas"]
        for model in _OTHER_SHAPES:
            schema = model.model_json_schema(
                mode="serialization", ref_template="#/components/schemas/{model}"
            )
            for name, part in schema.pop("$defs", {}).items():
                shapes.setdefault(name, part)
            shapes[model.__name__] = schema
        app.openapi_schema = described
    return app.openapi_schema


def _configure_log(level: str) -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[level.upper()]
        ),
        cache_logger_on_first_use=True,
    )
