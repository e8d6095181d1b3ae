"""An import that is killed, at any moment, is finished by starting it again."""

import csv
import datetime as dt
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from data.importers.reports import ReportOptions, import_reports
from data.importers.run import ImportRun
from gis import rollups
from gis.db.database import Database
from gis.errors import Unavailable
from gis.registry import Tally
from gis.settings import CHECKOUT

COUNTY = "370782"
ROWS, BATCH = 6_000, 500
PATIENCE_S = 120.0

SCRIPT = """
import datetime, pathlib, sys
from data.importers.reports import ReportOptions, import_reports
from data.importers.run import ImportRun
from gis.db.database import Database
url, path, batch = sys.argv[1:]
run = ImportRun(Database(url, role=None), "370782", pathlib.Path(path), datetime.datetime.now(datetime.UTC))
import_reports(run, ReportOptions(batch_rows=int(batch)))
"""

pytestmark = pytest.mark.faults


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    path = tmp_path / "calls.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["编号", "描述", "经度", "纬度", "上报时间"])
        for i in range(ROWS):
            writer.writerow(
                [
                    f"K{i}",
                    "没水",
                    119.2 + i % 400 / 1000,
                    35.85 + i % 300 / 1000,
                    "2022-05-01 08:30",
                ]
            )
    return path


def imported(db: Database) -> int:
    with db.read(county_code=COUNTY) as tx:
        return tx.scalar("SELECT count(*) FROM report WHERE source_number LIKE 'K%%'", ())


def wait_for_more(db: Database, than: int, process: subprocess.Popen[bytes]) -> None:
    """Return as soon as the importing process has committed more rows."""
    deadline = time.monotonic() + PATIENCE_S
    while imported(db) <= than:
        assert process.poll() is None, "the import ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_an_import_killed_twice_is_finished_by_the_third(fresh_city_url: str, calls: Path):
    with closing(Database(fresh_city_url, role=None, pool_size=3)) as db:
        done = 0
        for _ in range(2):
            arguments = [sys.executable, "-c", SCRIPT, fresh_city_url, str(calls), str(BATCH)]
            with subprocess.Popen(arguments, cwd=CHECKOUT) as process:
                wait_for_more(db, done, process)
                os.kill(process.pid, signal.SIGKILL)
            done = imported(db)
            assert 0 < done < ROWS
            assert done % BATCH == 0
        run = ImportRun(db, COUNTY, calls, dt.datetime.now(dt.UTC))
        outcome = import_reports(run, ReportOptions(batch_rows=BATCH))
        assert outcome.tally == Tally(ROWS - done, 0, done)
        assert_whole(db)


def test_an_import_whose_connection_breaks_says_so_and_goes_on_next_time(
    fresh_city_url: str, calls: Path
):
    with closing(Database(fresh_city_url, role=None, pool_size=3)) as db:
        run = ImportRun(db, COUNTY, calls, dt.datetime.now(dt.UTC))

        def break_off(done: int, _total: int) -> None:
            if done == 4 * BATCH:
                with db.transaction() as tx:
                    tx.rows(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    )

        with pytest.raises(Unavailable):
            import_reports(run, ReportOptions(batch_rows=BATCH), break_off)
        done = imported(db)
        assert 4 * BATCH <= done < ROWS
        assert done % BATCH == 0
        outcome = import_reports(run, ReportOptions(batch_rows=BATCH))
        assert outcome.tally == Tally(ROWS - done, 0, done)
        assert_whole(db)


def assert_whole(db: Database) -> None:
    """Every row is there once with its event, and the rollups count what the reports say."""
    with db.read(county_code=COUNTY) as tx:
        found = tx.rows(
            "SELECT count(*) AS reports, count(DISTINCT source_number) AS numbers FROM report"
            " WHERE source_number LIKE 'K%%'",
            (),
        )
        events = tx.scalar(
            "SELECT count(*) FROM report_event JOIN report ON report.county_code = report_event.county_code"
            " AND report.id = report_event.report_id WHERE source_number LIKE 'K%%'",
            (),
        )
        assert found == [{"reports": ROWS, "numbers": ROWS}]
        assert events == ROWS
        assert rollups.check(tx, COUNTY) == []
