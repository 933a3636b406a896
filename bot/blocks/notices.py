"""What went wrong, for one person's eyes: a problem, a refusal by a gate, an unexpected error."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks import ids, parts
from bot.blocks.parts import Block
from bot.blocks.text import clip, escape
from csi.errors import Breach, Place, Way
from csi.terms import Step
from csi.words.wording import plural

NOTICE = "notice"
SHOWN = 20
_LABELS = {
    Place.START: "Begin a cycle",
    Place.STATUS: "Where it stands",
    Place.NEXT: "Next step",
    Place.BACK: "Go back …",
    Place.CLOSE: "Close the cycle",
    Place.ROLES: "See the roles",
    Place.REGISTER: "See the register",
    Place.SOURCE: "See the sources",
    Place.KPI: "Open the KPI",
    **{Place(step.command): f"Open step {step.value}" for step in Step if step.command in set(Place)},
}

DONE_BEFORE = ":white_check_mark: That was done when it was sent the first time; nothing is done twice."


def problem(sentence: str, place: str = "", ways: Sequence[Way] = ()) -> list[Block]:
    """A sentence that says what, where, and what was expected, with a button for each way on from it."""
    return problem_mrkdwn(escape(sentence), place, ways)


def problem_mrkdwn(sentence: str, place: str = "", ways: Sequence[Way] = ()) -> list[Block]:
    """The same for a sentence that is escaped already and may mention channels and people."""
    return said_mrkdwn(f":warning: {sentence}", place, ways)


def said_mrkdwn(sentence: str, place: str = "", ways: Sequence[Way] = ()) -> list[Block]:
    """A sentence that is no problem, with a button for each way on from it."""
    buttons = [parts.button(_LABELS[way.place], f"{ids.OPEN}:{way.place}", _words(way)) for way in dict.fromkeys(ways)]
    shown = [parts.section(sentence)]
    return [*shown, parts.actions(buttons[:5], block_id=_at("ways", place))] if buttons else shown


def typed(ways: Sequence[Way]) -> str:
    """The ways on as they are typed, for where no button can stand: `` (/csi back 1)``; nothing for none."""
    return f" ({', '.join(f'/csi {_words(way)}' for way in dict.fromkeys(ways))})" if ways else ""


def _words(way: Way) -> str:
    return f"{way.place} {way.argument}".rstrip()


def _at(block_id: str, place: str) -> str:
    """A block id that also says which channel's cycle its buttons are about."""
    return f"{block_id}@{place}" if place else block_id


def unexpected(reference: str) -> list[Block]:
    """An error of our own, with the id that finds it in the log."""
    return [
        parts.section(
            f":warning: Something went wrong on my side; nothing was changed. If it happens again, "
            f"please give whoever runs me this reference: `{reference}`."
        )
    ]


_INVITE = "Please invite me to the channel, then ask again."
_AGAIN = "An administrator installs the app again with its manifest."
REMEDIES = {
    "not_in_channel": _INVITE,
    "channel_not_found": _INVITE,
    "is_archived": "The channel is archived: unarchive it, or go on in another one.",
    "restricted_action": "An administrator allows apps to post in this channel.",
    "too_many_pins": "Unpin something in the channel; the message itself stands.",
    "msg_too_long": "It is too long for Slack: look at it in parts.",
    "msg_blocks_too_long": "It is too long for Slack: look at it in parts.",
    "storage_limit_reached": "The workspace has no room for files: delete some, or an administrator adds room.",
    "file_uploads_disabled": "An administrator allows files in this workspace.",
    "not_allowed_token_type": _AGAIN,
    "no_permission": _AGAIN,
    "messages_tab_disabled": "An administrator turns the app's messages tab on, as in its manifest.",
    "user_disabled": "They have left the workspace.",
    "cannot_dm_bot": "A bot cannot be written to: give the role to a person.",
}


def remedy(word: str, needed: str = "") -> str:
    """What mends a refusal of Slack's, by its word for it; empty where nothing that people do would.

    Args:
        word: such as ``not_in_channel``.
        needed: with ``missing_scope``, the scope.
    """
    if word == "missing_scope":
        return f"The bot lacks {needed or 'a permission'} in this workspace. {_AGAIN}"
    return REMEDIES.get(word, "")


_DOING = {"pin": "pin this", "file": "bring a file here"}
_DOING_THERE = {"pin": "pin a message", "file": "bring a file"}


def undone(kind: str, word: str, subject: str, mend: str) -> str:
    """What could not be done here; ``subject`` is escaped already."""
    doing = _DOING.get(kind, "post something here")
    return f"I could not {doing} ({word}): “{subject}”" + (f" {mend}" if mend else "")


def undone_there(kind: str, word: str, channel: str, mend: str) -> str:
    """The same to somebody elsewhere."""
    doing = _DOING_THERE.get(kind, "post")
    return f"I could not {doing} in <#{channel}> ({word})." + (f" {mend}" if mend else "")


def picture_lost(alt_text: str) -> str:
    """That a message has no picture; its words stand."""
    return f":warning: Slack did not take the picture of this: {alt_text[:1500]}"


def note(sentence: str) -> list[Block]:
    """A plain answer."""
    return [parts.section(sentence)]


def refusal(breaches: Sequence[Breach], place: str = "") -> list[Block]:
    """Every rule that fails: a sentence, and the button that mends it; warnings can be passed with a reason."""
    blocking = [breach for breach in breaches if breach.blocks]
    blocks = [parts.section(_headline(len(blocking), len(breaches) - len(blocking)))]
    ordered = blocking + [breach for breach in breaches if not breach.blocks]
    blocks += [_breach(breach, _at(f"breach.{position}", place)) for position, breach in enumerate(ordered[:SHOWN])]
    if len(ordered) > SHOWN:
        blocks.append(parts.context(f"… and {len(ordered) - SHOWN:,} more; mend these first."))
    if not blocking:
        button = parts.button("Go on with a reason", ids.GO_ON, style="primary")
        blocks.append(parts.actions([button], block_id=_at("pass", place)))
    return blocks


def _headline(blocking: int, warning: int) -> str:
    if blocking:
        things = "One thing stands" if blocking == 1 else f"{blocking} things stand"
        return f":no_entry: *Not yet.* {things} in the way:"
    return f":warning: *{plural(warning, 'warning')}.* You can mend this, or go on with a reason, which is kept:"


def _breach(breach: Breach, block_id: str) -> Block:
    sign = ":red_circle:" if breach.blocks else ":large_yellow_circle:"
    accessory = None
    if breach.mend:
        accessory = parts.button(breach.mend_label or "Mend", breach.mend, breach.mend_value)
    rule = f" _({breach.rule})_" if breach.blocks else ""  # looked up by whoever is refused; a warning needs none
    return parts.section(f"{sign} {escape(breach.sentence)}{rule}", accessory, block_id=block_id)


def view(blocks: Sequence[Block], title: str = "Not yet", *, metadata: str = "") -> Block:
    """The same over a modal; ``metadata`` is what the modal below remembers, for the buttons in it."""
    return parts.modal(NOTICE, title, blocks, submit="", close="OK", metadata=metadata)


def plain_text(blocks: Sequence[Block]) -> str:
    """What a notification shows: the blocks' words in a row."""
    words = [block["text"]["text"] for block in blocks if "text" in block]
    return clip(" ".join(words), 3000)
