"""Statistics as a table: for CSV, workbooks and the command line, in Chinese or English."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Literal, cast

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from gis.counted import DURATIONS
from gis.layering.files import book_bytes, fill_sheet, plain_cell
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
    "channel": ("评价渠道", "channel of the answer"), "month": ("月份", "month"),
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


def rows(
    statistics: Statistics, language: Language, names: Mapping[str, str] | None = None
) -> list[list[Cell]]:
    """Return a row for each group and the last for all of them; rates in percent, None if undefined.

    Parameters
    ----------
    names
        What people call the groups, by key; the key itself where it is not there.
    """
    called = names or {}
    found = [
        _row(called.get(group.key, group.key) if group.key else NONE[language], group)
        for group in statistics.groups
    ]
    return [*found, _row(TOTAL[language], statistics.total)]


def csv_file(
    statistics: Statistics, language: Language, names: Mapping[str, str] | None = None
) -> bytes:
    """Return the table as CSV in UTF-8 with a mark, so that Excel reads Chinese."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(header(statistics, language))
    writer.writerows(
        [plain_cell(cell) for cell in row] for row in rows(statistics, language, names)
    )
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def workbook_file(
    statistics: Statistics, language: Language, names: Mapping[str, str] | None = None
) -> bytes:
    """Return the table as a workbook; the second sheet says what every rate is made of."""
    english = language == "en"
    book = Workbook()
    sheet = cast(Worksheet, book.active)
    sheet.title = "Statistics" if english else "统计"
    fill_sheet(sheet, header(statistics, language), rows(statistics, language, names))
    about = book.create_sheet("Definitions" if english else "指标说明")
    fill_sheet(
        about,
        ["Rate", "Numerator", "Denominator"] if english else ["指标", "分子", "分母"],
        definitions(language),
    )
    first, last = statistics.period.first, statistics.period.last
    about.append([])
    about.append([f"Period: {first} to {last}" if english else f"时段：{first} 至 {last}"])
    if statistics.without_sensitive:
        about.append(["Without sensitive categories" if english else "不含敏感类别"])
    return book_bytes(book)


def definitions(language: Language) -> list[tuple[str, str, str]]:
    """Return each rate's name and the two counts it is made of, in words."""
    english = language == "en"
    return [
        (
            rate.name_en if english else rate.name,
            COUNTS[rate.numerator][english],
            COUNTS[rate.denominator][english],
        )
        for rate in RATES.values()
    ]


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
