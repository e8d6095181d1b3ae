"""The private cluster: durable, private, and started again after whatever happened to it."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gis import settings
from gis.db import home as homes
from gis.db.cluster import SUPERUSER, Cluster, ClusterFailed
from gis.db.home import HomeInUse, HomeLock, HomeUnusable
from tests.support.databases import forget


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    # Below /tmp and not below pytest's own folder, which only its user may enter: as root the server is another's.
    folder = Path(f"/tmp/gridcall-home-{os.getpid()}-{time.monotonic_ns()}")
    yield folder
    forget(folder)


@pytest.fixture
def started(home: Path) -> Iterator[Cluster]:
    cluster = Cluster(home)
    cluster.start()
    yield cluster
    cluster.stop()


def until(happened: Callable[[], bool], within_s: float = 30) -> None:
    deadline = time.monotonic() + within_s
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def show(cluster: Cluster, setting: str) -> object:
    with cluster.superuser() as connection:
        row = connection.execute(f"SHOW {setting}".encode()).fetchone()
    return row[0] if row else None


def test_new_cluster_is_durable_and_checks_its_pages(started: Cluster) -> None:
    for setting in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
        assert show(started, setting) == "on"


def test_cluster_listens_on_a_private_socket_only(started: Cluster) -> None:
    assert show(started, "listen_addresses") == ""
    folder = homes.socket_folder(started.home)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert (folder / homes.SOCKET_NAME).is_socket()


def test_server_does_not_run_as_root(started: Cluster) -> None:
    assert started.pid is not None
    assert Path(f"/proc/{started.pid}").stat().st_uid == started.data_dir.stat().st_uid != 0


def test_chinese_counts_as_letters(started: Cluster) -> None:
    with started.superuser() as connection:
        row = connection.execute("SELECT '诸城' ~ '^[[:alpha:]]+$'").fetchone()
    assert row == (True,)


def test_long_home_keeps_its_socket_short(home: Path) -> None:
    deep = home / ("a" * 60) / ("b" * 60)
    deep.mkdir(parents=True, mode=0o711)
    cluster = Cluster(deep)
    try:
        cluster.start()
        assert (
            len(os.fsencode(homes.socket_folder(deep) / homes.SOCKET_NAME))
            <= homes.LONGEST_SOCKET_PATH
        )
        assert show(cluster, "server_version_num") is not None
    finally:
        cluster.stop()
        cluster.remove()
    assert not homes.socket_folder(deep).exists()


def test_socket_folder_of_a_stranger_is_refused(home: Path) -> None:
    home.mkdir(mode=0o711)
    homes.socket_folder(home).mkdir(mode=0o777)
    homes.socket_folder(home).chmod(0o777)
    with pytest.raises(HomeUnusable, match="not a private folder"):
        Cluster(home).start()


def test_home_has_one_holder_and_names_it(home: Path) -> None:
    with (
        HomeLock(home, "gridcall demo"),
        pytest.raises(HomeInUse, match=rf"process {os.getpid()} \(gridcall demo\)"),
        HomeLock(home, "other"),
    ):
        pytest.fail("two holders")
    with HomeLock(home, "gridcall import"):
        assert "gridcall import" in (home / "lock").read_text()


def test_lock_of_a_killed_holder_is_free(home: Path) -> None:
    code = "import sys;from pathlib import Path;from gis.db.home import HomeLock\nwith HomeLock(Path(sys.argv[1]),'x'):\n print(1,flush=True);sys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=settings.CHECKOUT,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"1\n"
    with pytest.raises(HomeInUse, match=f"process {holder.pid}"), HomeLock(home, "second"):
        pytest.fail("two holders")
    holder.kill()
    holder.communicate()
    with HomeLock(home, "second"):
        assert f"process {os.getpid()}" in (home / "lock").read_text()


def test_home_out_of_the_database_users_reach_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    user = homes.server_user(tmp_path / "postgres")
    if user is None:
        homes.check_reach(tmp_path, user)  # nobody else's reach is needed
    else:
        with pytest.raises(HomeUnusable, match=f"runs as {user.pw_name}"):
            Cluster(tmp_path / "home").start()


def test_interrupted_initdb_leaves_nothing_behind(home: Path) -> None:
    home.mkdir(mode=0o711)
    half = home / "postgres.12ab34cd.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("15\n")
    cluster = Cluster(home)
    cluster.start()
    cluster.stop()
    assert not half.exists()
    assert (cluster.data_dir / "PG_VERSION").exists()


def test_data_outlives_a_killed_server(started: Cluster) -> None:
    with started.superuser() as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    assert started.pid is not None
    os.kill(started.pid, signal.SIGKILL)
    until(started.has_ended)
    started.start()
    with started.superuser() as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_server_that_outlived_its_gridcall_is_replaced(home: Path) -> None:
    first = Cluster(home, tied=False)
    first.start()
    second = Cluster(home)
    second.start()
    until(first.has_ended)
    assert second.pid not in {None, first.pid}
    second.stop()


def test_stale_pid_file_naming_a_stranger_is_no_obstacle(started: Cluster) -> None:
    pid_file = started.data_dir / "postmaster.pid"
    content = pid_file.read_text().split("\n", 1)[1]
    assert started.pid is not None
    os.kill(started.pid, signal.SIGKILL)
    until(started.has_ended)
    owner = started.data_dir.stat()
    stranger = subprocess.Popen(
        ["sleep", "600"],
        user=owner.st_uid if os.geteuid() == 0 else None,
        group=owner.st_gid if os.geteuid() == 0 else None,
        extra_groups=[] if os.geteuid() == 0 else None,
    )
    try:
        pid_file.write_text(f"{stranger.pid}\n{content}")
        started.start()
        assert stranger.poll() is None, "a process that is none of ours was ended"
    finally:
        stranger.kill()
        stranger.wait()


def test_setting_that_loses_rows_is_refused(started: Cluster) -> None:
    with started.superuser() as connection:
        connection.execute(f"ALTER ROLE {SUPERUSER} SET synchronous_commit = off".encode())
    started.stop()
    with pytest.raises(ClusterFailed, match="synchronous_commit"):
        started.start()


def test_removing_leaves_what_is_not_ours(home: Path) -> None:
    cluster = Cluster(home)
    cluster.start()
    cluster.stop()
    (home / "notes.txt").write_text("mine")
    cluster.remove()
    assert [entry.name for entry in home.iterdir()] == ["notes.txt"]


def test_two_checkouts_do_not_meet(monkeypatch: pytest.MonkeyPatch) -> None:
    here = settings.default_home()
    monkeypatch.setattr(settings, "CHECKOUT", settings.CHECKOUT / "elsewhere")
    assert settings.default_home() != here
    assert settings.default_home().parent == here.parent


def test_home_follows_the_xdg_folder_unless_root(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert settings.default_home().parent == tmp_path / "gridcall"
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    assert settings.default_home().is_relative_to(Path.home() / ".local/state/gridcall")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert settings.default_home().parent == Path("/var/lib/gridcall")
