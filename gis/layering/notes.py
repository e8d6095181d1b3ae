"""Notes on the method of a layer, in Chinese and English: what was left out, how far to trust it."""

from __future__ import annotations

import re
from typing import Any, Final

# {n|report|reports}: what stands in English for one, and for any other number.
_FORMS: Final = re.compile(r"\{(?P<name>\w+)\|(?P<one>[^|}]*)\|(?P<many>[^}]*)\}")

NOTES: Final[dict[str, dict[str, str]]] = {
    "reported": {
        "zh": "图层只统计群众和单位上报的事项：上报积极的地方显得更多，没有上报不等于没有问题。",
        "en": "A layer counts what was reported: places where people report eagerly show more, and"
        " no report does not mean no problem.",
    },
    "outside": {
        "zh": "{n}件不在任何网格内，未计入。",
        "en": "{n} {n|report lies|reports lie} in no grid and {n|is|are} left out.",
    },
    "outside_cells": {
        "zh": "{n}件不在任何网格内，或所在方格的中心在全市范围之外，未计入。",
        "en": "{n} {n|report is|reports are} left out: in no grid, or in a cell whose middle is not"
        " in the county.",
    },
    "without_location": {
        "zh": "{n}件只报了网格或地名、没有坐标，方格和密度图不含这些事项。",
        "en": "{n} {n|report names|reports name} a grid or place only; cells and surfaces leave"
        " {n|it|them} out.",
    },
    "without_sensitive": {
        "zh": "纠纷、家庭、健康、治安等敏感类别未计入。",
        "en": "Sensitive categories (disputes, family, health, policing) are left out.",
    },
    "suppressed": {
        "zh": "少于5件（含0件）的不公布；凡能由合计推算出来的合计也不公布。",
        "en": "Counts below 5, none included, are not told, nor totals that would give one away.",
    },
    "whole_months": {
        "zh": "方格按整月统计，时段已扩为整月。",
        "en": "Cells are counted by whole months, so the period was widened.",
    },
    "unknown_exposure": {
        "zh": "{n}个单元缺少“{exposure}”数据，没有比率，也不参与检验。",
        "en": "{n} {n|unit has|units have} no known {exposure_en}: no rate, no part in the test.",
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
        " county's border; it adds up to the {n} {n|report|reports}, and colours are the same at every zoom.",
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
    "partly_known": {
        "zh": "上报资料从{first}到{last}：此外的日子没有资料，不当作零件，按有资料的天数折算。",
        "en": "Reports exist from {first} to {last}: of other days nothing is known, they are not"
        " taken for days without reports, and days are counted without them.",
    },
    "unknown_steps": {
        "zh": "{n}个时段全市没有任何上报资料，不当作零件，未计入。",
        "en": "Steps left out: {n}. Nothing at all was reported in the county then, which is not"
        " the same as no reports.",
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
    "unknown_side": {
        "zh": "措施之前或之后全市没有任何上报资料，无法比较。",
        "en": "Nothing at all was reported in the county before the measure or after it: there is"
        " nothing to compare.",
    },
    "no_longer_told": {
        "zh": "所选类别已列为敏感，或标签已不再使用：这项措施不再比较。",
        "en": "Its category has become sensitive, or its tag is no longer used: this measure is no"
        " longer compared.",
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
    "no_merges": {
        "zh": "这段时间没有并案的事项，无法估计有多少人会上报：估计要看同一事件平均有几人上报。",
        "en": "No reports of these days were merged, so how many people speak up cannot be"
        " estimated: the estimate needs to know how many report one and the same event.",
    },
    "pile": {
        "zh": "{n}个方格的多数事项坐标完全相同，很可能是默认坐标（如单位驻地），已标记。",
        "en": "In {n} {n|cell|cells} most reports share one exact coordinate, probably a default (such as an"
        " office); {n|it is|they are} flagged.",
    },
}


def note(code: str, **values: Any) -> dict[str, str]:
    """Return a note on the method: its code, and its sentence in both languages.

    Examples
    --------
    >>> note("outside", n=1)["en"], note("outside", n=1200)["en"]
    ('1 report lies in no grid and is left out.', '1,200 reports lie in no grid and are left out.')
    """
    told = {
        name: f"{value:,}" if isinstance(value, int) else value for name, value in values.items()
    }

    def form(found: re.Match[str]) -> str:
        return found["one"] if told[found["name"]] == "1" else found["many"]

    sentences = {
        language: _FORMS.sub(form, text).format(**told) for language, text in NOTES[code].items()
    }
    return {"code": code, **sentences}
