"""Categories that a file of reports names and the county does not have."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from data.latin import pinyin_name
from gis.registry import Category

__all__ = ["new_categories"]

_CODE: Final = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?")


def new_categories(names: Iterable[str], known: Iterable[str]) -> list[Category]:
    """Return a category for each name; one that is a code already keeps it, others get Latin letters.

    Parameters
    ----------
    known
        Codes that are taken.
    """
    taken = set(known)
    made = []
    for name in names:
        code = name if _CODE.fullmatch(name) else _slug(name)
        free = next(
            c for n in range(1, 10_000) if (c := code if n == 1 else f"{code}_{n}") not in taken
        )
        taken.add(free)
        parent, dot, _ = free.rpartition(".")
        made.append(
            Category(free, name, pinyin_name(name), parent if dot and parent in taken else None)
        )
    return made


def _slug(name: str) -> str:
    latin = re.sub(r"[^a-z0-9]+", "_", pinyin_name(name).lower()).strip("_")
    return latin if latin[:1].isalpha() else f"category_{latin}".rstrip("_")
