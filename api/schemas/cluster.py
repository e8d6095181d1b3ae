"""Incident clusters: several reports that look like one cause."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from api.schemas.common import Answer, Code, Request, Text

ReportId = Annotated[Text, Field(max_length=64)]
_Many = Field(min_length=1, max_length=200)


class ClusterReport(Answer):
    """One report of a cluster."""

    id: str
    number: str
    version: int
    status: str
    description: str
    address: str
    location: tuple[float, float]
    received_at: AwareDatetime
    merged_into: str | None
    own: bool = Field(description="Whether the actor's centre acts on it: only those are merged.")


class ClusterRoot(Answer):
    """The report that the others are merged into."""

    id: str
    number: str
    version: int


class Cluster(Answer):
    """Reports of one matter, near in place and time."""

    id: str = Field(description="Of the first report.")
    category: Code = Field(description="Of all its reports; first-level where they differ.")
    count: int
    within_m: int = Field(description="Largest distance between two reports, rounded up to tens.")
    minutes: int = Field(description="From the first report to the last.")
    usual: float = Field(
        description="Reports of the matter that the place has in that time otherwise."
    )
    first_at: AwareDatetime
    last_at: AwareDatetime
    location: tuple[float, float]
    bbox: tuple[float, float, float, float]
    utility_code: str | None = Field(description="Responsible for most of them.")
    into: ClusterRoot
    reports: list[ClusterReport]
    state: Literal["offered", "merged"]
    words: str
    words_zh: str


class Clusters(Answer):
    """Clusters, the largest first."""

    items: list[Cluster]


class SeenReport(Request):
    """A report with the version that was seen."""

    id: ReportId
    version: Annotated[int, Field(ge=1, le=2**31 - 1)]


class SeenReports(Request):
    """Reports to merge or to take apart."""

    reports: Annotated[list[SeenReport], _Many]


class DismissedReports(Request):
    """Reports that have no common cause."""

    reports: Annotated[list[ReportId], _Many]


class Merged(Answer):
    """What was merged, with the versions to take it apart again."""

    into: str
    merged: list[str]
    reports: list[ClusterRoot]


class Split(Answer):
    """What was taken apart, with the versions it has now."""

    reports: list[ClusterRoot]
