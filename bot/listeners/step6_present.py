"""Step 6, present the information: ask for a report, draw it, post it, hear its readers."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient
from sqlmodel import Session

from bot import forms
from bot.blocks import parts
from bot.blocks import step6_present as blocks
from bot.context import Kit
from bot.listeners import modals, pictures
from bot.log import logger
from bot.payload import clicked, origin, team_of, user_of
from csi import cycle as cycles
from csi.charts import charts, slam, spiral
from csi.charts.canvas import Chart
from csi.charts.facts import MOST_URGENT_FIRST, Facts
from csi.errors import CsiError, GateRefused, TooEarly
from csi.models import AnalysisResult, Cycle, Kpi, Report
from csi.states import ReportState
from csi.step6_present import over_cycles, presenting, reports
from csi.step6_present.reports import ACKNOWLEDGE, DECIDE, QUESTION, Wish
from csi.storage import need, rows
from csi.terms import Audience, Step

log = logger(__name__)
Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A report ready to be sent: its content, the grid, and a chart per KPI (None: could not be drawn)."""

    content: Mapping[str, Any]
    grid: Chart | None
    charts: Mapping[str, Chart | None]


def open_form(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """``/csi present``: to whom and what for; refused while the analysis is missing or stale."""
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        _require_presentable(session, cycle)
        preview = _preview(session, cycle)
    ack()
    modals.show(client, body, blocks.form(preview, cycle.channel_id))


def _require_presentable(session: Session, cycle: Cycle) -> None:
    if cycle.step < Step.PRESENT:
        raise TooEarly("Presenting is", Step.PRESENT, cycle.step)
    if found := presenting.refusal(session, cycle):
        raise GateRefused(found)


def _preview(session: Session, cycle: Cycle) -> list[tuple[str, str, str]]:
    """Every KPI as the report will have it: name, label, summary."""
    results = {one.kpi_id: one for one in rows(session, AnalysisResult, cycle.team_id, cycle_id=cycle.id)}
    kpis = rows(session, Kpi, cycle.team_id, cycle_id=cycle.id)
    order = [verdict.value for verdict in MOST_URGENT_FIRST]
    measured = sorted(
        (kpi for kpi in kpis if kpi.id in results), key=lambda kpi: order.index(results[kpi.id].verdict or order[0])
    )
    unmeasured = [(kpi.name, "NOT MEASURED", "") for kpi in kpis if kpi.id not in results]
    return [_line(kpi, results[kpi.id]) for kpi in measured] + unmeasured


def _line(kpi: Kpi, result: AnalysisResult) -> tuple[str, str, str]:
    return kpi.name, result.badge, result.summary


FIELDS: dict[str, forms.Reader] = {
    "audience": forms.option(of=Audience),
    "purpose": forms.option(),
    "ask": forms.text(required=False, limit=1000),
}


def wanted(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """The form was sent: keep the wish, and have it drawn apart from this request."""
    form, team_id, actor, channel = (
        forms.read(view, FIELDS),
        team_of(body),
        user_of(body),
        str(view["private_metadata"]),
    )
    wish = Wish(form["audience"], form["ask"], form["purpose"] == blocks.INFORMATION)
    with kit.sessions() as session:
        cycle = cycles.of_channel(session, team_id, channel)
        _require_presentable(session, cycle)
        report = reports.ask_for(session, cycle, wish, actor=actor, now=kit.now())
        kit.inbox.later(
            session,
            team_id=team_id,
            kind="present.draw",
            key=str(report.id),
            payload={"report_id": report.id},
            user=actor,
            channel=channel,
        )
    ack()
    client.chat_postEphemeral(
        channel=channel, user=actor, text="I am drawing the charts; they will be here in a moment."
    )


def draw(payload: Body, kit: Kit) -> None:
    """The job: compute, draw, post; what fails is said in the channel and to its owner."""
    team_id, report_id = payload["team_id"], int(payload["report_id"])
    gathered = kit.slow(_gathered, kit, team_id, report_id)
    error = gathered.exception()
    if error is None and (made := gathered.result()):
        error = _post(kit, team_id, report_id, _drawn(kit, *made))
    if error is not None:
        _give_up(kit, team_id, report_id, error)
        raise error


def _drawn(kit: Kit, content: Mapping[str, Any], base: Facts) -> Drawn:
    """Every picture of the report, drawn apart."""
    grid = kit.slow(slam.slam_chart, base)
    pictures = {view.kpi.id: kit.slow(charts.draw, view) for view in presenting.shown(base)}
    return Drawn(content, _or_none(grid), {kpi: _or_none(picture) for kpi, picture in pictures.items()})


def _gathered(kit: Kit, team_id: str, report_id: int) -> tuple[Mapping[str, Any], Facts] | None:
    """The report's content and facts, of the data held now; None when it was sent or given up already."""
    with kit.sessions.reading() as session:
        report = need(session, Report, team_id, report_id)
        if report.state != ReportState.DRAFT:
            return None
        cycle = cycles.by_id(session, team_id, report.cycle_id)
        if found := presenting.refusal(session, cycle):
            raise GateRefused(found)
        base = presenting.facts_of(session, cycle, kit.files)
        return presenting.content(session, cycle, base, report), base


def _or_none(drawing: Future[Chart]) -> Chart | None:
    """The chart; None when it could not be drawn, which is logged and then said in its place."""
    if error := drawing.exception():
        log.error("chart_not_drawn", exc_info=error)
        return None
    return drawing.result()


def _post(kit: Kit, team_id: str, report_id: int, drawn: Drawn) -> GateRefused | None:
    """Freeze and post in one transaction; refused when the data is no longer what was drawn."""
    with kit.sessions() as session:
        report = need(session, Report, team_id, report_id)
        cycle = cycles.by_id(session, team_id, report.cycle_id)
        if found := presenting.refusal(session, cycle):
            return GateRefused(found)
        if reports.send(session, report, drawn.content, now=kit.now()):
            _post_all(session, kit, report, replace(drawn, content=report.content))
    return None


def _post_all(session: Session, kit: Kit, report: Report, drawn: Drawn) -> None:
    _post_head(session, kit, report, drawn)
    _post_record(session, kit, report, drawn.content)
    for line in drawn.content["items"]:
        _post_item(session, kit, report, line, drawn.charts.get(line["kpi"]))
    lost = [line["name"] for line in drawn.content["items"] if drawn.charts.get(line["kpi"]) is None]
    if lost or drawn.grid is None:
        _tell_owners(session, kit, report, blocks.lost(report, drawn.content, lost), "lost")


def _post_head(session: Session, kit: Kit, report: Report, drawn: Drawn) -> None:
    kit.outbox.post(
        session,
        team_id=report.team_id,
        channel=report.channel_id,
        key=report.post_key,
        text=blocks.headline(drawn.content),
        blocks=blocks.head(report, drawn.content, (), grid=drawn.grid is not None),
        image=drawn.grid.png if drawn.grid else None,
        alt_text=drawn.content["slam"]["alt_text"],
        subject=("report", report.id),
        tell=report.made_by,
    )


def _post_record(session: Session, kit: Kit, report: Report, content: Body) -> None:
    """Where the record ended, in the report's thread: kept where the database is not, and no reader's first thing."""
    if said := blocks.recorded(content):
        kit.outbox.post(
            session,
            team_id=report.team_id,
            channel=report.channel_id,
            key=f"{report.post_key}:record",
            thread_key=report.post_key,
            text=said,
            blocks=[parts.context(said)],
        )


def _post_item(session: Session, kit: Kit, report: Report, line: Body, chart: Chart | None) -> None:
    kit.outbox.post(
        session,
        team_id=report.team_id,
        channel=report.channel_id,
        key=f"{report.post_key}:{line['kpi']}",
        text=blocks.said(line),
        blocks=blocks.item(report, line, drawn=chart is not None),
        image=chart.png if chart else None,
        alt_text=line["alt_text"],
        subject=("report", report.id),
        tell=report.made_by,
    )


def _give_up(kit: Kit, team_id: str, report_id: int, error: BaseException) -> None:
    """Nothing is presented: say so in the channel and to those who answer for it."""
    why = str(error) if isinstance(error, CsiError) else "something went wrong on my side."
    with kit.sessions() as session:
        report = need(session, Report, team_id, report_id)
        if not reports.fail(session, report, why=why, now=kit.now()):
            return
        kit.outbox.post(
            session,
            team_id=team_id,
            channel=report.channel_id,
            key=f"{report.post_key}:failed",
            text=blocks.failed(report, why),
            tell=report.made_by,
        )
        _tell_owners(session, kit, report, blocks.failed(report, why), "failed")


def _tell_owners(session: Session, kit: Kit, report: Report, text: str, what: str) -> None:
    cycle = cycles.by_id(session, report.team_id, report.cycle_id)
    for user_id in {report.made_by, cycles.accountable(session, cycle, Step.PRESENT)} - {""}:
        key = f"{report.post_key}:{what}:{user_id}"
        kit.outbox.post(session, team_id=report.team_id, channel=user_id, key=key, text=text, kind="nudge")


def acknowledged(ack: Ack, body: Body, kit: Kit) -> None:
    """A reader has seen it; a second click changes nothing."""
    ack()
    with kit.sessions() as session:
        report = need(session, Report, team_of(body), int(clicked(body)))
        reports.press(session, report, kind=ACKNOWLEDGE, actor=user_of(body), now=kit.now())
        _refresh(session, kit, report)


def open_question(ack: Ack, body: Body, client: WebClient) -> None:
    """A reader wants to know something."""
    ack()
    modals.show(client, body, blocks.question_form(int(clicked(body))))


def open_decision(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """A reader decides on the ask."""
    ack()
    with kit.sessions.reading() as session:
        report = need(session, Report, team_of(body), int(clicked(body)))
    modals.show(client, body, blocks.decide_form(report.id, report.ask))


def open_answer(ack: Ack, body: Body, client: WebClient) -> None:
    """Somebody answers a reader's question."""
    ack()
    modals.show(client, body, blocks.answer_form(clicked(body)))


def answered(ack: Ack, body: Body, view: Body, kit: Kit) -> None:
    """The answer was sent: into the report's thread, to whoever asked."""
    text, actor = forms.read(view, {"text": forms.text(limit=1000)})["text"], user_of(body)
    report_id, _, asker = str(view["private_metadata"]).partition(":")
    with kit.sessions() as session:
        report = need(session, Report, team_of(body), int(report_id))
        said = reports.answer(session, report, asker=asker, text=text, actor=actor, now=kit.now())
        kit.outbox.post(
            session,
            team_id=report.team_id,
            channel=report.channel_id,
            thread_key=report.post_key,
            key=f"{report.post_key}:answer:{view['id']}",
            text=blocks.answered(actor, asker, said),
            subject=("report", report.id),
            tell=actor,
        )
    ack()


def questioned(ack: Ack, body: Body, view: Body, kit: Kit) -> None:
    """The question was sent: into the report's thread."""
    _keep(body, view, kit, QUESTION)
    ack()


def decided(ack: Ack, body: Body, view: Body, kit: Kit) -> None:
    """The decision was sent: into the report's thread."""
    _keep(body, view, kit, DECIDE)
    ack()


def _keep(body: Body, view: Body, kit: Kit, kind: str) -> None:
    text, actor = forms.read(view, {"text": forms.text(limit=1000)})["text"], user_of(body)
    with kit.sessions() as session:
        report = need(session, Report, team_of(body), int(view["private_metadata"]))
        pressed, new = reports.press(session, report, kind=kind, actor=actor, now=kit.now(), text=text)
        _refresh(session, kit, report)
        if new:
            is_question = kind == QUESTION
            said = blocks.asked(actor, text, report.made_by) if is_question else blocks.decided(actor, text)
            shown = blocks.question(said, report.id, actor) if is_question else []
            key = f"{report.post_key}:{kind}:{actor}:{len(pressed.text)}"
            kit.outbox.post(
                session,
                team_id=report.team_id,
                channel=report.channel_id,
                thread_key=report.post_key,
                key=key,
                text=said,
                blocks=shown,
                subject=("report", report.id),
                tell=actor,
            )


def how(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """How was this computed? From what was frozen with the report (V6.1)."""
    ack()
    report_id, _, which = clicked(body).partition(":")
    with kit.sessions.reading() as session:
        report = need(session, Report, team_of(body), int(report_id))
    modals.show(client, body, blocks.how_modal(blocks.explained(report.content, which)))


def why(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Why this verdict? From what was frozen with the report, for its audience."""
    ack()
    report_id, _, which = clicked(body).partition(":")
    with kit.sessions.reading() as session:
        report = need(session, Report, team_of(body), int(report_id))
    modals.show(client, body, blocks.why_modal(blocks.explained(report.content, which)))


def open_spiral(ack: Ack, body: Body, kit: Kit) -> None:
    """One KPI over all cycles: drawn apart, into the thread of its chart; once per report."""
    ack()
    report_id, _, kpi = clicked(body).partition(":")
    here = origin(body)
    with kit.sessions() as session:
        report = need(session, Report, here.team_id, int(report_id))
        wanted = {"report_id": report.id, "kpi": kpi}
        kit.inbox.later(
            session,
            team_id=here.team_id,
            kind="present.spiral",
            key=f"{report.id}:{kpi}",
            payload=wanted,
            user=here.user_id,
            channel=here.channel_id,
        )


def draw_spiral(payload: Body, kit: Kit) -> None:
    """The job behind it."""
    team_id, kpi = payload["team_id"], str(payload["kpi"])
    with kit.sessions.reading() as session:
        report = need(session, Report, team_id, int(payload["report_id"]))
        facts = over_cycles.spiral(session, cycles.by_id(session, team_id, report.cycle_id), kpi)
    chart = kit.slow(spiral.spiral_chart, facts).result()
    above = f"{report.post_key}:{kpi}"
    pictures.post(
        kit,
        chart,
        blocks.spiral(chart.alt_text, spiral.notes(facts)),
        team_id=team_id,
        channel=report.channel_id,
        thread_key=above,
        key=f"{above}:spiral",
        tell=str(payload.get("_user", "")),
    )


def _refresh(session: Session, kit: Kit, report: Report) -> None:
    """The report's message says who pressed what; its content stays as it was sent."""
    shown = kit.outbox.find(session, team_id=report.team_id, key=report.post_key)
    if shown is not None:
        made = blocks.head(report, report.content, reports.clicks(session, report), grid=bool(shown.image_key))
        kit.outbox.update(session, team_id=report.team_id, key=report.post_key, text=shown.text, blocks=made)
