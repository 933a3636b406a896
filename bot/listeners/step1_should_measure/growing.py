"""The tree, its vision, goals and CSFs."""

from __future__ import annotations

from slack_bolt import Ack
from slack_sdk import WebClient
from sqlmodel import Session

from bot import copies, forms
from bot.blocks import step1_should_measure as blocks
from bot.blocks.parts import Block
from bot.context import Kit
from bot.listeners import modals
from bot.payload import Body, clicked, user_of
from csi.errors import Conflict, Place, Way
from csi.models import Csf, Cycle, Goal, Kpi, OutboxPost
from csi.states import CycleState
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
    running, step = cycle.state == CycleState.OPEN, cycle.step
    return blocks.tree_view(
        tree(session, cycle),
        modals.metadata(cycle),
        may_change=running and step == Step.SHOULD_MEASURE,
        may_define=running and step <= Step.PROCESS,
    )


def open_vision(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Ask for the vision."""
    ack()
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        growing.require_step(cycle)
        vision = tree(session, cycle).vision
    view = blocks.text_form(
        blocks.VISION,
        "Vision",
        "vision",
        "What is the service for, in the long run?",
        value=vision,
        metadata=modals.metadata(cycle),
    )
    modals.show(client, body, view)


def open_goal(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Ask for a goal, new or (with a number) an existing one."""
    ack()
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        growing.require_step(cycle)
        goal: Goal | None = growing.of_cycle(session, cycle, Goal, int(clicked(body))) if clicked(body) else None
    callback, title = (blocks.EDIT_GOAL, "Change a goal") if goal else (blocks.ADD_GOAL, "Add a goal")
    view = blocks.text_form(
        callback,
        title,
        "goal",
        "What does the business want of the service?",
        value=goal.text if goal else "",
        metadata=modals.metadata(cycle, goal=goal.id if goal else 0),
        remove=blocks.remove_button("Remove this goal", blocks.REMOVE_GOAL, goal.id) if goal else None,
    )
    modals.show(client, body, view)


def open_csf(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Ask for a CSF, new or (with a number) an existing one."""
    ack()
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        growing.require_step(cycle)
        goals = {str(one.id): one.text[:75] for one in rows(session, Goal, cycle.team_id, cycle_id=cycle.id)}
        csf: Csf | None = growing.of_cycle(session, cycle, Csf, int(clicked(body))) if clicked(body) else None
    if not goals and not csf:
        raise Conflict("A CSF hangs from a goal; add a goal first.", ways=[Way(Place.SHOULD_MEASURE)])
    callback, title = (blocks.EDIT_CSF, "Change a CSF") if csf else (blocks.ADD_CSF, "Add a CSF")
    known = {"csf": csf.id if csf else 0}
    view = blocks.text_form(
        callback,
        title,
        "csf",
        "What must go well for the goal?",
        value=csf.text if csf else "",
        goals=goals,
        chosen=str(csf.goal_id) if csf and csf.goal_id else "",
        metadata=modals.metadata(cycle, **known),
        remove=blocks.remove_button("Remove this CSF", blocks.REMOVE_CSF, csf.id) if csf else None,
    )
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
    """A goal was sent, new or changed."""
    text = forms.read(view, {"goal": forms.text(limit=growing.TEXT_LIMIT)})["goal"]
    known, said = modals.remembered(body).get("goal"), {"text": text, "actor": user_of(body), "now": kit.now()}
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        if known:
            growing.edit_goal(session, cycle, int(known), **said)
        else:
            growing.add_goal(session, cycle, **said)
        shown = changed_tree(session, kit, cycle)
    ack()
    modals.refresh(client, body, shown)


def said_csf(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """A CSF was sent, new or changed."""
    form = forms.read(
        view, {"csf": forms.text(limit=growing.TEXT_LIMIT), "goal_id": forms.option(of=int, required=False)}
    )
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


def remove_goal(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Take a goal out of the tree; its CSFs hang loose until they are hung up again."""
    ack()
    remove(body, client, kit, Goal)


def remove_csf(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Take a CSF out of the tree; its KPIs hang loose until they are hung up again."""
    ack()
    remove(body, client, kit, Csf)


def remove(body: Body, client: WebClient, kit: Kit, table: type[Goal] | type[Csf] | type[Kpi]) -> None:
    """Take something out of the tree; the form it was pressed in turns into the tree as it is now, and so
    does the one beneath."""
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        found = growing.of_cycle(session, cycle, table, int(clicked(body)))
        growing.remove(session, cycle, found, actor=user_of(body), now=kit.now())
        shown = changed_tree(session, kit, cycle)
    modals.replace(client, body["view"]["id"], shown)
    modals.refresh(client, body, shown)


def changed_tree(session: Session, kit: Kit, cycle: Cycle) -> Block:
    """After a change: an older question to the business is closed; the tree as it is now."""
    older = rows(session, OutboxPost, cycle.team_id, subject_kind="cycle", subject_id=cycle.id, order="-id", limit=20)
    for post in older:
        if post.key.startswith(f"tree:{cycle.id}:") and post.key != question_key(cycle):
            closed = blocks.superseded(post.blocks)
            kit.outbox.update(session, team_id=cycle.team_id, key=post.key, text=post.text, blocks=closed)
            copies.follow(session, kit.outbox, post)
    return tree_view(session, cycle)


def question_key(cycle: Cycle) -> str:
    """Under which the question about this version of the tree is found in the outbox."""
    return f"tree:{cycle.id}:{cycle.tree_version}"
