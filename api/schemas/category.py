"""Categories as administrators keep them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.schemas.common import Answer, Code, Request, ShortText, Text
from gis.category_checks import Allowance, CategoryDraft, Clustering

Stage = Literal["accept", "check_in", "handle", "verify"]
Unit = Literal["emergency_hours", "working_hours", "working_days", "calendar_days"]
Word = Annotated[Text, Field(min_length=1, max_length=200)]


class LimitBody(Request):
    """Time allowed for a stage."""

    amount: float
    unit: Unit


class ClusterBody(Request):
    """How near reports make a cluster."""

    distance_m: Annotated[float, Field(description="Between neighbours.")]
    minutes: Annotated[int, Field(strict=True, description="Between neighbours.")]
    least: Annotated[
        int | None, Field(strict=True, description="Reports that make one; null: never offered.")
    ]
    together: Annotated[
        bool, Field(strict=True, description="Children of a first level count as one matter.")
    ] = False


class CategoryBody(Request):
    """All that is said of a category; what is left out is empty."""

    parent_code: Code | None = None
    name: ShortText
    name_en: ShortText
    tags: Annotated[tuple[Word, ...], Field(max_length=200)] = ()
    new_tags: Annotated[
        tuple[Word, ...], Field(max_length=200, description="Tags that no category has yet.")
    ] = ()
    keywords: Annotated[tuple[Word, ...], Field(max_length=200)] = ()
    sensitive: Annotated[bool, Field(strict=True)] = False
    enabled: Annotated[
        bool, Field(strict=True, description="Offered for new reports; old ones keep it anyway.")
    ] = True
    level: Literal["town", "municipal"] = "town"
    position: Annotated[int, Field(strict=True)] = 0
    limits: Annotated[
        dict[Stage, LimitBody],
        Field(
            default_factory=dict,
            description="A stage left out has the parent's limit, else the default.",
        ),
    ]
    cluster: Annotated[
        ClusterBody | None, Field(description="Null: the parent's rule, else the default.")
    ] = None

    def draft(self) -> CategoryDraft:
        """Return what was sent as the domain takes it."""
        cluster = self.cluster
        return CategoryDraft(
            parent_code=self.parent_code,
            name=self.name.strip(),
            name_en=self.name_en.strip(),
            tags=self.tags,
            new_tags=self.new_tags,
            keywords=self.keywords,
            sensitive=self.sensitive,
            enabled=self.enabled,
            level=self.level,
            position=self.position,
            limits={
                stage: Allowance(limit.amount, limit.unit) for stage, limit in self.limits.items()
            },
            cluster=Clustering(cluster.distance_m, cluster.minutes, cluster.least, cluster.together)
            if cluster
            else None,
        )


class NewCategory(CategoryBody):
    """A category to be added; the code is its name for ever."""

    code: Code


class LimitView(Answer):
    """Time allowed for a stage."""

    amount: float
    unit: Unit


class ClusterView(Answer):
    """How near reports make a cluster."""

    distance_m: float
    minutes: int
    least: int | None
    together: bool


class KeptCategory(Answer):
    """A category with limits in force and cluster rule, as administrators keep it."""

    code: str
    parent_code: str | None
    name: str
    name_en: str
    tags: list[str]
    keywords: list[str]
    sensitive: bool
    level: Literal["town", "municipal"]
    position: int
    enabled: bool
    limits: dict[Stage, LimitView]
    cluster: ClusterView | None
    version: Annotated[str, Field(description="Sent back as If-Match; also the ETag.")]
