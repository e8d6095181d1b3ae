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
import shutil
import tempfile
import threading
import uuid
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image, ImageOps, UnidentifiedImageError

from gis.audience import Actor
from gis.db.database import Row, Transaction
from gis.errors import Conflict, InvalidInput, NotAllowed, NotFound, Unavailable
from gis.workflow.case import Case, ReportState
from gis.workflow.guards import parties_of
from gis.workflow.record import Author, Change, write
from gis.workflow.store import load_cases, lock_reports, read_reports

MOST_BYTES = 12_000_000
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 2048
SMALL_SIDE = 320
MOST_OF_A_REPORT = 10
LATE = dt.timedelta(days=7)
ADDED = "photo"
ENOUGH_FREE_BYTES = 256 * 1024 * 1024
QUALITY = 85
FORMATS = ("JPEG", "PNG", "WEBP")
CONTENT_TYPE = "image/jpeg"
Size = Literal["full", "thumbnail"]
_SHOWN = ("sha256", "width", "height", "bytes", "at", "author", "author_role")
_ADDERS = frozenset({"centre", "grid", "reporter", "lead", "assisting"})
# One picture of 40 million pixels takes 200 MB while it is decoded.
_DECODERS = threading.BoundedSemaphore(2)


@dataclass(frozen=True)
class Picture:
    """A picture as it is stored, and small: JPEG bytes without EXIF, comment or profile."""

    data: bytes
    thumbnail: bytes
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
    with _DECODERS:
        return _decoded(data)


def _decoded(data: bytes) -> Picture:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(data), formats=FORMATS) as sent:
                if sent.width * sent.height > MOST_PIXELS:
                    raise _too_many_pixels()
                sent.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
                upright = ImageOps.exif_transpose(sent).convert("RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Warning) as error:
        raise InvalidInput.of("photo", "Is no whole JPEG, PNG or WebP picture.") from error
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    bare = Image.new("RGB", upright.size)
    bare.paste(upright)
    whole = _jpeg(bare)
    width, height = bare.size
    bare.thumbnail((SMALL_SIDE, SMALL_SIDE))
    return Picture(whole, _jpeg(bare), width, height)


def _too_many_pixels() -> InvalidInput:
    # Pillow refuses by itself what is more than twice as large, before its size can be asked for.
    return InvalidInput.of("photo", f"Must have at most {MOST_PIXELS // 1_000_000} million pixels.")


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


def may_add_photo(
    tx: Transaction, actor: Actor, report_id: uuid.UUID, sha256: str, now: dt.datetime
) -> bool:
    """Check whether a photo may be added; False if the report has it already.

    Asked before the bytes are decoded, so that decoding holds no connection; `add_photo` asks
    again, under the report's lock.

    Raises
    ------
    NotFound
        There is no such report, or the actor may not know of it.
    NotAllowed
        The actor has no part in the report.
    Conflict
        The report has as many photos as it may, or was closed too long ago.
    """
    report = read_reports(tx, actor.county_code, [report_id]).get(report_id)
    return _check(tx, actor, report, sha256, now) is not None


def add_photo(
    tx: Transaction,
    actor: Actor,
    report_id: uuid.UUID,
    sha256: str,
    picture: Picture,
    folder: Path,
    now: dt.datetime,
) -> bool:
    """Store a photo of a report and say so in its history; False if it was there before.

    Parameters
    ----------
    tx
        A transaction that sees what the actor sees; afterwards it sees the whole county.
    sha256
        Of the bytes as they were sent, in hex.
    picture
        What `clean_picture` made of them.
    folder
        Where photos are kept.

    Raises
    ------
    NotFound, NotAllowed, Conflict
        As in `may_add_photo`.
    Unavailable
        The volume of the photos is full.
    """
    report = lock_reports(tx, actor.county_code, [report_id]).get(report_id)
    case = _check(tx, actor, report, sha256, now)
    if case is None:
        return False
    _keep(photo_path(folder, actor.county_code, picture.sha256, "full"), picture.data)
    _keep(photo_path(folder, actor.county_code, picture.sha256, "thumbnail"), picture.thumbnail)
    tx.see_county(actor.county_code)
    tx.rows(
        "INSERT INTO photo (county_code, report_id, sha256, stored_sha256, account_id, width,"
        " height, bytes, at) VALUES (%(county)s, %(report)s, %(sha256)s, %(stored)s, %(account)s,"
        " %(width)s, %(height)s, %(bytes)s, %(now)s)",
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
    write(tx, [Change(case, case, ADDED, {"sha256": sha256})], Author.of(actor), now)
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
    tx: Transaction, actor: Actor, report_id: uuid.UUID, sha256: str, size: Size, folder: Path
) -> Path:
    """Return the file of a photo.

    Raises
    ------
    NotFound
        The report has no such photo, or the actor may not know of the report.
    """
    for row in list_photos(tx, actor, report_id):
        if row["sha256"] == sha256:
            path = photo_path(folder, row["stored_in"], row["stored_sha256"], size)
            if path.is_file():
                return path
    raise NotFound("There is no such photo.")


def get_photo_row(tx: Transaction, actor: Actor, report_id: uuid.UUID, sha256: str) -> Row:
    """Return what is known of a photo, as in the report.

    Raises
    ------
    NotFound
        The report has no such photo, or the actor may not know of the report.
    """
    for row in list_photos(tx, actor, report_id):
        if row["sha256"] == sha256:
            return {name: row[name] for name in _SHOWN}
    raise NotFound("There is no such photo.")


def photo_path(folder: Path, county_code: str, stored_sha256: str, size: Size) -> Path:
    """Return where a stored photo lies; two levels keep folders small."""
    ending = ".jpg" if size == "full" else ".small.jpg"
    return folder / county_code / stored_sha256[:2] / f"{stored_sha256}{ending}"


def _check(
    tx: Transaction, actor: Actor, report: ReportState | None, sha256: str, now: dt.datetime
) -> Case | None:
    """Return the case of a report that the photo may be added to; None if it is there already."""
    if report is None or not set(report.audience).intersection(actor.audience):
        raise NotFound("There is no such report.")
    case = load_cases(tx, [report])[report.id]
    if not _ADDERS & parties_of(report, actor, case.assignments):
        raise NotAllowed("Only those who have a part in the report add photos.")
    kept = {row["sha256"] for row in list_photos(tx, actor, report.id)}
    if sha256 in kept:
        return None
    if len(kept) >= MOST_OF_A_REPORT:
        raise Conflict(f"A report has at most {MOST_OF_A_REPORT} photos.")
    # A telephone that was out of reach sends what it holds days later.
    if report.closed_at is not None and now - report.closed_at > LATE:
        raise Conflict(f"The report was closed more than {LATE.days} days ago.")
    return case


def _keep(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; the same name always has the same bytes."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    # It may be the database's volume after all, and a full one stops PostgreSQL.
    if shutil.disk_usage(path.parent).free < ENOUGH_FREE_BYTES:
        raise Unavailable("There is no room for photos left.", retry_after_s=600)
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
