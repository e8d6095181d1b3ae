"""Accounts and the invitations by which they get their passwords."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Literal

from pydantic import Field

from api.schemas.common import Answer, Code, Request, ShortText, Text
from api.schemas.session import Role

AccountState = Literal["active", "invited", "disabled"]


class AccountView(Answer):
    """An account as administrators see it."""

    id: uuid.UUID
    username: str
    name: str
    role: Role
    town_code: str | None
    town_name: str | None
    utility_code: str | None
    utility_name: str | None
    staff_code: str | None
    staff_grid_code: str | None
    created_at: dt.datetime
    last_sign_in_at: dt.datetime | None
    disabled_at: dt.datetime | None
    invited_until: Annotated[
        dt.datetime | None, Field(description="Until when its one-time code holds.")
    ]
    state: AccountState
    sessions: Annotated[int, Field(description="Sessions that hold now.")]


class AccountsPage(Answer):
    """A page of accounts by user name."""

    items: list[AccountView]
    next: str | None


class InviteRequest(Request):
    """Who is to get an account."""

    username: Annotated[Text, Field(min_length=1, max_length=64)]
    name: ShortText
    role: Role
    town_code: Code | None = None
    utility_code: Code | None = None
    staff_code: Annotated[
        Code | None, Field(description="Row of the roster; required for grid staff.")
    ] = None


class InvitedView(Answer):
    """A one-time code: told here and nowhere again."""

    username: str
    code: str
    expires_at: dt.datetime


class PasswordRequest(Request):
    """The password somebody sets with a code."""

    password: Annotated[Text, Field(min_length=1, max_length=1000)]


class AcceptedView(Answer):
    """The account that now has a password."""

    username: str
