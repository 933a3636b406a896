"""Many cycles looked at together: what each is asked about is read ahead for all of them, in a few queries."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import or_
from sqlmodel import Session, col, select

from csi import ahead, approvers, reminders
from csi.cycle.overview import Judged, judged
from csi.measurement import counted, living
from csi.models import (
    Action,
    AnalysisResult,
    Baseline,
    CarryOver,
    Csf,
    Cycle,
    Decision,
    Exclusion,
    Finding,
    Gap,
    Goal,
    Kpi,
    Person,
    PlanRow,
    Rebase,
    Reminder,
    Report,
    ReportClick,
    RoleAssignment,
    Row,
    Service,
    SlaClause,
    Source,
    StepPassage,
    Workspace,
)
from csi.states import ClauseState, ProposalState, ReportState
from csi.step2_can_measure import history
from csi.step3_gather import measured
from csi.step3_gather.collecting import SUBJECT
from csi.storage import read_ahead, reads_only, rows
from csi.terms import Step

_ASKED = (
    "tree",
    "tree_submitted",
    "action",
    "baseline",
    approvers.PROPOSED,
)  # subjects of decisions that are waited for


def cycles_of(session: Session, team_id: str, services: Collection[int], ids: Collection[int] = ()) -> list[Cycle]:
    """The open cycles of these services, and those with these numbers; held with their services and thresholds."""
    if not services and not ids:
        return []
    wanted = select(Cycle, Service, Workspace).join(Service, col(Service.id) == col(Cycle.service_id))
    every = wanted.join(Workspace, col(Workspace.team_id) == col(Cycle.team_id), isouter=True)
    wanted_ones = or_(col(Cycle.open_service).in_(services), col(Cycle.id).in_(ids))
    ours = (col(Cycle.team_id) == team_id, col(Service.team_id) == team_id, wanted_ones)
    found = session.exec(every.where(*ours).order_by(col(Cycle.id))).all()
    held = [service for _, service, _ in found]
    if not reads_only(session):
        return [cycle for cycle, *_ in found]
    ahead.keep(session, Service, team_id, held, column="id", keys=[one.id for one in held])
    ahead.keep(session, Workspace, team_id, [one for *_, one in found[:1] if one], column="", keys=())
    return [cycle for cycle, *_ in found]


def of_waits(session: Session, team_id: str, cycles: Sequence[Cycle]) -> None:
    """Read ahead all that ``csi.cycle.waits`` asks about these open cycles."""
    of_people(session, team_id, cycles)
    of_data(session, team_id, cycles)
    of_reports(session, team_id, cycles)
    of_living(session, team_id, cycles)
    _of_results(session, team_id, _ids(cycles))
    read_ahead(session, Finding, team_id, "cycle_id", _ids([one for one in cycles if one.step == Step.ANALYSE]))


def of_people(session: Session, team_id: str, cycles: Sequence[Cycle]) -> None:
    """Read ahead who is waited for in these cycles: their waiting lists, reminders of steps, approvals, actions."""
    ids, services = _ids(cycles), {one.service_id for one in cycles}
    read_ahead(session, Service, team_id, "id", _unheld(session, Service, team_id, "id", services))
    read_ahead(session, StepPassage, team_id, "cycle_id", ids)
    unheld = _unheld(session, RoleAssignment, team_id, "service_id", services)
    read_ahead(session, RoleAssignment, team_id, "service_id", unheld)
    holders = {one.user_id for key in services for one in rows(session, RoleAssignment, team_id, service_id=key)}
    read_ahead(session, Person, team_id, "user_id", holders)
    read_ahead(session, Kpi, team_id, "cycle_id", ids)
    actions = read_ahead(session, Action, team_id, "cycle_id", ids)
    baselines = read_ahead(session, Baseline, team_id, "cycle_id", ids)
    asked = {*ids, *_ids(actions), *_ids(baselines)}
    read_ahead(session, Decision, team_id, "subject_id", asked, subject=_ASKED)


def of_card(session: Session, team_id: str, cycles: Sequence[Cycle]) -> None:
    """Read ahead what else ``csi.cycle.overview`` shows of these cycles; a result only by its verdict."""
    ids = _ids(cycles)
    _of_results(session, team_id, ids)
    read_ahead(session, Finding, team_id, "cycle_id", ids)
    read_ahead(session, CarryOver, team_id, "cycle_id", ids)


def _of_results(session: Session, team_id: str, ids: Sequence[int]) -> None:
    """Read ahead what was judged in these cycles, each result only by its verdict."""
    ahead.keep(session, Judged, team_id, judged(session, team_id, ids), column="cycle_id", keys=ids)


def of_data(session: Session, team_id: str, cycles: Sequence[Cycle]) -> None:
    """Read ahead what has come for these cycles, after ``of_people``."""
    if ahead.found(session, Workspace, team_id, "id", {}) is None:
        read_ahead(session, Workspace, team_id)
    kpis = _ids([kpi for cycle in cycles for kpi in rows(session, Kpi, team_id, cycle_id=cycle.id)])
    read_ahead(session, PlanRow, team_id, "kpi_id", kpis)
    sources = read_ahead(session, Source, team_id, "service_id", {one.service_id for one in cycles})
    typed = [one.id for one in sources if one.kind in measured.KINDS]
    counted.typed(session, team_id, typed)
    counted.delivered(session, team_id, [one.id for one in sources if one.id not in typed])


def of_reports(session: Session, team_id: str, cycles: Sequence[Cycle]) -> None:
    """Read ahead which reports were sent, and who answered them."""
    sent = read_ahead(session, Report, team_id, "cycle_id", _ids(cycles), without=("content",), state=ReportState.SENT)
    read_ahead(session, ReportClick, team_id, "report_id", _ids(sent))


def of_clauses(session: Session, team_id: str, cycles: Sequence[Cycle]) -> None:
    """Read ahead whether what an SLA promises is measured, and what is watched, after ``of_data``."""
    found = of_living(session, team_id, cycles)
    history.read_ahead(session, team_id, {one.service_id for one in found}, {one.kpi_key for one in found})


def of_living(session: Session, team_id: str, cycles: Sequence[Cycle]) -> list[SlaClause]:
    """Read ahead what is watched in these cycles (``csi.measurement.living``); its clauses."""
    services = {one.service_id for one in cycles}
    read_ahead(session, Action, team_id, "service_id", services, state=living.STATES)
    return read_ahead(session, SlaClause, team_id, "service_id", services, state=ClauseState.ACTIVE)


def of_reminders(session: Session, due: Sequence[Reminder]) -> None:
    """Read ahead what says whether the reasons of these reminders, of one workspace, still stand."""
    if not due:
        return
    team_id, subjects = due[0].team_id, {one.subject for one in due}
    read_ahead(session, Person, team_id, "user_id", {one.user_id for one in due})
    found = read_ahead(session, Cycle, team_id, "id", {one.cycle_id for one in due if one.cycle_id})
    of_people(session, team_id, found)
    if SUBJECT in subjects:
        of_data(session, team_id, found)
    if "report" in subjects:
        of_reports(session, team_id, found)
    told = {str(key) for one in due for key in one.details.get(reminders.AFTER) or ()}
    read_ahead(session, Reminder, team_id, "key", told)


def of_gates(session: Session, team_id: str, cycles: Sequence[Cycle]) -> None:
    """Read ahead what the rules of these cycles' steps ask (``csi.cycle.gates``), after ``of_people``."""
    of_data(session, team_id, cycles)
    of_living(session, team_id, cycles)
    sent = [one for one in cycles if one.step >= Step.PRESENT]
    of_reports(session, team_id, sent)
    services, ids = {one.service_id for one in cycles}, _ids(cycles)
    read_ahead(session, Baseline, team_id, "service_id", services, state=ProposalState.APPROVED)
    for table in (Goal, Csf, CarryOver, Gap, Exclusion, Rebase, Finding):
        read_ahead(session, table, team_id, "cycle_id", ids)
    judged_in = [one for one in cycles if one.step >= Step.PROCESS]
    read_ahead(session, AnalysisResult, team_id, "cycle_id", _ids(judged_in))


def _unheld(session: Session, table: type[Row], team_id: str, column: str, keys: Collection[int]) -> list[int]:
    return [key for key in keys if ahead.found(session, table, team_id, "id", {column: key}) is None]


def _ids(found: Sequence[Row]) -> list[int]:
    return [one.id for one in found]
