"""``gridcall serve``."""

from __future__ import annotations

import ipaddress
from contextlib import suppress
from typing import Annotated

import typer
import uvicorn

from api.app import create_app
from api.commands import example
from api.processes import interrupt_on_termination
from api.serving import Server
from gis.db import provision
from gis.errors import GridCallError
from gis.settings import Settings

SHUTDOWN_S = 5
"""Seconds requests may take to end after SIGTERM; open event streams end themselves."""


class DemoExposed(GridCallError):
    """A server with accounts whose password everybody knows must not be reachable from elsewhere."""


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (GRIDCALL_HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="TCP port to listen on (PORT).")] = None,
) -> None:
    """Serve the API and the pages until SIGTERM or Ctrl-C."""
    settings = Settings()
    given = {"host": host, "port": port}
    settings = settings.model_copy(
        update={name: value for name, value in given.items() if value is not None}
    )
    interrupt_on_termination()
    # uvicorn ends in order and then raises the signal again; the private cluster is stopped on the way out.
    with suppress(KeyboardInterrupt), provision.opened(settings, "gridcall serve") as url:
        provision.check_migrated(url)
        if not is_loopback(settings.host) and provision.list_demo_accounts(url):
            raise DemoExposed(
                f"This database has demo accounts (password demo): it is not served on {settings.host}, "
                "only on 127.0.0.1. Use a database of your own to serve others."
            )
        app = create_app(settings.model_copy(update={"database_url": url}))
        config = uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            log_level=settings.log_level,
            access_log=False,
            timeout_graceful_shutdown=SHUTDOWN_S,
        )
        server = Server(app, config)
        server.run()
        if not server.started:
            raise typer.Exit(3)  # its log says why


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches an address; a name other than localhost counts as reachable."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def register(root: typer.Typer) -> None:
    """Hang the command on the root."""
    root.command("serve", epilog=example("gridcall serve --port 8765"))(serve)
