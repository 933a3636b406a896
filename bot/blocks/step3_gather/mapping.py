"""The form in which a file's columns are mapped: guesses with what they give, each of which can be overridden.

What stands in a form is a draft: field → what was typed or the value chosen. Columns are told by their name, never by
their place: looked at otherwise, a file has other columns in that place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from bot.blocks import parts
from bot.blocks.parts import Block
from bot.blocks.step3_gather.ids import CHOOSE, GUESS, MAP, MORE, NEW_SOURCE, NO_COLUMN
from bot.blocks.text import clip, escape
from csi.models import Kpi, Source
from csi.reading.layout import Column, Layout
from csi.series import units
from csi.series.found_units import Fit, unit_question
from csi.step3_gather.namesakes import Namesake
from csi.words.wording import listed, plural

Draft = Mapping[str, str | list[str]]

_SHOWN = 20
_TELLING = 6
_COLUMNS = 98  # a menu holds 100
SAMPLED = 2_000  # rows that a look takes into account at most
_ORDERS = {
    "iso": "year first: 2016-02-29, or 29 Feb 2016",
    "day_first": "day first: 29/2/2016",
    "month_first": "month first: 2/29/2016",
    "year_first": "year first in two digits: 16/2/29",
    "epoch": "seconds since 1970",
    "excel": "a workbook's days since 1900: 42429.05",
    "excel1904": "a workbook's days since 1904",
    "pattern": "another pattern (below)",
}
_DELIMITERS = {",": "comma ,", ";": "semicolon ;", "tab": "tab", "|": "bar |"}
_UNITS = {
    "time": {"h": "hours", "min": "minutes", "s": "seconds", "ms": "milliseconds", "d": "days"},
    "ratio": {"%": "per cent: 100 is all", "ratio": "a fraction: 1 is all"},
    "bytes": {unit: unit for unit in ("B", "kB", "MB", "GB", "TB")},
}
# What is asked of a file's form: where it is said otherwise, the file has other columns.
FORM = ("sheet", "header_row", "delimiter", "encoding")
UNIT = "unit."
PLAIN = "-"  # chosen for a column whose numbers are in no unit
MELTED = "value"  # the column of all numbers of periods side by side
_EITHER = re.compile(r"\d[.,]\d{3}(?!\d)")
TAKEN = "source.taken"  # the menu of sources where the new one's name is taken
ZONED = 300  # characters that say which columns are in another zone


@dataclass(frozen=True, slots=True)
class Asked:
    """A number column of which has to be known how it is read, for the KPIs that read it; for none where nobody does
    yet. ``name`` is the one it is read by: of periods side by side that of all their numbers."""

    column: Column
    kpis: tuple[Kpi, ...]
    name: str

    @property
    def field(self) -> str:
        """The field of the form in which it is asked."""
        return f"{UNIT}{value_of(self.name)}"

    @property
    def unit(self) -> str:
        """The unit of the first of these KPIs."""
        return next((kpi.unit for kpi in self.kpis if kpi.unit), "")

    @property
    def is_told(self) -> bool:
        """Whether its header or its cells say a unit that fits these KPIs: then nobody need be asked."""
        if not self.kpis:
            return bool(self.column.unit) and not self.is_clock
        return all(unit_question(self.column, kpi.unit).fit in (Fit.SAME, Fit.CONVERTED) for kpi in self.kpis)

    @property
    def is_clock(self) -> bool:
        """Whether its cells are clocks of two parts, and nothing tells hours and minutes from minutes and seconds.

        Whatever reads them: no such cell is a number before that is said.
        """
        return self.column.written.asks

    @property
    def must_be_said(self) -> bool:
        """Whether its numbers cannot be taken without an answer."""
        return self.is_clock or bool(self.kpis)

    @property
    def unsaid(self) -> str:
        """Why it is asked."""
        return "nothing in the file says which" if self.is_clock else "its header does not say"

    @property
    def cell(self) -> str:
        """A cell of the column, as it stands in the file."""
        return next((cell.strip() for cell in self.column.examples if ":" in cell), "3:02")

    @property
    def choices(self) -> dict[str, str]:
        """The units it may be in: those that measure the same as the KPI's; none where there is nothing to ask."""
        found = units.find(self.unit)
        if self.is_clock:
            return clock_choices(self.cell)
        if not self.kpis:
            every = {PLAIN: "a plain number: a count, a score, money …"}
            every |= {unit: words for known in _UNITS.values() for unit, words in known.items()}
            return every | ({self.column.unit: every.get(self.column.unit, self.column.unit)} if self.is_told else {})
        known = dict(_UNITS.get(found.dimension, {})) if found else {}
        if known and found and found.name not in known:
            known[found.name] = found.name
        if known and self.column.unit:
            known.setdefault(self.column.unit, self.column.unit)
        return {
            unit: f"{words} (the KPI's unit)" if found and unit == found.name else words
            for unit, words in known.items()
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a form shows: the file as it was looked at, the sources there are, the units asked for.

    ``fixed`` is the source whose kept delivery is looked at again: then no other is chosen. ``look`` identifies as
    what the file was looked at. ``undecided`` are columns that are read and in which nothing tells thousands from
    decimals. ``namesake`` is the source that goes by the name of the new one already.
    """

    filename: str
    layout: Layout
    sources: Sequence[Source] = ()
    fixed: Source | None = None
    units: Sequence[Asked] = ()
    wants_number: Sequence[Kpi] = ()
    undecided: Sequence[str] = ()
    namesake: Namesake | None = None
    look: str = ""
    notes: Sequence[str] = field(default_factory=tuple)


def value_of(name: str) -> str:
    """What stands for a column in a menu: as short as a menu wants it, and the same wherever the column stands."""
    return sha256(name.encode()).hexdigest()[:12]


def mapping_form(seen: Seen, draft: Draft, *, more: bool = False, metadata: str = "") -> Block:
    """What the columns mean: at first only what must be said, everything where ``more`` was pressed."""
    layout = seen.layout
    open_ = [one for one in seen.units if not one.is_told or not _said(draft, one.field)]
    blocks = [
        parts.section(f"*{escape(seen.filename)}* · {_laid_out(layout)}"),
        parts.section(_examples(layout, _telling(layout, draft))),
        *(parts.context(f":information_source: {escape(note)}") for note in seen.notes[:3]),
        *_source(seen, draft),
        *_sheet(layout, draft),
        *_encoding(layout, draft),
        *_needed(seen, draft),
        *(_unit(one, draft) for one in open_[:_TELLING]),
    ]
    if more:
        told = [one for one in seen.units if one not in open_]
        blocks += [*_rare(seen, draft), *(_unit(one, draft) for one in told[:_TELLING]), *_file(seen, draft)]
    is_laid_out = bool(layout.delimiter or layout.sheet)
    buttons = [parts.button("Look again with these", GUESS)] if (more and is_laid_out) or _sheets(layout) else []
    buttons += [] if more else [parts.button("More …", MORE)]
    if buttons:
        blocks.append(parts.actions(buttons, block_id=f"ways.{seen.look}"))
    if more:
        blocks += _every_column(layout)
    title = "How it is read" if seen.fixed else "Map the columns"
    submit = "Read it again" if seen.fixed else "Read it"
    marked = [_marked(block, seen.look) for block in blocks]
    return parts.modal(MAP, title, marked, submit=submit, metadata=metadata)


def _marked(block: Block, look: str) -> Block:
    """An input that Slack does not fill with what stood in it before the file was looked at otherwise."""
    if block["type"] == "input":
        block["element"]["action_id"] = f"{block['element']['action_id']}:{look}"
    return block


def stem(filename: str) -> str:
    """A file's name as the name of what it came from: ``Jira export`` of ``Jira_export.csv.gz``."""
    return clip(" ".join(filename.partition(".")[0].replace("_", " ").split()), 80)


def named_twice(layout: Layout) -> list[str]:
    """What the further columns of a name that stands more than once are called here."""
    return [
        f"The file has ‘{clip(name, 40)}’ {len(others) + 1} times: the first is called so, "
        f"the {'other' if len(others) == 1 else 'others'} {listed([clip(other, 44) for other in others[:3]])}."
        for name, others in list(layout.further.items())[:2]
    ]


def shown_fields(view: Block) -> list[str]:
    """The fields that stand in a form."""
    return [block["block_id"] for block in view["blocks"] if block["type"] == "input"]


def _said(draft: Draft, name: str) -> str:
    value = draft.get(name) or ""
    return value if isinstance(value, str) else ""


def _several(draft: Draft, name: str) -> Sequence[str]:
    value = draft.get(name) or ()
    return () if isinstance(value, str) else value


def _source(seen: Seen, draft: Draft) -> list[Block]:
    if seen.fixed:
        return []
    named = {str(source.id): clip(source.name or source.key, 75) for source in seen.sources[:_COLUMNS]}
    chosen = _said(draft, "source") or None
    if seen.namesake:
        asked = [_telling_at_once(_added(seen.namesake, named, chosen))]
    elif named:
        choices = {**named, NEW_SOURCE: "A new source"}
        asked = [_telling_at_once(parts.select("source", "Which source is this?", choices, chosen=chosen))]
    else:
        asked = []
    name = parts.text_input("source_name", "Name of the new source", value=_said(draft, "source_name"), limit=80)
    return [*asked, name] if not asked or chosen == NEW_SOURCE else asked


def _added(taken: Namesake, named: Mapping[str, str], chosen: str | None) -> Block:
    """Whether a file belongs to the source that goes by the name of the new one, with what that one holds."""
    own, name = str(taken.source.id), clip(taken.source.name or taken.source.key, 75)
    choices = {own: "Add to it", NEW_SOURCE: "Name it otherwise", **{k: v for k, v in named.items() if k != own}}
    label = f"‘{name}’ is a source already. Is this file part of it?"
    return parts.select(TAKEN, label, choices, chosen=chosen, hint=_holds(taken)) | {"block_id": "source"}


def _holds(taken: Namesake) -> str:
    """What a source holds, how alike the file is, and whether it is in use."""
    held = f"It holds {plural(taken.deliveries, 'delivery', 'deliveries')}"
    if taken.newest is not None:
        held += f", the newest {clip(taken.newest.filename, 60) or 'without a name'}"
        held += f"; {taken.shared:,} of its {plural(taken.columns, 'column')} are in this file, too"
    return f"{held}.{' It is retired: added to, it is in use again.' if taken.source.retired_at else ''}"


def _telling_at_once(block: Block) -> Block:
    """A menu whose choice changes what else is asked, or what is said beside it."""
    block["element"]["action_id"] = f"{CHOOSE}:{block['element']['action_id']}"
    return block | {"dispatch_action": True}


def _sheets(layout: Layout) -> bool:
    return len(layout.sheets) > 1


def _sheet(layout: Layout, draft: Draft) -> list[Block]:
    if not _sheets(layout):
        return []
    choices = {value_of(name): clip(name, 75) for name in layout.sheets[:100]}
    asked = parts.select("sheet", "Sheet", choices, chosen=_said(draft, "sheet"))
    asked["element"]["action_id"] = f"{GUESS}:sheet"
    return [asked | {"dispatch_action": True}]


def _encoding(layout: Layout, draft: Draft) -> list[Block]:
    """How the letters of a text are read, where several ways fit it; asked with a cell of the file in each."""
    if not layout.alike:
        return []
    choices = {encoding: f"{clip(cell, 40)}  ({encoding})" for encoding, cell in layout.alike.items()}
    hint = "Nothing in the file says how its letters are to be read."
    asked = parts.select(
        "encoding",
        "Which of these is written in the file?",
        choices,
        chosen=_said(draft, "encoding") or None,
        hint=hint,
    )
    asked["element"]["action_id"] = f"{GUESS}:encoding"
    return [asked | {"dispatch_action": True}]


def _needed(seen: Seen, draft: Draft) -> list[Block]:
    """What nobody but a person can know, and what is wrong in silence where it is guessed wrongly."""
    layout, names = seen.layout, column_choices(seen.layout)
    wide = bool(draft.get("keep"))
    blocks = [_column("at", "Which column dates a row?", names, draft, _dates_hint(layout, draft), optional=wide)]
    if draft.get("time"):
        blocks.append(_rest_of_date(names, draft))
    if _said(draft, "dates") != "iso":
        blocks.append(_orders(layout, draft))
    if _said(draft, "dates") == "pattern":
        blocks.append(_pattern(draft))
    zone = parts.text_input(
        "timezone",
        "Time zone of stamps without an offset",
        value=_said(draft, "timezone"),
        limit=60,
        hint="A name such as Europe/Lisbon.",
    )
    blocks += [zone, _key(layout, draft)]
    if seen.wants_number:
        blocks.append(_number(seen, names, draft))
    if seen.undecided:
        blocks.append(_thousands(seen, draft))
    return blocks


def _dates_hint(layout: Layout, draft: Draft) -> str:
    """What the column does that dates a row; and how few rows have a date in it, where most have none."""
    chosen = next((one for one in layout.columns if value_of(one.name) == _said(draft, "at")), None)
    if chosen is None or 2 * chosen.filled >= layout.rows:
        return "It puts the row into a period."
    whole = layout.rows < SAMPLED
    of = f"{'' if whole else 'the first '}{plural(layout.rows, 'row')}"
    return f"Only {chosen.filled:,} of {of} have a date in {clip(chosen.name, 60)}: no other counts in a period."


def _thousands(seen: Seen, draft: Draft) -> Block:
    """What ``1.234`` is, where no cell tells; asked with a cell of the file."""
    columns = {column.name: column for column in seen.layout.columns}
    name = seen.undecided[0]
    cell = next((one for one in columns[name].examples if _EITHER.search(one)), "1.234")
    sign = "," if "," in cell else "."
    whole = cell.strip().replace(sign, "")
    other = "." if sign == "," else ","
    choices = {other: f"{whole}: it parts thousands", sign: f"{whole[:-3]} and a bit: it parts decimals"}
    label = f"What is {clip(cell.strip(), 20)} in {clip(name, 60)}?"
    return parts.select(
        "decimal",
        label,
        {key: clip(words, 75) for key, words in choices.items()},
        chosen=_said(draft, "decimal") or None,
        hint="Nothing in the file says which.",
    )


def _rest_of_date(names: Mapping[str, str], draft: Draft) -> Block:
    hint = "Only where it stands in several columns: date and time, year and week, year and month and day."
    return parts.several(
        "time",
        "Which columns hold the rest of its date?",
        names,
        chosen=_several(draft, "time"),
        hint=hint,
        optional=True,
    )


def _pattern(draft: Draft) -> Block:
    return parts.text_input(
        "pattern",
        "Date pattern",
        optional=True,
        limit=60,
        value=_said(draft, "pattern"),
        hint="Only for another pattern, such as %d-%b-%Y %H:%M.",
    )


def _key(layout: Layout, draft: Draft) -> Block:
    """The column that names a case, with what each would make of the rows."""
    by_value = {value_of(column.name): column for column in layout.columns}
    chosen = by_value.get(_said(draft, "key"))
    hint = "A ticket number, say. Without one every row is an observation."
    if chosen and layout.rows:
        hint = f"{clip(chosen.name, 60)}: {different(chosen, layout)}."
        if chosen.distinct < chosen.filled:
            is_latest = _said(draft, "latest_by") not in ("", NO_COLUMN)
            hint += f" Only {'the latest' if is_latest else 'one'} row of each counts."
    names = column_choices(layout)
    made = [parts.option(NO_COLUMN, "(none)")]
    made += [
        parts.option(value, name, different(by_value[value], layout) if layout.rows else "")
        for value, name in names.items()
    ]
    element: Block = {"type": "static_select", "action_id": "key", "options": made[:100]}
    initial = next((one for one in made if one["value"] == _said(draft, "key")), None)
    element |= {"initial_option": initial} if initial else {}
    return _telling_at_once(parts.entry("key", "Which column names a case?", element, hint=hint, optional=True))


def different(column: Column, layout: Layout) -> str:
    """What a column tells apart: ``120 rows, 9 different``; of a long file what its first rows show."""
    whole = layout.rows < SAMPLED
    return f"{'' if whole else 'first '}{plural(layout.rows, 'row')}, {column.distinct:,} different"


def _number(seen: Seen, names: Mapping[str, str], draft: Draft) -> Block:
    kpis = listed([clip(kpi.name, 60) for kpi in seen.wants_number[:3]])
    hint = f"For {kpis}." if kpis else "Only where a KPI is a number of its own."
    return _telling_at_once(_column("value", "Which column holds the number?", names, draft, hint, optional=True))


def _unit(asked: Asked, draft: Draft) -> Block:
    """In which unit a column's numbers are; what its header or its cells say is filled in."""
    name = asked.field
    kpis = listed([clip(kpi.name, 60) for kpi in asked.kpis[:3]])
    cells = ", ".join(clip(cell, 12) for cell in asked.column.examples[:3])
    chosen = said if (said := _said(draft, name)) in asked.choices else ""
    if asked.is_clock:
        label = f"What is {clip(asked.cell, 20)} in {clip(asked.column.name, 60)}?"
        hint = "Nothing in the file says which; "
        hint += f"for {kpis}." if kpis else "no cell of it can be read before somebody does."
        return parts.select(name, label, asked.choices, chosen=chosen or None, hint=hint)
    hint = f"As its header or its cells say; for {kpis}." if asked.column.unit else f"{cells} …, for {kpis}."
    if not kpis:
        hint, chosen = "No KPI reads it yet.", chosen or PLAIN
    label = f"In which unit is {clip(asked.column.name, 80)}?"
    return parts.select(name, label, asked.choices, chosen=chosen or None, hint=hint)


def clock_choices(cell: str) -> dict[str, str]:
    """What a clock of two parts may be: ``3:02`` as 3 h 2 min, or as 3 min 2 s."""
    large, _, small = cell.lstrip("-+").partition(":")
    first, second = large.strip().lstrip("0") or "0", small.strip().lstrip("0") or "0"
    return {
        "h:mm": f"{clip(first, 10)} h {clip(second, 10)} min",
        "min:s": f"{clip(first, 10)} min {clip(second, 10)} s",
    }


def _rare(seen: Seen, draft: Draft) -> list[Block]:
    """What is seldom to be changed."""
    layout, names, dates = seen.layout, column_choices(seen.layout), _said(draft, "dates")
    blocks = [] if draft.get("time") else [_rest_of_date(names, draft)]
    if dates == "iso":
        blocks.append(_orders(layout, draft))
    if dates != "pattern":
        blocks.append(_pattern(draft))
    blocks.append(
        _column(
            "latest_by",
            "Which column says which row of a case is the latest?",
            names,
            draft,
            "Without one the last row in the file counts.",
            optional=True,
        )
    )
    if not seen.wants_number:
        blocks.append(_number(seen, names, draft))
    return [
        *blocks,
        parts.text_input(
            "missing",
            "What stands for “nothing here”?",
            value=_said(draft, "missing"),
            limit=200,
            optional=True,
            hint="Besides the empty cell; several with commas between.",
        ),
        _zones(draft),
        _wide(names, draft),
    ]


def _file(seen: Seen, draft: Draft) -> list[Block]:
    """How the file is written."""
    layout = seen.layout
    blocks = [] if seen.undecided else [_decimal(layout, draft)]
    if layout.delimiter:
        known = (
            _DELIMITERS
            if _said(draft, "delimiter") in _DELIMITERS
            else {**_DELIMITERS, _said(draft, "delimiter"): _said(draft, "delimiter")}
        )
        blocks.append(parts.select("delimiter", "Between the cells stands", known, chosen=_said(draft, "delimiter")))
        if not layout.alike:
            blocks.append(parts.text_input("encoding", "Encoding", value=_said(draft, "encoding"), limit=30))
    if layout.delimiter or layout.sheet:
        blocks.append(
            parts.text_input(
                "header_row",
                "Row of the header",
                value=_said(draft, "header_row"),
                limit=6,
                hint="0 when there is none.",
            )
        )
    return blocks


def _decimal(layout: Layout, draft: Draft) -> Block:
    signs = {".": "point: 2.5", ",": "comma: 2,5"}
    return parts.select(
        "decimal", "Decimal sign", signs, chosen=_said(draft, "decimal") or None, optional=bool(layout.undecided)
    )


def _laid_out(layout: Layout) -> str:
    told = [str(layout.format.value).upper(), plural(len(layout.columns), "column")]
    if layout.encoding:
        told.append(layout.encoding)
    if layout.sheet:
        told.append(f"sheet {escape(layout.sheet)}")
    if layout.header_row > 1:
        told.append(f"header in row {layout.header_row}")
    return " · ".join(told)


def _telling(layout: Layout, draft: Draft) -> list[int]:
    """Places of the columns most questions are about."""
    chosen = {*(_said(draft, name) for name in ("at", "key", "value")), *_several(draft, "time")}
    asked = [
        place
        for place, column in enumerate(layout.columns)
        if column.role or column.kind == "moment" or value_of(column.name) in chosen
    ]
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
    unit = f" in {escape(clip(column.unit, 10))}" if column.unit else ""
    shown = " · ".join(f"`{escape(cell) or ' '}`" for cell in cells)
    return f"*{escape(clip(column.name, 40))}* _{kind}{unit}_  {shown}"


def column_choices(layout: Layout) -> dict[str, str]:
    """What stands for a column → its name; moments first, as a menu holds a hundred."""
    order = sorted(layout.columns, key=lambda column: column.kind != "moment")
    return {value_of(column.name): clip(column.name, 75) for column in order[:_COLUMNS]}


def _column(
    name: str, question: str, names: Mapping[str, str], draft: Draft, hint: str, *, optional: bool = False
) -> Block:
    choices = {**({NO_COLUMN: "(none)"} if optional else {}), **names}
    return parts.select(name, question, choices, chosen=_said(draft, name) or None, hint=hint, optional=optional)


def _orders(layout: Layout, draft: Draft) -> Block:
    asked = layout.ambiguous
    hint = "No day above 12 in it: please say which it is, I must not guess." if asked else "As guessed from the file."
    return parts.select("dates", "How are dates written?", _ORDERS, chosen=_said(draft, "dates") or None, hint=hint)


def _zones(draft: Draft) -> Block:
    hint = "For each its name and its zone: First response in UTC. Several with ; between."
    return parts.text_input(
        "zones", "Are columns in another time zone?", value=_said(draft, "zones"), limit=ZONED, hint=hint, optional=True
    )


def _wide(names: Mapping[str, str], draft: Draft) -> Block:
    hint = "Then choose the columns to keep; every other becomes a row with “period” and “value”."
    label = "Are periods side by side as columns?"
    return parts.several("keep", label, names, chosen=_several(draft, "keep"), optional=True, hint=hint)
