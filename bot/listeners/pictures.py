"""What else is drawn of a KPI, where it is asked for: where its change lies, before and after, the error budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from slack_bolt import Ack, Respond
from slack_sdk import WebClient

from bot.blocks import notices, step5_analyse, step6_present
from bot.blocks.parts import Block
from bot.context import Kit
from bot.listeners import modals
from bot.payload import clicked, origin
from csi import cycle as cycles
from csi.charts import further, spiral, where
from csi.charts.canvas import Chart
from csi.charts.further import Further
from csi.errors import Conflict, NotFound
from csi.models import AnalysisResult, Kpi, Report
from csi.step6_present import over_cycles
from csi.storage import need, row

Body = Mapping[str, Any]


def open_further(ack: Ack, body: Body, kit: Kit) -> None:
    """A reader wants one more picture of a KPI: drawn apart, into the thread of its chart; once per report."""
    ack()
    report_id, _, which = clicked(body).partition(":")
    here = origin(body)
    with kit.sessions() as session:
        report = need(session, Report, here.team_id, int(report_id))
        _kept(report, which)
        kit.inbox.later(
            session,
            team_id=here.team_id,
            kind="present.further",
            key=f"{report.id}:{which}",
            payload={"report_id": report.id, "which": which},
            user=here.user_id,
            channel=here.channel_id,
        )


def _kept(report: Report, which: str) -> tuple[str, Further, Mapping[str, Any]]:
    """A KPI, a kind of picture, and what the report froze of it.

    Raises:
        NotFound: nothing, as it was made by an earlier version, or is another report's.
    """
    kpi, _, kind = which.rpartition(":")
    kept = [line.get("further", {}).get(kind) for line in report.content.get("items", ()) if line["kpi"] == kpi]
    if not kept or kept[0] is None:
        raise NotFound("That picture is not in this report. Present again for one that has it.")
    return kpi, Further(kind), kept[0]


def post(
    kit: Kit,
    chart: Chart,
    layout: Sequence[Block],
    *,
    team_id: str,
    channel: str,
    key: str,
    tell: str,
    thread_key: str = "",
) -> None:
    """A picture to be sent once, with the words it is told by.

    Args:
        kit: what a listener has.
        chart: as it was drawn.
        layout: the message's blocks.
        team_id: the workspace.
        channel: a channel's id, or a person's.
        key: of the message, unique in the workspace.
        tell: the person who hears of it when it cannot be posted.
        thread_key: of the message it answers; empty for one of its own.
    """
    with kit.sessions() as session:
        kit.outbox.post(
            session,
            team_id=team_id,
            channel=channel,
            thread_key=thread_key,
            key=key,
            text=step6_present.plain(chart.title),
            blocks=layout,
            image=chart.png,
            alt_text=chart.alt_text,
            tell=tell,
        )


def draw_further(payload: Body, kit: Kit) -> None:
    """The job behind it, drawn from what was frozen."""
    team_id = payload["team_id"]
    with kit.sessions.reading() as session:
        report = need(session, Report, team_id, int(payload["report_id"]))
        kpi, kind, kept = _kept(report, str(payload["which"]))
    chart = kit.slow(lambda: further.drawing(kind, kept).chart()).result()
    below = kept["where"]["sentences"] if kind is Further.WHERE else ()
    above = f"{report.post_key}:{kpi}"
    post(
        kit,
        chart,
        step6_present.further(chart.alt_text, below),
        team_id=team_id,
        channel=report.channel_id,
        thread_key=above,
        key=f"{above}:{kind}",
        tell=str(payload.get("_user", "")),
    )


def open_spiral(ack: Ack, body: Body, client: WebClient, respond: Respond, kit: Kit) -> None:
    """One KPI over all cycles, from the history: into the person's own conversation."""
    ack()
    here, (cycle_id, _, key) = origin(body), clicked(body).partition(":")
    with kit.sessions() as session:
        cycle = cycles.by_id(session, here.team_id, int(cycle_id))
        chart = over_cycles.spiral(session, cycle, key)
        kit.inbox.later(
            session,
            team_id=here.team_id,
            kind="history.spiral",
            user=here.user_id,
            key=f"{cycle.id}:{key}:{here.user_id}:{kit.now():%Y-%m-%dT%H:%M}",
            payload={"cycle_id": cycle.id, "kpi": key},
        )
    text = step6_present.plain(f"{chart.name} over all cycles comes into your conversation with me.")
    if body.get("response_url"):
        respond(text=text, response_type="ephemeral", replace_original=False)
    else:
        modals.show(client, body, notices.view(notices.note(text), "All cycles"))


def draw_spiral(payload: Body, kit: Kit) -> None:
    """The job behind it."""
    team_id, user, key = payload["team_id"], str(payload.get("_user", "")), str(payload["kpi"])
    with kit.sessions.reading() as session:
        facts = over_cycles.spiral(session, cycles.by_id(session, team_id, int(payload["cycle_id"])), key)
    chart = kit.slow(spiral.spiral_chart, facts).result()
    if not user:
        return
    shown = step6_present.spiral(chart.alt_text, spiral.notes(facts))
    name = f"history:{key}:{user}:{kit.now().timestamp():.0f}"
    post(kit, chart, shown, team_id=team_id, channel=user, key=name, tell=user)


def where_of(kpi: Kpi, result: AnalysisResult, service: str = "") -> where.Shown | None:
    """Where a KPI's change lies by its kept result; None where that is not known, or an earlier version kept it."""
    found = result.result.get("where")
    if not found or "centre" not in found:
        return None
    return where.of_plain(
        {
            "name": kpi.name,
            "unit": kpi.unit,
            "direction": kpi.direction,
            "service": service,
            "badge": result.badge,
            "where": found,
        }
    )


def open_where(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Where a KPI's change lies: in words at once, the picture into the person's own conversation, once per result."""
    ack()
    here = origin(body)
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        kpi = need(session, Kpi, cycle.team_id, int(clicked(body)))
        result = row(session, AnalysisResult, cycle.team_id, cycle_id=cycle.id, kpi_id=kpi.id)
        shown = where_of(kpi, result) if result else None
        if result is None or shown is None:
            raise Conflict(f"It is not known where the change of {kpi.name} lies.")
        kit.inbox.later(
            session,
            team_id=here.team_id,
            kind="analyse.where",
            payload={"result_id": result.id},
            key=f"{result.id}:{result.input_hash}:{here.user_id}",
            user=here.user_id,
        )
        view = step5_analyse.where_modal(kpi.name, shown.where.sentences, where.rows_of(shown))
    modals.show(client, body, view)


def draw_where(payload: Body, kit: Kit) -> None:
    """The job behind it; nothing where it was analysed anew meanwhile."""
    team_id, user = payload["team_id"], str(payload.get("_user", ""))
    with kit.sessions.reading() as session:
        result = row(session, AnalysisResult, team_id, id=int(payload["result_id"]))
        kpi = row(session, Kpi, team_id, id=result.kpi_id) if result else None
        shown = where_of(kpi, result) if result and kpi else None
    if result is None or shown is None or not user:
        return
    chart = kit.slow(lambda: where.drawing(shown).chart()).result()
    below = step6_present.further(chart.alt_text, shown.where.sentences)
    key = f"where:{result.id}:{result.input_hash}:{user}"
    post(kit, chart, below, team_id=team_id, channel=user, key=key, tell=user)
