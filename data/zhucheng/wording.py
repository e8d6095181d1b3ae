"""What people write, and what the bodies answer: templates with numbers, floors and places."""

from __future__ import annotations

import csv
from collections import defaultdict
from functools import cache

import numpy as np

from data.zhucheng.terrain import SOURCES

_TIMES = ("今天早上", "昨天晚上", "中午", "下午三点多", "傍晚", "凌晨", "刚才")


@cache
def _descriptions() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    with (SOURCES / "descriptions.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[row["category"]].append(row["text"])
    return dict(found)


@cache
def _handlings() -> dict[str, list[tuple[str, str, str]]]:
    found: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    with (SOURCES / "handling.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[row["category"]].append((row["cause"], row["result"], row["remedy"]))
    return dict(found)


def description(category: str, place: str, rng: np.random.Generator) -> str:
    """Write what a reporter says about a matter of a category at a place."""
    texts = _descriptions()[category]
    return texts[int(rng.integers(len(texts)))].format(
        place=place,
        n=int(rng.integers(1, 19)),
        m=int(rng.integers(4, 12)),
        d=int(rng.integers(2, 9)),
        t=int(rng.integers(12, 17)),
        time=_TIMES[int(rng.integers(len(_TIMES)))],
    )


def handling(category: str, place: str, rng: np.random.Generator) -> tuple[str, str, str]:
    """Write cause, result and remedy as the lead feeds them back."""
    known = _handlings()
    choices = known.get(category) or known[category.split(".", maxsplit=1)[0]]
    cause, result, remedy = choices[int(rng.integers(len(choices)))]
    return cause, result.format(place=place), remedy
