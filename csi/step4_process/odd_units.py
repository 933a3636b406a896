"""Rows whose unit nobody knows, or whose money has no rate: what is said of them in quarantine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csi.definition import KpiDefinition, StudyDefinition
from csi.step4_process.columns import moment_of_row, unit_columns, units_of
from csi.step4_process.money import Rates, is_money, rates_of
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
    rates = rates_of(study)
    kpis = [kpi for kpi in study.kpis.values() if kpi.source == source]
    known = {kpi.unit for kpi in kpis}
    known |= {unit for unit, wanted in rates.pairs if wanted in known}
    by_row = unit_columns(study.sources[source])
    for name in dict.fromkeys(by_row.values()):
        wanted = dict.fromkeys(kpi.unit for kpi in kpis if by_row.get(str(kpi.value)) == name and is_money(kpi.unit))
        yield Odd(is_unknown(frame[name], known), name, frame[name], tuple(wanted))
    if study.rates:
        yield from _too_early(study, source, kpis, frame, rates)


def _too_early(
    study: StudyDefinition, source: str, kpis: list[KpiDefinition], frame: pd.DataFrame, rates: Rates
) -> Iterator[Odd]:
    """Money from before its first rate, once per column, currency and moment."""
    priced = dict.fromkeys((kpi.value, kpi.unit, moment_of_row(kpi)) for kpi in kpis if isinstance(kpi.value, str))
    for value, unit, at in priced:
        names = _names(study, source, frame, value)
        if names is not None and at in frame.columns:
            yield Odd(rates.too_early(names, unit, microseconds(frame[at])), at, names, (unit,), early=True)


def _names(study: StudyDefinition, source: str, frame: pd.DataFrame, column: str) -> pd.Series | None:
    """The unit each row names for a column; None where neither column nor row names one."""
    by_row, by_column = unit_columns(study.sources[source]), units_of(study, source)
    if column in by_row:
        return frame[by_row[column]]
    return pd.Series(by_column[column], index=frame.index, dtype="str") if column in by_column else None
