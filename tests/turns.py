"""Cycles as far as a test needs them: people, tree, plan, analysis, through the real use cases where there are any."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from csi import cycle as cycles
from csi import roles
from csi.measurement import mapping as measurement
from csi.models import AnalysisResult, Batch, Cycle, Finding, Kpi, Person, Source
from csi.step1_should_measure import approval, growing, kpis
from csi.step2_can_measure import assessing, sources
from csi.storage import row, rows
from csi.terms import Direction, Measurability, Role, Why

TEAM = "T1"
CHANNEL = "C1"
ALICE, BOB, CAROL, DAVE, ERIN, FRANK = "UALICE", "UBOB", "UCAROL", "UDAVE", "UERIN", "UFRANK"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday
PEOPLE = {
    Role.SERVICE_OWNER: [ALICE],
    Role.DATA_OWNER: [BOB, FRANK],
    Role.ANALYST: [BOB],
    Role.APPROVER: [CAROL],
    Role.READER: [ERIN],
}
NAMES = {ALICE: "Alice", BOB: "Bob", CAROL: "Carol", DAVE: "Dave", ERIN: "Erin", FRANK: "Frank"}


def begin(session: Session, *, team_id: str = TEAM, channel: str = CHANNEL, service: str = "Service desk") -> Cycle:
    """Cycle 1, started by Dave, its people named."""
    for user_id, name in NAMES.items():
        session.add(Person(team_id=team_id, user_id=user_id, name=name))
    wanted = cycles.Start(service, channel, "Europe/Lisbon")
    cycle = cycles.start(session, team_id=team_id, actor=DAVE, now=NOW, wanted=wanted)
    for role, people in PEOPLE.items():
        roles.set_holders(
            session,
            team_id=team_id,
            service_id=cycle.service_id,
            role=role,
            user_ids=people,
            actor=DAVE,
            now=NOW,
            backups=[FRANK],
        )
    return cycle


def kpi_fields(**changed: Any) -> kpis.KpiFields:
    """A complete KPI."""
    said: dict[str, Any] = {
        "name": "Median time to resolve",
        "unit": "h",
        "direction": Direction.LOWER,
        "target": 20.0,
        "target_date": date(2027, 3, 1),
        "owner": ALICE,
        "why": Why.DIRECT,
        "kind": "quality",
        "definition": {"measure": "median", "at": "resolved_at", "value": {"from": "opened_at", "to": "resolved_at"}},
    }
    return kpis.KpiFields(**{**said, **changed})


def grow(session: Session, cycle: Cycle, *fields: kpis.KpiFields, actor: str = ALICE) -> list[Kpi]:
    """A goal, a CSF, and KPIs under it (one complete KPI unless said otherwise)."""
    goal = growing.add_goal(session, cycle, text="Users get help fast", actor=actor, now=NOW)
    csf = growing.add_csf(session, cycle, goal_id=goal.id, text="Incidents are resolved quickly", actor=actor, now=NOW)
    made = []
    for one in fields or (kpi_fields(),):
        hung = kpis.KpiFields(**{**{n: getattr(one, n) for n in one.__slots__}, "csf_id": one.csf_id or csf.id})
        made.append(kpis.add_kpi(session, cycle, hung, actor=actor, now=NOW))
    return made


def agree(session: Session, cycle: Cycle, actor: str = ALICE, approver: str = CAROL) -> None:
    """The business approves the tree."""
    approval.submit_tree(session, cycle, actor=actor, now=NOW)
    approval.decide_tree(session, cycle, actor=approver, choice="approve", version=cycle.tree_version, now=NOW)


def jump(session: Session, cycle: Cycle, step: int) -> Cycle:
    """The cycle in another step, past the gates (for tests of what happens there)."""
    cycle.step = step
    session.add(cycle)
    session.flush()
    return cycle


def reasons_for(session: Session, cycle: Cycle) -> dict[str, str]:
    """A reason for every warning there is."""
    return {one.rule: "known" for one in cycles.breaches(session, cycle, NOW) if not one.blocks}


def go_on(session: Session, cycle: Cycle, actor: str = DAVE) -> Cycle:
    """Leave the step, with a reason for every warning."""
    reasons = reasons_for(session, cycle)
    return cycles.next_step(session, cycle, actor=actor, now=NOW, reasons=reasons)


def source_of(session: Session, cycle: Cycle, name: str = "Incidents") -> Source:
    """The service's source of that name."""
    return sources.name_source(session, cycle, name=name, actor=BOB, now=NOW)


