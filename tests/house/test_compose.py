"""docker-compose.yml and Dockerfile: what can be told without an engine."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from gis.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")


def test_services_are_database_app_and_worker() -> None:
    assert set(SERVICES) == {"database", "migrate", "app", "worker"}
    assert "postgis" in SERVICES["database"]["image"]


@pytest.mark.parametrize("name", ["database", "app", "worker"])
def test_long_running_services_are_watched_and_started_again(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_only_the_app_has_a_port_and_only_on_this_machine() -> None:
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert set(ports) == {"app"}
    assert all(re.match(r"127\.0\.0\.1:\$\{PORT:-8000\}:8000$", port) for port in ports["app"])


def test_every_volume_used_is_declared_and_data_lies_on_one() -> None:
    used = {
        mount.split(":")[0] for service in SERVICES.values() for mount in service.get("volumes", ())
    }
    assert used == set(COMPOSE["volumes"])
    assert "postgres:/var/lib/postgresql/data" in SERVICES["database"]["volumes"]


@pytest.mark.parametrize("name", ["migrate", "app", "worker"])
def test_our_services_have_no_privileges(name: str) -> None:
    assert SERVICES[name]["cap_drop"] == ["ALL"]
    assert SERVICES[name]["read_only"] is True
    assert "privileged" not in SERVICES[name]


def test_image_does_not_run_as_root() -> None:
    users = re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)
    assert users
    assert all(user.isdigit() and user != "0" for user in users)


def test_environment_is_what_the_settings_read(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        name: re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", str(value))
        for name, value in SERVICES["app"]["environment"].items()
    }
    known = {f"GRIDCALL_{name.upper()}" for name in Settings.model_fields} | {
        "DATABASE_URL",
        "PORT",
    }
    assert set(given) <= known
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert settings.database_url == "postgresql://gridcall:gridcall@database:5432/gridcall"
    assert settings.port == 8000


def test_what_the_image_copies_is_let_through() -> None:
    let_through = {
        line[1:]
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    copied = set(re.findall(r"^COPY (?!--)(\S+)", DOCKERFILE, re.MULTILINE))
    assert copied == let_through
    assert all((ROOT / path).exists() for path in copied)
