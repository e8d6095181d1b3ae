"""Layers as tables: the same columns in JSON, CSV, workbooks and GeoJSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from gis.errors import InvalidInput
from gis.layering.comparing import CompareLayer
from gis.layering.frames import Floats, Frame, Integers
from gis.layering.hotspots import HotspotLayer
from gis.layering.rates import RatesLayer
from gis.layering.series import EmergingLayer
from gis.layering.wording import Change, change_words, hotspot_words

Values: TypeAlias = Sequence[Any] | npt.NDArray[Any]

_DIGITS: Final = 6
_EXACT_POWER: Final = 22

HEADINGS: Final[dict[str, dict[str, str]]] = {
    "code": {"zh": "编号", "en": "Code"},
    "name": {"zh": "名称", "en": "Name (zh)"},
    "name_en": {"zh": "英文名称", "en": "Name"},
    "town": {"zh": "镇街", "en": "Town"},
    "count": {"zh": "件数", "en": "Reports"},
    "rate": {"zh": "比率", "en": "Rate"},
    "per_km2": {"zh": "每平方公里", "en": "Per km²"},
    "smoothed": {"zh": "平滑比率", "en": "Smoothed rate"},
    "ratio": {"zh": "与全市平均之比", "en": "Ratio to the county's rate"},
    "exposure": {"zh": "基数", "en": "Exposure"},
    "window_count": {"zh": "含相邻单元件数", "en": "Reports with neighbours"},
    "expected": {"zh": "应有件数", "en": "Expected"},
    "units": {"zh": "单元数", "en": "Units"},
    "z": {"zh": "z", "en": "z"},
    "p": {"zh": "p", "en": "p"},
    "q": {"zh": "校正后q", "en": "q (corrected)"},
    "bin": {"zh": "等级", "en": "Bin"},
    "first": {"zh": "对比件数", "en": "Reports compared with"},
    "second": {"zh": "本期件数", "en": "Reports"},
    "difference": {"zh": "多出件数", "en": "Difference"},
    "low": {"zh": "95%下限", "en": "95 % from"},
    "high": {"zh": "95%上限", "en": "95 % to"},
    "simple": {"zh": "变化", "en": "Change"},
    "pattern": {"zh": "类型（17类）", "en": "Class of 17"},
    "hot_steps": {"zh": "热点时段数", "en": "Steps hot"},
    "cold_steps": {"zh": "冷点时段数", "en": "Steps cold"},
    "slope": {"zh": "每时段变化", "en": "Change of z a step"},
    "last_count": {"zh": "最近时段件数", "en": "Reports of the last step"},
}


@dataclass(frozen=True)
class Table:
    """Columns of equal length; ``positions`` are their units in the frame.

    nan in a column is "undefined or not told".
    """

    frame: Frame
    positions: Integers
    columns: Mapping[str, Values]

    def __len__(self) -> int:
        """Return the number of rows."""
        return int(self.positions.size)

    def rows(self) -> list[tuple[Any, ...]]:
        """Return plain values, None for what is undefined."""
        return list(zip(*(_plain(values) for values in self.columns.values()), strict=True))

    def items(self, filled: frozenset[str] | None = None) -> list[dict[str, Any]]:
        """Return each row by its columns.

        Parameters
        ----------
        filled
            Columns that are wanted, the others are None; None: all.

        Raises
        ------
        InvalidInput
            One of them is no column.
        """
        names = list(self.columns)
        unknown = sorted((filled or set()) - self.columns.keys())
        if unknown:
            raise InvalidInput.of(
                "only", f"there is no {unknown[0]!r}; known are {', '.join(names)}"
            )
        nothing = [None] * len(self)
        columns = [
            _plain(values) if filled is None or name in filled else nothing
            for name, values in self.columns.items()
        ]
        return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def rates_table(layer: RatesLayer, which: Integers | None = None) -> Table:
    """Return counts and rates of units, all of them or those at some positions."""
    told = np.where(layer.told > 0, layer.counted.counts, np.nan)
    whole = [None if np.isnan(count) else int(count) for count in told.tolist()]
    return _table(
        layer.frame,
        which,
        {
            "count": whole,
            "rate": layer.rate,
            "per_km2": layer.per_km2,
            "smoothed": layer.smoothed,
            "ratio": layer.ratio,
            "exposure": layer.amounts,
        },
    )


def hotspots_table(layer: HotspotLayer, which: Integers | None = None) -> Table:
    """Return what was found of units, all of them or those at some positions."""
    found = layer.found
    return _table(
        layer.frame,
        which,
        {
            "count": layer.counted.counts,
            "window_count": found.window_count.round().astype(np.int64),
            "expected": found.window_expected,
            "units": found.window_size.round().astype(np.int64),
            "z": found.z,
            "p": found.p,
            "q": found.q,
            "bin": found.bins,
        },
    )


def compare_table(layer: CompareLayer, which: Integers | None = None) -> Table:
    """Return how units differ, all of them or those at some positions."""
    found = layer.found
    return _table(
        layer.frame,
        which,
        {
            "first": found.first.round().astype(np.int64),
            "second": found.second.round().astype(np.int64),
            "expected": found.second - found.difference,
            "difference": found.difference,
            "ratio": found.ratio,
            "low": found.low,
            "high": found.high,
            "p": found.p,
            "q": found.q,
            "bin": found.bins,
        },
    )


def emerging_table(layer: EmergingLayer, which: Integers | None = None) -> Table:
    """Return what the hotspots of units did, all of them or those at some positions."""
    found, counts = layer.found, layer.cube.counts
    return _table(
        layer.cube.frame,
        which,
        {
            "simple": found.simple,
            "pattern": found.classes,
            "hot_steps": (found.bins > 0).sum(axis=1),
            "cold_steps": (found.bins < 0).sum(axis=1),
            "z": found.trend.z,
            "p": found.trend.p,
            "slope": layer.slope.slope,
            "count": counts.sum(axis=1),
            "last_count": counts[:, -1],
        },
    )


def changed_words(layer: CompareLayer, which: Integers) -> list[dict[str, str] | None]:
    """Say in words how each unit changed; None where chance explains it."""
    found = layer.found
    expected = found.second - found.difference
    sides = (found.first, found.second, expected, found.ratio, found.low, found.high)
    columns = (*sides, found.p, found.q)
    return [
        change_words(Change(*(float(column[unit]) for column in columns)))
        if found.bins[unit]
        else None
        for unit in which.tolist()
    ]


def unit_words(layer: HotspotLayer, which: Integers) -> list[dict[str, str] | None]:
    """Say in words what was found of each unit; None where nothing is unusual."""
    found = layer.found
    return [
        hotspot_words(
            float(found.window_count[unit]),
            float(found.window_expected[unit]),
            round(float(found.window_size[unit])),
            float(found.p[unit]),
            float(found.q[unit]),
        )
        if found.bins[unit]
        else None
        for unit in which.tolist()
    ]


def significant(values: Floats, digits: int = _DIGITS) -> Floats:
    """Round to significant digits, so that answers are short and exact enough.

    Examples
    --------
    >>> significant(np.array([1234567.8, 0.00012345678, 0.0, np.nan]), 4).tolist()
    [1235000.0, 0.0001235, 0.0, nan]
    """
    size = np.abs(values)
    some = np.isfinite(values) & (size > 0)
    power = np.zeros(values.shape)
    power[some] = digits - 1 - np.floor(np.log10(size[some]))
    # Up to here powers of ten are exact, so that the quotient is the number its digits say.
    exact = some & (np.abs(power) <= _EXACT_POWER)
    rounded = values.astype(np.float64)
    shift = 10.0 ** np.minimum(np.abs(power), _EXACT_POWER)
    small, large = exact & (power > 0), exact & (power <= 0)
    rounded[small] = np.round(values[small] * shift[small]) / shift[small]
    rounded[large] = np.round(values[large] / shift[large]) * shift[large]
    rest = some & ~exact
    rounded[rest] = [float(f"{value:.{digits}g}") for value in values[rest].tolist()]
    return rounded


def _table(frame: Frame, which: Integers | None, columns: Mapping[str, Values]) -> Table:
    positions = np.arange(len(frame)) if which is None else which
    chosen = positions.tolist()
    named: dict[str, Values] = {"code": [frame.codes[unit] for unit in chosen]}
    if frame.cells is None:
        named["name"] = [frame.names[unit] for unit in chosen]
        named["name_en"] = [frame.names_en[unit] for unit in chosen]
        named["town"] = [frame.towns[unit] for unit in chosen]
    for name, values in columns.items():
        named[name] = (
            values[positions]
            if isinstance(values, np.ndarray)
            else [values[unit] for unit in chosen]
        )
    return Table(frame, positions, named)


def _plain(values: Values) -> list[Any]:
    if not isinstance(values, np.ndarray):
        return list(values)
    if values.dtype.kind != "f":
        return list(values.tolist())
    told = significant(values).astype(object)
    told[np.isnan(values)] = None
    return list(told.tolist())
