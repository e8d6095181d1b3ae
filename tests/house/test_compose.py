"""docker-compose.yml and Dockerfile: what can be told without an engine."""

from __future__ import annotations

import json
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
    assert SERVICES[name]["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "user", "network_mode", "pid", "cap_add"} & SERVICES[name].keys()


def test_images_are_pinned() -> None:
    images = [SERVICES["database"]["image"], *re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)]
    for image in images:
        assert re.search(r":\d+[.-][\w.-]*\d|:\d+\.\d+-\w+-\w+", image), image
        assert not image.endswith("latest")


def test_services_wait_for_what_they_need() -> None:
    assert SERVICES["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert SERVICES["migrate"]["restart"] == "no"
    for name in ("app", "worker"):
        assert SERVICES[name]["depends_on"] == {
            "migrate": {"condition": "service_completed_successfully"}
        }


def test_folders_that_are_written_lie_on_volumes_the_user_owns() -> None:
    """A volume takes its owner from the image's folder; one that is not there would be root's."""
    volumes = json.loads(re.findall(r"^VOLUME (.+)$", DOCKERFILE, re.MULTILINE)[0])
    for name in ("migrate", "app", "worker"):
        assert {mount.split(":")[1] for mount in SERVICES[name]["volumes"]} == set(volumes)
        environment = SERVICES[name]["environment"]
        assert environment["GRIDCALL_PHOTOS"] in volumes
        assert "GRIDCALL_HOME" not in environment
    (home,) = re.findall(r"GRIDCALL_HOME=(\S+)", DOCKERFILE)
    assert home in volumes
    assert re.search(rf"useradd .*--uid 10001 .*--home-dir {home} ", DOCKERFILE)
    for folder in set(volumes) - {home}:
        assert re.search(rf"install -d -m 700 -o 10001 {folder}$", DOCKERFILE, re.MULTILINE)


def test_what_is_run_is_there() -> None:
    for name in ("migrate", "app", "worker"):
        (command,) = SERVICES[name]["command"]
        assert (ROOT / f"api/commands/{command}.py").exists()
    assert '"/readyz"' in (ROOT / "api/routes/health.py").read_text("utf-8")
    assert "/readyz" in SERVICES["app"]["healthcheck"]["test"][-1]
    touched = "worker.alive"
    assert f'settings.home / "{touched}"' in (ROOT / "api/commands/worker.py").read_text("utf-8")
    assert f"/var/lib/gridcall/{touched} " in SERVICES["worker"]["healthcheck"]["test"][-1]


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
    # The image says where things lie and on which address it listens.
    not_given = {"GRIDCALL_HOME", "GRIDCALL_HOST", "GRIDCALL_PORT", "GRIDCALL_DATABASE_URL"}
    assert set(given) == known - not_given
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
