"""Identifiers: time-ordered uuids, and the public id that carries the county."""

from __future__ import annotations

import os
import time
import uuid

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
