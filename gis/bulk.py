"""Many reports at once: matched column by column, written by COPY.

A batch is one transaction: reports, their first events, the rollups and one outbox row. Rows whose
client id the county has already are left out, so importing a file twice adds nothing; a process
killed between two batches goes on where it stopped when the file is imported again.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

import numpy as np
import pandas as pd

from gis.bulk_matching import BulkMatcher, Matches
from gis.bulk_named import match_rows
from gis.categorising import vocabulary
from gis.cells import cells_of
from gis.copying import copy_table, event_table, outcomes, report_table
from gis.db.database import Database, Transaction
from gis.errors import Conflict, InvalidInput
from gis.matching_reference import Reference, hold_reference, load_reference
from gis.numbers import Numbers, report_number
from gis.rematched import COUNTED_OUT

__all__ = [
    "BATCH_ROWS",
    "ImportCount",
    "ReportImporter",
    "count_known",
    "import_reports",
    "imported_client_id",
]

BATCH_ROWS: Final = 50_000
_ATTEMPTS: Final = 3
_NAMESPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, "https://gridcall/import")


@dataclass(frozen=True, slots=True)
class ImportCount:
    """Rows that became reports, and rows that were reports already."""

    created: int = 0
    existing: int = 0

    def __add__(self, other: ImportCount) -> ImportCount:
        return ImportCount(self.created + other.created, self.existing + other.existing)


def imported_client_id(county_code: str, source: str, source_number: str) -> uuid.UUID:
    """Return the client id of an imported report: the same row gives the same id for ever."""
    return uuid.uuid5(_NAMESPACE, f"{county_code}/{source}/{source_number}")


def import_reports(
    db: Database,
    county_code: str,
    frame: pd.DataFrame,
    *,
    source: str,
    progress: Callable[[int], None] = lambda _rows: None,
) -> ImportCount:
    """Import reports in batches that commit one by one.

    Parameters
    ----------
    db
        A pool of the tables' owner (``role=None``): PostgreSQL takes no COPY from a role under
        row-level security.
    frame
        Required columns: ``lon``, ``lat`` (WGS 84 degrees), ``received_at`` (aware),
        ``description``, ``source_number`` (the row's id in its source, unique within it).
        Optional: ``client_id`` (uuid or None: made of county, source and its number),
        ``category`` (code or None), ``accuracy_m``, ``address``, ``captured_at``, ``urgent``,
        ``reporter_name``, ``reporter_phone``, ``crs``, ``grid_code``, ``place_code`` and
        ``place_text`` (where a row without position is), and ``closed_at`` (aware): such a row
        comes in as closed, with its ``outcome`` or ``resolved``.
    source
        One of ``gis.models.report.SOURCES``.
    progress
        Called with the number of rows done after each batch.

    Raises
    ------
    InvalidInput
        A category is unknown; batches before it are in.
    """
    with ReportImporter(db, county_code, source=source) as importer:
        count = ImportCount()
        for start in range(0, len(frame), BATCH_ROWS):
            batch = frame.iloc[start : start + BATCH_ROWS]
            count += importer.write(batch)
            progress(start + len(batch))
        return count


def count_known(tx: Transaction, county_code: str, source: str, frame: pd.DataFrame) -> ImportCount:
    """Say what an import of these rows would do; nothing is written."""
    ids = set(_client_ids(county_code, source, frame).tolist())
    known = tx.query("known_client_ids", {"county": county_code, "ids": list(ids)})
    return ImportCount(len(ids) - len(known), len(known))


def _client_ids(
    county_code: str, source: str, frame: pd.DataFrame
) -> np.ndarray[Any, np.dtype[np.object_]]:
    own = frame["client_id"] if "client_id" in frame else [None] * len(frame)
    return np.array(
        [
            given
            if isinstance(given, uuid.UUID)
            else imported_client_id(county_code, source, number)
            for given, number in zip(own, frame["source_number"], strict=True)
        ],
        dtype=object,
    )


class ReportImporter:
    """Writes batches of reports of one county and source; use as a context manager."""

    def __init__(self, db: Database, county_code: str, *, source: str) -> None:
        self._db = db
        self._county = county_code
        self._source = source
        self._numbers = Numbers(db)
        self._matcher: BulkMatcher | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._numbers.close()

    def write(self, frame: pd.DataFrame) -> ImportCount:
        """Write one batch in a transaction of its own; columns as of `import_reports`."""
        ids = _client_ids(self._county, self._source, frame)
        for attempt in range(_ATTEMPTS):
            try:
                with self._db.transaction(county_code=self._county) as tx:
                    return self._write(tx, frame, ids)
            except Conflict:  # one of the rows came in by another door meanwhile: look again
                if attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError("the last attempt returns or raises")

    def _write(
        self, tx: Transaction, frame: pd.DataFrame, ids: np.ndarray[Any, np.dtype[np.object_]]
    ) -> ImportCount:
        matcher = self._current_matcher(tx)
        fresh = self._fresh(tx, ids)
        count = ImportCount(int(fresh.sum()), int((~fresh).sum()))
        if not count.created:
            return count
        batch = _batch(tx, matcher.reference, frame[fresh], ids[fresh])
        matches = match_rows(
            tx,
            matcher,
            batch.frame,
            accuracy_m=batch.accuracy_m,
            categories=batch.categories,
            days=batch.days,
        )
        numbers = self._take_numbers(batch.days)
        reports, audiences = report_table(
            batch.frame, matches, batch.client_ids, numbers, source=self._source
        )
        events = event_table(reports, matches)
        # One batch of a county at a time from here on: two that hold rows of the same file in
        # another order would wait for each other for ever. Until here they go side by side, so
        # that Python matches one while PostgreSQL copies the other.
        tx.scalar("SELECT pg_advisory_xact_lock(7208, hashtext(%s))", [self._county])
        if not np.array_equal(fresh, self._fresh(tx, ids)):
            raise Conflict("Rows of this batch came in by another import meanwhile.")
        copy_table(tx, "report", reports)
        copy_table(tx, "report_event", events)
        _count(tx, batch, matches)
        _tell(tx, self._county, audiences)
        return count

    def _current_matcher(self, tx: Transaction) -> BulkMatcher:
        """Return the matcher, read anew where a layout or the areas were activated since."""
        hold_reference(tx, self._county)
        if self._matcher is None or not _is_active(tx, self._matcher.reference):
            self._matcher = BulkMatcher(load_reference(tx, self._county))
        return self._matcher

    def _fresh(
        self, tx: Transaction, ids: np.ndarray[Any, np.dtype[np.object_]]
    ) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Return which rows are new: the first of each client id that the county has not."""
        known = {
            row["client_id"]
            for row in tx.query("known_client_ids", {"county": self._county, "ids": ids.tolist()})
        }
        fresh = np.array([client_id not in known for client_id in ids], dtype=bool)
        fresh &= ~pd.Series(ids).duplicated().to_numpy()
        return fresh

    def _take_numbers(self, days: list[dt.date]) -> list[str]:
        next_ = self._numbers.reserve(self._county, Counter(days))
        numbers = []
        for day in days:
            numbers.append(report_number(self._county, day, next_[day]))
            next_[day] += 1
        return numbers


@dataclass(frozen=True)
class _Batch:
    """What matching takes of a batch, in columns, with the rest of its frame."""

    frame: pd.DataFrame
    client_ids: list[uuid.UUID]
    accuracy_m: np.ndarray[Any, np.dtype[np.float64]]
    categories: list[str | None]
    days: list[dt.date]


def _batch(
    tx: Transaction,
    reference: Reference,
    frame: pd.DataFrame,
    ids: np.ndarray[Any, np.dtype[np.object_]],
) -> _Batch:
    given = frame["category"] if "category" in frame else pd.Series([None] * len(frame))
    categories = _categories(tx, reference, given, frame["description"])
    received = pd.DatetimeIndex(frame["received_at"]).tz_convert(str(reference.zone))
    cell_x, cell_y = _cells(frame, reference)
    frame = frame.assign(
        received_on=received.date,
        category_code=pd.Series(categories, index=frame.index, dtype=object),
        cell_x=cell_x,
        cell_y=cell_y,
    )
    return _Batch(
        frame=frame,
        client_ids=ids.tolist(),
        accuracy_m=(
            frame["accuracy_m"].to_numpy(dtype=np.float64)
            if "accuracy_m" in frame
            else np.full(len(frame), np.nan)
        ),
        categories=categories,
        days=frame["received_on"].tolist(),
    )


def _cells(frame: pd.DataFrame, reference: Reference) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """Return column and row of each row's cell of 100 m; missing without a position."""
    at = frame.index[frame["lon"].notna()]
    columns, rows = cells_of(
        frame["lon"][at].to_numpy(np.float64),
        frame["lat"][at].to_numpy(np.float64),
        reference.metric_srid,
    )
    return (
        pd.Series(columns, index=at, dtype="Int32").reindex(frame.index),
        pd.Series(rows, index=at, dtype="Int32").reindex(frame.index),
    )


def _categories(
    tx: Transaction, reference: Reference, given: Iterable[Any], descriptions: Iterable[str]
) -> list[str | None]:
    """Return a category code or None for each row; suggested from the words where none is given."""
    words = vocabulary(tx, reference.county_code)
    found = [
        code if isinstance(code, str) and code else words.suggest(description)
        for code, description in zip(given, descriptions, strict=True)
    ]
    unknown = sorted({code for code in found if code} - reference.categories.keys())
    if unknown:
        raise InvalidInput.of("category", f"there is no category {', '.join(unknown)}")
    return found


def _is_active(tx: Transaction, reference: Reference) -> bool:
    row = tx.query_one("active_versions", {"county": reference.county_code})
    layout, version = reference.layout, reference.version
    return row == {
        "layout_id": layout.id if layout else None,
        "version_id": version.id if version else None,
    }


def _count(tx: Transaction, batch: _Batch, matches: Matches) -> None:
    """Add a batch to the rollups."""
    reference = matches.reference
    codes = np.array([grid.code for grid in reference.grids] + [None], dtype=object)
    counted = pd.DataFrame(
        {
            "grid": codes[matches.grids.grid],
            "category": [code or "" for code in batch.categories],
            "day": pd.to_datetime(pd.Series(batch.days)),
            "x": batch.frame["cell_x"].to_numpy(),
            "y": batch.frame["cell_y"].to_numpy(),
        }
    )
    counted = counted[[outcome not in COUNTED_OUT for outcome in outcomes(batch.frame)]]
    counted["month"] = counted["day"].to_numpy().astype("datetime64[M]").astype("datetime64[s]")
    by_day = counted.groupby(["grid", "category", "day"], dropna=False).size()
    by_cell = counted.groupby(["x", "y", "category", "month"]).size()
    grid, cell = by_day.index.to_frame(), by_cell.index.to_frame()
    tx.query(
        "rollup_add",
        {
            "county": reference.county_code,
            "layout_id": reference.layout.id if reference.layout else None,
            "grids": [code if isinstance(code, str) else None for code in grid["grid"]],
            "categories": grid["category"].tolist(),
            "days": grid["day"].dt.date.tolist(),
            "reports": by_day.tolist(),
            "xs": cell["x"].tolist(),
            "ys": cell["y"].tolist(),
            "cell_categories": cell["category"].tolist(),
            "months": cell["month"].dt.date.tolist(),
            "cell_reports": by_cell.tolist(),
        },
    )


def _tell(tx: Transaction, county_code: str, audiences: set[str]) -> None:
    """Write the batch's one outbox row; everybody who may read one of its rows is told."""
    tx.rows(
        "INSERT INTO outbox (county_code, action, audience_after, at, done_at)"
        " VALUES (%(county)s, 'imported', %(audience)s, %(at)s, %(at)s)",
        {"county": county_code, "audience": sorted(audiences), "at": dt.datetime.now(dt.UTC)},
    )
