"""How a source is read: looked at in five lines, changed, undone; and what another reading of it changed."""

from __future__ import annotations

from collections.abc import Sequence, Sized
from dataclasses import dataclass
from typing import Any

from bot.blocks import parts
from bot.blocks.parts import Block
from bot.blocks.step3_gather.ids import CHANGE, HOW, MAP, MEANT, UNDO
from bot.blocks.step3_gather.mapping import clock_choices
from bot.blocks.step3_gather.yes import agreed
from bot.blocks.text import clip, escape, mention
from csi.definition import SourceDefinition
from csi.measurement.deliveries import reasons_of
from csi.models import Batch, Source
from csi.reading.wide import shape_of
from csi.step3_gather.rereading import Change, Difference
from csi.words.wording import amount, listed, plural, when

_SHOWN = 6
_ORDERS = {
    "iso": "year first",
    "day_first": "day first",
    "month_first": "month first",
    "year_first": "year first in two digits",
    "epoch": "seconds since 1970",
}
_ASK = parts.confirm(
    "Read it as before?", "Its deliveries are read again, and what depended on them is computed again.", "Undo"
)


def how(
    source: Source, said: SourceDefinition, newest: Batch | None, change: Change | None, *, metadata: str, zone: str
) -> Block:
    """What a source is read as, by whom that was said last, and the ways to change it."""
    lines = [*read_so(said, newest), _changed(change, zone)]
    blocks = [
        parts.section(f"*{escape(source.name or source.key)}* is read so:"),
        parts.section(clip("\n".join(f"• {line}" for line in lines if line), parts.SECTION)),
        *(_not_yet(newest) if newest else ()),
    ]
    buttons = [parts.button("Change …", f"{CHANGE}:{source.id}", str(source.id))] if newest else []
    if change and change.before:
        buttons.append(
            parts.button("Undo the last change", f"{UNDO}:{source.id}", f"{source.id}:{source.version}", confirm=_ASK)
        )
    blocks += [parts.actions(buttons)] if buttons else [parts.context("Nothing has been read into it yet.")]
    return parts.modal(HOW, "How it is read", blocks, submit="", close="Done", metadata=metadata)


def _not_yet(newest: Batch) -> list[Block]:
    """Per column the dates that are read as "not yet", and the word that they are real."""
    ask = parts.confirm("Are they real dates?", "The file is read again with them.", "They are real")
    shown = []
    for column, texts in (newest.counts.get("not_yet") or {}).items():
        told = listed([f"‘{_short(text)}’ ({plural(count, 'cell')})" for text, count in texts.items()])
        button = parts.button("They are real dates", f"{MEANT}:{newest.id}", f"{newest.id}:{column}", confirm=ask)
        shown.append(parts.section(f"In *{_short(column)}* {told}: read as “not yet”, without a date.", button))
    return shown


def read_so(said: SourceDefinition, newest: Batch | None = None) -> list[str]:
    """How a source is read, in lines; with what its newest delivery shows of it."""
    lines = [
        _rows(said, newest),
        _accepted(newest),
        _dates(said),
        _meant(said),
        _zones(said),
        _numbers(said),
        _names(said),
    ]
    return [line for line in lines if line]


def _rows(said: SourceDefinition, newest: Batch | None = None) -> str:
    """Sheet and key, with what the newest delivery shows of both."""
    sheet = f"sheet *{_short(said.sheet)}*, " if said.sheet else ""
    if not said.key:
        return f"{sheet}every row is an observation"
    counted = (newest.counts.get("key") or {}) if newest else {}
    counts = f" ({counted['named']:,} rows, {counted['cases']:,} different)" if counted else ""
    latest = f"; the latest by *{_short(said.latest_by)}*" if said.latest_by else ""
    return f"{sheet}one case per *{_short(said.key)}*{counts}{latest}"


