"""Fixtures of the domain's tests: the small county with its people, a fresh copy for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gis.db.cluster import Cluster
from gis.db.database import Database
from tests.support import crew, databases
from tests.support.crew import Desk

SMALL_COUNTY = "template_small_county"


@pytest.fixture(scope="session")
def small_county_template(cluster: Cluster, migrated_template: str) -> str:
    """Return the name of a template database with the small county."""
    return databases.template(cluster, SMALL_COUNTY, crew.build, base=migrated_template)


@pytest.fixture(scope="module")
def small_county(cluster: Cluster, small_county_template: str) -> Iterator[Database]:
    """Give out the application's pool on a small county, shared by a module's tests."""
    with databases.clone(cluster, small_county_template) as url:
        yield from _pool(url)


@pytest.fixture
def desk(small_county: Database) -> Iterator[Desk]:
    """Give out a desk in the module's small county, on Monday at nine."""
    yield from _desk(small_county)


@pytest.fixture
def fresh_desk(cluster: Cluster, small_county_template: str) -> Iterator[Desk]:
    """Give out a desk in a small county of its own, for a test that counts or changes rules."""
    with databases.clone(cluster, small_county_template) as url:
        for database in _pool(url):
            yield from _desk(database)


def _pool(url: str) -> Iterator[Database]:
    database = Database(url, pool_size=6)
    yield database
    database.close()


def _desk(database: Database) -> Iterator[Desk]:
    desk = Desk(database, crew.crew(database))
    yield desk
    desk.reception.close()
