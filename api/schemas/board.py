"""Numbers of the supervision board."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import AwareDatetime, Field

from api.schemas.common import Answer
from gis.queues import Queue


class BoardUtility(Answer):
    """A body with open work."""

    code: str
    name: str
    name_en: str
    open: int
    overdue: int
    waiting: int = Field(description="Not checked in yet.")
    oldest_minutes: int = Field(description="Since the oldest of them was assigned.")


class Board(Answer):
    """A day's numbers and all open reports, as far as the actor may read them."""

    at: AwareDatetime
    day: dt.date = Field(description="Today, or the latest day that has a report.")
    is_today: bool
    received: int
    received_before: int = Field(description="The day before, until the same hour and minute.")
    dispatched: int
    closed: int
    by_hour: Annotated[
        list[int], Field(min_length=24, max_length=24, description="Received, by local hour.")
    ]
    open: int
    lights: dict[str, int]
    queues: dict[Queue, int]
    utilities: list[BoardUtility]