def _accepted(newest: Batch | None) -> str:
    """What somebody said yes to of the newest delivery, with its numbers."""
    said = reasons_of(newest.counts, "accepted") if newest else ()
    return f"as was agreed, {agreed(said)}" if said else ""


def _dates(said: SourceDefinition) -> str:
    """What dates a row, and how that is written."""
    moments = said.options.get("moments") or ()
    dated = (
        listed([f"*{_short(part)}*" for part in shape_of(said.options).join.get(moments[0], (moments[0],))])
        if moments
        else "nothing yet"
    )
    order = said.order_of(moments[0]) if moments else said.dates
    return f"dated by {dated}, {_ORDERS.get(order, f'as `{_short(order)}`')}, {_short(said.timezone)}"


def _meant(said: SourceDefinition) -> str:
    """Columns whose dates somebody said are right, odd as they look."""
    told = list(said.options.get("meant") or ())
    return f"every date of {listed([f'*{_short(name)}*' for name in told[:_SHOWN]])} is right as it is" if told else ""


def _zones(said: SourceDefinition) -> str:
    """Columns whose stamps are in another zone."""
    told = [f"*{_short(name)}* in {_short(zone)}" for name, zone in list(said.zones.items())[:_SHOWN]]
    return f"{listed(told)}{_and_more(said.zones)}" if told else ""


def _and_more(told: Sized) -> str:
    return f" and {len(told) - _SHOWN:,} more" if len(told) > _SHOWN else ""


def _numbers(said: SourceDefinition) -> str:
    """Units and markers for missing."""
    units = {name: unit for name, unit in (said.options.get("units") or {}).items() if isinstance(unit, str)}
    told = [_unit(name, unit) for name, unit in list(units.items())[:_SHOWN]]
    markers = [f"`{_short(one)}`" for one in said.missing[:_SHOWN]]
    return "; ".join([*([listed(told)] if told else []), *([f"{listed(markers)}: nothing there"] if markers else [])])


def _unit(name: str, unit: str) -> str:
    """What a column's numbers are in, or what its clocks of two parts are."""
    clocks = clock_choices("3:02")
    return f"*{_short(name)}*: 3:02 is {clocks[unit]}" if unit in clocks else f"*{_short(name)}* in {_short(unit)}"


def _names(said: SourceDefinition) -> str:
    """Columns that are called otherwise."""
    pairs = [f"*{_short(own)}* is ‘{_short(name)}’" for own, name in list(said.columns.items())[:_SHOWN]]
    return f"{listed(pairs)}{_and_more(said.columns)}" if pairs else ""


def _changed(change: Change | None, zone: str) -> str:
    return f"said by {mention(change.by)}, {when(change.at, zone)}" if change else ""


def _short(text: Any) -> str:
    return escape(clip(str(text or "").replace("`", ""), 60))


def looking(title: str = "How it is read") -> Block:
    """While a file is looked at."""
    return parts.modal(MAP + ".looking", title, [parts.section("Looking at it …")], submit="", close="Cancel")


def undoing(source: Source) -> Block:
    """The last change is being taken back."""
    return _under_way(source, "as before")


def reading_again(source: Source) -> Block:
    """What a source delivered is being read as was just said."""
    return _under_way(source, "so")


def _under_way(source: Source, how: str) -> Block:
    name = escape(source.name or source.key)
    text = (
        f":hourglass_flowing_sand: I read *{name}* {how}, and say in the thread of the cycle’s card what that changes."
    )
    return parts.modal(f"{HOW}.again", "How it is read", [parts.section(text)], submit="", close="Done")


@dataclass(frozen=True, slots=True)
class Otherwise:
    """How a source was read before and is now; ``is_undo``: the last change was taken back."""

    before: SourceDefinition
    now: SourceDefinition
    is_undo: bool = False


