"""What is said of a dropped file: counts, ranges of dates and what was refused; never an average, never a trend."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks import parts
from bot.blocks.parts import Block
from bot.blocks.step3_gather.ids import ACCEPT, MAP, READ, REMOVE
from bot.blocks.text import clip, escape, mention, when
from csi.models import Batch, QuarantinedRow, Source
from csi.terms import percent

_SHOWN = 20
ASK = parts.confirm(
    "Take it out?", "Its bytes and its history stay; what depended on it is computed again.", "Take out"
)


def words(shown: Sequence[Block]) -> str:
    """What a notification shows of a message."""
    return clip(next((block["text"]["text"] for block in shown if "text" in block), "Step 3"), 300)


def arrived(filename: str, file_id: str, *, size: str) -> list[Block]:
    """A table nobody has mapped yet."""
    text = f"Thank you. I keep *{escape(filename)}* ({size}) exactly as it is. How do I read it?"
    return [parts.section(text), parts.actions([parts.button("Map its columns", MAP, file_id, style="primary")])]


def recognised(filename: str, file_id: str, source: Source, changes: Sequence[str]) -> list[Block]:
    """A table like an earlier one: one click reads it; what differs is said column by column."""
    known = f"*{escape(filename)}* looks like *{escape(source.name or source.key)}*"
    same = "same columns as last time." if not changes else "but its layout changed:"
    blocks = [parts.section(f"{known}, {same}")]
    if changes:
        shown = "\n".join(f"• {escape(change)}" for change in changes[:_SHOWN])
        more = f"\n… and {len(changes) - _SHOWN:,} more" if len(changes) > _SHOWN else ""
        blocks.append(parts.section(clip(shown + more, parts.SECTION)))
    return [
        *blocks,
        parts.actions(
            [
                parts.button("Read it", READ, f"{file_id}:{source.id}", style="primary"),
                parts.button("Map it differently", MAP, file_id),
            ]
        ),
    ]


def broken_layout(filename: str, file_id: str, source: Source, changes: Sequence[str]) -> list[Block]:
    """A table that lacks a column its mapping needs."""
    shown = "\n".join(f"• {escape(change)}" for change in changes[:_SHOWN])
    text = f"*{escape(filename)}* looks like *{escape(source.name or source.key)}*, but its layout changed:\n{shown}"
    button = parts.button("Map its columns", MAP, file_id, style="primary")
    return [parts.section(clip(text, parts.SECTION)), parts.actions([button])]


def known_already(filename: str, file_id: str, batch: Batch, source: Source) -> list[Block]:
    """The same bytes again (V3.2)."""
    since = f"already here since {when(batch.delivered_at)}, by {mention(batch.delivered_by)}"
    state = " It waits for a yes." if batch.state == "waiting" else ""
    text = f"*{escape(filename)}* is {since}, in *{escape(source.name or source.key)}*. Nothing changes.{state}"
    again = parts.button("Map it differently", MAP, file_id)
    return [parts.section(text), parts.actions([again])]


def refused(filename: str, sentence: str) -> list[Block]:
    """A file that is not read at all."""
    return [parts.section(f":no_entry: {escape(sentence)}"), parts.context(f"Nothing of {escape(filename)} was used.")]


def working(filename: str, rows: int) -> list[Block]:
    """How far reading has come."""
    seen = f": {rows:,} rows so far" if rows else ""
    return [parts.section(f":hourglass_flowing_sand: Reading *{escape(filename)}*{seen} …")]


def recorded(
    batch: Batch,
    source: Source,
    *,
    outcome: str,
    cells: Sequence[QuarantinedRow],
    notes: Sequence[str],
    zone: str,
) -> list[Block]:
    """What became of a delivery: rows, days, quarantine; never a value."""
    name, into = escape(batch.filename or "The delivery"), escape(source.name or source.key)
    waiting = batch.state == "waiting"
    sign = ":warning:" if waiting else ":white_check_mark:"
    verb = {"read again": "read again into", "restored": "is back in"}.get(outcome, "read into")
    blocks = [parts.section(f"{sign} *{name}* {verb} *{into}*, delivery {batch.ordinal}.")]
    blocks.append(parts.fields(_figures(batch, zone)))
    if waiting:
        share = batch.quarantined / max(1, batch.rows_read)
        text = f"*{percent(share)} of its rows are in quarantine.* Nothing counts before somebody says yes."
        blocks.append(parts.section(text))
    if cells:
        blocks.append(parts.section(_cells(cells, batch)))
    blocks += [parts.context(escape(note)) for note in notes[:5]]
    blocks.append(parts.context(f"sha256 {batch.sha256[:16]}… · delivered by {mention(batch.delivered_by)}"))
    return [*blocks, parts.actions(_buttons(batch, waiting))]


def _figures(batch: Batch, zone: str) -> list[tuple[str, str]]:
    moments = batch.counts.get("moments") or [""]
    return [
        ("Rows kept", _kept(batch)),
        ("In quarantine", f"{batch.quarantined:,}"),
        (f"Oldest {escape(clip(moments[0], 40))}", when(batch.first_at, zone)),
        (f"Newest {escape(clip(moments[0], 40))}", when(batch.last_at, zone)),
    ]


def _kept(batch: Batch) -> str:
    """Rows kept of those read; where months stood side by side, one row became several."""
    word = "from" if batch.rows_kept > batch.rows_read else "of"
    return f"{batch.rows_kept:,} {word} {batch.rows_read:,}"


def _cells(cells: Sequence[QuarantinedRow], batch: Batch) -> str:
    lines = [
        f"• line {cell.line:,}{f', {escape(cell.column_name)}' if cell.column_name else ''}: "
        f"`{escape(clip(cell.value.replace('`', ''), 60)) or ' '}` – {escape(cell.reason)}; "
        f"expected {escape(cell.expected)}"
        for cell in cells[:5]
    ]
    total = int(batch.counts.get("quarantined_cells") or 0)
    more = f"\n… and {total - len(lines):,} more, in the CSV below" if total > len(lines) else ""
    return clip("*Quarantine*\n" + "\n".join(lines) + more, parts.SECTION)


def _buttons(batch: Batch, waiting: bool) -> list[Block]:
    remove = parts.button("Wrong file: take it out", REMOVE, str(batch.id), confirm=ASK)
    accept = parts.button("Use it all the same", ACCEPT, str(batch.id), style="primary")
    return [accept, remove] if waiting else [remove]


def removed(batch: Batch, actor: str) -> list[Block]:
    """A delivery that was taken out."""
    text = (
        f"*{escape(batch.filename or 'The delivery')}* was taken out by {mention(actor)}. Its bytes and history stay."
    )
    return [parts.section(f":wastebasket: {text}")]
