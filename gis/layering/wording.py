"""What layers say in words, in Chinese and English: hotspots, changes, classes.

"Unusually many", never "dangerous": a layer counts what was reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan
from typing import Final

from gis.hotspots.emerging import CLASSES, SIMPLE_CLASSES

Words = Mapping[str, str]

# Below this a corrected chance is told without "perhaps".
_SURE: Final = 0.05

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

# What is not clear is drawn pale: its direction, and that chance does as much.
CHANCE_BINS: Final[dict[int, dict[str, str]]] = {
    1: {"zh": "略多，偶然也会这样", "en": "More, as chance does too"},
    -1: {"zh": "略少，偶然也会这样", "en": "Fewer, as chance does too"},
}


@dataclass(frozen=True, slots=True)
class Change:
    """How a unit differs between two sides.

    Attributes
    ----------
    first, second
        Reports of the two sides.
    expected
        Of the second side if nothing had changed.
    ratio, low, high
        Second over first per day or total, with its interval; nan where there is none.
    p, q
        Two-sided chance, and corrected for the number of units.
    """

    first: float
    second: float
    expected: float
    ratio: float
    low: float
    high: float
    p: float
    q: float


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
_DEFINITIONS: Final = {
    "new": ("只在最近一个时段是{spot}", "{spot} in the last step only"),
    "consecutive": (
        "最近几个时段接连是{spot}，此前从未是",
        "{spot} in an unbroken run of steps up to the last, never before",
    ),
    "intensifying": (
        "九成以上时段（含最近）是{spot}，而且越来越强",
        "{spot} in 90 % of the steps or more, the last among them, and ever stronger",
    ),
    "persistent": (
        "九成以上时段（含最近）是{spot}，强弱没有明显变化",
        "{spot} in 90 % of the steps or more, the last among them, neither stronger nor weaker",
    ),
    "diminishing": (
        "九成以上时段（含最近）是{spot}，但越来越弱",
        "{spot} in 90 % of the steps or more, the last among them, but ever weaker",
    ),
    "sporadic": (
        "最近是{spot}，不到九成时段如此，从未是{other}",
        "{spot} in the last step, in fewer than 90 % in all, never {other}",
    ),
    "oscillating": (
        "最近是{spot}，不到九成时段如此，此前有时是{other}",
        "{spot} in the last step, in fewer than 90 % in all, and {other} in some before",
    ),
    "historical": (
        "九成以上时段是{spot}，但最近不是",
        "{spot} in 90 % of the steps or more, but not in the last",
    ),
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


def class_definition(code: int) -> dict[str, str]:
    """Say what one of the 17 classes of emerging hotspots means.

    Examples
    --------
    >>> class_definition(1)["en"]
    'hot in the last step only'
    >>> class_definition(15)["zh"]
    '最近是冷点，不到九成时段如此，此前有时是热点'
    """
    if code == 0:
        return {"zh": "时冷时热都不成规律，或从未是热点、冷点", "en": "none of the patterns below"}
    pattern, kind, _ = CLASSES[code].split()
    other = "cold" if kind == "hot" else "hot"
    zh, en = _DEFINITIONS[pattern]
    return {
        "zh": zh.format(spot=_SPOTS_ZH[kind], other=_SPOTS_ZH[other]),
        "en": en.format(spot=kind, other=other),
    }


def simple_words(code: int) -> dict[str, str]:
    """Return the name of one of the five classes that planners see, or of none.

    Examples
    --------
    >>> simple_words(4)
    {'zh': '时有时无', 'en': 'On and off'}
    """
    return {"zh": _SIMPLE_ZH[code], "en": SIMPLE_CLASSES[code].capitalize()}


def counted(number: float, one: str, many: str) -> str:
    """Return a number with its noun in English.

    Examples
    --------
    >>> counted(1, "report", "reports"), counted(1200, "report", "reports")
    ('1 report', '1,200 reports')
    """
    return f"{number:,.0f} {one if round(number) == 1 else many}"


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
    others = units - 1 if own else units
    beside = "neighbouring unit" if others == 1 else "neighbouring units"
    where = f"here and in the {others} {beside}" if own else f"around here, in {others} {beside}"
    en = (
        f"{counted(count, 'report', 'reports')} {where}, where"
        f" {_short(expected)} would be usual: {doubt}unusually {'many' if many else 'few'}."
        f" By chance alone: {_chance_en(p)} ({numbers} after correction)."
    )
    return {"zh": zh, "en": en}


def change_words(change: Change) -> dict[str, str]:
    """Say how a unit changed, and how often chance alone does as much.

    Examples
    --------
    >>> change_words(Change(10, 40, 9.7, 4.0, 1.96, 8.96, 0.00004, 0.001))["en"]
    '40 reports against 10, where 9.7 would be no change: 4.0 times as many (95 %: 2.0 to 9.0), \
more than chance explains. By chance alone: about 1 in 25,000 (p = 4e-05; q = 0.001 after correction).'
    >>> change_words(Change(0, 9, 0.0, float("nan"), 2.1, float("nan"), 0.004, 0.02))["zh"]
    '9件，对比0件：此前没有，超出偶然波动。纯属偶然的可能约为250分之一（p=0.004，校正后q=0.02）。'
    """
    first, second, ratio, low, high = (
        change.first, change.second, change.ratio, change.low, change.high
    )  # fmt: skip
    usual_zh = usual_en = ""
    if first > 0:
        usual_zh = f"（不变应为{_short(change.expected)}件）"
        usual_en = f", where {_short(change.expected)} would be no change"
    zh = f"{second:,.0f}件，对比{first:,.0f}件{usual_zh}："
    en = f"{counted(second, 'report', 'reports')} against {first:,.0f}{usual_en}: "
    numbers_zh = f"（p={change.p:.2g}，校正后q={change.q:.2g}）"
    numbers_en = f"(p = {change.p:.2g}; q = {change.q:.2g} after correction)"
    perhaps = change.q >= _SURE
    if isnan(ratio):
        zh, en = f"{zh}此前没有", f"{en}none before"
    else:
        zh += f"为{ratio:.1f}倍（95%区间{low:.1f}至{high:.1f}）"
        en += f"{ratio:.1f} times as many (95 %: {low:.1f} to {high:.1f})"
    return {
        "zh": f"{zh}，{'可能' if perhaps else ''}超出偶然波动。"
        f"纯属偶然的可能{_chance_zh(change.p)}{numbers_zh}。",
        "en": f"{en}, {'perhaps ' if perhaps else ''}more than chance explains."
        f" By chance alone: {_chance_en(change.p)} {numbers_en}.",
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
        "en": f"{counted(observed, 'report', 'reports')} {en_where}, where {usual} would be usual (p = {p:.2g}).",
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
