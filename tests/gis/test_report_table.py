"""Cells of tables that a spreadsheet shows and does not run."""

from __future__ import annotations

import pytest

from gis import reports
from gis.report_table import COLUMNS, safe_text, table_row
from tests.support.crew import Desk


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_what_starts_like_a_formula_gets_an_apostrophe(start: str) -> None:
    assert safe_text(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("text", ["", "4-6楼没水", "a=b", "水", "'=1", " =1"])
def test_everything_else_stays(text: str) -> None:
    assert safe_text(text) == text


def test_who_has_the_lead_stands_beside_whom_the_match_named(desk: Desk) -> None:
    people, report_id = desk.people, desk.report()

    def cells() -> dict[str, str]:
        with desk.db.read(people.dispatcher) as tx:
            (row,) = reports.list_rows(tx, people.dispatcher, [report_id])
        return dict(zip(COLUMNS, table_row(row), strict=True))

    assert (cells()["utility_code"], cells()["lead_code"]) == ("water-west", "")
    desk.act(people.dispatcher, report_id, "accept")
    desk.act(
        people.dispatcher, report_id, "dispatch", lead="power", assisting=["telecom", "water-west"]
    )
    told = cells()
    names = {
        row["code"]: row["name"]
        for row in desk.rows("SELECT code, name FROM utility WHERE county_code = '370782'")
    }
    assert told["utility_code"] == "water-west"
    assert (told["lead_code"], told["lead_name"]) == ("power", names["power"])
    assert sorted(told["assisting"].split("; ")) == sorted([names["telecom"], names["water-west"]])
    desk.act(people.power, report_id, "return", reason="x")
    assert cells()["lead_code"] == ""
