"""What layers say in words, in Chinese and English: notes on the method, hotspots, classes.

"Unusually many", never "dangerous": a layer counts what was reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan
from typing import Any, Final

from gis.hotspots.emerging import CLASSES, SIMPLE_CLASSES

Words = Mapping[str, str]

NOTES: Final[dict[str, dict[str, str]]] = {
    "reported": {
        "zh": "图层只统计群众和单位上报的事项：上报积极的地方显得更多，没有上报不等于没有问题。",
        "en": "A layer counts what was reported: places where people report eagerly show more, and"
        " no report does not mean no problem.",
    },
    "outside": {
        "zh": "{n}件不在任何网格内，未计入。",
        "en": "{n} reports lie in no grid and are left out.",
    },
    "outside_cells": {
        "zh": "{n}件不在任何网格内，或所在方格的中心在全市范围之外，未计入。",
        "en": "{n} reports are left out: they lie in no grid, or in a cell whose middle is not in"
        " the county.",
    },
    "without_location": {
        "zh": "{n}件只报了网格或地名、没有坐标，方格和密度图不含这些事项。",
        "en": "{n} reports name a grid or place only; cells and surfaces leave them out.",
    },
    "without_sensitive": {
        "zh": "纠纷、家庭、健康、治安等敏感类别未计入。",
        "en": "Sensitive categories (disputes, family, health, policing) are left out.",
    },
    "suppressed": {
        "zh": "少于5件的不公布；凡能由合计推算出来的合计也不公布。",
        "en": "Counts below 5 are not told, nor totals that would give one away.",
    },
    "whole_months": {
        "zh": "方格按整月统计，时段已扩为整月。",
        "en": "Cells are counted by whole months, so the period was widened.",
    },
    "unknown_exposure": {
        "zh": "{n}个单元缺少“{exposure}”数据，没有比率，也不参与检验。",
        "en": "{n} units have no known {exposure_en}: no rate, and no part in the test.",
    },
    "empirical_bayes": {
        "zh": "平滑比率（经验贝叶斯）：基数小的单元向全市平均靠拢，避免一两件造成的虚高。",
        "en": "Smoothed rates (empirical Bayes) pull small units towards the county's mean, so that"
        " one or two reports make no peak.",
    },
    "clamped": {
        "zh": "各单元的比率差异不超过偶然波动，平滑后均等于全市平均。",
        "en": "The units' rates differ no more than by chance: smoothed, all are the county's mean.",
    },
    "gi_star": {
        "zh": "Gi*：每个单元连同相邻单元的件数，与全市平均相比；p值是精确的（按本图件数分布逐格抽取）。",
        "en": "Gi*: reports of each unit with its neighbours against this map's mean; p is exact"
        " (units drawn at random from this map's own counts).",
    },
    "poisson_window": {
        "zh": "按“{exposure}”折算应有件数，对每个单元连同相邻单元作精确泊松检验。",
        "en": "Reports expected by {exposure_en}, exact Poisson test of each unit with its"
        " neighbours.",
    },
    "overdispersed": {
        "zh": "事项常成批出现，波动大于纯偶然，泊松检验因此偏容易报“偏多”：请把结果当作线索，而不是结论。",
        "en": "Reports come in bursts and vary more than by chance, so Poisson tests call too"
        " readily: take a result as a question, not as proof.",
    },
    "false_discovery": {
        "zh": "同时检验{n}个单元，已作Benjamini-Hochberg校正：在q<0.05标出的单元中，预计至多5%是偶然。",
        "en": "{n} units are tested at once; corrected by Benjamini-Hochberg: of those shown at"
        " q < 0.05 at most 5 % are expected to be there by chance.",
    },
    "constant": {
        "zh": "各单元件数完全相同，无法检验。",
        "en": "All units have the same count; nothing can be tested.",
    },
    "density": {
        "zh": "核密度：每件按{distance_m}米标准差的高斯核摊开，边界已校正，总量等于{n}件；任何缩放级别颜色不变。",
        "en": "Kernel density: each report spread by a Gaussian of {distance_m} m, corrected at the"
        " county's border; it adds up to the {n} reports, and colours are the same at every zoom.",
    },
    "change": {
        "zh": "两个时段按天数折算，逐单元作精确二项检验，95%区间为Clopper-Pearson区间。",
        "en": "The two periods are compared per day by exact binomial tests of each unit; 95 %"
        " intervals are Clopper-Pearson's.",
    },
    "share": {
        "zh": "按各自全市总量折算：检验的是该单元所占份额是否不同，而不是总量涨跌。",
        "en": "Compared by each side's total in the county: whether a unit's share differs, not"
        " whether all went up or down.",
    },
    "bursts": {
        "zh": "一次故障会带来一批上报：件数翻倍可能只是一个原因。",
        "en": "One fault brings many reports: twice as many may still be a single cause.",
    },
    "emerging": {
        "zh": "每个时段分别找热点（90%，已校正），再看其先后变化；趋势用Mann-Kendall检验，"
        "17类合并为5类显示。",
        "en": "Hotspots of each step (90 %, corrected), then what they did over the steps; trend by"
        " Mann-Kendall; 17 classes shown as five.",
    },
    "running_step": {
        "zh": "最后一个时段尚未结束，件数还会增加。",
        "en": "The last step is not over yet; its counts will grow.",
    },
    "scan": {
        "zh": "Kulldorff圆形扫描：试遍所有圆，与{n}张随机图比较，p值已计入试过的圆很多（只找偏多）。",
        "en": "Kulldorff's circular scan: every circle is tried and the strongest compared with"
        " those of {n} random maps, so p already counts that many were tried (excess only).",
    },
    "back_test": {
        "zh": "用前一时段做图，看后一时段的事项有多少落入图上最突出的1%、5%、10%面积；PAI=1即与随机无异，"
        "PEI=1即不可能更好。",
        "en": "The map is made of the earlier period and judged by the later one's reports: how many"
        " fell into its most prominent 1, 5 and 10 % of the area; PAI 1 is chance, PEI 1 the best"
        " possible.",
    },
    "not_prediction": {
        "zh": "显著不等于能预测：请看旁边“按上期件数”的成绩是否同样好。",
        "en": "Significant is not predictive: see whether last period's counts do as well.",
    },
    "control": {
        "zh": "效果=该区前后变化÷对照区前后变化；件数波动大于纯偶然时，区间偏窄。是估计，不是证明。",
        "en": "Effect: change in the area over change in the control area; where counts vary more"
        " than by chance the interval is too narrow. An estimate, not a proof.",
    },
    "few": {
        "zh": "该区前后合计不足5件，无法判断。",
        "en": "Fewer than 5 reports in the area: no statement is possible.",
    },
    "incomplete": {
        "zh": "观察期未满，只比较已过去的天数。",
        "en": "The days after it have not all passed; those that have are compared.",
    },
    "reporting": {
        "zh": "由并案数量估计：同一事件若平均有几人上报，则无人上报的事件占比可以推算。假定各人互不影响，"
        "且同源事项都已并案。",
        "en": "Estimated from merged reports: if an event is reported by so many people on average,"
        " the share that nobody reported follows. It assumes that people act independently and"
        " that all doubles are merged.",
    },
    "pile": {
        "zh": "{n}个方格的多数事项坐标完全相同，很可能是默认坐标（如单位驻地），已标记。",
        "en": "In {n} cells most reports share one exact coordinate, probably a default (such as an"
        " office); they are flagged.",
    },
}

BINS: Final[dict[int, dict[str, str]]] = {
    3: {"zh": "明显偏多（99%）", "en": "Unusually many (99 %)"},
    2: {"zh": "偏多（95%）", "en": "Unusually many (95 %)"},
    1: {"zh": "可能偏多（90%）", "en": "Perhaps unusually many (90 %)"},
    0: {"zh": "无异常", "en": "Nothing unusual"},
    -1: {"zh": "可能偏少（90%）", "en": "Perhaps unusually few (90 %)"},
    -2: {"zh": "偏少（95%）", "en": "Unusually few (95 %)"},
    -3: {"zh": "明显偏少（99%）", "en": "Unusually few (99 %)"},
}
CHANGE_BINS: Final[dict[int, dict[str, str]]] = {
    3: {"zh": "明显增多（99%）", "en": "Many more (99 %)"},
    2: {"zh": "增多（95%）", "en": "More (95 %)"},
    1: {"zh": "可能增多（90%）", "en": "Perhaps more (90 %)"},
    0: {"zh": "无明显变化", "en": "No clear change"},
    -1: {"zh": "可能减少（90%）", "en": "Perhaps fewer (90 %)"},
    -2: {"zh": "减少（95%）", "en": "Fewer (95 %)"},
    -3: {"zh": "明显减少（99%）", "en": "Far fewer (99 %)"},
}

_PATTERNS_ZH: Final = {
    "new": "新出现",
    "consecutive": "连续",
    "intensifying": "加剧",
    "persistent": "持续",
    "diminishing": "减弱",
    "sporadic": "零星",
    "oscillating": "波动",
    "historical": "历史",
}
_SIMPLE_ZH: Final = ("无", "新出现", "加剧", "持续", "时有时无", "消退")
_SPOTS_ZH: Final = {"hot": "热点", "cold": "冷点"}


def class_words(code: int) -> dict[str, str]:
    """Return the name of one of the 17 classes of emerging hotspots.

    Examples
    --------
    >>> class_words(3)
    {'zh': '加剧热点', 'en': 'Intensifying hot spot'}
    """
    if code == 0:
        return {"zh": "无规律", "en": "No pattern"}
    pattern, kind, _ = CLASSES[code].split()
    return {"zh": _PATTERNS_ZH[pattern] + _SPOTS_ZH[kind], "en": CLASSES[code].capitalize()}


def simple_words(code: int) -> dict[str, str]:
    """Return the name of one of the five classes that planners see, or of none.

    Examples
    --------
    >>> simple_words(4)
    {'zh': '时有时无', 'en': 'On and off'}
    """
    return {"zh": _SIMPLE_ZH[code], "en": SIMPLE_CLASSES[code].capitalize()}


def note(code: str, **values: Any) -> dict[str, str]:
    """Return a note on the method: its code, and its sentence in both languages."""
    return {
        "code": code,
        **{language: text.format(**values) for language, text in NOTES[code].items()},
    }


def hotspot_words(
    count: float, expected: float, units: int, p: float, q: float, *, own: bool = True
) -> dict[str, str]:
    """Say what a window's test found, for somebody who has to decide.

    Parameters
    ----------
    count, expected
        Reports of the window, and those expected there.
    units
        Units of the window.
    own
        Whether it is the window of the very unit that is named, not of one next to it.

    Examples
    --------
    >>> words = hotspot_words(14, 3.21, 7, 0.00004, 0.002)
    >>> words["en"]
    '14 reports here and in the 6 neighbouring units, where 3.2 would be usual: unusually many. \
By chance alone: about 1 in 25,000 (p = 4e-05; q = 0.002 after correction).'
    >>> words["zh"]
    '本单元及相邻6个单元共14件，通常约3.2件：明显偏多。纯属偶然的可能约为25,000分之一（p=4e-05，校正后q=0.002）。'
    """
    many = count > expected
    strength = "明显" if q < 0.01 else "" if q < 0.05 else "可能"
    numbers = f"p = {p:.2g}; q = {q:.2g}"
    where_zh = f"本单元及相邻{units - 1}个单元" if own else f"这一带相邻的{units}个单元"
    zh = (
        f"{where_zh}共{count:.0f}件，通常约{_short(expected)}件："
        f"{strength}偏{'多' if many else '少'}。纯属偶然的可能{_chance_zh(p)}"
        f"（p={p:.2g}，校正后q={q:.2g}）。"
    )
    doubt = "perhaps " if q >= 0.05 else ""
    where = f"here and in the {units - 1}" if own else f"around here, in {units}"
    en = (
        f"{count:.0f} reports {where} neighbouring units, where"
        f" {_short(expected)} would be usual: {doubt}unusually {'many' if many else 'few'}."
        f" By chance alone: {_chance_en(p)} ({numbers} after correction)."
    )
    return {"zh": zh, "en": en}


def change_words(
    first: float, second: float, ratio: float, low: float, high: float, q: float
) -> dict[str, str]:
    """Say how a unit changed.

    Parameters
    ----------
    first, second
        Reports of the two sides.
    ratio, low, high
        Second over first per day or total, with its interval; nan where there is none.

    Examples
    --------
    >>> change_words(10, 40, 4.0, 1.96, 8.96, 0.001)["en"]
    '40 reports against 10: 4.0 times as many (95 %: 2.0 to 9.0), more than chance explains.'
    >>> change_words(0, 9, float("nan"), 2.1, float("nan"), 0.02)["zh"]
    '9件，对比0件：此前没有，超出偶然波动。'
    """
    more = {"zh": "超出偶然波动", "en": "more than chance explains"}
    if q >= 0.05:
        more = {"zh": "可能超出偶然波动", "en": "perhaps more than chance explains"}
    if isnan(ratio):
        zh, en = "此前没有", "none before"
    else:
        zh = f"为{ratio:.1f}倍（95%区间{low:.1f}至{high:.1f}）"
        en = f"{ratio:.1f} times as many (95 %: {low:.1f} to {high:.1f})"
    return {
        "zh": f"{second:.0f}件，对比{first:.0f}件：{zh}，{more['zh']}。",
        "en": f"{second:.0f} reports against {first:.0f}: {en}, {more['en']}.",
    }


def change_share(now: int, before: int | None, language: str) -> str:
    """Say by how much a count changed; a dash where it is not known what was before.

    Examples
    --------
    >>> change_share(95, 57, "zh"), change_share(3, 0, "en"), change_share(9, 9, "en")
    ('+67%', 'none before', '±0 %')
    """
    if before is None:
        return "—"
    if before == 0:
        return {"zh": "此前无", "en": "none before"}[language] if now else "—"
    share = round(100 * (now - before) / before)
    space = " " if language == "en" else ""
    return f"{share:+d}{space}%" if share else f"±0{space}%"


def circle_words(
    observed: int, expected: float, units: int, radius_m: float, p: float
) -> dict[str, str]:
    """Say what a scan found.

    Examples
    --------
    >>> circle_words(54, 13.0, 9, 141.0, 0.001)["en"]
    '54 reports in 9 units within 141 m, where 13.0 would be usual (p = 0.001).'
    >>> circle_words(7, 0.1, 1, 0.0, 0.001)["zh"]
    '本单元7件，通常约0.1件（p=0.001）。'
    """
    zh_far, en_far = (
        (f"{radius_m / 1000:.1f}公里", f"{radius_m / 1000:.1f} km")
        if radius_m >= 1000
        else (f"{radius_m:.0f}米", f"{radius_m:.0f} m")
    )
    # One unit has no radius: its centre is all there is of it.
    zh_where, en_where = (
        (f"{zh_far}内{units}个单元共", f"in {units} units within {en_far}")
        if radius_m > 0
        else ("本单元", "in this unit")
    )
    usual = _short(expected)
    return {
        "zh": f"{zh_where}{observed}件，通常约{usual}件（p={p:.2g}）。",
        "en": f"{observed} reports {en_where}, where {usual} would be usual (p = {p:.2g}).",
    }


def effect_words(ratio: float, low: float, high: float) -> dict[str, str]:
    """Say what came of a measure.

    Examples
    --------
    >>> effect_words(0.49, 0.33, 0.72)["en"]
    '51 % fewer reports than the control area leads to expect (95 %: 28 to 67 % fewer).'
    >>> effect_words(1.1, 0.8, 1.5)["zh"]
    '与对照区相比看不出变化（估计为1.10倍，95%区间0.80至1.50）。'
    """
    if low <= 1 <= high:
        return {
            "zh": f"与对照区相比看不出变化（估计为{ratio:.2f}倍，95%区间{low:.2f}至{high:.2f}）。",
            "en": "No change beyond the control area's can be seen"
            f" (estimate {ratio:.2f}, 95 %: {low:.2f} to {high:.2f}).",
        }
    if ratio < 1:
        share, least, most = (round(100 * (1 - value)) for value in (ratio, high, low))
        zh, en = "少", "fewer"
    else:
        share, least, most = (round(100 * (value - 1)) for value in (ratio, low, high))
        zh, en = "多", "more"
    return {
        "zh": f"比对照区的变化所预期的{zh}{share}%（95%区间：{zh}{least}%至{most}%）。",
        "en": f"{share} % {en} reports than the control area leads to expect"
        f" (95 %: {least} to {most} % {en}).",
    }


def _short(number: float) -> str:
    return f"{number:.1f}" if number < 100 else f"{number:,.0f}"


def _chance_en(p: float) -> str:
    return "less than 1 in a million" if p < 1e-6 else f"about 1 in {_one_in(p):,}"


def _chance_zh(p: float) -> str:
    return "不到百万分之一" if p < 1e-6 else f"约为{_one_in(p):,}分之一"


def _one_in(p: float) -> int:
    """Return a round number n so that p is about 1 in n."""
    return max(1, int(float(f"{1 / p:.2g}")))
