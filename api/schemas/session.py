"""Signing in and out."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Literal

from pydantic import Field

from api.schemas.common import Answer, Request, Text

Role = Literal["admin", "supervisor", "dispatcher", "grid_staff", "volunteer", "utility", "planner"]


class SignIn(Request):
    """A username and a password."""

    username: Annotated[Text, Field(min_length=1, max_length=100, examples=["dispatcher"])]
    password: Annotated[Text, Field(min_length=1, max_length=1000, examples=["demo"])]


class ActorView(Answer):
    """Whoever is signed in."""

    account_id: uuid.UUID
    username: str
    name: str
    role: Role
    county_code: str
    town_code: str | None
    utility_code: str | None
    grid_codes: list[str]


class SessionView(Answer):
    """A session; the token goes into ``Authorization: Bearer``, browsers get it as a cookie."""

    token: str
    actor: ActorView
    expires_at: dt.datetime


class NewPassword(Request):
    """Another password for the own account."""

    current: Annotated[Text, Field(min_length=1, max_length=1000)]
    password: Annotated[Text, Field(min_length=1, max_length=1000)]


class OwnSession(Answer):
    """A session of the own account."""

    id: Annotated[str, Field(description="Names the session; it is not its token.")]
    created_at: dt.datetime
    used_at: Annotated[dt.datetime, Field(description="Last use, to the minute.")]
    expires_at: dt.datetime
    agent: Annotated[str, Field(description="What opened it called itself.")]
    current: Annotated[bool, Field(description="Whether it is the one that asks.")]


class SessionsView(Answer):
    """The own account's sessions that hold, the present one first."""

    items: list[OwnSession]
