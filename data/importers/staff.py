"""Grid staff: who serves which grid, from when to when."""

from __future__ import annotations

import hashlib
from typing import Final

from data.fields import FieldReader, Texts
from data.files import open_table
from data.importers.checks import check_known, or_none
from data.importers.run import (
    ImportRun,
    Outcome,
    Surroundings,
    column_notes,
    mapped_columns,
    refused,
    surroundings,
)
from data.importers.silence import keep_unsaid
from gis.registry import SINCE_EVER, Staff, upsert_staff

__all__ = ["import_staff"]

ROLES: Final = {
    "网格长": "leader", "leader": "leader", "组长": "leader",
    "网格员": "member", "member": "member", "专职网格员": "member", "兼职网格员": "member",
    "专职": "member", "兼职": "member", "成员": "member",
    "党支部书记": "branch_secretary", "branch_secretary": "branch_secretary", "支部书记": "branch_secretary",
    "网格党支部书记": "branch_secretary", "书记": "branch_secretary",
    "志愿者": "volunteer", "volunteer": "volunteer",
}  # fmt: skip

_OPTIONAL: Final = ("role", "telephone", "valid_from", "valid_to", "on_duty")
# One of them says where somebody serves, and the others follow from it.
_AREAS: Final = ("grid_code", "community_code", "town_code")
_KEPT: Final = "SELECT * FROM grid_staff WHERE county_code = %(county)s AND code = ANY (%(codes)s)"


def import_staff(run: ImportRun) -> Outcome:
    """Import people; a row that cannot be used refuses the file.

    Raises
    ------
    InvalidInput
        If the file cannot be read or has no names.
    """
    around = surroundings(run)
    with open_table(run.path, "staff", layer=run.layer) as table:
        mapped = mapped_columns("staff", table, ("name",))
        reader = FieldReader(table.whole(), mapped)
        people = _people(reader, around)
        notes = column_notes(table, mapped)
        if not around.known.grids:
            notes = (*notes, "no layout is active: grid codes were taken as they are")
        if reader.problems:
            return refused("staff", table, reader, notes)
        with run.transaction() as tx:
            silent = _OPTIONAL if any(map(reader.has, _AREAS)) else (*_OPTIONAL, *_AREAS)
            people = keep_unsaid(tx, reader, people, silent, _KEPT, run.county_code)
            tally = upsert_staff(tx, run.county_code, people)
    return Outcome("staff", table.name, len(people), tally, notes=notes)


def _people(reader: FieldReader, around: Surroundings) -> list[Staff]:
    names = reader.text("name", required=True, longest=100)
    roles = reader.choice("role", ROLES, default="member")
    grids, communities, towns = (
        reader.code(name) for name in ("grid_code", "community_code", "town_code")
    )
    known = around.known
    if known.grids:
        check_known(reader, "grid_code", grids, known.grids, "grid of the active layout")
    check_known(reader, "community_code", communities, known.communities, "community")
    check_known(reader, "town_code", towns, known.towns, "town")
    telephones = reader.code("telephone")
    codes = _codes(reader, names, roles, grids, telephones)
    reader.unique("code", codes)
    starts, ends, duty = reader.days("valid_from"), reader.days("valid_to"), reader.flag("on_duty")
    return [
        Staff(
            code=codes[i],
            name=names[i],
            role=roles[i],
            grid_code=or_none(grids[i]),
            community_code=or_none(communities[i]),
            town_code=or_none(towns[i]),
            telephone=telephones[i],
            valid_from=starts[i] or SINCE_EVER,
            valid_to=ends[i],
            on_duty=bool(duty[i]),
        )
        for i in range(len(names))
    ]


def _codes(
    reader: FieldReader, names: Texts, roles: Texts, grids: Texts, telephones: Texts
) -> Texts:
    """Return the file's codes; a person without one gets a code that stays the same next time."""
    codes = reader.code("code")
    for i in range(len(codes)):
        if not codes[i]:
            person = "\n".join((names[i], roles[i], grids[i], telephones[i]))
            codes[i] = f"S-{hashlib.sha256(person.encode()).hexdigest()[:12]}"
    return codes
