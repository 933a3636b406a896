"""What the status card shows: where the cycle stands, per KPI the verdict, and who is waited for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import Session, col

from csi import ahead, approvers, passages, roles
from csi.models import Action, AnalysisResult, Baseline, CarryOver, Cycle, Decision, Kpi, StepPassage
from csi.passages import service_of
from csi.reading.spans import local_day
from csi.states import CycleState, ProposalState
from csi.step1_should_measure import carried
from csi.step1_should_measure import tree as trees
from csi.step7_correct import following
from csi.storage import row, rows
from csi.terms import Awaited, Step, Verdict, both_axes, label


@dataclass(frozen=True, slots=True)
class StepState:
    """One step of the cycle: ``state`` is done, here, stale, late or ahead."""

    step: Step
    state: str
    owner: str
    due_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiState:
    """One KPI: its aim, its verdict (empty: not judged yet), and whether that is out of date."""

    key: str
    name: str
    unit: str
    target: float | None
    target_date: date | None
    owner: str
    measurability: str
    verdict: str
    summary: str
    stale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Somebody is waited for.

    Attributes:
        who: user ids.
        kind: for what.
        due_on: until when, where that is known.
        number, name: for which one, as people read it.
        subject_id, version: the row that it is about.
        start: the first day of the period, of data.
        is_typed: of data, whether a number is typed; else a file is brought.
        since: from which day on it can be done, where it cannot be yet.
    """

    who: tuple[str, ...]
    kind: Awaited
    due_on: date | None = None
    number: int = 0
    name: str = ""
    subject_id: int = 0
    version: int = 1
    start: date | None = None
    is_typed: bool = False
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """Something of an earlier cycle that was adopted for the step the cycle is in, and since when it is open."""

    text: str
    since: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """A cycle at one moment."""

    cycle_id: int
    service: str
    vision: str
    number: int
    state: str
    step: Step
    version: int
    steps: tuple[StepState, ...]
    kpis: tuple[KpiState, ...]
    waiting: tuple[Waiting, ...]
    actions_open: int
    carried_open: int
    baseline: tuple[date, date] | None
    evaluation: tuple[date, date] | None
    taken_up: tuple[Taken, ...] = ()
    verdicts: tuple[Verdict, ...] = ()


