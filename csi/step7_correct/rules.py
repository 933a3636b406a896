"""The rules of step 7: V7.1 to V7.7. Told in docs/rules.md."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session

from csi.errors import Breach
from csi.measurement.mapping import definition_hash
from csi.models import Action, Cycle, Kpi
from csi.rules import Rule, threshold
from csi.states import ActionState, ProposalState
from csi.step7_correct import actions, baselines, deciding, following, loose_ends
from csi.storage import row, rows
from csi.words import wording


def actions_are_complete(session: Session, cycle: Cycle, _now: datetime) -> Iterator[Breach]:
    """V7.1: owner, due date, KPI, expected effect and by when, cost class, and how we would see it failed."""
    for action in actions.of(session, cycle):
        gone = actions.missing(action)
        if gone and action.state in actions.OPEN and not action.disposition:
            yield _breach(
                "V7.1", f"Action {action.number} has no {', '.join(gone)}.", "act.edit", "Complete it", action
            )


def approvals_are_sound(session: Session, cycle: Cycle, now: datetime) -> Iterator[Breach]:
    """V7.2: approved by a quorum of others, on this version; what waits for approval is decided."""
    for action in actions.of(session, cycle):
        if action.disposition:
            continue
        if action.state == ActionState.PROPOSED:
            late = bool(action.expires_at and action.expires_at <= now)
            what = "was not approved in time" if late else "waits for approval"
            yield _breach("V7.2", f"Action {action.number} {what}.", "act.open", "See the action", action)
        elif action.state == ActionState.APPROVED:
            yes = {one.user_id for one in deciding.decisions(session, action) if one.choice == "approve"}
            if len(yes - {action.proposer, action.owner}) < action.quorum:
                sentence = f"Action {action.number} is not approved by enough people who neither proposed nor own it."
                yield _breach("V7.2", sentence, "act.open", "See the action", action)


def closed_ones_are_reviewed(session: Session, cycle: Cycle, now: datetime) -> Iterator[Breach]:
    """V7.3: no action is closed without a review after its settling time; its outcome is what it brought."""
    for action in actions.of(session, cycle):
        ready = following.settles_at(action)
        if action.state == ActionState.CLOSED and action.done_at and not action.outcome:
            sentence = f"Action {action.number} is closed without a review."
            yield _breach("V7.3", sentence, "act.open", "See the action", action)
        if action.state == ActionState.DONE and ready and ready <= now and not action.disposition:
            sentence = f"Action {action.number} has settled and is not reviewed."
            yield _breach("V7.3", sentence, "act.review", "Review it", action)


def baselines_are_agreed(session: Session, cycle: Cycle, _now: datetime) -> Iterator[Breach]:
    """V7.4: a new baseline has window, coverage, enough points, one definition and its approvers."""
    fewest = int(threshold(session, cycle.team_id, "baseline_points"))
    least = threshold(session, cycle.team_id, "coverage_least")
    for one in baselines.of(session, cycle):
        if one.state == ProposalState.REJECTED:
            continue
        kpi = row(session, Kpi, cycle.team_id, cycle_id=cycle.id, key=one.kpi_key)
        name = kpi.name if kpi else one.kpi_key
        said = []
        if one.state == ProposalState.PROPOSED:
            said.append("waits for approval")
        if one.points < fewest or (one.coverage or 0.0) < least:
            said.append("rests on too little data")
        if kpi is not None and one.definition_hash != definition_hash(cycle, kpi):
            said.append("was made with another definition than the KPI has now")
        for what in said:
            yield Breach(
                rule="V7.4",
                sentence=f"The new baseline of {name} {what}.",
                mend="act.baselines",
                mend_label="See the baselines",
                mend_value=str(one.id),
            )


def nothing_is_left_open(session: Session, cycle: Cycle, _now: datetime) -> Iterator[Breach]:
    """V7.5: every finding, gap, parked idea, unfinished action and unverified benefit has a disposition."""
    for end in loose_ends.loose_ends(session, cycle):
        yield Breach(
            rule="V7.5",
            sentence=f"Not decided: {end.text}",
            mend="cycle.close",
            mend_label="Decide and close",
            mend_value=str(cycle.id),
        )


def decisions_are_announced(session: Session, cycle: Cycle, _now: datetime) -> Iterator[Breach]:
    """V7.6: the decision is announced to those it affects; the link to that message is kept."""
    for action in actions.of(session, cycle):
        decided = action.decided_at and action.state in (
            ActionState.APPROVED,
            ActionState.REJECTED,
            ActionState.DONE,
            ActionState.REVIEWED,
            ActionState.CLOSED,
        )
        if decided and not deciding.is_announced(session, action):
            sentence = f"The decision on action {action.number} is not announced yet."
            yield _breach("V7.6", sentence, "act.announce", "Announce it", action, blocks=False)


def benefits_are_checked_again(session: Session, cycle: Cycle, now: datetime) -> Iterator[Breach]:
    """V7.7: 30, 60 and 90 days later the benefit is checked again; a regression reopens the action."""
    for action in rows(
        session, Action, cycle.team_id, service_id=cycle.service_id, state=(ActionState.REVIEWED, ActionState.CLOSED)
    ):
        due = [day for day in following.benefit_days(action) if day <= now]
        result = following.newest_result(session, action)
        if due and action.cycle_id == cycle.id and (result is None or result.made_at < max(due)):
            day = wording.day_in(max(due), cycle.timezone)
            sentence = f"The benefit of action {action.number} was due to be checked on {day}."
            yield _breach("V7.7", sentence, "act.benefit", "Check it", action, blocks=False)
        elif action.cycle_id == cycle.id and result is not None and following.has_regressed(session, action, result):
            sentence = f"Action {action.number} is closed, but its KPI has regressed."
            yield _breach("V7.7", sentence, "act.benefit", "Reopen it", action)


def _breach(rule: str, sentence: str, mend: str, label: str, action: Action, *, blocks: bool = True) -> Breach:
    return Breach(rule=rule, sentence=sentence, blocks=blocks, mend=mend, mend_label=label, mend_value=str(action.id))


RULES: tuple[Rule, ...] = (
    Rule("V7.1", 7, actions_are_complete),
    Rule("V7.2", 7, approvals_are_sound),
    Rule("V7.3", 7, closed_ones_are_reviewed),
    Rule("V7.4", 7, baselines_are_agreed),
    Rule("V7.5", 7, nothing_is_left_open),
    Rule("V7.6", 7, decisions_are_announced),
    Rule("V7.7", 7, benefits_are_checked_again),
)
