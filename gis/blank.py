"""Text that says nothing: white space, control characters and characters without width. Pure."""

from __future__ import annotations

import re
from typing import Final

SEEN: Final = (
    # Understood alike by Python and by the dialect of JSON Schema, where `\s` is another set.
    r"[^\s\u0000-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f"
    r"\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0]"
)
"""Pattern of one character that can be seen; text without any is blank."""
_SEEN: Final = re.compile(SEEN)


def is_blank(text: str) -> bool:
    r"""Say whether a text holds no character that can be seen.

    Examples
    --------
    >>> [is_blank(text) for text in ("", " \u3000", "\u200b\ufeff", "没水", "?")]
    [True, True, True, False, False]
    """
    return _SEEN.search(text) is None
