"""Changes that are told to others, and those that could not be."""

from __future__ import annotations

import datetime as dt

from api.schemas.common import Answer


class DeadLetter(Answer):
    """A change that nobody could be told of."""

    id: int
    report_id: str | None
    action: str
    at: dt.datetime
    attempts: int
    failure: str | None


class DeadLetters(Answer):
    """Changes that were given up, oldest first."""

    items: list[DeadLetter]


class DeadLettersRetried(Answer):
    """How many of them are tried again."""

    retried: int