def reread(
    source: Source,
    made: Difference,
    *,
    actor: str,
    notes: Sequence[str],
    levels: Sequence[tuple[str, str, float, float | None]] = (),
    otherwise: Otherwise | None = None,
) -> list[Block]:
    """What another reading of a source's deliveries changed, in words and counts, and the way back.

    ``levels``: KPIs that stand elsewhere by it: name, unit, level before and now, None where it gives none any more.
    """
    name = escape(source.name or source.key)
    cases = made.cases if all(made.cases) else (0, 0)  # without a column that names them there are none to compare
    counts = (
        ("row", "rows", (made.rows_before, made.rows_now)),
        ("case", "cases", cases),
        ("cell in quarantine", "cells in quarantine", made.quarantined),
    )
    changed = [f"{before:,} → {plural(now, one, many)}" for one, many, (before, now) in counts if before != now]
    cells = [_cells(column, count) for column, count in list(made.cells.items())[:_SHOWN]]
    may_be_none = otherwise is not None and otherwise.before.missing != otherwise.now.missing
    cells += [_moved(column, count, may_be_none) for column, count in list(made.moved.items())[:_SHOWN]]
    said = _otherwise(otherwise)
    same = "as before" if said else "each with the same values as before"
    told = "; ".join([*changed, *cells]) or f"{plural(made.rows_now, 'row')}, {same}"
    undone = " took the last change back:" if otherwise is not None and otherwise.is_undo else ""
    lines = [
        f":white_check_mark: {mention(actor)}{undone} had *{name}* read again "
        f"({plural(made.deliveries, 'delivery', 'deliveries')}): {told}."
    ]
    lines += [f"• {line}" for line in said]
    if made.left:
        left = listed([escape(clip(one, 60)) for one in made.left[:3]])
        lines.append(f"{left} lacks a column it needs, and stays as it was read.")
    lines += [_level(*one) for one in levels[:_SHOWN]]
    undo = parts.button("Undo", f"{UNDO}:{source.id}", f"{source.id}:{source.version}", confirm=_ASK)
    look = parts.button("How it is read", f"{HOW}:{source.id}", str(source.id))
    return [
        parts.section(clip("\n".join(lines), parts.SECTION)),
        *(parts.context(escape(note)) for note in notes[:5]),
        parts.context("What was computed from it is computed again when you process it."),
        parts.actions([undo, look]),
    ]


def _level(name: str, unit: str, before: float, now: float | None) -> str:
    """Where a KPI stood, and where it stands by another reading."""
    told = "not known until it is processed" if now is None else amount(now, unit)
    return f"• *{escape(clip(name, 80))}*: {amount(before, unit)} → {told}"


def _moved(column: str, count: int, may_be_none: bool) -> str:
    verb, value = "is" if count == 1 else "are", "another value, or none" if may_be_none else "another value"
    return f"{plural(count, 'cell')} of ‘{escape(clip(column, 60))}’ {verb} read as {value}"


def _otherwise(change: Otherwise | None) -> list[str]:
    """What is read otherwise, each as it is now and as it was before."""
    if change is None:
        return []
    pairs = ((line(change.now), line(change.before)) for line in (_rows, _dates, _meant, _zones, _numbers, _names))
    return [f"{now or 'nothing is said any more'} (before: {was or 'nothing'})" for now, was in pairs if now != was]


def _cells(column: str, count: int) -> str:
    if count > 0:
        return f"{plural(count, 'cell')} of ‘{escape(clip(column, 60))}’ could be read now"
    return f"{plural(-count, 'cell')} of ‘{escape(clip(column, 60))}’ can no longer be read"


def not_reread(source: Source, sentence: str) -> list[Block]:
    """Deliveries that cannot be read as somebody wanted: all stays as it was."""
    change = parts.button("Change …", f"{CHANGE}:{source.id}", str(source.id), style="primary")
    text = f":no_entry: *{escape(source.name or source.key)}* stays as it was read. {escape(sentence)}"
    return [parts.section(clip(text, parts.SECTION)), parts.actions([change])]
