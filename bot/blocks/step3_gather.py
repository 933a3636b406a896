"""Step 3's messages and forms: counts, ranges of dates and what was refused; never an average, never a trend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from bot.blocks import parts
from bot.blocks.parts import Block
from bot.blocks.text import clip, escape, listed, mention, plural, when
from csi.definition import SourceDefinition
from csi.models import Batch, Kpi, Measurement, QuarantinedRow, Source
from csi.step3_gather.expected import Arrival
from csi.step3_gather.layout import Column, Layout
from csi.step3_gather.measured import KINDS
from csi.step3_gather.spans import label

OPEN = "gather.open"
MAP = "gather.map"
READ = "gather.read"
GUESS = "gather.guess"
ACCEPT = "gather.accept"
REMOVE = "gather.remove"
NUMBER = "gather.number"
ATTEST = "gather.attest"
COLLECT = "gather.collect"
NEW_SOURCE = "new"
NO_COLUMN = "-"
_SHOWN = 20
_TELLING = 6
_COLUMNS = 98  # a menu holds 100
_ORDERS = {
    "iso": "year first: 2016-02-29",
    "day_first": "day first: 29/2/2016",
    "month_first": "month first: 2/29/2016",
    "epoch": "seconds since 1970",
    "pattern": "another pattern (below)",
}
_ASK = parts.confirm(
    "Take it out?", "Its bytes and its history stay; what depended on it is computed again.", "Take out"
)
_DELIMITERS = {",": "comma ,", ";": "semicolon ;", "tab": "tab", "|": "bar |"}


def words(shown: Sequence[Block]) -> str:
    """What a notification shows of a message."""
    return clip(next((block["text"]["text"] for block in shown if "text" in block), "Step 3"), 300)


# a file was dropped


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
        more = f"\n… and {plural(len(changes) - _SHOWN, 'more')}" if len(changes) > _SHOWN else ""
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
        text = f"*{share:.0%} of its rows are in quarantine.* Nothing counts before somebody says yes."
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
    more = f"\n… and {plural(total - len(lines), 'more')}, in the CSV below" if total > len(lines) else ""
    return clip("*Quarantine*\n" + "\n".join(lines) + more, parts.SECTION)


def _buttons(batch: Batch, waiting: bool) -> list[Block]:
    remove = parts.button("Wrong file: take it out", REMOVE, str(batch.id), confirm=_ASK)
    accept = parts.button("Use it all the same", ACCEPT, str(batch.id), style="primary")
    return [accept, remove] if waiting else [remove]


def removed(batch: Batch, actor: str) -> list[Block]:
    """A delivery that was taken out."""
    text = (
        f"*{escape(batch.filename or 'The delivery')}* was taken out by {mention(actor)}. Its bytes and history stay."
    )
    return [parts.section(f":wastebasket: {text}")]


# mapping


def mapping_form(
    layout: Layout,
    known: SourceDefinition,
    sources: Sequence[Source],
    chosen: Source | None,
    *,
    filename: str,
    metadata: str,
    moment: str = "",
    value: str = "",
) -> Block:
    """What the columns mean: guesses with three example rows; each can be overridden."""
    names = _column_choices(layout)
    by_name = {name: place for place, name in names.items()}
    named = {str(source.id): clip(source.name or source.key, 75) for source in sources[:_COLUMNS]}
    blocks = [
        parts.section(f"*{escape(filename)}* · {_laid_out(layout)}"),
        parts.section(_examples(layout, _telling(layout))),
        parts.select(
            "source", "Which source is this?", {**named, NEW_SOURCE: "A new source"},
            chosen=str(chosen.id) if chosen else NEW_SOURCE if not named else None,
        ),
        parts.text_input("source_name", "Name of the new source", optional=True, limit=80),
        _column("at", "Which column dates a row?", names, by_name.get(moment), "It puts the row into a period.",
                optional=bool(known.options.get("melt"))),
        _orders(layout, known),
        parts.text_input("pattern", "Date pattern", optional=True, limit=60,
                         value=known.dates if "%" in known.dates else "",
                         hint="Only for another pattern, such as %d-%b-%Y %H:%M."),
        parts.text_input("timezone", "Time zone of stamps without an offset", value=known.timezone, limit=60,
                         hint="A name such as Europe/Lisbon."),
        _column("key", "Which column names a case?", names, by_name.get(known.key),
                "A ticket number, say. Without one every row is an observation.", optional=True),
        _column("latest_by", "Which column says which row of a case is the latest?", names,
                by_name.get(known.latest_by), "Without one the last row in the file counts.", optional=True),
        _column("value", "Which column holds the number?", names, by_name.get(value),
                "Only where a KPI is a number of its own.", optional=True),
        parts.text_input("missing", "What stands for “nothing here”?", value=", ".join(known.missing), limit=200,
                         optional=True, hint="Besides the empty cell; several with commas between."),
    ]  # fmt: skip
    blocks += [*_format_fields(layout, known), *_wide_field(layout, known, names), *_every_column(layout)]
    return parts.modal(MAP, "Map the columns", blocks, submit="Read it", metadata=metadata)


def _laid_out(layout: Layout) -> str:
    told = [str(layout.format.value).upper(), plural(len(layout.columns), "column")]
    if layout.encoding:
        told.append(layout.encoding)
    if layout.sheet:
        told.append(f"sheet {escape(layout.sheet)}")
    if layout.header_row > 1:
        told.append(f"header in row {layout.header_row}")
    return " · ".join(told)


def _telling(layout: Layout) -> list[int]:
    """Places of the columns most questions are about."""
    asked = [place for place, column in enumerate(layout.columns) if column.role or column.kind == "moment"]
    return (asked or list(range(len(layout.columns))))[:_TELLING]


def _examples(layout: Layout, places: Sequence[int]) -> str:
    return clip("\n".join(_example(layout.columns[place], place, layout) for place in places), parts.SECTION)


def _every_column(layout: Layout) -> list[Block]:
    """All columns with their examples, below the questions."""
    more = len(layout.columns) - _SHOWN
    end = f"\n… and {plural(more, 'more column')}" if more > 0 else ""
    shown = _examples(layout, range(min(_SHOWN, len(layout.columns))))
    return [parts.divider(), parts.section(clip(f"*Every column*\n{shown}{end}", parts.SECTION))]


def _example(column: Column, place: int, layout: Layout) -> str:
    cells = [clip(row[place].replace("`", "").replace("\n", " "), 24) for row in layout.examples if place < len(row)]
    kind = {"moment": "date", "empty": "empty"}.get(column.kind, column.kind)
    return f"*{escape(clip(column.name, 40))}* _{kind}_  " + " · ".join(f"`{escape(cell) or ' '}`" for cell in cells)


def _column_choices(layout: Layout) -> dict[str, str]:
    """Place of a column → its name; moments first, as a menu holds a hundred."""
    order = sorted(range(len(layout.columns)), key=lambda place: layout.columns[place].kind != "moment")
    return {str(place): clip(layout.columns[place].name, 75) for place in order[:_COLUMNS]}


def _column(
    field: str, question: str, names: Mapping[str, str], chosen: str | None, hint: str, *, optional: bool = False
) -> Block:
    choices = {**({NO_COLUMN: "(none)"} if optional else {}), **names}
    return parts.select(field, question, choices, chosen=chosen, hint=hint, optional=optional)


def _orders(layout: Layout, known: SourceDefinition) -> Block:
    asked = layout.ambiguous
    hint = "No day above 12 in it: please say which it is, I must not guess." if asked else "As guessed from the file."
    chosen = None if asked else ("pattern" if "%" in known.dates else known.dates)
    return parts.select("dates", "How are dates written?", _ORDERS, chosen=chosen, hint=hint)


def _format_fields(layout: Layout, known: SourceDefinition) -> list[Block]:
    blocks = [
        parts.select(
            "decimal", "Decimal sign", {".": "point: 2.5", ",": "comma: 2,5"}, chosen=known.decimal or layout.decimal
        )
    ]
    if layout.delimiter:
        chosen = "tab" if layout.delimiter == "\t" else layout.delimiter
        blocks.append(parts.select("delimiter", "Between the cells stands", _DELIMITERS, chosen=chosen))
        blocks.append(parts.text_input("encoding", "Encoding", value=layout.encoding, limit=30))
    if len(layout.sheets) > 1:
        sheets = {str(place): clip(name, 75) for place, name in enumerate(layout.sheets[:100])}
        chosen = str(layout.sheets.index(layout.sheet))
        blocks.append(parts.select("sheet", "Sheet", sheets, chosen=chosen))
    if layout.delimiter or layout.sheet:
        blocks.append(parts.text_input("header_row", "Row of the header", value=str(layout.header_row), limit=6,
                                       hint="0 when there is none."))  # fmt: skip
        blocks.append(parts.actions([parts.button("Look again with these", GUESS)]))
    return blocks


def _wide_field(layout: Layout, known: SourceDefinition, names: Mapping[str, str]) -> list[Block]:
    melt = known.options.get("melt") or {}
    chosen = [place for place, name in names.items() if layout.columns[int(place)].name in melt.get("keep", ())]
    hint = "Then choose the columns to keep; every other becomes a row with “period” and “value”."
    label = "Are periods side by side as columns?"
    return [parts.several("keep", label, names, chosen=chosen, optional=True, hint=hint)]


# what came


def overview(
    found: Sequence[Arrival],
    held: Sequence[tuple[Source, Sequence[Batch]]],
    *,
    metadata: str,
    zone: str,
    may_type: bool,
) -> Block:
    """Per KPI what was expected, what came, what is missing; the deliveries below."""
    blocks = [
        parts.section("*Gather the data.* Drop a file into the channel, or type a number. Counts and dates only.")
    ]
    if not found:
        blocks.append(parts.section("No KPI is gathered yet; step 2 says which can be."))
    for one in found[:_SHOWN]:
        button = parts.button("Type a number", f"{NUMBER}:{one.kpi.id}", one.kpi.key)
        blocks.append(parts.section(_arrival(one, zone), button if may_type and _by_hand(one) else None))
    if len(found) > _SHOWN:
        blocks.append(parts.context(f"… and {plural(len(found) - _SHOWN, 'more KPI')}"))
    for source, batches in held:
        if batches:
            blocks += _deliveries(source, batches)
    return parts.modal(OPEN, "Gather the data", blocks[:99], submit="", close="Done", metadata=metadata)


def _by_hand(one: Arrival) -> bool:
    return one.source is None or one.source.kind in KINDS or (one.source.kind == "file" and not one.deliveries)


def collection_form(wanted: Sequence[Arrival], period: str, metadata: str) -> Block:
    """A field for each number a person is asked for, its evidence, or the reason why there is none."""
    blocks = [parts.section(f"*{escape(period)}*: a number each, with a link to where it stands – or why not.")]
    for one in wanted[:_SHOWN]:
        unit = f" ({one.kpi.unit})" if one.kpi.unit else ""
        number = one.kpi.id
        blocks += [
            parts.divider(),
            parts.text_input(f"value.{number}", f"{one.kpi.name}{unit}", optional=True, limit=40),
            parts.text_input(f"evidence.{number}", "Evidence", optional=True, limit=1000, placeholder="https://…"),
            parts.text_input(f"reason.{number}", "Can't provide it, because …", optional=True, limit=500),
        ]
    return parts.modal(COLLECT, "Give the numbers", blocks, metadata=metadata)


def nothing_wanted(period: str) -> Block:
    """Everything came meanwhile."""
    text = f"Everything of {escape(period)} is here. Thank you!"
    return parts.modal(COLLECT, "Give the numbers", [parts.section(text)], submit="", close="OK")


def attestation(told: Measurement, kpi: Kpi, period: str, limit: float) -> list[Block]:
    """A large number asks for a second person (V3.4)."""
    text = f"The number for *{escape(kpi.name)}*, {period}, is above {limit:,.0f}. A second person has to stand for it."
    return [parts.section(text), parts.actions([parts.button("I attest it", ATTEST, str(told.id))])]


def _arrival(one: Arrival, zone: str) -> str:
    source = escape(one.source.name or one.source.key) if one.source else "no source yet"
    lines = [f"*{escape(one.kpi.name)}* · {source} · {mention(one.owner)}"]
    lines.append(
        f"{plural(len(one.expected), f'{one.period} expected', f'{one.period}s expected')}, {len(one.came):,} came, "
        f"{len(one.missing):,} missing · {one.rows:,} rows, {one.quarantined:,} in quarantine"
    )
    if one.newest:
        lines.append(f"oldest {when(one.oldest, zone)} · newest {when(one.newest, zone)}")
    if one.missing:
        lines.append(f"missing: {_periods(one.missing, one)}{' (late)' if one.late else ''}")
    if one.empty:
        lines.append(f"without a row: {_periods(one.empty, one)}")
    lines += [
        f"{label(day, one.period)}: can't be provided, because {escape(clip(why, 200))}"
        for day, why in one.refused[-3:]
    ]
    lines += [f":warning: {escape(batch.filename)} waits for a yes" for batch in one.waiting]
    return clip("\n".join(lines), parts.SECTION)


def _periods(starts: Sequence[date], one: Arrival) -> str:
    names = [label(start, one.period) for start in starts[:6]]
    more = len(starts) - len(names)
    return ", ".join(names) + f" and {more:,} more" if more > 0 else listed(names)


def _deliveries(source: Source, held: Sequence[Batch]) -> list[Block]:
    blocks: list[Block] = [parts.section(f"*Deliveries of {escape(source.name or source.key)}*")]
    for batch in list(held)[-8:]:
        state = {"waiting": " · waits for a yes", "removed": " · taken out"}.get(batch.state, "")
        name = escape(batch.filename or ("typed" if batch.way == "typed" else batch.way))
        text = (
            f"{batch.ordinal}. {name} · {when(batch.delivered_at)} · {mention(batch.delivered_by)} · "
            f"{batch.rows_kept:,} rows, {batch.quarantined:,} in quarantine{state}"
        )
        button = parts.button("Take out", f"{REMOVE}:{batch.id}", str(batch.id), confirm=_ASK)
        blocks.append(parts.section(text, button if batch.state == "current" and batch.way != "typed" else None))
    return blocks


# numbers typed


def number_form(
    kpis: Sequence[Kpi], chosen: Kpi | None, periods: Mapping[str, str], period: str | None, metadata: str
) -> Block:
    """One number with its evidence, or the reason why there is none."""
    unit = f" ({chosen.unit})" if chosen and chosen.unit else ""
    blocks = [
        parts.select("kpi", "KPI", {str(kpi.id): clip(kpi.name, 75) for kpi in kpis[:100]},
                     chosen=str(chosen.id) if chosen else None),
        parts.select("period_start", "Period", periods, chosen=period),
        parts.text_input("value", f"Value{unit}", optional=True, limit=40),
        parts.text_input("numerator", "Or: how many", optional=True, limit=40, hint="For a share: the good ones …"),
        parts.text_input("denominator", "of how many", optional=True, limit=40, hint="… and all of them."),
        parts.text_input("evidence", "Evidence", optional=True, limit=1000, placeholder="https://…",
                         hint="A link to where the number stands."),
        parts.text_input("reason", "Can't provide it, because …", optional=True, limit=500, multiline=True,
                         hint="The reason is data, too."),
    ]  # fmt: skip
    return parts.modal(NUMBER, "Type a number", blocks, metadata=metadata)


def number_told(told: Measurement, kpi: Kpi, period: str) -> str:
    """A typed number, said without saying what it means."""
    who, version = mention(told.collector), f", version {told.version}" if told.version > 1 else ""
    if told.reason:
        return f"{who}: no number for *{escape(kpi.name)}*, {period}, because {escape(told.reason)}{version}."
    evidence = " with evidence" if told.evidence else ", no evidence yet"
    return f"{who} entered a number for *{escape(kpi.name)}*, {period}{evidence}{version}."


def number_attested(told: Measurement, actor: str) -> str:
    """A second person stands for a number."""
    return f"{mention(actor)} attests the number for {escape(told.kpi_key)}, {told.period_start}."
