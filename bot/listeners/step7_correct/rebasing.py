"""A new baseline: proposed, approved, rejected."""

from __future__ import annotations

from slack_bolt import Ack
from slack_sdk import WebClient
from sqlmodel import Session

from bot import copies, forms
from bot.blocks import step7_correct as blocks
from bot.context import Kit
from bot.listeners import modals
from bot.listeners.step7_correct.acting import view_of
from bot.payload import Body, clicked, origin, user_of
from csi import approvers
from csi import cycle as cycles
from csi.errors import Conflict
from csi.models import Baseline, Cycle, Kpi
from csi.states import ProposalState
from csi.step1_should_measure import kpis
from csi.step7_correct import baselines
from csi.storage import row


def open_baseline(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Ask which window is the new baseline."""
    ack()
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        known = {str(one.id): one.name for one in kpis.of_cycle(session, cycle)}
        if not known:
            raise Conflict("This cycle has no KPI.")
        chosen = clicked(body) if clicked(body) in known else next(iter(known))
        kpi = row(session, Kpi, cycle.team_id, id=int(chosen))
        view = blocks.baseline_form(known, chosen, baselines.suggested_window(cycle, kpi), modals.metadata(cycle))
    modals.show(client, body, view)


def said_baseline(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """A window was proposed: the approvers are asked."""
    form = forms.read(
        view,
        {
            "kpi_id": forms.option(of=int),
            "window_from": forms.date(),
            "window_to": forms.date(),
            "reason": forms.reason(limit=300),
        },
    )
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        made = baselines.propose_baseline(session, cycle, actor=user_of(body), now=kit.now(), **form)
        _show_baseline(session, kit, cycle, made)
        shown = view_of(session, cycle)
    ack()
    modals.refresh(client, body, shown)


def _show_baseline(session: Session, kit: Kit, cycle: Cycle, made: Baseline) -> None:
    others = approvers.of_baseline(session, cycle, made)
    kpi = row(session, Kpi, made.team_id, id=made.kpi_id)
    name = kpi.name if kpi else made.kpi_key
    text = blocks.baseline_text(name, others, baselines.needed(made))
    question = kit.outbox.keep(
        session,
        team_id=made.team_id,
        key=made.post_key,
        channel=cycle.channel_id,
        text=text,
        blocks=blocks.baseline_question(
            made,
            text,
            baselines.decisions(session, made),
            needed=baselines.needed(made),
            lacking=blocks.too_few(others, baselines.needed(made)),
        ),
        subject=("baseline", made.id),
        tell=made.proposed_by,
    )
    copies.ask(session, kit.outbox, question, others if made.state == ProposalState.PROPOSED else ())


def approve_baseline(ack: Ack, body: Body, kit: Kit) -> None:
    """Approve was pressed on a baseline."""
    ack()
    _decide_baseline(body, kit, int(clicked(body)), "approve", "")


def open_reject_baseline(ack: Ack, body: Body, client: WebClient) -> None:
    """Reject was pressed on a baseline: ask why."""
    ack()
    modals.show(client, body, blocks.reason_form(blocks.REJECT_BASELINE, clicked(body)))


def rejected_baseline(ack: Ack, body: Body, view: Body, kit: Kit) -> None:
    """The reason was sent."""
    reason = forms.read(view, {"reason": forms.reason()})["reason"]
    _decide_baseline(body, kit, int(view["private_metadata"]), "reject", reason)
    ack()


def _decide_baseline(body: Body, kit: Kit, baseline_id: int, choice: str, reason: str) -> None:
    with kit.sessions() as session:
        vote = baselines.decide_baseline(
            session,
            team_id=origin(body).team_id,
            baseline_id=baseline_id,
            actor=user_of(body),
            choice=choice,
            reason=reason,
            now=kit.now(),
        )
        cycle = cycles.by_id(session, vote.baseline.team_id, vote.baseline.cycle_id)
        _show_baseline(session, kit, cycle, vote.baseline)
        if vote.settled:
            _tell_proposer(session, kit, cycle, vote)


def _tell_proposer(session: Session, kit: Kit, cycle: Cycle, vote: baselines.Vote) -> None:
    """An edited question notifies nobody: who proposed the baseline hears how it went, in its thread."""
    made = vote.baseline
    kpi = row(session, Kpi, made.team_id, id=made.kpi_id)
    kit.outbox.post(
        session,
        team_id=made.team_id,
        channel=cycle.channel_id,
        thread_key=made.post_key,
        key=f"{made.post_key}:settled",
        subject=("baseline", made.id),
        tell=made.proposed_by,
        text=blocks.baseline_settled(made, kpi.name if kpi else made.kpi_key, vote.decision),
    )
