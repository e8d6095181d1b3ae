"""The table of edges for people to read: ``docs/lifecycle.md``, printed from `EDGES`."""

from __future__ import annotations

from collections.abc import Iterable

from gis.clocks import DEFAULT_LIMITS
from gis.workflow.table import EDGES, OPEN, STATUSES, UNDO_WITHIN_S, Edge

STATUS_NAMES = {
    "received": "已受理", "accepted": "已立案", "dispatched": "已派遣",
    "handling": "处置中", "handled": "已反馈", "closed": "已办结",
}  # fmt: skip

PARTIES = {
    "centre": "the dispatchers of the centre the report is with: the town's at level town, the"
    " municipal centre's at both levels",
    "municipal": "the dispatchers of the municipal centre",
    "grid": "the staff of the report's grid",
    "reporter": "whoever took the report in",
    "lead": "the utility in the lead; for a town's office also the town's dispatchers",
    "assisting": "a utility that assists, on its own part only",
    "invited": "a body invited to a special meeting",
    "supervisor": "the supervisor (政法委), who sees all and edits nothing",
    "onlooker": "the administrator, with words only",
}


def mermaid() -> str:
    """Return the state diagram of the edges that change the status."""
    lines = ["stateDiagram-v2", "    [*] --> received: report"]
    lines += [f"    {status}: {status} {STATUS_NAMES[status]}" for status in STATUSES]
    for edge in EDGES:
        if edge.target is not None:
            lines += [f"    {source} --> {edge.target}: {edge.action}" for source in edge.sources]
    return "\n".join([*lines, "    closed --> [*]"])


def action_table() -> str:
    """Return every edge as a row of a Markdown table."""
    rows = [
        "| action | from | to | who | fields (required in bold) | clocks | If-Match | undo |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    rows += [f"| {' | '.join(_cells(edge))} |" for edge in EDGES]
    return "\n".join(rows)


def lifecycle_page() -> str:
    """Return ``docs/lifecycle.md``."""
    limits = "\n".join(
        f"| {stage} | {limit.amount:g} {limit.unit.replace('_', ' ')} |"
        for stage, limit in DEFAULT_LIMITS.items()
    )
    parties = "\n".join(f"- **{name}**: {who}" for name, who in PARTIES.items())
    return f"""# The life of a report

Generated from `gis/workflow/table.py` by `make docs`; do not edit.

```mermaid
{mermaid()}
```

## Every action

{action_table()}

`undo` takes back one's own last step within {UNDO_WITHIN_S} seconds, while nothing has happened
since. Where a target is missing the status stays as it is. Every action but words raises the
report's version.

## Who is who

{parties}

{_rules(limits)}"""


def _rules(limits: str) -> str:
    return f"""## Rules beside the table

- A utility returns a report once in a round. Returns by a lead and transfers to another town are
  counted together; the third lifts the report to the municipal centre.
- The status follows the lead. An assisting body moves its own part; parts still open when the
  report is closed are cancelled.
- A centre merges into a report that it acts on itself. A town's centre escalates or transfers a
  report that belongs to another centre's, and that one merges them.
- A merged report takes no steps of its own but `unmerge`, `withdraw` by its reporter, which cuts it loose too, and words.
  It follows every step of the report it was merged into and is closed with the same outcome; each
  reporter is asked for an own evaluation. `unmerge` gives its own course back, and the time in
  between does not count.
- Handed over to another county, a matter is closed here and taken in there as a report of that
  county, with its own number, match and clocks; both histories name the other. It is not undone:
  the other county's people may act on it at once.
- Outcome `duplicate` needs `duplicate_of`, a report of the same person; reports of different
  people are merged.
- An extension adds the limit once more, at most twice and not when it is overdue. A suspension
  stops the clock once, for 365 days at most. Both need the centre's approval.
- The clock of stage accept runs once until the call is filed and again until it is dispatched.
- At 80 % of a limit the body it waits for is reminded, beyond 100 % the supervisor is told, at
  200 % the report rises to the municipal centre. A call not accepted in time rises at 100 %.
- The limit in force when the report came in stays with it. A category without a limit takes its
  parent's, else:

| stage | limit |
| --- | --- |
{limits}
"""


def _cells(edge: Edge) -> list[str]:
    fields = [f"**{f.name}**" if f.required else f.name for f in edge.fields]
    clocks = [f"stops {', '.join(edge.stops)}"] if edge.stops else []
    clocks += [f"starts {', '.join(edge.starts)}"] if edge.starts else []
    return [
        f"`{edge.action}`",
        _statuses(edge.sources),
        edge.target or "",
        ", ".join(edge.parties),
        ", ".join(fields),
        "; ".join(clocks),
        {"report": "report", "assignment": "own part", "none": ""}[edge.version_of],
        "yes" if edge.undoable else "",
    ]


def _statuses(sources: Iterable[str]) -> str:
    named = tuple(sources)
    if named == STATUSES:
        return "any"
    return "any open" if named == OPEN else ", ".join(named)
