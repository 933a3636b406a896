"""The form in which a file's columns are mapped: guesses with examples, each of which can be overridden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.blocks import parts
from bot.blocks.parts import Block
from bot.blocks.step3_gather.ids import GUESS, MAP, NEW_SOURCE, NO_COLUMN
from bot.blocks.text import clip, escape, plural
from csi.definition import SourceDefinition
from csi.models import Source
from csi.step3_gather.layout import Column, Layout

_SHOWN = 20
_TELLING = 6
_COLUMNS = 98  # a menu holds 100
_ORDERS = {
    "iso": "year first: 2016-02-29, or 29 Feb 2016",
    "day_first": "day first: 29/2/2016",
    "month_first": "month first: 2/29/2016",
    "epoch": "seconds since 1970",
    "excel": "a workbook's days since 1900: 42429.05",
    "excel1904": "a workbook's days since 1904",
    "pattern": "another pattern (below)",
}
_DELIMITERS = {",": "comma ,", ";": "semicolon ;", "tab": "tab", "|": "bar |"}


def mapping_form(
    layout: Layout,
    known: SourceDefinition,
    sources: Sequence[Source],
    chosen: Source | None,
    *,
    filename: str,
    metadata: str,
    moment: str = "",
    time: str = "",
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
        parts.text_input("source_name", "Name of the new source", value="" if named else _stem(filename), limit=80,
                         optional=True),
        _column("at", "Which column dates a row?", names, by_name.get(moment), "It puts the row into a period.",
                optional=bool(known.options.get("melt"))),
        _column("time", "Which column holds its time of day?", names, by_name.get(time),
                "Only where date and time stand in two columns.", optional=True),
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


def _stem(filename: str) -> str:
    """A file's name as the name of what it came from: ``Jira export`` of ``Jira_export.csv.gz``."""
    return clip(" ".join(filename.partition(".")[0].replace("_", " ").split()), 80)


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
    return (asked if len(asked) > 1 else list(range(len(layout.columns))))[:_TELLING]


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
