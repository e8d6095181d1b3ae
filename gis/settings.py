"""Settings of one GridCall installation, read from the environment.

Every setting is a field with a description; ``docs/settings.md`` is generated from them. Nothing is read at import:
whoever needs settings calls ``Settings()`` and hands the value on.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

CHECKOUT = Path(__file__).resolve().parents[1]
"""Folder this code runs from; two checkouts on one machine never share a home."""


def default_home() -> Path:
    """Return the folder of this checkout's data when ``GRIDCALL_HOME`` says nothing.

    Returns
    -------
    Path
        For root ``/var/lib/gridcall/<hash>``, where a database user may reach it; for everybody else
        ``$XDG_STATE_HOME/gridcall/<hash>`` (``~/.local/state`` by default). The hash names the checkout.
    """
    name = hashlib.sha256(os.fsencode(CHECKOUT)).hexdigest()[:12]
    if os.geteuid() == 0:
        return Path("/var/lib/gridcall") / name
    state = os.environ.get("XDG_STATE_HOME", "")
    # The XDG specification: a relative path in the variable is to be ignored.
    base = Path(state) if state.startswith("/") else Path.home() / ".local" / "state"
    return base / "gridcall" / name


class Settings(BaseSettings):
    """One installation: where its data lies, where it listens, what its maps show."""

    model_config = SettingsConfigDict(
        env_prefix="GRIDCALL_", populate_by_name=True, extra="ignore", env_ignore_empty=True
    )

    home: Path = Field(
        default_factory=default_home,
        description="Folder of the private PostGIS cluster, its socket, its lock and the logs.",
    )
    database_url: str | None = Field(
        None,
        validation_alias=AliasChoices("DATABASE_URL", "GRIDCALL_DATABASE_URL"),
        description="libpq URL of an existing PostGIS database, as its owner; without it a private cluster is used.",
    )
    photos: Path | None = Field(
        None,
        description="Folder of the reports' photos, best not on the database's volume; default `photos` in the home.",
    )
    host: str = Field("127.0.0.1", description="Address the server listens on.")
    port: int = Field(
        8000,
        ge=1,
        le=65535,
        validation_alias=AliasChoices("PORT", "GRIDCALL_PORT"),
        description="TCP port the server listens on.",
    )
    pool_size: int = Field(
        16, ge=1, description="Most database connections one server process holds."
    )
    pool_timeout_s: float = Field(
        3.0,
        gt=0,
        description="Seconds a request waits for a connection before it is told to come back (503).",
    )
    county: str = Field(
        "370782",
        pattern=r"^[0-9]{6}$",
        description="Code of the county that commands work on unless told otherwise.",
    )
    base_maps: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Base maps offered beside our own: any of openstreetmap, tianditu, amap, custom; by commas.",
    )
    tianditu_key: SecretStr = Field(
        SecretStr(""), description="The operator's key (tk) of the Tianditu service."
    )
    base_map_url: str = Field(
        "", description="Address of the custom base map's tiles: XYZ or WMTS with {x}, {y} and {z}."
    )
    base_map_attribution: str = Field(
        "", description="Whom the custom base map credits; plain text."
    )
    base_map_datum: Literal["WGS84", "GCJ-02"] = Field(
        "WGS84", description="Datum of the custom base map's tiles (CGCS2000 counts as WGS84)."
    )
    session_hours: int = Field(
        12, ge=1, le=168, description="Hours after which one signs in again, used or not."
    )
    session_idle_minutes: int = Field(
        120, ge=5, le=10_080, description="Minutes without use after which a session ends."
    )
    invitation_days: int = Field(
        7, ge=1, le=90, description="Days for which an invitation's one-time code holds."
    )
    keep_reporter_days: int = Field(
        730,
        ge=0,
        description="Days after closing for which name and telephone of who reported are kept; 0: for ever.",
    )
    keep_reads_days: int = Field(
        1095,
        ge=0,
        description="Days for which it is kept who read personal data; 0: for ever.",
    )
    keep_notices_days: int = Field(
        180, ge=0, description="Days for which notices to accounts are kept; 0: for ever."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe line logged."
    )

    @property
    def photo_folder(self) -> Path:
        """Where photos are kept."""
        return self.photos or self.home / "photos"

    @field_validator("home", "photos")
    @classmethod
    def _absolute(cls, folder: Path | None) -> Path | None:
        return folder and folder.expanduser().absolute()

    @field_validator("database_url")
    @classmethod
    def _libpq_url(cls, url: str | None) -> str | None:
        """Accept SQLAlchemy's spelling (``postgresql+psycopg://``) as libpq's."""
        if url is None:
            return None
        scheme, separator, rest = url.partition("://")
        if not separator or scheme.partition("+")[0] not in {"postgresql", "postgres"}:
            raise ValueError("must be a URL like postgresql://user:password@host:5432/database")
        return f"postgresql://{rest}"

    @field_validator("base_maps", mode="before")
    @classmethod
    def _split(cls, names: object) -> object:
        if isinstance(names, str):
            return tuple(name.strip() for name in names.split(",") if name.strip())
        return names
