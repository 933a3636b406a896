"""A new baseline: its form and the question about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bot.blocks import parts
from bot.blocks.parts import Block
from bot.blocks.step7_correct.decisions import said
from bot.blocks.step7_correct.names import APPROVE_BASELINE, BASELINE, REJECT_BASELINE
from bot.blocks.text import clip, escape, mention
from csi.states import ProposalState
from csi.words.standing import baseline_scale
from csi.words.wording import listed, percent, when


def baseline_form(kpis: Mapping[str, str], chosen: str, window: tuple[date, date] | None, metadata: str) -> Block:
    """Which window is the new baseline."""
    start, end = window or (None, None)
    blocks = [
        parts.select("kpi_id", "Of which KPI?", {key: clip(name, 75) for key, name in kpis.items()}, chosen=chosen),
        parts.date_input("window_from", "From", value=start),
        parts.date_input("window_to", "To (the day after the last)", value=end),
        parts.text_input(
            "reason",
            "Why does this become the baseline?",
            limit=300,
            multiline=True,
            value="The level after the change holds.",
        ),
        parts.context("Old baselines stay. One that is worse than the last needs two approvers."),
    ]
    return parts.modal(BASELINE, "New baseline", blocks, submit="Propose", metadata=metadata)


def baseline_text(name: str, approvers: Sequence[str], needed: int) -> str:
    """What a notification of the question says."""
    asked = listed([mention(user) for user in approvers]) or "No approver but the proposer is named yet (`/csi roles`)"
    two = " It is worse than the one before, so two must agree." if needed > 1 else ""
    if approvers and too_few(approvers, needed):
        two += " Nobody else may yet: name another approver (`/csi roles`)."
    return f"{asked}: is this the new baseline of {escape(clip(name, 120))}?{two}"


def too_few(approvers: Sequence[str], needed: int) -> bool:
    """Whether fewer people may agree than must."""
    return len(approvers) < max(1, needed)


def baseline_question(
    one: Any, text: str, decisions: Sequence[Any], *, needed: int = 1, lacking: bool = False
) -> list[Block]:
    """The question about a new baseline, with the answers so far.

    ``needed`` is how many must agree; ``lacking``: fewer may, and another approver is to be named.
    """
    blocks = baseline_facts(one, text, decisions)
    if one.state == ProposalState.PROPOSED:
        buttons = [
            parts.button("Approve", APPROVE_BASELINE, str(one.id), style="primary"),
            parts.button("Reject …", REJECT_BASELINE, str(one.id)),
        ]
        if lacking:
            buttons.append(parts.button("Name an approver", "roles.open"))
        blocks.append(parts.actions(buttons))
        yes = sum(decision.choice == "approve" for decision in decisions)
        blocks += [parts.context(f"{yes} of {needed} needed")] if needed > 1 else []
    return blocks


def baseline_heading(name: str) -> str:
    """What is looked at."""
    return f"*{escape(clip(name, 120))}*"


def baseline_facts(one: Any, text: str, decisions: Sequence[Any]) -> list[Block]:
    """What is known of a new baseline under a text, with the answers so far; nothing to press."""
    limits = (one.lower, one.upper)
    scale = baseline_scale(one.centre, limits, escape(one.unit))
    coverage = percent(one.coverage) if one.coverage is not None else "unknown"
    return [
        parts.section(text),
        parts.fields(
            [
                ("Level", scale.level(one.centre)),
                ("Window", f"{when(one.window_from)} to before {when(one.window_to)}"),
                ("Points", str(one.points)),
                ("Periods with data", coverage),
                ("Limits", "too few points" if None in limits else " to ".join(map(scale.digits, limits))),
                ("Why", escape(one.reason)),
            ]
        ),
        parts.context(f"Proposed by {mention(one.proposed_by)} · *{one.state}*"),
        *(parts.section(said(decision)) for decision in decisions),
    ]


def baseline_settled(one: Any, name: str, decision: Any) -> str:
    """Said to who proposed a baseline, once it is decided."""
    about = f"{mention(one.proposed_by)}: the new baseline of {escape(clip(name, 120))} is *{one.state}*"
    if one.state == ProposalState.APPROVED:
        return f":white_check_mark: {about}. The next cycle starts from it."
    return f":no_entry_sign: {about}: {escape(decision.reason)}\n`/csi act` proposes another."
