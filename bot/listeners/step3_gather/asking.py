"""What the mapping form has to ask because KPIs need it: the column of a number, the unit of a column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlmodel import Session

from bot.blocks import step3_gather as blocks
from bot.listeners.step3_gather.drafts import Draft
from csi.measures import measure_in
from csi.models import Cycle, Kpi, Source
from csi.reading.layout import Column, Layout
from csi.series import units
from csi.series.column_units import named
from csi.series.expression import columns_of
from csi.step3_gather import settling


def asked_units(
    session: Session, cycle: Cycle, source: Source | None, layout: Layout, draft: Draft
) -> list[blocks.Asked]:
    """The columns that are read as numbers and of which somebody has to say, or may say, how.

    Those whose unit matters to a source's KPIs; every one whose ``3:02`` may be hours or minutes, whoever reads it, as
    no cell of it can be read before that is said; and the one that the form maps as the number.
    """
    columns = {column.name: column for column in layout.columns} | _melted(layout, draft)
    renamed = {used: own for own, used in ((source.mapping.get("columns") or {}) if source else {}).items()}
    value = next((name for name in columns if blocks.value_of(name) == draft.get("value")), "")
    value = blocks.MELTED if draft.get("keep") else value
    found: dict[str, list[Kpi]] = {value: []} if value in columns else {}
    for kpi in settling.meant_for(session, cycle, source):
        untold = (name for name in _numbers(kpi) if _is_untold(columns.get(renamed.get(name, name))))
        for name in dict.fromkeys((*_read(kpi, value), *untold)):
            if (own := renamed.get(name, name)) in columns:
                found.setdefault(own, []).append(kpi)
    made = [blocks.Asked(columns[name], tuple(kpis), name) for name, kpis in found.items()]
    return [one for one in made if one.choices]


def _is_untold(column: Column | None) -> bool:
    """Whether nothing tells if the clocks of a column are hours and minutes, or minutes and seconds."""
    return column is not None and column.written.asks


def _melted(layout: Layout, draft: Draft) -> dict[str, Column]:
    """Of periods side by side the column whose numbers stand for those of all; one whose clocks may be either first."""
    kept = draft.get("keep") or ()
    if not kept:
        return {}
    held = [one for one in layout.columns if one.kind == "number" and blocks.value_of(one.name) not in kept]
    return {blocks.MELTED: max(held, key=_is_untold)} if held else {}


def undecided(session: Session, cycle: Cycle, source: Source | None, layout: Layout, draft: Draft) -> list[str]:
    """The columns whose numbers are read and for which nothing tells whether 1.234 parts thousands or decimals."""
    kept = draft.get("keep") or ()
    if kept:  # each of the others is a column of numbers
        return [name for name in layout.undecided if blocks.value_of(name) not in kept]
    own = {used: name for name, used in ((source.mapping.get("columns") or {}) if source else {}).items()}
    values = (kpi.definition.get("value") for kpi in settling.meant_for(session, cycle, source))
    named = {own.get(name, name) for name in columns_of_kpis(values)}
    return [name for name in layout.undecided if name in named or blocks.value_of(name) == draft.get("value")]


def columns_of_kpis(values: Iterable[Any]) -> Iterator[str]:
    """The columns that hold the numbers of KPIs, by what each says of its value."""
    for value in values:
        if isinstance(value, Mapping):
            yield from (str(value[part]) for part in ("numerator", "denominator") if value.get(part))
            said = value.get("pauses") or ()
            pauses = [said] if isinstance(said, Mapping) else said if isinstance(said, list | tuple) else ()
            yield from (str(one["column"]) for one in pauses if isinstance(one, Mapping) and one.get("column"))
        elif value:
            yield str(value)


def _numbers(kpi: Kpi) -> Iterator[str]:
    """The columns that a KPI reads as numbers, in whatever unit, also those that its conditions put in order."""
    said = kpi.definition.get("value")
    if str(kpi.definition.get("measure")) not in ("count", "distinct") or not isinstance(said, str):
        yield from columns_of_kpis([said])
    for text in (kpi.definition.get("where"), kpi.definition.get("good")):
        yield from columns_of(text) if isinstance(text, str) and text.strip() else ()


def _read(kpi: Kpi, value: str) -> Iterator[str]:
    """The columns whose numbers a KPI reads in its own unit."""
    said: Any = kpi.definition.get("value")
    if settling.needs_column(kpi):
        yield from filter(None, [value])
    elif isinstance(said, str) and said and not measure_in(kpi.definition).is_counting:
        yield said
    elif isinstance(said, Mapping) and isinstance(said.get("numerator"), str) and _is_time(kpi.unit):
        yield said["numerator"]


def _is_time(unit: str) -> bool:
    """Whether a ratio is so long per something: then its numerator has a unit, while in a share both cancel out."""
    found = units.find(named(unit)[0])
    return found is not None and found.dimension == "time"


def wanting_number(session: Session, cycle: Cycle, source: Source | None) -> list[Kpi]:
    """The KPIs of a source that are a number of their own, while nobody has said which column holds it."""
    return [kpi for kpi in settling.meant_for(session, cycle, source) if settling.needs_column(kpi)]
