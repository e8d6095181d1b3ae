"""Calls that a demonstration sends: taken in, and one cause among them found."""

from __future__ import annotations

import itertools
from collections import Counter

import httpx
import pytest
from typer.testing import CliRunner

from api.app import create_app
from api.cli import make_app
from data.zhucheng.stream import EVERY, new_calls
from gis.settings import Settings
from tests.api.conftest import API
from tests.support.server import running


def test_calls_are_plausible_repeatable_and_have_a_cause_among_them() -> None:
    first, again = (list(itertools.islice(new_calls(3), 2 * EVERY)) for _ in range(2))
    assert first == again
    assert first != list(itertools.islice(new_calls(4), 2 * EVERY))
    assert Counter(body["category"] for body in first[:EVERY])["water.low_pressure"] >= 7
    assert first[1]["category"] == "water.low_pressure"
    assert all(
        118.9 < body["longitude"] < 119.9 and 35.5 < body["latitude"] < 36.5 for body in first
    )
    assert not any("盛龙花园" in body["description"] for body in first[1:EVERY:2])


def test_a_served_city_takes_them_in_and_sees_the_cluster(city_url: str) -> None:
    with running(create_app(Settings(database_url=city_url, log_level="error"))) as address:
        command = ["simulate", "--every", "0", "--count", "14", "--address", address]
        done = CliRunner().invoke(make_app("simulate"), command)
        assert done.exit_code == 0, done.output
        assert len(done.output.strip().splitlines()) == 14
        with httpx.Client(base_url=address + API, timeout=30) as client:
            client.post("/sessions", json={"username": "dispatcher", "password": "demo"})
            found = client.get("/clusters").json()["items"]
        fresh = [
            one for one in found if one["category"] == "water.low_pressure" and one["minutes"] < 5
        ]
        assert [(one["count"], one["state"]) for one in fresh] == [(7, "offered")]


def test_a_wrong_password_ends_it(city_url: str) -> None:
    with running(create_app(Settings(database_url=city_url, log_level="error"))) as address:
        command = ["simulate", "--count", "1", "--address", address, "--password", "wrong words"]
        done = CliRunner().invoke(make_app("simulate"), command)
    assert done.exit_code != 0
    assert "wrong" in str(done.exception)


@pytest.mark.parametrize("option", ["--every", "--count"])
def test_numbers_below_zero_are_refused(option: str) -> None:
    assert CliRunner().invoke(make_app("simulate"), ["simulate", option, "-1"]).exit_code == 2
