"""Why a report went where it went: codes with parameters, told in Chinese and English.

A reason is a list of ``{"code": ..., parameters}`` stored with the report. Names stand in the
parameters as they were when it was matched, so the sentence never changes later; only the words
around them live here. Distances are metres.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

Language = Literal["zh", "en"]

_SENTENCES: Final[dict[str, dict[str, str]]] = {
    "grid_covers": {
        "zh": "位置在网格{grid}内",
        "en": "The point lies in grid {grid}",
    },
    "grid_nearest": {
        "zh": "位置不在任何网格内，最近的是{distance}外的网格{grid}",
        "en": "The point lies in no grid; the nearest is {grid}, {distance} away",
    },
    "grid_stated": {
        "zh": "按所报网格{grid}，无坐标",
        "en": "Grid {grid} was named, without coordinates",
    },
    "grid_stated_place": {
        "zh": "按所报地点{place}归入网格{grid}，无坐标",
        "en": "{place} was named, without coordinates; it belongs to grid {grid}",
    },
    "grid_outside": {
        "zh": "位置不在任何网格内，附近也没有网格",
        "en": "The point lies in no grid, and none is near",
    },
    "grid_no_layout": {
        "zh": "尚无启用的网格方案",
        "en": "No grid layout is active",
    },
    "grid_not_located": {
        "zh": "未能确定所报地点的位置",
        "en": "The place as described could not be located",
    },
    "grid_uncertain": {
        "zh": "定位误差{accuracy}，该网格占误差圆的{share}",
        "en": "The position is accurate to {accuracy}; {share} of that circle lies in this grid",
    },
    "staff_on_duty": {
        "zh": "{name}在该网格值班",
        "en": "{name} is on duty in the grid",
    },
    "staff_leader": {
        "zh": "该网格无人值班，由网格长{name}负责",
        "en": "Nobody is on duty in the grid; its leader is {name}",
    },
    "staff_community_duty": {
        "zh": "该网格无人可派，由社区值班的{name}负责",
        "en": "The grid has nobody to send; {name} is on duty in the community",
    },
    "staff_town_duty": {
        "zh": "该社区无人可派，由镇街值班的{name}负责",
        "en": "The community has nobody to send; {name} is on duty in the town",
    },
    "utility_service_area": {
        "zh": "{utility}负责此处的{category}",
        "en": "{utility} covers this point for {category}",
    },
    "utility_nearest": {
        "zh": "此处的{category}未划责任区，{utility}的站点最近",
        "en": "No service area covers this point for {category}; {utility} has the nearest depot",
    },
    # Suggested behind another body: the step before it did find somebody.
    "utility_next_nearest": {
        "zh": "其余办理{category}的单位中，{utility}的站点最近",
        "en": "Of the others that handle {category}, {utility} has the nearest depot",
    },
    "utility_next_office": {
        "zh": "也可由属地{utility}负责{category}",
        "en": "It can also go to {utility} for {category}",
    },
    "utility_town_office": {
        "zh": "此处的{category}无对口单位，由{utility}负责",
        "en": "No utility answers for {category} here, so it goes to {utility}",
    },
    "utility_none": {
        "zh": "此处的{category}无责任单位",
        "en": "Nobody answers for {category} here",
    },
    "utility_no_category": {
        "zh": "未定类别，暂无责任单位",
        "en": "Without a category there is no utility yet",
    },
}
_DEPOT: Final = {
    "zh": "，其站点{depot}距此{distance}",
    "en": "; its depot {depot} is {distance} away",
}
_STOP: Final = {"zh": "。", "en": "."}
_GAP: Final = {"zh": "", "en": " "}


def grid_step(
    *,
    method: str,
    grid_code: str | None,
    layout: str | None,
    distance_m: float | None = None,
    place: list[str] | None = None,
    located: bool = True,
) -> dict[str, Any]:
    """Say why the report is in this grid, or in none."""
    if grid_code is None:
        if not located:
            return {"code": "grid_not_located"}
        return {"code": "grid_outside", "layout": layout} if layout else {"code": "grid_no_layout"}
    step: dict[str, Any] = {"code": f"grid_{method}", "grid": grid_code, "layout": layout}
    if method == "nearest":
        step["distance_m"] = distance_m
    if method == "stated" and place:
        step |= {"code": "grid_stated_place", "place": place}
    return step


def uncertain_step(accuracy_m: float, share: float) -> dict[str, Any]:
    """Say how sure the grid is, where the accuracy circle reaches beyond it."""
    return {"code": "grid_uncertain", "accuracy": accuracy_m, "share": share}


def staff_step(method: str, name: str | None) -> dict[str, Any]:
    """Say why this person; only for a method other than ``none``."""
    return {"code": f"staff_{method}", "name": name}


def utility_step(
    *,
    method: str,
    category: list[str] | None,
    utility: list[str] | None = None,
    area: str | None = None,
    version: str | None = None,
    depot: list[str] | None = None,
    distance_m: float | None = None,
) -> dict[str, Any]:
    """Say why this utility, or why none; names as [Chinese, English]."""
    if category is None:
        return {"code": "utility_no_category"}
    step: dict[str, Any] = {"code": f"utility_{method}", "category": category}
    if version is not None:
        step["version"] = version
    if utility is not None:
        step["utility"] = utility
    if area is not None:
        step["area"] = area
    if depot is not None:
        step |= {"depot": depot, "distance_m": distance_m}
    return step


def render(reason: Iterable[Mapping[str, Any]], language: Language) -> str:
    """Tell a stored reason in one paragraph.

    Parameters
    ----------
    reason
        The list as stored: ``{"code": ..., parameters}``. A code unknown to this version, from a
        newer one, is left out rather than guessed at.
    language
        ``zh`` or ``en``.

    Examples
    --------
    >>> water = {"code": "utility_service_area", "utility": ["诸城水务", "Zhucheng Water"],
    ...          "category": ["水压低", "Low water pressure"], "depot": ["密州站", "Mizhou"],
    ...          "distance_m": 1234.0}
    >>> render([water], "en")
    'Zhucheng Water covers this point for low water pressure; its depot Mizhou is 1.2 km away.'
    >>> render([water], "zh")
    '诸城水务负责此处的水压低，其站点密州站距此1.2公里。'
    """
    sentences = [_sentence(step, language) for step in reason if step["code"] in _SENTENCES]
    return _GAP[language].join(sentence + _STOP[language] for sentence in sentences)


def distance_text(metres: float, language: Language) -> str:
    """Write a distance as people say it.

    Examples
    --------
    >>> distance_text(347.2, "en"), distance_text(1234.0, "en"), distance_text(1234.0, "zh")
    ('347 m', '1.2 km', '1.2公里')
    """
    if metres < 999.5:
        return f"{metres:.0f} m" if language == "en" else f"{metres:.0f}米"
    return f"{metres / 1000:.1f} km" if language == "en" else f"{metres / 1000:.1f}公里"


def _sentence(step: Mapping[str, Any], language: Language) -> str:
    words = {key: _word(key, value, language) for key, value in step.items()}
    if "distance_m" in step:
        words["distance"] = distance_text(step["distance_m"], language)
    text = _SENTENCES[step["code"]][language].format(**words)
    return text + _DEPOT[language].format(**words) if "depot" in step else text


def _word(key: str, value: Any, language: Language) -> str:
    match key:
        case "category":
            name = _name(value, language)
            # Within an English sentence; acronyms keep their capitals.
            return name if name[1:2].isupper() else name[:1].lower() + name[1:]
        case "share":
            return _share_text(value, language)
        case "accuracy":
            return distance_text(value, language)
        case _:
            return _name(value, language) if isinstance(value, list) else str(value)


def _share_text(share: float, language: Language) -> str:
    """Write a part of the whole: some is never 0 %, and not all is never 100 %."""
    percent = round(share * 100)
    if 0 < share < 1 and percent in {0, 100}:
        few = percent == 0
        if language == "en":
            return "less than 1 %" if few else "more than 99 %"
        return "不到1%" if few else "99%以上"
    return f"{percent} %" if language == "en" else f"{percent}%"


def _name(names: list[str], language: Language) -> str:
    """Pick the name in the language; where there is no English one, the Chinese stands for both."""
    return (names[1] if language == "en" and len(names) > 1 else "") or names[0]
