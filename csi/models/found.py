"""Steps 5 and 6: results of the analysis, findings, reports and what their readers pressed."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Field, Index, UniqueConstraint

from csi.models.row import Row, plain
from csi.states import FindingState, RebaseState, ReportState
from csi.terms import CauseState, both_axes, label


class AnalysisResult(Row, table=True):
    """The analysis of one KPI of a cycle; ``input_hash`` is of data and definitions it was made from."""

    __table_args__ = (
        UniqueConstraint("team_id", "cycle_id", "kpi_id"),
        Index(None, "team_id", "kpi_id", "made_at"),
        Index(None, "team_id", "verdict"),
    )

    cycle_id: int = Field(foreign_key="cycle.id")
    kpi_id: int = Field(foreign_key="kpi.id")
    study_hash: str = ""
    input_hash: str
    result: dict[str, Any] = plain()
    verdict: str = ""
    stale: bool = False
    made_by: str = ""
    made_at: datetime

    @property
    def has_notes(self) -> bool:
        """Whether it keeps what V5.4 and V5.6 read; what earlier versions made does not, and is to be made again."""
        return "notes" in (self.result.get("detail") or {})

    @property
    def label(self) -> str:
        """The verdict as people read it: with its side effect, where a guard got worse."""
        return label(self.verdict, has_side_effect=bool(self.result.get("side_effects")))

    @property
    def summary(self) -> str:
        """What is read beside name and label; empty in what earlier versions made."""
        return str((self.result.get("detail") or {}).get("summary") or "")

    @property
    def below(self) -> str:
        """The line under it."""
        return self.under[0]

    @property
    def under(self) -> tuple[str, str, str]:
        """The same, itself without its caution, and that caution."""
        detail = self.result.get("detail") or {}
        whole, alone, caution = (str(detail.get(name) or "") for name in ("below", "figures", "caution"))
        return whole, alone, caution

    @property
    def badge(self) -> str:
        """The label as it stands beside the summary, which says both axes; without one it says them itself."""
        return self.label if self.summary else self.both

    @property
    def both(self) -> str:
        """The same with both axes, change and target."""
        change = (self.result.get("change") or {}).get("state")
        return both_axes(self.label, change, self.result.get("target_state"))


class Finding(Row, table=True):
    """What the analysis of one KPI says, drafted by the bot, confirmed by a person.

    ``claim`` says what ``variation`` claims; empty in what was drafted before that was asked, which claims nothing.
    ``cause_state`` is hypothesis, supported or refuted, a settled one with its evidence.
    ``none_because`` holds the reason when there is nothing to find. ``state`` is draft, confirmed or stale.
    ``disposition`` says what becomes of it: action, parked, accepted, none.
    """

    __table_args__ = (UniqueConstraint("team_id", "cycle_id", "kpi_id"),)

    cycle_id: int = Field(foreign_key="cycle.id")
    kpi_id: int = Field(foreign_key="kpi.id")
    input_hash: str = ""
    verdict: str = ""
    sentence: str = ""
    against_target: str = ""
    against_baseline: str = ""
    variation: str = ""
    claim: str = ""
    cause: str = ""
    cause_is_hypothesis: bool = True
    cause_state: str = CauseState.HYPOTHESIS
    cause_evidence: str = ""
    impact: str = ""
    impact_amount: float | None = None
    impact_unit: str = ""
    none_because: str = ""
    state: str = FindingState.DRAFT
    drafted_at: datetime
    confirmed_by: str = ""
    confirmed_at: datetime | None = None
    disposition: str = ""
    disposition_reason: str = ""


class Rebase(Row, table=True):
    """A KPI's limits begin anew on a day, for a reason; ``state`` is recorded or withdrawn."""

    __table_args__ = (Index(None, "team_id", "cycle_id"),)

    cycle_id: int = Field(foreign_key="cycle.id")
    kpi_id: int = Field(foreign_key="kpi.id")
    start_on: date
    reason: str
    state: str = RebaseState.RECORDED
    recorded_by: str
    recorded_at: datetime
    withdrawn_by: str = ""
    withdrawn_at: datetime | None = None


class Report(Row, table=True):
    """What was presented to one audience, frozen when sent."""

    __table_args__ = (Index(None, "team_id", "cycle_id"),)

    cycle_id: int = Field(foreign_key="cycle.id")
    audience: str
    state: str = ReportState.DRAFT
    content: dict[str, Any] = plain()
    content_hash: str = ""
    ask: str = ""
    for_information: bool = False
    made_by: str
    made_at: datetime
    sent_at: datetime | None = None
    channel_id: str = ""
    post_key: str = ""


class ReportClick(Row, table=True):
    """A reader pressed Acknowledge, Question or Decide."""

    __table_args__ = (UniqueConstraint("team_id", "report_id", "user_id", "kind"),)

    report_id: int = Field(foreign_key="report.id")
    user_id: str
    kind: str
    text: str = ""
    at: datetime
