"""What waits for one person in a cycle: one list for ``/csi``, App Home and whoever asks the bot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from csi import passages, roles
from csi.cycle.overview import Waiting, judged, waiting
from csi.models import Cycle, Finding, Kpi, Report, ReportClick
from csi.reading.spans import local_day
from csi.step3_gather import collecting
from csi.storage import row, rows
from csi.terms import Awaited, Role, Step


def own(session: Session, cycle: Cycle, user_id: str, now: datetime) -> list[Waiting]:
    """What waits for a person in an open cycle: the step last, as what is asked besides mostly belongs to it.

    What can only be done later is left out until then.
    """
    today = local_day(now, cycle.timezone)
    mine = [one for one in waiting(session, cycle) if user_id in one.who]
    here = [replace(one, since=None) for one in mine if not one.since or one.since <= today]
    step = [one for one in here if one.kind is Awaited.STEP]
    others = [one for one in here if one.kind is not Awaited.STEP]
    more = [
        *_data(session, cycle, user_id, now),
        *_findings(session, cycle, user_id),
        *_reports(session, cycle, user_id),
    ]
    return [*others, *more, *step]


def _data(session: Session, cycle: Cycle, user_id: str, now: datetime) -> Iterator[Waiting]:
    for one in collecting.to_bring(session, cycle, user_id, now):
        yield Waiting(
            who=(user_id,), kind=Awaited.DATA, name=one.said, subject_id=cycle.id, start=one.start, is_typed=one.by_hand
        )


def _findings(session: Session, cycle: Cycle, user_id: str) -> Iterator[Waiting]:
    """In step 5 what was drafted and nobody has confirmed, for who answers for the step."""
    if cycle.state != "open" or cycle.step != Step.ANALYSE:
        return
    if passages.accountable(session, cycle, cycle.step) != user_id:
        return
    names = {one.id: one.name for one in rows(session, Kpi, cycle.team_id, cycle_id=cycle.id)}
    found = {one.kpi_id: one for one in rows(session, Finding, cycle.team_id, cycle_id=cycle.id)}
    for one in judged(session, cycle.team_id, [cycle.id]):
        finding = found.get(one.kpi_id)
        settled = finding is not None and (finding.state == "confirmed" or bool(finding.none_because))
        if one.kpi_id in names and not one.stale and not settled:
            yield Waiting(who=(user_id,), kind=Awaited.FINDING, name=names[one.kpi_id], subject_id=one.kpi_id)


def _reports(session: Session, cycle: Cycle, user_id: str) -> Iterator[Waiting]:
    """The newest report that was sent, for those who read and have given no sign yet."""
    readers = roles.holders(session, cycle.team_id, cycle.service_id, Role.APPROVER, Role.READER)
    if user_id not in readers:
        return
    for report in rows(session, Report, cycle.team_id, cycle_id=cycle.id, state="sent", order="-id", limit=1):
        pressed = row(session, ReportClick, cycle.team_id, report_id=report.id, user_id=user_id)
        if report.made_by != user_id and pressed is None:
            yield Waiting(who=(user_id,), kind=Awaited.REPORT, name=report.audience, subject_id=report.id)
