"""The rules of step 2: V2.1 to V2.5. Told in docs/rules.md."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session

from csi.errors import Breach
from csi.models import Cycle, Kpi, SlaClause
from csi.rules import Rule
from csi.states import ClauseState
from csi.step2_can_measure import assessing, clauses, gaps
from csi.step2_can_measure.history import MEASURABLE, history, share_met
from csi.storage import rows


def is_assessed(session: Session, cycle: Cycle, _now: datetime) -> Iterator[Breach]:
    """V2.1: every KPI has a status, and somebody is named who checked it."""
    for kpi in rows(session, Kpi, cycle.team_id, cycle_id=cycle.id):
        if not kpi.measurability:
            yield _kpi_breach("V2.1", f"Nobody has said whether {kpi.name} can be measured.", "Assess it", kpi)
        elif not kpi.checked_by:
            yield _kpi_breach("V2.1", f"Nobody is named who checked that {kpi.name} can be measured.", "Name one", kpi)


def promises_only_what_is_measured(session: Session, cycle: Cycle, _now: datetime) -> Iterator[Breach]:
    """V2.2: no active (or flagged) clause on a KPI that is not measured."""
    for clause in rows(
        session, SlaClause, cycle.team_id, service_id=cycle.service_id, state=(ClauseState.ACTIVE, ClauseState.FLAGGED)
    ):
        if why := clauses.refusal(session, cycle, clause):
            yield Breach(
                rule="V2.2", sentence=why, mend="sla.retire", mend_label="Retire the clause", mend_value=str(clause.id)
            )


def gaps_are_decided(session: Session, cycle: Cycle, _now: datetime) -> Iterator[Breach]:
    """V2.3: every gap has a decision, an owner and a due date."""
    for gap in gaps.of_cycle(session, cycle):
        if missing := gaps.missing_decision(gap):
            sentence = f"The gap “{gap.text}” has no {', '.join(missing)}."
            yield Breach(rule="V2.3", sentence=sentence, mend="assess.gap", mend_label="Decide", mend_value=str(gap.id))


def plan_is_complete(session: Session, cycle: Cycle, _now: datetime) -> Iterator[Breach]:
    """V2.4: the plan row of every KPI that is going to be measured is complete."""
    for line in assessing.matrix(session, cycle):
        if line.kpi.measurability in MEASURABLE and line.missing:
            sentence = f"The plan for {line.kpi.name} has no {', '.join(line.missing)}."
            yield _kpi_breach("V2.4", sentence, "Complete the plan", line.kpi)


def targets_have_a_history(session: Session, cycle: Cycle, _now: datetime) -> Iterator[Breach]:
    """V2.5: a target that the past always or never met warns; one without a past is noted, and that a guard has always
    held: it is there to stay as it is."""
    known = rows(session, Kpi, cycle.team_id, cycle_id=cycle.id)
    guarding = {key for kpi in known for key in (kpi.counter, *kpi.guards)}
    for kpi in known:
        if kpi.measurability not in MEASURABLE:
            continue
        share, note = share_met(kpi, history(session, cycle, kpi).values), False
        if share is None:
            said, note = "has a target with no history behind it: what this cycle gathers begins one", True
        elif share in (0.0, 1.0):
            said = f"has {'always' if share else 'never'} met its target so far"
            note = bool(share) and kpi.key in guarding
        else:
            continue
        yield Breach(
            rule="V2.5",
            sentence=f"{kpi.name} {said}.",
            blocks=False,
            mend="assess.kpi",
            mend_label="Look",
            mend_value=str(kpi.id),
            note=note,
        )


def _kpi_breach(rule: str, sentence: str, label: str, kpi: Kpi) -> Breach:
    return Breach(rule=rule, sentence=sentence, mend="assess.kpi", mend_label=label, mend_value=str(kpi.id))


RULES: tuple[Rule, ...] = (
    Rule("V2.1", 2, is_assessed),
    Rule("V2.2", 2, promises_only_what_is_measured),
    Rule("V2.3", 2, gaps_are_decided),
    Rule("V2.4", 2, plan_is_complete),
    Rule("V2.5", 2, targets_have_a_history),
)
