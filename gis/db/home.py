"""The folder of one installation's private cluster: who may use it, and where its parts lie."""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import stat
import subprocess
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from gis.errors import GridCallError

LONGEST_SOCKET_PATH = 103
"""Bytes a socket's path may have: 107 on Linux, 103 on macOS (sun_path less its final NUL)."""

SOCKET_NAME = ".s.PGSQL.5432"


class HomeUnusable(GridCallError):
    """The home folder cannot serve: wrong owner, or out of the database user's reach."""


class HomeInUse(GridCallError):
    """Another living process holds the home's lock."""


class HomeLock:
    """The one lock of a home; the kernel frees it however its holder ends.

    Parameters
    ----------
    home
        The folder.
    purpose
        What the holder does, for the message others get.
    """

    def __init__(self, home: Path, purpose: str) -> None:
        self._path = home / "lock"
        self._purpose = purpose
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        """Take the lock at once or not at all.

        Raises
        ------
        HomeInUse
            Somebody else has it; the message names the process.
        """
        make_folder(self._path.parent)
        file = self._path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "another process"
            file.close()
            raise HomeInUse(
                f"{self._path.parent} is in use by {holder}. Stop it first, or set GRIDCALL_HOME to another folder."
            ) from None
        file.truncate(0)
        file.write(f"process {os.getpid()} ({self._purpose})\n")
        file.flush()
        self._file = file
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Free the lock; the file stays, since removing it would let two holders in."""
        if self._file is not None:
            self._file.truncate(0)
            self._file.close()
            self._file = None


def make_folder(folder: Path) -> None:
    """Create a home others may pass through (the database user must) but not list."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o711, exist_ok=True)


def server_user(data_dir: Path) -> pwd.struct_passwd | None:
    """Return the account PostgreSQL runs under, None for our own.

    PostgreSQL refuses to run as root: root lends it to the data folder's owner, for a new one to ``postgres`` or,
    where no package made that account, ``nobody``.

    Raises
    ------
    HomeUnusable
        The data folder belongs to somebody we are not.
    """
    if os.geteuid() != 0:
        if data_dir.exists() and data_dir.stat().st_uid != os.geteuid():
            raise HomeUnusable(
                f"{data_dir} belongs to another user. Set GRIDCALL_HOME to a folder of your own."
            )
        return None
    if data_dir.exists() and (owner := data_dir.stat().st_uid) != 0:
        return pwd.getpwuid(owner)
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise HomeUnusable(
        "PostgreSQL cannot run as root and there is neither a user postgres nor nobody."
    )


def check_reach(home: Path, user: pwd.struct_passwd | None) -> None:
    """Make sure that the account PostgreSQL runs under can enter the home.

    Raises
    ------
    HomeUnusable
        A folder above keeps it out.
    """
    if user is None:
        return
    entered = subprocess.run(
        ["/bin/sh", "-c", 'cd "$1"', "sh", str(home)],
        user=user.pw_uid, group=user.pw_gid, extra_groups=[], cwd="/", capture_output=True, check=False,
    )  # fmt: skip
    if entered.returncode != 0:
        raise HomeUnusable(
            f"PostgreSQL runs as {user.pw_name} here, who may not enter {home}. "
            "Set GRIDCALL_HOME to a folder everybody may pass through, for example below /var/lib."
        )


def make_socket_folder(home: Path, user: pwd.struct_passwd | None) -> Path:
    """Create the folder of the Unix socket: private, and short enough for the kernel.

    Returns
    -------
    Path
        ``<home>/run``, or a folder in ``/tmp`` named after the home where that path would be too long.

    Raises
    ------
    HomeUnusable
        Somebody else made the folder before us.
    """
    folder = socket_folder(home)
    uid, gid = (user.pw_uid, user.pw_gid) if user else (os.geteuid(), os.getegid())
    try:
        folder.mkdir(mode=0o700)
        os.chown(folder, uid, gid)
    except FileExistsError:
        pass
    found = folder.lstat()
    if found.st_uid == 0 and uid != 0 and os.geteuid() == 0 and stat.S_ISDIR(found.st_mode):
        os.chown(folder, uid, gid)  # we were killed between making it and giving it away
        found = folder.lstat()
    if (
        not stat.S_ISDIR(found.st_mode)
        or found.st_uid != uid
        or stat.S_IMODE(found.st_mode) != 0o700
    ):
        raise HomeUnusable(
            f"{folder} exists and is not a private folder of the database's user; remove it."
        )
    return folder


def socket_folder(home: Path) -> Path:
    """Return where the socket of this home lies (the folder need not exist)."""
    inside = home / "run"
    if len(os.fsencode(inside / SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
        return inside
    # Not tempfile.gettempdir(): on macOS that is itself half of what the kernel allows. The folder's owner and
    # mode are checked before use.
    return Path("/tmp") / f"gridcall-{hashlib.sha256(os.fsencode(home)).hexdigest()[:16]}"  # noqa: S108
