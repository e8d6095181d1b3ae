"""Databases of an installation: made, migrated, cloned, and equal to what the code says."""

from __future__ import annotations

import psycopg
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from gis.db import provision
from gis.db.cluster import Cluster
from gis.db.database import Database, driver_url
from gis.models import Base


def test_migrated_database_equals_the_models(database_url: str) -> None:
    engine = create_engine(driver_url(database_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_object": lambda _object, name, *_rest: name != "spatial_ref_sys",
                "compare_type": True,
            },
        )
        differences = compare_metadata(context, Base.metadata)
    engine.dispose()
    assert differences == []


def test_migrating_again_changes_nothing(database_url: str) -> None:
    provision.migrate(database_url)
    provision.check_migrated(database_url)
    assert not provision.has_county(database_url)


def test_application_role_owns_nothing_and_cannot_rewrite_history(db: Database) -> None:
    with db.read() as tx:
        assert tx.scalar("SELECT current_user") == "gridcall_app"
        owned = tx.scalar("SELECT count(*) FROM pg_class WHERE relowner = 'gridcall_app'::regrole")
        assert owned == 0
        assert not tx.scalar("SELECT has_table_privilege('report_event', 'UPDATE')")


def test_clones_do_not_see_each_other(
    database_url: str, cluster: Cluster, migrated_template: str
) -> None:
    name = "test_other"
    other = provision.create_database(cluster, name, template=migrated_template)
    with psycopg.connect(database_url, autocommit=True) as here:
        here.execute(
            "INSERT INTO county (code, name, name_en) VALUES ('370782', '诸城市', 'Zhucheng')"
        )
    try:
        assert provision.has_county(database_url)
        assert not provision.has_county(other)
    finally:
        provision.drop_database(cluster, name)
