"""``docs/glossary.md``: the words of the project in both languages, printed from the glossary itself."""

from __future__ import annotations

from gis.evaluation import ANSWERS
from gis.models.report import OUTCOMES, SOURCES, STATUSES
from gis.workflow.table import ACTIONS
from maps.language import glossary

# One word per thing, in code, tables, API and docs.
WORDS = (
    (
        "county, town, community",
        "县市、镇街、社区",
        "administrative divisions; the county is the tenant",
    ),
    ("grid", "网格", "polygon of responsibility"),
    ("grid_layout", "网格方案", "one version of all boundaries"),
    ("grid_staff", "网格员", "person serving a grid"),
    ("utility", "责任单位", "body responsible for a matter: utility, department or town office"),
    ("service_area", "责任区", "polygon in which a utility answers for a category"),
    ("depot", "站点", "point from which a utility starts"),
    ("category", "事项类别", "nature of the matter, two levels"),
    ("place", "地名", "named point for intake without coordinates"),
    ("report", "网格呼叫、事项", "one matter as reported"),
    ("match", "匹配", "the report's grid, staff and utility, each with its reason"),
    ("centre", "综治中心", "where dispatchers sit; town or municipal"),
    ("assignment", "派遣", "a utility's part in a report: lead 主办 or assisting 协办"),
    ("clock", "时限", "one running limit of a stage"),
    ("report_event", "流转记录", "append-only history"),
    ("message", "留言", "thread between the parties of a report"),
    ("evaluation", "评价", "the resident's answer"),
    ("cluster", "同源事件", "open reports that look like one cause"),
    ("hotspot", "热点", "grid or cell with its statistic, p and q"),
)

LABELS: dict[str, tuple[str, tuple[str, ...]]] = {
    "status": ("Statuses 状态", tuple(STATUSES)),
    "act": ("Actions 动作", ACTIONS),
    "outcome": ("Outcomes 办结方式", tuple(OUTCOMES)),
    "role": (
        "Roles 角色",
        ("admin", "supervisor", "dispatcher", "grid_staff", "volunteer", "utility", "planner", "resident"),
    ),
    "staff_role": ("Grid staff 网格力量", ("leader", "member", "branch_secretary", "volunteer")),
    "source": ("Sources 来源", tuple(SOURCES)),
    "stage": ("Stages 环节", ("accept", "check_in", "handle", "verify")),
    "part_role": ("Parts 主协办", ("lead", "assisting")),
    "part_status": ("Parts' statuses 派遣状态", ("waiting", "handling", "fed_back", "returned", "cancelled")),
    "light": ("Lights 灯", ("green", "yellow", "red")),
    "grid_method": ("How the grid was found 网格匹配", ("covers", "nearest", "outside", "stated")),
    "staff_method": (
        "How the staff were found 网格员匹配",
        ("on_duty", "leader", "community_duty", "town_duty", "none"),
    ),
    "utility_method": (
        "How the utility was found 责任单位匹配",
        ("service_area", "nearest", "town_office", "none"),
    ),
    "answer": ("Answers 评价", tuple(ANSWERS)),
    "channel": ("Channels 评价渠道", ("link", "qr", "telephone")),
}  # fmt: skip


def glossary_page() -> str:
    """Return the page; a label without words is a KeyError."""
    lines = [
        "# Glossary 词汇",
        "",
        "One word per thing. Labels are printed from `maps/glossary.json` by `make docs`.",
        "",
        "| word | 中文 | meaning |",
        "| --- | --- | --- |",
        *(f"| {word} | {chinese} | {meaning} |" for word, chinese, meaning in WORDS),
    ]
    known = glossary()
    for group, (title, codes) in LABELS.items():
        lines += ["", f"## {title}", "", "| code | 中文 | English |", "| --- | --- | --- |"]
        for code in codes:
            entry = known[f"{group}.{code}"]
            lines.append(f"| `{code}` | {entry['zh']} | {entry['en']} |")
    return "\n".join(lines) + "\n"