@dataclass(frozen=True, slots=True)
class Brief:
    """A cycle in one line, and who is waited for: what the home tab shows of it."""

    service: str
    number: int
    state: str
    step: Step
    waiting: tuple[Waiting, ...]
    verdicts: tuple[Verdict, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What stands of a KPI's result in a line: its verdict as people read it, and whether that is out of date."""

    id: int
    cycle_id: int
    kpi_id: int
    verdict: str
    stale: bool
    side_effects: Sequence[str] | None
    change: str | None = None
    target: str | None = None
    summary: str | None = None

    @property
    def label(self) -> str:
        """As ``AnalysisResult.label``."""
        return label(self.verdict, has_side_effect=bool(self.side_effects))

    @property
    def badge(self) -> str:
        """As ``AnalysisResult.badge``."""
        return self.label if self.summary else self.both

    @property
    def both(self) -> str:
        """As ``AnalysisResult.both``."""
        return both_axes(self.label, self.change, self.target)


def judged(session: Session, team_id: str, cycle_ids: Collection[int]) -> list[Judged]:
    """The results of some cycles, without what they were worked out from."""
    wanted = tuple(cycle_ids)
    known = ahead.found(session, Judged, team_id, "id", {"cycle_id": wanted})
    if known is not None:
        return known
    result = AnalysisResult
    about = (result.id, result.cycle_id, result.kpi_id, result.verdict, result.stale)
    inside = col(result.result)
    axes = (inside["change", "state"], inside["target_state"])
    said = select(*map(col, about), inside["side_effects"], *axes, inside["detail", "summary"])
    ours = (col(result.team_id) == team_id, col(result.cycle_id).in_(wanted))
    found = session.execute(said.where(*ours).order_by(col(result.id)))
    names = [one.name for one in fields(Judged)]
    return [Judged(**dict(zip(names, one, strict=True))) for one in found]


def brief(session: Session, cycle: Cycle) -> Brief:
    """The cycle as the home tab shows it."""
    service = service_of(session, cycle).name
    verdicts = _verdicts(_said(session, cycle).values())
    return Brief(service, cycle.number, cycle.state, Step(cycle.step), tuple(waiting(session, cycle)), verdicts)


def overview(session: Session, cycle: Cycle, now: datetime) -> Overview:
    """The cycle as the status card shows it."""
    service, found = service_of(session, cycle), _said(session, cycle)
    today = now.astimezone(ZoneInfo(cycle.timezone)).date()
    return Overview(
        cycle_id=cycle.id,
        service=service.name,
        vision=service.vision,
        number=cycle.number,
        state=cycle.state,
        step=Step(cycle.step),
        version=cycle.version,
        steps=tuple(_step(session, cycle, one, today) for one in passages.passages(session, cycle)),
        kpis=tuple(_kpis(session, cycle, found)),
        verdicts=_verdicts(found.values()),
        waiting=tuple(waiting(session, cycle)),
        actions_open=len(_actions(session, cycle, ("proposed", "approved", "done", "reopened"))),
        carried_open=len(_carried(session, cycle)),
        taken_up=tuple(_taken(one, cycle.timezone) for one in carried.taken_up(session, cycle, cycle.step)),
        baseline=_window(cycle.baseline_from, cycle.baseline_to),
        evaluation=_window(cycle.evaluation_from, cycle.evaluation_to),
    )


def _window(start: date | None, end: date | None) -> tuple[date, date] | None:
    return (start, end) if start and end else None


def _step(session: Session, cycle: Cycle, passage: StepPassage, today: date) -> StepState:
    owner = passage.owner or roles.accountable(session, cycle.team_id, cycle.service_id, Step(passage.step))
    return StepState(Step(passage.step), _state(cycle, passage, today), owner, passage.due_on)


def _state(cycle: Cycle, passage: StepPassage, today: date) -> str:
    if cycle.state != CycleState.OPEN:
        return "done"
    if passage.step == cycle.step:
        return "late" if passage.due_on and passage.due_on < today else "here"
    if passage.stale:
        return "stale"
    return "done" if passage.step < cycle.step else "ahead"


def _said(session: Session, cycle: Cycle) -> dict[int, Judged]:
    """The results by KPI; what step 4 computes besides is nobody's word yet."""
    every = judged(session, cycle.team_id, [cycle.id])
    return {one.kpi_id: one for one in every if one.stale or cycle.step >= Step.ANALYSE}


def _verdicts(found: Iterable[Judged]) -> tuple[Verdict, ...]:
    return tuple(Verdict(one.verdict) for one in found if one.verdict)


def _kpis(session: Session, cycle: Cycle, found: Mapping[int, Judged]) -> list[KpiState]:
    kpis = rows(session, Kpi, cycle.team_id, cycle_id=cycle.id)
    return [_kpi(one, found.get(one.id)) for one in kpis]


def _kpi(kpi: Kpi, result: Judged | None) -> KpiState:
    return KpiState(
        key=kpi.key,
        name=kpi.name,
        unit=kpi.unit,
        target=kpi.target,
        target_date=kpi.target_date,
        owner=kpi.owner,
        measurability=kpi.measurability,
        verdict=result.badge if result else "",
        summary=(result.summary or "") if result else "",
        stale=bool(result and result.stale),
    )


def waiting(session: Session, cycle: Cycle) -> list[Waiting]:
    """Who is waited for in a cycle, and for what; nobody in a closed one."""
    if cycle.state != CycleState.OPEN:
        return []
    here = passages.passage(session, cycle, cycle.step)
    owner = passages.accountable(session, cycle, cycle.step)
    found = [Waiting(who=(owner,) if owner else (), kind=Awaited.STEP, due_on=here.due_on, number=cycle.step)]
    if cycle.step == Step.SHOULD_MEASURE:
        found += _tree_waits(session, cycle)
    for action in _actions(session, cycle, ("proposed",)):
        said = _answered(session, action, "action", action.version)
        free = tuple(one for one in approvers.of_action(session, cycle, action) if one not in said)
        about: dict[str, Any] = {"subject_id": action.id, "version": action.version, "name": action.title}
        until = local_day(action.expires_at, cycle.timezone) if action.expires_at else None
        found.append(Waiting(who=free, kind=Awaited.ACTION_APPROVAL, due_on=until, number=action.number, **about))
    for action in _actions(session, cycle, ("approved", "reopened")):
        about = {"subject_id": action.id, "name": action.title}
        found.append(
            Waiting(who=(action.owner,), kind=Awaited.ACTION, due_on=action.due_on, number=action.number, **about)
        )
    for action in _actions(session, cycle, ("done",)):
        ready = following.settles_at(action)
        since = local_day(ready, cycle.timezone) if ready else None
        about = {"subject_id": action.id, "name": action.title, "since": since}
        found.append(Waiting(who=(action.owner,), kind=Awaited.REVIEW, number=action.number, **about))
    for baseline in rows(session, Baseline, cycle.team_id, cycle_id=cycle.id, state=ProposalState.PROPOSED):
        said = _answered(session, baseline, "baseline")
        free = tuple(one for one in approvers.of_baseline(session, cycle, baseline) if one not in said)
        kpi = row(session, Kpi, cycle.team_id, id=baseline.kpi_id)
        name = kpi.name if kpi else baseline.kpi_key
        found.append(Waiting(who=free, kind=Awaited.BASELINE_APPROVAL, name=name, subject_id=baseline.id))
    return found


def _answered(session: Session, one: Action | Baseline, subject: str, version: int = 1) -> set[str]:
    """Who has said yes or no already."""
    about: dict[str, Any] = {"subject": subject, "subject_id": one.id, "version": version}
    return {given.user_id for given in rows(session, Decision, one.team_id, **about)}


def _tree_waits(session: Session, cycle: Cycle) -> list[Waiting]:
    """The business, once it was asked and until it has answered; before that, whoever is to ask it."""
    if trees.agreed(session, cycle) or not rows(session, Kpi, cycle.team_id, cycle_id=cycle.id, limit=1):
        return []
    given = trees.decisions(session, cycle, "tree")
    sent_back = any(one.choice == "reject" for one in given)
    if sent_back or not trees.decisions(session, cycle, "tree_submitted"):
        owner = passages.accountable(session, cycle, cycle.step)
        return [Waiting(who=(owner,) if owner else (), kind=Awaited.TREE if sent_back else Awaited.ASKING)]
    answered = {one.user_id for one in given}
    able = tuple(one for one in trees.approvers(session, cycle) if one not in answered)
    return [Waiting(who=able, kind=Awaited.TREE_APPROVAL, subject_id=cycle.id, version=cycle.tree_version)]


def _actions(session: Session, cycle: Cycle, states: tuple[str, ...]) -> list[Action]:
    return rows(session, Action, cycle.team_id, cycle_id=cycle.id, state=states, order="number")


def _taken(item: CarryOver, zone: str) -> Taken:
    return Taken(item.text, local_day(item.since, zone) if item.since else None)


def _carried(session: Session, cycle: Cycle) -> list[CarryOver]:
    return rows(session, CarryOver, cycle.team_id, cycle_id=cycle.id, disposition="")
