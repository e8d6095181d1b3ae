"""Pages for residents: evaluation, receipt, and links that no longer hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from markupsafe import Markup

from gis.county_names import CountyNames
from gis.evaluation import ANSWERS, Invitation
from gis.receipts import ReceiptView
from maps.pages import PageContext, render_page
from maps.shell import Pages


def speaking_of(context: PageContext, names: CountyNames) -> PageContext:
    """Return the context with the county that a token has named."""
    return replace(context, speech=replace(context.say, names=names))


def render_evaluation(
    pages: Pages,
    context: PageContext,
    invitation: Invitation,
    *,
    token: str,
    problem: str,
    typed: Mapping[str, str],
) -> str:
    """Return the HTML of ``/evaluate/{token}``: the question, or the answer that was given.

    Parameters
    ----------
    problem
        Why an answer was refused, told above the form with what was ``typed`` into it.
    """
    return render_page(
        pages, "evaluate.html", context, word_groups=(),
        asked=invitation, category=_category(invitation, context), answers=ANSWERS,
        token=token, problem=problem, typed=typed,
    )  # fmt: skip


def render_receipt(
    pages: Pages, context: PageContext, receipt: ReceiptView, *, token: str, qr: Markup | None
) -> str:
    """Return the HTML of ``/receipts/{token}``.

    Parameters
    ----------
    qr
        Code of the page's own address, right after handing in.
    """
    steps = [
        {**step, "told": context.say.moment(dt.datetime.fromisoformat(step["at"]))}
        for step in receipt.steps
    ]
    return render_page(
        pages, "receipt.html", context, word_groups=(),
        receipt=receipt, steps=steps, category=_category(receipt, context), token=token, qr=qr,
    )  # fmt: skip


def render_gone(
    pages: Pages, context: PageContext, what: Literal["evaluate", "receipt", "handled"]
) -> str:
    """Return the HTML for a token that does not hold, or not for who handled the report."""
    return render_page(pages, "token_gone.html", context, word_groups=(), what=what)


def _category(shown: Invitation | ReceiptView, context: PageContext) -> str:
    english = shown.category_en if context.language == "en" else None
    return english or shown.category or context.say.word("report.no_category")
