"""Photos of a report: checked, re-encoded without what they carry along, and kept as files.

The bytes lie in a folder of their own, never on the database's volume: a full volume of the
write-ahead log stops the whole database. A photo is known by the SHA-256 of what was sent; the
file is named by the SHA-256 of what is stored.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import os
import tempfile
import uuid
import warnings
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from gis.audience import Actor
from gis.db.database import Row, Transaction
from gis.errors import Conflict, InvalidInput, NotAllowed, NotFound
from gis.workflow.case import AssignmentState, ReportLike
from gis.workflow.guards import parties_of
from gis.workflow.store import load_cases, read_reports

MOST_BYTES = 12_000_000
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 2048
MOST_OF_A_REPORT = 30
QUALITY = 85
FORMATS = ("JPEG", "PNG", "WEBP")
CONTENT_TYPE = "image/jpeg"
_ADDERS = frozenset({"centre", "grid", "reporter", "lead", "assisting"})


@dataclass(frozen=True)
class Picture:
    """A picture as it is stored: JPEG bytes without EXIF, comment or profile."""

    data: bytes
    width: int
    height: int

    @property
    def sha256(self) -> str:
        """Hexadecimal SHA-256 of the bytes."""
        return hashlib.sha256(self.data).hexdigest()


def clean_picture(data: bytes) -> Picture:
    """Decode a photo and encode it anew.

    Size and pixels are capped before decoding: 20 KB of PNG can hold 169 million pixels. Turned
    upright by its EXIF first, then copied pixel by pixel, because saving the same image again
    keeps a JPEG's comment.

    Raises
    ------
    InvalidInput
        It is no picture of a known format, is broken or too large.
    """
    if len(data) > MOST_BYTES:
        raise InvalidInput.of("photo", f"Must have at most {MOST_BYTES // 1_000_000} MB.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(data), formats=FORMATS) as sent:
                if sent.width * sent.height > MOST_PIXELS:
                    raise InvalidInput.of(
                        "photo", f"Must have at most {MOST_PIXELS // 1_000_000} million pixels."
                    )
                sent.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
                upright = ImageOps.exif_transpose(sent).convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError,
            Warning) as error:  # fmt: skip
        raise InvalidInput.of("photo", "Is no whole JPEG, PNG or WebP picture.") from error
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    bare = Image.new("RGB", upright.size)
    bare.paste(upright)
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=QUALITY, optimize=True)
    return Picture(out.getvalue(), bare.width, bare.height)


def put_photo(
    tx: Transaction,
    actor: Actor,
    report_id: uuid.UUID,
    sha256: str,
    data: bytes,
    folder: Path,
    now: dt.datetime,
) -> bool:
    """Store a photo of a report; False if it was stored before.

    Parameters
    ----------
    sha256
        What the sender computed over ``data``.
    folder
        Where photos are kept.

    Raises
    ------
    NotFound
        There is no such report, or the actor may not know of it.
    InvalidInput
        The bytes are not those of the hash, or no picture.
    NotAllowed
        The actor has no part in the report.
    Conflict
        The report has as many photos as it may.
    """
    report, parts = _report(tx, actor, report_id)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise InvalidInput.of("sha256", "Is not that of the bytes sent.")
    if not _ADDERS & parties_of(report, actor, parts):
        raise NotAllowed("Only those who have a part in the report add photos.")
    kept = {row["sha256"] for row in list_photos(tx, actor, report_id)}
    if sha256 in kept:
        return False
    if len(kept) >= MOST_OF_A_REPORT:
        raise Conflict(f"A report has at most {MOST_OF_A_REPORT} photos.")
    picture = clean_picture(data)
    _keep(photo_path(folder, actor.county_code, picture.sha256), picture.data)
    tx.see_county(actor.county_code)
    tx.rows(
        "INSERT INTO photo (county_code, report_id, sha256, stored_sha256, account_id, width,"
        " height, bytes, at) VALUES (%(county)s, %(report)s, %(sha256)s, %(stored)s, %(account)s,"
        " %(width)s, %(height)s, %(bytes)s, %(now)s) ON CONFLICT DO NOTHING",
        {
            "county": actor.county_code,
            "report": report_id,
            "sha256": sha256,
            "stored": picture.sha256,
            "account": actor.account_id,
            "width": picture.width,
            "height": picture.height,
            "bytes": len(picture.data),
            "now": now,
        },
    )
    return True


def list_photos(tx: Transaction, actor: Actor, report_id: uuid.UUID) -> list[Row]:
    """Return the photos of a visible report, oldest first."""
    return tx.query(
        "photos",
        {
            "county": actor.county_code,
            "report": report_id,
            "audience": list(actor.audience),
        },
    )


def get_photo(
    tx: Transaction, actor: Actor, report_id: uuid.UUID, sha256: str, folder: Path
) -> Path:
    """Return the file of a photo.

    Raises
    ------
    NotFound
        The report has no such photo, or the actor may not know of the report.
    """
    for row in list_photos(tx, actor, report_id):
        if row["sha256"] == sha256:
            path = photo_path(folder, actor.county_code, row["stored_sha256"])
            if path.is_file():
                return path
    raise NotFound("There is no such photo.")


def photo_path(folder: Path, county_code: str, stored_sha256: str) -> Path:
    """Return where a stored photo lies; two levels keep folders small."""
    return folder / county_code / stored_sha256[:2] / f"{stored_sha256}.jpg"


def _report(
    tx: Transaction, actor: Actor, report_id: uuid.UUID
) -> tuple[ReportLike, list[AssignmentState]]:
    tx.see_as(actor)
    report = read_reports(tx, actor.county_code, [report_id]).get(report_id)
    if report is None or not set(report.audience).intersection(actor.audience):
        raise NotFound("There is no such report.")
    return report, list(load_cases(tx, [report])[report_id].assignments)


def _keep(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; the same name always has the same bytes."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(part).replace(path)
    except OSError:
        Path(part).unlink(missing_ok=True)
        raise
