"""Reports to an audience: asked for, frozen when sent, and what their readers pressed.

A report's ``content`` is plain JSON and holds every KPI of the cycle (``verdicts``) and at most five of them with a
chart (``items``); the shape is what ``csi.step6_present.presenting.content`` makes. Once sent nothing of it is changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from csi import audit, roles
from csi.definition import hash_of
from csi.errors import Breach, Conflict, GateRefused, InvalidInput, NotFound
from csi.models import Cycle, Report, ReportClick
from csi.states import CycleState, ReportState
from csi.storage import change_if, lock, need, row, rows
from csi.terms import Audience, Step, Verdict

MOST_ITEMS = 5  # Source: V6.3
MET = (Verdict.ACHIEVED, Verdict.ACHIEVED_UNSTABLE, Verdict.IMPROVED)
ACKNOWLEDGE, QUESTION, DECIDE = "acknowledge", "question", "decide"
TEXT = 1000  # characters of an ask, a question or a decision


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to present: to whom, and what is asked of them."""

    audience: Audience
    ask: str = ""
    for_information: bool = False


def ask_for(session: Session, cycle: Cycle, wish: Wish, *, actor: str, now: datetime) -> Report:
    """A report to be made, not yet sent.

    Raises:
        InvalidInput: neither an ask nor for information (V6.3), or both.
        Conflict: the cycle has not come to step 6 yet.
    """
    roles.require(session, cycle, actor, roles.MEMBERS, "present")
    if cycle.state != CycleState.OPEN or cycle.step < Step.PRESENT:
        raise Conflict(f"Presenting is step 6; this cycle is in step {cycle.step}.")
    ask = wish.ask.strip()
    if len(ask) > TEXT:
        raise InvalidInput("ask", f"at most {TEXT:,} characters; these are {len(ask):,}")
    if bool(ask) == wish.for_information:
        expected = (
            "leave this empty for a report for information" if ask else "say what you ask for, or choose information"
        )
        raise InvalidInput("ask", f"{expected} (V6.3)")
    made = Report(
        team_id=cycle.team_id,
        cycle_id=cycle.id,
        audience=wish.audience.value,
        ask=ask,
        for_information=wish.for_information,
        made_by=actor,
        made_at=now,
        channel_id=cycle.channel_id,
    )
    session.add(made)
    session.flush()
    made.post_key = f"report:{made.id}"
    return made


def send(session: Session, report: Report, content: Mapping[str, Any], *, now: datetime) -> bool:
    """Freeze what is sent, with where the record ends then; False when it was sent already.

    Raises:
        GateRefused: the content breaks a rule of step 6.
    """
    if found := list(faults(content, wish_of(report))):
        raise GateRefused(found)
    frozen = {**content, "record": str(audit.head(session, report.team_id) or "")}
    values = {"state": "sent", "content": frozen, "content_hash": hash_of(frozen), "sent_at": now}
    if not change_if(session, report, {"state": "draft"}, values):
        return False
    new = {"audience": report.audience, "content_hash": report.content_hash, "ask": report.ask}
    _log(session, report, actor=report.made_by, now=now, what="presented", new=new)
    return True


def fail(session: Session, report: Report, *, why: str, now: datetime) -> bool:
    """The report could not be made and never will be sent; False when it was, or failed before."""
    gone = change_if(session, report, {"state": "draft"}, {"state": "failed"})
    if gone:
        _log(session, report, actor=report.made_by, now=now, what="report failed", new={"why": why[:TEXT]})
    return gone


def press(
    session: Session, report: Report, *, kind: str, actor: str, now: datetime, text: str = ""
) -> tuple[ReportClick, bool]:
    """Keep what a reader pressed; the second is False when a second click changed nothing.

    Another question of the same reader is kept behind the first.

    Raises:
        Conflict: the report was not sent. NotAllowed: deciding is for those who approve.
    """
    cycle = need(session, Cycle, report.team_id, report.cycle_id)
    if report.state != ReportState.SENT:
        raise Conflict("This report has not been sent.")
    if kind == DECIDE:
        roles.require(session, cycle, actor, roles.APPROVERS, "decide on a report")
    lock(session, f"report:{report.team_id}:{report.id}")
    pressed = row(session, ReportClick, report.team_id, report_id=report.id, user_id=actor, kind=kind)
    if pressed is not None and (not text or text in pressed.text.split("\n")):
        return pressed, False
    made = pressed or ReportClick(team_id=report.team_id, report_id=report.id, user_id=actor, kind=kind, at=now)
    made.text = "\n".join(part for part in (made.text, _one_line(text)) if part)
    made.at = now
    session.add(made)
    _log(session, report, actor=actor, now=now, what=kind, new={"text": text})
    return made, True


