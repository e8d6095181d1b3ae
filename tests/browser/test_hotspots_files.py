"""What the planner takes along is what the page shows: the same yardstick, days and steps."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

LOW = "what=water.low_pressure&from=2022-07-01&to=2022-07-31"


def open_page(visit, query: str) -> Page:
    return visit("planner").open_map(f"/map/hotspots?{query}&{LOW}")


def saved(page: Page, form: str, folder: Path) -> Path:
    with page.expect_download() as download:
        page.locator(f"[data-file={form}]").click()
    target = folder / download.value.suggested_filename
    download.value.save_as(target)
    expect(page.locator("#take-status")).to_contain_text(target.name)
    return target


def numbers(page: Page, column: str, folder: Path) -> list[int]:
    """Return a column of the table, without the lines that tell the method."""
    lines = saved(page, "csv", folder).read_text("utf-8-sig").splitlines()
    head = next(index for index, line in enumerate(lines) if line.startswith("code,"))
    rows = csv.DictReader(lines[head:])
    return [int(row[column]) for row in rows if (row[column] or "").lstrip("-").isdigit()]


def test_files_of_the_layer_are_one_click(visit, tmp_path):
    page = open_page(visit, "view=counts")
    assert saved(page, "png", tmp_path).read_bytes().startswith(b"\x89PNG")
    assert "盛龙" in saved(page, "csv", tmp_path).read_text("utf-8-sig")
    assert zipfile.is_zipfile(saved(page, "xlsx", tmp_path))


def test_a_file_that_nobody_answers_for_is_told_in_the_pages_language(visit, tmp_path):
    here = visit("planner", locale="zh-CN")
    here.expected = ["Failed to load resource", "ERR_FAILED"]
    page = here.open_map(f"/map/hotspots?view=counts&{LOW}")
    page.route("**/api/v1/layers/*f=csv*", lambda route: route.abort())
    page.locator("[data-file=csv]").click()
    expect(page.locator("#take-status")).to_contain_text("没有生成：连不上服务器")
    page.unroute("**/api/v1/layers/*f=csv*")
    assert "盛龙" in saved(page, "csv", tmp_path).read_text("utf-8-sig")


@pytest.mark.parametrize(
    ("query", "column", "marked"),
    [
        ("view=hotspots", "bin", 8),
        ("view=hotspots&against=map", "bin", 0),
        ("view=emerging", "simple", 8),
    ],
)
def test_a_table_marks_what_the_map_marks(visit, tmp_path, query, column, marked):
    found = numbers(open_page(visit, query), column, tmp_path)
    assert len(found) == 1690
    assert sum(number != 0 for number in found) == marked


def test_a_table_compares_with_what_the_page_compares_with(visit, tmp_path):
    page = open_page(visit, "view=compare&than=dates&than_from=2022-05-01&than_to=2022-05-31")
    assert sum(numbers(page, "first", tmp_path)) == 17


@pytest.mark.parametrize("view", ["density&bandwidth=400", "emerging", "rate&exposure=residents"])
def test_each_view_has_its_picture(visit, tmp_path, view):
    picture = saved(open_page(visit, f"view={view}"), "png", tmp_path)
    assert picture.read_bytes().startswith(b"\x89PNG")
