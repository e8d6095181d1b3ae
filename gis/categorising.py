"""A category from the words of a description, where the sender gave none.

Each category carries keywords; the one whose keywords found in the text are longest together
wins, so that 楼没水 (low pressure on the upper floors) beats 没水 (no water) in "4-6楼没水".
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import cast

from gis.db.database import Transaction

KEPT_S = 60.0
"""Seconds for which a process goes on with the keywords it has read."""


@dataclass(frozen=True)
class Vocabulary:
    """The keywords of a county: (category code, its keywords), in the order of the categories."""

    entries: tuple[tuple[str, tuple[str, ...]], ...]

    @cached_property
    def _words(self) -> list[tuple[str, re.Pattern[str] | str, int]]:
        return [
            (code, _needle(word.casefold()), len(word))
            for code, words in self.entries
            for word in words
            if word
        ]

    def suggest(self, description: str) -> str | None:
        """Return the code of the category the text speaks of; None where no keyword occurs.

        Examples
        --------
        >>> words = Vocabulary((("water.none", ("没水",)), ("water.low", ("楼没水", "low pressure"))))
        >>> words.suggest("4-6楼没水"), words.suggest("Low pressure!"), words.suggest("路灯不亮")
        ('water.low', 'water.low', None)
        """
        text = description.casefold()
        scores: dict[str, int] = {}
        for code, needle, weight in self._words:
            found = needle in text if isinstance(needle, str) else needle.search(text) is not None
            if found:
                scores[code] = scores.get(code, 0) + weight
        # max() keeps the first of equals, and the entries come in the categories' own order.
        return max(scores, key=lambda code: scores[code]) if scores else None


def vocabulary(tx: Transaction, county_code: str) -> Vocabulary:
    """Read a county's keywords, or go on with those read within the last minute."""
    key = f"vocabulary:{county_code}"
    read_at, known = tx.kept.get(key, (-KEPT_S, None))
    if known is None or time.monotonic() - read_at >= KEPT_S:
        known = _read(tx, county_code)
        tx.kept[key] = (time.monotonic(), known)
    return cast(Vocabulary, known)


def forget_vocabulary(tx: Transaction, county_code: str) -> None:
    """Read the keywords anew next time: whoever changes categories in this process calls it."""
    tx.kept.pop(f"vocabulary:{county_code}", None)


def _read(tx: Transaction, county_code: str) -> Vocabulary:
    rows: Iterable[dict[str, object]] = tx.rows(
        "SELECT c.code, c.keywords FROM category c LEFT JOIN category p"
        " ON p.county_code = c.county_code AND p.code = c.parent_code"
        " WHERE c.county_code = %(county)s AND c.keywords <> '{}'"
        " AND c.disabled_at IS NULL AND p.disabled_at IS NULL ORDER BY c.position, c.code",
        {"county": county_code},
    )
    return Vocabulary(
        tuple((str(row["code"]), tuple(cast("list[str]", row["keywords"]))) for row in rows)
    )


def _needle(word: str) -> re.Pattern[str] | str:
    """Return what to look for: Latin words as whole words, so that `gas` is not found in `gasket`."""
    if word.isascii():
        return re.compile(rf"(?<![0-9a-z]){re.escape(word)}(?![0-9a-z])")
    return word
