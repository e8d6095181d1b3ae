"""Events as bytes, and the answer that sends them to one listener as they come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gis.audience import Actor
from gis.changes import Change, Position

MOST_WAITING_BYTES: Final = 1024 * 1024
"""What may wait for a listener that does not read; then it is cut off and starts again."""
STUCK_S: Final = 30.0
"""Seconds one write may take."""
RETRY: Final = b"retry: 2000\n\n"


def event(kind: str, data: Any, position: Position | None = None) -> bytes:
    r"""Return one event of a stream.

    Examples
    --------
    >>> event("gone", {"id": 7}, Position(3, 4))
    b'event: gone\nid: 3.4\ndata: {"id":7}\n\n'
    """
    name = f"event: {kind}\nid: {position}\n" if position else f"event: {kind}\n"
    return name.encode() + b"data: " + orjson.dumps(data) + b"\n\n"


def event_data(change: Change, kind: str) -> dict[str, Any]:
    """Return what an event of this kind says of a change."""
    if kind == "report" and change.document is not None:
        return change.document
    if kind == "gone":
        # The document is the report as others may see it; of it only what the reader knew already.
        return {"id": f"{change.county_code}-{change.report_id}"}
    return {"reason": change.action}


class Formatted:
    """A change with its events as bytes, made once for all listeners of the process."""

    __slots__ = ("change", "gone", "reload", "report")

    def __init__(self, change: Change) -> None:
        self.change = change
        position = change.position
        self.report = self.gone = self.reload = b""
        if change.report_id is None:
            self.reload = event("reload", event_data(change, "reload"), position)
            return
        self.gone = event("gone", event_data(change, "gone"), position)
        if change.document is not None:
            self.report = event("report", change.document, position)

    def for_actor(self, county_code: str, members: frozenset[str]) -> bytes:
        """Return the event for somebody; empty where it does not concern them."""
        kind = self.change.kind_for(county_code, members)
        return getattr(self, kind) if kind else b""


class Listener:
    """One open stream; everything but the constructor happens on the event loop.

    Parameters
    ----------
    token, actor
        Whose session, and what it may see.
    position
        Up to where the listener knows everything.
    """

    def __init__(self, token: str, actor: Actor, position: Position) -> None:
        self.token = token
        self.actor = actor
        self.members = frozenset(actor.audience)
        self.position = position
        self.ended = False
        self._waiting: list[bytes] = []
        self._bytes = 0
        self._something = asyncio.Event()

    def put(self, data: bytes) -> None:
        """Send something, or cut the listener off if too much waits already."""
        if self.ended or not data:
            return
        if self._bytes + len(data) > MOST_WAITING_BYTES:
            self._waiting = [event("resync", {"reason": "slow"}, self.position)]
            self.ended = True
        else:
            self._waiting.append(data)
        self._bytes += len(data)
        self._something.set()

    def tell(self, changes: list[Formatted], position: Position) -> None:
        """Send what of some changes concerns this listener; of several hints to reload the last."""
        out: list[bytes] = []
        for one in changes:
            if one.change.position <= self.position:
                continue
            data = one.for_actor(self.actor.county_code, self.members)
            if data and one.reload and out and out[-1].startswith(b"event: reload"):
                out[-1] = data
            elif data:
                out.append(data)
        self.position = max(self.position, position)
        self.put(b"".join(out))

    def end(self, reason: str) -> None:
        """Say why, and end the stream."""
        self.put(event("end", {"reason": reason}))
        self.ended = True
        self._something.set()

    async def take(self) -> bytes:
        """Wait for something to send; empty at the end."""
        if not self._waiting and not self.ended:
            await self._something.wait()
        self._something.clear()
        data, self._waiting, self._bytes = b"".join(self._waiting), [], 0
        return data


class EventStream(Response):
    """The answer: sends what its listener is given until either side ends it.

    Parameters
    ----------
    first
        Sent before anything else.
    join, leave
        Called on the event loop when the stream opens and when it is over.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        listener: Listener,
        first: bytes,
        join: Callable[[Listener], None],
        leave: Callable[[Listener], None],
    ) -> None:
        # A proxy that collects the answer before it passes it on would make it no stream.
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._listener = listener
        self._first = first
        self._join = join
        self._leave = leave

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send events until the client goes or the listener is ended."""
        head = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(head)
        self._join(self._listener)
        gone = asyncio.create_task(_until_gone(receive))
        sending = asyncio.create_task(self._send(send))
        try:
            await asyncio.wait((gone, sending), return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
        finally:
            self._leave(self._listener)
            gone.cancel()
            sending.cancel()

    async def _send(self, send: Send) -> None:
        data = RETRY + self._first
        while data or not self._listener.ended:
            body = {"type": "http.response.body", "body": data, "more_body": True}
            try:
                await asyncio.wait_for(send(body), STUCK_S)
            except TimeoutError:
                return  # the answer stays unfinished, and with that the connection is closed
            data = await self._listener.take()
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
