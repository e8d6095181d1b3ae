"""``gridcall serve`` as a process of its own over a database that is there: to be killed and started again."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
from pathlib import Path

from gis.db.cluster import die_with_parent
from gis.settings import CHECKOUT
from tests.support.installation import free_port, until


class ServerProcess:
    """A server on a port of its own.

    Parameters
    ----------
    database_url
        Owner's URL of the database it serves.
    folder
        Of its home and its log.
    """

    def __init__(self, database_url: str, folder: Path) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._log = folder / "serve.log"
        self._environment = os.environ | {
            "DATABASE_URL": database_url,
            "GRIDCALL_HOME": str(folder),
            "GRIDCALL_HOST": "127.0.0.1",
            "PORT": str(self.port),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*die_with_parent(signal.SIGKILL), sys.executable, "-m", "api", "serve"],
                cwd=CHECKOUT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        until(self._answers, 60)

    def kill(self) -> None:
        """End it as a fault does, without a word."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self._log.read_text("utf-8", errors="replace")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
