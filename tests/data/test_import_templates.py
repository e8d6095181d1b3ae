"""The example workbooks go in once, and dry runs and repetitions write nothing."""

import datetime as dt
import re
from typing import get_args

import openpyxl
import pytest

from data.headings import Kind, map_headings
from data.importers.report_fields import OUTCOMES, SOURCES
from data.importers.run import ImportRun
from data.importers.staff import ROLES, import_staff
from data.template_notes import meaning
from data.templates import write_template
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


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_column_is_explained_in_both_languages(kind, tmp_path):
    write_template(kind, tmp_path / "t.xlsx", county_code=COUNTY)
    workbook = openpyxl.load_workbook(tmp_path / "t.xlsx")
    headings = [cell.value for cell in workbook[kind][1]]
    notes = {row[0]: row for row in workbook["说明"].iter_rows(min_row=2, values_only=True)}
    assert list(notes) == headings
    for heading, (_, field, _, said) in notes.items():
        assert map_headings(kind, (heading,)).columns == {field: heading}
        chinese, _, english = said.rpartition(" / ")
        assert re.search("[\u4e00-\u9fff]", chinese), heading
        assert re.search("[a-z]", english), heading


def test_the_words_the_notes_name_are_words_that_are_read():
    for field, words in (("source", SOURCES), ("outcome", OUTCOMES)):
        said = meaning("reports", field).partition(" / ")[0].partition("；")[0]
        assert set(said.split("、")) <= set(words)
    assert set(meaning("staff", "role").partition(" / ")[0].split("、")) <= set(ROLES)
