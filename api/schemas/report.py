"""Reports: what is sent in, what comes out."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from api.schemas.common import (
    Answer,
    Code,
    FieldProblem,
    NamedPlace,
    PointGeometry,
    Request,
    ShortText,
    TellingText,
    Text,
)
from api.schemas.match import Match, UtilityName
from gis.counted import Unit
from gis.queues import Queue

Source = Literal[
    "grid_staff", "volunteer", "party_branch", "resident", "hotline_12345", "patrol", "utility"
]
Status = Literal["received", "accepted", "dispatched", "handling", "handled", "closed"]
Outcome = Literal["resolved", "self_resolved", "rejected", "duplicate", "withdrawn", "transferred"]
Level = Literal["town", "municipal"]
Light = Literal["green", "yellow", "red"]


class Reporter(Request):
    """Who reported; shown in full only to those who handle the report."""

    name: ShortText = ""
    phone: Annotated[Text, Field(max_length=40)] = ""


class ReportIntake(Request):
    """A report as it is sent in. One of the four ways to say where is required.

    Coordinates win over a place or a grid that is named beside them.
    """

    category: Annotated[Code | None, Field(examples=["water.low_pressure"])] = None
    description: Annotated[TellingText, Field(max_length=4000, examples=["4-6楼没水"])]
    longitude: Annotated[float | None, Field(strict=True, examples=[119.409])] = None
    latitude: Annotated[float | None, Field(strict=True, examples=[35.995])] = None
    place_code: Code | None = None
    grid_code: Code | None = None
    place_text: Annotated[Text | None, Field(min_length=1, max_length=400)] = None
    crs: Annotated[Text, Field(max_length=64, examples=["WGS84", "GCJ-02"])] = "WGS84"
    accuracy_m: Annotated[float | None, Field(strict=True, ge=0, le=1_000_000)] = None
    captured_at: Annotated[
        AwareDatetime | None,
        Field(
            description="When it was seen, by the sender's clock; from 1980 to a day ahead of ours. "
            "Limits and statistics run from received_at."
        ),
    ] = None
    client_id: uuid.UUID | None = None
    source: Source | None = None
    source_number: Annotated[Text, Field(max_length=100)] = ""
    address: Annotated[Text, Field(max_length=400)] = ""
    urgent: Annotated[bool, Field(strict=True)] = False
    reporter: Reporter | None = None


class AssignmentView(Answer):
    """A utility's part in a report."""

    id: uuid.UUID
    utility: UtilityName
    role: Literal["lead", "assisting"]
    status: Literal["waiting", "handling", "fed_back", "returned", "cancelled"]
    due_at: dt.datetime | None
    version: int
    round: int


class PhotoView(Answer):
    """A photo of a report; its bytes are at ``/reports/{id}/photos/{sha256}``."""

    sha256: Annotated[str, Field(description="Of the bytes as they were sent.")]
    width: int
    height: int
    bytes: int
    at: dt.datetime
    author: str | None
    author_role: str | None


class MaskedReporter(Answer):
    """Who reported, masked; ``/reports/{id}/reporter`` tells those who may know in full."""

    name: Annotated[str, Field(examples=["张*"])]
    phone: Annotated[str, Field(examples=["138****1234"])]


class Contact(Answer):
    """The duty telephone of one of the report's parties."""

    party: Literal["lead", "assisting", "grid", "centre"]
    name: str
    telephone: str
    utility: str | None


