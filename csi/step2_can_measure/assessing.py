"""Facing step 1 with reality: per KPI how it can be measured, from where, and who checked that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from csi import audit, roles
from csi.errors import Conflict, InvalidInput, InvalidInputs, Place, Way
from csi.models import Cycle, Gap, Kpi, PlanRow, Row, Source
from csi.states import CycleState
from csi.step1_should_measure import growing
from csi.step2_can_measure import clauses, tested
from csi.step2_can_measure.history import MEASURABLE
from csi.storage import hold, row, rows
from csi.study.drafting.standing import Standing
from csi.terms import Measurability, Period, Role, Step

BUSINESS = "business hours"
CALENDARS = ("24x7", BUSINESS)
_PLAN_WORDS = {
    "source_id": "source",
    "definition": "definition",
    "period": "period",
    "timezone": "time zone",
    "calendar": "calendar",
    "owner": "owner",
    "backup": "backup owner",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Step 2's answer for one KPI, with its row of the measurement plan.

    ``checked_by`` is who tried it (not who says so). Plan fields left empty keep what is there, or take the default:
    period and zone of the cycle, its calendar, the source's owner and backup.
    """

    measurability: Measurability
    checked_by: str
    source_id: int | None = None
    definition: str = ""
    period: str = ""
    timezone: str = ""
    calendar: str = ""
    owner: str = ""
    backup: str = ""
    cadence: str = ""
    effort: str = ""
    cost: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the should/can matrix; ``seen`` is what its data gave when they were tried."""

    kpi: Kpi
    plan: PlanRow | None
    source: Source | None
    gap: Gap | None
    deliveries: int
    missing: tuple[str, ...]
    seen: Standing | None = None


def assess(session: Session, cycle: Cycle, kpi_id: int, said: Assessment, *, actor: str, now: datetime) -> Line:
    """Record how a KPI can be measured and its row of the plan; opens a gap where it cannot, closes it where it can."""
    begin_change(session, cycle, actor)
    return _assess(session, cycle, kpi_id, said, actor=actor, now=now)


def assess_tested(
    session: Session, cycle: Cycle, kpi_id: int, said: Assessment, seen: Standing, *, actor: str, now: datetime
) -> Line:
    """The same of a KPI that was computed from its data, with what they gave: known as soon as the data are there, so
    that it need not wait for step 2.

    Raises:
        Conflict: the cycle is past step 3.
    """
    roles.require(session, cycle, actor, roles.MEMBERS, "say what can be measured")
    hold(session, cycle, f"plan:{cycle.team_id}:{cycle.id}")
    if cycle.state != CycleState.OPEN or cycle.step > Step.GATHER:
        require_step(cycle)
    _assess(session, cycle, kpi_id, said, actor=actor, now=now)
    kpi: Kpi = growing.of_cycle(session, cycle, Kpi, kpi_id)
    (plan,) = rows(session, PlanRow, cycle.team_id, kpi_id=kpi.id)
    _change(session, cycle, plan, {"tested": tested.kept(seen, kpi)}, actor=actor, now=now)
    return line(session, cycle, kpi)


def _assess(session: Session, cycle: Cycle, kpi_id: int, said: Assessment, *, actor: str, now: datetime) -> Line:
    kpi: Kpi = growing.of_cycle(session, cycle, Kpi, kpi_id)
    _check(session, cycle, said)
    values = {
        "measurability": said.measurability.value,
        "checked_by": said.checked_by,
        "effort": said.effort or kpi.effort,
        "cost": said.cost or kpi.cost,
    }
    if _change(session, cycle, kpi, values, actor=actor, now=now):
        kpi.checked_at = now
    plan = row(session, PlanRow, cycle.team_id, kpi_id=kpi.id) or _new_plan(session, cycle, kpi)
    _change(session, cycle, plan, _plan_values(session, cycle, kpi, plan, said), actor=actor, now=now)
    _follow_gap(session, cycle, kpi, actor, now)
    clauses.flag_unmeasured(session, cycle, actor=actor, now=now)
    return line(session, cycle, kpi)


def matrix(session: Session, cycle: Cycle) -> list[Line]:
    """The should/can matrix: every KPI of the cycle with what is known of measuring it."""
    return [line(session, cycle, kpi) for kpi in rows(session, Kpi, cycle.team_id, cycle_id=cycle.id)]


def line(session: Session, cycle: Cycle, kpi: Kpi) -> Line:
    """One KPI's line of the matrix."""
    from_plan = row(session, PlanRow, cycle.team_id, kpi_id=kpi.id)
    source_id = from_plan.source_id if from_plan else None
    source = row(session, Source, cycle.team_id, id=source_id) if source_id else None
    return Line(
        kpi=kpi,
        plan=from_plan,
        source=source,
        gap=row(session, Gap, cycle.team_id, cycle_id=cycle.id, kpi_id=kpi.id),
        deliveries=len(clauses.deliveries(session, cycle, kpi)),
        missing=tuple(missing_in_plan(from_plan)),
        seen=tested.found(from_plan, kpi),
    )


def defaults(session: Session, cycle: Cycle, kpi: Kpi, actor: str) -> Assessment:
    """What the assessment of a KPI most likely says: what is known, else the cycle's and the people's defaults."""
    known = line(session, cycle, kpi)
    plan = known.plan or PlanRow(team_id=cycle.team_id, cycle_id=cycle.id, kpi_id=kpi.id)
    main, stand_in = _who_brings(session, cycle, kpi.owner or actor)
    sources = rows(session, Source, cycle.team_id, service_id=cycle.service_id, limit=2)
    only = sources[0].id if len(sources) == 1 else None
    return Assessment(
        measurability=Measurability(kpi.measurability or Measurability.AUTOMATIC),
        checked_by=kpi.checked_by or actor,
        source_id=plan.source_id or only,
        definition=plan.definition or described(kpi),
        period=plan.period or cycle.period,
        timezone=plan.timezone or cycle.timezone,
        calendar=plan.calendar or CALENDARS[bool(cycle.calendar)],
        owner=plan.owner or main,
        backup=plan.backup or stand_in,
        cadence=plan.cadence,
        effort=kpi.effort,
        cost=kpi.cost,
    )


