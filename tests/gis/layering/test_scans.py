"""Scans: asked for once, done by a worker, taken up again, and the same everywhere."""

from __future__ import annotations

import datetime as dt
import threading

import numpy as np
import pytest

from gis.errors import InvalidInput, NotFound
from gis.hotspots.scan import circular_scan
from gis.layering.scans import ScanJob, get_scan, request_scan, run_next_scan
from gis.layering.scopes import Slice, Span, scope_of, version_of
from tests.gis.layering.conftest import MAY, Heat
from tests.support.county import COUNTY

NOW = dt.datetime(2022, 6, 1, tzinfo=dt.UTC)
BOTH = Span(MAY, dt.date(2022, 6, 30))


def ask(heat: Heat, asked: Slice, replications: int = 99, exposure: str | None = None) -> ScanJob:
    with heat.db.transaction() as tx:
        tx.see_as(heat.planner)
        scope = scope_of(tx, heat.planner, asked, version_of(tx, heat.planner))
        return request_scan(
            tx, scope, "grid", exposure=exposure, now=NOW, replications=replications
        )


def get(heat: Heat, job: ScanJob) -> ScanJob:
    with heat.db.read() as tx:
        return get_scan(tx, COUNTY, str(job.id))


def work(heat: Heat) -> int:
    done = 0
    while run_next_scan(heat.db, threading.Event()):
        done += 1
    return done


def test_a_scan_is_done_once_and_kept(heat: Heat) -> None:
    job = ask(heat, Slice("water", span=BOTH))
    assert (job.status, job.result, job.done, job.total) == ("waiting", None, 0, 99)
    assert ask(heat, Slice("water", span=BOTH)).id == job.id
    assert work(heat) == 1
    done = get(heat, job)
    assert (done.status, done.done, done.failure) == ("done", 99, "")
    assert ask(heat, Slice("water", span=BOTH)) == done
    assert work(heat) == 0
    params = done.params
    circles = circular_scan(
        np.array(params["counts"]),
        np.array(params["exposed"]),
        np.array(params["xy"]),
        rng=np.random.default_rng(params["seed"]),
        replications=99,
    )
    assert done.result is not None
    assert [one["p"] for one in done.result] == [circle.p for circle in circles]
    assert [one["observed"] for one in done.result] == [circle.observed for circle in circles]


def test_other_numbers_are_another_scan(heat: Heat) -> None:
    jobs = [
        ask(heat, Slice("power", span=BOTH)),
        ask(heat, Slice("power", span=BOTH), replications=49),
        ask(heat, Slice("power", span=BOTH), exposure="residents"),
        ask(heat, Slice("power", span=Span.month(MAY))),
    ]
    assert len({job.id for job in jobs}) == 4
    assert len({job.params["seed"] for job in jobs}) == 4
    assert work(heat) == 4


def test_units_without_exposure_take_no_part(heat: Heat) -> None:
    job = ask(heat, Slice(span=BOTH), exposure="households")
    unknown = job.params["codes"].index("G0007")
    assert (job.params["exposed"][unknown], job.params["counts"][unknown]) == (0, 0)
    assert job.params["left_out"]["unknown"] == 1
    assert work(heat) == 1


def test_an_interrupted_scan_waits_again(heat: Heat) -> None:
    job = ask(heat, Slice("water.burst", span=BOTH))
    stop = threading.Event()
    stop.set()
    assert run_next_scan(heat.db, stop)
    assert get(heat, job).status == "waiting"
    assert work(heat) == 1
    assert get(heat, job).status == "done"


def test_a_scan_whose_worker_was_lost_is_taken_again_three_times(heat: Heat) -> None:
    job = ask(heat, Slice("water.low_pressure", span=BOTH))
    lost = "UPDATE layer_job SET status = 'running', leased_until = now() + %s::interval, attempts = %s WHERE id = %s"
    heat.execute(lost, "1 minute", 1, job.id)
    assert work(heat) == 0  # somebody is at it
    heat.execute(lost, "-1 second", 3, job.id)
    assert work(heat) == 1
    assert "three times" in get(heat, job).failure
    assert ask(heat, Slice("water.low_pressure", span=BOTH)).status == "waiting"
    assert work(heat) == 1
    assert get(heat, job).status == "done"


def test_numbers_that_cannot_be_scanned_fail_with_words(heat: Heat) -> None:
    job = ask(heat, Slice("power.cable", span=BOTH))
    heat.execute(
        "UPDATE layer_job SET params = params || '{\"exposed\": [1]}' WHERE id = %s", job.id
    )
    assert work(heat) == 1
    assert get(heat, job).status == "failed"
    assert "same units" in get(heat, job).failure


def test_two_workers_never_share_a_scan(heat: Heat) -> None:
    for replications in range(10, 16):
        ask(heat, Slice("water", span=BOTH), replications=replications)
    taken: list[int] = []
    threads = [threading.Thread(target=lambda: taken.append(work(heat))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(taken) == 6


def test_nothing_to_scan_and_nothing_to_find(heat: Heat) -> None:
    with pytest.raises(InvalidInput, match="no report"):
        ask(heat, Slice("gas", span=BOTH))
    job = ask(heat, Slice("water", span=BOTH))
    with heat.db.read() as tx:
        with pytest.raises(NotFound):
            get_scan(tx, "370783", str(job.id))
        with pytest.raises(NotFound):
            get_scan(tx, COUNTY, "nothing")


def test_old_scans_are_forgotten(heat: Heat) -> None:
    old = ask(heat, Slice("water", span=BOTH), replications=20)
    assert work(heat) >= 1
    heat.execute(
        "UPDATE layer_job SET finished_at = now() - interval '91 days' WHERE id = %s", old.id
    )
    ask(heat, Slice("water", span=BOTH), replications=21)
    assert work(heat) == 1
    with heat.db.read() as tx, pytest.raises(NotFound):
        get_scan(tx, COUNTY, str(old.id))
