"""What the domain refuses is said in Chinese too: every sentence of the lifecycle has its words."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from gis.errors import Conflict, InvalidInput
from maps.language import LANGUAGES, glossary
from maps.refusals import SENTENCES, refusal_of, sentence
from maps.speech import Speech

GIS = Path(__file__).resolve().parents[2] / "gis"
# What a step or a call can be refused with: sentences of errors, reasons of fields.
SAID = re.compile(
    r"""(?:Conflict|Wrong|NotAllowed|NotFound|Unavailable|PreconditionRequired|PreconditionFailed)"""
    r"""\(\s*f?"([A-Za-z][^"]+)"|return "([A-Z][^"]+\.)\""""
)
REASON = re.compile(
    r"""InvalidInput\.of\(\s*[\w"]+,\s*f?"([^"]+)"|: "(there is no [^"]+|no category [^"]+)\""""
)
# What no form can send, and what the pages of residents say in their own words.
TECHNICAL = re.compile(
    r"Must be (?:a SHA|a list|a text|a uuid)|Decision 3|There is no county|names a report more than once"
    r"|This (?:link|receipt) is not valid|write |west and east|south and north|the order is west"
)
NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)


def sentences() -> set[str]:
    named = (
        "evaluation", "dispatching", "merging_clusters", "matching", "intake", "geometry",
        "filter_checks", "ids",
    )  # fmt: skip
    files = [*(GIS / "workflow").glob("*.py"), *(GIS / f"{name}.py" for name in named)]
    files.append(GIS.parent / "api" / "routes" / "clusters.py")
    texts = [path.read_text("utf-8") for path in files]
    found = {
        one or other for text in texts for how in (SAID, REASON) for one, other in how.findall(text)
    }
    # What varies in a sentence is filled in with something of its kind.
    return {re.sub(r"\{[^}]*\}", "3", text) for text in found}


def test_every_sentence_of_the_lifecycle_has_chinese_words():
    known = sentences()
    assert len(known) > 25
    general = Speech("zh", NOW).word("why.other")
    missing = [
        text
        for text in sorted(known)
        if sentence(text, Speech("zh", NOW)) == general and not TECHNICAL.match(text)
    ]
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_has_words(language):
    assert [key for _, key in SENTENCES if not glossary()[key][language]] == []


def test_fields_are_told_apart_and_parameters_filled_in():
    say = Speech("zh", NOW)
    told = refusal_of(InvalidInput.of("text", "Must have at most 4000 characters."), say)
    assert told.fields == {"text": "最多 4000 个字"}
    part = refusal_of(Conflict("Your body's part is `waiting`."), say)
    assert part.words == "您单位的状态是“待报到”"
    assert refusal_of(Conflict("Something new."), Speech("en", NOW)).words == "Something new."
