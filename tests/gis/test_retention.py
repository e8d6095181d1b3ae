"""What is older than its rule is erased, counted before, and written down without what it held."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Text

from gis.admin_events import list_admin_events
from gis.models import Base
from gis.retention import NOT_ERASED, Rule, apply_rules
from tests.support.crew import Desk


def test_what_the_privacy_notice_calls_kept_is_what_the_tables_hold() -> None:
    """Every text that people write about a report is told of, and nothing that there is not."""
    tables = Base.metadata.tables
    told = {column for columns in NOT_ERASED.values() for column in columns}
    assert [name for name in told if name.split(".")[1] not in tables[name.split(".")[0]].c] == []
    erased = {"report.reporter_name", "report.reporter_phone"}
    said = {
        f"{table}.{column}"
        for table in ("report", "message", "evaluation", "callback", "assignment", "time_request")
        for column in ("description", "address", "place_text", "reporter_name", "reporter_phone",
                       "text", "comment", "note", "result", "cause", "remedy", "reason",
                       "return_reason", "decision")
        if column in tables[table].c and isinstance(tables[table].c[column].type, Text)
    }  # fmt: skip
    assert said - told - erased == {"callback.result"}  # a word of a list, nobody's own


RULES = [Rule("reporter", 30), Rule("reads", 0), Rule("notices", 30)]


def test_who_reported_is_forgotten_after_its_days(fresh_desk: Desk) -> None:
    desk = fresh_desk
    closed, still_open = desk.handled(), desk.handled()
    desk.act(desk.people.dispatcher, closed, "close")
    desk.rows("UPDATE report SET reporter_name = '张建国', reporter_phone = '13812341234'")
    later = desk.now + dt.timedelta(days=31)
    with desk.db.transaction(county_code="370782") as tx:
        early = apply_rules(tx, "370782", RULES, now=desk.now)
        dry = apply_rules(tx, "370782", RULES, now=later, dry_run=True)
        assert list_admin_events(tx, "370782") == []
        done = apply_rules(tx, "370782", RULES, now=later)
        again = apply_rules(tx, "370782", RULES, now=later)
        (event,) = list_admin_events(tx, "370782")
    assert [one.rows for one in early] == [0, 0, 0]
    assert dry == done
    assert [(one.code, one.rows) for one in done] == [("reporter", 1), ("reads", 0), ("notices", 0)]
    assert done[1].before is None
    assert [one.rows for one in again] == [0, 0, 0]
    assert (event["action"], event["subject"], event["details"]["rows"]) == (
        "retention",
        "reporter",
        1,
    )
    assert "张" not in str(event)
    kept = desk.rows("SELECT id, reporter_name FROM report ORDER BY reporter_name")
    assert {row["id"]: row["reporter_name"] for row in kept} == {closed: "", still_open: "张建国"}
