"""Reports that go out as a file come in again: once, as they were, whatever the format."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data.export import ENDINGS, export_file
from data.importers.reports import ReportOptions, import_reports
from gis import rollups
from gis.audience import Actor
from gis.bulk import import_reports as import_frame
from gis.db.database import Database
from gis.errors import InvalidInput
from gis.intake import Intake, Reception
from gis.matching import Where
from gis.registry import Tally
from tests.support import databases
from tests.support.importing import COUNTY, contents, reasons, reports_of, run_of, write_csv

GRID = f"{COUNTY}001001001"
# GDAL keeps milliseconds of what it takes for a time in GeoJSON.
SENT = dt.datetime(2022, 5, 3, 1, 2, 3, 457000, tzinfo=dt.UTC)
WAYS = (
    Where.of(longitude=119.405, latitude=35.995, accuracy_m=30.0),
    Where.of(longitude=119.405, latitude=35.995, place_code="D0001"),
    Where.of(grid_code=GRID),
    Where.of(place_code="D0002"),
    Where.of(place_code="D0002", grid_code=GRID),
    Where.of(place_text="示例花园"),
    Where.of(place_text="东头第二家"),
)
ENDS = (None, "resolved", "self_resolved", "rejected", "duplicate", "withdrawn", "transferred")
# What a report is given anew; what is not carried is said in docs/importing.md.
ANEW = ["number"]
MATCHED = (
    "town_code grid_code grid_method confidence candidates staff_method utility_code"
    " utility_method utility_distance_m reason place_code place_text level cell_x accuracy_m"
)


@pytest.fixture
def there(cluster: Any, template_of_templates: str) -> Iterator[Database]:
    """Another database with the same county and none of its reports."""
    with (
        databases.clone(cluster, template_of_templates) as url,
        closing(Database(url, role=None, pool_size=4)) as db,
    ):
        yield db


@pytest.fixture
def here(city_of_templates: Database) -> Database:
    """A county whose reports came in by API and by import, say where in every way and ended in every way."""
    reception = Reception(city_of_templates)
    for i, (where, end) in enumerate(zip(WAYS, ENDS, strict=True)):
        intake = Intake(
            where=where,
            description=f"=第{i}件，“水压低”",
            body_sha256="c" * 64,
            captured_at=None if i % 2 else SENT - dt.timedelta(hours=1),
            source="hotline_12345" if i % 2 else None,
            source_number=f"H-{i}" if i == 1 else "",
            urgent=i == 2,
            reporter_name="张三",
        )
        with city_of_templates.transaction(county_code=COUNTY) as tx:
            sent = SENT + dt.timedelta(days=i)
            done = reception.receive(tx, COUNTY, intake, actor=None, now=sent)
            if end:
                tx.rows(
                    "UPDATE report SET status = 'closed', outcome = %s, closed_at = %s,"
                    " due_at = NULL WHERE id = %s",
                    [end, sent + dt.timedelta(hours=5), done.report_id],
                )
    reception.close()
    import_frame(
        city_of_templates,
        COUNTY,
        pd.DataFrame(
            {"lon": [119.425], "lat": [36.005], "received_at": [pd.Timestamp(SENT)],
             "description": ["停水"], "source_number": ["P-1"]}
        ),
        source="patrol",
    )  # fmt: skip
    with city_of_templates.transaction(county_code=COUNTY) as tx:
        rollups.rebuild(tx, COUNTY)
    return city_of_templates


def exported(db: Database, folder: Path) -> pd.DataFrame:
    export_file(db, COUNTY, "reports", folder / "compared.csv", personal=True)
    frame = pd.read_csv(folder / "compared.csv", dtype=str, keep_default_na=False)
    return frame.sort_values("client_id").reset_index(drop=True)


def matched(db: Database) -> list[dict[str, Any]]:
    with db.read(county_code=COUNTY) as tx:
        rows = tx.rows(f"SELECT client_id, {MATCHED.replace(' ', ', ')} FROM report ORDER BY 1")
    for row in rows:
        if row["place_text"]:  # its file names the grid it was given to: routed from there
            del row["reason"], row["utility_distance_m"]
    return rows


@pytest.mark.parametrize("ending", ENDINGS)
def test_reports_come_back_as_they_were_and_never_twice(
    here: Database, there: Database, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"reports{ending}"
    count = export_file(here, COUNTY, "reports", path, personal=True)
    before = contents(here)
    assert reports_of(run_of(here, path, dry_run=True)).tally == Tally(0, 0, count)
    assert reports_of(run_of(here, path)).tally == Tally(0, 0, count)
    assert contents(here) == before

    outcome = reports_of(run_of(there, path))
    assert (outcome.tally, outcome.problems) == (Tally(count, 0, 0), ())
    assert any("not carried over" in note for note in outcome.notes)
    sent, got = exported(here, tmp_path), exported(there, tmp_path)
    # A report that GridCall numbered can be found by that number: it is its source's number now.
    numbered = sent["source_number"].where(sent["source_number"] != "", sent["number"])
    sent = sent.assign(source_number=numbered)
    pd.testing.assert_frame_equal(sent.drop(columns=ANEW), got.drop(columns=ANEW))
    assert matched(there) == matched(here)
    with there.read(county_code=COUNTY) as tx:
        assert rollups.check(tx, COUNTY) == []
    assert reports_of(run_of(there, path)).tally == Tally(0, 0, count)


def test_the_same_source_and_number_are_the_same_report_without_client_ids(
    there: Database, tmp_path: Path
) -> None:
    row = ["A-1", "12345", "停水", "119.405", "35.995", "2022-05-01 08:30"]
    head = ["编号", "来源", "问题描述", "经度", "纬度", "上报时间"]
    reports_of(run_of(there, write_csv(tmp_path / "calls.csv", head, row)))
    export_file(there, COUNTY, "reports", tmp_path / "out.csv")
    frame = pd.read_csv(tmp_path / "out.csv", dtype=str).drop(columns="client_id")
    frame.to_csv(tmp_path / "out.csv", index=False)
    assert reports_of(run_of(there, tmp_path / "out.csv")).tally == Tally(0, 0, 1)


def test_rows_under_way_come_in_as_received_and_that_is_said(
    there: Database, tmp_path: Path
) -> None:
    path = write_csv(
        tmp_path / "calls.csv",
        ["编号", "问题描述", "网格编码", "地名", "上报时间", "状态", "办结时间", "办结方式"],
        ["1", "停水", GRID, "", "2022-05-01 08:30", "处置中", "", ""],
        ["2", "停水", GRID, "", "2022-05-01 08:30", "已办结", "2022-05-02 08:30", "不予受理"],
        ["3", "停水", GRID, "", "2022-05-01 08:30", "已办结", "", ""],
        ["4", "停水", "370783009", "", "2022-05-01 08:30", "", "", ""],
        ["5", "停水", "", "", "2022-05-01 08:30", "", "", ""],
        ["6", "停水", "", "示例花园", "2022-05-01 08:30", "挂起", "2022-05-01 09:30", ""],
        ["7", "停水", GRID, "", "2022-05-01 08:30", "", "2022-05-01 07:30", ""],
        ["8", "停水", GRID, "", "2022-05-01 08:30", "", "", "甲"],
    )
    outcome = import_reports(run_of(there, path), ReportOptions())
    assert outcome.tally == Tally(3, 0, 0)
    assert [(row, field) for row, field, _ in reasons(outcome)] == [
        (4, "状态"), (5, "网格编码"), (6, "longitude"), (8, "办结时间"), (9, "办结方式"),
    ]  # fmt: skip
    said = "\n".join(outcome.notes)
    assert "1 rows were under way: they come in as received" in said
    assert "1 rows have a status that is none of ours (挂起)" in said
    assert "1 rows say where in words only" in said
    with there.read(county_code=COUNTY) as tx:
        rows = tx.rows(
            "SELECT source_number, status, outcome, grid_code, grid_method, location FROM report"
            " ORDER BY source_number"
        )
        assert rollups.check(tx, COUNTY) == []
    assert [tuple(row.values()) for row in rows] == [
        ("1", "received", None, GRID, "stated", None),
        ("2", "closed", "rejected", GRID, "stated", None),
        ("6", "closed", "resolved", GRID, "stated", None),
    ]


def test_a_client_id_that_is_none_is_refused(there: Database, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "c.csv", ["client_id", "描述", "grid_code"], ["7", "停水", GRID])
    outcome = reports_of(run_of(there, path))
    assert reasons(outcome)[0][:2] == (2, "client_id")
    assert outcome.refused is not None


def test_a_file_that_says_nowhere_where_is_refused(there: Database, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "c.csv", ["编号", "描述"], ["7", "停水"])
    with pytest.raises(InvalidInput, match="has no column 经度, 纬度"):
        reports_of(run_of(there, path))


def test_an_actor_sees_what_was_imported_by_name_of_its_grid(
    there: Database, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "c.csv", ["描述", "网格编码"], ["停水", GRID])
    reports_of(run_of(there, path))
    with there.read(county_code=COUNTY) as tx:
        (row,) = tx.rows("SELECT audience FROM report")
    staff = Actor(uuid.uuid4(), COUNTY, "s", "s", "grid_staff", grid_codes=(GRID,))
    assert set(staff.audience) & set(row["audience"])
