"""Statistics as a table: for CSV, spreadsheets and the command line, in Chinese or English."""

from __future__ import annotations

from typing import Literal

from gis.counted import DURATIONS
from gis.rates import COUNTS, RATES
from gis.statistics import Group, Statistics

Language = Literal["zh", "en"]
Cell = str | int | float | None

TOTAL = {"zh": "合计", "en": "All"}
NONE = {"zh": "（无）", "en": "(none)"}
BESIDE_NAMES = {
    "on_site": ("现场自结", "settled on the spot"),
    "merged": ("并案事项", "merged reports"),
}
DURATION_NAMES = {
    "to_dispatch": ("派遣用时", "time to dispatch"),
    "to_check_in": ("报到用时", "time to check in"),
    "to_close": ("办结用时", "time to close"),
}
DIMENSION_NAMES = {
    "town": ("镇街", "town"), "grid": ("网格", "grid"), "utility": ("责任单位", "utility"),
    "category": ("事项类别", "category"), "cause": ("原因", "cause"), "source": ("来源", "source"),
    "month": ("月份", "month"),
}  # fmt: skip


def header(statistics: Statistics, language: Language) -> list[str]:
    """Return the headings: every rate with numerator and denominator, then what stands beside."""
    english = language == "en"
    kind = DIMENSION_NAMES[statistics.by][english] if statistics.by else TOTAL[language]
    names = [kind]
    for rate in RATES.values():
        numerator, denominator = (COUNTS[c][english] for c in (rate.numerator, rate.denominator))
        names += [f"{rate.name_en if english else rate.name} %", numerator, denominator]
    names += [name[english] for name in BESIDE_NAMES.values()]
    for name in DURATION_NAMES.values():
        words = ("median, h", "p90, h") if english else ("中位数（小时）", "90分位（小时）")
        names += [f"{name[english]} {word}" for word in words]
    return names


def rows(statistics: Statistics, language: Language) -> list[list[Cell]]:
    """Return a row for each group and the last for all of them; rates in percent, None if undefined."""
    found = [_row(group.key or NONE[language], group) for group in statistics.groups]
    return [*found, _row(TOTAL[language], statistics.total)]


def _row(name: str, group: Group) -> list[Cell]:
    cells: list[Cell] = [name]
    for rate in group.rates.values():
        cells += [rate.percent, rate.numerator, rate.denominator]
    cells += [group.counts[code] for code in BESIDE_NAMES]
    for code in DURATIONS:
        taken = group.durations.get(code)
        cells += [_hours(taken.median_s), _hours(taken.p90_s)] if taken else [None, None]
    return cells


def _hours(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / 3600, 2)