def assess(session: Session, cycle: Cycle, kpi: Kpi, how: Measurability = Measurability.AUTOMATIC) -> assessing.Line:
    """One KPI assessed with all defaults, from one source."""
    said = assessing.Assessment(measurability=how, checked_by=BOB, source_id=source_of(session, cycle).id)
    return assessing.assess(session, cycle, kpi.id, said, actor=BOB, now=NOW)


def deliver(session: Session, cycle: Cycle, *, rows_read: int = 100, rows_kept: int = 100) -> Batch:
    """One delivery of the service's source."""
    source = source_of(session, cycle)
    ordinal = len(rows(session, Batch, cycle.team_id, source_id=source.id)) + 1
    made = {"ordinal": ordinal, "sha256": f"{ordinal:064}", "filename": "incidents.csv", "delivered_by": BOB}
    counts = {"rows_read": rows_read, "rows_kept": rows_kept, "quarantined": rows_read - rows_kept}
    here = {"team_id": cycle.team_id, "source_id": source.id, "cycle_id": cycle.id, "delivered_at": NOW}
    batch = Batch(**here, **made, **counts)
    session.add(batch)
    session.flush()
    return batch


def weeks(values: Sequence[float | None], start: datetime = datetime(2026, 1, 5, tzinfo=UTC)) -> list[dict[str, Any]]:
    """A weekly series as report.json has it."""
    return [
        {
            "start": (start + timedelta(weeks=number)).isoformat(),
            "end": (start + timedelta(weeks=number + 1)).isoformat(),
            "value": value,
            "n": 50,
            "numerator": None,
            "denominator": None,
            "partial": False,
            "missing": value is None,
            "excluded": False,
        }
        for number, value in enumerate(values)
    ]


def analyse(
    session: Session,
    cycle: Cycle,
    kpi: Kpi,
    values: Sequence[float | None],
    verdict: str = "IMPROVED",
    now: datetime = NOW,
) -> AnalysisResult:
    """The analysis of a KPI, with a confirmed finding."""
    result = row(session, AnalysisResult, cycle.team_id, cycle_id=cycle.id, kpi_id=kpi.id) or AnalysisResult(
        team_id=cycle.team_id, cycle_id=cycle.id, kpi_id=kpi.id, input_hash="", made_at=now
    )
    result.input_hash = measurement.input_hash(session, cycle)
    quality = {"completeness": 1.0, "overall": 1.0}
    result.result = {"series": weeks(values), "verdict": verdict, "quality": quality, "detail": {"notes": []}}
    result.verdict, result.made_at = verdict, now
    session.add(result)
    if row(session, Finding, cycle.team_id, cycle_id=cycle.id, kpi_id=kpi.id) is None:
        session.add(
            Finding(
                team_id=cycle.team_id,
                cycle_id=cycle.id,
                kpi_id=kpi.id,
                verdict=verdict,
                state="confirmed",
                drafted_at=now,
                confirmed_by=BOB,
            )
        )
    session.flush()
    return result


def broken(session: Session, cycle: Cycle, rule: str, now: datetime = NOW) -> list[str]:
    """The sentences of one rule that fails now."""
    step = int(rule[1])
    return [one.sentence for one in cycles.breaches(session, cycle, now, step) if one.rule == rule]


def blocks(session: Session, cycle: Cycle, rule: str, now: datetime = NOW) -> list[bool]:
    """Whether each breach of one rule refuses (True) or warns."""
    step = int(rule[1])
    return [one.blocks for one in cycles.breaches(session, cycle, now, step) if one.rule == rule]
