"""Invented names: communities and villages of the sample city, with pinyin."""

from __future__ import annotations

import re
from itertools import product

import numpy as np
from pypinyin import Style, lazy_pinyin, load_phrases_dict

# Readings that the dictionary gets wrong in place names.
load_phrases_dict(
    {
        "枳沟": [["zhi3"], ["gou1"]],
        "枳沟镇": [["zhi3"], ["gou1"], ["zhen4"]],
        "相州": [["xiang1"], ["zhou1"]],
        "盛龙": [["sheng4"], ["long2"]],
        "盛龙花园": [["sheng4"], ["long2"], ["hua1"], ["yuan2"]],
    }
)

_SURNAMES = "王李张刘陈杨赵孙周吴徐胡朱高林何郭马罗梁宋郑谢韩唐冯于董程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭邹熊金陆郝孔白崔康毛邱秦史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚臧管台隋逄窦"
_LEADS = ("大", "小", "东", "西", "南", "北", "前", "后", "上", "下")
_LANDS = ("庄", "屯", "沟", "河", "岭", "疃", "埠", "楼", "店", "坡", "泊", "洼", "崖", "寨")
_TRAITS = (
    "石桥",
    "柳树",
    "杏山",
    "桃园",
    "枣行",
    "松园",
    "涌泉",
    "黑龙沟",
    "凉水",
    "青云",
    "双庙",
    "古城",
    "新村",
    "芦河",
    "芝灵",
    "朱解",
    "望海",
    "金鸡埠",
    "白粉",
    "官庄",
    "马耳山",
    "竹山",
    "障日山",
    "常山",
    "潍水",
    "扶淇",
    "百尺",
    "吉林",
    "雹泉",
    "渠河",
)
# Names that have to lie in a certain town: the stories of the documentation happen there.
URBAN_COMMUNITIES = (
    ("370782001", "卢山"),
    ("370782001", "盛龙"),
    ("370782001", "兴华"),
    ("370782001", "和平"),
    ("370782001", "繁荣"),
    ("370782001", "东关"),
    ("370782001", "南关"),
    ("370782001", "西关"),
    ("370782001", "北关"),
    ("370782001", "东武"),
    ("370782001", "文化路"),
    ("370782001", "人民路"),
    ("370782001", "繁华里"),
    ("370782001", "密州西路"),
    ("370782001", "扶淇河"),
    ("370782001", "超然台"),
    ("370782001", "建国"),
    ("370782001", "和平北路"),
    ("370782002", "龙都"),
    ("370782002", "恐龙公园"),
    ("370782002", "舜泽"),
    ("370782002", "龙源"),
    ("370782002", "龙城中学"),
    ("370782002", "栗元"),
    ("370782002", "三里庄"),
    ("370782003", "舜王"),
    ("370782003", "九龙"),
    ("370782003", "尧王"),
    ("370782003", "诸冯"),
    ("370782003", "工业园"),
    ("370782102", "岳旺"),
    ("370782102", "都吉台"),
)


def pinyin(text: str) -> str:
    """Return lower-case pinyin without tones, syllables apart.

    Examples
    --------
    >>> pinyin("盛龙花园")
    'sheng long hua yuan'
    """
    return " ".join(lazy_pinyin(text, style=Style.NORMAL))


def english(text: str) -> str:
    """Return a name in pinyin as one capitalised word; digits stand apart.

    Examples
    --------
    >>> english("岳旺"), english("王家庄2")
    ('Yuewang', 'Wangjiazhuang 2')
    """
    if text.endswith("驻地"):
        return f"{english(text.removesuffix('驻地'))} Seat"
    joined = "".join(lazy_pinyin(text, style=Style.NORMAL))
    return re.sub(r"(?<=\D)(\d+)", r" \1", joined).strip().capitalize()


def village_names(rng: np.random.Generator, count: int) -> list[str]:
    """Return that many different village names, without those of `URBAN_COMMUNITIES`."""
    simple = [f"{surname}家{land}" for surname, land in product(_SURNAMES, _LANDS[:8])]
    leading = [
        f"{lead}{surname}{land}" for lead, surname, land in product(_LEADS, _SURNAMES, _LANDS)
    ]
    chosen = [
        *_TRAITS,
        *(simple[i] for i in rng.permutation(len(simple))[: count // 2]),
        *(leading[i] for i in rng.permutation(len(leading))[:count]),
    ][: max(count, len(_TRAITS))]
    return [chosen[i] for i in rng.permutation(len(chosen))][:count]
