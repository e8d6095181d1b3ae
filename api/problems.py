"""Errors as problem documents (RFC 9457): the only place that knows which HTTP status an error has."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, cast

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import Scope

from api.error_pages import error_page, wants_page
from api.methods import allowed_methods
from gis import errors as domain
from gis.errors import FieldError, GridCallError
from maps.language import Language, spoken_to
from maps.refusals import problem_words
from maps.speech import Speech

MEDIA_TYPE = "application/problem+json"

# The first class an error is an instance of decides: subclasses stand before their base.
_STATUS: tuple[tuple[type[GridCallError], int, str, str], ...] = (
    (domain.InvalidParameter, 400, "invalid_parameter", "Unknown query parameter"),
    (domain.ClientIdTaken, 422, "client_id_taken", "This client id is taken"),
    (domain.InvalidInput, 422, "invalid_input", "Something sent cannot be used"),
    (domain.NotAuthenticated, 401, "not_authenticated", "Sign in first"),
    (domain.NotAllowed, 403, "not_allowed", "This role may not do that"),
    (domain.NotFound, 404, "not_found", "Not found"),
    (domain.PreconditionRequired, 428, "precondition_required", "Say which version you saw"),
    (domain.PreconditionFailed, 412, "precondition_failed", "It changed since you saw it"),
    (domain.Conflict, 409, "conflict", "The present state forbids it"),
    (domain.TooManyAttempts, 429, "too_many_attempts", "Too many attempts"),
    (domain.Unavailable, 503, "unavailable", "Try again shortly"),
)
_HTTP_CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    415: "unsupported_media_type",
}
MEGABYTE = 1_000_000
# What FastAPI answers with a 400 of its own: a body that is no UTF-8, or nested without end.
_NO_JSON = (UnicodeDecodeError, RecursionError)


class BodyTooLarge(HTTPException):
    """A body turned out to be larger than what is taken at its path, while it was read."""

    def __init__(self, most_bytes: int) -> None:
        super().__init__(413)
        self.most_bytes = most_bytes


def problem(
    *,
    status: int,
    code: str,
    title: str,
    detail: str,
    instance: str,
    request_id: str | None,
    errors: Sequence[FieldError] = (),
    more: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Make the answer for one problem.

    Parameters
    ----------
    code
        Machine-readable name; ``type`` is ``urn:gridcall:problem:<code>``.
    instance
        Path that was asked.
    more
        Members of this problem alone, for example ``possible`` for a conflict.
    """
    document: dict[str, Any] = {
        **(more or {}),
        "type": f"urn:gridcall:problem:{code}",
        "code": code,
        "title": title,
        "status": status,
        "detail": detail,
        "instance": instance,
        "request_id": request_id,
        "errors": [{"field": error.field, "reason": error.reason} for error in errors],
    }
    # Nothing between us and the client may keep an error for later.
    all_headers = {"Cache-Control": "no-store", **(headers or {})}
    return Response(
        orjson.dumps(document), status_code=status, media_type=MEDIA_TYPE, headers=all_headers
    )


def of_error(
    error: GridCallError, *, instance: str, request_id: str | None, language: Language = "en"
) -> Response:
    """Make the answer for an error of the domain, told in a language."""
    status, code, title = next(
        ((status, code, title) for kind, status, code, title in _STATUS if isinstance(error, kind)),
        (500, "internal", "Something went wrong here"),
    )
    headers: dict[str, str] = {}
    if isinstance(error, (domain.Unavailable, domain.TooManyAttempts)):
        headers["Retry-After"] = str(error.retry_after_s)
    if isinstance(error, domain.NotAuthenticated):
        headers["WWW-Authenticate"] = 'Bearer realm="gridcall"'
    detail, errors = problem_words(error, Speech(language, dt.datetime.now(dt.UTC)))
    headers["Content-Language"] = language
    return problem(
        status=status,
        code=code,
        title=title,
        detail=detail,
        instance=instance,
        request_id=request_id,
        errors=errors,
        more=error.details,
        headers=headers,
    )


