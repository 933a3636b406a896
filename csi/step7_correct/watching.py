"""What an action should move and what a clause promises is watched as periods close, in whatever step (V7.8)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from csi import reminders, roles
from csi.analysis.analysis import Signal
from csi.analysis.finding import NOT_MEASURED
from csi.definition import hash_of
from csi.measurement import counted, living
from csi.measurement.living import Living
from csi.models import Action, AnalysisResult, Cycle, Kpi, Reminder, Source
from csi.passages import by_id
from csi.reading.files import FileStore
from csi.reading.spans import local_day
from csi.reminders import Nudge
from csi.states import BatchState, CycleState
from csi.step3_gather.measured import KINDS
from csi.step4_process import computing
from csi.step5_analyse.results import result_plain
from csi.step7_correct import following
from csi.storage import Sessions, row, rows
from csi.study.evaluation import Outcome, Report
from csi.terms import Period, Role
from csi.words import wording
from csi.words.signals import SignalRule

SUBJECT = "watched"
SIGNAL, UNWATCHED = "signal", "unwatched"  # kinds of what is told
CONCERN, IMPROVEMENT = "concern", "improvement"
_HOUR = "%Y-%m-%dT%H"


@dataclass(frozen=True, slots=True)
class Told:
    """What a look wrote: what people are told, and the actions that were reopened."""

    reminded: Sequence[Reminder] = ()
    reopened: Sequence[Action] = ()


def mark(session: Session, cycle: Cycle, now: datetime) -> str:
    """How far the data of a cycle reach in which something is watched: another mark calls for another look.

    Empty where nothing is watched, or nothing has come.
    """
    if cycle.state != CycleState.OPEN or not living.of_service(session, cycle, now):
        return ""
    typed: list[int] = []
    others: list[int] = []
    for source in rows(session, Source, cycle.team_id, service_id=cycle.service_id):
        (typed if source.kind in KINDS else others).append(source.id)
    batches = [one for found in counted.delivered(session, cycle.team_id, others).values() for one in found]
    numbers = [one for found in counted.typed(session, cycle.team_id, typed).values() for one in found]
    delivered = max((one.id for one in batches if one.state == BatchState.CURRENT), default=None)
    measured = max((one.newest for one in numbers if one.newest is not None), default=None)
    if delivered is None and measured is None:
        return ""
    return f"{cycle.id}:{delivered or 0}:{measured.strftime(_HOUR) if measured else ''}"


def look(sessions: Sessions, files: FileStore, *, team_id: str, cycle_id: int, now: datetime) -> Told:
    """Process and analyse what has come, and tell who answers for it what is new at the newest point.

    Nothing is kept as an analysis: what the steps show is theirs. Slow; nothing is locked meanwhile.

    Raises:
        InvalidInputs: something is wrong that is no single KPI's.
    """
    with sessions.reading() as session:
        cycle = by_id(session, team_id, cycle_id)
        watched = living.of_service(session, cycle, now)
        if cycle.state != CycleState.OPEN or not watched:
            return Told()
        report = computing.evaluated(session, cycle, files)
        kpis = {kpi.key: kpi for kpi in rows(session, Kpi, team_id, cycle_id=cycle.id)}
        found = [
            one for lives in watched if lives.kpi_key in kpis for one in _of(cycle, kpis[lives.kpi_key], lives, report)
        ]
        nudges = [_nudge(session, cycle, one, now) for one in found]
        finished = [one.action for one in watched if one.action and one.action.state in following.FINISHED]
        worse = [one.id for one in finished if _is_worse(session, one, kpis.get(one.kpi_key), report, now)]
    with sessions() as session:
        told = reminders.write(session, team_id, nudges, now)
        return Told(told, [one for number in worse if (one := following.reopen(session, team_id, number, now))])


@dataclass(frozen=True, slots=True)
class _News:
    """Something that is new of a watched KPI: ``key`` is the same as long as it goes on."""

    lives: Living
    kpi: Kpi
    kind: str
    key: str
    details: dict[str, Any]


def _of(cycle: Cycle, kpi: Kpi, lives: Living, report: Report) -> Iterator[_News]:
    """What is new of one watched KPI."""
    outcome = report.kpis.get(kpi.key)
    if outcome is None:
        why = "; ".join(str(one) for one in report.refused.get(kpi.key, ())) or NOT_MEASURED
        yield _News(lives, kpi, UNWATCHED, hash_of(why)[:12], {"why": why})
        return
    signal = newest(outcome)
    if signal is None or _ended(outcome, signal) <= lives.since:
        return
    begun = begins(outcome, signal)
    value = float(outcome.processed.series.loc[_place(outcome, signal), "value"])
    period = Period(cycle.period)
    said = {
        "rule": signal.rule.value,
        "way": signal.direction,
        "period": wording.named(signal.start.astimezone(ZoneInfo(cycle.timezone)).date(), period),
        "value": wording.amount(value, kpi.unit),
    }
    yield _News(lives, kpi, SIGNAL, f"{signal.direction}:{begun:{_HOUR}}", said)


def newest(outcome: Outcome) -> Signal | None:
    """The signal at the newest point of a KPI; None where there is none."""
    return next((one for one in outcome.analysis.signals if one.latest), None)


def begins(outcome: Outcome, signal: Signal) -> datetime:
    """When what a signal shows began: it is told once, and each point outside the limits for the worse by itself."""
    if signal.rule is SignalRule.OUTSIDE and signal.direction != IMPROVEMENT:
        return signal.start
    ways = {one.start: one.direction for one in outcome.analysis.signals}
    begun = signal.start
    for start in reversed(outcome.processed.series.index):
        if start > signal.start:
            continue
        if ways.get(start.to_pydatetime()) != signal.direction:
            return begun
        begun = start.to_pydatetime()
    return begun


def _place(outcome: Outcome, signal: Signal) -> Any:
    return next(start for start in outcome.processed.series.index if start == signal.start)


def _ended(outcome: Outcome, signal: Signal) -> datetime:
    end: datetime = outcome.processed.series.loc[_place(outcome, signal), "end"].to_pydatetime()
    return end


def _nudge(session: Session, cycle: Cycle, news: _News, now: datetime) -> Nudge:
    """What is told of it, and to whom: an action's owner, else the KPI's, else who answers for the service."""
    action, clause = news.lives.action, news.lives.clause
    owners = roles.holders(session, cycle.team_id, cycle.service_id, Role.SERVICE_OWNER, Role.CSI_MANAGER)
    named = action.owner if action else news.kpi.owner
    about = f"action:{action.id}" if action else f"clause:{clause.id if clause else 0}"
    details = {**news.details, "kpi": news.kpi.name, "number": action.number if action else 0}
    details |= {"title": action.title if action else clause.text if clause else "", "about": about}
    return Nudge(
        key=f"{news.kind}:{about}:{news.kpi.key}:{news.key}",
        kind=news.kind,
        user_id=named or next(iter(owners), ""),
        cycle_id=cycle.id,
        subject=(SUBJECT, news.kpi.id),
        day=local_day(now, cycle.timezone),
        details=details,
    )


def stands(session: Session, reminder: Reminder, cycle: Cycle, now: datetime) -> bool:
    """Whether the KPI that somebody was told of is still watched, for the same reason."""
    kpi = row(session, Kpi, reminder.team_id, id=reminder.subject_id)
    about = str(reminder.details.get("about"))
    return kpi is not None and any(
        one.kpi_key == kpi.key and about == (f"action:{one.action.id}" if one.action else f"clause:{_number(one)}")
        for one in living.of_service(session, cycle, now)
    )


def _number(lives: Living) -> int:
    return lives.clause.id if lives.clause else 0


def _is_worse(session: Session, action: Action, kpi: Kpi | None, report: Report, now: datetime) -> bool:
    """Whether the KPI of a finished action has regressed by what has come (V7.7), confirmed as ever."""
    if kpi is None or kpi.key not in report.kpis:
        return False
    result = AnalysisResult(
        team_id=kpi.team_id,
        cycle_id=kpi.cycle_id,
        kpi_id=kpi.id,
        verdict=report.kpis[kpi.key].analysis.verdict,
        result=result_plain(report, kpi.key),
        made_at=now,
        input_hash="",
    )
    return following.has_regressed(session, action, result, following.benefit_by(session, action, result))
