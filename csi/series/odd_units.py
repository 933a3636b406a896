"""Rows whose unit nobody knows, whose money has no rate, or that last less than no time: what a KPI says of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from csi.definition import KpiDefinition
from csi.series.column_units import Known, wanted_units
from csi.series.columns import SECONDS, moment_of_row
from csi.series.money import is_money
from csi.series.periods import microseconds
from csi.series.refusals import SetAside
from csi.series.units import find, is_unknown
from csi.words.wording import plainly

BELOW_ZERO = "a length of time below zero"


def odd_units(kpi: KpiDefinition, known: Known, frame: pd.DataFrame, used: Sequence[str]) -> Iterator[SetAside]:
    """What is odd about the units of the rows that a KPI adds up, one column after the other.

    Args:
        kpi: says which columns, and in which unit.
        known: the units of columns and rows, and the rates of money.
        frame: the rows of its source.
        used: units that a study uses besides those in the table.
    """
    priced = [(column, unit) for column, unit in wanted_units(kpi, known) if column in frame.columns]
    for column, unit in priced:
        name = known.of_rows.get(column, "")
        if name in frame.columns:
            yield from _unknown(frame[name], name, unit, {*used, unit, *_exchanged(known, (*used, unit))})
    if known.rates.pairs:
        for column, unit in priced:
            yield from _too_early(known, frame, column, unit, moment_of_row(kpi))


def below_zero(kpi: KpiDefinition, cells: np.ndarray, own: str = "") -> Iterator[SetAside]:
    """Rows of a column of lengths of time that are below zero, unless a person says that these are differences.

    ``own`` is the unit of the cells: what is in seconds, as clocks are read, is shown as a clock.
    """
    unit = find(kpi.unit)
    if unit is None or unit.dimension != "time" or "value" in kpi.meant:
        return
    rows = np.flatnonzero(cells < 0)
    if len(rows):
        shown = [_clock(cell) if own == SECONDS else plainly(cell) for cell in cells[rows]]
        expected = "0 or more; of a difference that may be negative, meant: [value] in the study"
        yield SetAside(rows, str(kpi.value), shown, BELOW_ZERO, expected)


def _clock(seconds: float) -> str:
    """Seconds as hours, minutes and seconds with their sign, however many hours: -34:53:01."""
    whole, rest = divmod(abs(seconds), 1)
    minutes, second = divmod(int(whole), 60)
    fraction = np.format_float_positional(rest, precision=6, trim="-")[1:] if rest else ""  # without its 0
    return f"{'-' if seconds < 0 else ''}{minutes // 60}:{minutes % 60:02d}:{second:02d}{fraction}"


def _exchanged(known: Known, wanted: Sequence[str]) -> set[str]:
    """Currencies that a rate leads from into one of the units wanted."""
    return {unit for unit, into in known.rates.pairs if into in wanted}


def _unknown(names: pd.Series, column: str, wanted: str, used: set[str]) -> Iterator[SetAside]:
    rows = np.flatnonzero(is_unknown(names, used))
    if len(rows):
        cells = names.iloc[rows].astype("str")
        told = [_told(name, wanted) for name in cells]
        yield SetAside(rows, column, cells.tolist(), [one for one, _ in told], [expected for _, expected in told])


def _told(name: str, wanted: str) -> tuple[str, str]:
    if not (is_money(wanted) and is_money(name)):
        return "not a unit that is known", "a unit such as h or %"
    return f"there is no rate of {name} in {wanted}", f"an entry {{unit: {name}, in: {wanted}}} under rates"


def _too_early(known: Known, frame: pd.DataFrame, column: str, unit: str, at: str) -> Iterator[SetAside]:
    """Money from before its first rate."""
    names = _names(known, frame, column) if at in frame.columns else None
    if names is None:
        return
    rows = np.flatnonzero(known.rates.too_early(names, unit, microseconds(frame[at])))
    if len(rows):
        reasons = [f"lies before the first rate of {name} in {unit}" for name in names.iloc[rows]]
        expected = "a rate from that day or an earlier one, under rates"
        yield SetAside(rows, at, frame[at].iloc[rows], reasons, expected)


def _names(known: Known, frame: pd.DataFrame, column: str) -> pd.Series | None:
    """The unit each row names for a column; None where neither column nor row names one."""
    if column in known.of_rows:
        name = known.of_rows[column]
        return frame[name] if name in frame.columns else None
    unit = known.of_columns.get(column)
    return None if unit is None else pd.Series(unit, index=frame.index, dtype="str")
