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
SAID = re.compile(
    r"""(?:Conflict|Wrong|NotAllowed)\(\s*f?"([A-Z][^"]+)"|return "([A-Z][^"]+\.)\""""
)
NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)


def sentences() -> set[str]:
    files = [*(GIS / "workflow").glob("*.py"), GIS / "evaluation.py", GIS / "dispatching.py"]
    found = {one or other for path in files for one, other in SAID.findall(path.read_text("utf-8"))}
    # What varies in a sentence is filled in with something of its kind.
    return {re.sub(r"\{[^}]*\}", "3", text) for text in found}


def test_every_sentence_of_the_lifecycle_has_chinese_words():
    known = sentences()
    assert len(known) > 25
    general = Speech("zh", NOW).word("why.other")
    technical = {"Must be a text.", "Must be a list.", "Must be a uuid."}
    missing = [
        text
        for text in sorted(known)
        if sentence(text, Speech("zh", NOW)) == general
        and text not in technical
        and not re.match(r"Must be (a SHA|a list of)|Decision 3", text)
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
