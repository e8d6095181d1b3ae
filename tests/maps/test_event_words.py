"""Every step that a history can hold is told in both languages, on the page and in the console."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

import gis
from gis.db.database import Database
from gis.notifications import CONCERNS
from gis.workflow.table import EVENTS, UNDO
from maps.console import WORDS
from maps.history_words import _TOLD
from maps.language import LANGUAGES, words
from maps.speech import Speech


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_event_has_a_label(language: str) -> None:
    told = words(language)
    assert [event for event in sorted({*EVENTS, UNDO}) if not told.get(f"act.{event}")] == []
    assert "act" in WORDS


def test_nothing_is_told_of_an_event_that_there_is_not() -> None:
    assert set(_TOLD) <= EVENTS
    assert set(CONCERNS) <= EVENTS


@pytest.mark.parametrize(
    ("details", "told"),
    [
        ({"stage": "accept"}, "超过两倍时限，事项已在市中心"),
        ({"stage": "accept", "raised": "not_accepted"}, "未按时受理，转市中心"),
        ({"reason": "跨镇街"}, "跨镇街"),
    ],
)
def test_it_is_told_whether_an_overdue_report_was_lifted(
    details: dict[str, str], told: str
) -> None:
    say = Speech("zh", dt.datetime(2026, 11, 24, tzinfo=dt.UTC))
    lines = [text for _, text in _TOLD["escalate"](details, say) if text]
    assert lines[-1] == told


def test_statements_write_no_other_event() -> None:
    """What is written past `record.write`, which refuses others: intake and rematching."""
    folder = Path(gis.__file__).parent / "db" / "sql"
    texts = [path.read_text() for path in folder.glob("*.sql")]
    inserts = [
        block
        for text in texts
        for block in re.findall(r"INSERT INTO report_event.*?(?=\n\)|\Z)", text, re.DOTALL)
    ]
    assert len(inserts) == 2
    actions = [re.findall(r"version, '(\w+)'|, 1, '(\w+)'", block)[0] for block in inserts]
    assert {first or second for first, second in actions} == {"received", "rematched"} <= EVENTS


def test_the_sample_citys_histories_hold_no_other(city: Database) -> None:
    with city.read(county_code="370782") as tx:
        rows = tx.rows("SELECT DISTINCT action FROM report_event")
    actions = {row["action"] for row in rows}
    assert len(actions) > 5
    assert actions <= EVENTS
