"""Chinese names in Latin letters, where a file gives no English ones."""

from __future__ import annotations

from pypinyin import lazy_pinyin

__all__ = ["pinyin_name", "spaced_pinyin"]


def spaced_pinyin(name: str) -> str:
    """Return the syllables of a name, as place search expects them.

    Examples
    --------
    >>> spaced_pinyin("田柳村")
    'tian liu cun'
    """
    return " ".join(syllable for part in lazy_pinyin(name) if (syllable := part.strip()))


def pinyin_name(name: str) -> str:
    """Return a name of one word in Latin letters.

    Examples
    --------
    >>> pinyin_name("田柳村"), pinyin_name("")
    ('Tianliucun', '')
    """
    return "".join(lazy_pinyin(name)).strip().capitalize() if not name.isascii() else name
