"""Rows of imported reports as Arrow tables, and Arrow tables as COPY.

Writing a million rows cell by cell from Python takes minutes; Arrow writes the text of COPY from
whole columns. Strings are quoted and nulls are not, which is how COPY tells them apart.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import shapely
from psycopg import sql

from gis.audience import audience_of_report
from gis.bulk_matching import METHODS, Matches
from gis.db.database import Transaction
from gis.ids import uuid7s

_METHODS: Final = np.array(METHODS, dtype=object)
_COPIED: Final = ("address", "crs", "place_text", "reporter_name", "reporter_phone")


def copy_table(tx: Transaction, table: str, rows: pa.Table) -> None:
    """Write the rows of an Arrow table by COPY; its columns are named as the table's."""
    columns = sql.SQL(", ").join(sql.Identifier(name) for name in rows.column_names)
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(
        sql.Identifier(table), columns
    )
    with tx.driver.cursor() as cursor, cursor.copy(statement) as copy:
        for batch in rows.to_batches(max_chunksize=8192):
            sink = pa.BufferOutputStream()
            pyarrow.csv.write_csv(batch, sink, pyarrow.csv.WriteOptions(include_header=False))
            copy.write(sink.getvalue().to_pybytes())


def report_table(
    frame: pd.DataFrame,
    matches: Matches,
    client_ids: Sequence[uuid.UUID],
    numbers: Sequence[str],
    *,
    source: str,
) -> tuple[pa.Table, set[str]]:
    """Return the rows of ``report`` for a batch, and all members of their audiences.

    Parameters
    ----------
    frame
        The batch with the columns of ``import_reports`` and ``received_on``, ``category_code``,
        ``cell_x``, ``cell_y``.
    """
    count, county = len(frame), matches.reference.county_code
    audiences, members = _audiences(matches)
    columns: dict[str, Any] = {
        "county_code": [county] * count,
        "id": uuid7s(count),
        "number": numbers,
        "client_id": [client_id.hex for client_id in client_ids],
        "body_sha256": _checksums(frame),
        "level": _levels(matches),
        "category_code": pa.array(frame["category_code"].tolist(), pa.string()),
        "description": frame["description"].tolist(),
        "source": [source] * count,
        "source_number": frame["source_number"].tolist(),
        "location": _points(frame),
        "accuracy_m": pa.array(matches.accuracy_m, from_pandas=True),
        "cell_x": pa.array(frame["cell_x"], pa.int32(), from_pandas=True),
        "cell_y": pa.array(frame["cell_y"], pa.int32(), from_pandas=True),
        "received_at": _instants(frame["received_at"]),
        "received_on": pa.array(frame["received_on"], pa.date32()),
        "audience": audiences,
        **_life(frame),
        **_match_columns(matches),
    }
    for name in _COPIED:
        if name in frame:
            columns[name] = frame[name].fillna("WGS84" if name == "crs" else "").tolist()
    if "place_code" in frame:
        columns["place_code"] = pa.array(
            [code if isinstance(code, str) and code else None for code in frame["place_code"]],
            pa.string(),
        )
    if "urgent" in frame:
        columns["urgent"] = frame["urgent"].fillna(False).astype(bool).tolist()
    if "captured_at" in frame:
        columns["captured_at"] = _instants(frame["captured_at"])
    return pa.table(columns), members


def event_table(reports: pa.Table, matches: Matches) -> pa.Table:
    """Return the first event of each report: the match as first routed stays in it."""
    count = reports.num_rows
    return pa.table(
        {
            "county_code": reports["county_code"],
            "report_id": reports["id"],
            "id": uuid7s(count),
            "version": np.ones(count, dtype=np.int32),
            "action": ["received"] * count,
            "status_after": reports["status"],
            "actor_role": ["import"] * count,
            "at": reports["received_at"],
            "details": _routed(matches),
        }
    )


def outcomes(frame: pd.DataFrame) -> list[str | None]:
    """Return the outcome of each row: that of its source, else ``resolved``; None while open."""
    if "closed_at" not in frame:
        return [None] * len(frame)
    closed = frame["closed_at"].notna()
    given = frame["outcome"] if "outcome" in frame else pd.Series([None] * len(frame))
    return [
        (said if isinstance(said, str) and said else "resolved") if done else None
        for done, said in zip(closed, given, strict=True)
    ]


def _life(frame: pd.DataFrame) -> dict[str, Any]:
    """Return status, outcome and closing time: received, or closed where the source says so."""
    if "closed_at" not in frame:
        return {"status": ["received"] * len(frame)}
    ended = outcomes(frame)
    return {
        "status": ["received" if outcome is None else "closed" for outcome in ended],
        "outcome": pa.array(ended, pa.string()),
        "closed_at": _instants(frame["closed_at"]),
    }


