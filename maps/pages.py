"""The pages: our templates around the shell, with what the page's modules must know as JSON.

Everything here is configuration, words and the signed-in actor. Reports, names of places and other text of the
database reach the page by ``fetch`` only and are put in with ``textContent``.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from gis.audience import Actor
from gis.db.provision import DemoAccount
from maps.language import LANGUAGES, Language, words
from maps.ramps import sequential
from maps.shell import Pages, vendored

API = "/api/v1"


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
    """

    language: Language
    path: str
    query: tuple[tuple[str, str], ...] = ()
    actor: Actor | None = None
    demo_accounts: tuple[DemoAccount, ...] = ()


def _config(pages: Pages, context: PageContext) -> dict[str, Any]:
    """Values the page's modules read from ``<script type="application/json">``."""
    name = "name_zh" if context.language == "zh" else "name_en"
    return {
        "api": API,
        "language": context.language,
        "words": words(context.language),
        "baseMaps": [
            {"code": base.code, "name": getattr(base, name), "datum": base.datum}
            for base in pages.base_maps
        ],
        "ramp": sequential(),
    }


def _language_links(context: PageContext) -> list[dict[str, str]]:
    return [
        {
            "language": language,
            "href": f"{context.path}?{urlencode([*context.query, ('lang', language)])}",
        }
        for language in LANGUAGES
    ]


def render_page(pages: Pages, template: str, context: PageContext, **extra: Any) -> str:
    """Return the HTML of a template with what every page gets, and ``extra`` for this one."""
    return pages.templates.get_template(template).render(
        t=words(context.language),
        language=context.language,
        language_links=_language_links(context),
        actor=context.actor,
        demo_accounts=context.demo_accounts,
        path=context.path,
        own=pages.own,
        config=_config(pages, context),
        **extra,
    )


def render_map(pages: Pages, context: PageContext) -> str:
    """Return the HTML of ``/map``."""
    return render_page(pages, "map.html", context, shell=pages.map_shell)


def render_home(pages: Pages, context: PageContext) -> str:
    """Return the HTML of ``/``: the sign-in form, or the home of the signed-in actor."""
    return render_page(pages, "home.html" if context.actor else "sign_in.html", context)


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
