"""Who reads the resident's name and telephone, and that readings are noted."""

from __future__ import annotations

import datetime as dt

import pytest

from gis.audience import Actor
from gis.errors import NotFound
from gis.personal import Person, erase_personal_data, get_person, list_reads
from tests.support.crew import Desk

FULL, MASKED = Person("张三", "13812341234", False), Person("张*", "138****1234", True)


def test_the_lead_the_centre_and_the_grid_read_it_and_nobody_else(desk: Desk) -> None:
    people = desk.people
    report_id = desk.report(phone="13812341234")
    desk.act(people.mizhou, report_id, "accept")
    desk.act(people.mizhou, report_id, "dispatch", lead="water-west", assisting=["power"])

    def read(actor: Actor) -> Person:
        with desk.db.transaction(actor) as tx:
            return get_person(tx, actor, report_id, purpose="report", now=desk.now)

    in_full = (people.water, people.mizhou, people.dispatcher, people.staff, people.volunteer)
    assert [read(actor) for actor in in_full] == [FULL] * 5
    assert [read(actor) for actor in (people.power, people.supervisor, people.admin)] == [
        MASKED
    ] * 3
    with pytest.raises(NotFound):
        read(people.telecom)
    with desk.db.transaction(county_code="370782") as tx:
        assert {row["username"] for row in list_reads(tx, "370782", report_id)} == {
            actor.username for actor in in_full
        }


def test_retention_erases_who_it_was_and_keeps_what_it_was(desk: Desk) -> None:
    report_id = desk.report(phone="13812341234")
    desk.act(desk.people.mizhou, report_id, "reject", reason="x")
    with desk.db.transaction(county_code="370782") as tx:
        assert erase_personal_data(tx, "370782", desk.now) == 0
        assert erase_personal_data(tx, "370782", desk.now + dt.timedelta(seconds=1)) == 1
        assert erase_personal_data(tx, "370782", desk.now + dt.timedelta(seconds=1)) == 0
    row = desk.row(report_id)
    assert (row["reporter_name"], row["reporter_phone"], row["description"]) == (
        "",
        "",
        "4-6楼没水",
    )
