"""Cells of tables that a spreadsheet shows and does not run."""

from __future__ import annotations

import pytest

from gis.report_table import safe_text


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_what_starts_like_a_formula_gets_an_apostrophe(start: str) -> None:
    assert safe_text(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("text", ["", "4-6楼没水", "a=b", "水", "'=1", " =1"])
def test_everything_else_stays(text: str) -> None:
    assert safe_text(text) == text
