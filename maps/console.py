"""``/map`` for those who dispatch: the shell with queue and detail beside it.

The table of edges reaches the page as configuration, so that a form asks for exactly the fields an
action takes and sends the version its guard compares.
"""

from functools import cache
from typing import Any

from gis.audience import Actor
from gis.workflow.table import ACTIONS, UNDO, edges_of, fields_of
from maps.pages import PageContext, render_page
from maps.shell import Pages

ROLES = frozenset({"dispatcher", "supervisor"})
"""Who works with queues; everybody else has the map as a viewer."""


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


def _setup(actor: Actor) -> dict[str, Any]:
    own = [actor.utility_code] if actor.utility_code else []
    return {
        "role": actor.role,
        "bodies": [*own, *actor.office_codes],
        "actions": _actions(),
    }


def render_console(pages: Pages, context: PageContext, actor: Actor) -> str:
    """Return the HTML of ``/map`` for an actor who dispatches."""
    return render_page(pages, "console.html", context, shell=pages.map_shell, console=_setup(actor))
