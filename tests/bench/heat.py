"""Counts of a city view: grids, towns and cells, as a municipal dispatcher asks for them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

from gis.audience import Actor
from gis.db.database import Database, Transaction
from gis.geometry import BBox
from gis.layers import LayerQuery, count_units, layer_state
from gis.periods import Days, month_end
from tests.bench.results import Results
from tests.bench.sizes import in_turn
from tests.bench.stage import COUNTY

SECTION = "Heat counts of a city view"
VIEW = BBox(119.30, 35.93, 119.50, 36.06)
REPEATS = 25
FIRST = dt.date(2022, 9, 1)
MONTH = Days(FIRST, month_end(FIRST))
"""The archive's last one, and of the counts too: every size is asked for the same days."""


def measure(urls: dict[str, str], results: Results) -> None:
    """Ask what a city view asks, of the database of each size."""
    actor = Actor(uuid.uuid4(), COUNTY, "bench", "bench", "dispatcher")
    with ExitStack() as opened:
        sizes = {size: opened.enter_context(_reading(url, actor)) for size, url in urls.items()}
        for what, query in _questions().items():
            questions = {size: partial(_ask, tx, actor, query) for size, tx in sizes.items()}
            for ask in questions.values():
                ask()
            in_turn(
                SECTION,
                what,
                questions,
                results,
                repeats=REPEATS,
                target="<= 20 ms or <= 3x",
                held=lambda ms, ratio: ms <= 20 or ratio <= 3,
            )


@contextmanager
def _reading(url: str, actor: Actor) -> Iterator[Transaction]:
    db = Database(url, pool_size=1)
    with db.read(actor) as tx:
        yield tx
    db.close()


def _ask(tx: Transaction, actor: Actor, query: LayerQuery) -> None:
    count_units(tx, actor, query, layer_state(tx, COUNTY))


def _questions() -> dict[str, LayerQuery]:
    return {
        "grids, one category, a month": LayerQuery(
            "grid", category="water.low_pressure", days=MONTH, bbox=VIEW
        ),
        "grids, a tag, a month": LayerQuery("grid", tag="cables", days=MONTH, bbox=VIEW),
        "grids, all categories, a month": LayerQuery("grid", days=MONTH, bbox=VIEW),
        "grids, all categories, all time": LayerQuery("grid", bbox=VIEW),
        "towns, all categories, a month": LayerQuery("town", days=MONTH),
        "cells, one category, a month": LayerQuery(
            "cell", category="water.low_pressure", days=MONTH, bbox=VIEW
        ),
        "cells, all categories, a month": LayerQuery("cell", days=MONTH, bbox=VIEW),
    }
