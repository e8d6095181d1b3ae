"""One ``gridcall demo`` as a process, to be killed at will."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from gis.db.cluster import Cluster
from gis.settings import CHECKOUT

READY_S = 600.0


class Installation:
    """A home of its own, a port of its own, and the demo that runs there.

    Parameters
    ----------
    home
        Folder of the installation; need not exist.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.cluster = Cluster(home)
        self.output = home.with_name(f"{home.name}.output")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str, **variables: str) -> None:
        """Start ``gridcall demo`` in a process group of its own, as a terminal would."""
        environment = os.environ | {"GRIDCALL_HOME": str(self.home), "PORT": str(self.port)}
        environment.pop("DATABASE_URL", None)
        environment |= variables
        with self.output.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "api", "demo", *options],
                cwd=CHECKOUT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def send(self, which: signal.Signals) -> int:
        """Send a signal to the demo and return its exit code."""
        assert self._process is not None
        self._process.send_signal(which)
        return self._process.wait(180)

    def is_ready(self) -> bool:
        """Tell whether the server answers that it can work; fail if the demo has ended."""
        assert self._process is not None
        assert self._process.poll() is None, self.said()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == http.client.OK
        except OSError:
            return False
        finally:
            connection.close()

    def said(self) -> str:
        """Return what it printed."""
        return self.output.read_text("utf-8", errors="replace")

    def processes(self) -> dict[int, str]:
        """Return what runs on behalf of this home: process id to command line."""
        found = {}
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit():
                continue
            try:
                command = (
                    (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                )
                environment = (folder / "environ").read_bytes().decode(errors="replace")
            except OSError:
                continue  # ended meanwhile, or not ours
            if str(self.home) in command or f"GRIDCALL_HOME={self.home}\0" in environment:
                found[int(folder.name)] = command.strip()
        return found

    def pid_of(self, part: str) -> int | None:
        """Return the process whose command line contains something, the oldest of several."""
        return min(
            (pid for pid, command in self.processes().items() if part in command), default=None
        )


def until(happened: Callable[[], object], within_s: float = READY_S) -> None:
    """Wait for a condition, and fail when it does not come."""
    deadline = time.monotonic() + within_s
    while not happened():
        assert time.monotonic() < deadline, f"{happened} did not happen within {within_s} s"
        time.sleep(0.02)


def free_port() -> int:
    """Return a TCP port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
