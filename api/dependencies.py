"""What routes have in common: strict query parameters, raw bodies, and answers that are JSON already."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from api.auth import Caller, caller_of, get_caller
from api.schemas.filters import LISTS
from api.services import services_of
from gis.errors import FieldError, InvalidInput, InvalidParameter
from gis.reports import get_visible_id

NO_STORE = {"Cache-Control": "no-store"}
GEOJSON = "application/geo+json"


class StrictRoute(APIRoute):
    """A route that refuses unknown query parameters, and says 401 before it says what is wrong.

    Where its path names a report, it says 404 before it says what is wrong with the body.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap FastAPI's handler."""
        handle = super().get_route_handler()
        known = _query_names(self.dependant)
        signed_in = _asks_who(self.dependant)

        async def strict(request: Request) -> Response:
            try:
                _check_names(request, known)
                return await handle(request)
            except (InvalidParameter, InvalidInput, RequestValidationError, HTTPException) as error:
                # Whoever is not signed in learns nothing about what would be right.
                if signed_in:
                    caller = await get_caller(request)
                    asked_wrongly = isinstance(error, InvalidParameter)
                    named = None if asked_wrongly else request.path_params.get("report_id")
                    await run_in_threadpool(_check_who, caller, named)
                raise

        return strict


def _check_who(caller: Caller, report_id: str | None) -> None:
    """Look the caller up, and whether they may know of the report that the path names."""
    with caller.read() as (tx, actor):
        if report_id is not None:
            get_visible_id(tx, actor, report_id)


def _query_names(dependant: Dependant) -> set[str]:
    """Return the names of all query parameters, also of those that stand in a model."""
    names: set[str] = set()
    for field in dependant.query_params:
        kind = field.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            names |= {info.alias or name for name, info in kind.model_fields.items()}
        else:
            names.add(field.alias)
    return names.union(*map(_query_names, dependant.dependencies))


def _asks_who(dependant: Dependant) -> bool:
    return dependant.call is caller_of or any(map(_asks_who, dependant.dependencies))


def _check_names(request: Request, known: set[str]) -> None:
    given = Counter(name for name, _ in request.query_params.multi_items())
    errors = [
        FieldError(name, "is not a parameter that exists here")
        for name in given - Counter(known)
        if name not in known
    ]
    errors += [
        FieldError(name, "is given more than once")
        for name, times in given.items()
        if name in known and times > 1 and name not in LISTS
    ]
    if errors:
        raise InvalidParameter("; ".join(f"{one.field} {one.reason}" for one in errors), errors)


async def raw_body(request: Request) -> bytes:
    """Return the body's bytes as sent (the request keeps them after the first reading)."""
    return await request.body()


RawBody = Annotated[bytes, Depends(raw_body)]


def json_answer(
    content: bytes,
    *,
    status: int = 200,
    media_type: str = "application/json",
    headers: Mapping[str, str] = NO_STORE,
) -> Response:
    """Answer with bytes that are JSON already; nothing is parsed or checked again."""
    return Response(content, status_code=status, media_type=media_type, headers=dict(headers))


def tagged(request: Request, content: bytes, *, media_type: str = "application/json") -> Response:
    """Answer with reference data: kept by the browser, asked again by its hash.

    The hash is of the content, so it holds whoever changed the data in whatever way.
    """
    etag = f'"{hashlib.sha256(content).hexdigest()[:24]}"'
    headers = {"Cache-Control": "private, no-cache", "ETag": etag, "Vary": "Authorization, Cookie"}
    if matches_etag(request, etag):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


def etag_of(request: Request, *parts: object) -> str:
    """Name an answer by everything it depends on, without making it.

    That is this release too, by its number and the hash of its modules: the next one may shape the
    same data otherwise, and its pages would get 304 for the shape of before.
    """
    made_by = (request.app.version, services_of(request).pages.own_prefix)
    return f'"{hashlib.sha256(repr((made_by, *parts)).encode()).hexdigest()[:24]}"'


def matches_etag(request: Request, etag: str) -> bool:
    """Tell whether the client has this version already (If-None-Match, compared weakly)."""
    asked = request.headers.get("if-none-match", "")
    known = {one.strip().removeprefix("W/") for one in asked.split(",")}
    return etag.removeprefix("W/") in known or asked.strip() == "*"
