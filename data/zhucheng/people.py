"""Invented people: names drawn from common characters, telephones nobody can have."""

from __future__ import annotations

import numpy as np

from data.zhucheng.frame import weighted_choice

_SURNAMES = "王李张刘陈杨赵孙周吴徐胡朱高林何郭马罗梁宋郑谢韩唐冯于董程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭臧管隋逄窦"
_WOMEN = (
    "芳娜敏静丽艳娟霞秀玲桂英莲红梅琴云兰凤洁燕萍雪慧莉颖婷倩蕾瑶琳妍佳欣怡晨梦雅淑珍翠香春菊爱华"
)
_MEN = (
    "伟强磊军洋勇杰涛超刚平辉鹏飞建国明志文斌波浩宇亮龙海林峰凯健俊帆诚东德福贵祥庆忠良世昌永康泽民"
)
_SHARED = "晓玉金成永宝新立书学恩兴吉瑞思子庭一乐安可家清"


def names(rng: np.random.Generator, count: int) -> list[str]:
    """Return that many invented full names; namesakes happen, as they do."""
    weights = 1.0 / np.arange(4.0, 4.0 + len(_SURNAMES))
    surnames = weighted_choice(rng, weights, count)
    women = rng.random(count) < 0.46
    double = rng.random(count) < 0.78
    return [
        _SURNAMES[surname] + _given(rng, _WOMEN if woman else _MEN, two)
        for surname, woman, two in zip(surnames, women, double, strict=True)
    ]


def telephone(number: int) -> str:
    """Return an 11-digit mobile number; no operator in China was ever given the prefix 154."""
    return f"154{number:08d}"


def _given(rng: np.random.Generator, pool: str, two: bool) -> str:
    last = pool[int(rng.integers(len(pool)))]
    if not two:
        return last
    first = (_SHARED + pool)[int(rng.integers(len(_SHARED) + len(pool)))]
    return first + last
