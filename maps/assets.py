"""Vendor the browser libraries: copy pinned npm packages to ``maps/static/vendor``.

``make assets`` (``python -m maps.assets``) is the only thing in the project that needs Node: it runs
``npm ci --ignore-scripts`` in a temporary folder, copies the listed files of each pinned package byte for byte and
writes ``manifest.json`` (version, licence, npm integrity, SHA-256 of each file). ``--check`` rebuilds and compares
without writing. The copies are committed, so running and testing read only the manifest.
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = Path(__file__).resolve().parent / "static" / "vendor"
MANIFEST = VENDOR / "manifest.json"


@dataclass(frozen=True)
class Library:
    """One npm package and the files of it that we serve; paths are relative to the package."""

    name: str
    files: tuple[str, ...]


LIBRARIES = (
    Library(
        "leaflet",
        (
            "LICENSE",
            "dist/leaflet.js",
            "dist/leaflet.css",
            "dist/images/layers.png",
            "dist/images/layers-2x.png",
            "dist/images/marker-icon.png",
            "dist/images/marker-icon-2x.png",
            "dist/images/marker-shadow.png",
        ),
    ),
    Library(
        "leaflet.markercluster",
        ("MIT-LICENCE.txt", "dist/leaflet.markercluster.js", "dist/MarkerCluster.css"),
    ),
    Library(
        "swagger-ui-dist",
        (
            "LICENSE",
            "NOTICE",
            "swagger-ui-bundle.js",
            "swagger-ui-bundle.js.LICENSE.txt",
            "swagger-ui.css",
        ),
    ),
)


def served_path(library: str, version: str, file: str) -> str:
    """Path of a library's file below ``vendor/``: npm's ``dist/`` folder is dropped."""
    return f"{library}/{version}/{file.removeprefix('dist/')}"


def checksum(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_manifest() -> dict[str, dict[str, object]]:
    """Return the committed manifest: library name -> version, licence, integrity, files."""
    manifest: dict[str, dict[str, object]] = json.loads(MANIFEST.read_text("utf-8"))
    return manifest


def _install(folder: Path) -> Path:
    """Install exactly what package-lock.json pins; install scripts never run."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / name, folder / name)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return folder / "node_modules"


def build(target: Path) -> dict[str, dict[str, object]]:
    """Copy the pinned packages' files below ``target`` and return their manifest.

    Raises
    ------
    subprocess.CalledProcessError
        npm could not install the pinned packages.
    FileNotFoundError
        npm is missing, or a listed file is not in its package.
    """
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    manifest: dict[str, dict[str, object]] = {}
    with tempfile.TemporaryDirectory(prefix="gridcall-assets-") as temporary:
        modules = _install(Path(temporary))
        for library in LIBRARIES:
            pinned = lock[f"node_modules/{library.name}"]
            files = {}
            for file in library.files:
                served = served_path(library.name, pinned["version"], file)
                (target / served).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(modules / library.name / file, target / served)
                files[served] = checksum(target / served)
            manifest[library.name] = {
                "version": pinned["version"],
                "license": pinned["license"],
                "integrity": pinned["integrity"],
                "files": files,
            }
    return manifest


def main() -> int:
    """Rebuild ``maps/static/vendor``, or with ``--check`` say whether a rebuild would change it."""
    parser = argparse.ArgumentParser(
        description="Rebuild maps/static/vendor from the pinned npm packages."
    )
    parser.add_argument(
        "--check", action="store_true", help="compare a rebuild with the committed files"
    )
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory(prefix="gridcall-vendor-") as temporary:
        fresh = Path(temporary)
        manifest = build(fresh)
        if check:
            same = manifest == read_manifest()
            print(
                "maps/static/vendor matches the pinned packages"
                if same
                else "maps/static/vendor differs"
            )
            return 0 if same else 1
        shutil.rmtree(VENDOR, ignore_errors=True)
        shutil.copytree(fresh, VENDOR)
    MANIFEST.write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")
    for name, entry in manifest.items():
        print(f"{name} {entry['version']} ({entry['license']})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
