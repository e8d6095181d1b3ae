"""The files a browser may fetch below ``/assets/``, read once at start-up.

Our own modules and styles are served below a folder named after the hash of the whole tree, so relative imports
between ES modules keep working and every address may be cached for ever. Vendored libraries carry their version.
"""

import gzip
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

STATIC = Path(__file__).resolve().parent / "static"
OWN_FOLDERS = ("css", "icons", "js")

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    "": "text/plain; charset=utf-8",
}
_IMPORTED = re.compile(r"""^import\s[^"']*["'](\.[^"']+)["'];$""", re.MULTILINE)
_COMPRESSIBLE = (".css", ".js", ".json", ".svg")


class Asset(NamedTuple):
    """One file: its bytes, media type, whether it never changes, and its gzip form where that is smaller."""

    body: bytes
    media_type: str
    immutable: bool
    gzip_body: bytes | None


def asset_of(name: str, body: bytes) -> Asset:
    """Wrap the bytes of a file called ``name``; every address below /assets/ is immutable."""
    suffix = Path(name).suffix if Path(name).suffix in MEDIA_TYPES else ""
    # mtime=0: the same file gives the same bytes on every server behind one address.
    packed = gzip.compress(body, compresslevel=6, mtime=0) if suffix in _COMPRESSIBLE else None
    return Asset(body, MEDIA_TYPES[suffix], True, packed)


def short_hash(body: bytes) -> str:
    """First 12 hexadecimal digits of the SHA-256."""
    return hashlib.sha256(body).hexdigest()[:12]


def own_files() -> dict[str, bytes]:
    """Our own files by path relative to ``static/``, sorted."""
    return {
        path.relative_to(STATIC).as_posix(): path.read_bytes()
        for folder in OWN_FOLDERS
        for path in sorted((STATIC / folder).rglob("*"))
        if path.is_file()
    }


def vendored_files() -> dict[str, bytes]:
    """Vendored files by path relative to ``static/``, manifest excluded."""
    vendor = STATIC / "vendor"
    return {
        path.relative_to(STATIC).as_posix(): path.read_bytes()
        for path in sorted(vendor.rglob("*"))
        if path.is_file() and path.parent != vendor
    }


@cache
def modules_of(entry: str) -> tuple[str, ...]:
    """Return a module and all it imports, as paths relative to ``static/``.

    A page that names them lets the browser fetch them at once, not import by import.

    Examples
    --------
    >>> modules_of("js/sign_in.js")
    ('js/sign_in.js',)
    """
    found: dict[str, None] = {}
    waiting = [STATIC / entry]
    while waiting:
        module = waiting.pop(0)
        name = module.relative_to(STATIC).as_posix()
        if name not in found:
            found[name] = None
            imported = _IMPORTED.findall(module.read_text("utf-8"))
            waiting += [(module.parent / path).resolve() for path in imported]
    return tuple(found)


def build_bundle() -> tuple[str, dict[str, Asset]]:
    """Return the prefix of our own files and all assets by their path below ``/assets/``."""
    own = own_files()
    digest = hashlib.sha256()
    for path, body in own.items():
        digest.update(f"{path}\0{len(body)}\0".encode())
        digest.update(body)
    prefix = digest.hexdigest()[:12]
    assets = {f"{prefix}/{path}": asset_of(path, body) for path, body in own.items()}
    assets |= {path: asset_of(path, body) for path, body in vendored_files().items()}
    return prefix, assets
