"""Which encoding a file's text is in: UTF-8, UTF-16 or GB18030 (which GBK and GB2312 are parts of).

The bytes decide, not what a file says of itself: every GB18030 text of more than a few Chinese
characters is invalid as UTF-8, so the order of trying is safe.
"""

from __future__ import annotations

import codecs
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gis.errors import InvalidInput

__all__ = ["TextEncoding", "dbf_encoding", "text_encoding"]

_BLOCK: Final = 1024**2
_DBF_SAMPLE_RECORDS: Final = 20_000


@dataclass(frozen=True, slots=True)
class TextEncoding:
    """An encoding by Python's name, and how many line ends the file has in it."""

    name: str
    lines: int


def text_encoding(path: Path) -> TextEncoding:
    """Return the encoding in which the whole of a text file can be read.

    Raises
    ------
    InvalidInput
        If it is neither UTF-8, UTF-16 with its mark, nor GB18030; names the line that is not.
    """
    with path.open("rb") as source:
        start = source.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates: tuple[str, ...] = ("utf-16",)
    else:
        candidates = ("utf-8-sig", "gb18030")
    last_line = 0
    for name in candidates:
        lines, valid = _decodes(path, name)
        if valid:
            return TextEncoding(name, lines)
        last_line = max(last_line, lines + 1)
    raise InvalidInput.of(
        "file",
        f"{path.name}, near line {last_line}: the text is neither UTF-8 nor GB18030; "
        "save it as UTF-8",
    )


def _decodes(path: Path, name: str) -> tuple[int, bool]:
    decoder = codecs.getincrementaldecoder(name)()
    lines = 0
    with path.open("rb") as source:
        try:
            while block := source.read(_BLOCK):
                lines += decoder.decode(block).count("\n")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            return lines + error.object[: error.start].count(b"\n"), False
    return lines, True


def dbf_encoding(path: Path) -> str | None:
    """Return the encoding of a shapefile's attributes, None where all of them are ASCII.

    Parameters
    ----------
    path
        The ``.dbf``. Its own statement (``.cpg``) is often missing or wrong and is not asked.

    Notes
    -----
    Fields have fixed widths and may cut a character in half at their end; that alone does not
    make a value invalid.
    """
    with path.open("rb") as source:
        header = source.read(32)
        if len(header) < 32:
            return None
        header_size, record_size = struct.unpack("<HH", header[8:12])
        descriptors = source.read(max(header_size - 32, 0))
        names, slices, at = [], [], 1
        for i in range(0, len(descriptors) - 31, 32):
            if descriptors[i] == 0x0D:
                break
            names.append(descriptors[i : i + 11].split(b"\0", 1)[0])
            width = descriptors[i + 16]
            if descriptors[i + 11 : i + 12] == b"C":
                slices.append(slice(at, at + width))
            at += width
        values = list(names)
        for _ in range(_DBF_SAMPLE_RECORDS):
            record = source.read(record_size)
            if len(record) < record_size:
                break
            values.extend(record[part].rstrip(b" \0") for part in slices)
    values = [value for value in values if not value.isascii()]
    if not values:
        return None
    return "utf-8" if all(_starts_as(value, "utf-8") for value in values) else "gb18030"


def _starts_as(value: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(value, final=False)
    except UnicodeDecodeError:
        return False
    return True
