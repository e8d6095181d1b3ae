"""``make demo LIVE=1``: calls come in by themselves, one cause among them is offered, and Ctrl-C ends everything."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.installation import Installation, until

pytestmark = pytest.mark.faults

ONE_CAUSE = 14  # calls until the first cause has all of its seven


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Installation]:
    installation = Installation(tmp_path / "home")
    installation.home.mkdir()
    yield installation
    for pid in installation.processes():
        os.kill(pid, signal.SIGKILL)


def test_calls_come_in_are_seen_as_one_cause_and_end_with_it(
    demo: Installation, fresh_city_url: str
) -> None:
    demo.start("--live", DATABASE_URL=fresh_city_url, GRIDCALL_EVERY="0.2")
    until(demo.is_ready, 120)
    with httpx.Client(base_url=f"http://127.0.0.1:{demo.port}/api/v1", timeout=30) as desk:
        assert desk.post(
            "/sessions", json={"username": "dispatcher", "password": "demo"}
        ).is_success

        def received() -> list[str]:
            lines = (demo.home / "simulate.log").read_text("utf-8").splitlines()
            return [line.split()[0] for line in lines if line[:6] == "370782"]

        def offered() -> list[dict[str, object]]:
            return [
                one
                for one in desk.get("/clusters").json()["items"]
                if one["category"] == "water.low_pressure" and one["minutes"] < 5
            ]

        until(lambda: (demo.home / "simulate.log").exists() and len(received()) >= ONE_CAUSE, 60)
        first = desk.get(f"/reports/{received()[0]}").json()
        assert first["source"] == "hotline_12345"
        assert first["match"]["grid"] is not None
        until(lambda: [one["count"] for one in offered()] == [7], 30)
    assert demo.pid_of("-m api simulate")
    assert demo.send(signal.SIGINT) == 0, demo.said()
    until(lambda: not demo.processes(), 20)
    assert "Traceback" not in demo.said()
    assert (demo.home / "simulate.log").read_text("utf-8").rstrip().endswith("reports sent.")
