"""What row-level security stands on, checked where a server starts: PostgreSQL keeps quiet about it.

A dump does not keep LEAKPROOF, and an owner or superuser is not subject to policies at all.
"""

from __future__ import annotations

from typing import Any

import psycopg

from gis.db.database import APP_ROLE, Transaction

LEAKPROOF = ("geometry_overlaps(geometry, geometry)",)
"""Functions that have to be leakproof, or boxes miss their index under a policy (0.5 -> 47 ms)."""

WITHOUT_POLICY = frozenset({"rollup_cell_month", "rollup_cell_month_all", "rollup_grid_day",
                            "rollup_grid_day_all", "rollup_grid_month", "rollup_grid_month_all",
                            "rollup_grid_total", "rollup_grid_total_all", "rollup_outside_day",
                            "rollup_square_month_all", "outbox", "number_block"})  # fmt: skip
"""Tables with a county that carry no policy: counts, the outbox (compared by audience), numbers,
what administrators did."""


def mark_leakproof(connection: psycopg.Connection[Any]) -> None:
    """Mark the functions, as the superuser of our own cluster."""
    for function in LEAKPROOF:
        connection.execute(f"ALTER FUNCTION {function} LEAKPROOF".encode())


def missing_leakproof(tx: Transaction) -> list[str]:
    """Return the functions that are not leakproof in this database."""
    rows = tx.rows(
        "SELECT wanted FROM unnest(%(wanted)s::text[]) AS wanted"
        " LEFT JOIN pg_proc p ON p.oid = to_regprocedure(wanted)"
        " WHERE NOT coalesce(p.proleakproof, false)",
        {"wanted": list(LEAKPROOF)},
    )
    return [row["wanted"] for row in rows]


def find_unsafe(tx: Transaction) -> list[str]:
    """Return, in sentences, why the present role is not held by the policies; empty if it is."""
    found = []
    role = tx.rows(
        "SELECT rolname, rolsuper OR rolbypassrls AS above FROM pg_roles"
        " WHERE rolname = current_user"
    )[0]
    if role["above"]:
        found.append(f"The role {role['rolname']} is above row-level security; use {APP_ROLE}.")
    rows = tx.rows(
        "SELECT c.relname, c.relrowsecurity, pg_has_role(current_user, c.relowner, 'USAGE') AS own"
        " FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid"
    )
    if not rows:
        found.append("No table has a policy; run `gridcall migrate`.")
    for row in rows:
        if not row["relrowsecurity"]:
            found.append(f"Row-level security of {row['relname']} is switched off.")
        if row["own"]:
            found.append(f"The role {role['rolname']} owns {row['relname']}.")
    return found
