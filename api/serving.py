"""The server process: ends open event streams before it waits for requests to end."""

from __future__ import annotations

import socket

import uvicorn
from fastapi import FastAPI

from api.services import Services


class Server(uvicorn.Server):
    """uvicorn, which tells no application that it stops and would wait for every open stream.

    Parameters
    ----------
    app
        Made by ``create_app``.
    config
        uvicorn's own, for the same app.
    """

    def __init__(self, app: FastAPI, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._services: Services = app.state.services

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then do what uvicorn does."""
        self._services.live.end_all()
        await super().shutdown(sockets)
