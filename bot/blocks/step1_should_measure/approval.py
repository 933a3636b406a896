"""The question to the business whether this is what should be measured, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from bot.blocks import ids as shared
from bot.blocks import parts
from bot.blocks.parts import Block
from bot.blocks.step1_should_measure.ids import APPROVE, OPEN, REJECT
from bot.blocks.step1_should_measure.tree import kpi_line
from bot.blocks.text import clip, escape, mention
from csi.words.wording import listed

TreeSeen = Any
WHOLE = 2800  # characters of a paragraph
MOST_PARAGRAPHS = 60
NOTHING_KNOWN: Mapping[int, str] = MappingProxyType({})


def approval_text(service: str, number_: int, actor: str, approvers: Sequence[str]) -> str:
    """What a notification of the question to the business says."""
    who = listed([mention(user) for user in approvers])
    return f"{who}: {mention(actor)} asks whether this is what {escape(service)} should measure in cycle {number_}."


def approval(tree: TreeSeen, text: str, value: str, levels: Mapping[int, str] = NOTHING_KNOWN) -> list[Block]:
    """The question to the business, with the tree and the answers so far; ``levels`` say where KPIs stand by now."""
    blocks = [parts.section(text), parts.section(clip("\n".join(_lines(tree, levels)), 2900))]
    for one in tree.approvals:
        if one.choice == "approve":
            blocks.append(parts.section(f":white_check_mark: {mention(one.user_id)} approved this."))
        else:
            blocks.append(
                parts.section(f":leftwards_arrow_with_hook: {mention(one.user_id)} sent it back: {escape(one.reason)}")
            )
    if not (tree.agreed or tree.sent_back):
        if tree.approvals:
            blocks.append(parts.context("Whoever measures cannot answer for the business: one more yes is needed."))
        buttons = [parts.button("Approve", APPROVE, value, style="primary"), parts.button("Send back …", REJECT, value)]
        blocks.append(parts.actions(buttons))
    return blocks


def _lines(tree: TreeSeen, levels: Mapping[int, str]) -> list[str]:
    lines = []
    for goal in tree.goals:
        lines.append(f":dart: *{escape(goal.goal.text)}*")
        for branch in goal.csfs:
            lines.append(f"    :key: {escape(branch.csf.text)}")
            lines += [f"        :bar_chart: {kpi_line(kpi, levels.get(kpi.id, ''))}" for kpi in branch.kpis]
    return lines


def whole_tree(tree: TreeSeen, service: str, number_: int, levels: Mapping[int, str] = NOTHING_KNOWN) -> list[Block]:
    """The tree to be read, whole, in as many paragraphs as it needs; nothing to press."""
    vision = f"\n_{escape(clip(tree.vision, 500))}_" if tree.vision else ""
    paragraphs = [f"*{escape(service)}*, cycle {number_}{vision}"]
    for line in map(str, _lines(tree, levels)):
        if len(paragraphs) == 1 or len(paragraphs[-1]) + len(line) > WHOLE:
            paragraphs.append(line)
        else:
            paragraphs[-1] += f"\n{line}"
    return [parts.section(one) for one in paragraphs[:MOST_PARAGRAPHS]]


def superseded(asked: Sequence[Block]) -> list[Block]:
    """The question about a tree that was changed since: its answers stay, its buttons go."""
    kept = [block for block in asked if block["type"] not in ("actions", "context")]
    return [*kept, parts.context("The tree was changed since; answers to this version no longer count.")]


def was_asked(approvers: Sequence[str]) -> str:
    """Said to whoever asked the business from a button that shows nothing else."""
    return f"I asked {listed([mention(user) for user in approvers])}; their answer comes into the thread of the card."


def asked_again(approvers: Sequence[str], actor: str) -> str:
    """Said in the thread when the question is put once more."""
    return f"{listed([mention(user) for user in approvers])}: {mention(actor)} still waits for your answer above."


def answered(one: Any, asker: str) -> list[Block]:
    """What the business said, for whoever asked, with the way on."""
    who = mention(one.user_id)
    if one.choice == "approve":
        button = parts.button("Next step", shared.NEXT, "1", style="primary")
        text = f":white_check_mark: {mention(asker)}: {who} approved what is measured."
    else:
        button = parts.button("Open the tree", OPEN)
        text = f":leftwards_arrow_with_hook: {mention(asker)}: {who} sent the tree back: {escape(one.reason)}"
    return [parts.section(text), parts.actions([button])]
