"""Chinese and English: which of them a page speaks, and the words of the interface from one glossary."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Literal

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
COOKIE = "gridcall_language"
GLOSSARY = Path(__file__).resolve().parent / "glossary.json"


_HAN = re.compile("[\u3400-\u9fff]")
_LATIN = re.compile("[A-Za-z]")


@cache
def glossary() -> dict[str, dict[str, str]]:
    """All words of the interface: key -> language -> words, ``{name}`` marks a parameter."""
    entries: dict[str, dict[str, str]] = json.loads(GLOSSARY.read_text("utf-8"))
    return entries


@cache
def words(language: Language) -> dict[str, str]:
    """Return the words of one language by key."""
    return {key: entry[language] for key, entry in glossary().items()}


def tongue(text: str, around: Language) -> Language:
    """Tell the language that people's own words are in, by their letters: a page says it for the voice that reads it.

    Parameters
    ----------
    around
        The page's language, which holds where there are no letters.

    Examples
    --------
    >>> tongue("4-6楼没水", "en"), tongue("no water", "zh"), tongue("110", "zh")
    ('zh', 'en', 'zh')
    """
    if _HAN.search(text):
        return "zh"
    return "en" if _LATIN.search(text) else around


def _named(text: str | None) -> Language | None:
    """Return the language a query value or cookie names, or None."""
    return next((language for language in LANGUAGES if language == text), None)


def _accepted(header: str) -> Language | None:
    """First of our languages in the order of an Accept-Language header's weights."""
    weighted: list[tuple[float, Language]] = []
    for item in header.split(","):
        tag, _, parameter = item.partition(";")
        language = _named(tag.strip().lower().split("-")[0])
        quality = parameter.strip().removeprefix("q=") or "1"
        try:
            weight = float(quality)
        except ValueError:
            continue
        if language is not None and weight > 0:
            weighted.append((weight, language))
    # max() keeps the first of equals, which is the header's own order.
    return max(weighted, key=lambda pair: pair[0])[1] if weighted else None


def spoken_to(accept_language: str | None) -> Language:
    """Decide in which language a program's errors are told: English unless it asks for another.

    Examples
    --------
    >>> spoken_to("zh-CN,zh;q=0.9,en;q=0.8"), spoken_to("*"), spoken_to(None)
    ('zh', 'en', 'en')
    """
    return _accepted(accept_language or "") or "en"


def choose_language(query: str | None, cookie: str | None, accept_language: str | None) -> Language:
    """Decide the language: the address first, then the cookie, then the browser; Chinese otherwise.

    Examples
    --------
    >>> choose_language("en", "zh", None)
    'en'
    >>> choose_language(None, None, "de-DE,en;q=0.7,zh;q=0.9")
    'zh'
    """
    return _named(query) or _named(cookie) or _accepted(accept_language or "") or "zh"