def answer(session: Session, report: Report, *, asker: str, text: str, actor: str, now: datetime) -> str:
    """Answer a reader's question; what is said, on one line. It is kept in the log.

    Raises:
        NotAllowed: the person is no member of the service's team.
        NotFound: that person asked nothing of this report.
        InvalidInput: nothing is said.
    """
    cycle = need(session, Cycle, report.team_id, report.cycle_id)
    roles.require(session, cycle, actor, roles.MEMBERS, "answer a question on a report")
    if row(session, ReportClick, report.team_id, report_id=report.id, user_id=asker, kind=QUESTION) is None:
        raise NotFound("There is no such question on this report.")
    said = _one_line(text)
    if not said:
        raise InvalidInput("text", "please say it in a few words")
    _log(session, report, actor=actor, now=now, what="answer", new={"to": asker, "text": said})
    return said


def clicks(session: Session, report: Report) -> list[ReportClick]:
    """What its readers pressed, in the order in which they did."""
    return rows(session, ReportClick, report.team_id, report_id=report.id, order="at")


def of_cycle(session: Session, cycle: Cycle) -> list[Report]:
    """The cycle's sent reports, newest first."""
    return rows(session, Report, cycle.team_id, cycle_id=cycle.id, state=ReportState.SENT, order="-id", limit=50)


def newest(session: Session, cycle: Cycle) -> list[Report]:
    """The newest sent report of each audience."""
    return list({report.audience: report for report in reversed(of_cycle(session, cycle))}.values())


def wish_of(report: Report) -> Wish:
    """What was wanted of it."""
    return Wish(Audience(report.audience), report.ask, report.for_information)


def faults(content: Mapping[str, Any], wish: Wish) -> Iterator[Breach]:
    """What of a report's content no report may do, whatever the tables hold (V6.2, V6.3, V6.4, V6.7)."""
    yield from _leaves_out(content)
    yield from _asks_too_much(content, wish)
    yield from _bare_charts(content)
    yield from _single_people(content)


def _leaves_out(content: Mapping[str, Any]) -> Iterator[Breach]:
    """V6.2: a met KPI has a chart while a missed or inconclusive one has none."""
    shown = {item["kpi"] for item in content["items"]}
    met = [one["name"] for one in content["verdicts"] if one["kpi"] in shown and one["verdict"] in MET]
    left = [one["name"] for one in content["verdicts"] if one["kpi"] not in shown and unmet(one)]
    if met and left:
        yield _breach("V6.2", f"{_named(left)} left out beside {_named(met)}, which did better.")


def unmet(line: Mapping[str, Any]) -> bool:
    """Whether a verdict line is a measured KPI that did not improve or could not be judged."""
    return bool(line["verdict"]) and line["verdict"] not in MET


def _asks_too_much(content: Mapping[str, Any], wish: Wish) -> Iterator[Breach]:
    if len(content["items"]) > MOST_ITEMS:
        yield _breach("V6.3", f"The report has {len(content['items'])} charts; at most {MOST_ITEMS} are read.")
    if not wish.ask and not wish.for_information:
        yield _breach("V6.3", "The report asks for nothing and does not say that it is for information.")


NEEDED = ("sentence", "alt_text", "unit", "target", "baseline", "period", "n", "source")


def _bare_charts(content: Mapping[str, Any]) -> Iterator[Breach]:
    """V6.4: a chart lacks something that must stand beside it."""
    for item in content["items"]:
        if missing := [name.replace("_", " ") for name in NEEDED if not item.get(name)]:
            yield _breach("V6.4", f"The chart of {item['name']} does not say its {', '.join(missing)}.")


def _single_people(content: Mapping[str, Any]) -> Iterator[Breach]:
    """V6.7: a figure about so few cases that it tells of single people."""
    for item in content["items"]:
        few = [one for one in item["points"] if one["n"] is not None and one["n"] < item["min_n"]]
        if few:
            yield _breach("V6.7", f"{item['name']} shows a figure of {few[0]['n']:g} cases; at least {item['min_n']}.")


def _breach(rule: str, sentence: str) -> Breach:
    return Breach(rule=rule, sentence=sentence, mend="cycle.open", mend_label="Present again", mend_value="present")


def _named(names: list[str]) -> str:
    return f"{', '.join(names[:3])}{f' and {len(names) - 3} more' if len(names) > 3 else ''}"


def _one_line(text: str) -> str:
    return " ".join(text.split())[:TEXT]


def _log(session: Session, report: Report, *, actor: str, now: datetime, what: str, new: Mapping[str, Any]) -> None:
    subject = ("report", report.id)
    audit.record(session, team_id=report.team_id, actor=actor, at=now, what=what, subject=subject, new=new)
