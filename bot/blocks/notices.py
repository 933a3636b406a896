"""What went wrong, for one person's eyes: a problem, a refusal by a gate, an unexpected error."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks import ids, parts
from bot.blocks.parts import Block
from bot.blocks.text import clip, escape, plural
from csi.errors import Breach

SHOWN = 20


def problem(sentence: str) -> list[Block]:
    """A sentence that says what, where, and what was expected."""
    return problem_mrkdwn(escape(sentence))


def problem_mrkdwn(sentence: str) -> list[Block]:
    """The same for a sentence that is escaped already and may mention channels and people."""
    return [parts.section(f":warning: {sentence}")]


def unexpected(reference: str) -> list[Block]:
    """An error of our own, with the id that finds it in the log."""
    return [
        parts.section(
            f":warning: Something went wrong on my side; nothing was changed. If it happens again, "
            f"please give whoever runs me this reference: `{reference}`."
        )
    ]


def note(sentence: str) -> list[Block]:
    """A plain answer."""
    return [parts.section(sentence)]


def refusal(breaches: Sequence[Breach]) -> list[Block]:
    """Every rule that fails: its id, a sentence, and the button that mends it; warnings can be passed with a reason."""
    blocking = [breach for breach in breaches if breach.blocks]
    blocks = [parts.section(_headline(len(blocking), len(breaches) - len(blocking)))]
    ordered = blocking + [breach for breach in breaches if not breach.blocks]
    blocks += [_breach(breach, position) for position, breach in enumerate(ordered[:SHOWN])]
    if len(ordered) > SHOWN:
        blocks.append(parts.context(f"… and {plural(len(ordered) - SHOWN, 'more')}; mend these first."))
    if not blocking:
        blocks.append(parts.actions([parts.button("Go on with a reason", ids.GO_ON, style="primary")]))
    return blocks


def _headline(blocking: int, warning: int) -> str:
    if blocking:
        rules = "One rule is" if blocking == 1 else f"{blocking} rules are"
        return f":no_entry: *Not yet.* {rules} not met:"
    return f":warning: *{plural(warning, 'warning')}.* You can mend this, or go on with a reason, which is kept:"


def _breach(breach: Breach, position: int) -> Block:
    sign = ":red_circle:" if breach.blocks else ":large_yellow_circle:"
    kind = "" if breach.blocks else " _(warning)_"
    accessory = None
    if breach.mend:
        accessory = parts.button(breach.mend_label or "Mend", breach.mend, breach.mend_value)
    return parts.section(
        f"{sign} *{breach.rule}*{kind} {escape(breach.sentence)}", accessory, block_id=f"breach.{position}"
    )


def view(blocks: Sequence[Block], title: str = "Not yet") -> Block:
    """The same over a modal."""
    return parts.modal("notice", title, blocks, submit="", close="OK")


def plain_text(blocks: Sequence[Block]) -> str:
    """What a notification shows: the blocks' words in a row."""
    words = [block["text"]["text"] for block in blocks if "text" in block]
    return clip(" ".join(words), 3000)
