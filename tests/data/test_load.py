"""The sample city as the database holds it after one load."""

from __future__ import annotations

import datetime as dt

from data.load import load_sample_city
from gis.db.database import Database

NOW = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)


def test_city_has_the_stated_sizes(city: Database) -> None:
    with city.read() as tx:
        counts = tx.rows(
            "SELECT (SELECT count(*) FROM grid) AS grids,"
            " (SELECT count(*) FROM town WHERE boundary IS NOT NULL) AS towns,"
            " (SELECT count(*) FROM grid_staff WHERE role <> 'volunteer') AS staff,"
            " (SELECT count(*) FROM grid_staff WHERE role = 'volunteer') AS volunteers"
        )
    assert counts == [{"grids": 1690, "towns": 13, "staff": 5504, "volunteers": 18000}]


def test_second_load_changes_nothing(fresh_city_url: str) -> None:
    load_sample_city(fresh_city_url, now=NOW, progress=lambda *_: None)
    database = Database(fresh_city_url)
    with database.read() as tx:
        assert tx.scalar("SELECT count(*) FROM county") == 1
    database.close()
