"""Tables of GridCall, one file per noun (SQLAlchemy 2 with GeoAlchemy2)."""

from __future__ import annotations

from gis.models.account import Account, AdminEvent, Invitation, Session
from gis.models.base import Base
from gis.models.category import CalendarDay, Category, Place, TimeLimit
from gis.models.cluster import ClusterDismissal, ClusterRule
from gis.models.county import Community, County, Town
from gis.models.grid import Grid, GridLayout, GridStaff
from gis.models.handling import Assignment, Clock, Evaluation
from gis.models.hotspot import (
    CategoryExposure,
    Exposure,
    GridExposure,
    Intervention,
    LayerJob,
)
from gis.models.report import Outbox, Report, ReportEvent
from gis.models.resident import (
    Callback,
    EvaluationToken,
    PersonalRead,
    Receipt,
    SignInThrottle,
)
from gis.models.rollup import (
    NumberBlock,
    RollupCellMonth,
    RollupCellMonthAll,
    RollupGridDay,
    RollupGridDayAll,
    RollupGridMonth,
    RollupGridMonthAll,
    RollupGridTotal,
    RollupGridTotalAll,
    RollupOutsideDay,
    RollupSquareMonthAll,
)
from gis.models.thread import Message, MessageRead, Notification, Photo
from gis.models.utility import Depot, ServiceArea, ServiceAreaVersion, Utility, UtilityCategory
from gis.models.workflow import Meeting, SweepMark, TimeRequest, UndoStep

__all__ = [
    "Account",
    "AdminEvent",
    "Assignment",
    "Base",
    "CalendarDay",
    "Callback",
    "Category",
    "CategoryExposure",
    "Clock",
    "ClusterDismissal",
    "ClusterRule",
    "Community",
    "County",
    "Depot",
    "Evaluation",
    "EvaluationToken",
    "Exposure",
    "Grid",
    "GridExposure",
    "GridLayout",
    "GridStaff",
    "Intervention",
    "Invitation",
    "LayerJob",
    "Meeting",
    "Message",
    "MessageRead",
    "Notification",
    "NumberBlock",
    "Outbox",
    "PersonalRead",
    "Photo",
    "Place",
    "Receipt",
    "Report",
    "ReportEvent",
    "RollupCellMonth",
    "RollupCellMonthAll",
    "RollupGridDay",
    "RollupGridDayAll",
    "RollupGridMonth",
    "RollupGridMonthAll",
    "RollupGridTotal",
    "RollupGridTotalAll",
    "RollupOutsideDay",
    "RollupSquareMonthAll",
    "ServiceArea",
    "ServiceAreaVersion",
    "Session",
    "SignInThrottle",
    "SweepMark",
    "TimeLimit",
    "TimeRequest",
    "Town",
    "UndoStep",
    "Utility",
    "UtilityCategory",
]
