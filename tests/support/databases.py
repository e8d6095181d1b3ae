"""The PostGIS cluster of one test run, shared by its xdist workers, and cheap databases in it.

The controlling process names a folder and, at the end, stops whatever runs in it. The first worker that needs a
database starts the cluster there; a file lock keeps the others waiting. Template databases are built once in the same
way; each test gets a clone (about 50 ms).
"""

from __future__ import annotations

import fcntl
import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gis.db import provision
from gis.db.cluster import Cluster

FOLDER_VARIABLE = "GRIDCALL_TEST_CLUSTER"
_PREFIX = "gridcall-test-"
# A crash of the machine may lose a test database, so nothing waits for the disk.
_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
}

_serial = itertools.count()
_started: list[Cluster] = []


def claim_folder() -> None:
    """Name this run's folder for all its workers, and clear up after runs that were killed."""
    base = Path(tempfile.gettempdir())
    for left in base.glob(f"{_PREFIX}*"):
        pid = int(left.name.removeprefix(_PREFIX).partition("-")[0])
        if not _lives(pid) and left.stat().st_uid == os.geteuid():
            forget(left)
    os.environ[FOLDER_VARIABLE] = tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=base)
    # mkdtemp makes it 0700; as root the server runs as another user, who has to pass.
    Path(os.environ[FOLDER_VARIABLE]).chmod(0o711)


def release_folder() -> None:
    """Stop this run's cluster, if any test needed one, and delete it."""
    while _started:  # without xdist the server is this process's own child
        _started.pop().stop()
    forget(Path(os.environ.pop(FOLDER_VARIABLE)))


def shared_cluster() -> Cluster:
    """Return this run's cluster, started by whoever asks first."""
    folder = Path(os.environ[FOLDER_VARIABLE])
    cluster = Cluster(folder, _FAST, tied=False)
    with _once(folder, "cluster") as first:
        if first:
            cluster.start()
            _started.append(cluster)
    return cluster


def template(
    cluster: Cluster, name: str, fill: Callable[[str], None], base: str | None = None
) -> str:
    """Build a template database once per run and return its name.

    Parameters
    ----------
    cluster
        The running cluster.
    name
        Name of the database.
    fill
        Called once with the URL of the new database.
    base
        Template it starts from.
    """
    with _once(cluster.home, name) as first:
        if first:
            fill(provision.create_database(cluster, name, template=base))
    return name


@contextmanager
def clone(cluster: Cluster, of: str) -> Iterator[str]:
    """Give out the URL of a fresh copy of a template; it is dropped afterwards."""
    name = f"test_{os.getpid()}_{next(_serial)}"
    # Two copies of one template at once fail: each counts as a user of the other's source.
    with _locked(cluster.home / "clone.lock"):
        url = provision.create_database(cluster, name, template=of)
    try:
        yield url
    finally:
        provision.drop_database(cluster, name)


@contextmanager
def _once(folder: Path, what: str) -> Iterator[bool]:
    """Hold a lock; True for the one who finds the thing undone. Done only when the block ends well."""
    done = folder / f"{what}.done"
    with _locked(folder / f"{what}.lock"):
        first = not done.exists()
        yield first
        if first:
            done.touch()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def forget(folder: Path) -> None:
    """Delete a cluster's home, whatever runs there."""
    Cluster(folder).remove()
    shutil.rmtree(folder, ignore_errors=True)
