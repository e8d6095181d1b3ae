"""Grids, towns, utilities, categories and places."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from api.schemas.common import Answer, PointGeometry, PolygonGeometry
from api.schemas.match import StaffRole

UtilityKind = Literal["utility", "department", "town"]
LonLat = Annotated[list[float], Field(min_length=2, max_length=2)]


class GridView(Answer):
    """A grid in a list or on a map."""

    code: str
    name: str
    name_en: str
    town_code: str | None
    community_code: str | None
    area_m2: float
    population: int | None
    households: int | None


class GridPage(Answer):
    """A page of the active layout's grids, by code."""

    layout: str | None
    items: list[GridView]
    next: str | None


class GridNames(Answer):
    """Code and names of the active layout's grids, as columns in the order of the code: few bytes for a page."""

    layout: str | None
    codes: list[str]
    names: list[str]
    names_en: list[str]


class GridProperties(GridView):
    """Properties of a grid on a map."""

    label_point: LonLat


class GridFeature(Answer):
    """A grid on a map; the boundary is simplified as a coverage, so neighbours still share theirs."""

    type: Literal["Feature"]
    id: str
    geometry: PolygonGeometry
    properties: GridProperties


class GridCollection(Answer):
    """The active layout's grids as GeoJSON, by code, all of them unless ``bbox`` selects."""

    type: Literal["FeatureCollection"]
    layout: str | None
    features: list[GridFeature]


class GridStaffView(Answer):
    """Someone who serves the grid today."""

    id: int
    name: str
    role: StaffRole
    on_duty: bool
    telephone: Annotated[str, Field(description="Empty for roles that do not handle reports.")]


class CategoryCount(Answer):
    """Reports of one category."""

    category: str | None
    count: int


class GridCounts(Answer):
    """Reports in the grid that this actor may count, of all time, rejected and duplicate ones left out."""

    total: int
    items: list[CategoryCount]


class GridDetail(GridView):
    """A grid with its people, its party branch and its counts."""

    layout: str
    town_name: str | None
    town_name_en: str | None
    community_name: str | None
    community_name_en: str | None
    party_branch: str
    five_haves: Annotated[
        dict[str, Any], Field(description="Name of the condition -> whether it is met.")
    ]
    bbox: Annotated[list[float], Field(min_length=4, max_length=4)]
    label_point: LonLat
    staff: list[GridStaffView]
    counts: GridCounts


class TownView(Answer):
    """A town or subdistrict."""

    code: str
    name: str
    name_en: str
    kind: Literal["subdistrict", "town", "township"]
    grids: Annotated[int, Field(description="Grids of the active layout.")]


class TownPage(Answer):
    """All towns, by code."""

    items: list[TownView]


class TownProperties(TownView):
    """Properties of a town on a map."""

    label_point: LonLat | None


class TownFeature(Answer):
    """A town on a map."""

    type: Literal["Feature"]
    id: str
    geometry: PolygonGeometry | None
    properties: TownProperties


class TownCollection(Answer):
    """All towns as GeoJSON."""

    type: Literal["FeatureCollection"]
    features: list[TownFeature]


class UtilityView(Answer):
    """A utility, department or town office."""

    code: str
    name: str
    name_en: str
    kind: UtilityKind
    town_code: str | None
    categories: Annotated[list[str], Field(description="A parent stands for all of its children.")]


class UtilityPage(Answer):
    """All utilities, by code."""

    items: list[UtilityView]


class ServiceAreaProperties(Answer):
    """Where and for what a utility answers."""

    code: str
    name: str
    category: Annotated[str | None, Field(description="Null: all of the utility's categories.")]
    priority: int
    hours: str
    area_m2: float


class ServiceAreaFeature(Answer):
    """A service area on a map."""

    type: Literal["Feature"]
    id: str
    geometry: PolygonGeometry
    properties: ServiceAreaProperties


class ServiceAreaCollection(Answer):
    """Service areas of the version in force."""

    type: Literal["FeatureCollection"]
    features: list[ServiceAreaFeature]


class DepotProperties(Answer):
    """A point from which a utility starts."""

    code: str
    name: str
    name_en: str


class DepotFeature(Answer):
    """A depot on a map."""

    type: Literal["Feature"]
    id: str
    geometry: PointGeometry
    properties: DepotProperties


class DepotCollection(Answer):
    """Depots of a utility."""

    type: Literal["FeatureCollection"]
    features: list[DepotFeature]


class UtilityDetail(UtilityView):
    """A utility with its service areas and depots."""

    telephone: str
    rules: Annotated[str | None, Field(description="Name of the service-area version in force.")]
    service_areas: ServiceAreaCollection
    depots: DepotCollection


class CategoryView(Answer):
    """A category of matters; the first level has no parent."""

    code: str
    parent_code: str | None
    name: str
    name_en: str
    tags: list[str]
    keywords: list[str]
    sensitive: bool
    level: Literal["town", "municipal"]
    enabled: Annotated[
        bool, Field(description="Offered for new reports; its parent's end is its own.")
    ]


class CategoryPage(Answer):
    """All categories in their order."""

    items: list[CategoryView]


class PlaceView(Answer):
    """A named point."""

    code: str
    kind: str
    name: str
    name_en: str
    pinyin: str
    address: str
    location: PointGeometry
    grid_code: str | None


class PlacePage(Answer):
    """Places whose Chinese or English name, pinyin or initials match, the best first."""

    items: list[PlaceView]
