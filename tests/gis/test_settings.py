"""Settings: read from the environment each time, wrong values refused, each one described."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from gis.settings import Settings


def test_nothing_set_is_a_private_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "PORT", "GRIDCALL_HOME"):
        monkeypatch.delenv(name, raising=False)
    settings = Settings()
    assert settings.database_url is None
    assert (settings.host, settings.port, settings.county) == ("127.0.0.1", 8000, "370782")


@pytest.mark.parametrize(
    "given",
    ["postgres://u:p@h:5433/d", "postgresql://u:p@h:5433/d", "postgresql+psycopg://u:p@h:5433/d"],
)
def test_database_url_takes_every_usual_spelling(
    monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", given)
    assert Settings().database_url == "postgresql://u:p@h:5433/d"


@pytest.mark.parametrize(
    ("name", "value"),
    [("DATABASE_URL", "mysql://h/d"), ("DATABASE_URL", "host=h dbname=d"), ("PORT", "0"), ("PORT", "70000"),
     ("GRIDCALL_COUNTY", "Zhucheng"), ("GRIDCALL_BASE_MAP_DATUM", "BD-09"), ("GRIDCALL_LOG_LEVEL", "loud")],
)  # fmt: skip
def test_wrong_values_are_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError):
        Settings()


def test_lists_come_by_commas_and_empty_variables_count_as_unset(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GRIDCALL_BASE_MAPS", "amap, tianditu")
    monkeypatch.setenv("GRIDCALL_HOST", "")
    settings = Settings()
    assert settings.base_maps == ("amap", "tianditu")
    assert settings.host == "127.0.0.1"


def test_home_is_absolute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDCALL_HOME", "somewhere")
    assert Settings().home == Path.cwd() / "somewhere"


def test_keys_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDCALL_TIANDITU_KEY", "very-secret")
    assert "very-secret" not in repr(Settings())


def test_every_setting_is_described() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
