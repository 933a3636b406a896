"""What is said of a dropped file: counts, ranges of dates and what was refused; never an average, never a trend."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.blocks import parts
from bot.blocks.parts import Block
from bot.blocks.step3_gather.form_words import in_form
from bot.blocks.step3_gather.ids import ACCEPT, CHANGE, HOW, MAP, MEANT, NAME, READ, REMOVE, RESTORE
from bot.blocks.step3_gather.yes import agreed
from bot.blocks.text import clip, escape, mention
from csi.measurement.deliveries import Waits, Why, is_hopeless, reasons_of
from csi.models import Batch, QuarantinedRow, Source
from csi.reading.looks import Looks
from csi.states import BatchState
from csi.words.standing import some_of
from csi.words.wording import listed, percent, plural, when

_SHOWN = 20
ASK = parts.confirm(
    "Take it out?", "Its bytes and its history stay; what depended on it is computed again.", "Take out"
)


def words(shown: Sequence[Block]) -> str:
    """What a notification shows of a message."""
    return clip(next((block["text"]["text"] for block in shown if "text" in block), "Step 3"), 300)


def arrived(
    filename: str,
    file_id: str,
    *,
    size: str,
    looks: Looks | None = None,
    zone: str = "UTC",
    sheets: Sequence[str] = (),
) -> list[Block]:
    """A table nobody has mapped yet, and what it seems to hold; ``sheets`` as in ``recognised``."""
    text = f"Thank you. I keep *{escape(filename)}* ({size}) exactly as it is. {_looks(looks, zone)}How do I read it?"
    button = parts.button("Map its columns", MAP, file_id, style="primary")
    return [parts.section(clip(text, parts.SECTION)), *unread(sheets), parts.actions([button])]


def looking_at() -> list[Block]:
    """Said at once of a file that takes a moment; the file itself stands right above."""
    return [parts.section(":hourglass_flowing_sand: One moment, I look at it …")]


def unread(sheets: Sequence[str]) -> list[Block]:
    """That a workbook holds more of the same than is read of it: the first sheet is, the others are not."""
    if len(sheets) < 2:
        return []
    read, *others = (f"‘{escape(clip(name, 60))}’" for name in sheets)
    one = "has" if len(others) == 1 else "have"
    more = f"{listed(others[:5])}{f' and {len(others) - 5} more' if len(others) > 5 else ''}"
    text = (
        f":warning: Only sheet {read} is read. {more} {one} the same columns: put all rows in one sheet to count them."
    )
    return [parts.section(clip(text, parts.SECTION))]


def _looks(seen: Looks | None, zone: str) -> str:
    """Of which program, how many rows, of which days, how many cases, what it can give."""
    if seen is None:
        return ""
    days = f"{when(_day(seen.first_at, zone))} – {when(_day(seen.last_at, zone))}"
    told = f"{plural(seen.rows, 'row')}, {days}"
    if seen.key:
        each = f", one row per *{escape(clip(seen.key, 60))}*"
        several = f", {seen.cases:,} different *{escape(clip(seen.key, 60))}*"
        told += each if seen.cases == seen.rows else several
    program = (
        f"It looks like a *{escape(clip(seen.program, 60))}* export: {told}. "
        if seen.program
        else f"It seems to hold {told}. "
    )
    return program + _can_give(seen.kpis)


def _can_give(kpis: Sequence[str]) -> str:
    """What can be measured from it."""
    if not kpis:
        return ""
    return f"It can give {escape(some_of(kpis))}. "


def _day(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()


def recognised(
    filename: str, file_id: str, source: Source, changes: Sequence[str], sheets: Sequence[str] = ()
) -> list[Block]:
    """A table like an earlier one: one click reads it; what differs is said column by column.

    ``sheets`` are those of a workbook that have the same columns, the one that is read first.
    """
    known = f"*{escape(filename)}* looks like *{escape(source.name or source.key)}*"
    is_kept = len(sheets) > 1 and source.mapping.get("sheet") == sheets[0]
    unchanged = "same sheet and columns as last time." if is_kept else "same columns as last time."
    same = unchanged if not changes else "but its layout changed:"
    blocks = [parts.section(f"{known}, {same}")]
    if changes:
        shown = "\n".join(f"• {escape(change)}" for change in changes[:_SHOWN])
        more = f"\n… and {len(changes) - _SHOWN:,} more" if len(changes) > _SHOWN else ""
        blocks.append(parts.section(clip(shown + more, parts.SECTION)))
    return [
        *blocks,
        *unread(sheets),
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
    state = " It waits for a yes." if batch.state == BatchState.WAITING else ""
    text = f"*{escape(filename)}* is {since}, in *{escape(source.name or source.key)}*. Nothing changes.{state}"
    again = parts.button("Map it differently", MAP, file_id)
    return [parts.section(text), parts.actions([again])]


def refused(filename: str, sentence: str, file_id: str = "") -> list[Block]:
    """A file that is not read at all; where another mapping may help (``file_id``), with the button for it."""
    blocks = [
        parts.section(clip(f":no_entry: {escape(in_form(sentence))}", parts.SECTION)),
        parts.context(f"Nothing of {escape(filename)} was used."),
    ]
    again = parts.button("Map its columns", MAP, file_id, style="primary")
    return [*blocks, parts.actions([again])] if file_id else blocks


def swapped(filename: str, sentence: str, tried: str, change: tuple[str, str]) -> list[Block]:
    """Days and months look swapped: refused, with the word that they are not, for ``tried``; and with the form."""
    ask = parts.confirm("Is every date right?", "Each is read as it stands. Your name stands behind it.", "They are")
    ways = [
        parts.button("Map its columns", change[0], change[1], style="primary"),
        parts.button("Every date is right", MEANT, tried, confirm=ask),
    ]
    return [*refused(filename, sentence), parts.actions(ways)]


def far_dates(batch: Batch, column: str) -> list[Block]:
    """Dates far from all others were refused: one word takes them for real; the form says that they mean nothing."""
    name = escape(clip(column, 60))
    ask = parts.confirm("Are they real dates?", "The file is read again with them.", "They are real")
    button = parts.button("They are real dates", f"{MEANT}:{batch.id}", f"{batch.id}:{column}", confirm=ask)
    text = f"Dates of *{name}* lie far from all others, and are left out."
    return [parts.section(text, button)]


def unusable(filename: str, file_id: str, rows: int, cells: Sequence[tuple[int, str, str, str, str]]) -> list[Block]:
    """A file of which no row could be read: nothing of it is kept, so no yes is asked for."""
    lines = [_cell(*cell) for cell in cells[:3]]
    text = f":no_entry: *No row of {escape(filename)} could be read* ({rows:,} tried). Nothing of it was used.\n"
    again = parts.button("Map its columns", MAP, file_id, style="primary")
    return [parts.section(clip(text + "\n".join(lines), parts.SECTION)), parts.actions([again])]


def asked(
    filename: str, name: str, reasons: Sequence[Waits], source: Source, *, named: bool = False, kept_days: int = 0
) -> list[Block]:
    """A reading that was tried and not kept: what it would give, and the yes it waits for.

    ``name`` is that of the try; without a ``filename`` it is of all that a source delivered. ``named``: columns were
    named, else everything was mapped anew. ``kept_days``: how long the bytes of a file are kept that would be the first
    of its source, for which there is no delivery yet.
    """
    what = f"*{escape(filename)}*" if filename else f"*{escape(source.name or source.key)}*"
    state = "Nothing has changed yet."
    if kept_days:
        state += f" There is no delivery before somebody says yes; the file is kept as it came, for {kept_days} days."
    lines = [f":warning: {what}, read so: {question(reasons)}", state]
    change = (MAP, name) if filename else (f"{CHANGE}:{source.id}", str(source.id))
    if named:
        change = (NAME, f"{name if filename else ''}:{source.id}")
    accept = [] if is_hopeless(reasons) else [parts.button(_yes(reasons), ACCEPT, f"try:{name}")]
    buttons = [parts.button("Choose otherwise", change[0], change[1], style="primary"), *accept]
    return [parts.section(clip("\n".join(lines), parts.SECTION)), parts.actions(buttons)]


def question(reasons: Sequence[Waits]) -> str:
    """What is asked, with the numbers it is about."""
    return " ".join(_question(one) for one in reasons[:_SHOWN])


def _question(one: Waits) -> str:
    column = escape(clip(one.column, 60))
    match one.kind:
        case Why.KEY:
            return (
                f"several rows have the same *{column}*, and no column says which one is the latest. "
                f"Read {one.of:,} rows as {one.of - one.count:,} cases and leave {one.count:,} rows out?"
            )
        case Why.OLDER:
            return (
                f"several rows have the same *{column}*, only the latest of each counts, and nothing shows that they "
                f"are versions of one case. Read {one.of:,} rows as {one.of - one.count:,} and leave {one.count:,} out?"
            )
        case Why.CELLS:
            return f"*only {one.of - one.count:,} of {one.of:,} cells of ‘{column}’ can be read.*{_cause(one)}"
        case Why.EMPTY:
            return f"*none of its {one.of:,} rows can be read.*"
        case _:
            return f"*{percent(one.count / max(1, one.of))} of its rows are in quarantine.*"


def _cause(one: Waits) -> str:
    """Why cells that fail alike could not be read, and what to choose."""
    return f" Such as `{_shown(one.value)}`: expected {escape(in_form(one.expected))}." if one.expected else ""


def _yes(reasons: Sequence[Waits]) -> str:
    key = next((one for one in reasons if one.kind in (Why.KEY, Why.OLDER)), None)
    return f"Yes, leave {key.count:,} out" if key and len(reasons) == 1 else "Use it all the same"


NOT_READ = (
    "Reading it went wrong on my side, and trying again did not help. Nothing of it was kept; map its columns to try "
    "once more, or give whoever runs me the reference that I wrote to you."
)
NO_ROW = "holds no row below its header. Expected at least one."
MEND_ROWS = "Mend the rows (not the columns whose names begin with csi_) and drop the file in again."


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
    file_id: str = "",
) -> list[Block]:
    """What became of a delivery: rows, days, quarantine; never a value."""
    name, into = escape(batch.filename or "The delivery"), escape(source.name or source.key)
    waiting = batch.state == BatchState.WAITING
    sign = ":warning:" if waiting else ":white_check_mark:"
    verb = {"read again": "read again into", "restored": "is back in"}.get(outcome, "read into")
    became = f"*{name}* {verb} *{into}*, delivery {batch.ordinal}."
    became = f"*{name}*, for *{into}*, waits for a yes." if waiting else became
    blocks = [parts.section(f"{sign} {became}")]
    blocks.append(parts.fields(_figures(batch, zone)))
    if waiting:
        text = f"{_first_up(question(_reasons(batch)))} Nothing counts before somebody says yes."
        blocks.append(parts.section(clip(text, parts.SECTION)))
    if cells:
        blocks.append(parts.section(_cells(cells, batch)))
    if not waiting and (said := reasons_of(batch.counts, "accepted")):
        blocks.append(parts.context(_agreed(said, str(batch.counts.get("accepted_by") or ""))))
    blocks += [parts.context(escape(note)) for note in notes[:5]]
    blocks.append(parts.context(f"delivered by {mention(batch.delivered_by)}"))
    return [*blocks, parts.actions(_buttons(batch, waiting, file_id))]


def _agreed(said: Sequence[Waits], by: str) -> str:
    """What was said yes to, with its numbers, and by whom."""
    told = clip(f"{agreed(said)}.", 600)
    return f":ballot_box_with_check: Accepted by {mention(by)}: {told}" if by else f"As was agreed before: {told}"


def _reasons(batch: Batch) -> tuple[Waits, ...]:
    """Why it waits; one that came before reasons were kept waits for what is in quarantine."""
    return reasons_of(batch.counts) or (Waits(Why.QUARANTINE, batch.quarantined, batch.rows_read),)


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]


def _figures(batch: Batch, zone: str) -> list[tuple[str, str]]:
    moments = batch.counts.get("moments") or [""]
    return [
        ("Rows kept", _kept(batch)),
        ("In quarantine", _aside(batch)),
        (f"Oldest {escape(clip(moments[0], 40))}", when(batch.first_at, zone)),
        (f"Newest {escape(clip(moments[0], 40))}", when(batch.last_at, zone)),
        *_cases(batch),
    ]


def _aside(batch: Batch) -> str:
    """How many rows are in quarantine, and how many of them are lines that never were any."""
    beside = int(batch.counts.get("no_rows", 0))
    return f"{batch.quarantined:,}" + (f" ({plural(beside, 'line')} of totals, notes or headings)" if beside else "")


def _cases(batch: Batch) -> list[tuple[str, str]]:
    """How many different cases the key tells apart."""
    counted = batch.counts.get("key") or {}
    name = escape(clip(str(batch.mapping.get("key") or ""), 40))
    return [(f"Different {name}", f"{counted['cases']:,} in {counted['named']:,} rows")] if counted and name else []


def _kept(batch: Batch) -> str:
    """Rows kept of those read; where months stood side by side, one row became several."""
    word = "from" if batch.rows_kept > batch.rows_read else "of"
    return f"{batch.rows_kept:,} {word} {batch.rows_read:,}"


def _cells(cells: Sequence[QuarantinedRow], batch: Batch) -> str:
    lines = [_cell(cell.line, cell.column_name, cell.value, cell.reason, cell.expected) for cell in cells[:5]]
    total = int(batch.counts.get("quarantined_cells") or 0)
    more = f"\n… and {total - len(lines):,} more, in the CSV below" if total > len(lines) else ""
    return clip("*Quarantine*\n" + "\n".join(lines) + more, parts.SECTION)


def _cell(line: int, column: str, value: str, reason: str, expected: str) -> str:
    where = f"line {line:,}" + (f", {escape(column)}" if column else "")
    return f"• {where}: `{_shown(value)}` – {escape(reason)}; expected {escape(in_form(expected))}"


def _shown(cell: str) -> str:
    """A cell between backticks."""
    return escape(clip(cell.replace("`", ""), 60)) or " "


def _buttons(batch: Batch, waiting: bool, file_id: str) -> list[Block]:
    remove = parts.button("Wrong file: take it out", REMOVE, str(batch.id), confirm=ASK)
    if not waiting:
        how = parts.button("How it was read", f"{HOW}:{batch.id}", str(batch.source_id))
        return [how, remove] if batch.way == "file" else [remove]
    reasons = _reasons(batch)
    by_key = any(one.kind in (Why.KEY, Why.OLDER) for one in reasons)
    words = "Choose another column" if by_key else "Map it differently"
    other = [parts.button(words, MAP, file_id, style="primary")] if file_id else []
    accept = [] if not batch.rows_kept or is_hopeless(reasons) else [parts.button(_yes(reasons), ACCEPT, str(batch.id))]
    return [*other, *accept, remove]


def removed(batch: Batch, actor: str) -> list[Block]:
    """A delivery that was taken out."""
    text = (
        f"*{escape(batch.filename or 'The delivery')}* was taken out by {mention(actor)}. Its bytes and history stay."
    )
    shown = [parts.section(f":wastebasket: {text}")]
    return [*shown, parts.actions([put_back(batch)])] if batch.way == "file" else shown


def put_back(batch: Batch) -> Block:
    """The way back for a delivery that was taken out."""
    return parts.button("Put it back", f"{RESTORE}:{batch.id}", str(batch.id))