def _match_columns(matches: Matches) -> dict[str, Any]:
    reference, grids, routes, rosters = (
        matches.reference,
        matches.grids,
        matches.routes,
        matches.rosters,
    )
    codes = np.array([grid.code for grid in reference.grids] + [None], dtype=object)
    towns = np.array([grid.town_code for grid in reference.grids] + [None], dtype=object)
    count = len(rosters)
    layout, version = reference.layout, reference.version
    return {
        "layout_id": pa.array([layout.id if layout else None] * count, pa.int64()),
        "service_area_version_id": pa.array([version.id if version else None] * count, pa.int64()),
        "town_code": pa.array(towns[grids.grid], pa.string()),
        "grid_code": pa.array(codes[grids.grid], pa.string()),
        "grid_method": _METHODS[grids.method],
        "grid_distance_m": pa.array(grids.distance_m, from_pandas=True),
        "confidence": pa.array(grids.confidence, from_pandas=True),
        "candidates": _candidates(matches),
        "staff_id": pa.array([r.staff.id if r.staff else None for r in rosters], pa.int64()),
        "staff_method": [roster.method for roster in rosters],
        "staff_all": _everybody(matches),
        "utility_code": pa.array(routes.utility, pa.string()),
        "utility_method": routes.method,
        "utility_distance_m": pa.array(routes.distance_m, from_pandas=True),
        "reason": [orjson.dumps(matches.reason(i)).decode() for i in range(count)],
    }


def _levels(matches: Matches) -> list[str]:
    reference = matches.reference
    towns = [grid.town_code for grid in reference.grids] + [None]
    municipal = {code for code, found in reference.categories.items() if found.level == "municipal"}
    return [
        "municipal" if towns[grid] is None or code in municipal else "town"
        for grid, code in zip(matches.grids.grid.tolist(), matches.categories, strict=True)
    ]


def _audiences(matches: Matches) -> tuple[list[str], set[str]]:
    """Return array literals; rows of one grid and the same utilities share one."""
    reference = matches.reference
    known: dict[tuple[int, tuple[str, ...]], str] = {}
    members: set[str] = set()
    literals = []
    for key in zip(matches.grids.grid.tolist(), matches.routes.covering, strict=True):
        if key not in known:
            grid = reference.grids[key[0]] if key[0] >= 0 else None
            audience = audience_of_report(
                reference.county_code,
                town_code=grid.town_code if grid else None,
                grid_code=grid.code if grid else None,
                account_id=None,
                utility_codes=key[1],
            )
            members.update(audience)
            known[key] = _array_literal(audience)
        literals.append(known[key])
    return literals, members


def _everybody(matches: Matches) -> list[str]:
    """Return ``staff_all`` as JSON; grids keep one roster for many rows."""
    known: dict[int, str] = {}
    for roster in matches.rosters:
        if id(roster) not in known:
            people = [
                {"id": person.id, "name": person.name, "role": person.role}
                for person in roster.staff_all
            ]
            known[id(roster)] = orjson.dumps(people).decode()
    return [known[id(roster)] for roster in matches.rosters]


def _candidates(matches: Matches) -> list[str]:
    found = ["[]"] * len(matches.rosters)
    for i, candidates in matches.grids.candidates.items():
        found[i] = orjson.dumps(
            [{"grid_code": c.grid_code, "share": c.share} for c in candidates]
        ).decode()
    return found


def _routed(matches: Matches) -> list[str]:
    """Return the details of the first events as JSON; equal ones are written once."""
    reference = matches.reference
    versions = {
        "layout": reference.layout.id if reference.layout else None,
        "version": reference.version.id if reference.version else None,
    }
    known: dict[tuple[Any, ...], str] = {}
    details = []
    for i, (grid, roster) in enumerate(
        zip(matches.grids.grid.tolist(), matches.rosters, strict=True)
    ):
        utility, method = matches.routes.utility[i], matches.routes.method[i]
        key = (grid, matches.grids.method[i], id(roster), utility, method)
        if key not in known:
            found = reference.grids[grid] if grid >= 0 else None
            routed = {
                "town_code": found.town_code if found else None,
                "grid_code": found.code if found else None,
                "grid_method": _METHODS[matches.grids.method[i]],
                "staff_id": roster.staff.id if roster.staff else None,
                "staff_method": roster.method,
                "utility_code": utility,
                "utility_method": method,
            }
            known[key] = orjson.dumps({"match": routed | versions}).decode()
        details.append(known[key])
    return details


def _points(frame: pd.DataFrame) -> pa.Array:
    points = shapely.points(frame["lon"].to_numpy(np.float64), frame["lat"].to_numpy(np.float64))
    points[frame["lon"].isna().to_numpy()] = None
    written = shapely.to_wkb(shapely.set_srid(points, 4326), hex=True, include_srid=True)
    return pa.array(written, pa.string())


def _instants(column: pd.Series[Any]) -> pa.Array:
    return pa.array(pd.DatetimeIndex(column).tz_convert("UTC").as_unit("us"))


def _checksums(frame: pd.DataFrame) -> list[str]:
    """Return the SHA-256 of each row's content: the same row gives the same sum."""
    columns = [
        frame["source_number"].tolist(),
        frame["lon"].tolist(),
        frame["lat"].tolist(),
        frame["category_code"].tolist(),
        frame["description"].tolist(),
        _instants(frame["received_at"]).cast(pa.int64()).to_pylist(),
    ]
    return [hashlib.sha256(orjson.dumps(row)).hexdigest() for row in zip(*columns, strict=True)]


def _array_literal(members: Iterable[str]) -> str:
    quoted = (member.replace("\\", "\\\\").replace('"', '\\"') for member in members)
    return "{" + ",".join(f'"{member}"' for member in quoted) + "}"