def _who_brings(session: Session, cycle: Cycle, otherwise: str) -> tuple[str, str]:
    """Who brings the data and who stands in, by their roles; who only stands in is nobody's first."""
    held = [one for one in roles.of_service(session, cycle.team_id, cycle.service_id) if one.role == Role.DATA_OWNER]
    first = [one.user_id for one in held if not one.backup] or [otherwise]
    others = [*first[1:], *(one.user_id for one in held if one.backup)]
    return first[0], next((one for one in others if one != first[0]), "")


def described(kpi: Kpi) -> str:
    """A KPI's definition in words, as far as it is known."""
    known: Mapping[str, Any] = kpi.definition
    parts = (("", "measure"), ("of ", "value"), ("where ", "where"), ("counting ", "good"))
    said = [f"{word}{_value_words(known[name])}" for word, name in parts if known.get(name)]
    return " ".join(said) or (f"{kpi.name}, in {kpi.unit}" if kpi.unit else kpi.name)


def _value_words(value: Any) -> str:
    if not isinstance(value, Mapping):
        return str(value)
    ends = [str(value[end]) for end in ("from", "to") if end in value]
    return " to ".join(ends) or " over ".join(str(part) for part in value.values())


def missing_in_plan(plan: PlanRow | None) -> list[str]:
    """What V2.4 asks of a plan row and it does not say."""
    return [words for name, words in _PLAN_WORDS.items() if not (plan and getattr(plan, name))]


def begin_change(session: Session, cycle: Cycle, actor: str) -> None:
    """Every change of step 2 starts here: a member's, while the cycle is in step 2 or 3, one at a time."""
    roles.require(session, cycle, actor, roles.MEMBERS, "say what can be measured")
    hold(session, cycle, f"plan:{cycle.team_id}:{cycle.id}")
    require_step(cycle)


def require_step(cycle: Cycle) -> None:
    """What can be measured is said in steps 2 and 3.

    Raises:
        Conflict: the cycle is in another step; the sentence says how to come there.
    """
    if cycle.state != CycleState.OPEN or cycle.step not in (Step.CAN_MEASURE, Step.GATHER):
        early = cycle.step < Step.CAN_MEASURE
        where = "has not come to step 2 yet" if early else f"is in step {cycle.step}. Go back to it first"
        way = Way(Place.NEXT) if early else Way(Place.BACK, "2")
        raise Conflict(f"What can be measured is said in step 2; this cycle {where}.", ways=[way])


def _check(session: Session, cycle: Cycle, said: Assessment) -> None:
    errors: Sequence[InvalidInput] = [
        error
        for wrong, error in (
            (not said.checked_by, InvalidInput("checked_by", "who tried it? Name a person")),
            (
                said.source_id is not None
                and row(session, Source, cycle.team_id, id=said.source_id, service_id=cycle.service_id) is None,
                InvalidInput("source_id", "this source does not belong to this service"),
            ),
            (
                bool(said.period) and said.period not in tuple(Period),
                InvalidInput("period", f"expected one of {', '.join(Period)}"),
            ),
            (
                bool(said.backup) and said.backup == said.owner,
                InvalidInput("backup", "owner and backup owner must be two people"),
            ),
        )
        if wrong
    ]
    if errors:
        raise InvalidInputs(errors)


def _plan_values(session: Session, cycle: Cycle, kpi: Kpi, plan: PlanRow, said: Assessment) -> dict[str, Any]:
    usual = defaults(session, cycle, kpi, said.checked_by)
    names = ("source_id", "definition", "period", "timezone", "calendar", "owner", "backup", "cadence")
    values = {name: getattr(said, name) or getattr(plan, name) or getattr(usual, name) for name in names}
    if values["backup"] == values["owner"]:
        values["backup"] = ""
    return values


def _new_plan(session: Session, cycle: Cycle, kpi: Kpi) -> PlanRow:
    made = PlanRow(team_id=cycle.team_id, cycle_id=cycle.id, kpi_id=kpi.id)
    session.add(made)
    session.flush()
    return made


def _follow_gap(session: Session, cycle: Cycle, kpi: Kpi, actor: str, now: datetime) -> None:
    gap = row(session, Gap, cycle.team_id, cycle_id=cycle.id, kpi_id=kpi.id)
    measured = kpi.measurability in MEASURABLE
    if gap is None and not measured:
        made = Gap(
            team_id=cycle.team_id,
            cycle_id=cycle.id,
            kpi_id=kpi.id,
            text=f"{kpi.name} is {kpi.measurability}",
            opened_at=now,
            cost=kpi.cost,
        )
        session.add(made)
        session.flush()
        growing.log(session, cycle, made, actor=actor, now=now, what="opened", old={}, new={"text": made.text})
    if gap is not None and measured and not gap.decision:
        growing.log(session, cycle, gap, actor=actor, now=now, what="removed", old={"text": gap.text}, new={})
        session.delete(gap)
        session.flush()


def _change(
    session: Session, cycle: Cycle, changed: Row, values: Mapping[str, Any], *, actor: str, now: datetime
) -> bool:
    old, new = audit.changes(changed, values)
    for name, value in new.items():
        setattr(changed, name, value)
    if new:
        session.add(changed)
        growing.log(session, cycle, changed, actor=actor, now=now, what="assessed", old=old, new=new)
    return bool(new)
