"""What goes out as files: rows of a county as ``gridcall import`` takes them in again.

Columns are named as the fields of an import; ``shape`` is the boundary or location as WKB in
WGS 84, None where a row has none.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Final

from gis.db.database import Row, Transaction

__all__ = [
    "iter_categories",
    "iter_grids",
    "iter_places",
    "iter_reports",
    "iter_service_areas",
    "iter_staff",
    "iter_utilities",
]

_BATCH: Final = 20_000
_BEFORE_ALL: Final = dt.datetime(1, 1, 1, tzinfo=dt.UTC)


def iter_grids(tx: Transaction, county_code: str) -> Iterator[Row]:
    """Yield the grids of the active layout with what is known of them."""
    yield from tx.query("export_grids", {"county_code": county_code})


def iter_staff(tx: Transaction, county_code: str) -> Iterator[Row]:
    """Yield grid staff and volunteers."""
    yield from tx.query("export_staff", {"county_code": county_code})


def iter_utilities(tx: Transaction, county_code: str) -> Iterator[Row]:
    """Yield utilities, a row for each depot; categories are parted by semicolons."""
    yield from tx.query("export_utilities", {"county_code": county_code})


def iter_service_areas(tx: Transaction, county_code: str) -> Iterator[Row]:
    """Yield the service areas of the version in force."""
    yield from tx.query("export_service_areas", {"county_code": county_code})


def iter_categories(tx: Transaction, county_code: str) -> Iterator[Row]:
    """Yield categories with the limits in force; tags and keywords are parted by semicolons."""
    yield from tx.query("export_categories", {"county_code": county_code})


def iter_places(tx: Transaction, county_code: str) -> Iterator[Row]:
    """Yield named places."""
    yield from tx.query("export_places", {"county_code": county_code})


def iter_reports(tx: Transaction, county_code: str, *, personal: bool) -> Iterator[Row]:
    """Yield all reports, oldest first, in batches of 20,000.

    Parameters
    ----------
    tx
        A transaction that sees one moment (``Database.read``), of the owner: no audience applies.
    personal
        Whether names and telephones of those who reported go out, too.
    """
    after = (_BEFORE_ALL, uuid.UUID(int=0))
    while True:
        rows = tx.query(
            "export_reports",
            {
                "county_code": county_code,
                "personal": personal,
                "after_at": after[0],
                "after_id": after[1],
                "batch": _BATCH,
            },
        )
        yield from rows
        if len(rows) < _BATCH:
            return
        after = (rows[-1]["received_at"], rows[-1]["id"])
