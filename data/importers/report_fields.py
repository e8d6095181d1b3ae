"""What an imported report says beside its position: where from, where by name, when, how it ended."""

from __future__ import annotations

import unicodedata
import uuid
from collections import Counter
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.fields import FieldReader, FloatArray, Texts
from gis.blank import is_blank
from gis.errors import InvalidInput
from gis.records import MOST_AHEAD
from gis.registry import Known

__all__ = [
    "SOURCES",
    "Life",
    "check_source",
    "read_client_ids",
    "read_descriptions",
    "read_life",
    "read_names",
]

SOURCES: Final = {
    "网格员": "grid_staff", "grid_staff": "grid_staff", "网格员上报": "grid_staff", "网格": "grid_staff",
    "网格上报": "grid_staff", "网格呼叫": "grid_staff",
    "志愿者": "volunteer", "volunteer": "volunteer", "志愿者上报": "volunteer",
    "党支部": "party_branch", "party_branch": "party_branch", "党组织": "party_branch",
    "群众": "resident", "resident": "resident", "居民": "resident", "市民": "resident", "公众": "resident",
    "群众上报": "resident", "公众上报": "resident",
    "12345": "hotline_12345", "hotline_12345": "hotline_12345", "热线": "hotline_12345",
    "12345热线": "hotline_12345", "政务热线": "hotline_12345", "市民热线": "hotline_12345",
    "巡查": "patrol", "patrol": "patrol", "巡查上报": "patrol", "监督员": "patrol",
    "责任单位": "utility", "utility": "utility", "单位": "utility",
}  # fmt: skip
STATUSES: Final = {
    "received": "received", "已受理": "received", "待受理": "received", "受理": "received",
    "accepted": "accepted", "已立案": "accepted", "立案": "accepted",
    "dispatched": "dispatched", "已派遣": "dispatched", "派遣": "dispatched", "已派单": "dispatched",
    "handling": "handling", "处置中": "handling", "处理中": "handling", "办理中": "handling",
    "handled": "handled", "已反馈": "handled", "待核查": "handled",
    "closed": "closed", "已办结": "closed", "办结": "closed", "已结案": "closed", "结案": "closed",
    "已完成": "closed", "已关闭": "closed",
}  # fmt: skip
OUTCOMES: Final = {
    "resolved": "resolved", "已解决": "resolved", "解决": "resolved", "办结": "resolved",
    "self_resolved": "self_resolved", "现场处置": "self_resolved", "自行处置": "self_resolved",
    "rejected": "rejected", "不予受理": "rejected", "不予立案": "rejected", "退件": "rejected",
    "duplicate": "duplicate", "重复": "duplicate", "重复件": "duplicate",
    "withdrawn": "withdrawn", "撤回": "withdrawn", "已撤回": "withdrawn", "撤诉": "withdrawn",
    "transferred": "transferred", "转办": "transferred", "移交": "transferred",
}  # fmt: skip


@dataclass(frozen=True)
class Life:
    """When the reports of a chunk were made, came in and ended.

    Attributes
    ----------
    captured, received, closed
        Instants in UTC, (n,); NaT in ``captured`` where not said, in ``closed`` while open.
    outcome
        Of closed reports, empty for the others.
    not_carried
        How many open reports stand further in the file than received.
    unknown
        Words in the column of statuses that are none of ours.
    """

    captured: pd.Series[Any]
    received: pd.Series[Any]
    closed: pd.Series[Any]
    outcome: Texts
    not_carried: int
    unknown: Counter[str]


def read_life(reader: FieldReader, zone: ZoneInfo, now: pd.Timestamp) -> Life:
    """Read times, status and outcome; a report is closed that has a closing time and no open status."""
    latest = now + MOST_AHEAD
    captured = reader.moments("captured_at", zone, latest=latest)
    received = reader.moments("received_at", zone, latest=latest).fillna(captured)
    if reader.has("captured_at") or reader.has("received_at"):
        name = "captured_at" if reader.has("captured_at") else "received_at"
        reader.refuse(received.isna().to_numpy() & ~reader.bad, name, "is missing")
    received = received.fillna(now)
    given, status = _statuses(reader)
    closed = reader.moments("closed_at", zone, latest=latest)
    ended = closed.notna().to_numpy()
    reader.refuse(
        (status == "closed") & ~ended & ~reader.bad,
        "status",
        lambda i: f"says {given[i]}, and there is no closing time (办结时间, closed_at)",
    )
    open_ = (status != "closed") & (status != "")
    closed = closed.mask(open_)
    reader.refuse((closed < received).to_numpy(), "closed_at", "lies before the report was made")
    outcome = reader.choice("outcome", OUTCOMES, default="")
    return Life(
        captured,
        received,
        closed,
        np.where(closed.notna(), outcome, ""),
        int((open_ & (status != "received") & ~reader.bad).sum()),
        Counter(text for text, one in zip(given, status, strict=True) if text and not one),
    )


