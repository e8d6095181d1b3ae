"""What every request passes before it reaches a route, as plain ASGI.

Starlette answers unexpected errors outside of all middleware, where no header of ours would reach
them; ``Envelope`` therefore catches them itself.
"""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Mapping
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.auth import COOKIE
from api.error_pages import error_page, wants_page
from api.problems import BodyTooLarge, problem, too_large

_log = structlog.get_logger("http")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_REQUEST_ID = re.compile(r"[0-9A-Za-z._-]{1,64}")
# Asked every few seconds by whoever watches the server; a line each would bury the others.
_UNLOGGED = frozenset({"/livez", "/readyz"})
# What stands behind these is the whole credential of a resident, or of whoever is invited: a log must not hold it.
_TOKEN = re.compile(r"/(evaluate|evaluations|invitations|receipt|receipts)/[^/]+")

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain")


class Envelope:
    """Gives every answer a request id and the security headers, and every request one log line.

    Parameters
    ----------
    headers
        Set on every answer that does not set them itself.
    """

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self.app = app
        self.headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on in its envelope."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        asked = Headers(scope=scope).get("x-request-id", "")
        request_id = asked if _REQUEST_ID.fullmatch(asked) else uuid.uuid4().hex
        scope["gridcall.request_id"] = request_id
        path = _TOKEN.sub(r"/\1/-", scope["path"])
        started_at = time.perf_counter()
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except Exception:
            _log.exception("failed", request_id=request_id, method=scope["method"], path=path)
            if status:
                raise  # half an answer is out: only a broken connection tells the truth
            answer = _failed(scope, request_id)
            await answer(scope, receive, send_with_headers)
        finally:
            if scope["path"] not in _UNLOGGED:
                took_ms = round((time.perf_counter() - started_at) * 1000, 1)
                _log.info(
                    "request", request_id=request_id, method=scope["method"], path=path,
                    status=status, took_ms=took_ms,
                )  # fmt: skip


class SameOrigin:
    """Refuses changes that another site makes a browser send with our cookie, and every foreign form.

    A form needs no cookie to do harm: it could sign somebody in as somebody else.

    The rules are those of Go's CrossOriginProtection: browsers say where a request comes from in
    Sec-Fetch-Site or Origin; a request without either does not come from a browser.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request or pass it on."""
        if scope["type"] == "http" and scope["method"] not in _SAFE:
            headers = Headers(scope=scope)
            if (_carries_cookie(headers) or _is_form(headers)) and not _from_ourselves(headers):
                answer = problem(
                    status=403, code="cross_origin", title="Sent by another site",
                    detail="A change signed by cookie must come from our own pages.",
                    instance=scope["path"], request_id=scope.get("gridcall.request_id"),
                )  # fmt: skip
                await answer(scope, receive, send)
                return
        await self.app(scope, receive, send)


class BodyLimit:
    """Refuses bodies above a number of bytes, whether their length was announced or not.

    Parameters
    ----------
    most_bytes
        For every path but those that match one of ``exceptions`` whole; each has its own limit.
    """

    def __init__(
        self, app: ASGIApp, most_bytes: int, exceptions: Mapping[re.Pattern[str], int]
    ) -> None:
        self.app = app
        self.most_bytes = most_bytes
        self.exceptions = exceptions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request or pass it on with its bytes counted."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        most_bytes = next(
            (most for paths, most in self.exceptions.items() if paths.fullmatch(path)),
            self.most_bytes,
        )
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdecimal() and int(announced) > most_bytes:
            await too_large(scope, most_bytes)(scope, receive, send)
            return
        received = 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > most_bytes:
                raise BodyTooLarge(most_bytes)
            return message

        await self.app(scope, receive_counted, send)


def _failed(scope: Scope, request_id: str) -> Response:
    if wants_page(scope):
        return error_page(scope, status=500, detail="", request_id=request_id)
    return problem(
        status=500, code="internal", title="Something went wrong here",
        detail="This is our fault; it was written down under the request id.",
        instance=scope["path"], request_id=request_id,
    )  # fmt: skip


def _carries_cookie(headers: Headers) -> bool:
    return any(
        part.strip().startswith(f"{COOKIE}=") for part in headers.get("cookie", "").split(";")
    )


def _is_form(headers: Headers) -> bool:
    return headers.get("content-type", "").strip().lower().startswith(_FORMS)


def _from_ourselves(headers: Headers) -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host", "")
