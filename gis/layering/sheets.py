"""What stands on a picture of a layer: title, legend and colours of its units, in one language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely

from gis.db.database import Transaction
from gis.hotspots.emerging import EmergingHotspots
from gis.layering.comparing import CompareLayer
from gis.layering.exposures import Exposure
from gis.layering.files import Language, method_lines
from gis.layering.frames import County, Floats, Frame
from gis.layering.hotspots import Area
from gis.layering.methods import Method
from gis.layering.pictures import Sheet
from gis.layering.scopes import Scope, Span
from gis.layering.series import count_breaks
from gis.layering.surfaces import breaks_below
from gis.layering.tables import HEADINGS
from gis.layering.wording import (
    BINS,
    CHANCE_BINS,
    CHANGE_BINS,
    class_definition,
    class_words,
    counted,
    simple_words,
)

Colours = list[str | None]
_PAGE_CLASSES = 6
# Narrower than this share of the county a hot area is a dot on its map.
_SEEN_SHARE = 0.12
_INSET_LEAST_M = 2_500

LAYERS: Mapping[str, Mapping[str, str]] = {
    "rates": {"zh": "上报件数", "en": "Reports"},
    "rate": {"zh": "比率", "en": "Rates"},
    "hotspots": {"zh": "热点", "en": "Hotspots"},
    "compare": {"zh": "变化", "en": "Change"},
    "emerging": {"zh": "热点演变", "en": "Emerging hotspots"},
    "density": {"zh": "密度", "en": "Density"},
}


@dataclass(frozen=True)
class Names:
    """Names of a county and of what a scope is about, (zh, en) by language."""

    county: Mapping[str, str]
    choice: Mapping[str, str]

    def title(self, layer: str, language: Language) -> str:
        """Return a heading."""
        parts = (self.county[language], self.choice[language], LAYERS[layer][language])
        return " · ".join(parts)


def names_of(tx: Transaction, scope: Scope) -> Names:
    """Return the names of a scope's county and of its category or tag."""
    county = tx.rows(
        "SELECT name AS zh, name_en AS en FROM county WHERE code = %s", [scope.actor.county_code]
    )[0]
    asked = scope.slice
    if asked.category is not None:
        found = tx.rows(
            "SELECT name AS zh, name_en AS en FROM category WHERE county_code = %s AND code = %s",
            [scope.actor.county_code, asked.category],
        )[0]
        return Names(county, found)
    if asked.tag is not None:
        return Names(county, {"zh": f"标签“{asked.tag}”", "en": f"tag “{asked.tag}”"})
    return Names(county, {"zh": "全部事项", "en": "all matters"})


def dated(span: Span | None, language: Language) -> str:
    """Return a period in words.

    Examples
    --------
    >>> import datetime as dt
    >>> dated(Span(dt.date(2022, 7, 1), dt.date(2022, 7, 31)), "zh")
    '2022年7月'
    >>> dated(Span(dt.date(2022, 7, 1), dt.date(2022, 8, 2)), "en")
    '2022-07-01 to 2022-08-02'
    """
    if span is None:
        return "—"
    if span.is_month:
        month = span.first
        return f"{month.year}年{month.month}月" if language == "zh" else f"{month:%B %Y}"
    join = "至" if language == "zh" else " to "
    return f"{span.first.isoformat()}{join}{span.last.isoformat()}"


def count_classes(
    counts: npt.NDArray[np.int64], ramp: Sequence[Sequence[str]]
) -> tuple[Colours, list[tuple[str | None, str]]]:
    """Return the colour of each count, and the legend.

    Parameters
    ----------
    ramp
        ``ramp[k]`` holds k colours, palest first; at least six of these.
    """
    breaks = count_breaks(counts)
    colours = ramp[len(breaks)]
    place = np.searchsorted(np.array(breaks), counts, side="right") - 1
    found: Colours = [colours[one] if one >= 0 else None for one in place.tolist()]
    legend: list[tuple[str | None, str]] = []
    for number, (low, colour) in enumerate(zip(breaks, colours, strict=True)):
        last = number == len(breaks) - 1
        high = None if last else breaks[number + 1] - 1
        label = f"≥ {low:,}" if last else f"{low:,}" if high == low else f"{low:,}–{high:,}"
        legend.append((colour, label))
    return found, legend


