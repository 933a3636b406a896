"""Looking at what waits for an answer: the question as its thread has it, with nothing to edit."""

from __future__ import annotations

from collections.abc import Callable

from slack_bolt import Ack
from slack_sdk import WebClient
from sqlmodel import Session

from bot.blocks import parts
from bot.blocks import step1_should_measure as step1
from bot.blocks import step7_correct as step7
from bot.blocks.parts import Block
from bot.context import Kit
from bot.listeners import modals
from bot.payload import Body, clicked, team_of
from csi import cycle as cycles
from csi.errors import NotFound
from csi.models import Action, Baseline, Kpi
from csi.step1_should_measure.tree import tree
from csi.step7_correct import baselines, deciding
from csi.storage import need, row


def look(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """See the whole tree, an action, a baseline: the value names which."""
    ack()
    what, _, number = clicked(body).partition(":")
    if what not in _SHOWN:
        raise NotFound("What was to be looked at is not here any more.")
    title, shown = _SHOWN[what]
    with kit.sessions.reading() as session:
        blocks = shown(session, team_of(body), int(number))
    modals.show(client, body, parts.modal("wait.look", title, blocks, submit="", close="Close"))


def _tree(session: Session, team_id: str, number: int) -> list[Block]:
    cycle = cycles.by_id(session, team_id, number)
    service = cycles.service_of(session, cycle).name
    return step1.whole_tree(tree(session, cycle), service, cycle.number)


def _action(session: Session, team_id: str, number: int) -> list[Block]:
    action = need(session, Action, team_id, number)
    kpi = row(session, Kpi, team_id, id=action.kpi_id)
    answers = [parts.section(step7.said(one)) for one in deciding.decisions(session, action)]
    return [*step7.action_post(action, kpi.name if kpi else action.kpi_key), *answers]


def _baseline(session: Session, team_id: str, number: int) -> list[Block]:
    made = need(session, Baseline, team_id, number)
    kpi = row(session, Kpi, team_id, id=made.kpi_id)
    text = step7.baseline_heading(kpi.name if kpi else made.kpi_key)
    return step7.baseline_facts(made, text, baselines.decisions(session, made))


_SHOWN: dict[str, tuple[str, Callable[[Session, str, int], list[Block]]]] = {
    "tree": ("What is measured", _tree),
    "action": ("The action", _action),
    "baseline": ("The new baseline", _baseline),
}
