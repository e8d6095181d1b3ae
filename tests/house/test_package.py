"""The source archive and the wheel hold everything GridCall runs on, and the wheel runs away from the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("api", "data", "gis", "maps")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
BUILD = "import sys; from setuptools import build_meta; print(getattr(build_meta, sys.argv[1])(sys.argv[2]))"
ASK = """
from api.app import create_app
from gis.db.provision import head_revision
from gis.db.queries import sql
from gis.settings import Settings
import maps
app = create_app(Settings(database_url="postgresql://nobody@127.0.0.1:9/nothing"))
assert sql("match")
print(maps.__file__, head_revision(), len(app.openapi()["paths"]))
"""


def source_files() -> set[str]:
    """Return the files of the packages, whatever their kind; what running leaves behind is none."""
    return {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def build(what: str, source: Path, target: Path) -> Path:
    """Build by the backend that pyproject names, in a folder that may be written to."""
    done = subprocess.run(
        [sys.executable, "-c", BUILD, what, str(target)],
        cwd=source, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return target / done.stdout.splitlines()[-1]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package")
    source = folder / "source"
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    return build("build_sdist", source, folder)


@pytest.fixture(scope="module")
def wheel(archive: Path) -> Path:
    """The wheel, made from the source archive alone."""
    with tarfile.open(archive) as packed:
        packed.extractall(archive.parent / "unpacked", filter="data")
    (source,) = (archive.parent / "unpacked").iterdir()
    return build("build_wheel", source, archive.parent)


def test_the_archive_holds_every_file_of_the_packages(archive: Path) -> None:
    with tarfile.open(archive) as packed:
        names = {name.partition("/")[2] for name in packed.getnames()}
    assert source_files() - names == set()
    assert {"pyproject.toml", "README.md", "LICENSE"} <= names


def test_the_wheel_holds_every_file_of_the_packages(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = {name for name in packed.namelist() if ".dist-info/" not in name}
    assert source_files() - names == set()
    assert names - source_files() == set()


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        (info,) = {name.partition("/")[0] for name in packed.namelist() if ".dist-info/" in name}
        said = HeaderParser().parsestr(packed.read(f"{info}/METADATA").decode())
        entries = packed.read(f"{info}/entry_points.txt").decode()
        licence = packed.read(f"{info}/licenses/LICENSE")
    assert (said["Name"], said["Version"]) == (PROJECT["name"], PROJECT["version"])
    assert said["License-Expression"] == "Apache-2.0"
    assert said.get_all("License-File") == ["LICENSE"]
    assert licence == (ROOT / "LICENSE").read_bytes()
    assert said["Requires-Python"] == PROJECT["requires-python"]
    assert "gridcall = api.cli:main" in entries


def test_the_wheel_runs_away_from_the_checkout(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tmp_path / "site")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site"), "PYTHONSAFEPATH": "1"}
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    where, head, paths = done.stdout.split()
    assert Path(where).is_relative_to(tmp_path)
    migrations = tmp_path / "site/gis/db/migrations/versions"
    assert any(path.name.startswith(head) for path in migrations.glob("*.py"))
    assert int(paths) > 50
