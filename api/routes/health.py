"""``/livez`` and ``/readyz``, for whoever watches the server."""

from __future__ import annotations

import shutil
from typing import Literal

from fastapi import APIRouter, Request, Response

from api.dependencies import StrictRoute, json_answer
from api.schemas.common import Answer
from api.services import Services, services_of
from gis.errors import GridCallError

router = APIRouter(tags=["health"], route_class=StrictRoute)

ENOUGH_FREE_BYTES = 256 * 1024 * 1024
"""A full volume stops PostgreSQL until it is restarted: below this no more work is sent here."""


class Alive(Answer):
    """The process runs."""

    status: Literal["ok"]


class Readiness(Answer):
    """Whether requests can be served, and what is in the way."""

    status: Literal["ok", "unavailable"]
    database: Literal["ok", "unavailable"]
    migrations: Literal["ok", "behind", "unknown"]
    disk: Literal["ok", "low"]


@router.get("/livez", response_model=Alive)
async def livez() -> Response:
    """Say that the process runs; nothing else is asked."""
    return json_answer(Alive(status="ok").model_dump_json().encode())


@router.get("/readyz", response_model=Readiness, responses={503: {"model": Readiness}})
def readyz(request: Request) -> Response:
    """Say whether database, migrations and disk let requests be served."""
    services = services_of(request)
    database, migrations = _database(services)
    disk: Literal["ok", "low"] = "ok" if _free_bytes(services) >= ENOUGH_FREE_BYTES else "low"
    ready = (database, migrations, disk) == ("ok", "ok", "ok")
    view = Readiness(
        status="ok" if ready else "unavailable",
        database=database,
        migrations=migrations,
        disk=disk,
    )
    return json_answer(view.model_dump_json().encode(), status=200 if ready else 503)


def _database(
    services: Services,
) -> tuple[Literal["ok", "unavailable"], Literal["ok", "behind", "unknown"]]:
    try:
        with services.db.read() as tx:
            revision = tx.scalar("SELECT version_num FROM alembic_version")
    except GridCallError:
        return "unavailable", "unknown"
    return "ok", "ok" if revision == services.head else "behind"


def _free_bytes(services: Services) -> int:
    # The nearest folder that exists: with a database of the operator's own there may be no home.
    settings = services.settings
    return min(
        shutil.disk_usage(next(one for one in (folder, *folder.parents) if one.exists())).free
        for folder in (settings.home, settings.photo_folder)
    )
