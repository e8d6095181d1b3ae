"""Query parameters of the planner's layers."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import isfinite
from typing import Annotated, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from api.schemas.common import CellSide, Code, Day, Text, to_number
from api.schemas.filters import BBOX_SHAPE
from api.schemas.report import Source
from gis.errors import InvalidInput
from gis.geometry import BBox
from gis.layering.backtests import Trained
from gis.layering.comparing import Test
from gis.layering.files import Language
from gis.layering.frames import Unit
from gis.layering.hotspots import Against
from gis.layering.scopes import Slice, Span, period_before, span_of, year_before
from gis.layering.series import MOST_STEPS, StepKind
from gis.layering.surfaces import DEFAULT_BANDWIDTH_M, Bandwidth
from gis.layers import CellSize

DEFAULT_CELL_M: CellSize = 400
MOST_CLASSES: Final = 7


Form = Literal["json", "csv", "xlsx", "geojson", "gpkg", "png"]


class SliceParams(BaseModel):
    """Which reports a layer is about; rejected and duplicate ones never count."""

    model_config = ConfigDict(allow_inf_nan=False, populate_by_name=True)

    category: Annotated[
        Code | None, Field(description="A first-level category stands for all of its children.")
    ] = None
    tag: Annotated[Code | None, Field(description="Instead of category.")] = None
    cause: Annotated[
        Text | None, Field(min_length=1, max_length=200, description="As the lead fed back.")
    ] = None
    source: Source | None = None
    repeat: Annotated[
        bool,
        Field(
            description="Only reports within 50 m and 180 days of a closed one of the same category."
        ),
    ] = False
    from_: Annotated[
        Day | None,
        Field(
            alias="from",
            description="First day. Without from and to: the latest month with any report of the choice.",
        ),
    ] = None
    to: Annotated[Day | None, Field(description="Last day, included.")] = None

    def slice(self) -> Slice:
        """Return what these parameters mean to the domain.

        Raises
        ------
        InvalidInput
            One end of the period is missing, or it is backwards.
        """
        return Slice(
            category=self.category,
            tag=self.tag,
            cause=self.cause,
            source=self.source,
            repeat=self.repeat,
            span=span_of(self.from_, self.to),
        )


class FileParams(SliceParams):
    """In which form a layer is wanted, and in which language files are lettered."""

    f: Annotated[
        Form,
        Field(
            description="A file holds the whole layer and its method: a picture beside the map, a "
            "workbook on a second sheet, CSV in lines behind # below an empty row, GeoJSON and "
            "GeoPackage in their metadata."
        ),
    ] = "json"
    lang: Language = "zh"


class UnitParams(FileParams):
    """What is counted in which units."""

    unit: Unit = "grid"
    cell_m: Annotated[
        CellSide | None,
        Field(
            description=f"Side of the cells with unit=cell, {DEFAULT_CELL_M} by default; cells are "
            "counted by whole months unless cause, source or repeat is given."
        ),
    ] = None
    bbox: Annotated[
        str | None,
        Field(
            json_schema_extra=BBOX_SHAPE,
            description="Which units are listed; the statistic is always the whole county's.",
        ),
    ] = None

    def cells(self) -> int | None:
        """Return the side of the cells; None where units are not cells.

        Raises
        ------
        InvalidInput
            A side is given for units that have none.
        """
        if self.cell_m is not None and self.unit != "cell":
            raise InvalidInput.of("cell_m", "goes with unit=cell")
        return (self.cell_m or DEFAULT_CELL_M) if self.unit == "cell" else None

    def box(self) -> BBox | None:
        """Return the box of the units to list."""
        return BBox.parse(self.bbox) if self.bbox is not None else None


class RatesParams(UnitParams):
    """Counts and rates."""

    exposure: Annotated[
        Code | None,
        Field(
            description="What counts are divided by, see /layers/exposures; by default what suits "
            "the category. Cells are compared by area."
        ),
    ] = None


class PictureParams(RatesParams):
    """Counts and rates, how much of them is told, and how a picture of them is drawn."""

    show: Annotated[
        Literal["count", "rate", "smoothed"], Field(description="What a picture (f=png) paints.")
    ] = "count"
    breaks: Annotated[
        Text | None,
        Field(
            max_length=200,
            description="Lower ends of a picture's classes, as the page shows them: rising numbers, "
            "at most seven, by commas. What lies below the first has no colour.",
            examples=["1,2,5"],
        ),
    ] = None

    only: Annotated[
        Text | None,
        Field(
            max_length=200,
            description="Columns of the items to fill, by commas; the others are null. For pages that "
            "show few of them; files always hold all.",
            examples=["code,name,count"],
        ),
    ] = None

    def columns(self) -> frozenset[str] | None:
        """Return the columns to fill; None: all."""
        return None if self.only is None else frozenset({"code", *self.only.split(",")})

    def lower_ends(self) -> tuple[float, ...]:
        """Return the lower ends of the picture's classes; none where they are left to us.

        Raises
        ------
        InvalidInput
            They are not rising numbers, or more than seven.
        """
        if self.breaks is None:
            return ()
        try:
            ends = tuple(float(end) for end in self.breaks.split(","))
        except ValueError:
            ends = ()
        rising = all(low < high for low, high in pairwise(ends))
        if not 1 <= len(ends) <= MOST_CLASSES or not rising or not all(map(isfinite, ends)):
            raise InvalidInput.of("breaks", "give one to seven rising numbers, by commas")
        return ends


class HotspotParams(RatesParams):
    """Hotspots."""

    against: Annotated[
        Against,
        Field(
            description="map: unusual for this map (Gi*); exposure: unusual for the residents, "
            "households or kilometres there (exact Poisson test)."
        ),
    ] = "map"


class SurfaceParams(SliceParams):
    """A density surface; always of whole months unless cause, source or repeat is given."""

    bandwidth_m: Annotated[
        Annotated[Bandwidth, BeforeValidator(to_number)],
        Field(description="Standard deviation of the kernel in metres, at every zoom."),
    ] = DEFAULT_BANDWIDTH_M
    scale: Annotated[
        float | None,
        Field(
            gt=0,
            le=1e9,
            description="What the colours hang on, as an earlier answer said it: a permalink keeps "
            "its colours when later data would change them.",
        ),
    ] = None


class DensityParams(SurfaceParams, FileParams):
    """A density surface with its legend; f is json or png."""


class CompareParams(UnitParams):
    """Two periods or two categories; the second side is what the other parameters ask for."""

    base: Annotated[
        Literal["previous_period", "previous_year"],
        Field(
            description="The first side: as many days (or whole months) just before, or the same "
            "days a year before. Without meaning where base_from, base_category or base_tag is given."
        ),
    ] = "previous_period"
    base_from: Day | None = None
    base_to: Day | None = None
    base_category: Annotated[
        Code | None, Field(description="Compare with another category in the same period.")
    ] = None
    base_tag: Code | None = None
    test: Annotated[
        Test,
        Field(
            description="change: did the number change, per day; share: did it change otherwise "
            "than the county's. Categories are always compared by share."
        ),
    ] = "change"
    windows: Annotated[
        bool, Field(description="Compare each unit together with its neighbours.")
    ] = False

    def base_span(self, second: Span) -> Span:
        """Return the days of the first side."""
        given = span_of(self.base_from, self.base_to, "base_")
        if given is not None:
            return given
        if self.base_category is not None or self.base_tag is not None:
            return second
        return year_before(second) if self.base == "previous_year" else period_before(second)

    def base_slice(self, second: Span) -> Slice:
        """Return the first side.

        Raises
        ------
        InvalidInput
            Both a category and a tag are given, or the days are backwards.
        """
        own = self.base_category is None and self.base_tag is None
        return replace(
            self.slice(),
            category=self.category if own else self.base_category,
            tag=self.tag if own else self.base_tag,
            span=self.base_span(second),
        )


class CubeParams(FileParams):
    """Units by steps of time; cause, source and repeat are not known by step."""

    unit: Literal["grid", "community", "town"] = "grid"
    against: Annotated[
        Against,
        Field(description="What each step's hotspots are unusual for, as in /layers/hotspots."),
    ] = "map"
    exposure: Code | None = None
    step: StepKind = "month"
    steps: Annotated[
        int | None,
        Field(
            ge=2,
            le=MOST_STEPS,
            description="Steps that end with the last day; by default those of the period, or 12 "
            "months, or 26 weeks.",
        ),
    ] = None


class SeriesParams(CubeParams):
    """A series."""

    bins: Annotated[
        bool, Field(description="Whether steps are tested; a slider of counts needs no test.")
    ] = True


class BackTestParams(UnitParams):
    """A layer made of one period and judged by the reports of the next (from, to)."""

    layer: Annotated[
        Trained,
        Field(
            description="counts: per km2; rate and smoothed: per what is exposed; hotspots: Gi*; "
            "excess: hotspots against what is exposed; density: the surface."
        ),
    ] = "hotspots"
    exposure: Annotated[
        Code | None,
        Field(
            description="With layer=rate, smoothed or excess: what is exposed, as of the layer that "
            "is judged; by default what suits the category."
        ),
    ] = None
    bandwidth_m: Annotated[Bandwidth, BeforeValidator(to_number)] = DEFAULT_BANDWIDTH_M
    train_from: Annotated[
        Day | None, Field(description="By default as many days or months just before.")
    ] = None
    train_to: Day | None = None
