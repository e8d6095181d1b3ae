"""The private PostGIS cluster of one home: made, started, checked and stopped by the process that holds the lock.

It listens on a Unix socket in a folder of its own and nowhere else. Whatever was killed before at whatever moment, the
next start works: a cluster is initialised beside its place and renamed into it, and a server that outlived its
GridCall is stopped before a new one is started.
"""

from __future__ import annotations

import contextlib
import functools
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg

from gis.db import home as homes
from gis.db.postgis import Installation, get_installation
from gis.errors import GridCallError

OWNER = "gridcall"
SUPERUSER = "postgres"

_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
_LARGEST_LOG_BYTES = 10_000_000
_START_S = 600.0  # crash recovery of a large database takes minutes
_STOP_S = 60.0
_POLL_S = 0.02
_PROC = Path("/proc")


class ClusterFailed(GridCallError):
    """PostgreSQL could not be initialised, started or stopped; the message carries its own words."""


class Cluster:
    """PostgreSQL with PostGIS in ``<home>/postgres``.

    Only the holder of the home's lock may start or stop it; anybody may ask for its URL.

    Parameters
    ----------
    home
        Folder of the data, the log and, where its path is short enough, the socket.
    settings
        Settings of postgresql.conf on top of ours, for example ``{"fsync": "off"}`` in tests.
    tied
        Whether the server ends with the process that started it.
    """

    def __init__(
        self, home: Path, settings: dict[str, str] | None = None, *, tied: bool = True
    ) -> None:
        self.home = home
        self.data_dir = home / "postgres"
        self.log = home / "postgres.log"
        self._extra = settings or {}
        self._tied = tied
        self._user: pwd.struct_passwd | None = None
        self._server: subprocess.Popen[bytes] | None = None

    def url(self, database: str, user: str = OWNER) -> str:
        """Return the libpq URL of one of its databases."""
        return f"postgresql://{user}@/{database}?host={quote(str(homes.socket_folder(self.home)), safe='')}"

    @property
    def pid(self) -> int | None:
        """Process id of the server we started, None when there is none."""
        return self._server.pid if self._server else None

    def start(self) -> None:
        """Start the server, after making the cluster if there is none, and wait until it answers.

        Raises
        ------
        PostgisMissing
            No PostgreSQL with PostGIS of the data's version is installed.
        HomeUnusable
            The home is out of reach or somebody else's.
        ClusterFailed
            PostgreSQL refused; its log says why.
        """
        homes.make_folder(self.home)
        self._user = homes.server_user(self.data_dir)
        homes.check_reach(self.home, self._user)
        self._drop_unfinished()
        version = self.data_dir / "PG_VERSION"
        installation = get_installation(int(version.read_text()) if version.exists() else None)
        if not version.exists():
            self._initialise(installation)
        self._stop_orphan()
        self._launch(installation)

    def stop(self) -> None:
        """Stop the server: clients are disconnected, what was committed is checkpointed."""
        if self._server is None:
            return
        for how, patience_s in (
            (signal.SIGINT, _STOP_S),
            (signal.SIGQUIT, _STOP_S),
            (signal.SIGKILL, _STOP_S),
        ):
            self._server.send_signal(how)
            try:
                self._server.wait(patience_s)
            except subprocess.TimeoutExpired:
                continue
            break
        self._server = None

    def has_ended(self) -> bool:
        """Tell whether the server we started is gone."""
        return self._server is None or self._server.poll() is not None

    def remove(self) -> None:
        """Delete everything of ours in the home, after stopping a server that outlived its GridCall.

        What else somebody keeps in that folder stays.
        """
        self._stop_orphan()
        shutil.rmtree(homes.socket_folder(self.home), ignore_errors=True)
        shutil.rmtree(self.data_dir, ignore_errors=True)
        self._drop_unfinished()
        for pattern in ("*.log", "*.log.1", "*.alive", "lock"):
            for file in self.home.glob(pattern):
                file.unlink()
        with contextlib.suppress(OSError):
            self.home.rmdir()

    def _run(self, arguments: list[str], output: IO[bytes] | int) -> subprocess.Popen[bytes]:
        """Start a program of PostgreSQL as its user, away from our terminal."""
        prefix = die_with_parent(signal.SIGINT) if self._tied else ()
        return subprocess.Popen(
            [*prefix, *arguments],
            # The user may not be able to enter our folder; what we read in the log is English.
            cwd="/",
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=self._user.pw_uid if self._user else None,
            group=self._user.pw_gid if self._user else None,
            extra_groups=[] if self._user else None,
        )

    def _drop_unfinished(self) -> None:
        """Remove clusters whose making was interrupted."""
        for leftover in self.home.glob("postgres.*.new"):
            shutil.rmtree(leftover, ignore_errors=True)

    def _initialise(self, installation: Installation) -> None:
        """Make the cluster beside its place, then rename it: it is there as a whole or not at all."""
        making = self.home / f"postgres.{secrets.token_hex(4)}.new"
        making.mkdir(mode=0o700)
        if self._user is not None:
            os.chown(making, self._user.pw_uid, self._user.pw_gid)
        # Collation C never changes under an index when the system's C library is upgraded; the character type
        # must know more than ASCII, or trigrams and lower() ignore Chinese.
        ctype = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
        arguments = [
            installation.program("initdb"), "--pgdata", str(making), "--username", SUPERUSER, "--encoding", "UTF8",
            "--locale", "C", "--lc-ctype", ctype, "--auth-local", "trust", "--auth-host", "reject", "--data-checksums",
        ]  # fmt: skip
        process = self._run(arguments, subprocess.PIPE)
        output, _ = process.communicate()
        if process.returncode != 0:
            shutil.rmtree(making, ignore_errors=True)
            raise ClusterFailed(f"initdb failed: {output.decode(errors='replace').strip()[-2000:]}")
        making.rename(self.data_dir)
        with _opened(self.home) as folder:
            os.fsync(folder)

    def _launch(self, installation: Installation) -> None:
        """Start the server, again while a killed one's last processes still hold its memory."""
        sockets = homes.make_socket_folder(self.home, self._user)
        if self.log.exists() and self.log.stat().st_size > _LARGEST_LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        settings = _server_settings() | {"unix_socket_directories": str(sockets)} | self._extra
        arguments = [installation.program("postgres"), "-D", str(self.data_dir)]
        for name, value in settings.items():
            arguments += ["-c", f"{name}={value}"]
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline:
            with self.log.open("ab") as log:
                begin = log.tell()
                self._server = self._run(arguments, log)
            if self._answers(deadline):
                self._check_durable(settings)
                return
            words = self.log.read_bytes()[begin:].decode(errors="replace")
            if "pre-existing shared memory block" not in words and not self._clear_recycled_pid(
                words
            ):
                break
            time.sleep(_POLL_S * 10)
        self.stop()
        raise ClusterFailed(
            f"PostgreSQL did not start; {self.log} ends with:\n{words.strip()[-2000:]}"
        )

    def _answers(self, deadline: float) -> bool:
        """Wait until the server takes connections; False when it ends instead."""
        while not self.has_ended() and time.monotonic() < deadline:
            with contextlib.suppress(psycopg.OperationalError), self.superuser():
                return True
            time.sleep(_POLL_S)
        return False

    @contextlib.contextmanager
    def superuser(
        self, database: str = "postgres"
    ) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
        """Give out a connection of the cluster's superuser that commits each statement."""
        with psycopg.connect(self.url(database, SUPERUSER), autocommit=True) as connection:
            yield connection

    def _check_durable(self, wanted: dict[str, str]) -> None:
        """Refuse a server that could lose what it acknowledged (a file in the data folder may say so)."""
        with self.superuser() as connection:
            for name in (*_DURABLE, "data_checksums"):
                row = connection.execute(f"SHOW {name}".encode()).fetchone()
                if row is None or row[0] != wanted.get(name, "on"):
                    self.stop()
                    raise ClusterFailed(
                        f"{name} is not {wanted.get(name, 'on')} in {self.data_dir}"
                    )

    def _stop_orphan(self) -> None:
        """Stop the server of a GridCall that was killed; whoever holds the lock owns what runs here.

        Raises
        ------
        ClusterFailed
            It does not stop.
        """
        for how in (signal.SIGINT, signal.SIGQUIT):
            pid = self._orphan()
            if pid is None:
                return
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, how)
            deadline = time.monotonic() + _STOP_S
            while self._orphan() == pid and time.monotonic() < deadline:
                time.sleep(_POLL_S)
        if (pid := self._orphan()) is not None:
            raise ClusterFailed(f"PostgreSQL (process {pid}) of {self.data_dir} does not stop")

    def _clear_recycled_pid(self, words: str) -> bool:
        """Remove a stale ``postmaster.pid`` whose number now belongs to a stranger; True if that was it.

        PostgreSQL takes any living process of its own user for the server that wrote the file. It is removed only
        when no process at all works in the data folder, so that no surviving child can still write there.
        """
        if 'lock file "postmaster.pid" already exists' not in words or not _has_proc():
            return False
        pids = (int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit())
        if any(_works_in(pid, self.data_dir) for pid in pids):
            return False
        (self.data_dir / "postmaster.pid").unlink()
        return True

    def _orphan(self) -> int | None:
        """Return the living server of this data folder, None if there is none.

        The number in ``postmaster.pid`` may since have been given to any other process, so that one is asked where
        it works. A stale file itself is PostgreSQL's to judge: it also tells of surviving children.
        """
        try:
            pid = int((self.data_dir / "postmaster.pid").read_text().split("\n", 1)[0])
            os.kill(pid, 0)
        except (FileNotFoundError, ValueError, ProcessLookupError, PermissionError):
            return None
        return pid if _works_in(pid, self.data_dir) else None


