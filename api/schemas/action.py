"""What actors do to reports, and what they write to each other."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api.schemas.common import Answer, Code, Text
from api.schemas.report import Report
from gis.workflow.table import ACTIONS


class ActionRequest(BaseModel):
    """One action with its fields; which fields each action takes is listed in docs/lifecycle.md.

    The fields of an action are checked by the table of edges itself, so that the API cannot allow
    what the domain refuses.
    """

    model_config = ConfigDict(extra="allow", allow_inf_nan=False)

    action: Annotated[Code, Field(examples=["dispatch"], json_schema_extra={"enum": [*ACTIONS]})]

    @property
    def fields(self) -> dict[str, Any]:
        """Everything sent beside the action."""
        return dict(self.model_extra or {})


def _known(action: str) -> str:
    if action not in ACTIONS:
        raise ValueError(f"Must be one of: {', '.join(ACTIONS)}.")
    return action


class ManyItem(ActionRequest):
    """One action of many.

    A word that is no action is a fault of the client in every item alike: nothing is done then, as
    with a body that is malformed. Of a single report the domain says it, after 404.
    """

    action: Annotated[Code, AfterValidator(_known), Field(json_schema_extra={"enum": [*ACTIONS]})]
    id: Annotated[Code, Field(description="Public id of the report.")]
    if_match: Annotated[
        Text | None, Field(max_length=40, description="Version, as in the header If-Match.")
    ] = None


class ManyActions(BaseModel):
    """Actions that are done one after the other, each for itself."""

    model_config = ConfigDict(extra="forbid")

    actions: Annotated[list[ManyItem], Field(min_length=1, max_length=200)]


class ManyResult(Answer):
    """What became of one of them."""

    id: str
    status: Annotated[int, Field(description="The HTTP status this action alone would have had.")]
    report: Report | None
    problem: dict[str, Any] | None


class ManyResults(Answer):
    """One result for each action, in order."""

    items: list[ManyResult]


class MessageView(Answer):
    """One message of a report's thread."""

    id: uuid.UUID
    at: dt.datetime
    author_role: str
    author_name: str
    utility_code: str | None
    asked_of: str
    text: str
    own: bool
    read: bool


class Thread(Answer):
    """A report's messages, oldest first."""

    items: list[MessageView]
    unread: int
