"""The tree, its vision, goals and CSFs."""

from __future__ import annotations

from slack_bolt import Ack
from slack_sdk import WebClient
from sqlmodel import Session

from bot import forms
from bot.blocks import step1_should_measure as blocks
from bot.blocks.parts import Block
from bot.context import Kit
from bot.listeners import modals
from bot.payload import Body, clicked, user_of
from csi.errors import Conflict
from csi.models import Csf, Cycle, Goal, OutboxPost
from csi.step1_should_measure import growing
from csi.step1_should_measure.tree import tree
from csi.storage import rows
from csi.terms import Step


def measure(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """``/csi measure``: the tree."""
    ack()
    with kit.sessions.reading() as session:
        view = tree_view(session, modals.cycle_of(session, body))
    modals.show(client, body, view)


def open_tree(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """A button that shows the tree."""
    measure(ack, body, client, kit)


def tree_view(session: Session, cycle: Cycle) -> Block:
    """The tree, as its modal shows it."""
    may_change = cycle.state == "open" and cycle.step == Step.SHOULD_MEASURE
    return blocks.tree_view(tree(session, cycle), modals.metadata(cycle), may_change=may_change)


def open_vision(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Ask for the vision."""
    ack()
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        vision = tree(session, cycle).vision
    view = blocks.text_form(blocks.VISION, "Vision", "vision", "What is the service for, in the long run?",
                            value=vision, metadata=modals.metadata(cycle))  # fmt: skip
    modals.show(client, body, view)


def open_goal(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Ask for a goal."""
    ack()
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
    label = "What does the business want of the service?"
    modals.show(client, body, blocks.text_form(blocks.ADD_GOAL, "Add a goal", "goal", label,
                                               metadata=modals.metadata(cycle)))  # fmt: skip


def open_csf(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Ask for a CSF, new or (with a number) an existing one."""
    ack()
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        goals = {str(one.id): one.text[:75] for one in rows(session, Goal, cycle.team_id, cycle_id=cycle.id)}
        csf: Csf | None = growing.of_cycle(session, cycle, Csf, int(clicked(body))) if clicked(body) else None
    if not goals:
        raise Conflict("A CSF hangs from a goal; add a goal first.")
    callback, title = (blocks.EDIT_CSF, "Change a CSF") if csf else (blocks.ADD_CSF, "Add a CSF")
    known = {"csf": csf.id if csf else 0}
    view = blocks.text_form(
        callback, title, "csf", "What must go well for the goal?", value=csf.text if csf else "", goals=goals,
        chosen=str(csf.goal_id) if csf and csf.goal_id else "", metadata=modals.metadata(cycle, **known),
    )  # fmt: skip
    modals.show(client, body, view)


def said_vision(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """The vision was sent."""
    text = forms.read(view, {"vision": forms.text(limit=growing.TEXT_LIMIT)})["vision"]
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        growing.set_vision(session, cycle, text=text, actor=user_of(body), now=kit.now())
        shown = changed_tree(session, kit, cycle)
    ack()
    modals.refresh(client, body, shown)


def said_goal(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """A goal was sent."""
    text = forms.read(view, {"goal": forms.text(limit=growing.TEXT_LIMIT)})["goal"]
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        growing.add_goal(session, cycle, text=text, actor=user_of(body), now=kit.now())
        shown = changed_tree(session, kit, cycle)
    ack()
    modals.refresh(client, body, shown)


def said_csf(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """A CSF was sent, new or changed."""
    form = forms.read(view, {"csf": forms.text(limit=growing.TEXT_LIMIT), "goal_id": forms.option(of=int)})
    known = modals.remembered(body).get("csf")
    said = {"text": form["csf"], "goal_id": form["goal_id"], "actor": user_of(body), "now": kit.now()}
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        if known:
            growing.edit_csf(session, cycle, int(known), **said)
        else:
            growing.add_csf(session, cycle, **said)
        shown = changed_tree(session, kit, cycle)
    ack()
    modals.refresh(client, body, shown)


def changed_tree(session: Session, kit: Kit, cycle: Cycle) -> Block:
    """After a change: an older question to the business is closed; the tree as it is now."""
    older = rows(session, OutboxPost, cycle.team_id, subject_kind="cycle", subject_id=cycle.id, order="-id", limit=20)
    for post in older:
        if post.key.startswith(f"tree:{cycle.id}:") and post.key != question_key(cycle):
            closed = blocks.superseded(post.blocks)
            kit.outbox.update(session, team_id=cycle.team_id, key=post.key, text=post.text, blocks=closed)
    return tree_view(session, cycle)


def question_key(cycle: Cycle) -> str:
    """Under which the question about this version of the tree is found in the outbox."""
    return f"tree:{cycle.id}:{cycle.tree_version}"
