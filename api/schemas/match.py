"""A report's match: grid, staff and utility, each with method, distance and reason."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.schemas.common import Answer

GridMethod = Literal["covers", "nearest", "outside", "stated"]
StaffMethod = Literal["on_duty", "leader", "community_duty", "town_duty", "none"]
UtilityMethod = Literal["service_area", "nearest", "town_office", "none"]
StaffRole = Literal["leader", "member", "branch_secretary", "volunteer"]


class MatchedGrid(Answer):
    """The grid a report lies in."""

    code: str
    name: str
    name_en: Annotated[str, Field(description="Empty where the boundaries came without one.")]
    town_code: str | None
    town_name: str | None
    town_name_en: str | None


class Candidate(Answer):
    """A grid the position may truly lie in."""

    grid_code: str
    share: float


class StaffMember(Answer):
    """Someone on duty for the place."""

    id: int
    name: str
    role: StaffRole


class MatchedStaff(StaffMember):
    """The grid staff a report was given to."""

    method: StaffMethod


class UtilityName(Answer):
    """A utility, department or town office by name."""

    code: str
    name: str
    kind: Literal["utility", "department", "town"]


class Match(Answer):
    """Where a report goes, and why."""

    grid: MatchedGrid | None
    grid_method: GridMethod
    grid_distance_m: float | None
    confidence: Annotated[
        float | None,
        Field(description="Share of the accuracy circle inside the grid; null without accuracy."),
    ]
    candidates: list[Candidate]
    staff: MatchedStaff | None
    staff_all: list[StaffMember]
    utility: UtilityName | None
    utility_method: UtilityMethod
    utility_distance_m: Annotated[
        float | None, Field(description="Metres to the chosen utility's nearest depot.")
    ]
    reason: Annotated[str, Field(description="The reasons in Chinese.")]
    reason_en: Annotated[str, Field(description="The reasons in English.")]
    layout: Annotated[str | None, Field(description="Name of the grid layout it was matched with.")]
