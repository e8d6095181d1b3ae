"""Events as a page, for clients that ask instead of listening."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from api.schemas.common import Answer


class EventItem(Answer):
    """One change."""

    event: Literal["report", "gone", "reload"]
    id: str = Field(description="Position after this event.")
    data: dict[str, Any] = Field(description="As in the stream; see docs/live.md.")


class EventPage(Answer):
    """What has changed since a position."""

    next: str = Field(description="Position to ask from next.", examples=["80211.4711"])
    more: bool = Field(description="Whether to ask again at once.")
    resync: bool = Field(description="The position is too old or not ours: load the lists again.")
    items: list[EventItem]
