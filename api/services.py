"""What the application is composed of, made once by ``create_app`` and handed to every request."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from api.live import Live
from gis.clock import Clock
from gis.db.database import Database
from gis.intake import Reception
from gis.settings import Settings
from maps.shell import Pages


@dataclass(frozen=True)
class Services:
    """The parts requests work with.

    Attributes
    ----------
    db
        Pool of connections as the application's role.
    reception
        Takes reports in; holds this process's block of numbers.
    pages
        Rendered shells and assets.
    live
        Tells open event streams what changes.
    head
        Migration revision this code needs.
    """

    settings: Settings
    db: Database
    reception: Reception
    pages: Pages
    clock: Clock
    live: Live
    head: str | None


def services_of(request: Request) -> Services:
    """Return the services of the app that serves this request."""
    services: Services = request.app.state.services
    return services
