"""What follows a report: the resident's evaluation, notices, and the rates the work is judged by."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Any, Literal

from pydantic import Field

from api.schemas.common import Answer, Request, Text
from gis.counted import Unit

EvaluationAnswer = Literal["satisfied", "so_so", "unsatisfied"]


class EvaluationRequest(Request):
    """A resident's answer."""

    answer: EvaluationAnswer
    text: Annotated[Text, Field(max_length=1000)] = ""


class EvaluationView(Answer):
    """What a token shows: nothing of who reported, nor of where."""

    number: str
    category: str | None
    category_en: str | None
    received_at: dt.datetime
    closed_at: dt.datetime | None
    result: str
    expires_at: dt.datetime
    answered_at: dt.datetime | None
    answer: EvaluationAnswer | None


class NotificationView(Answer):
    """One notice to an account."""

    id: uuid.UUID
    report_id: str
    number: str
    category: str | None
    status: str
    action: str
    at: dt.datetime
    actor_role: str | None
    actor_name: str | None
    details: dict[str, Any]
    read: bool
    withdrawn: Annotated[bool, Field(description="The step it told of was undone.")]


class Notifications(Answer):
    """An account's notices, newest first."""

    items: list[NotificationView]
    unread: int


class NotificationsRead(Request):
    """Which notices were read; all of them where none is named."""

    ids: list[uuid.UUID] | None = None


class RateView(Answer):
    """A rate with what it is made of."""

    code: str
    name: str
    name_en: str
    numerator: int
    denominator: int
    numerator_is: Annotated[str, Field(description="Code of the count above the line.")]
    denominator_is: Annotated[str, Field(description="Code of the count below the line.")]
    numerator_cases: Annotated[
        str | None, Field(description="Where exactly these cases are listed; null for planners.")
    ]
    denominator_cases: str | None
    unit: Annotated[
        Unit,
        Field(
            description="What both counts count. The lists hold each report once; /reports/counts "
            "with the same parameters tells the number itself as `counted`."
        ),
    ]
    definition: Annotated[str, Field(description="Both counts in words, in Chinese.")]
    definition_en: str
    percent: float | None


class DurationView(Answer):
    """How long a stretch took."""

    cases: int
    median_s: float | None
    p90_s: float | None


class GroupView(Answer):
    """The figures of one town, grid, utility, category, cause, source or month."""

    key: str | None
    name: str | None
    counts: dict[str, int]
    rates: list[RateView]
    durations: dict[str, DurationView]


class EarlierView(Answer):
    """An earlier period beside the one asked for."""

    first: Annotated[dt.date, Field(alias="from")]
    last: Annotated[dt.date, Field(alias="to")]
    counts: dict[str, int]
    percents: dict[str, float | None]
    change: Annotated[
        dict[str, float | None],
        Field(description="Relative change of each count since then; null where it was 0."),
    ]


class StatisticsView(Answer):
    """The figures of a period, in all and by groups."""

    first: Annotated[dt.date, Field(alias="from")]
    last: Annotated[dt.date, Field(alias="to")]
    latest: Annotated[bool, Field(description="No period was named: the latest that has data.")]
    by: str | None
    rank: str | None
    without_sensitive: bool
    total: GroupView
    groups: list[GroupView]
    before: EarlierView | None
    year_before: EarlierView | None
