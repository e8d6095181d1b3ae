"""How near in place and time reports of one cause lie, by matter, where the default does not fit.

Supply networks fail for a street or an estate, and callers name one failure in several ways: their
children count as one matter. Water on the roads and smells reach further than a building.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ClusterRule:
    """A row of ``cluster_rule``; its attributes are the columns."""

    category_code: str
    together: bool
    distance_m: float
    hours: float
    least: int


CLUSTER_RULES = (
    ClusterRule("water", True, 300, 2, 3),
    ClusterRule("power", True, 400, 2, 3),
    ClusterRule("gas", True, 300, 2, 3),
    ClusterRule("heating", True, 300, 3, 3),
    ClusterRule("telecom", True, 400, 2, 3),
    ClusterRule("drainage.flooding", False, 500, 3, 3),
    ClusterRule("environment.odour", False, 500, 2, 3),
)
