"""The form of a category: what it shows of one, what was typed, and the draft that comes of it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from api.posted import Posted
from gis.category_checks import (
    STAGES,
    Allowance,
    CategoryDraft,
    CategoryRefused,
    Clustering,
    Fault,
)
from gis.db.database import Row

# What a form counts in beside the units themselves: minutes are parts of an hour.
MINUTES = {"emergency_minutes": "emergency_hours", "working_minutes": "working_hours"}
UNITS = (
    "emergency_minutes",
    "emergency_hours",
    "working_minutes",
    "working_hours",
    "working_days",
    "calendar_days",
)
CLUSTERING = ("inherited", "own", "never")
_HOUR_MIN = 60


@dataclass(frozen=True)
class CategoryForm:
    """A category as the texts of its form.

    Attributes
    ----------
    limits
        Amount and unit by stage; an empty amount takes the parent's.
    clustering
        One of `CLUSTERING`.
    """

    code: str = ""
    parent_code: str = ""
    name: str = ""
    name_en: str = ""
    tags: tuple[str, ...] = ()
    new_tags: str = ""
    keywords: str = ""
    sensitive: bool = False
    enabled: bool = True
    level: str = "town"
    position: str = "0"
    limits: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    clustering: str = "inherited"
    distance_m: str = "300"
    minutes: str = "120"
    least: str = "3"
    together: bool = False


def shown_amount(amount: float, unit: str) -> tuple[str, str]:
    """Return amount and unit as a form shows them: less than an hour in minutes."""
    minutes = next((name for name, hours in MINUTES.items() if hours == unit), None)
    if minutes is not None and amount < 1:
        return f"{round(amount * _HOUR_MIN, 4):g}", minutes
    return f"{amount:g}", unit


def form_of(row: Row) -> CategoryForm:
    """Return the form that shows a category as it is."""
    cluster = row["cluster"]
    rule = {} if cluster is None else {
        "clustering": "never" if cluster["least"] is None else "own",
        "distance_m": f"{cluster['distance_m']:g}",
        "minutes": str(cluster["minutes"]),
        "least": str(cluster["least"] or 3),
        "together": cluster["together"],
    }  # fmt: skip
    return CategoryForm(
        code=row["code"],
        parent_code=row["parent_code"] or "",
        name=row["name"],
        name_en=row["name_en"],
        tags=tuple(row["tags"]),
        keywords="\n".join(row["keywords"]),
        sensitive=row["sensitive"],
        enabled=row["enabled"],
        level=row["level"],
        position=str(row["position"]),
        limits={
            stage: shown_amount(limit["amount"], limit["unit"])
            for stage, limit in row["limits"].items()
        },
        **rule,
    )


def typed(posted: Posted, code: str = "") -> CategoryForm:
    """Return what was typed into the form."""
    texts = {
        name: posted.text(name).strip()
        for name in ("name", "name_en", "new_tags", "position", "distance_m", "minutes", "least")
    }
    clustering = posted.text("clustering")
    return CategoryForm(
        code=code or posted.text("code").strip(),
        parent_code=posted.text("parent_code"),
        tags=tuple(posted.all("tags")),
        keywords=posted.text("keywords").replace("\r", ""),
        sensitive=posted.text("sensitive") == "yes",
        enabled=posted.text("enabled") != "no",
        level=posted.text("level") or "town",
        limits={
            stage: (posted.text(f"limit_{stage}").strip(), posted.text(f"unit_{stage}"))
            for stage in STAGES
        },
        clustering=clustering if clustering in CLUSTERING else "inherited",
        together=posted.text("together") == "yes",
        **texts,
    )


def draft_of(form: CategoryForm, before: Row | None = None) -> CategoryDraft:
    """Return the category that a form describes.

    Parameters
    ----------
    before
        The category as it is: its tags keep their order, and a limit that only looks rounded stays
        to the last bit.

    Raises
    ------
    CategoryRefused
        A number is none.
    """
    faults: list[Fault] = []
    position = _number(form.position or "0", "position", faults)
    draft = CategoryDraft(
        parent_code=form.parent_code or None,
        name=form.name,
        name_en=form.name_en,
        tags=_in_order(form.tags, before["tags"] if before else ()),
        new_tags=tuple(_words(form.new_tags)),
        keywords=tuple(_words(form.keywords)),
        sensitive=form.sensitive,
        enabled=form.enabled,
        level=form.level,
        position=int(position),
        limits=_limits(form, before, faults),
        cluster=_cluster(form, faults),
    )
    if faults:
        raise CategoryRefused(faults)
    return draft


def _in_order(tags: tuple[str, ...], before: Sequence[str]) -> tuple[str, ...]:
    """Return ticked tags in the order they had; the form shows them by the alphabet."""
    kept = [tag for tag in before if tag in tags]
    return tuple(dict.fromkeys([*kept, *tags]))


def _limits(form: CategoryForm, before: Row | None, faults: list[Fault]) -> dict[str, Allowance]:
    found = {}
    for stage, (amount, chosen) in form.limits.items():
        if not amount:
            continue
        number = _number(amount, f"limits.{stage}", faults)
        unit = MINUTES.get(chosen, chosen)
        if chosen in MINUTES:
            number /= _HOUR_MIN
        now = (before or {"limits": {}})["limits"].get(stage)
        if now and now["unit"] == unit and math.isclose(now["amount"], number, rel_tol=1e-5):
            number = now["amount"]
        found[stage] = Allowance(number, unit)
    return found


def _cluster(form: CategoryForm, faults: list[Fault]) -> Clustering | None:
    if form.clustering == "inherited":
        return None
    never = form.clustering == "never"
    numbers = {
        name: _number(getattr(form, name), f"cluster.{name}", faults)
        for name in ("distance_m", "minutes", "least")
    }
    return Clustering(
        numbers["distance_m"],
        int(numbers["minutes"]),
        None if never else int(numbers["least"]),
        form.together and not never,
    )


def _number(text: str, name: str, faults: list[Fault]) -> float:
    """Read a number as people type it, with full-width digits too; 1 where it is none."""
    whole = name in {"position", "cluster.minutes", "cluster.least"}
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or (whole and number != int(number)):
        faults.append(Fault(name, "number"))
        return 1.0
    return number


def _words(text: str) -> list[str]:
    """Split a list that somebody typed: by lines, and by any comma or semicolon."""
    return [word.strip() for word in re.split(r"[\n,，、;；]", text) if word.strip()]
