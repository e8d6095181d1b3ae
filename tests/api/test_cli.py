"""The command line: help with examples, honest exit codes, refusals that say what to do."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from api import cli
from api.cli import make_app
from api.commands import doctor
from api.commands.serve import is_loopback
from gis.settings import CHECKOUT
from tests.support.docs import command_words
from tests.support.installation import free_port


@dataclass(frozen=True)
class Answer:
    """What a command did."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def gridcall(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Answer]:
    """Return a way to call the command line, in this process: a new one takes seconds to import all."""

    def call(*arguments: str, **environment: str) -> Answer:
        monkeypatch.setattr(sys, "argv", ["gridcall", *arguments])
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        try:
            code = cli.main()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
        return Answer(code, *capsys.readouterr())

    return call


@pytest.mark.parametrize("words", command_words(), ids=" ".join)
def test_every_help_says_what_it_does_and_shows_an_example(words: tuple[str, ...]) -> None:
    answer = CliRunner().invoke(make_app(), [*words, "--help"])
    assert answer.exit_code == 0
    assert re.search(rf"gridcall {' '.join(words)}", answer.output.split("Example:")[1])


def test_module_and_command_are_the_same() -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "api", "worker", "--help"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0
    assert "Usage: gridcall worker" in answer.stdout


def test_wrong_usage_is_2(gridcall: Callable[..., Answer]) -> None:
    assert gridcall("nonsense").returncode == 2


def test_wrong_setting_is_named_without_its_value(gridcall: Callable[..., Answer]) -> None:
    answer = gridcall("migrate", DATABASE_URL="mysql://user:secret@host/d")
    assert answer.returncode == 2
    assert "DATABASE_URL" in answer.stderr
    assert "secret" not in answer.stderr
    assert "Traceback" not in answer.stderr


def test_unreachable_database_is_1_and_says_why_without_a_trace(
    gridcall: Callable[..., Answer],
) -> None:
    url = f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"
    answer = gridcall("migrate", DATABASE_URL=url)
    assert answer.returncode == 1
    assert "does not let us in" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_migrate_and_doctor_agree_on_a_database(
    gridcall: Callable[..., Answer], database_url: str
) -> None:
    assert gridcall("migrate", DATABASE_URL=database_url).returncode == 0
    answer = gridcall("doctor", DATABASE_URL=database_url, PORT=str(free_port()))
    assert answer.returncode == 0, answer.stdout
    assert "database: DATABASE_URL answers" in answer.stdout


def test_doctor_names_a_database_that_needs_migrating(
    gridcall: Callable[..., Answer], database_url: str
) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    answer = gridcall("doctor", DATABASE_URL=database_url, PORT=str(free_port()))
    assert answer.returncode == 1
    assert "get it with: gridcall migrate" in answer.stdout


def test_taken_port_is_said_before_anything_is_done(
    gridcall: Callable[..., Answer], tmp_path: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        home = tmp_path / "home"
        answer = gridcall("demo", PORT=str(port), GRIDCALL_HOME=str(home), DATABASE_URL="")
    assert answer.returncode == 1
    assert f"make demo PORT={port + 1}" in answer.stderr
    assert not home.exists()


def test_doctor_names_a_port_that_is_taken_by_a_stranger(
    gridcall: Callable[..., Answer], database_url: str
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = str(taken.getsockname()[1])
        answer = gridcall("doctor", DATABASE_URL=database_url, PORT=port)
    assert answer.returncode == 1
    assert f"MISSING   port: Cannot listen on 127.0.0.1:{port}" in answer.stdout


def test_demo_accounts_are_not_served_beyond_this_machine(
    gridcall: Callable[..., Answer], database_url: str
) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "INSERT INTO county (code, name, name_en) VALUES ('370782', '诸城市', 'Zhucheng')"
        )
        connection.execute(
            "INSERT INTO account (id, county_code, username, name, password_hash, role, demo)"
            " VALUES (gen_random_uuid(), '370782', 'admin', 'Admin', 'x', 'admin', true)"
        )
    answer = gridcall(
        "serve", "--host", "0.0.0.0", "--port", str(free_port()), DATABASE_URL=database_url
    )
    assert answer.returncode == 1
    assert "demo accounts" in answer.stderr


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True), ("0.0.0.0", False),
     ("::", False), ("192.168.1.2", False), ("gridcall.example", False)],
)  # fmt: skip
def test_loopback_is_this_machine_only(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


def test_doctor_names_the_packages_that_setup_installs() -> None:
    installs = (CHECKOUT / "scripts" / "packages.sh").read_text("utf-8")
    for what, by_manager in doctor.COMMANDS.items():
        for command in by_manager.values():
            packages = [
                word
                for word in command.partition(" install ")[2].split()
                if not word.startswith("-")
            ]
            assert all(
                re.search(rf"[ ]{re.escape(package)}\b", installs) for package in packages
            ), (what, command)


@pytest.mark.parametrize("manager", ["apt-get", "dnf", "brew"])
def test_doctor_knows_each_package_manager(manager: str) -> None:
    command = doctor.remedy("postgis", manager)
    assert manager in command
    assert command.endswith(doctor.UNTRIED) is (manager != "apt-get")


def test_doctor_says_what_goes_without(
    gridcall: Callable[..., Answer], database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor.shutil, "which", lambda _program: None)
    monkeypatch.setattr(doctor.sys, "platform", "linux")
    answer = gridcall("doctor", DATABASE_URL=database_url, PORT=str(free_port()))
    assert answer.returncode == 0, answer.stdout
    lines = answer.stdout.splitlines()
    chromium = next(i for i, line in enumerate(lines) if "Chromium" in line)
    assert lines[chromium] == (
        "optional  Chromium: none found (only for the browser tests of `make test`)"
    )
    assert "apt-get install --no-install-recommends chromium" in lines[chromium + 1]
    assert lines[chromium + 2] == (
        "optional  Chinese font: none found (only for pictures of layers, bulletins and tests)"
    )
    assert "fonts-noto-cjk" in lines[chromium + 3]


def _home_with_photo(home: Path, *, has_cluster: bool) -> Path:
    photo = home / "photos" / "370782" / "53" / "photo.jpg"
    photo.parent.mkdir(parents=True)
    photo.write_bytes(b"a resident's door")
    if has_cluster:
        (home / "postgres").mkdir()
    return photo


def test_removing_the_demo_removes_its_photos(
    gridcall: Callable[..., Answer], tmp_path: Path
) -> None:
    home = tmp_path / "home"
    _home_with_photo(home, has_cluster=True)
    assert gridcall("demo", "--remove", GRIDCALL_HOME=str(home)).returncode == 0
    assert not home.exists()


def test_photos_of_a_database_elsewhere_stay_with_it(
    gridcall: Callable[..., Answer], tmp_path: Path
) -> None:
    photo = _home_with_photo(tmp_path / "home", has_cluster=False)
    assert gridcall("demo", "--remove", GRIDCALL_HOME=str(tmp_path / "home")).returncode == 0
    assert photo.exists()
