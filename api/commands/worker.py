"""``gridcall worker``."""

from __future__ import annotations

import signal
import threading
from contextlib import closing

import typer

from api import worker as background
from api.commands import example
from gis.db import home as homes
from gis.db import provision
from gis.db.database import Database
from gis.settings import Settings


def worker() -> None:
    """Run the background process until SIGTERM or Ctrl-C."""
    stop = threading.Event()
    for which in (signal.SIGTERM, signal.SIGINT):
        signal.signal(which, lambda *_: stop.set())
    settings = Settings()
    homes.make_folder(settings.home)
    with provision.opened(settings, "gridcall worker") as url:
        provision.check_migrated(url)
        with closing(Database(url, pool_size=3)) as db:
            # Scans take seconds of computing; what has to be done in time does not wait for them.
            scans = threading.Thread(target=background.run_scans, args=(db, stop), name="scans")
            scans.start()
            try:
                background.run(db, stop, settings.home / "worker.alive")
            finally:
                stop.set()
                scans.join()


def register(root: typer.Typer) -> None:
    """Hang the command on the root."""
    root.command("worker", epilog=example("gridcall worker"))(worker)
