"""What an administrator may not make of a category, each fault by its field and a code for words."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, cast

from gis.db.database import Row
from gis.deadlines import UNIT_MICROS, Unit
from gis.errors import FieldError, InvalidInput

STAGES: Final = ("accept", "check_in", "handle", "verify")
LEVELS: Final = ("town", "municipal")
LONGEST_NAME: Final = 60
LONGEST_KEYWORD: Final = 40
MOST_WORDS: Final = 100
LARGEST_AMOUNT: Final = 1000.0
FARTHEST_M: Final = 5000.0
MOST_MINUTES: Final = 72 * 60
MOST_REPORTS: Final = 1000

_CODE = re.compile(r"[a-z0-9][a-z0-9_]{0,30}")
_TAG = re.compile(r"[a-z][a-z0-9_-]{0,39}")

REASONS: Final[Mapping[str, str]] = {
    "blank": "must not be empty",
    "long": "has more than {most} characters",
    "code_form": "small letters, digits and _ only; after the parent's code and a dot",
    "code_taken": "is taken",
    "parent_unknown": "there is no category {value!r}",
    "parent_self": "is the category itself",
    "parent_deep": "{value!r} has a parent itself: there are two levels",
    "parent_of_others": "the category has children, so it stays on the first level",
    "name_taken": "{value!r} is the name of {other} already",
    "tags_unknown": "there is no tag {value}; a new one goes into new_tags",
    "tag_form": "{value!r}: a small letter first, then small letters, digits, - and _",
    "many": "more than {most}",
    "keyword_taken": "{value!r} leads to {other} already",
    "amount": "a number above 0, at most {most}",
    "unit": "must be one of {value}",
    "number": "must be a number",
    "stage": "must be one of {value}",
    "range": "from {least} to {most}",
    "together": "only a category of the first level has children to count as one",
}


@dataclass(frozen=True)
class Allowance:
    """Time allowed for a stage, as it was sent."""

    amount: float
    unit: str


@dataclass(frozen=True)
class Clustering:
    """How near reports make a cluster.

    Attributes
    ----------
    minutes
        Between neighbours.
    least
        Reports that make one; None: never offered.
    together
        The children of a first level count as one matter.
    """

    distance_m: float
    minutes: int
    least: int | None
    together: bool = False


@dataclass(frozen=True)
class CategoryDraft:
    """All that an administrator says of a category.

    Attributes
    ----------
    new_tags
        Tags the county does not have yet; ``tags`` are known ones.
    limits
        By stage; a stage without one takes the parent's, else the default.
    cluster
        None: as the parent's, else the default.
    """

    name: str
    name_en: str
    parent_code: str | None = None
    tags: tuple[str, ...] = ()
    new_tags: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    sensitive: bool = False
    enabled: bool = True
    level: str = "town"
    position: int = 0
    limits: Mapping[str, Allowance] = dataclasses.field(default_factory=dict)
    cluster: Clustering | None = None


@dataclass(frozen=True)
class Fault:
    """What is wrong with a field: a key of `REASONS`, and what it is filled with."""

    field: str
    code: str
    values: Mapping[str, object] = dataclasses.field(default_factory=dict)

    @property
    def reason(self) -> str:
        """Return the fault in words."""
        return REASONS[self.code].format(**self.values)


class CategoryRefused(InvalidInput):
    """A category cannot be what was sent; ``faults`` say why, for pages of any language."""

    def __init__(self, faults: list[Fault]) -> None:
        errors = [FieldError(fault.field, fault.reason) for fault in faults]
        super().__init__("; ".join(f"{one.field}: {one.reason}" for one in errors), errors)
        self.faults = faults


def check_draft(code: str, draft: CategoryDraft, book: Mapping[str, Row], *, new: bool) -> None:
    """Refuse what makes no category.

    Parameters
    ----------
    book
        All categories of the county by code, as ``category_book.sql`` has them.

    Raises
    ------
    CategoryRefused
        Names every fault.
    """
    others = [row for row in book.values() if row["code"] != code]
    faults = [
        *(_of_code(code, draft.parent_code, book) if new else ()),
        *_of_parent(code, draft.parent_code, book),
        *_of_names(draft, others),
        *_of_tags(draft, book),
        *_of_keywords(code, draft, others),
        *_of_limits(draft),
        *_of_cluster(draft),
    ]
    if draft.level not in LEVELS:
        faults.append(Fault("level", "unit", {"value": ", ".join(LEVELS)}))
    if not 0 <= draft.position <= 9999:
        faults.append(Fault("position", "range", {"least": 0, "most": 9999}))
    if faults:
        raise CategoryRefused(faults)


def _of_code(code: str, parent: str | None, book: Mapping[str, Row]) -> Iterator[Fault]:
    prefix = f"{parent}." if parent else ""
    if not code.startswith(prefix) or not _CODE.fullmatch(code[len(prefix) :]) or code == "new":
        yield Fault("code", "code_form")
    elif code in book:
        yield Fault("code", "code_taken")


def _of_parent(code: str, parent: str | None, book: Mapping[str, Row]) -> Iterator[Fault]:
    if parent is None:
        return
    if parent == code:
        yield Fault("parent_code", "parent_self")
    elif parent not in book:
        yield Fault("parent_code", "parent_unknown", {"value": parent})
    elif book[parent]["parent_code"] is not None:
        yield Fault("parent_code", "parent_deep", {"value": parent})
    elif any(row["parent_code"] == code for row in book.values()):
        yield Fault("parent_code", "parent_of_others")


def _of_names(draft: CategoryDraft, others: list[Row]) -> Iterator[Fault]:
    for name in ("name", "name_en"):
        text: str = getattr(draft, name)
        same = next((row for row in others if row[name].casefold() == text.casefold()), None)
        if not text.strip():
            yield Fault(name, "blank")
        elif len(text) > LONGEST_NAME:
            yield Fault(name, "long", {"most": LONGEST_NAME})
        elif same is not None:
            yield Fault(name, "name_taken", {"value": text, "other": same["code"]})


def _of_tags(draft: CategoryDraft, book: Mapping[str, Row]) -> Iterator[Fault]:
    known = {tag for row in book.values() for tag in row["tags"]}
    unknown = [tag for tag in draft.tags if tag not in known]
    if unknown:
        yield Fault("tags", "tags_unknown", {"value": ", ".join(unknown)})
    if len(draft.tags) + len(draft.new_tags) > MOST_WORDS:
        yield Fault("tags", "many", {"most": MOST_WORDS})
    ill = next((tag for tag in draft.new_tags if not _TAG.fullmatch(tag)), None)
    if ill is not None:
        yield Fault("new_tags", "tag_form", {"value": ill})


def _of_keywords(code: str, draft: CategoryDraft, others: list[Row]) -> Iterator[Fault]:
    if len(draft.keywords) > MOST_WORDS:
        yield Fault("keywords", "many", {"most": MOST_WORDS})
    if any(len(word) > LONGEST_KEYWORD for word in draft.keywords):
        yield Fault("keywords", "long", {"most": LONGEST_KEYWORD})
    # A family may share a word: the parent's is for what none of its children says better.
    family = {code, draft.parent_code}
    taken = {
        word.casefold(): row["code"]
        for row in others
        if row["code"] not in family and row["parent_code"] != code
        for word in row["keywords"]
    }
    for word in draft.keywords:
        if word.casefold() in taken:
            values = {"value": word, "other": taken[word.casefold()]}
            yield Fault("keywords", "keyword_taken", values)
            return


def _of_limits(draft: CategoryDraft) -> Iterator[Fault]:
    for stage, limit in draft.limits.items():
        if stage not in STAGES:
            yield Fault(f"limits.{stage}", "stage", {"value": ", ".join(STAGES)})
        elif cast(Unit, limit.unit) not in UNIT_MICROS:
            yield Fault(f"limits.{stage}", "unit", {"value": ", ".join(UNIT_MICROS)})
        elif not 0 < limit.amount <= LARGEST_AMOUNT:
            yield Fault(f"limits.{stage}", "amount", {"most": f"{LARGEST_AMOUNT:g}"})


def _of_cluster(draft: CategoryDraft) -> Iterator[Fault]:
    rule = draft.cluster
    if rule is None:
        return
    for name, number, least, most in (
        ("distance_m", rule.distance_m, 1, FARTHEST_M),
        ("minutes", rule.minutes, 1, MOST_MINUTES),
        ("least", 2 if rule.least is None else rule.least, 2, MOST_REPORTS),
    ):
        if not least <= number <= most:
            yield Fault(f"cluster.{name}", "range", {"least": least, "most": f"{most:g}"})
    if rule.together and draft.parent_code is not None:
        yield Fault("cluster.together", "together")
