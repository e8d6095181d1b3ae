"""``gridcall demo``: the sample city, served, from nothing."""

from __future__ import annotations

import datetime as dt
import http.client
import shutil
import socket
import time
from contextlib import ExitStack
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.commands import example
from api.commands.progress import step_bars
from api.processes import Child, ChildFailed, ignore_interrupts, interrupt_on_termination
from data.load import load_sample_city
from gis.db import provision
from gis.db.cluster import Cluster
from gis.db.home import HomeLock
from gis.errors import GridCallError
from gis.settings import Settings, default_home

PASSWORD = "demo"  # noqa: S105  known to all, and refused beyond this machine
_READY_S = 60.0
_POLL_S = 0.1
_WATCH_S = 0.5


class PortInUse(GridCallError):
    """Another process listens where the server should."""


def demo(
    remove: Annotated[
        bool, typer.Option("--remove", help="Delete the sample city: its cluster and photos.")
    ] = False,
    live: Annotated[
        bool,
        typer.Option(
            "--live", help="Send plausible new reports, one every 20 s (or GRIDCALL_EVERY)."
        ),
    ] = False,
) -> None:
    """Serve the sample city: set up on the first run, kept afterwards. Ctrl-C stops everything."""
    settings = Settings()
    if remove:
        _remove(settings)
        return
    interrupt_on_termination()
    check_port(settings.host, settings.port)
    with ExitStack() as stack:
        try:
            stack.enter_context(HomeLock(settings.home, "gridcall demo"))
            cluster = None if settings.database_url else Cluster(settings.home)
            url = _prepare(settings, cluster, stack)
            _serve(settings, cluster, url, stack, live=live)
        except KeyboardInterrupt:
            typer.echo("\nStopping.")
            ignore_interrupts()
        except BaseException:
            ignore_interrupts()
            raise


def check_port(host: str, port: int) -> None:
    """Make sure that the server will be able to listen.

    Raises
    ------
    PortInUse
        It would not.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # as uvicorn does: TIME_WAIT is no obstacle
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortInUse(
                f"Cannot listen on {host}:{port} ({error.strerror}). Choose another port: make demo PORT={port + 1}"
            ) from error


def _prepare(settings: Settings, cluster: Cluster | None, stack: ExitStack) -> str:
    """Return the URL of a database with the sample city; show progress while it is made."""
    with step_bars() as show:
        show("PostGIS", 0, 1)

        def fill(url: str) -> None:
            show("PostGIS", 1, 1)
            load_sample_city(url, now=dt.datetime.now(dt.UTC), progress=show)

        if cluster is not None:
            stack.callback(cluster.stop)
            cluster.start()
            url = provision.build_database(cluster, fill)
        else:
            url = settings.database_url or ""
            provision.migrate(url)
            if not provision.has_county(url):
                fill(url)
        show("PostGIS", 1, 1)
    return url


def _serve(
    settings: Settings, cluster: Cluster | None, url: str, stack: ExitStack, *, live: bool
) -> None:
    """Run server and worker until interrupted; whatever is killed is started again."""
    environment = {
        "DATABASE_URL": url,
        "GRIDCALL_HOME": str(settings.home),
        "GRIDCALL_HOST": settings.host,
        "PORT": str(settings.port),
    }
    server, worker = (
        Child(name, environment, settings.home / f"{name}.log") for name in ("serve", "worker")
    )
    stack.callback(server.stop)
    server.start()
    _wait_ready(settings, server)
    stack.callback(worker.stop)
    worker.start()  # afterwards: two at once only keep each other from the processor
    children = [server, worker]
    if live:
        children.append(Child("simulate", environment, settings.home / "simulate.log"))
        stack.callback(children[-1].stop)
        children[-1].start()
    _greet(settings, url)
    while True:
        time.sleep(_WATCH_S)
        if cluster is not None and cluster.has_ended():
            cluster.start()
        for child in children:
            child.keep_alive()


def _wait_ready(settings: Settings, server: Child) -> None:
    """Wait until the server answers that it can work.

    Raises
    ------
    ChildFailed
        It ended, or took longer than a minute; its own words say why.
    """
    deadline = time.monotonic() + _READY_S
    while not server.has_ended() and time.monotonic() < deadline:
        if answers(settings, "/readyz"):
            return
        time.sleep(_POLL_S)
    raise ChildFailed(f"The server did not start:\n{server.last_words()}")


def answers(settings: Settings, path: str) -> bool:
    """Tell whether the server answers a path with 200."""
    connection = http.client.HTTPConnection(settings.host, settings.port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False  # not listening yet, or somebody else
    finally:
        connection.close()


def _greet(settings: Settings, url: str) -> None:
    """Say where it is and who may sign in."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    console = Console()
    console.print(
        f"\nGridCall is at [bold]http://{host}:{settings.port}[/bold]  (map: /map, API: /docs)"
    )
    accounts = provision.list_demo_accounts(url)
    if accounts:
        table = Table("user", "password", "role", "who")
        for account in accounts:
            table.add_row(account.username, PASSWORD, account.role, account.name)
        console.print(table)
    else:
        console.print("The database holds data of your own, so there are no demo accounts.")
    clean = (
        "make clean"
        if settings.home == default_home()
        else f"make clean GRIDCALL_HOME={settings.home}"
    )
    console.print(
        f"Data and logs: {settings.home}. Ctrl-C stops everything; `{clean}` deletes it.",
        soft_wrap=True,
    )


def _remove(settings: Settings) -> None:
    """Delete the home with everything in it."""
    if not settings.home.exists():
        return
    with HomeLock(settings.home, "gridcall demo --remove"):
        cluster = Cluster(settings.home)
        # Photos go with their database; those of one elsewhere (DATABASE_URL) stay with it.
        if settings.photos is None and cluster.data_dir.exists():
            shutil.rmtree(settings.photo_folder, ignore_errors=True)
        cluster.remove()


def register(root: typer.Typer) -> None:
    """Hang the command on the root."""
    root.command("demo", epilog=example("gridcall demo", "PORT=8765 gridcall demo"))(demo)
