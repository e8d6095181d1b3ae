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


@pytest.fixture
def small_county_url(cluster: Cluster, small_county_template: str) -> Iterator[str]:
    """Give out the owner's URL of a fresh small county."""
    with databases.clone(cluster, small_county_template) as url:
        yield url


@pytest.fixture
def desk(small_county_url: str) -> Iterator[Desk]:
    """Give out a desk in a fresh small county."""
    database = Database(small_county_url, pool_size=6)
    desk = Desk(database, crew.crew(database))
    yield desk
    desk.reception.close()
    database.close()
