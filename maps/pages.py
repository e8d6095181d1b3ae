"""The pages: our templates around the shell, with what the page's modules must know as JSON.

Everything here is configuration, words and the signed-in actor. Reports, names of places and other text of the
database reach the page by ``fetch`` only and are put in with ``textContent``.
"""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from gis.audience import Actor
from gis.db.provision import DemoAccount
from gis.homes import Home
from gis.reports import BACKLOG_AFTER
from maps.language import LANGUAGES, Language, words
from maps.ramps import sequential
from maps.shell import Pages, vendored
from maps.speech import Speech

API = "/api/v1"

HOTSPOT_WORDS = (
    "action", "clock", "correction", "grid", "hot", "legend", "list", "map", "neighbours", "period",
    "source", "span", "state", "statistic", "tag", "thing", "unit", "view", "what",
)  # fmt: skip

# What the bar offers each role, in order; the first is everybody's.
DOORS: dict[str, tuple[tuple[str, str], ...]] = {
    "dispatcher": (
        ("nav.map", "/map"),
        ("nav.new", "/reports/new"),
        ("nav.reports", "/reports"),
        ("nav.callbacks", "/callbacks"),
        ("nav.hotspots", "/map/hotspots"),
        ("nav.statistics", "/statistics"),
    ),
    "grid_staff": (("nav.new", "/reports/new"), ("nav.reports", "/reports"), ("nav.map", "/map")),
    "volunteer": (("nav.new", "/reports/new"), ("nav.reports", "/reports"), ("nav.map", "/map")),
    "utility": (
        ("nav.reports", "/reports"),
        ("nav.map", "/map"),
        ("nav.statistics", "/statistics"),
    ),
    "supervisor": (
        ("nav.reports", "/reports"),
        ("nav.map", "/map"),
        ("nav.board", "/map/board"),
        ("nav.hotspots", "/map/hotspots"),
        ("nav.statistics", "/statistics"),
    ),
    "planner": (
        ("nav.hotspots", "/map/hotspots"),
        ("nav.map", "/map"),
        ("nav.statistics", "/statistics"),
    ),
    "admin": (
        ("nav.admin", "/admin"),
        ("nav.reports", "/reports"),
        ("nav.map", "/map"),
        ("nav.hotspots", "/map/hotspots"),
        ("nav.statistics", "/statistics"),
    ),
}


@dataclass(frozen=True)
class PageContext:
    """What one request adds to a page.

    Attributes
    ----------
    language
        Language of the words.
    path
        Path of the page, for the language links.
    query
        Query of the request without ``lang``, in order.
    actor
        The signed-in actor, None before sign-in.
    demo_accounts
        The sample city's accounts, which the sign-in page lists; none in a database of one's own.
    unread
        Notices the actor has not read.
    doors
        Words and addresses of the pages in the bar.
    speech
        Says instants and names; without the county's names where none is given.
    """

    language: Language
    path: str
    query: tuple[tuple[str, str], ...] = ()
    actor: Actor | None = None
    demo_accounts: tuple[DemoAccount, ...] = ()
    unread: int = 0
    doors: tuple[tuple[str, str], ...] = ()
    speech: Speech | None = None

    @property
    def say(self) -> Speech:
        """Return what says instants and names."""
        return self.speech or Speech(self.language, dt.datetime.now(dt.UTC))


def _config(pages: Pages, context: PageContext, groups: tuple[str, ...] | None) -> dict[str, Any]:
    """Values the page's modules read from ``<script type="application/json">``.

    A page of forms names the groups of words its modules use, so that a telephone in the field
    does not load the whole glossary with it.
    """
    # Lights and what is left go on counting by the server's clock, whatever that of the computer says.
    at = context.say.now.isoformat()
    always = {"api": API, "language": context.language, "at": at}
    if groups is not None:
        told = {
            key: text
            for key, text in words(context.language).items()
            if key.partition(".")[0] in groups
        }
        return {**always, "words": told}
    return {**always, "words": words(context.language), **_of_maps(pages, context)}


def _of_maps(pages: Pages, context: PageContext) -> dict[str, Any]:
    """Return base maps and colours, for pages with a map."""
    name = "name_zh" if context.language == "zh" else "name_en"
    base_maps = [
        {"code": base.code, "name": getattr(base, name), "datum": base.datum}
        for base in pages.base_maps
    ]
    return {"baseMaps": base_maps, "ramp": sequential()}


def render_hotspots(pages: Pages, context: PageContext) -> str:
    """Return the HTML of ``/map/hotspots``, with the words its modules use and no others."""
    shell = pages.map_shell.without("leaflet.markercluster")
    return render_page(
        pages, "hotspots.html", context, word_groups=HOTSPOT_WORDS, with_maps=True, shell=shell
    )


def _language_links(context: PageContext) -> list[dict[str, str]]:
    return [
        {
            "language": language,
            "href": f"{context.path}?{urlencode([*context.query, ('lang', language)])}",
        }
        for language in LANGUAGES
    ]


def render_page(
    pages: Pages,
    template: str,
    context: PageContext,
    *,
    word_groups: tuple[str, ...] | None = None,
    with_maps: bool = False,
    **extra: Any,
) -> str:
    """Return the HTML of a template with what every page gets, and ``extra`` for this one.

    Parameters
    ----------
    word_groups
        First parts of the glossary's keys that the page's modules need; None: all words.
    with_maps
        The page names its words and has a map nevertheless.
    """
    return pages.templates.get_template(template).render(
        t=words(context.language),
        language=context.language,
        language_links=_language_links(context),
        actor=context.actor,
        demo_accounts=context.demo_accounts,
        path=context.path,
        doors=context.doors,
        unread=context.unread,
        say=context.say,
        own=pages.own,
        config={
            **_config(pages, context, word_groups),
            **(_of_maps(pages, context) if with_maps else {}),
        },
        **extra,
    )


def render_map(pages: Pages, context: PageContext) -> str:
    """Return the HTML of ``/map``."""
    return render_page(pages, "map.html", context, shell=pages.map_shell)


@dataclass(frozen=True)
class SignInForm:
    """What the sign-in form holds: after a refusal what was typed, and the key of the words why.

    Attributes
    ----------
    next
        Path of ours to go to afterwards.
    """

    problem: str = ""
    username: str = ""
    next: str = "/"


def render_sign_in(pages: Pages, context: PageContext, form: SignInForm) -> str:
    """Return the HTML of the sign-in form."""
    return render_page(pages, "sign_in.html", context, word_groups=(), **asdict(form))


def render_home(pages: Pages, context: PageContext, home: Home, done: str = "") -> str:
    """Return the HTML of ``/`` for the signed-in actor.

    Parameters
    ----------
    done
        Action that took the report it was done to out of the actor's sight.
    """
    say = context.say
    return render_page(
        pages,
        "home.html",
        context,
        home=home,
        backlog_days=BACKLOG_AFTER.days,
        home_empty=say.word("list.comma").join(say.named("queue", code) for code in home.empty),
        done=say.named("act", done) if done else "",
    )


def render_docs(pages: Pages, context: PageContext, openapi_url: str) -> str:
    """Return the HTML of ``/docs``: Swagger UI from our own files over ``openapi_url``."""
    return render_page(
        pages,
        "docs.html",
        context,
        openapi_url=openapi_url,
        swagger_style=vendored("swagger-ui-dist", "swagger-ui.css"),
        swagger_script=vendored("swagger-ui-dist", "swagger-ui-bundle.js"),
    )
