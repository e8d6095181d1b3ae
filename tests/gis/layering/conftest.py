"""The small county with three hundred synthetic reports of May and June 2022, shared by a module."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import psycopg
import pytest

from gis.audience import Actor
from gis.db.cluster import Cluster
from gis.db.database import Database, libpq_url
from tests.support import county, crew, databases
from tests.support.heat import Sample, add_reports

MAY, JUNE = dt.date(2022, 5, 1), dt.date(2022, 6, 1)


@dataclass
class Heat:
    """The county: its database, its people, and what was reported."""

    url: str
    db: Database
    planner: Actor
    people: crew.Crew
    samples: list[Sample] = field(default_factory=list)

    def execute(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        with psycopg.connect(libpq_url(self.url)) as connection:
            cursor = connection.execute(statement, values)  # type: ignore[call-overload]
            return cursor.fetchall() if cursor.description else []


def scattered(seed: int = 5, count: int = 300) -> list[Sample]:
    """Reports all over the county, some beyond its border, some known by a grid's name only."""
    rng = np.random.default_rng(seed)
    categories = ["water.low_pressure", "water.burst", "power.cable", "noise"]
    samples = []
    for i in range(count):
        lon = float(rng.uniform(county.WEST - 0.01, county.EAST + 0.01))
        lat = float(rng.uniform(county.SOUTH, county.NORTH))
        samples.append(
            Sample(
                categories[int(rng.integers(4))],
                MAY + dt.timedelta(days=int(rng.integers(61))),
                None if i % 20 == 0 else lon,
                None if i % 20 == 0 else lat,
                grid="G0003" if i % 20 == 0 else None,
                source="patrol" if i % 3 == 0 else "resident",
                cause="pump" if i % 7 == 0 else "",
                outcome={1: "rejected", 2: "duplicate"}.get(i % 25),
            )
        )
    return samples


@pytest.fixture(scope="module")
def heat(cluster: Cluster, small_county_template: str) -> Iterator[Heat]:
    """Give out the county with its reports."""
    with databases.clone(cluster, small_county_template) as url:
        samples = scattered()
        with psycopg.connect(libpq_url(url)) as connection:
            connection.execute(
                "UPDATE grid SET population = 100 + 10 * length(name) + ascii(right(code, 1)),"
                " households = CASE WHEN code = 'G0007' THEN NULL ELSE 40 END"
            )
            connection.execute("UPDATE category SET sensitive = true WHERE code = 'noise'")
        add_reports(url, samples)
        db = Database(url, pool_size=4)
        people = crew.crew(db)
        yield Heat(url, db, people.planner, people, samples)
        db.close()
