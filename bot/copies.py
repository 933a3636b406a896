"""A question that is asked in a channel reaches each who may answer it in their own conversation, with its buttons."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from bot.blocks.parts import Block
from bot.delivery.outbox import Outbox
from csi.models import OutboxPost
from csi.storage import rows

SUBJECT = "copy"  # what such posts are about: the question's own post
_OF_CHANNELS = "roles.open"  # a button that asks for the channel it stands in


def ask(session: Session, outbox: Outbox, question: OutboxPost, people: Sequence[str]) -> None:
    """Bring a question to these people, once each; whoever has it already has it as it is now."""
    for user_id in people:
        outbox.post(
            session,
            team_id=question.team_id,
            channel=user_id,
            key=f"{question.key}:to:{user_id}",
            text=question.text,
            blocks=_shown(question),
            kind="nudge",
            subject=(SUBJECT, question.id),
        )
    follow(session, outbox, question)


def follow(session: Session, outbox: Outbox, question: OutboxPost) -> None:
    """What became of a question in its channel stands in every copy of it."""
    for copy in rows(session, OutboxPost, question.team_id, subject_kind=SUBJECT, subject_id=question.id):
        outbox.update(session, team_id=copy.team_id, key=copy.key, text=question.text, blocks=_shown(question))


def _shown(question: OutboxPost) -> list[Block]:
    made = [_without(block) for block in question.blocks]
    return [block for block in made if block["type"] != "actions" or block["elements"]]


def _without(block: Block) -> Block:
    if block["type"] != "actions":
        return block
    return {**block, "elements": [one for one in block["elements"] if one.get("action_id") != _OF_CHANNELS]}
