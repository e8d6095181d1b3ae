"""The vendored libraries are exactly what the manifest says, and the manifest what npm pins."""

import json
import re

from maps.assets import LIBRARIES, MANIFEST, ROOT, VENDOR, checksum, read_manifest, served_path


def test_committed_files_are_those_of_the_manifest():
    listed = {
        path: digest
        for entry in read_manifest().values()
        for path, digest in entry["files"].items()
    }
    on_disk = {
        path.relative_to(VENDOR).as_posix(): checksum(path)
        for path in VENDOR.rglob("*")
        if path.is_file() and path != MANIFEST
    }
    assert on_disk == listed


def test_manifest_follows_the_pins():
    pins = json.loads((ROOT / "package.json").read_text("utf-8"))["dependencies"]
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    manifest = read_manifest()
    assert set(pins) == set(manifest) == {library.name for library in LIBRARIES}
    for library in LIBRARIES:
        entry = manifest[library.name]
        pinned = lock[f"node_modules/{library.name}"]
        assert entry["version"] == pins[library.name] == pinned["version"]
        assert entry["integrity"] == pinned["integrity"]
        assert set(entry["files"]) == {
            served_path(library.name, entry["version"], file) for file in library.files
        }


def test_pins_are_exact_and_no_registry_is_named():
    package = (ROOT / "package.json").read_text("utf-8")
    assert all(
        re.fullmatch(r"\d+\.\d+\.\d+", pin) for pin in json.loads(package)["dependencies"].values()
    )
    assert "resolved" not in (ROOT / "package-lock.json").read_text("utf-8")


def test_every_library_brings_its_licence():
    for library in LIBRARIES:
        assert any("licen" in file.lower() for file in library.files), library.name
