"""What waits for one person in a cycle: one list for ``/csi``, App Home and whoever asks the bot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from csi import passages, roles
from csi.cycle.overview import Waiting, judged, waiting
from csi.models import Cycle, Finding, Kpi, Report, ReportClick
from csi.reading.spans import local_day
from csi.states import CycleState, FindingState, ReportState
from csi.step3_gather import collecting
from csi.storage import rows
from csi.terms import Awaited, Role, Step


def own(session: Session, cycle: Cycle, user_id: str, now: datetime) -> list[Waiting]:
    """What waits for a person in an open cycle: the step last, as what is asked besides mostly belongs to it.

    What can only be done later is left out until then.
    """
    return chosen(of_everybody(session, cycle, waiting(session, cycle), now), user_id)


def chosen(found: Iterable[Waiting], user_id: str) -> list[Waiting]:
    """Of what waits in a cycle what waits for one person."""
    return [one for one in found if user_id in one.who]


def of_everybody(session: Session, cycle: Cycle, waited: Sequence[Waiting], now: datetime) -> list[Waiting]:
    """What waits in an open cycle, for whomever; ``waited`` is what ``overview.waiting`` gave."""
    today = local_day(now, cycle.timezone)
    here = [replace(one, since=None) if one.since else one for one in waited if not one.since or one.since <= today]
    step = [one for one in here if one.kind is Awaited.STEP]
    others = [one for one in here if one.kind is not Awaited.STEP]
    return [*others, *_data(session, cycle, now), *_findings(session, cycle), *_reports(session, cycle), *step]


def _data(session: Session, cycle: Cycle, now: datetime) -> Iterator[Waiting]:
    for one in collecting.to_bring(session, cycle, now):
        yield Waiting(
            who=(one.owner,),
            kind=Awaited.DATA,
            name=one.said,
            subject_id=cycle.id,
            start=one.start,
            is_typed=one.by_hand,
        )


def _findings(session: Session, cycle: Cycle) -> Iterator[Waiting]:
    """In step 5 what was drafted and nobody has confirmed, for who answers for the step."""
    if cycle.state != CycleState.OPEN or cycle.step != Step.ANALYSE:
        return
    owner = passages.accountable(session, cycle, cycle.step)
    names = {one.id: one.name for one in rows(session, Kpi, cycle.team_id, cycle_id=cycle.id)}
    found = {one.kpi_id: one for one in rows(session, Finding, cycle.team_id, cycle_id=cycle.id)}
    for one in judged(session, cycle.team_id, [cycle.id]):
        finding = found.get(one.kpi_id)
        settled = finding is not None and (finding.state == FindingState.CONFIRMED or bool(finding.none_because))
        if one.kpi_id in names and not one.stale and not settled:
            yield Waiting(who=(owner,), kind=Awaited.FINDING, name=names[one.kpi_id], subject_id=one.kpi_id)


def _reports(session: Session, cycle: Cycle) -> Iterator[Waiting]:
    """The newest report that was sent, for those who read and have given no sign yet."""
    for report in rows(session, Report, cycle.team_id, cycle_id=cycle.id, state=ReportState.SENT, order="-id", limit=1):
        readers = roles.holders(session, cycle.team_id, cycle.service_id, Role.APPROVER, Role.READER)
        said = {one.user_id for one in rows(session, ReportClick, cycle.team_id, report_id=report.id)}
        who = tuple(one for one in readers if one != report.made_by and one not in said)
        if who:
            yield Waiting(who=who, kind=Awaited.REPORT, name=report.audience, subject_id=report.id)
