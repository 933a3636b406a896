"""Corrective actions: proposed from a finding, changed, looked up."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from csi import approvers, audit, register, roles
from csi.errors import Conflict, InvalidInput, InvalidInputs, Place, Way
from csi.models import Action, Cycle, Decision, Finding, Kpi
from csi.rules import threshold
from csi.states import ActionState, CycleState
from csi.step1_should_measure.growing import TEXT_LIMIT, of_cycle
from csi.step7_correct.entries import follow
from csi.storage import hold as hold_row
from csi.storage import next_number, row, rows
from csi.terms import Step

COST_CLASSES = ("none", "low", "medium", "high")
# A change of these after approval voids it and asks again (V7.2): what is done, by whom, what for, who must agree.
VOIDING = (
    "title",
    "kpi_id",
    "scope",
    "expected_effect",
    "effect_by",
    "failure_sign",
    "owner",
    "cost_class",
    "quorum",
)
OPEN = ("proposed", "approved", "done", "reviewed", "reopened")


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionFields:
    """What an action says. V7.1 asks for all but ``scope`` and where it comes from; ``quorum`` is how many yes."""

    title: str
    kpi_id: int | None = None
    finding_id: int | None = None
    opportunity_id: int | None = None
    owner: str = ""
    due_on: date | None = None
    expected_effect: str = ""
    effect_by: date | None = None
    cost_class: str = ""
    failure_sign: str = ""
    scope: str = ""
    quorum: int = 1
    settle_days: int | None = None


ASKED = {
    "title": "what is to be done",
    "owner": "owner",
    "due_on": "due date",
    "kpi_id": "KPI it should move",
    "expected_effect": "expected effect",
    "effect_by": "date by when the effect shows",
    "cost_class": "cost class",
    "failure_sign": "way to see that it failed",
}


def propose(session: Session, cycle: Cycle, fields: ActionFields, *, actor: str, now: datetime) -> Action:
    """Propose an action.

    Raises:
        InvalidInputs: what V7.1 asks for is missing.
        Conflict: there is no analysis yet to act on.
    """
    roles.require(session, cycle, actor, roles.MEMBERS, "propose an action")
    if cycle.state != CycleState.OPEN or cycle.step < Step.ANALYSE:
        raise Conflict("An action answers a finding; findings come in step 5.")
    values = _checked(session, cycle, fields)
    _require_enough(session, cycle, fields, {actor})
    days = int(threshold(session, cycle.team_id, "approval_days"))
    action = Action(
        team_id=cycle.team_id,
        service_id=cycle.service_id,
        cycle_id=cycle.id,
        number=next_number(session, Action, cycle.team_id, "number"),
        proposer=actor,
        proposed_at=now,
        expires_at=now + timedelta(days=days),
        **values,
    )
    session.add(action)
    session.flush()
    action.post_key = f"action:{action.id}"
    _sign(session, action, actor, now)
    finding = row(session, Finding, cycle.team_id, cycle_id=cycle.id, kpi_id=action.kpi_id)
    if finding is not None and not finding.disposition:
        finding.disposition = "action"
        session.add(finding)
    log(session, action, actor=actor, now=now, what="proposed", new=values)
    follow(session, action, actor=actor, now=now)
    return action


def change(session: Session, action: Action, fields: ActionFields, *, actor: str, now: datetime) -> Action:
    """Change an action; another KPI, scope, effect, owner or cost voids its approval and asks again."""
    cycle = _cycle(session, action)
    if actor not in (action.proposer, action.owner):
        roles.require(session, cycle, actor, roles.STEERERS, "change this action")
    hold(session, action)
    if action.state not in (
        ActionState.PROPOSED,
        ActionState.APPROVED,
        ActionState.REJECTED,
        ActionState.EXPIRED,
        ActionState.REOPENED,
    ):
        raise Conflict(f"Action {action.number} is {action.state}; propose a new one instead.")
    old, new = audit.changes(action, _checked(session, cycle, fields))
    if not new:
        return action
    _require_enough(session, cycle, fields, {actor, *approvers.proposers(session, action)})
    for name, value in new.items():
        setattr(action, name, value)
    if set(new) & set(VOIDING) or action.state in (ActionState.REJECTED, ActionState.EXPIRED):
        days = int(threshold(session, action.team_id, "approval_days"))
        action.version += 1
        action.state, action.decided_at, action.announced = "proposed", None, ""
        action.proposer, action.proposed_at, action.expires_at = actor, now, now + timedelta(days=days)
        _sign(session, action, actor, now)
    session.add(action)
    log(session, action, actor=actor, now=now, what="changed", old=old, new={**new, "version": action.version})
    follow(session, action, actor=actor, now=now)
    return action


def of(session: Session, cycle: Cycle) -> list[Action]:
    """The cycle's actions by number."""
    return rows(session, Action, cycle.team_id, cycle_id=cycle.id, order="number")


