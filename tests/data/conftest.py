"""Counties to import into: an empty one, and one into which the example workbooks went."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from gis.db.database import Database
from gis.registry import County, add_county
from tests.support import databases
from tests.support.importing import COUNTY, IMPORTERS, NOW, activate, import_template


@pytest.fixture
def owner(database_url: str) -> Iterator[Database]:
    database = Database(database_url, role=None, pool_size=4)
    with database.transaction() as tx:
        add_county(tx, County(COUNTY, "寿光市", "Shouguang"), now=NOW)
    yield database
    database.close()


@pytest.fixture(scope="session")
def template_of_templates(cluster, migrated_template, tmp_path_factory) -> str:
    """Return a template database into which every template but the reports' was imported."""

    def fill(url: str) -> None:
        folder = tmp_path_factory.mktemp("templates")
        with closing(Database(url, role=None, pool_size=2)) as db:
            with db.transaction() as tx:
                add_county(tx, County(COUNTY, "寿光市", "Shouguang"), now=NOW)
            for kind in IMPORTERS:
                if kind != "reports":
                    assert import_template(db, folder, kind).refused is None
                if kind == "grids":
                    activate(db)

    return databases.template(cluster, "template_templates", fill, base=migrated_template)


@pytest.fixture
def city_of_templates(cluster, template_of_templates) -> Iterator[Database]:
    """Return a county of its own into which every template but the reports' was imported."""
    with (
        databases.clone(cluster, template_of_templates) as url,
        closing(Database(url, role=None, pool_size=4)) as db,
    ):
        yield db
