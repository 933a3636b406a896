"""Step 2: how each KPI is going to be measured, what is missing, and what the SLA says."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Field, Index, UniqueConstraint

from csi.models.row import Row, plain
from csi.states import ClauseState


class PlanRow(Row, table=True):
    """The measurement plan for one KPI; ``calendar`` is 24x7 or business hours, ``cadence`` when data comes.

    ``tested`` is what its data gave when they were tried (``csi.step2_can_measure.tested``); empty: they were not.
    """

    __table_args__ = (UniqueConstraint("team_id", "kpi_id"), Index(None, "team_id", "cycle_id"))

    cycle_id: int = Field(foreign_key="cycle.id")
    kpi_id: int = Field(foreign_key="kpi.id")
    source_id: int | None = Field(default=None, foreign_key="source.id")
    definition: str = ""
    period: str = ""
    timezone: str = ""
    calendar: str = ""
    owner: str = ""
    backup: str = ""
    cadence: str = ""
    tested: dict[str, Any] = plain()


class Gap(Row, table=True):
    """Something that should be measured and cannot; ``decision`` is close, accept or drop."""

    __table_args__ = (UniqueConstraint("team_id", "cycle_id", "kpi_id"),)

    cycle_id: int = Field(foreign_key="cycle.id")
    kpi_id: int | None = Field(default=None, foreign_key="kpi.id")
    text: str
    decision: str = ""
    reason: str = ""
    owner: str = ""
    due_on: date | None = None
    cost: str = ""
    opportunity_id: int | None = Field(default=None, foreign_key="opportunity.id")
    opened_at: datetime
    decided_by: str = ""
    decided_at: datetime | None = None
    disposition: str = ""


class SlaClause(Row, table=True):
    """One clause of a service level agreement on a KPI, from cycle to cycle.

    ``state`` is draft, active, flagged (its KPI is no longer measured) or retired; ``refused`` holds why it could
    not be made active when last tried.
    """

    __table_args__ = (
        UniqueConstraint("team_id", "service_id", "kpi_key", "text"),
        Index(None, "team_id", "cycle_id"),
    )

    service_id: int = Field(foreign_key="service.id")
    cycle_id: int = Field(foreign_key="cycle.id")
    kpi_key: str
    text: str
    target: float | None = None
    state: str = ClauseState.DRAFT
    refused: str = ""
    proposed_by: str
    proposed_at: datetime
    activated_by: str = ""
    activated_at: datetime | None = None
    details: dict[str, Any] = plain()
