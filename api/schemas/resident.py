"""What concerns the resident: receipts, calls back, who reported, and who read that."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from api.schemas.common import Answer, Request, Text
from api.schemas.handling import EvaluationAnswer
from api.schemas.report import MaskedReporter, Outcome, Status

CallResult = Literal["answered", "no_answer", "refused"]
Purpose = Literal["report", "work_order", "callback"]


class CallbackView(Answer):
    """A closed report whose resident is to be called back."""

    id: str
    number: str
    category: str | None
    town_code: str | None
    description: str
    address: str
    outcome: Outcome
    result: Annotated[str | None, Field(description="What the lead last fed back.")]
    reporter: MaskedReporter
    closed_at: dt.datetime
    expires_at: Annotated[dt.datetime, Field(description="No answer is taken after it.")]
    attempts: int
    last_at: dt.datetime | None


class CallbackQueue(Answer):
    """Whom to call back, the longest closed first."""

    items: list[CallbackView]


class CallbackRequest(Request):
    """One attempt to reach the resident; an answered one with the answer given."""

    result: CallResult
    answer: EvaluationAnswer | None = None
    text: Annotated[Text, Field(max_length=1000)] = ""


class CallbackAttempt(Answer):
    """One attempt that was made."""

    at: dt.datetime
    result: CallResult
    note: str
    author: str


class CallbackAttempts(Answer):
    """The attempts to reach a report's resident, oldest first."""

    items: list[CallbackAttempt]


class ReceiptIssued(Answer):
    """A receipt; its token is told this once and never again."""

    token: str
    number: str


class ReceiptStep(Answer):
    """When a report reached a status."""

    status: Status
    at: dt.datetime


class ReceiptHandedOver(Answer):
    """The county that a matter was handed over to, and its number there."""

    county: str
    county_en: str
    number: str


class ReceiptShown(Answer):
    """How far a report has come: nothing of who reported, nor of what bodies write each other."""

    number: str
    status: Status
    outcome: Outcome | None
    category: str | None
    category_en: str | None
    received_at: dt.datetime
    closed_at: dt.datetime | None
    steps: list[ReceiptStep]
    evaluation_open: Annotated[bool, Field(description="An answer is waited for.")]
    handed_over: ReceiptHandedOver | None


class EvaluationTokenRequest(Request):
    """How the resident will be asked."""

    channel: Literal["link", "qr"]


class EvaluationToken(Answer):
    """A token that opens ``/evaluate/{token}`` once; told this once and never again."""

    token: str


class PersonView(Answer):
    """Who reported, as far as this actor may know."""

    name: str
    phone: str
    masked: bool


class PersonRead(Answer):
    """One reading of who reported, in full."""

    at: dt.datetime
    purpose: Purpose
    username: str
    name: str
    role: str


class PersonReads(Answer):
    """Who read who reported, newest first."""

    items: list[PersonRead]
