"""The font that pictures are lettered with: one that has Chinese characters."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path
from typing import Final

from PIL import ImageFont

from gis.errors import Unavailable

_FOLDERS: Final = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("/System/Library/Fonts"),
    Path("/Library/Fonts"),
    Path("C:/Windows/Fonts"),
)
# Sans serif first; file names without their endings, in lower case.
_KNOWN: Final = (
    "notosanscjk-regular",
    "notosanscjksc-regular",
    "notosanssc-regular",
    "sourcehansanssc-regular",
    "sourcehansans-regular",
    "wqy-microhei",
    "wqy-zenhei",
    "pingfang",
    "hiragino sans gb",
    "stheiti light",
    "msyh",
    "simhei",
    "droidsansfallbackfull",
    "uming",
    "simsun",
)
_ENDINGS: Final = {".ttc", ".ttf", ".otf"}
_SAMPLE: Final = "网格热点"
_MOST_FACES: Final = 10


@cache
def chinese_font(size_px: int, given: Path | None = None) -> ImageFont.FreeTypeFont:
    """Return a font with Chinese characters.

    Parameters
    ----------
    size_px
        Height of a line's letters in pixels.
    given
        Font file to use instead of the first one found.

    Raises
    ------
    Unavailable
        There is no such font on this machine.
    """
    for path in [given] if given is not None else [*_named(), *_asked()]:
        font = _face(path, size_px)
        if font is not None:
            return font
    raise Unavailable(
        "No font with Chinese characters was found for pictures. Install one, for example Debian's"
        " package fonts-noto-cjk or fonts-wqy-microhei.",
        retry_after_s=3600,
    )


def _named() -> list[Path]:
    """Return fonts known by their names, the preferred ones first."""
    found = {
        path.stem.lower(): path
        for folder in _FOLDERS
        if folder.is_dir()
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in _ENDINGS
    }
    return [found[name] for name in _KNOWN if name in found]


def _asked() -> list[Path]:
    """Return what fontconfig knows of, where it is installed."""
    try:
        answer = subprocess.run(
            ["fc-list", ":lang=zh-cn", "file"],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return []
    return sorted(Path(line.rstrip(": ")) for line in answer.stdout.splitlines() if line)


def _face(path: Path, size_px: int) -> ImageFont.FreeTypeFont | None:
    """Return the face of a file for simplified Chinese, else its first; None if it has no 网."""
    faces = []
    for index in range(_MOST_FACES):
        try:
            faces.append(ImageFont.truetype(str(path), size_px, index=index))
        except OSError:
            break
    with_chinese = [face for face in faces if _has_chinese(face)]
    for face in with_chinese:
        if (face.getname()[0] or "").endswith(" SC"):
            return face
    return with_chinese[0] if with_chinese else None


def _has_chinese(face: ImageFont.FreeTypeFont) -> bool:
    """Tell whether characters have shapes of their own: a missing one looks like any missing one."""
    shapes = {bytes(face.getmask(letter)) for letter in _SAMPLE}
    return len(shapes) == len(_SAMPLE) and bytes(face.getmask("\U000f0000")) not in shapes
