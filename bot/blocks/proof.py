"""Whether the record holds, for people: each deviation in a line, and the end of the log to be kept elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.blocks import parts
from bot.blocks.parts import Block
from bot.blocks.text import escape
from csi.audit import Head
from csi.proving import Deviation, Fault, Proof
from csi.words.wording import plural

SHOWN = 20
ALARM = "The record does not hold."


def told(one: Deviation) -> str:
    """A deviation in plain words: what, where, and what it should be."""
    log = f"change {one.first}" if one.first == one.last else f"changes {one.first} to {one.last}"
    row = f"{one.table.replace('_', ' ')} {one.number}"
    since = f"it was written last by change {one.last}" if one.last else "no change wrote it"
    return {
        Fault.ALTERED: f"{log} of the log: not as written",
        Fault.MISSING: f"{log} of the log: missing",
        Fault.UNKEYED: f"{log} of the log: written without the key",
        Fault.OTHER_KEY: f"{log} of the log: closed with a key that is not here, so not checked",
        Fault.FOUND: f"{log} of the log: says that the log did not end where it was closed",
        Fault.CUT: f"the end of the log: not where it was closed last; {log} cut off, or rewritten",
        Fault.HEAD: f"{log} of the log: not as it was handed out in {one.place}; cut off, rewritten or from a backup",
        Fault.CHANGED: f"{row}: not as written; {since}",
        Fault.ADDED: f"{row}: added past the log; {since}",
        Fault.REMOVED: f"{row}: removed past the log; {since}",
        Fault.FILE_ALTERED: f"{row}: its stored file {one.place} is not what was kept",
        Fault.FILE_MISSING: f"{row}: its stored file {one.place} is missing",
    }[one.fault]


def summary(proof: Proof) -> str:
    """What was looked at, and how it stands."""
    looked = f"{plural(proof.changes, 'change')}, {plural(proof.covered, 'row')}, {plural(proof.files, 'stored file')}"
    if proof.deviations:
        return f"{looked}: {plural(len(proof.deviations), 'deviation')}"
    return f"{looked}: all as written"


def daily(proof: Proof, day: date) -> str:
    """The daily message: where the log ends, so that nobody can say later that it ended elsewhere."""
    end = f" It ends with `{proof.head}`." if proof.head else ""
    return f":lock: The record on {day}: {summary(proof)}.{end} `python -m bot verify --head …` looks for it."


def ends_with(head: Head | None) -> str:
    """Said where an end of the record is handed out."""
    return f"The record ends with `{head}` now." if head else ""


def alarm(deviations: Sequence[Deviation]) -> list[Block]:
    """What an administrator is told when the record does not hold."""
    lines = [f"• {escape(told(one))}" for one in deviations[:SHOWN]]
    rest = [f"… and {len(deviations) - SHOWN} more."] if len(deviations) > SHOWN else []
    text = (
        ":rotating_light: *The record does not hold.* Something was changed past the bot, or a part of it was put back "
        "from a backup. `python -m bot verify` says all of it.\n"
    )
    return [parts.section(text), *(parts.section(line) for line in _joined([*lines, *rest]))]


def _joined(lines: Sequence[str]) -> list[str]:
    return ["\n".join(lines[start : start + 8])[:2900] for start in range(0, len(lines), 8)]