def value_classes(
    values: Floats,
    ends: Sequence[float],
    ramp: Sequence[Sequence[str]],
    exposure: Exposure | None,
    language: Language,
) -> tuple[Colours, list[tuple[str | None, str]]]:
    """Return the colour of each count or rate above given ends, and the legend.

    Parameters
    ----------
    values
        Shape (n,); nan and what lies at or below 0 or below the first end has no colour.
    ends
        Lower ends of the classes, rising; none makes steps of 1, 2 and 5 below the largest value.
    exposure
        What rates are told per; None for counts.
    """
    known = values[np.isfinite(values) & (values > 0)]
    breaks = list(ends) or breaks_below(float(known.max()) if known.size else 0.0, 1)
    # Given ends are the page's: its n-th class always has the n-th colour.
    colours = ramp[max(len(breaks), _PAGE_CLASSES) if ends else len(breaks)]
    place = np.searchsorted(np.array(breaks), np.nan_to_num(values), side="right") - 1
    painted = np.where(np.isfinite(values) & (values > 0), place, -1)
    found: Colours = [colours[one] if one >= 0 else None for one in painted.tolist()]
    legend: list[tuple[str | None, str]] = []
    if exposure is not None:
        unit = exposure.unit if language == "zh" else exposure.unit_en
        per = "" if exposure.per == 1 else f"{exposure.per:,.0f} "
        legend.append((None, f"件/{per}{unit}" if language == "zh" else f"per {per}{unit}"))
    for low, high, colour in zip(breaks, [*breaks[1:], None], colours, strict=False):
        whole = exposure is None and high is not None
        label = f"≥ {low:,g}" if high is None else f"{low:,g}–{high - whole:,g}"
        legend.append((colour, f"{low:,g}" if whole and high == low + 1 else label))
    return found, legend


def bin_classes(
    bins: npt.NDArray[np.int8],
    colours: Mapping[int, str],
    language: Language,
    named: Mapping[int, Mapping[str, str]] = BINS,
) -> tuple[Colours, list[tuple[str | None, str]]]:
    """Return the colour of each bin, and the legend."""
    legend: list[tuple[str | None, str]] = [
        (colours.get(code), words[language]) for code, words in named.items() if code
    ]
    return [colours.get(code) for code in bins.tolist()], legend


def change_classes(
    layer: CompareLayer,
    colours: Mapping[int, str],
    pale: Mapping[int, str],
    language: Language,
) -> tuple[Colours, list[tuple[str | None, str]]]:
    """Return the colour of each unit of a comparison, and the legend.

    Parameters
    ----------
    colours, pale
        Of the bins, and of units whose difference chance explains, by its sign.
    """
    found, legend = bin_classes(layer.found.bins, colours, language, CHANGE_BINS)
    signs = np.sign(np.nan_to_num(layer.found.difference)).astype(int).tolist()
    painted = [colour or pale.get(sign) for colour, sign in zip(found, signs, strict=True)]
    unclear = [(pale.get(sign), words[language]) for sign, words in CHANCE_BINS.items()]
    middle = len(legend) // 2
    return painted, [*legend[:middle], *unclear, *legend[middle:]]


def simple_classes(
    codes: npt.NDArray[np.int8], colours: Mapping[int, str], language: Language
) -> tuple[Colours, list[tuple[str | None, str]]]:
    """Return the colour of each of the five classes of emerging hotspots, and the legend."""
    legend: list[tuple[str | None, str]] = [
        (colour, simple_words(code)[language]) for code, colour in colours.items()
    ]
    return [colours.get(code) for code in codes.tolist()], legend


