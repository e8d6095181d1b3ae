"""Errors for people: an HTML page where a browser asked for a page, never for the API."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import Headers
from starlette.types import Scope

from api.dependencies import NO_STORE
from api.page_answers import path_to_show
from api.services import Services
from maps.language import COOKIE, choose_language, words
from maps.pages import PageContext, render_page
from maps.speech import Speech

# What stands below these is asked for by programs; they get problem documents.
_PROGRAMS = ("/api/", "/assets/", "/open311/", "/ogc/", "/livez", "/readyz", "/metrics")


def wants_page(scope: Scope) -> bool:
    """Tell whether a request is a browser's for one of our pages."""
    path: str = scope["path"]
    accepts = Headers(scope=scope).get("accept", "")
    return "text/html" in accepts and not path.startswith(_PROGRAMS)


def error_page(
    scope: Scope,
    *,
    status: int,
    detail: str,
    request_id: str | None,
    told: Mapping[str, str] = MappingProxyType({}),
) -> Response:
    """Return the page for an error; nobody's name is on it, because looking it up may be what fails.

    Parameters
    ----------
    detail
        What the domain said, in English.
    told
        What varies in the words of this status.
    """
    services: Services = scope["app"].state.services
    request = Request(scope)
    language = choose_language(
        request.query_params.get("lang"),
        request.cookies.get(COOKIE),
        request.headers.get("accept-language"),
    )
    code = status if f"error.{status}.title" in words(language) else 500 if status >= 500 else 409
    speech = Speech(language, dt.datetime.now(dt.UTC))
    context = PageContext(language, path_to_show(request), speech=speech)
    html = render_page(
        services.pages, "error.html", context, word_groups=(), code=code, detail=detail,
        text=speech.word(f"error.{code}.text", **told), request_id=request_id, back="/",
    )  # fmt: skip
    return HTMLResponse(html, status_code=status, headers=NO_STORE)