def _statuses(reader: FieldReader) -> tuple[Texts, Texts]:
    """Return the words of the column, and which of our statuses each is."""
    given = reader.text("status", longest=100)
    if not reader.has("status"):
        return given, given
    words = [unicodedata.normalize("NFKC", text).casefold() for text in given]
    return given, np.array([STATUSES.get(word, "") for word in words], dtype=object)


def read_names(
    reader: FieldReader, known: Known, lon: FloatArray
) -> tuple[Texts, Texts, Texts, npt.NDArray[np.bool_]]:
    """Read grid, place and place in words; a row without a position needs one that there is.

    Returns
    -------
    tuple
        Codes of grids and places, empty where there is no such one; places in words; and which
        rows name a place in words that may be no place of ours.
    """
    grid, place = reader.code("grid_code"), reader.code("place_code")
    text = reader.text("place_text", longest=400)
    nowhere = ~np.isfinite(lon) & ~reader.bad
    if not any(map(reader.has, ("grid_code", "place_code", "place_text"))):
        reader.refuse(nowhere, "longitude", "the position is missing")
        return grid, place, text, np.zeros(len(text), dtype=bool)
    has_grid = np.array([code in known.grids for code in grid], dtype=bool)
    has_place = np.array([code in known.places for code in place], dtype=bool)
    named = has_grid | has_place
    wrong = nowhere & ~named & (text == "")
    reader.refuse(
        wrong & (grid != ""), "grid_code", lambda i: f"the active layout has no grid {grid[i]}"
    )
    reader.refuse(
        wrong & (grid == "") & (place != ""),
        "place_code",
        lambda i: f"there is no place {place[i]}",
    )
    reader.refuse(wrong & (grid == "") & (place == ""), "longitude", "the position is missing")
    return (
        # Coordinates win over the name of a grid beside them, as they do at intake.
        np.where(has_grid & nowhere, grid, ""),
        np.where(has_place, place, ""),
        text,
        nowhere & ~named & (text != ""),
    )


def read_descriptions(reader: FieldReader, categories: Texts) -> Texts:
    """Read what the matter is; an empty cell will do where a category says it.

    A cell that holds nothing one could see is refused: it looks filled in and says nothing.
    """
    told = reader.text("description", longest=4_000)
    blank = np.fromiter((text != "" and is_blank(text) for text in told), dtype=bool)
    reader.refuse(blank, "description", "holds only white space or characters that cannot be seen")
    silent = (told == "") & (categories == "")
    reader.refuse(silent & ~reader.bad, "description", "neither description nor category")
    return told


def read_client_ids(reader: FieldReader) -> npt.NDArray[np.object_]:
    """Read the client ids that GridCall gave out; None where there is none."""
    if not reader.has("client_id"):
        return np.full(len(reader.rows), None, dtype=object)
    found: list[uuid.UUID | None] = []
    wrong = np.zeros(len(reader.rows), dtype=bool)
    for i, text in enumerate(reader.text("client_id", longest=100)):
        try:
            found.append(uuid.UUID(text) if text else None)
        except ValueError:
            found.append(None)
            wrong[i] = True
    reader.refuse(wrong, "client_id", "is not a uuid; leave it empty where there is none")
    return np.array(found, dtype=object)


def check_source(source: str) -> str:
    """Return the source that a word stands for.

    Raises
    ------
    InvalidInput
        If it stands for none.
    """
    if source not in SOURCES:
        raise InvalidInput.of(
            "source", f"must be one of {', '.join(dict.fromkeys(SOURCES.values()))}"
        )
    return SOURCES[source]
