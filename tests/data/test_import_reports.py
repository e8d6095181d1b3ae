"""Reports from files: good rows in, bad rows out, the same file never twice."""

import csv
import datetime as dt
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest

from data.importers.reports import ReportOptions, import_reports
from gis.datum import from_wgs84, parse_crs
from gis.db.database import Database
from gis.errors import InvalidInput
from gis.registry import Tally
from tests.support.importing import COUNTY, contents, reasons, reports_of, run_of, write_csv

HEAD = ["编号", "事项类别", "问题描述", "经度", "纬度", "上报时间"]


def rejected(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as source:
        return list(csv.reader(source))


def report_count(db: Database) -> int:
    with db.read(county_code=COUNTY) as tx:
        return tx.scalar("SELECT count(*) FROM report")


def test_good_rows_go_in_and_bad_rows_go_to_a_file_that_can_be_mended(city_of_templates, tmp_path):
    db = city_of_templates
    path = write_csv(
        tmp_path / "calls.csv",
        HEAD,
        ["1", "供水", "停水", "119.405", "35.995", "2022-05-01 08:30"],
        ["2", "供冰", "停水", "119.405", "35.995", "2022-05-01 08:30"],
        ["3", "供水", "停水", "", "35.995", "2022-05-01 08:30"],
        ["4", "供水", "停水", "0", "0", "2022-05-01 08:30"],
        ["5", "供水", "停水", "119.405", "35.995", "yesterday"],
        ["6", "", "", "119.405", "35.995", "2022-05-01 08:30"],
        ["7", "供水", "停水, 一天", "119.425", "35.995", "2022-05-01 08:30", "extra", ""],
        ["8", "供水", "停水", "119.425", "35.995", "２０２２年５月１日 8:30"],
    )
    before = contents(db)
    dry = reports_of(run_of(db, path, dry_run=True))
    assert contents(db) == before
    assert dry.rejects is None
    outcome = reports_of(run_of(db, path))
    assert (outcome.rows, outcome.tally, outcome.rejected) == (8, Tally(2, 0, 0), 6)
    assert (dry.tally, dry.problems) == (outcome.tally, outcome.problems)
    assert [row for row, _, _ in reasons(outcome)] == [3, 4, 5, 6, 7, 8]
    lines = rejected(outcome.rejects)
    assert lines[0] == ["row", "field", "reason", *HEAD]
    assert lines[1] == [
        "3",
        "事项类别",
        "there is no category 供冰; --create-categories adds it",
        "2",
        "供冰",
        "停水",
        "119.405",
        "35.995",
        "2022-05-01 08:30",
    ]
    assert lines[6][:2] == ["8", ""]
    mended = [
        line if line[1] != "事项类别" else [*line[:4], "供水", *line[5:]] for line in lines[:2]
    ]
    again = reports_of(run_of(db, write_csv(tmp_path / "mended.csv", *mended)))
    assert again.tally == Tally(1, 0, 0)
    assert reports_of(run_of(db, path)).tally == Tally(0, 0, 2)
    assert report_count(db) == 3


def test_a_description_that_nobody_could_see_is_refused(city_of_templates, tmp_path):
    rest = ["119.405", "35.995", "2022-05-01 08:30"]
    path = write_csv(
        tmp_path / "blank.csv",
        HEAD,
        ["1", "供水", "\u200b\ufeff \u2060", *rest],
        ["2", "供水", "", *rest],  # the category says it
        ["3", "", " ", *rest],
    )
    outcome = reports_of(run_of(city_of_templates, path))
    assert (outcome.tally, outcome.rejected) == (Tally(1, 0, 0), 2)
    assert [(row, reason) for row, _, reason in reasons(outcome)] == [
        (2, "holds only white space or characters that cannot be seen"),
        (4, "neither description nor category"),
    ]


def test_unknown_categories_are_created_when_asked_for(city_of_templates, tmp_path):
    db = city_of_templates
    path = write_csv(
        tmp_path / "calls.csv",
        HEAD,
        ["1", "占道经营", "a", "119.405", "35.995", "2022-05-01"],
        ["2", "roads.pothole", "b", "119.405", "35.995", "2022-05-01"],
        ["3", "占道经营", "c", "119.405", "35.995", "2022-05-01"],
    )
    options = ReportOptions(create_categories=True)
    before = contents(db)
    dry = import_reports(run_of(db, path, dry_run=True), options)
    assert contents(db) == before
    outcome = import_reports(run_of(db, path), options)
    assert outcome.tally == dry.tally == Tally(3, 0, 0)
    assert outcome.notes[-1] == "categories added: roads.pothole, 占道经营"
    with db.read() as tx:
        codes = tx.rows(
            "SELECT code, name FROM category WHERE code NOT LIKE 'gongshui%%' ORDER BY code", ()
        )
    assert codes == [
        {"code": "roads.pothole", "name": "roads.pothole"},
        {"code": "zhandaojingying", "name": "占道经营"},
    ]


def test_rows_without_numbers_are_told_apart_by_what_they_say(city_of_templates, tmp_path):
    rows = [
        ["停水", "119.405", "35.995"],
        ["停水", "119.405", "35.995"],
        ["停水", "119.406", "35.995"],
    ]
    path = write_csv(tmp_path / "calls.csv", HEAD[2:5], *rows)
    outcome = reports_of(run_of(city_of_templates, path))
    assert outcome.tally == Tally(3, 0, 0)
    assert "rows are told apart by all they say" in outcome.notes[-1]
    assert reports_of(run_of(city_of_templates, path)).tally == Tally(0, 0, 3)
    more = write_csv(tmp_path / "more.csv", HEAD[2:5], rows[0], *rows)
    assert reports_of(run_of(city_of_templates, more)).tally == Tally(1, 0, 3)


@pytest.mark.parametrize("name", ["GCJ-02", "BD-09", "EPSG:4549"])
def test_positions_of_other_systems_land_where_they_belong(city_of_templates, tmp_path, name):
    x, y = from_wgs84(np.array([119.4149, 119.4151]), np.array([36.0, 36.0]), parse_crs(name))
    rows = [
        [str(i), "供水", "停水", repr(float(x[i])), repr(float(y[i])), "2022-05-01"]
        for i in range(2)
    ]
    path = write_csv(tmp_path / "calls.csv", HEAD, *rows)
    reports_of(run_of(city_of_templates, path, crs=name))
    with city_of_templates.read(county_code=COUNTY) as tx:
        found = tx.rows(
            "SELECT grid_code, crs, ST_X(location) AS lon FROM report ORDER BY source_number"
        )
    assert [row["grid_code"][-1] for row in found] == ["1", "2"]
    assert found[0]["lon"] == pytest.approx(119.4149, abs=1e-9)
    assert found[0]["crs"] == name


def test_a_file_in_metres_is_refused_with_the_likely_system(city_of_templates, tmp_path):
    x, y = from_wgs84(np.array([119.41]), np.array([36.0]), parse_crs("EPSG:4549"))
    path = write_csv(
        tmp_path / "calls.csv", HEAD, ["1", "供水", "停水", float(x[0]), float(y[0]), "2022-05-01"]
    )
    with pytest.raises(
        InvalidInput, match=r"row 2: .* outside the range of WGS84; .* --crs EPSG:4549"
    ):
        reports_of(run_of(city_of_templates, path))
    assert report_count(city_of_templates) == 0


def test_positions_far_from_the_county_are_noted(city_of_templates, tmp_path):
    path = write_csv(
        tmp_path / "calls.csv", HEAD, ["1", "供水", "停水", "35.9", "19.4", "2022-05-01"]
    )
    outcome = reports_of(run_of(city_of_templates, path))
    assert "100 % of the positions lie far outside the county" in outcome.notes[-1]


@pytest.mark.parametrize(
    "ending", [".xlsx", ".geojson", ".gpkg", ".shp", ".fgb", ".parquet", ".csv.gz"]
)
def test_the_same_reports_in_any_format_are_the_same_reports(city_of_templates, tmp_path, ending):
    db = city_of_templates
    plain = pd.DataFrame(
        {
            "id": ["1", "2"],
            "category": ["供水", "水压低"],
            "text": ["停水", "水小"],
            "time": ["2022-05-01 08:30", "2022-05-02 09:00"],
        }
    )
    lon, lat = [119.405, 119.425], [35.995, 36.005]
    path = tmp_path / f"calls{ending}"
    if ending in {".xlsx", ".csv.gz"}:
        table = plain.assign(lon=lon, lat=lat)
        table.to_excel(path, index=False) if ending == ".xlsx" else table.to_csv(path, index=False)
    else:
        frame = geopandas.GeoDataFrame(plain, geometry=geopandas.points_from_xy(lon, lat), crs=4326)
        frame.to_parquet(path) if ending == ".parquet" else frame.to_file(path, engine="pyogrio")
    assert reports_of(run_of(db, path)).tally == Tally(2, 0, 0)
    csv_path = tmp_path / "same.csv"
    plain.assign(lon=lon, lat=lat).to_csv(csv_path, index=False)
    assert reports_of(run_of(db, csv_path)).tally == Tally(0, 0, 2)
    with db.read(county_code=COUNTY) as tx:
        rows = tx.rows("SELECT received_at, grid_code FROM report ORDER BY source_number")
    assert rows[0]["received_at"] == dt.datetime(2022, 5, 1, 0, 30, tzinfo=dt.UTC)
    assert [row["grid_code"][-1] for row in rows] == ["1", "2"]


def test_progress_is_told(city_of_templates, tmp_path):
    path = write_csv(
        tmp_path / "calls.csv",
        HEAD,
        *[[i, "供水", "停水", "119.405", "35.995", "2022-05-01"] for i in range(7)],
    )
    told = []
    import_reports(
        run_of(city_of_templates, path),
        ReportOptions(),
        lambda done, total: told.append((done, total)),
    )
    assert told == [(7, 7)]


@pytest.mark.parametrize("batch_rows", [1, 2, 50_000])
def test_a_number_that_comes_again_with_other_words_is_not_swallowed(
    city_of_templates, tmp_path, batch_rows
):
    """Whether it stands in the same batch or in a later one."""
    db = city_of_templates
    row = ["A0", "供水", "四楼没水", "119.405", "35.995", "2022-05-01 08:30"]
    next_row = ["A1", "供水", "四楼没水", "119.405", "35.995", "2022-05-01 08:30"]
    other = ["A0", "供水", "五楼没水", "119.405", "35.995", "2022-05-01 08:30"]
    path = write_csv(tmp_path / "twice.csv", HEAD, row, row, next_row, other, next_row)
    options = ReportOptions(batch_rows=batch_rows)
    dry = import_reports(run_of(db, path, dry_run=True), options)
    outcome = import_reports(run_of(db, path), options)
    assert [(found, heading) for found, heading, _ in reasons(outcome)] == [(5, "编号")]
    assert outcome.tally == Tally(2, 0, 2)
    assert dry.problems == outcome.problems
    again = import_reports(run_of(db, path), options)
    assert (again.tally, again.problems) == (Tally(0, 0, 4), outcome.problems)
