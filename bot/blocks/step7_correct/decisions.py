"""The question whether to approve, its answers, the announcement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.blocks import parts
from bot.blocks.parts import Block
from bot.blocks.step7_correct.names import APPROVE, REJECT, ActionSeen
from bot.blocks.text import escape, mention
from csi.states import ActionState
from csi.words.wording import day_in, listed, when

ASKED_AGAIN = "30, 60 and 90 days on"


def question_text(one: ActionSeen, approvers: Sequence[str], zone: str) -> str:
    """What a notification of the question in the thread says."""
    if not approvers:
        alone = f"Nobody may approve action {one.number} yet: its proposer and its owner may not"
        return f"{alone}, and no other approver is named."
    asked = listed([mention(user) for user in approvers])
    until = f" The question is open until {day_in(one.expires_at, zone)}." if one.expires_at else ""
    return f"{asked}: do you approve action {one.number}? Its proposer and its owner may not.{until}"


def question(one: ActionSeen, text: str, decisions: Sequence[Any], *, nobody: bool = False) -> list[Block]:
    """The question in the thread with the answers so far; buttons while it is pending, also when ``nobody`` may yet."""
    blocks = [parts.section(text)]
    blocks += [parts.section(said(decision)) for decision in decisions]
    if one.state == ActionState.PROPOSED:
        value = f"{one.id}:{one.version}"
        buttons = [parts.button("Approve", APPROVE, value, style="primary"), parts.button("Reject …", REJECT, value)]
        if nobody:
            buttons.append(parts.button("Name an approver", "roles.open"))
        blocks.append(parts.actions(buttons))
        yes = sum(decision.choice == "approve" for decision in decisions)
        if one.quorum > 1:
            blocks.append(parts.context(f"{yes} of {one.quorum} needed"))
    return blocks


def void_question(text: str) -> list[Block]:
    """The question about a version that is void."""
    return [parts.section(text), parts.context("The action was changed since; this version needs no answer.")]


def expired_question(text: str) -> list[Block]:
    """The question nobody answered in time."""
    return [parts.section(f"~{text}~"), parts.context("The time to approve it is over.")]


def said(decision: Any) -> str:
    """One answer."""
    if decision.choice == "approve":
        return f":white_check_mark: {mention(decision.user_id)} ({escape(decision.role)}) approved."
    return f":no_entry_sign: {mention(decision.user_id)} ({escape(decision.role)}) rejected: {escape(decision.reason)}"


def announcement(one: ActionSeen, decisions: Sequence[Any], affected: Sequence[str]) -> str:
    """The decision, for those it affects."""
    who = listed([mention(user) for user in affected])
    by = listed([mention(decision.user_id) for decision in decisions])
    if one.state == ActionState.APPROVED:
        return (
            f":white_check_mark: {who}: action {one.number} is *approved* by {by}: {escape(one.title)}. "
            f"{mention(one.owner)} does it by {when(one.due_on)}; "
            f"once it is done I come back and ask whether it helped, {ASKED_AGAIN}."
        )
    reason = "; ".join(escape(decision.reason) for decision in decisions if decision.choice == "reject")
    return (
        f":no_entry_sign: {who}: action {one.number} is *{one.state}* by {by}: {escape(one.title)}. Reason: {reason}\n"
        "`/csi act` changes it and asks again."
    )


def reason_form(callback: str, metadata: str) -> Block:
    """Why not?"""
    blocks = [parts.text_input("reason", "Why not?", multiline=True, limit=500)]
    return parts.modal(callback, "Reject", blocks, submit="Reject", metadata=metadata)
