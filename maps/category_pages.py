"""The administrator's categories in words: limits, cluster rules, and what is inherited from whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from gis.category_checks import STAGES, CategoryDraft
from gis.clocks import DEFAULT_LIMITS
from gis.clusters import DEFAULT
from gis.db.database import Row
from maps.speech import Speech

_HOUR_MIN = 60


@dataclass(frozen=True)
class Told:
    """Words of something, and whether the category has it of its own."""

    words: str
    own: bool


@dataclass(frozen=True)
class CategoryLine:
    """A category in the list.

    Attributes
    ----------
    limits
        In the order of the stages.
    offered
        It is enabled, and so is its parent.
    sensitive
        By its own mark or its parent's.
    """

    row: Row
    limits: tuple[Told, ...]
    cluster: Told
    offered: bool
    sensitive: bool


@dataclass(frozen=True)
class CategoryGroup:
    """A category of the first level, and what is listed of it: itself, its children, or some of them."""

    parent: Row
    lines: tuple[CategoryLine, ...]


def limit_words(say: Speech, amount: float, unit: str) -> str:
    """Return a limit in few words; parts of an hour as minutes."""
    if amount < 1 and unit.endswith("_hours"):
        return say.word(f"limit.{unit.removesuffix('_hours')}_minutes", n=f"{amount * 60:.4g}")
    return say.word(f"limit.{unit}", n=f"{amount:g}")


def category_groups(
    say: Speech, book: Mapping[str, Row], text: str, state: str
) -> list[CategoryGroup]:
    """Return the categories that a search finds, under their first level.

    Parameters
    ----------
    text
        Part of a code, name, keyword or tag.
    state
        ``enabled``, ``disabled``, ``sensitive``, ``clustered`` or nothing.
    """
    found: dict[str, list[CategoryLine]] = {}
    for row in book.values():
        line = _line(say, row, book)
        if _names(row, text.casefold()) and _stands(line, state):
            found.setdefault(row["parent_code"] or row["code"], []).append(line)
    return [CategoryGroup(book[code], tuple(lines)) for code, lines in found.items()]


def differences(
    say: Speech, now: Row, draft: CategoryDraft, book: Mapping[str, Row]
) -> list[tuple[str, str]]:
    """Return label and words of what a category says otherwise than what somebody would make of it."""
    cluster = draft.cluster
    mine = {
        **asdict(draft),
        "code": now["code"],
        "tags": [*draft.tags, *draft.new_tags],
        "keywords": list(draft.keywords),
        "limits": {stage: asdict(limit) for stage, limit in draft.limits.items()},
        "cluster": cluster and asdict(cluster),
    }
    pairs = zip(_words(say, now, book), _words(say, mine, book), strict=True)
    return [here for here, there in pairs if here != there]


def tag_words(say: Speech, tag: str) -> str:
    """Return what a tag is called; one that stands for a category has its name."""
    words = say.named("tag", tag)
    return say.category(tag) if words == tag else words


def _words(say: Speech, row: Row, book: Mapping[str, Row]) -> list[tuple[str, str]]:
    """Return all that a category says, label and words."""
    line, comma = _line(say, row, book), say.word("list.comma")
    yes, no = say.word("category.yes"), say.word("category.no")
    parent = book.get(row["parent_code"] or "")
    return [
        (say.word("category.name"), row["name"]),
        (say.word("category.name_en"), row["name_en"]),
        (say.word("category.parent"), say.own_name(parent) if parent else "—"),
        (say.word("category.keywords"), comma.join(row["keywords"]) or "—"),
        (say.word("category.tags"), comma.join(tag_words(say, tag) for tag in row["tags"]) or "—"),
        *(
            (say.word(f"stage.{stage}"), told.words)
            for stage, told in zip(STAGES, line.limits, strict=True)
        ),
        (say.word("category.cluster"), line.cluster.words),
        (say.word("category.level"), say.named("level", row["level"])),
        (say.word("category.sensitive"), yes if row["sensitive"] else no),
        (
            say.word("category.enabled"),
            say.word(f"category.enabled.{'yes' if row['enabled'] else 'no'}"),
        ),
        (say.word("category.position"), str(row["position"])),
    ]


def inherited_limits(say: Speech, row: Row | None) -> dict[str, str]:
    """Return by stage what holds where a category has no limit of its own; its parent is given."""
    found = {}
    for stage in STAGES:
        limit = row and row["limits"].get(stage)
        default = DEFAULT_LIMITS[stage]
        found[stage] = (
            limit_words(say, limit["amount"], limit["unit"])
            if limit
            else limit_words(say, default.amount, default.unit)
        )
    return found


def inherited_cluster(say: Speech, row: Row | None) -> str:
    """Return how the children of a category cluster where they have no rule of their own."""
    rule = row and row["cluster"]
    return _cluster(say, rule) if rule else _default_cluster(say)


def _line(say: Speech, row: Row, book: Mapping[str, Row]) -> CategoryLine:
    parent = book.get(row["parent_code"] or "")
    inherited = inherited_limits(say, parent)
    limits = tuple(
        Told(limit_words(say, own["amount"], own["unit"]), True)
        if (own := row["limits"].get(stage))
        else Told(inherited[stage], False)
        for stage in STAGES
    )
    sensitive = row["sensitive"] or bool(parent and parent["sensitive"])
    if sensitive:
        cluster = Told(say.word("category.cluster.sensitive"), False)
    elif row["cluster"]:
        cluster = Told(_cluster(say, row["cluster"]), True)
    else:
        cluster = Told(inherited_cluster(say, parent), False)
    offered = row["enabled"] and (parent is None or parent["enabled"])
    return CategoryLine(row, limits, cluster, offered, sensitive)


def _cluster(say: Speech, rule: Row) -> str:
    if rule["least"] is None:
        return say.word("category.cluster.never")
    words = _near(say, rule["distance_m"], rule["minutes"], rule["least"])
    return f"{words} · {say.word('category.cluster.together')}" if rule["together"] else words


def _default_cluster(say: Speech) -> str:
    return _near(say, DEFAULT.distance_m, DEFAULT.hours * _HOUR_MIN, DEFAULT.least)


def _near(say: Speech, distance_m: float, minutes: float, least: int) -> str:
    span = (
        say.word("limit.plain_hours", n=f"{minutes / _HOUR_MIN:g}")
        if minutes % _HOUR_MIN == 0
        else say.word("limit.plain_minutes", n=f"{minutes:g}")
    )
    return say.word("category.cluster.rule", m=f"{distance_m:g}", span=span, n=least)


def _names(row: Row, text: str) -> bool:
    return not text or any(
        text in word.casefold()
        for word in (row["code"], row["name"], row["name_en"], *row["keywords"], *row["tags"])
    )


def _stands(line: CategoryLine, state: str) -> bool:
    return {
        "enabled": line.offered,
        "disabled": not line.offered,
        "sensitive": line.sensitive,
        "clustered": line.row["cluster"] is not None,
    }.get(state, True)
