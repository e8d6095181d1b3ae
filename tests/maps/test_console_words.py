"""The console's page carries the words its modules use, and no others."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from gis.workflow.table import ACTIONS, fields_of
from maps.bundle import STATIC
from maps.console import WORDS
from maps.language import glossary

USED = re.compile(r"""["'`]([a-z_]+)\.(?=[a-z_0-9$])|named\(["'](\w+)["']""")
IMPORTED = re.compile(r"""(?:from|import\()\s*["'](\.[^"']+)["']""")


def modules(first: Path) -> set[Path]:
    """Return a module and all it imports."""
    found: set[Path] = set()
    waiting = [first.resolve()]
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            names = IMPORTED.findall(module.read_text("utf-8"))
            waiting += [(module.parent / name).resolve() for name in names]
    return found


def test_every_group_used_is_named_and_every_group_named_is_used() -> None:
    texts = [path.read_text("utf-8") for path in modules(STATIC / "js" / "console" / "main.js")]
    assert len(texts) > 40
    groups = {key.partition(".")[0] for key in glossary()}
    used = {a or b for text in texts for a, b in USED.findall(text)} & groups
    assert sorted(used) == sorted(WORDS)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_choice_of_an_action_has_words(language: str) -> None:
    chosen = {
        f"{field.name}.{code}"
        for action in ACTIONS
        for field in fields_of(action)
        for code in field.choices
    }
    words = {key: entry[language] for key, entry in glossary().items()}
    assert json.dumps(sorted(chosen - set(words))) == "[]"