def of_service(session: Session, team_id: str, service_id: int, limit: int = 50) -> list[Action]:
    """The service's actions of all cycles, the newest first."""
    return rows(session, Action, team_id, service_id=service_id, order="-number", limit=limit)


def missing(action: Action) -> list[str]:
    """What V7.1 asks of an action and it does not say."""
    return [words for name, words in ASKED.items() if not getattr(action, name)]


def has_proposed(session: Session, action: Action, user_id: str) -> bool:
    """Whether the person proposed this action or an earlier version of it, whoever proposed the last."""
    return user_id in approvers.proposers(session, action)


def hold(session: Session, action: Action) -> None:
    """Let nobody else decide about the action in this moment, and see it as it is now."""
    hold_row(session, action, f"action:{action.team_id}:{action.id}")


def log(
    session: Session,
    action: Action,
    *,
    actor: str,
    now: datetime,
    what: str,
    old: Mapping[str, Any] | None = None,
    new: Mapping[str, Any] | None = None,
) -> None:
    """The audit row of a change of an action."""
    audit.record(
        session,
        team_id=action.team_id,
        actor=actor,
        at=now,
        what=f"{what} action",
        subject=("action", action.id),
        old=old,
        new={"number": action.number, **(new or {})},
    )


def _sign(session: Session, action: Action, actor: str, now: datetime) -> None:
    """Keep who proposed this version: nobody approves what they proposed, also when others changed it since."""
    session.add(
        Decision(
            team_id=action.team_id,
            cycle_id=action.cycle_id,
            subject=approvers.PROPOSED,
            subject_id=action.id,
            version=action.version,
            user_id=actor,
            choice="propose",
            at=now,
        )
    )


def _require_enough(session: Session, cycle: Cycle, fields: ActionFields, proposers: Collection[str]) -> None:
    """More yes than there are people who may say it would never come together."""
    found = approvers.but(session, cycle, {*proposers, fields.owner})
    if fields.quorum > max(1, len(found)):
        named = ", ".join(roles.name_of(session, cycle.team_id, one) for one in found) or "nobody yet"
        reason = f"only {len(found)} may approve it, as proposer and owner may not: {named}. Name more first"
        raise InvalidInput("quorum", reason, ways=[Way(Place.ROLES)])


def _checked(session: Session, cycle: Cycle, fields: ActionFields) -> dict[str, Any]:
    values = asdict(fields)
    for name in ("title", "expected_effect", "failure_sign", "scope"):
        values[name] = " ".join(values[name].split())
    errors = [InvalidInput(name, f"V7.1 asks for the {words}") for name, words in ASKED.items() if not values[name]]
    errors += [
        InvalidInput(name, f"at most {TEXT_LIMIT} characters; these are {len(values[name]):,}")
        for name in ("title", "expected_effect", "failure_sign", "scope")
        if len(values[name]) > TEXT_LIMIT
    ]
    if values["cost_class"] and values["cost_class"] not in COST_CLASSES:
        errors.append(InvalidInput("cost_class", f"expected one of {', '.join(COST_CLASSES)}"))
    if fields.quorum < 1:
        errors.append(InvalidInput("quorum", "at least one person must say yes"))
    if fields.effect_by and fields.due_on and fields.effect_by < fields.due_on:
        errors.append(InvalidInput("effect_by", "the effect cannot show before the action is due"))
    if errors:
        raise InvalidInputs(errors)
    kpi: Kpi = of_cycle(session, cycle, Kpi, int(values["kpi_id"]))
    if fields.opportunity_id is not None:
        register.entry_of(session, cycle, fields.opportunity_id)
    settle = int(threshold(session, cycle.team_id, "settle_days"))
    return {**values, "kpi_key": kpi.key, "settle_days": settle if fields.settle_days is None else fields.settle_days}


def _cycle(session: Session, action: Action) -> Cycle:
    found = row(session, Cycle, action.team_id, id=action.cycle_id)
    assert found is not None  # noqa: S101 -- a foreign key
    return found
