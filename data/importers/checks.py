"""Checks that several kinds of rows share."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

import numpy as np
import numpy.typing as npt

from data.fields import FieldReader, Texts

__all__ = ["check_known", "known_or_hint", "or_none"]


def or_none(text: str) -> str | None:
    """Return the text, None where there is none."""
    return text or None


def check_known(
    reader: FieldReader, name: str, codes: Texts, known: Collection[str], what: str
) -> None:
    """Refuse rows that name something the county does not have."""
    unknown: npt.NDArray[np.bool_] = np.fromiter(
        (bool(code) and code not in known for code in codes), dtype=bool
    )
    reader.refuse(unknown, name, lambda i: known_or_hint(codes[i], known, what))


def known_or_hint(code: str, known: Collection[str], what: str) -> str:
    """Say that there is no such thing, and which one was probably meant."""
    close = get_close_matches(code, known, n=1, cutoff=0.75)
    hint = f"; did you mean {close[0]}?" if close else ""
    return f"there is no {what} {code}{hint}"
