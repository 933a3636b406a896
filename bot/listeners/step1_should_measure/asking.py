"""The business is asked about the tree, and answers."""

from __future__ import annotations

from collections.abc import Sequence

from slack_bolt import Ack
from slack_sdk import WebClient
from sqlmodel import Session

from bot import cards, copies, forms
from bot.blocks import notices
from bot.blocks import step1_should_measure as blocks
from bot.context import Kit
from bot.errors import whisper
from bot.listeners import modals
from bot.listeners.step1_should_measure.growing import question_key, tree_view
from bot.payload import Body, clicked, origin, user_of
from csi import cycle as cycles
from csi.models import Cycle, Decision
from csi.step1_should_measure import approval
from csi.step1_should_measure.tree import approvers, decisions, tree
from csi.step2_can_measure import tested
from csi.words.wording import amount


def submit(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Ask the business's approvers, in the thread of the cycle's card."""
    ack()
    actor = user_of(body)
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        asked = ask(session, kit, cycle, actor)
        view = tree_view(session, cycle)
    if (body.get("view") or {}).get("type") == "modal":
        modals.replace(client, body["view"]["id"], view)
    else:
        whisper(client, origin(body), notices.note(blocks.was_asked(asked)))


def ask(session: Session, kit: Kit, cycle: Cycle, actor: str) -> list[str]:
    """Ask the business's approvers about the tree as it is now; returns them."""
    again = bool(decisions(session, cycle, "tree_submitted"))
    asked = approval.submit_tree(session, cycle, actor=actor, now=kit.now())
    service = cycles.service_of(session, cycle).name
    text = blocks.approval_text(service, cycle.number, actor, asked)
    shown = blocks.approval(tree(session, cycle), text, f"{cycle.id}:{cycle.tree_version}", levels(session, cycle))
    question = kit.outbox.post(
        session,
        team_id=cycle.team_id,
        channel=cycle.channel_id,
        thread_key=cards.key(cycle),
        text=text,
        key=question_key(cycle),
        blocks=shown,
        subject=("cycle", cycle.id),
        tell=actor,
    )
    copies.ask(session, kit.outbox, question, asked)
    if again:
        _ask_again(session, kit, cycle, approvers(session, cycle), actor)
    return asked


def levels(session: Session, cycle: Cycle) -> dict[int, str]:
    """Where KPIs stand by their data, in words, by the id of the KPI; those whose data were not tried are left out."""
    found = {kpi.id: (tested.of_kpi(session, kpi), kpi.unit) for kpi in tree(session, cycle).kpis}
    return {id: amount(seen.now, unit) for id, (seen, unit) in found.items() if seen is not None}


def show_levels(session: Session, kit: Kit, cycle: Cycle) -> None:
    """Where KPIs stand has changed: a question to the business that is open shows it."""
    question, here = kit.outbox.find(session, team_id=cycle.team_id, key=question_key(cycle)), tree(session, cycle)
    if question is None or here.agreed or here.sent_back:
        return
    shown = blocks.approval(here, question.text, f"{cycle.id}:{cycle.tree_version}", levels(session, cycle))
    kit.outbox.update(session, team_id=cycle.team_id, key=question.key, text=question.text, blocks=shown)
    copies.follow(session, kit.outbox, question)


def _ask_again(session: Session, kit: Kit, cycle: Cycle, able: Sequence[str], actor: str) -> None:
    """Put the question once more, at most once a day."""
    kit.outbox.post(
        session,
        team_id=cycle.team_id,
        channel=cycle.channel_id,
        thread_key=cards.key(cycle),
        kind="nudge",
        text=blocks.asked_again(able, actor),
        key=f"{question_key(cycle)}:again:{kit.now():%Y%m%d}",
        subject=("cycle", cycle.id),
        tell=actor,
    )


def approve(ack: Ack, body: Body, kit: Kit) -> None:
    """Approve was pressed."""
    ack()
    _decide(body, kit, clicked(body), "approve", "")


def open_reject(ack: Ack, body: Body, client: WebClient) -> None:
    """Send back was pressed: ask why."""
    ack()
    view = blocks.reason_form(blocks.REJECT, "Send back", "What should be different?", clicked(body))
    modals.show(client, body, view)


def rejected(ack: Ack, body: Body, view: Body, kit: Kit) -> None:
    """The reason was sent."""
    reason = forms.read(view, {"reason": forms.reason()})["reason"]
    _decide(body, kit, view["private_metadata"], "reject", reason)
    ack()


def _decide(body: Body, kit: Kit, value: str, choice: str, reason: str) -> Decision:
    cycle_id, version = (int(one) for one in value.split(":"))
    with kit.sessions() as session:
        cycle = cycles.by_id(session, origin(body).team_id, cycle_id)
        made = approval.decide_tree(
            session, cycle, actor=user_of(body), choice=choice, version=version, reason=reason, now=kit.now()
        )
        question = kit.outbox.find(session, team_id=cycle.team_id, key=question_key(cycle))
        if question is not None:
            shown = blocks.approval(tree(session, cycle), question.text, value, levels(session, cycle))
            kit.outbox.update(session, team_id=cycle.team_id, key=question.key, text=question.text, blocks=shown)
            copies.follow(session, kit.outbox, question)
        _tell_asker(session, kit, cycle, made)
    return made


def _tell_asker(session: Session, kit: Kit, cycle: Cycle, made: Decision) -> None:
    """An update pings nobody: whoever asked hears the answer in the thread, once."""
    here = tree(session, cycle)
    asker = next((one.user_id for one in decisions(session, cycle, "tree_submitted")), "")
    if asker and (here.agreed or here.sent_back):
        said = blocks.answered(made, asker)
        kit.outbox.post(
            session,
            team_id=cycle.team_id,
            channel=cycle.channel_id,
            thread_key=cards.key(cycle),
            blocks=said,
            text=said[0]["text"]["text"],
            key=f"{question_key(cycle)}:answered",
            subject=("cycle", cycle.id),
        )
