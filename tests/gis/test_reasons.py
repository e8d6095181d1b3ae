"""Reasons in words."""

from __future__ import annotations

import pytest

from gis.reasons import render, uncertain_step


@pytest.mark.parametrize(
    ("share", "english", "chinese"),
    [
        (0.949, "95 %", "95%"),
        (0.005, "less than 1 %", "不到1%"),
        (0.998, "more than 99 %", "99%以上"),
        (0.0, "0 %", "0%"),  # rounded to three digits there is none
    ],
)
def test_some_of_a_circle_is_never_none_and_not_all_never_all(
    share: float, english: str, chinese: str
) -> None:
    step = uncertain_step(500.0, share)
    assert f"; {english} of that circle" in render([step], "en")
    assert render([step], "zh").endswith(f"误差圆的{chinese}。")
