"""The tables. Every row carries ``team_id``; indexes and unique constraints begin with it."""

from csi.models.corrected import Action, Baseline, Decision, Opportunity
from csi.models.delivered import AuditHead, AuditRow, Heartbeat, InboxEvent, OutboxPost, Reminder
from csi.models.found import AnalysisResult, Finding, Rebase, Report, ReportClick
from csi.models.gathered import Batch, Exclusion, Measurement, QuarantinedRow, Source
from csi.models.people import Installation, Person, RoleAssignment, Service, Workspace
from csi.models.plan import Gap, PlanRow, SlaClause
from csi.models.row import Row
from csi.models.turn import CarryOver, Csf, Cycle, Goal, Kpi, StepPassage

__all__ = [
    "Action",
    "AnalysisResult",
    "AuditHead",
    "AuditRow",
    "Baseline",
    "Batch",
    "CarryOver",
    "Csf",
    "Cycle",
    "Decision",
    "Exclusion",
    "Finding",
    "Gap",
    "Goal",
    "Heartbeat",
    "InboxEvent",
    "Installation",
    "Kpi",
    "Measurement",
    "Opportunity",
    "OutboxPost",
    "Person",
    "PlanRow",
    "QuarantinedRow",
    "Rebase",
    "Reminder",
    "Report",
    "ReportClick",
    "RoleAssignment",
    "Row",
    "Service",
    "SlaClause",
    "Source",
    "StepPassage",
    "Workspace",
]