def class_lines(found: EmergingHotspots, language: Language) -> list[str]:
    """Say what the numbers of the classes mean that a table of emerging hotspots holds."""
    join, stop = ("：", "。") if language == "zh" else (": ", ".")
    simple = [f"{code} {simple_words(code)[language]}" for code in np.unique(found.simple).tolist()]
    return [
        HEADINGS["simple"][language] + join + ("，" if language == "zh" else ", ").join(simple),
        *(
            f"{HEADINGS['pattern'][language]} {code} {class_words(code)[language]}{join}"
            f"{class_definition(code)[language]}{stop}"
            for code in np.unique(found.classes).tolist()
        ),
    ]


def density_classes(
    breaks: Sequence[float], colours: Sequence[str], language: Language
) -> list[tuple[str | None, str]]:
    """Return the legend of a surface."""
    heading = "件/平方公里" if language == "zh" else "reports per km²"
    legend: list[tuple[str | None, str]] = [(None, heading)]
    for low, high, colour in zip(breaks, [*breaks[1:], None], colours, strict=False):
        legend.append((colour, f"≥ {low:g}" if high is None else f"{low:g}–{high:g}"))
    return legend


def sheet_of(
    title: str,
    scope: Scope,
    method: Method,
    legend: list[tuple[str | None, str]],
    language: Language,
    *,
    span: Span | None = None,
) -> Sheet:
    """Return what stands around a map; towns are labelled afterwards."""
    number = f"{method.n:,}件" if language == "zh" else counted(method.n, "report", "reports")
    period = dated(span or scope.found, language)
    return Sheet(title, f"{period} · {number}", legend, method_lines(method, language))


def compared_words(
    tx: Transaction, sides: Sequence[tuple[Scope, Span, int]], language: Language
) -> str:
    """Say what is compared with what: each side's matter, if they differ, its days and number.

    Parameters
    ----------
    sides
        Scope, days compared and number of reports of each, the first one first.
    """
    named = [names_of(tx, scope).choice[language] for scope, _, _ in sides]
    told = []
    for (_, days, number), name in zip(sides, named, strict=True):
        period = dated(days, language)
        which = f"{name} · {period}" if len(set(named)) > 1 else period
        told.append(f"{which}：{number:,}件" if language == "zh" else f"{which}: {number:,}")
    return " → ".join(told)


def town_labels(towns: Frame, language: Language) -> list[tuple[float, float, str]]:
    """Return the names of towns at their centres."""
    names = towns.names if language == "zh" else towns.names_en
    return [(x, y, name) for (x, y), name in zip(towns.xy.tolist(), names, strict=True)]


def area_marks(
    frame: Frame, areas: Sequence[Area], most: int = 9
) -> list[tuple[float, float, str]]:
    """Return the ranks of hot areas at their peaks."""
    places: Floats = frame.xy[[area.peak for area in areas[:most]]]
    return [(x, y, str(rank)) for rank, (x, y) in enumerate(places.tolist(), 1)]


def with_areas(
    sheet: Sheet, county: County, frame: Frame, areas: Sequence[Area], language: Language
) -> Sheet:
    """Return a sheet with the hot areas marked, and the first drawn larger where it is too small to see."""
    if not areas:
        return sheet
    marked = replace(sheet, marks=area_marks(frame, areas))
    first = np.array(areas[0].members)
    if frame.cells is None:
        assert frame.of_grid is not None  # noqa: S101  only cells have none
        west, south, east, north = shapely.total_bounds(
            county.shapes[np.isin(frame.of_grid, first)]
        ).tolist()
    else:
        half = frame.cells.size_m / 2
        west, south = (frame.xy[first].min(axis=0) - half).tolist()
        east, north = (frame.xy[first].max(axis=0) + half).tolist()
    whole_west, _, whole_east, _ = shapely.total_bounds(county.shapes).tolist()
    side = max(east - west, north - south)
    if side > _SEEN_SHARE * (whole_east - whole_west):
        return marked
    # Room around it shows where in the town it lies.
    room = max(side, _INSET_LEAST_M / 2 - side / 2)
    title = "第1处，放大" if language == "zh" else "Area 1, larger"
    return replace(
        marked, inset=(west - room, south - room, east + room, north + room), inset_title=title
    )