def too_large(scope: Scope, most_bytes: int) -> Response:
    """Make the answer for a body above a path's limit, as a page where a browser wants one."""
    request_id = scope.get("gridcall.request_id")
    most = f"{round(most_bytes / MEGABYTE, 1):g}"
    if wants_page(scope):
        return error_page(scope, status=413, detail="", request_id=request_id, told={"n": most})
    return problem(
        status=413,
        code="too_large",
        title="Too much at once",
        detail=f"A body of at most {most_bytes} bytes (about {most} MB) is taken here, and nothing"
        " of this one was stored. Send less at once: fewer rows, fewer or smaller photos.",
        instance=scope["path"],
        request_id=request_id,
        more={"most_bytes": most_bytes},
    )


def field_errors(failures: Sequence[Mapping[str, Any]]) -> list[FieldError]:
    """Name fields and reasons of pydantic's failures, without what was sent."""
    return [FieldError(_field(failure), _reason(failure)) for failure in failures]


def _field(failure: Mapping[str, Any]) -> str:
    if failure["type"] == "json_invalid":
        return "body"
    location = [str(part) for part in failure["loc"]]
    # The first part says where the value stood (body, query, path), not which field it is.
    name = ".".join(location[1:] or location) or "body"
    # An unknown field is named as it was sent, and that need not be text one can send back.
    return name[:200].encode("utf-8", "replace").decode()


def _reason(failure: Mapping[str, Any]) -> str:
    match failure["type"]:
        case "json_invalid":
            return "is not JSON"
        case "model_type" | "model_attributes_type":
            return "must be an object"
        case "extra_forbidden":
            return "is not a field that exists here"
        case "missing":
            return "is required"
        case "too_short" | "string_too_short":
            return f"is too short: {failure['ctx']['min_length']} at least"
        case "too_long" | "string_too_long":
            return f"is too long: {failure['ctx']['max_length']} at most"
        case _:
            return str(failure["msg"]).removeprefix("Value error, ")


def install(app: FastAPI) -> None:
    """Answer every error with a problem document, or with a page where a browser wants one."""

    async def on_domain_error(request: Request, error: Exception) -> Response:
        raised = cast("GridCallError", error)
        return _shown(request, of_error(raised, **asked_by(request)), raised.detail)

    async def on_invalid_request(request: Request, error: Exception) -> Response:
        found = field_errors(cast("RequestValidationError", error).errors())
        named = "; ".join(f"{one.field}: {one.reason}" for one in found)
        answer = of_error(domain.InvalidInput(named, found), **asked_by(request))
        return _shown(request, answer, named)

    async def on_http_error(request: Request, raised: Exception) -> Response:
        error = cast("HTTPException", raised)
        if isinstance(error, BodyTooLarge):
            return too_large(request.scope, error.most_bytes)
        if isinstance(error.__cause__, _NO_JSON):
            return await on_domain_error(request, domain.InvalidInput.of("body", "is not JSON"))
        headers = dict(error.headers or {})
        if error.status_code == 405:
            headers["Allow"] = allowed_methods(request.scope)
        answer = problem(
            status=error.status_code,
            code=_HTTP_CODES.get(error.status_code, "http_error"),
            title=str(error.detail),
            detail=str(error.detail),
            headers=headers,
            **_where(request),
        )
        return _shown(request, answer, "")

    app.add_exception_handler(GridCallError, on_domain_error)
    app.add_exception_handler(RequestValidationError, on_invalid_request)
    app.add_exception_handler(HTTPException, on_http_error)


def _shown(request: Request, answer: Response, detail: str) -> Response:
    """Return the answer as a page where a browser asked for one."""
    if not wants_page(request.scope):
        return answer
    request_id = request.scope.get("gridcall.request_id")
    page = error_page(
        request.scope, status=answer.status_code, detail=detail, request_id=request_id
    )
    kept = ("allow", "retry-after")
    page.headers.update({name: answer.headers[name] for name in kept if name in answer.headers})
    return page


def asked_by(request: Request) -> dict[str, Any]:
    """Return what `of_error` needs of a request: where, by which id, and the language asked for."""
    language = spoken_to(request.headers.get("accept-language"))
    return {**_where(request), "language": language}


def _where(request: Request) -> dict[str, Any]:
    return {"instance": request.url.path, "request_id": request.scope.get("gridcall.request_id")}
