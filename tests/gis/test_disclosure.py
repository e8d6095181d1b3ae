"""Which categories a planner may count, and how."""

from __future__ import annotations

import datetime as dt
import uuid

import psycopg
import pytest

from gis.audience import Actor
from gis.db.database import Database, libpq_url
from gis.disclosure import Choice, choose
from gis.errors import InvalidInput
from gis.periods import Days
from tests.support.county import COUNTY

# code: parent, sensitive, tags
CATEGORIES = {
    "water": (None, False, "pipes"),
    "water.burst": ("water", False, "pipes"),
    "quarrel": (None, True, ""),
    "quarrel.family": ("quarrel", False, ""),
    "health": (None, False, ""),
    "health.illness": ("health", True, "pipes"),
    "health.noise": ("health", False, ""),
}


@pytest.fixture
def categories(db: Database, database_url: str) -> Database:
    with psycopg.connect(libpq_url(database_url)) as connection:
        connection.execute(
            "INSERT INTO county (code, name, name_en) VALUES (%s, '县', 'County')", [COUNTY]
        )
        for code, (parent, sensitive, tag) in CATEGORIES.items():
            connection.execute(
                "INSERT INTO category (county_code, code, parent_code, name, name_en, sensitive, tags)"
                " VALUES (%s, %s, %s, '', '', %s, %s)",
                [COUNTY, code, parent, sensitive, [tag] if tag else []],
            )
    return db


def chosen(db: Database, role: str, category: str | None = None, tag: str | None = None) -> Choice:
    with db.read() as tx:
        return choose(tx, Actor(uuid.uuid4(), COUNTY, "x", "x", role), category, tag)


def test_whoever_works_on_reports_counts_them_all(categories: Database) -> None:
    for role in ("admin", "supervisor", "dispatcher", "utility", "grid_staff", "volunteer"):
        assert chosen(categories, role) == Choice(None)
        assert chosen(categories, role, "quarrel") == Choice(("quarrel", "quarrel.family"))
        assert chosen(categories, role, "health.illness").group is None


def test_a_planner_counts_sensitive_matters_by_their_group_only(categories: Database) -> None:
    everything = chosen(categories, "planner")
    assert everything.codes is None
    assert set(everything.hidden) == {"quarrel", "quarrel.family", "health.illness"}
    group = chosen(categories, "planner", "quarrel")
    assert (set(group.codes or ()), group.hidden, group.group) == (
        {"quarrel", "quarrel.family"},
        (),
        "quarrel",
    )
    mixed = chosen(categories, "planner", "health")
    assert (mixed.hidden, mixed.group) == (("health.illness",), None)
    assert mixed.without_sensitive
    assert chosen(categories, "planner", "health.illness").group == "health.illness"
    assert chosen(categories, "planner", tag="pipes").hidden == ("health.illness",)
    assert not chosen(categories, "planner", "water").without_sensitive


@pytest.mark.parametrize(
    ("category", "tag"),
    [("quarrel.family", None), ("nope", None), (None, "nope"), ("water", "pipes")],
)
def test_refusals(category: str | None, tag: str | None, categories: Database) -> None:
    with pytest.raises(InvalidInput):
        chosen(categories, "planner", category, tag)


def test_only_one_whole_month_of_a_group() -> None:
    group, plain = Choice(("x",), group="x"), Choice(("x",))
    march = Days(dt.date(2022, 3, 1), dt.date(2022, 3, 31))
    over = dt.date(2022, 4, 1)
    group.check("grid", march, over)
    group.check("town", march, over)
    # While it runs it would tell each case as it comes in.
    with pytest.raises(InvalidInput, match="when the month is over"):
        group.check("grid", march, march.first)
    for unit, days in (
        ("cell", march),
        ("grid", Days(None, None)),
        ("grid", Days(march.first, None)),
        ("grid", Days(dt.date(2022, 3, 2), march.last)),
        ("grid", Days(march.first, dt.date(2022, 4, 30))),
    ):
        plain.check(unit, days, march.first)
        with pytest.raises(InvalidInput):
            group.check(unit, days, dt.date(2022, 5, 1))
