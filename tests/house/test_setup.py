"""scripts/setup: plain sh, nothing to do where nothing is missing, nothing installed unasked."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ("scripts/setup", "scripts/packages.sh")


def sh(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("script", SCRIPTS)
def test_script_is_valid_sh(script: str) -> None:
    answer = sh("-n", script)
    assert answer.returncode == 0, answer.stderr


def test_setup_says_nothing_when_nothing_is_missing() -> None:
    # These tests run in the environment it made.
    answer = sh("scripts/setup", "--dev")
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


def test_unknown_option_is_wrong_usage() -> None:
    assert sh("scripts/setup", "--everything").returncode == 2


@pytest.mark.parametrize("what", ["postgis", "chromium", "font"])
def test_nothing_is_installed_without_saying_so(what: str, tmp_path: Path) -> None:
    # A PATH with an apt-get that only writes down how it was called.
    for name in ("sh", "env", "cp", "mv", "id", "uname"):
        (tmp_path / name).symlink_to(shutil.which(name) or "")
    calls = tmp_path / "calls"
    for name in ("apt-get", "sudo"):
        (tmp_path / name).write_text(f'#!/bin/sh\necho "{name} $*" >> {calls}\n')
        (tmp_path / name).chmod(0o755)
    answer = sh("-c", f". scripts/packages.sh; apt_install() {{ echo \"$@\" >> {calls}; }}; "
                      f"install_postgis_apt() {{ apt_install \"$@\"; }}; install_packages {what}", PATH=str(tmp_path))  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    assert f"Missing: {what}. Installing with apt-get: " in answer.stdout
    update, install = calls.read_text().splitlines()
    assert "update" in update
    assert install == answer.stdout.strip().partition("apt-get: ")[2]


def test_a_machine_without_package_manager_is_told(tmp_path: Path) -> None:
    answer = sh("-c", ". scripts/packages.sh; install_packages postgis", PATH=str(tmp_path))
    assert answer.returncode != 0
    assert "Install it by hand" in answer.stderr
