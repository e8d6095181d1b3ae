"""The words of a bulletin, and a change between two counts as a bulletin tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gis.layering.files import Language
from gis.layering.wording import change_share

TEXTS: Final[dict[str, dict[str, str]]] = {
    "bulletin": {"zh": "月报", "en": "Monthly bulletin"},
    "summary": {"zh": "概况", "en": "Summary"},
    "towns": {"zh": "镇街排名", "en": "Towns"},
    "grids": {"zh": "网格排名", "en": "Grids"},
    "areas": {"zh": "热点区域", "en": "Hot areas"},
    "categories": {"zh": "事项类别", "en": "Categories"},
    "method": {"zh": "方法说明", "en": "Method"},
    "rank": {"zh": "序号", "en": "No."},
    "name": {"zh": "名称", "en": "Name"},
    "now": {"zh": "本月", "en": "This month"},
    "before": {"zh": "上月", "en": "Month before"},
    "change": {"zh": "环比", "en": "Change"},
    "year_ago": {"zh": "去年同月", "en": "Year ago"},
    "year_change": {"zh": "同比", "en": "On year"},
    "rate": {"zh": "每{per:g}{unit}", "en": "Per {per:g} {unit}"},
    "ratio": {"zh": "与全市之比", "en": "To county"},
    "place": {"zh": "位置", "en": "Where"},
    "finding": {"zh": "发现", "en": "Finding"},
    "counts_map": {"zh": "各网格件数", "en": "Reports by grid"},
    "hotspots_map": {"zh": "热点（编号见热点区域表）", "en": "Hotspots (numbers as in the table)"},
    # A town may be kept back although it has five or more: its total would tell a grid's.
    "not_told": {"zh": "不公布", "en": "not told"},
    "none": {"zh": "本月未发现件数异常偏多的区域。", "en": "No area with unusually many reports."},
    "found": {
        "zh": "{n}处件数异常偏多，最突出的是{first}。",
        "en": "Areas with unusually many reports: {n}. First {first}.",
    },
    "found_many": {
        "zh": "至少{n}处件数异常偏多，最突出的是{first}。",
        "en": "Areas with unusually many reports: {n} or more. First {first}.",
    },
    "sensitive": {
        "zh": "敏感事项：只公布5件及以上的件数，不绘图，不与其他月份相比。",
        "en": "A sensitive matter: only counts of five and more are told, without maps or other months.",
    },
    "running": {
        "zh": "本月尚未结束，件数还会增加，因此不算增减。",
        "en": "The month is not over yet: its counts will grow, so no changes are told.",
    },
    "so_far": {"zh": "（未结束，截至{day}）", "en": " (not over, up to {day})"},
    "since": {
        "zh": "上报资料自{day}起：资料不全的月份不算增减，没有资料不等于没有上报。",
        "en": "Reports exist from {day} on: no change is told against a month known in part; no"
        " data is not the same as no reports.",
    },
}


@dataclass(frozen=True)
class Change:
    """From one count to another; ``before`` None where the data do not reach back."""

    now: int
    before: int | None

    def words(self, language: Language) -> str:
        """Return it as people read it."""
        return change_share(self.now, self.before, language)

    @property
    def share(self) -> float | None:
        """What a workbook reckons with; None where there was nothing before."""
        return (self.now - self.before) / self.before if self.before else None
