"""HEAD and OPTIONS for every path, and the complete ``Allow`` of one.

FastAPI registers GET alone, and where a path has several routes it names the methods of the first.
"""

from __future__ import annotations

from typing import Final

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ROUTED: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")


def allowed_methods(scope: Scope) -> str:
    """Return what ``Allow`` says for the path of a request; empty where nothing is."""
    routes = scope["app"].routes
    asked = {name: scope[name] for name in ("type", "path", "root_path", "headers")}
    found = [
        method
        for method in _ROUTED
        if any(route.matches({**asked, "method": method})[0] is Match.FULL for route in routes)
    ]
    if not found:
        return ""
    if "GET" in found:
        found.insert(1, "HEAD")
    return ", ".join([*found, "OPTIONS"])


class Methods:
    """Answers HEAD as GET without the body, and OPTIONS with what there is."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass the request on."""
        if scope["type"] == "http" and scope["method"] == "HEAD":
            await _head(self.app, scope, receive, send)
            return
        if scope["type"] == "http" and scope["method"] == "OPTIONS":
            allow = allowed_methods(scope)
            if allow:
                await Response(status_code=204, headers={"Allow": allow})(scope, receive, send)
                return
        await self.app(scope, receive, send)


async def _head(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    answered = False

    async def send_head(message: Message) -> None:
        nonlocal answered
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body", "body": b""})
            answered = True
        elif message.get("more_body"):
            # What would come is not wanted: a long list is not read, a stream does not stay open.
            raise ClientDisconnect

    try:
        await app({**scope, "method": "GET"}, receive, send_head)
    except ClientDisconnect:
        if not answered:
            raise