@functools.cache
def die_with_parent(how: signal.Signals) -> tuple[str, ...]:
    """Return what to put before a command so that it gets a signal when we are killed.

    ``setpriv`` of util-linux keeps the process and its id. Where it is missing (macOS) nothing is put before, and the
    next start stops what was left. Call from the main thread: the kernel looks at the thread that started the command.
    """
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return ()
    prefix = (setpriv, "--pdeathsig", how.name.removeprefix("SIG"))
    tried = subprocess.run([*prefix, "true"], capture_output=True, check=False)
    return prefix if tried.returncode == 0 else ()


def _server_settings() -> dict[str, str]:
    """Return postgresql.conf as we want it; on the command line, so that an old home gets today's."""
    memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    return _DURABLE | {
        "listen_addresses": "",
        "unix_socket_permissions": "0700",
        "port": "5432",
        "shared_buffers": f"{max(128, min(1024, memory_mb // 8))}MB",
        "max_wal_size": "2GB",
        "random_page_cost": "1.1",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %d ",
    }


def _has_proc() -> bool:
    return (_PROC / "self" / "cwd").exists()


def _works_in(pid: int, folder: Path) -> bool:
    """Tell whether a process is a PostgreSQL server of this data folder (its working directory)."""
    if _has_proc():
        try:
            return (_PROC / str(pid) / "cwd").readlink() == folder.resolve()
        except OSError:
            return False
    asked = ["ps", "-o", "args=", "-p", str(pid)]
    return str(folder) in subprocess.run(asked, capture_output=True, text=True, check=False).stdout


@contextlib.contextmanager
def _opened(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
