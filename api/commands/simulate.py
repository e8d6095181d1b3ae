"""``gridcall simulate``."""

from __future__ import annotations

import itertools
import json
import threading
import urllib.error
import urllib.request
import uuid
from typing import Annotated, Any

import typer

from api.commands import example
from api.processes import interrupt_on_termination
from data.zhucheng.stream import new_calls
from gis.errors import GridCallError
from gis.settings import Settings

PASSWORD = "demo"  # noqa: S105  known to all, and refused beyond this machine
_AGAIN_S = 3.0
_TIMEOUT_S = 30.0


class Refused(GridCallError):
    """The server does not take what is sent to it."""


def simulate(
    every: Annotated[
        float, typer.Option(min=0.0, envvar="GRIDCALL_EVERY", help="Seconds between two calls.")
    ] = 20.0,
    count: Annotated[int, typer.Option(min=0, help="Calls to send; 0: until Ctrl-C.")] = 0,
    address: Annotated[str, typer.Option(help="Of the server; by default our own.")] = "",
    username: Annotated[str, typer.Option(help="Account that takes the calls in.")] = "volunteer",
    password: Annotated[
        str, typer.Option(envvar="GRIDCALL_PASSWORD", help="Of the account.")
    ] = PASSWORD,
    seed: Annotated[int, typer.Option(help="Another number gives other calls.")] = 0,
) -> None:
    """Send plausible new reports of the sample city, one cause that many report among them."""
    interrupt_on_termination()
    settings = Settings()
    base = (address or f"http://{settings.host}:{settings.port}").rstrip("/") + "/api/v1"
    wait = threading.Event()
    sent = 0
    try:
        token = _send(base, "/sessions", {"username": username, "password": password})["token"]
        for body in itertools.islice(new_calls(seed), count or None):
            if sent:
                wait.wait(every)
            found = _send(base, "/reports", {**body, "client_id": str(uuid.uuid4())}, token)
            sent += 1
            typer.echo(f"{found['number']}  {body['category']}  {body['description']}")
    except KeyboardInterrupt:
        typer.echo(f"\n{sent} reports sent.")


def _send(base: str, path: str, body: dict[str, Any], token: str = "") -> dict[str, Any]:
    """Post a body until the server answers; the client id makes repeating harmless.

    Raises
    ------
    Refused
        It answered, but would not take it.
    """
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(base + path, json.dumps(body).encode(), headers)  # noqa: S310
    while True:
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310
                found: dict[str, Any] = json.load(answer)
                return found
        except urllib.error.HTTPError as error:
            if error.code < 500:
                raise Refused(f"{path}: {_detail(error)}") from error
            threading.Event().wait(_AGAIN_S)
        except OSError:  # not listening: it starts, or is started again
            threading.Event().wait(_AGAIN_S)


def _detail(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(error)["detail"])
    except (ValueError, KeyError):
        return f"status {error.code}"


def register(root: typer.Typer) -> None:
    """Hang the command on the root."""
    root.command("simulate", epilog=example("gridcall simulate --every 5"))(simulate)
