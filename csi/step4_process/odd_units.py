"""Rows whose unit nobody knows, or whose money has no rate: what is said of them in quarantine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csi.definition import StudyDefinition
from csi.step4_process.column_units import Known, known_of, wanted_units
from csi.step4_process.columns import is_ratio_of_kpis, moment_of_row
from csi.step4_process.money import is_money
from csi.step4_process.periods import microseconds
from csi.step4_process.units import is_unknown


@dataclass(frozen=True, slots=True)
class Odd:
    """Which rows are odd, by which column; the unit each of all rows names, and the currencies it was to be in."""

    rows: np.ndarray
    column: str
    names: pd.Series
    wanted: tuple[str, ...]
    early: bool = False

    def said(self, bad: np.ndarray) -> tuple[list[str], list[str]]:
        """Per bad row the reason, and what was expected."""
        told = [self._told(str(name)) for name in self.names.iloc[bad]]
        return [reason for reason, _ in told], [expected for _, expected in told]

    def _told(self, name: str) -> tuple[str, str]:
        if self.early:
            reason = f"lies before the first rate of {name} in {self.wanted[0]}"
            return reason, "a rate from that day or an earlier one, under rates"
        if not (self.wanted and is_money(name)):
            return "not a unit that is known", "a unit such as h or %"
        currencies = " or ".join(self.wanted)
        return f"there is no rate of {name} in {currencies}", f"an entry {{unit: {name}, in: {currencies}}} under rates"


def odd_units(study: StudyDefinition, source: str, frame: pd.DataFrame) -> Iterator[Odd]:
    """What is odd about the units of a source's rows, one column after the other."""
    known = known_of(study, source)
    kpis = [kpi for kpi in study.kpis.values() if kpi.source == source]
    priced = [
        (*side, moment_of_row(kpi))
        for kpi in kpis
        if not is_ratio_of_kpis(kpi, frozenset(study.kpis))
        for side in wanted_units(kpi, known)
    ]
    units = {kpi.unit for kpi in kpis} | {unit for _, unit, _ in priced}
    units |= {unit for unit, wanted in known.rates.pairs if wanted in units}
    for name in dict.fromkeys(known.of_rows.values()):
        wanted = dict.fromkeys(unit for column, unit, _ in priced if known.of_rows.get(column) == name)
        yield Odd(is_unknown(frame[name], units), name, frame[name], tuple(filter(is_money, wanted)))
    if known.rates.pairs:
        yield from _too_early(known, dict.fromkeys(priced), frame)


def _too_early(known: Known, priced: Iterable[tuple[str, str, str]], frame: pd.DataFrame) -> Iterator[Odd]:
    """Money from before its first rate, once per column, currency and moment."""
    for column, unit, at in priced:
        names = _names(known, frame, column)
        if names is not None and at in frame.columns:
            yield Odd(known.rates.too_early(names, unit, microseconds(frame[at])), at, names, (unit,), early=True)


def _names(known: Known, frame: pd.DataFrame, column: str) -> pd.Series | None:
    """The unit each row names for a column; None where neither column nor row names one."""
    if column in known.of_rows:
        return frame[known.of_rows[column]]
    unit = known.of_columns.get(column)
    return None if unit is None else pd.Series(unit, index=frame.index, dtype="str")
