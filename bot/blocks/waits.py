"""What waits for somebody, with the very buttons that settle it: in ``/csi``, App Home and the day's message."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from bot.blocks import ids, parts
from bot.blocks.parts import Block
from bot.blocks.step1_should_measure import APPROVE as APPROVE_TREE
from bot.blocks.step1_should_measure import REJECT as REJECT_TREE
from bot.blocks.step1_should_measure import SUBMIT
from bot.blocks.step5_analyse import FINDING
from bot.blocks.step7_correct import APPROVE, APPROVE_BASELINE, BENEFIT, DONE, REJECT, REJECT_BASELINE, REVIEW
from bot.blocks.text import clip, escape
from csi.terms import Awaited, Step
from csi.words.waiting import phrase
from csi.words.wording import when

LOOK = "wait.look"  # value: what is looked at, and its number
NAMED = 120  # characters of a title or a name
SHOWN = 10  # entries in one message
BULLET = "• "

WaitingSeen = Any  # csi.cycle.Waiting: blocks know no cycle


def said(one: WaitingSeen) -> str:
    """What is waited for, in a line: which one, and until or from when."""
    name = escape(clip(one.name, NAMED))
    line = escape(phrase(one.kind, one.number, clip(one.name, NAMED)))
    if one.number and name:
        line += f" “{name}”"
    if one.since:
        line += f", from {when(one.since)} on"
    return f"{line}, due {when(one.due_on)}" if one.due_on else line


def listed(entries: Sequence[WaitingSeen], step: Step, channel: str) -> list[Block]:
    """Each entry with its buttons, at most ``SHOWN``; how many more there are is said."""
    blocks = [block for number, one in enumerate(entries[:SHOWN]) for block in entry(one, step, channel, f"{number}")]
    more = len(entries) - SHOWN
    return [*blocks, parts.context(f"… and {more} more; they come up as these are done.")] if more > 0 else blocks


def entry(one: WaitingSeen, step: Step, channel: str, key: str, *, before: str = "") -> list[Block]:
    """One entry and the row of its buttons; ``key`` keeps the row's block id unique, ``before`` says where it is."""
    made = buttons(one, step, channel)
    line = parts.section(f"{before or BULLET}{said(one)}")
    return [line, parts.actions(made, block_id=f"wait.{key}@{channel}")] if made else [line]


def buttons(one: WaitingSeen, step: Step, channel: str) -> list[Block]:
    """What settles it, the likeliest first; ``step`` is the cycle's. What cannot be done yet has none that does it."""
    made = _BUTTONS[one.kind](one, step, channel)
    if made and "style" not in made[0]:
        made[0]["style"] = "primary"
    return made


def opening(label: str, word: str, channel: str) -> Block:
    """A button that does what a command does, for the cycle of a channel."""
    return parts.button(label, f"{ids.OPEN}:{word}", f"{word}@{channel}")


def watched(about: str, channel: str) -> list[Block]:
    """The way to what is watched: an action (``action:7``), else the clauses; and to the cycle."""
    is_action = about.startswith("action:")
    look = parts.button("Look at the action", LOOK, about) if is_action else opening("See the clauses", "sla", channel)
    return [look, opening("Open the cycle", "status", channel)]


def _step(_one: WaitingSeen, step: Step, channel: str) -> list[Block]:
    made = [opening(f"Open step {step.value}", step.command, channel)]
    if step is Step.CORRECT:
        return [*made, opening("Close the cycle", "close", channel)]
    return [*made, parts.button("Next step", ids.NEXT, f"{step.value}@{channel}")]


def _asking(_one: WaitingSeen, step: Step, channel: str) -> list[Block]:
    return [parts.button("Ask the business", SUBMIT, f"ask@{channel}"), opening("Open the tree", step.command, channel)]


def _tree(_one: WaitingSeen, step: Step, channel: str) -> list[Block]:
    return [opening("Open the tree", step.command, channel)]


def _tree_approval(one: WaitingSeen, _step: Step, _channel: str) -> list[Block]:
    value = f"{one.subject_id}:{one.version}"
    return _answers(value, APPROVE_TREE, (REJECT_TREE, "Send back …"), f"tree:{one.subject_id}", "See the whole tree")


def _action_approval(one: WaitingSeen, _step: Step, _channel: str) -> list[Block]:
    value = f"{one.subject_id}:{one.version}"
    return _answers(value, APPROVE, (REJECT, "Reject …"), f"action:{one.subject_id}", "Look")


def _baseline_approval(one: WaitingSeen, _step: Step, _channel: str) -> list[Block]:
    value = str(one.subject_id)
    return _answers(value, APPROVE_BASELINE, (REJECT_BASELINE, "Reject …"), f"baseline:{one.subject_id}", "Look")


def _answers(value: str, approve: str, no: tuple[str, str], looked_at: str, look: str) -> list[Block]:
    return [
        parts.button("Approve", approve, value),
        parts.button(no[1], no[0], value),
        parts.button(look, LOOK, looked_at),
    ]


def _action(one: WaitingSeen, _step: Step, _channel: str) -> list[Block]:
    look = parts.button("Look", LOOK, f"action:{one.subject_id}")
    return [parts.button("It is done", DONE, str(one.subject_id)), look]


def _review(one: WaitingSeen, _step: Step, _channel: str) -> list[Block]:
    look = parts.button("Look", LOOK, f"action:{one.subject_id}")
    return [look] if one.since else [parts.button("Review it", REVIEW, str(one.subject_id)), look]


def _benefit(one: WaitingSeen, _step: Step, _channel: str) -> list[Block]:
    look = parts.button("Look", LOOK, f"action:{one.subject_id}")
    return [parts.button("Measure it now", BENEFIT, str(one.subject_id)), look]


def _data(one: WaitingSeen, _step: Step, channel: str) -> list[Block]:
    if one.is_typed:
        return [parts.button("Enter it", "gather.collect", f"{one.subject_id}:{one.start}")]
    return [opening("Bring the file", Step.GATHER.command, channel)]


def _finding(one: WaitingSeen, _step: Step, _channel: str) -> list[Block]:
    return [parts.button("Read and confirm", FINDING, str(one.subject_id))]


def _report(one: WaitingSeen, _step: Step, _channel: str) -> list[Block]:
    value = str(one.subject_id)
    return [parts.button("Seen", "present.acknowledge", value), parts.button("Ask …", "present.question", value)]


_BUTTONS: dict[Awaited, Callable[[WaitingSeen, Step, str], list[Block]]] = {
    Awaited.STEP: _step,
    Awaited.ASKING: _asking,
    Awaited.TREE: _tree,
    Awaited.TREE_APPROVAL: _tree_approval,
    Awaited.ACTION_APPROVAL: _action_approval,
    Awaited.ACTION: _action,
    Awaited.REVIEW: _review,
    Awaited.BASELINE_APPROVAL: _baseline_approval,
    Awaited.DATA: _data,
    Awaited.FINDING: _finding,
    Awaited.REPORT: _report,
    Awaited.BENEFIT: _benefit,
}
