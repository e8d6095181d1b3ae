"""Tables of GridCall, one file per noun (SQLAlchemy 2 with GeoAlchemy2)."""

from __future__ import annotations

from gis.models.account import Account, Session
from gis.models.base import Base
from gis.models.category import CalendarDay, Category, Place, TimeLimit
from gis.models.county import Community, County, Town
from gis.models.grid import Grid, GridLayout, GridStaff
from gis.models.handling import Assignment, Clock, Evaluation
from gis.models.report import Outbox, Report, ReportEvent
from gis.models.rollup import (
    NumberBlock,
    RollupCellMonth,
    RollupGridDay,
    RollupGridMonth,
    RollupGridTotal,
)
from gis.models.utility import Depot, ServiceArea, ServiceAreaVersion, Utility, UtilityCategory

__all__ = [
    "Account",
    "Assignment",
    "Base",
    "CalendarDay",
    "Category",
    "Clock",
    "Community",
    "County",
    "Depot",
    "Evaluation",
    "Grid",
    "GridLayout",
    "GridStaff",
    "NumberBlock",
    "Outbox",
    "Place",
    "Report",
    "ReportEvent",
    "RollupCellMonth",
    "RollupGridDay",
    "RollupGridMonth",
    "RollupGridTotal",
    "ServiceArea",
    "ServiceAreaVersion",
    "Session",
    "TimeLimit",
    "Town",
    "Utility",
    "UtilityCategory",
]
