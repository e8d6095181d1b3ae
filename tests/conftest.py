"""Fixtures every test may use: real PostGIS, never a stand-in.

=================  ========  ==================================================================
fixture            lives     what
=================  ========  ==================================================================
``cluster``        session   the run's private PostGIS
``database_url``   test      a fresh, migrated, empty database (URL of its owner)
``db``             test      ``Database`` on it, as the application's role
``city_url``       module    a copy of the loaded sample city; its tests share what they write
``city``           module    ``Database`` on it, as the application's role
``fresh_city_url`` test      a copy of its own, for a test that changes much
=================  ========  ==================================================================
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import hypothesis
import pytest

from data.load import load_sample_city
from gis.db import provision
from gis.db.cluster import Cluster
from gis.db.database import Database
from tests.support import databases

MIGRATED = "template_migrated"
CITY = "template_city"

# A test says what is right, never how fast: a busy machine is no failure.
hypothesis.settings.register_profile(
    "gridcall", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("gridcall")


def pytest_configure(config: pytest.Config) -> None:
    """Name the run's cluster folder before any worker starts."""
    if not hasattr(config, "workerinput"):
        databases.claim_folder()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the run's cluster after the last worker."""
    if not hasattr(config, "workerinput"):
        databases.release_folder()


@pytest.fixture(scope="session")
def cluster() -> Cluster:
    """Return the run's PostGIS cluster."""
    return databases.shared_cluster()


@pytest.fixture(scope="session")
def migrated_template(cluster: Cluster) -> str:
    """Return the name of an empty, migrated template database."""
    return databases.template(cluster, MIGRATED, provision.migrate)


@pytest.fixture(scope="session")
def city_template(cluster: Cluster, migrated_template: str) -> str:
    """Return the name of a template database with the sample city."""

    def fill(url: str) -> None:
        load_sample_city(
            url, now=dt.datetime.now(dt.UTC), progress=lambda _what, _done, _total: None
        )
        with cluster.superuser(CITY) as connection:
            connection.execute("VACUUM (ANALYZE)")

    return databases.template(cluster, CITY, fill, base=migrated_template)


@pytest.fixture
def database_url(cluster: Cluster, migrated_template: str) -> Iterator[str]:
    """Give out the owner's URL of a fresh, empty, migrated database."""
    with databases.clone(cluster, migrated_template) as url:
        yield url


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """Give out the application's pool on a fresh database."""
    yield from _pool(database_url)


@pytest.fixture(scope="module")
def city_url(cluster: Cluster, city_template: str) -> Iterator[str]:
    """Give out the owner's URL of a copy of the sample city, shared by a module's tests."""
    with databases.clone(cluster, city_template) as url:
        yield url


@pytest.fixture(scope="module")
def city(city_url: str) -> Iterator[Database]:
    """Give out the application's pool on the module's sample city."""
    yield from _pool(city_url)


@pytest.fixture
def fresh_city_url(cluster: Cluster, city_template: str) -> Iterator[str]:
    """Give out the owner's URL of a copy of the sample city of the test's own."""
    with databases.clone(cluster, city_template) as url:
        yield url


def _pool(url: str) -> Iterator[Database]:
    database = Database(url, pool_size=8)
    yield database
    database.close()
