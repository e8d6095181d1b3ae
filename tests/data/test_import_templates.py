"""The example workbooks go in once, and dry runs and repetitions write nothing."""

import datetime as dt

import pytest

from data.importers.run import ImportRun
from data.importers.staff import import_staff
from gis.errors import NotFound
from gis.registry import Tally
from tests.support.importing import COUNTY, IMPORTERS, NOW, activate, contents, import_template


def test_every_template_is_imported_once_and_dry_runs_write_nothing(owner, tmp_path):
    for kind in IMPORTERS:
        before = contents(owner)
        dry = import_template(owner, tmp_path, kind, dry_run=True)
        assert contents(owner) == before
        first = import_template(owner, tmp_path, kind)
        assert (first.refused, first.problems, first.rejected) == (None, (), 0)
        assert first.tally.created > 0
        assert (dry.rows, dry.tally, dry.problems) == (first.rows, first.tally, first.problems)
        written = contents(owner)
        assert written != before
        again = import_template(owner, tmp_path, kind)
        assert contents(owner) == written
        assert again.tally == Tally(0, 0, first.tally.created)
        if kind == "grids":
            activate(owner)


def test_the_example_reports_are_matched(city_of_templates, tmp_path):
    import_template(city_of_templates, tmp_path, "reports")
    with city_of_templates.read(county_code=COUNTY) as tx:
        rows = tx.rows(
            "SELECT source_number, source, category_code, grid_code, utility_code, utility_method,"
            " status, received_on, received_at, urgent FROM report ORDER BY source_number"
        )
    assert [row["grid_code"] for row in rows] == ["370783001001001", "370783001001002"]
    assert [row["category_code"] for row in rows] == ["gongshui.shuiya", "gongshui"]
    assert [row["utility_code"] for row in rows] == ["shuiwu", "shuiwu"]
    assert [row["source"] for row in rows] == ["grid_staff", "hotline_12345"]
    assert [row["status"] for row in rows] == ["closed", "received"]
    assert rows[0]["received_on"] == dt.date(2022, 5, 1)
    assert rows[0]["received_at"] == dt.datetime(2022, 5, 1, 0, 30, tzinfo=dt.UTC)


def test_an_unknown_county_says_how_to_add_it(owner, tmp_path):
    run = ImportRun(owner, "999999", tmp_path / "x.csv", NOW)
    with pytest.raises(NotFound, match="gridcall county add 999999 NAME"):
        import_staff(run)
