"""Cells as people type them and programs export them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.fields import FieldReader, cell_text
from data.headings import KINDS, field_headings, known_headings, map_headings, normalised
from data.moments import parse_days, parse_moments
from data.tables import Chunk
from gis.errors import InvalidInput

SHANGHAI = ZoneInfo("Asia/Shanghai")
EIGHT_THIRTY = datetime(2022, 5, 1, 0, 30, tzinfo=UTC)
MIDNIGHT = datetime(2022, 4, 30, 16, 0, tzinfo=UTC)


def reader_of(values, heading="编码", kind="grids", dtype=None) -> FieldReader:
    frame = pd.DataFrame({heading: pd.Series(values, dtype=dtype or "str")})
    rows = np.arange(2, 2 + len(values))
    return FieldReader(Chunk(frame, rows), map_headings(kind, (heading,)))


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("370782001", "370782001"), ("370782001.0", "370782001"), (" 370782001 ", "370782001"),
        ("３７０７８２００１", "370782001"), ("'0012", "0012"), ("0012", "0012"), ("A-1.5", "A-1.5"),
        ("1.50", "1.50"), ("", ""),
    ],
)  # fmt: skip
def test_codes_in_text(cell, code):
    assert reader_of([cell]).code("code").tolist() == [code]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (370782001.0, "370782001"),
        (370782001, "370782001"),
        (None, ""),
        (float("nan"), ""),
        ("7", "7"),
    ],
)
def test_codes_in_workbooks(cell, code):
    assert reader_of([cell], dtype=object).code("code").tolist() == [code]


@pytest.mark.parametrize(
    ("values", "dtype"), [(["3.70782E+14"], "str"), ([3.7078200100100199e17], object)]
)
def test_codes_that_lost_digits_are_refused_with_the_way_out(values, dtype):
    reader = reader_of(values, dtype=dtype)
    reader.code("code")
    assert "format the column as text" in reader.problems[0].reason
    assert (reader.problems[0].row, reader.problems[0].field) == (2, "编码")


def test_a_duplicate_code_names_both_rows():
    reader = reader_of(["a", "b", "a", ""])
    reader.unique("code", reader.code("code"))
    assert [(p.row, p.reason) for p in reader.problems] == [(4, "a stands in row 2 too")]
    assert reader.bad.tolist() == [False, False, True, False]


def test_numbers_are_read_with_full_width_digits_and_bounds():
    reader = reader_of(["1.5", "１２", "", "abc", "nan", "inf", "-1", "1e3"], "精度", "reports")
    values = reader.number("accuracy_m", least=0, most=100)
    assert values[:2].tolist() == [1.5, 12.0]
    assert np.isnan(values[2:]).all()
    assert [(p.row, p.reason) for p in reader.problems] == [
        (5, "'abc' is not a number"), (6, "'nan' is not a number"), (7, "'inf' is not a number"),
        (8, "-1 is not between 0 and 100"), (9, "1e3 is not between 0 and 100"),
    ]  # fmt: skip


def test_whole_numbers():
    reader = reader_of(["12", "12.0", "", "1.5"], "人口")
    assert reader.integer("population") == [12, 12, None, None]
    assert [p.reason for p in reader.problems] == ["1.5 is not a whole number"]


def test_yes_and_no_in_both_languages():
    reader = reader_of(
        ["是", "否", "Yes", "0", "", "TRUE", "√", "1.0", "perhaps"], "紧急", "reports"
    )
    assert reader.flag("urgent").tolist() == [
        True,
        False,
        True,
        False,
        False,
        True,
        True,
        True,
        False,
    ]
    assert [p.row for p in reader.problems] == [10]


def test_text_with_nul_or_too_much_is_refused():
    reader = reader_of(["ok", "a\0b", "x" * 11], "网格名称")
    reader.text("name", longest=10)
    assert [p.row for p in reader.problems] == [3, 4]


def test_choices_and_lists():
    reader = reader_of(["网格长", "", "Leader", "x"], "角色", "staff")
    words = {"网格长": "leader", "leader": "leader"}
    assert reader.choice("role", words, default="member").tolist() == [
        "leader",
        "member",
        "leader",
        "",
    ]
    assert [p.row for p in reader.problems] == [5]
    lists = reader_of(["水压；停水, 没水、水压", ""], "关键词", "categories").words("keywords")
    assert lists == [["水压", "停水", "没水"], []]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2022-05-01 08:30:00", EIGHT_THIRTY), ("2022-05-01T08:30", EIGHT_THIRTY),
        ("2022-05-01T00:30:00Z", EIGHT_THIRTY), ("2022-05-01T08:30:00+08:00", EIGHT_THIRTY),
        ("2022-05-01T02:30:00+0200", EIGHT_THIRTY), ("2022-05-01 8:30", EIGHT_THIRTY),
        ("2022/5/1 8:30", EIGHT_THIRTY), ("2022.5.1 8:30", EIGHT_THIRTY),
        ("2022年5月1日 8时30分", EIGHT_THIRTY), ("2022年5月1日8点30分", EIGHT_THIRTY),
        ("２０２２年５月１日 8:30", EIGHT_THIRTY), ("44682.3541666667", EIGHT_THIRTY),
        ("2022-05-01", MIDNIGHT), ("20220501", MIDNIGHT), ("2022/5/1", MIDNIGHT), ("44682", MIDNIGHT),
        ("2022-05-01T08:30:00.250", EIGHT_THIRTY + timedelta(milliseconds=250)),
    ],
)  # fmt: skip
def test_times_as_files_write_them(text, moment):
    assert parse_moments(pd.Series([text], dtype="str"), SHANGHAI)[0] == moment


@pytest.mark.parametrize(
    "text", ["", "soon", "01/05/2022", "2022-13-01", "1651365000", "2022-05-01 25:00"]
)
def test_what_is_no_time_is_none(text):
    assert parse_moments(pd.Series([text], dtype="str"), SHANGHAI).isna().all()


def test_times_of_workbooks():
    cells = [datetime(2022, 5, 1, 8, 30), date(2022, 5, 1), 44682.0, None, EIGHT_THIRTY]  # noqa: DTZ001
    found = parse_moments(pd.Series(cells, dtype=object), SHANGHAI)
    assert found.tolist()[:3] == [EIGHT_THIRTY, MIDNIGHT, MIDNIGHT]
    assert found.isna().tolist() == [False, False, False, True, False]


@given(st.datetimes(datetime(1980, 1, 2), datetime(2099, 12, 30)))  # noqa: DTZ001
def test_every_local_time_is_read_back(moment):
    text = moment.isoformat(sep=" ")
    found = parse_moments(pd.Series([text], dtype="str"), SHANGHAI)[0]
    assert found.tz_convert(SHANGHAI).replace(tzinfo=None) == moment or moment.year < 1992


def test_times_that_cannot_be_are_refused():
    now = datetime(2022, 6, 1, tzinfo=UTC)
    reader = reader_of(["2022-05-01", "2022-07-01", "1900-01-01", "x"], "上报时间", "reports")
    reader.moments("captured_at", SHANGHAI, latest=now)
    assert [(p.row, p.reason.split(" ", 1)[1]) for p in reader.problems] == [
        (5, "is not a time: write it like 2022-05-01 08:30"), (3, "lies in the future"), (4, "lies before 1980"),
    ]  # fmt: skip


def test_days():
    assert parse_days(pd.Series(["2022年5月1日", "", "2022-05-01 23:59"], dtype="str")) == [
        date(2022, 5, 1), None, date(2022, 5, 1)
    ]  # fmt: skip


def test_cells_as_text():
    assert [cell_text(c) for c in (1.0, 1.5, None, pd.NaT, True, datetime(2022, 5, 1))] == [  # noqa: DTZ001
        "1", "1.5", "", "", "True", "2022-05-01T00:00:00"
    ]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_is_found_by_its_chinese_heading_and_its_own_name(kind):
    chinese = field_headings(kind)
    assert dict(map_headings(kind, tuple(chinese.values())).columns) == chinese
    assert dict(map_headings(kind, tuple(chinese)).columns) == {name: name for name in chinese}
    assert {normalised(heading) for heading in chinese.values()} <= known_headings(kind)


def test_headings_are_found_in_spite_of_what_people_add():
    found = map_headings("reports", ("＊经度", "纬度 (WGS84)", "上报时间：", "Description", "x"))
    assert dict(found.columns) == {
        "longitude": "＊经度", "latitude": "纬度 (WGS84)", "captured_at": "上报时间：", "description": "Description",
    }  # fmt: skip
    assert found.unused == ("x",)


def test_the_person_chooses_before_the_synonyms():
    found = map_headings(
        "reports", ("x", "lon", "LAT"), chosen={"longitude": "x", "latitude": None}
    )
    assert dict(found.columns) == {"longitude": "x", "latitude": "LAT"}
    with pytest.raises(InvalidInput, match="no column 'y'; it has x, lon, LAT"):
        map_headings("reports", ("x", "lon", "LAT"), chosen={"longitude": "y"})
