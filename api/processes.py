"""Child processes of ``gridcall demo``: started, watched, started again, stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from gis.db.cluster import die_with_parent
from gis.errors import GridCallError
from gis.settings import CHECKOUT

_GRACE_S = 10.0
_RESTARTS = 5
_RESTART_WINDOW_S = 60.0


class ChildFailed(GridCallError):
    """A child process ended when it should not, again and again."""


class Child:
    """One command of ``gridcall`` as a process of its own; it ends when we are killed.

    Parameters
    ----------
    name
        The command, for example ``serve``.
    environment
        Variables on top of ours.
    log
        File its output is appended to.
    """

    def __init__(self, name: str, environment: dict[str, str], log: Path) -> None:
        self.name = name
        self._environment = environment
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at: list[float] = []

    def start(self) -> None:
        """Start the process; its own session keeps the terminal's Ctrl-C for us alone."""
        self._started_at.append(time.monotonic())
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*die_with_parent(signal.SIGTERM), sys.executable, "-m", "api", self.name],
                cwd=CHECKOUT,  # `-m` would else import whatever `api` lies where one stands
                env=os.environ | self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def has_ended(self) -> bool:
        """Tell whether the process is gone."""
        return self._process is None or self._process.poll() is not None

    def keep_alive(self) -> None:
        """Start the process again if it was killed.

        Raises
        ------
        ChildFailed
            It ended five times within a minute.
        """
        if not self.has_ended():
            return
        recent = [at for at in self._started_at if at > time.monotonic() - _RESTART_WINDOW_S]
        if len(recent) >= _RESTARTS:
            raise ChildFailed(
                f"`gridcall {self.name}` keeps ending; {self._log} ends with:\n{self.last_words()}"
            )
        self.start()

    def stop(self) -> None:
        """Ask the process to end, and make it end."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def last_words(self) -> str:
        """Return the end of its log."""
        return self._log.read_bytes()[-2000:].decode(errors="replace").strip()


def interrupt_on_termination() -> None:
    """Make SIGTERM and a closed terminal end us the way Ctrl-C does, so that ``with`` blocks close.

    SIGINT too: a shell starts background jobs with it ignored, and Python leaves that as it is.
    """
    for which in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(which, signal.default_int_handler)


def ignore_interrupts() -> None:
    """Let the orderly stop finish: what it waits for has limits of its own."""
    for which in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(which, signal.SIG_IGN)
