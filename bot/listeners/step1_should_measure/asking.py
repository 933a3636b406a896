"""The business is asked about the tree, and answers."""

from __future__ import annotations

from slack_bolt import Ack
from slack_sdk import WebClient

from bot import cards, forms
from bot.blocks import step1_should_measure as blocks
from bot.context import Kit
from bot.listeners import modals
from bot.listeners.step1_should_measure.growing import question_key, tree_view
from bot.payload import Body, clicked, origin, user_of
from csi import cycle as cycles
from csi.models import Decision
from csi.step1_should_measure import approval
from csi.step1_should_measure.tree import tree


def submit(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Ask the business's approvers, in the thread of the cycle's card."""
    ack()
    actor = user_of(body)
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        asked = approval.submit_tree(session, cycle, actor=actor, now=kit.now())
        service = cycles.service_of(session, cycle).name
        text = blocks.approval_text(service, cycle.number, actor, asked)
        shown = blocks.approval(tree(session, cycle), text, f"{cycle.id}:{cycle.tree_version}")
        kit.outbox.post(
            session, team_id=cycle.team_id, channel=cycle.channel_id, thread_key=cards.key(cycle), text=text,
            key=question_key(cycle), blocks=shown,
            subject=("cycle", cycle.id), tell=actor,
        )  # fmt: skip
        view = tree_view(session, cycle)
    if (body.get("view") or {}).get("type") == "modal":
        modals.replace(client, body["view"]["id"], view)


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
    reason = forms.read(view, {"reason": forms.text(limit=500)})["reason"]
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
            shown = blocks.approval(tree(session, cycle), question.text, value)
            kit.outbox.update(session, team_id=cycle.team_id, key=question.key, text=question.text, blocks=shown)
    return made
