"""``/map`` for those who dispatch: the shell with queue and detail beside it.

The table of edges reaches the page as configuration, so that a form asks for exactly the fields an
action takes and sends the version its guard compares.
"""

from functools import cache
from typing import Any

from gis.audience import Actor
from gis.county_names import CountyNames
from gis.workflow.table import ACTIONS, UNDO, edges_of, fields_of
from maps.bundle import modules_of
from maps.pages import PageContext, render_page
from maps.shell import Pages

ROLES = frozenset({"dispatcher", "supervisor"})
"""Who works with queues; everybody else has the map as a viewer."""

WORDS = (
    "act", "action", "alarm", "areas", "bulk", "call", "case", "clock", "cluster", "collision", "contact", "crs",
    "field", "filter", "five_haves", "form", "grid", "grid_method", "grids", "keys", "legend", "level", "light",
    "list", "live", "locate", "map", "marks", "match", "move", "outcome", "outside", "part_role", "part_status",
    "period", "pile", "place", "place_kind", "print", "queue", "report", "role", "search", "sound", "source", "span", "staff",
    "staff_method", "staff_role", "stage", "state", "status", "suggest", "tag", "thing", "timeline", "tools",
    "undo", "unit", "utility_kind", "utility_method", "what", "where",
)  # fmt: skip
"""Groups of words the page's modules use; those of the choices an action offers come beside them."""


@cache
def _word_groups() -> tuple[str, ...]:
    chosen = {field.name for action in ACTIONS for field in fields_of(action) if field.choices}
    return tuple(sorted({*WORDS, *chosen}))


@cache
def _actions() -> dict[str, Any]:
    return {
        action: {
            "version_of": "report" if action == UNDO else edges_of(action)[0].version_of,
            "fields": [
                {
                    "name": field.name,
                    "kind": field.kind,
                    "required": field.required,
                    "choices": field.choices,
                }
                for field in fields_of(action)
            ],
        }
        for action in ACTIONS
    }


def _setup(actor: Actor, names: CountyNames | None, position: str) -> dict[str, Any]:
    own = [actor.utility_code] if actor.utility_code else []
    others = names.counties if names else {}
    return {
        "role": actor.role,
        "position": position,
        "bodies": [*own, *actor.office_codes],
        "actions": _actions(),
        "counties": [
            {"code": code, "name": name.zh, "name_en": name.en} for code, name in others.items()
        ],
    }


def render_console(pages: Pages, context: PageContext, actor: Actor, position: str) -> str:
    """Return the HTML of ``/map`` for an actor who dispatches.

    Parameters
    ----------
    position
        Of the event stream, now: lists that are asked for from here on and the events after it
        leave nothing out, so neither has to wait for the other.
    """
    return render_page(
        pages,
        "console.html",
        context,
        word_groups=_word_groups(),
        with_maps=True,
        shell=pages.map_shell,
        console=_setup(actor, context.say.names, position),
        modules=modules_of("js/console/main.js"),
    )
