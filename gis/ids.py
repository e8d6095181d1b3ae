"""Identifiers: time-ordered uuids, and the public id that carries the county."""

from __future__ import annotations

import os
import time
import uuid

import numpy as np

from gis.errors import NotFound


def uuid7() -> uuid.UUID:
    """Return a uuid of version 7 (RFC 9562): 48 bits of Unix milliseconds, then random bits.

    Keys made in order of time keep an index's new entries together.
    """
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | (0x7 << 76)
    value = value & ~(0x3 << 62) | (0x2 << 62)
    return uuid.UUID(int=value)


def uuid7s(count: int) -> list[str]:
    """Return so many uuids of version 7, of this millisecond, as 32 hexadecimal digits."""
    milliseconds = time.time_ns() // 1_000_000
    value = np.empty((count, 16), dtype=np.uint8)
    value[:, :6] = np.frombuffer(milliseconds.to_bytes(6, "big"), dtype=np.uint8)
    value[:, 6:] = np.frombuffer(os.urandom(10 * count), dtype=np.uint8).reshape(count, 10)
    value[:, 6] = value[:, 6] & 0x0F | 0x70
    value[:, 8] = value[:, 8] & 0x3F | 0x80
    digits = value.tobytes().hex()
    return [digits[i : i + 32] for i in range(0, 32 * count, 32)]


def public_id(county_code: str, report_id: uuid.UUID) -> str:
    """Return ``<county>-<uuid>``, the id of a report outside the database."""
    return f"{county_code}-{report_id}"


def parse_public_id(text: str) -> tuple[str, uuid.UUID]:
    """Split a public id into its county and uuid.

    Raises
    ------
    NotFound
        The text is no such id: whoever asks learns nothing more.
    """
    county_code, _, rest = text.partition("-")
    try:
        return county_code, uuid.UUID(rest)
    except ValueError:
        raise NotFound("There is no such report.") from None
