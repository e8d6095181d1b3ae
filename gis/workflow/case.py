"""A report with everything its course consists of, as frozen values of one moment.

Every step takes a `Case` and returns another; ``store.py`` writes the difference, so undoing a
step is writing the difference back.
"""

from __future__ import annotations

import datetime as dt
import types
import typing
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, Protocol, Self, TypeVar, cast

from gis.clocks import ClockState

OPEN_ASSIGNMENT = frozenset({"waiting", "handling", "fed_back"})
WORKING_ASSIGNMENT = frozenset({"waiting", "handling"})

T = TypeVar("T")


class ReportLike(Protocol):
    """What deciding on the legal actions needs of a report."""

    @property
    def status(self) -> str:
        """Where in its course the report stands."""

    @property
    def level(self) -> str:
        """Which centre has it: town or municipal."""

    @property
    def round(self) -> int:
        """How often it was opened: 1 until it is reopened."""

    @property
    def town_code(self) -> str | None:
        """The town it lies in."""

    @property
    def grid_code(self) -> str | None:
        """The grid it belongs to."""

    @property
    def account_id(self) -> uuid.UUID | None:
        """Who reported it."""

    @property
    def merged_into(self) -> uuid.UUID | None:
        """The report it is a duplicate of."""

    @property
    def merged_count(self) -> int:
        """How many duplicates were merged into it."""


class AssignmentLike(Protocol):
    """What deciding on the legal actions needs of an assignment."""

    @property
    def utility_code(self) -> str:
        """The body whose part it is."""

    @property
    def role(self) -> str:
        """Whether the body leads or assists."""

    @property
    def status(self) -> str:
        """How far the body has come."""

    @property
    def round(self) -> int:
        """The round of the report it belongs to."""

    @property
    def requested(self) -> str | None:
        """What the body asked for and nobody has decided yet."""

    @property
    def office_of(self) -> str | None:
        """The town whose office the body is, None for all others."""

    @property
    def handle_due_at(self) -> dt.datetime | None:
        """When its running time for handling ends."""

    @property
    def extensions(self) -> int:
        """How often that was extended."""

    @property
    def suspensions(self) -> int:
        """How many pauses it was granted."""

    @property
    def pause_until(self) -> dt.datetime | None:
        """Until when the pause asked for would last."""


class MeetingLike(Protocol):
    """What deciding on the legal actions needs of a special meeting."""

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """Who is invited."""

    @property
    def recorded_at(self) -> Any:
        """When its minutes were written; None before."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a report stands: enough to say what may be done, for pages that list many."""

    status: str
    level: str
    round: int
    town_code: str | None
    grid_code: str | None
    account_id: uuid.UUID | None
    merged_into: uuid.UUID | None = None
    merged_count: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """A utility's part in a report: enough to say what may be done.

    Attributes
    ----------
    office_of
        The town whose office the utility is, None for all others.
    handle_due_at, extensions
        When its running time for handling ends, and how often that was extended.
    suspensions, pause_until
        How many pauses it was granted, and until when the one asked for would last.
    """

    utility_code: str
    role: str
    status: str
    round: int
    requested: str | None = None
    office_of: str | None = None
    handle_due_at: dt.datetime | None = None
    extensions: int = 0
    suspensions: int = 0
    pause_until: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Called:
    """A special meeting: enough to say what may be done."""

    bodies: list[dict[str, Any]]
    recorded_at: str | None


@dataclass(frozen=True, slots=True)
class ReportState:
    """The columns of ``report`` that a step may read or change.

    ``placement`` holds the columns that say where the report is and whom it was matched to, named
    as in the table; ``location`` in it is hexadecimal EWKB.
    """

    county_code: str
    id: uuid.UUID
    number: str
    account_id: uuid.UUID | None
    source: str
    received_at: dt.datetime
    received_on: dt.date
    status: str
    level: str
    round: int
    outcome: str | None
    version: int
    reopen_requested: bool
    merged_into: uuid.UUID | None
    merged_count: int
    returns: int
    category_code: str | None
    cause: str
    town_code: str | None
    accepted_at: dt.datetime | None
    dispatched_at: dt.datetime | None
    checked_in_at: dt.datetime | None
    handled_at: dt.datetime | None
    closed_at: dt.datetime | None
    due_at: dt.datetime | None
    yellow_at: dt.datetime | None
    close_due_at: dt.datetime | None
    audience: tuple[str, ...]
    placement: dict[str, Any]

    @property
    def grid_code(self) -> str | None:
        """The grid the report belongs to."""
        code: str | None = self.placement["grid_code"]
        return code

    @property
    def utility_code(self) -> str | None:
        """The utility that the match named."""
        code: str | None = self.placement["utility_code"]
        return code


