"""What must have a disposition before the cycle closes (V7.5), and giving it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from csi import audit, roles
from csi.analysis.change_state import IMPROVED
from csi.errors import InvalidInput
from csi.models import Action, Cycle, Finding, Gap, Kpi, Opportunity
from csi.states import EntryState
from csi.step1_should_measure.growing import of_cycle
from csi.step7_correct.following import FINISHED, benefit_of
from csi.storage import lock, rows
from csi.terms import Verdict

# What may become of each kind; the first is the usual one.
ALLOWED = {
    "finding": ("accept", "carry", "drop"),
    "gap": ("carry", "drop"),
    "opportunity": ("carry", "drop"),
    "action": ("carry", "drop"),
}
_TABLES: dict[str, type[Finding | Gap | Opportunity | Action]] = {
    "finding": Finding,
    "gap": Gap,
    "opportunity": Opportunity,
    "action": Action,
}
_UNFINISHED = ("proposed", "approved", "done", "reopened")


@dataclass(frozen=True, slots=True)
class LooseEnd:
    """Something open at the end of a cycle; ``usual`` is what most often becomes of it."""

    kind: str
    id: int
    text: str
    usual: str

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.kind}:{self.id}"


def loose_ends(session: Session, cycle: Cycle) -> list[LooseEnd]:
    """Everything of the cycle that has no disposition yet."""
    return [*_findings(session, cycle), *_gaps(session, cycle), *_ideas(session, cycle), *_actions(session, cycle)]


def tie(
    session: Session, cycle: Cycle, *, kind: str, row_id: int, disposition: str, reason: str, actor: str, now: datetime
) -> None:
    """Give one loose end its disposition; dropping needs a reason."""
    roles.require(session, cycle, actor, roles.MEMBERS, "decide what becomes of it")
    if kind not in _TABLES or disposition not in ALLOWED[kind]:
        raise InvalidInput("disposition", f"expected one of {', '.join(ALLOWED.get(kind, ()))}")
    if disposition == "drop" and not reason.strip():
        raise InvalidInput("reason", "please say why it is dropped")
    lock(session, f"ends:{cycle.team_id}:{cycle.id}")
    found = of_cycle(session, cycle, _TABLES[kind], row_id)
    if found.disposition == disposition:
        return
    old = {"disposition": found.disposition}
    found.disposition = disposition
    if hasattr(found, "disposition_reason"):
        found.disposition_reason = reason.strip()
    session.add(found)
    audit.record(
        session,
        team_id=cycle.team_id,
        actor=actor,
        at=now,
        what=f"{disposition} {kind}",
        subject=(kind, found.id),
        old=old,
        new={"disposition": disposition, "reason": reason.strip()},
    )


def _findings(session: Session, cycle: Cycle) -> list[LooseEnd]:
    kpis = {kpi.id: kpi for kpi in rows(session, Kpi, cycle.team_id, cycle_id=cycle.id)}
    found = rows(session, Finding, cycle.team_id, cycle_id=cycle.id, disposition="")
    return [
        LooseEnd(
            "finding",
            one.id,
            f"Finding on {kpis[one.kpi_id].name}: {one.verdict or one.none_because}",
            "accept" if one.verdict in (Verdict.ACHIEVED, "") else "carry",
        )
        for one in found
        if one.kpi_id in kpis
    ]


def _gaps(session: Session, cycle: Cycle) -> list[LooseEnd]:
    found = rows(session, Gap, cycle.team_id, cycle_id=cycle.id, disposition="")
    return [LooseEnd("gap", one.id, f"Gap: {one.text}", "carry") for one in found if one.decision in ("", "close")]


def _ideas(session: Session, cycle: Cycle) -> list[LooseEnd]:
    found = rows(session, Opportunity, cycle.team_id, cycle_id=cycle.id, state=EntryState.PARKED, disposition="")
    of_gaps = {gap.opportunity_id for gap in rows(session, Gap, cycle.team_id, cycle_id=cycle.id)}
    return [
        LooseEnd("opportunity", one.id, f"Parked idea {one.number}: {one.title}", "carry")
        for one in found
        if one.id not in of_gaps
    ]


def _actions(session: Session, cycle: Cycle) -> list[LooseEnd]:
    found = rows(session, Action, cycle.team_id, cycle_id=cycle.id, disposition="")
    return [LooseEnd("action", one.id, said, "carry") for one in found if (said := _still_open(session, one))]


def _still_open(session: Session, action: Action) -> str:
    """Why an action needs a disposition; empty when it is settled.

    What it brought is the change of its KPI: that a target is met proves no benefit, and one met on average only
    disproves none.
    """
    if action.state in _UNFINISHED:
        return f"Action {action.number} is {action.state}: {action.title}"
    if action.state not in FINISHED or not action.done_at:
        return ""
    found = benefit_of(session, action)
    verified = found.verified if found.judged else action.outcome in (IMPROVED, Verdict.IMPROVED)
    said = found.state if found.judged else action.outcome or "no review"
    return "" if verified else f"Benefit of action {action.number} is not verified: {said}"