class Report(Answer):
    """A report with its match and assignments, as this actor may see it."""

    id: Annotated[str, Field(examples=["370782-01918f3e-7c1a-7d31-9c6a-0f6b8c1d2e3f"])]
    number: Annotated[str, Field(examples=["3707822022092000017"])]
    client_id: uuid.UUID
    body_sha256: str
    status: Status
    level: Level
    round: int
    outcome: Outcome | None
    category: str | None
    description: str
    source: Source
    address: str
    urgent: bool
    location: PointGeometry | None
    place: Annotated[
        NamedPlace | None, Field(description="Where it was said to be, without coordinates.")
    ]
    place_text: Annotated[str, Field(description="Where it was said to be in words; may be empty.")]
    accuracy_m: float | None
    captured_at: dt.datetime | None
    received_at: dt.datetime
    due_at: dt.datetime | None
    yellow_at: dt.datetime | None
    light: Annotated[
        Light | None, Field(description="Null when closed or without a running clock.")
    ]
    version: int
    town_code: str | None
    merged_into: str | None
    merged_count: Annotated[int, Field(description="Reports that were merged into this one.")]
    reopen_requested: bool
    photos: list[PhotoView]
    unread_messages: Annotated[int, Field(description="Of its thread, for this account.")]
    reporter: MaskedReporter | None
    contacts: Annotated[
        list[Contact], Field(description="For the report's parties, once a body is assigned.")
    ]
    actions: Annotated[
        list[str], Field(description="What this actor may do now; lists leave out `undo`.")
    ]
    match: Match
    assignments: list[AssignmentView]


class Relative(Answer):
    """A report that merging binds to another."""

    id: str
    number: str
    description: Annotated[str, Field(description="Its first 120 characters.")]
    status: Status
    received_at: dt.datetime
    address: str
    source: Source


class Family(Answer):
    """The reports that merging binds to one, as far as the actor may read them."""

    parent: Annotated[Relative | None, Field(description="The one it was merged into.")]
    children: Annotated[list[Relative], Field(description="Those merged into it, oldest first.")]


class ReportPage(Answer):
    """A page of reports, newest first."""

    items: list[Report]
    next: Annotated[str | None, Field(description="Cursor of the next page; null on the last.")]


class ReportPointProperties(Answer):
    """What a map says about a report before it is opened."""

    id: str
    number: str
    status: Status
    outcome: Outcome | None
    category: str | None
    description: Annotated[str, Field(description="Its first 120 characters.")]
    address: str
    urgent: bool
    source: Source
    level: Level
    received_at: dt.datetime
    due_at: dt.datetime | None
    yellow_at: dt.datetime | None
    light: Light | None
    version: int
    grid_code: str | None
    town_code: str | None
    utility_code: str | None
    merged_into: str | None
    merged_count: int
    reopen_requested: bool


class ReportFeature(Answer):
    """A report on a map."""

    type: Literal["Feature"]
    id: str
    geometry: PointGeometry | None
    properties: ReportPointProperties


class ReportCollection(Answer):
    """Reports as GeoJSON; ``next`` is the cursor of the next page."""

    type: Literal["FeatureCollection"]
    features: list[ReportFeature]
    next: str | None


class CountedCases(Answer):
    """A number of the statistics: how often the listed reports were counted for it."""

    count: int
    unit: Annotated[
        Unit, Field(description="What was counted; a report may have several, and is listed once.")
    ]


class ReportCounts(Answer):
    """How many reports pass the filters, and how they divide."""

    count: int
    open: int
    by_status: dict[str, int]
    by_light: Annotated[
        dict[str, int], Field(description="Of the open reports with a running clock.")
    ]
    by_category: Annotated[
        dict[str, int], Field(description="The key '' holds those without category.")
    ]
    by_town: Annotated[dict[str, int], Field(description="The key '' holds those without town.")]
    by_queue: Annotated[
        dict[Queue, int], Field(description="With the same filters but for `queue` itself.")
    ]
    counted: Annotated[
        CountedCases | None, Field(description="With the filter `counted`: the number itself.")
    ]


class EventActor(Answer):
    """Who did something, as they were then."""

    name: str
    role: str


class Event(Answer):
    """One step in the life of a report."""

    id: uuid.UUID
    at: dt.datetime
    action: str
    status_before: Status | None
    status_after: Status
    round: int
    version: int
    actor: EventActor | None
    details: dict[str, Any]


class History(Answer):
    """Every step of a report, oldest first."""

    items: list[Event]


class BulkResult(Answer):
    """What became of one line of a bulk request."""

    row: Annotated[int, Field(description="Line of the request, from 1.")]
    status: Literal["created", "existing", "rejected"]
    id: str | None
    errors: list[FieldProblem]