@dataclass(frozen=True, slots=True)
class AssignmentState:
    """A row of ``assignment``, and beside it what guards look at (see `Part`), never written."""

    id: uuid.UUID
    utility_code: str
    role: str
    status: str
    round: int
    assigned_at: dt.datetime
    version: int = 1
    checked_in_at: dt.datetime | None = None
    fed_back_at: dt.datetime | None = None
    returned_at: dt.datetime | None = None
    return_reason: str = ""
    requested: str | None = None
    result: str = ""
    cause: str = ""
    remedy: str = ""
    office_of: str | None = field(default=None, compare=False)
    handle_due_at: dt.datetime | None = field(default=None, compare=False)
    extensions: int = field(default=0, compare=False)
    suspensions: int = field(default=0, compare=False)
    pause_until: dt.datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class RequestState:
    """A row of ``time_request``."""

    id: uuid.UUID
    assignment_id: uuid.UUID
    kind: str
    reason: str
    requested_at: dt.datetime
    status: str = "pending"
    until: dt.datetime | None = None
    decided_at: dt.datetime | None = None
    decision: str = ""


@dataclass(frozen=True, slots=True)
class EvaluationState:
    """A row of ``evaluation``."""

    id: uuid.UUID
    round: int
    created_at: dt.datetime
    expires_at: dt.datetime | None
    answered_at: dt.datetime | None = None
    answer: str | None = None
    comment: str = ""
    channel: str = "link"
    entered_by: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class MeetingState:
    """A row of ``meeting``; instants inside ``bodies`` and ``decisions`` are ISO 8601 texts."""

    id: uuid.UUID
    place: str
    meets_at: dt.datetime
    subject: str
    bodies: list[dict[str, Any]]
    convened_at: dt.datetime
    minutes: str = ""
    decisions: list[dict[str, Any]] = field(default_factory=list)
    recorded_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A report and all that hangs on it."""

    report: ReportState
    assignments: tuple[AssignmentState, ...] = ()
    clocks: tuple[ClockState, ...] = ()
    requests: tuple[RequestState, ...] = ()
    evaluations: tuple[EvaluationState, ...] = ()
    meetings: tuple[MeetingState, ...] = ()

    def current(self) -> tuple[AssignmentState, ...]:
        """Return the parts that bodies have in the present round."""
        return tuple(a for a in self.assignments if is_current(self.report, a))

    def lead(self) -> AssignmentState | None:
        """Return the body in the lead now, if any."""
        return next((a for a in self.current() if a.role == "lead"), None)

    @classmethod
    def thawed(cls, image: Mapping[str, Any]) -> Self:
        """Rebuild a case from the JSON of a before-image."""
        return cls(
            report=thaw(ReportState, image["report"]),
            assignments=tuple(thaw(AssignmentState, row) for row in image["assignments"]),
            clocks=tuple(thaw(ClockState, row) for row in image["clocks"]),
            requests=tuple(thaw(RequestState, row) for row in image["requests"]),
            evaluations=tuple(thaw(EvaluationState, row) for row in image["evaluations"]),
            meetings=tuple(thaw(MeetingState, row) for row in image["meetings"]),
        )


def is_current(report: ReportLike, assignment: AssignmentLike) -> bool:
    """Say whether a body has a part in the report's present round."""
    return assignment.status in OPEN_ASSIGNMENT and assignment.round == report.round


def of_row(cls: type[T], row: Mapping[str, Any]) -> T:
    """Make a value of a row that has at least the columns of its fields."""
    return cls(**{name: row[name] for name in _types_of(cast(Any, cls))})


def thaw(cls: type[T], image: Mapping[str, Any]) -> T:
    """Make a value of its JSON form: texts become the instants, uuids and tuples they were.

    What an image of an earlier release lacks has its default.
    """
    kinds = _types_of(cast(Any, cls))
    return cls(**{name: _thawed(image[name], kinds[name]) for name in kinds if name in image})


@cache
def _types_of(cls: type) -> dict[str, Any]:
    hints = typing.get_type_hints(cls)
    return {item.name: hints[item.name] for item in fields(cls)}


def _thawed(value: Any, kind: Any) -> Any:
    if value is None:
        return None
    if typing.get_origin(kind) is types.UnionType:
        kind = next(arg for arg in typing.get_args(kind) if arg is not type(None))
    if kind is dt.datetime:
        return dt.datetime.fromisoformat(value)
    if kind is dt.date:
        return dt.date.fromisoformat(value)
    if kind is uuid.UUID:
        return uuid.UUID(value)
    return tuple(value) if typing.get_origin(kind) is tuple else value
