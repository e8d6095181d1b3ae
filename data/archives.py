"""Files inside zip and gzip, unpacked into a folder of our own.

Names inside an archive are never used as paths: a member is written under its bare name into one
folder, so ``../../etc/passwd`` has nowhere to go, and what would not fit is refused before it fills
the disk.
"""

from __future__ import annotations

import gzip
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Final, Protocol

from gis.errors import InvalidInput

__all__ = ["MAX_UNPACKED_BYTES", "unpack"]

MAX_UNPACKED_BYTES: Final = 8 * 1024**3
MAX_MEMBERS: Final = 1_000
_BLOCK: Final = 1024**2
_UTF8_NAMES: Final = 0x800
_ENCRYPTED: Final = 0x1


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def unpack(path: Path, folder: Path, *, suffixes: frozenset[str]) -> Path:
    """Return the one data file that `path` holds, unpacked into `folder` where needed.

    Parameters
    ----------
    path
        A file; anything but ``.zip`` and ``.gz`` is returned as it is.
    folder
        An empty folder that the caller removes.
    suffixes
        Endings of data files, lower case with the dot; files beside them (``.prj``, ``.dbf``) are
        unpacked too.

    Raises
    ------
    InvalidInput
        If the archive is damaged, locked, too large, or does not hold exactly one data file.
    """
    try:
        match path.suffix.lower():
            case ".zip":
                return _unzip(path, folder, suffixes)
            case ".gz":
                target = folder / _bare_name(path.stem)
                with gzip.open(path) as packed:
                    _copy(packed, target, MAX_UNPACKED_BYTES, path.name)
                return target
    except (zipfile.BadZipFile, gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InvalidInput.of("file", f"{path.name} is damaged: pack it again") from error
    return path


def _unzip(path: Path, folder: Path, suffixes: frozenset[str]) -> Path:
    found: dict[str, Path] = {}
    left = MAX_UNPACKED_BYTES
    with zipfile.ZipFile(path) as archive:
        members = [info for info in archive.infolist() if not info.is_dir()]
        if len(members) > MAX_MEMBERS:
            raise InvalidInput.of(
                "file", f"{path.name} holds {len(members)} files: pack one data set"
            )
        for info in members:
            name = _member_name(info)
            if name is None:
                continue
            if info.flag_bits & _ENCRYPTED:
                raise InvalidInput.of("file", f"{path.name} has a password: unpack it first")
            if name in found:
                raise InvalidInput.of("file", f"{path.name} holds {name} twice: pack one data set")
            found[name] = folder / name
            with archive.open(info) as packed:
                left -= _copy(packed, found[name], left, path.name)
    data = [target for name, target in found.items() if target.suffix.lower() in suffixes]
    if len(data) != 1:
        held = ", ".join(sorted(target.name for target in data)) or "none"
        raise InvalidInput.of(
            "file", f"{path.name} must hold exactly one data file; it holds {held}"
        )
    return data[0]


def _member_name(info: zipfile.ZipInfo) -> str | None:
    """Return the bare name of a member, None for what packers leave behind."""
    name = info.filename
    if not info.flag_bits & _UTF8_NAMES:
        # zipfile reads such names as cp437; Windows in China wrote them as GBK.
        raw = name.encode("cp437", errors="replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not parts or parts[0] == "__MACOSX" or parts[-1].startswith("."):
        return None
    return _bare_name(parts[-1])


def _bare_name(name: str) -> str:
    """Keep what may be in a file name on its own; the ending decides how the file is read."""
    kept = "".join(c if c.isprintable() and c not in '/\\:*?"<>|' else "_" for c in name)
    return kept[-100:].lstrip(".") or "file"


def _copy(source: _Readable, target: Path, limit: int, shown: str) -> int:
    """Copy at most `limit` bytes; the size an archive states for itself is not believed."""
    written = 0
    with target.open("wb") as out:
        while block := source.read(_BLOCK):
            written += len(block)
            if written > limit:
                gib = MAX_UNPACKED_BYTES // 1024**3
                raise InvalidInput.of("file", f"{shown} unpacks to more than {gib} GiB: split it")
            out.write(block)
    return written
