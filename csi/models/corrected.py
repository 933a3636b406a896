"""Step 7 and the register: actions, decisions, baselines, opportunities."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Field, Index, UniqueConstraint

from csi.models.row import Row, plain
from csi.states import ActionState, EntryState, ProposalState


class Opportunity(Row, table=True):
    """An entry of the CSI register, with ITIL's fields and where it comes from.

    ``priority`` is impact × confidence × urgency ÷ effort unless overridden with a reason.
    ``state`` is open, planned, done, parked or dropped.
    """

    __table_args__ = (UniqueConstraint("team_id", "number"), Index(None, "team_id", "service_id"))

    service_id: int = Field(foreign_key="service.id")
    cycle_id: int | None = Field(default=None, foreign_key="cycle.id")
    parent_id: int | None = Field(default=None, foreign_key="opportunity.id")
    number: int
    raised_on: date
    size: str = ""
    timescale: str = ""
    title: str
    description: str = ""
    impact: int = 3
    confidence: int = 3
    urgency: int = 3
    effort: int = 3
    priority: float = 0.0
    priority_reason: str = ""
    kpi_key: str = ""
    justification: str = ""
    raised_by: str
    actioned_by: str = ""
    required_by: date | None = None
    cost: str = ""
    origin: str = ""
    state: str = EntryState.OPEN
    disposition: str = ""
    benefit_claimed: str = ""
    benefit_verified: str = ""


class Action(Row, table=True):
    """A corrective action.

    ``state`` is proposed, approved, rejected, expired, done, reviewed, closed or reopened. ``version`` goes up when
    target, scope or effect change, which voids approvals. ``outcome`` is the verdict at the review.
    ``post_key`` names its message in the outbox; ``announced`` is the permalink of the announcement.
    """

    __table_args__ = (
        UniqueConstraint("team_id", "number"),
        Index(None, "team_id", "cycle_id"),
        Index(None, "team_id", "owner"),
        Index(None, "team_id", "state"),
        Index(None, "team_id", "service_id", "kpi_key"),
    )

    service_id: int = Field(foreign_key="service.id")
    cycle_id: int = Field(foreign_key="cycle.id")
    number: int
    finding_id: int | None = Field(default=None, foreign_key="finding.id")
    opportunity_id: int | None = Field(default=None, foreign_key="opportunity.id")
    kpi_id: int | None = Field(default=None, foreign_key="kpi.id")
    kpi_key: str = ""
    title: str
    scope: str = ""
    expected_effect: str = ""
    effect_by: date | None = None
    cost_class: str = ""
    failure_sign: str = ""
    proposer: str
    owner: str = ""
    due_on: date | None = None
    quorum: int = 1
    expires_at: datetime | None = None
    settle_days: int = 28
    state: str = ActionState.PROPOSED
    version: int = 1
    proposed_at: datetime
    decided_at: datetime | None = None
    done_at: datetime | None = None
    done_by: str = ""
    reviewed_at: datetime | None = None
    reviewed_by: str = ""
    outcome: str = ""
    disposition: str = ""
    disposition_reason: str = ""
    post_key: str = ""
    announced: str = ""


class Decision(Row, table=True):
    """One person's yes or no to one version of a subject (tree, action, baseline, clause, exclusion).

    ``role`` is what the person held at that moment. A second click finds this row and changes nothing.
    """

    __table_args__ = (
        UniqueConstraint("team_id", "subject", "subject_id", "version", "user_id"),
        Index(None, "team_id", "cycle_id"),
    )

    cycle_id: int | None = Field(default=None, foreign_key="cycle.id")
    subject: str
    subject_id: int
    version: int = 1
    user_id: str
    role: str = ""
    choice: str
    reason: str = ""
    at: datetime
    permalink: str = ""


class Baseline(Row, table=True):
    """Where a KPI stood over an agreed window; old ones stay for ever.

    ``state`` is proposed, approved or rejected. ``limits`` holds the frozen limits, ``definition_hash`` the one
    definition all its points share.
    """

    __table_args__ = (
        UniqueConstraint("team_id", "service_id", "kpi_key", "number"),
        Index(None, "team_id", "cycle_id"),
    )

    service_id: int = Field(foreign_key="service.id")
    cycle_id: int = Field(foreign_key="cycle.id")
    kpi_id: int | None = Field(default=None, foreign_key="kpi.id")
    kpi_key: str
    number: int
    window_from: date
    window_to: date
    unit: str = ""
    centre: float | None = None
    lower: float | None = None
    upper: float | None = None
    points: int = 0
    coverage: float | None = None
    limits: dict[str, Any] = plain()
    definition_hash: str = ""
    reason: str = ""
    turns_miss_into_hit: bool = False
    state: str = ProposalState.PROPOSED
    proposed_by: str
    proposed_at: datetime
    approved_at: datetime | None = None
    post_key: str = ""
