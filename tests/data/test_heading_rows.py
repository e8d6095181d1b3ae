"""Where the headings of a table stand."""

import openpyxl
import pytest

from data.files import open_table


def test_headings_over_two_rows_with_merged_cells(tmp_path):
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for row in (
        ["诸城市网格事项台账", *[None] * 5],
        ["编号", "问题类型", "内容", "位置", None, "时间"],
        [None, None, None, "经度", "纬度", None],
        ["M1", "水压低", "没水", 119.4102, 35.9931, "2022-09-03 08:00"],
    ):
        sheet.append(row)
    for merged in ("A1:F1", "A2:A3", "B2:B3", "C2:C3", "D2:E2", "F2:F3"):
        sheet.merge_cells(merged)
    workbook.save(tmp_path / "reports.xlsx")
    with open_table(tmp_path / "reports.xlsx", "reports") as table:
        (chunk,) = table.chunks(10)
    assert table.columns == ("编号", "问题类型", "内容", "经度", "纬度", "时间")
    assert table.notes == ("headings in rows 2 and 3",)
    assert chunk.rows.tolist() == [4]
    assert chunk.frame["经度"].tolist() == [119.4102]


@pytest.mark.parametrize("below", ["地址,A1,119.4,36", "x,来源,119.4,36", ",,经度,x", ",,经度,"])
def test_a_row_of_data_is_no_second_row_of_headings(tmp_path, below):
    (tmp_path / "r.csv").write_text(f"内容,编号,经度,纬度\n{below}\nx,A2,119.4,36\n")
    with open_table(tmp_path / "r.csv", "reports") as table:
        assert table.columns == ("内容", "编号", "经度", "纬度")
        assert sum(len(chunk.rows) for chunk in table.chunks(10)) == 2
