"""Bulletins for people: which one is meant, how its maps are coloured, which file it becomes."""

from __future__ import annotations

import datetime as dt
from typing import Final, Literal

from api.layer_files import RAMP, LayerFile
from gis.audience import Actor
from gis.db.database import Transaction
from gis.errors import InvalidInput
from gis.layering.bulletins import Drawing, make_bulletin
from gis.layering.documents import bulletin_docx, bulletin_xlsx
from gis.layering.files import Language
from gis.layering.scopes import Slice, Span
from maps.ramps import BINS

BulletinForm = Literal["docx", "xlsx"]

_TYPES: Final = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def bulletin_file(
    tx: Transaction,
    actor: Actor,
    month: str,
    *,
    category: str | None,
    tag: str | None,
    form: BulletinForm,
    language: Language,
    now: dt.datetime,
) -> LayerFile:
    """Write the bulletin of a month.

    Parameters
    ----------
    month
        ``2022-07``.

    Raises
    ------
    NotAllowed
        The actor does not look after the whole county.
    InvalidInput
        The month is none, or there is no such category or tag.
    """
    asked = Slice(category=category, tag=tag, span=month_of(month))
    drawing = Drawing(RAMP, BINS)
    bulletin = make_bulletin(tx, actor, asked, language=language, drawing=drawing, now=now)
    content = bulletin_docx(bulletin) if form == "docx" else bulletin_xlsx(bulletin)
    choice = "".join(
        letter if letter.isascii() and letter.isalnum() else "-"
        for letter in category or tag or "all"
    )
    return LayerFile(content, _TYPES[form], f"gridcall-bulletin-{choice}-{month}.{form}")


def month_of(text: str) -> Span:
    """Read a month.

    Raises
    ------
    InvalidInput
        It is not written like ``2022-07``.

    Examples
    --------
    >>> month_of("2022-02")
    Span(first=datetime.date(2022, 2, 1), last=datetime.date(2022, 2, 28))
    """
    try:
        first = dt.date.fromisoformat(f"{text}-01")
    except ValueError:
        first = None
    if first is None or len(text) != len("2022-07") or not 1900 <= first.year < 2200:
        raise InvalidInput.of("month", f"write a month like 2022-07, not {text!r}")
    return Span.month(first)
