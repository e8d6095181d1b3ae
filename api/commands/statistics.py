"""``gridcall statistics``: the figures of a period as a table, CSV or workbook."""

from __future__ import annotations

import datetime as dt
import sys
import uuid
from contextlib import closing
from pathlib import Path
from typing import Annotated, Literal

import typer

from api.commands import check_folder, example
from api.statistics_answers import asked_of, count, names_of, statistics_file
from gis.audience import Actor
from gis.counted import Dimension
from gis.db import provision
from gis.db.database import Database, Transaction
from gis.errors import InvalidInput
from gis.registry import get_county
from gis.settings import Settings
from gis.statistics import Statistics
from gis.statistics_table import TOTAL
from maps.figures import percent, period_words
from maps.language import Language

Format = Literal["table", "csv", "xlsx"]


def statistics(
    first: Annotated[
        str | None, typer.Option("--from", help="First day, like 2022-01-01; default: see below.")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last day, included.")] = None,
    by: Annotated[
        Dimension | None, typer.Option("--by", help="One line for each of these.")
    ] = None,
    rank: Annotated[
        str | None, typer.Option("--rank", help="Rate to rank by, like settlement_rate.")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="How to write it.")] = "table",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File; by default standard output.")
    ] = None,
    lang: Annotated[Language, typer.Option("--lang", help="Language of its words.")] = "zh",
    county: Annotated[
        str | None, typer.Option("--county", help="Code of the county; default GRIDCALL_COUNTY.")
    ] = None,
) -> None:
    """Count a period: settlement, on-time, check-in, satisfaction; without one, the latest with data."""
    if out is not None:
        check_folder(out)
    settings = Settings()
    code = county or settings.county
    actor = Actor(uuid.UUID(int=0), code, "statistics", "", "admin")
    with (
        provision.opened(settings, "gridcall statistics") as url,
        closing(Database(url, pool_size=1)) as db,
        db.read(actor) as tx,
    ):
        get_county(tx, code)
        asked = asked_of(
            tx, actor, first=_day("from", first), last=_day("to", last), by=by, rank_by=rank,
            now=dt.datetime.now(dt.UTC),
        )  # fmt: skip
        if form == "table":
            content = _table(tx, actor, count(tx, actor, asked), lang).encode()
        else:
            content = statistics_file(tx, actor, asked, form, lang).content
    if out is not None:
        out.write_bytes(content)
        typer.echo(str(out))
    elif form == "xlsx":
        raise InvalidInput.of("out", "a workbook needs --out FILE")
    else:
        sys.stdout.buffer.write(content)


def _day(name: str, text: str | None) -> dt.date | None:
    try:
        return None if text is None else dt.date.fromisoformat(text)
    except ValueError:
        raise InvalidInput.of(name, "write a day like 2022-09-20") from None


def _table(tx: Transaction, actor: Actor, found: Statistics, lang: Language) -> str:
    """Return the rates as lines for a terminal: the whole first, then each group."""
    english = lang == "en"
    names = names_of(tx, actor, found, lang)
    lines = [period_words(found.period, lang), ""]
    for rate in found.total.rates.values():
        name = rate.definition.name_en if english else rate.definition.name
        made = f"{rate.numerator:,} / {rate.denominator:,}"
        lines.append(f"{percent(rate.value, lang):>8}  {made:>17}  {name}")
    if found.groups:
        lines.append("")
    for group in found.groups:
        name = names.get(group.key or "", group.key or "—")
        rates = (
            group.rates[code] for code in ("settlement_rate", "on_time_rate", "satisfaction_rate")
        )
        shares = "  ".join(f"{percent(rate.value, lang):>8}" for rate in rates)
        lines.append(f"{group.counts['accepted']:>8,}  {shares}  {name}")
    accepted = found.total.counts["accepted"]
    lines.append(f"{accepted:>8,}  {TOTAL[lang]}")
    return "\n".join(lines) + "\n"


def register(root: typer.Typer) -> None:
    """Hang the command on the root."""
    root.command(
        "statistics",
        epilog=example(
            "gridcall statistics --from 2022-01-01 --to 2022-09-30 --by town",
            "gridcall statistics --by utility --rank satisfaction_rate --format xlsx --out q3.xlsx",
        ),
    )(statistics)
