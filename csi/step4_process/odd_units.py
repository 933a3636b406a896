"""Rows whose unit nobody knows, or whose money has no rate: what is said of them in quarantine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csi.definition import StudyDefinition
from csi.step4_process.column_units import Known, known_of, wanted_units
from csi.step4_process.columns import home_of, is_ratio_of_kpis, moment_of_row
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
    priced = tuple(dict.fromkeys(_priced(study, source)))
    units = {kpi.unit for kpi in study.kpis.values() if kpi.source == source} | {unit for _, unit, _ in priced}
    units |= {unit for unit, wanted in known.rates.pairs if wanted in units}
    for name in (one for one in dict.fromkeys(known.of_rows.values()) if one in frame.columns):
        wanted = dict.fromkeys(unit for column, unit, _ in priced if known.of_rows.get(column) == name)
        yield Odd(is_unknown(frame[name], units), name, frame[name], tuple(filter(is_money, wanted)))
    if known.rates.pairs:
        yield from _too_early(known, priced, frame)


def _priced(study: StudyDefinition, source: str) -> Iterator[tuple[str, str, str]]:
    """Each column of a source that any KPI adds up, the unit wanted, and the moment it is of (empty: another's)."""
    for kpi in study.kpis.values():
        if kpi.source not in study.sources or is_ratio_of_kpis(kpi, frozenset(study.kpis)):
            continue
        for column, unit in wanted_units(kpi, known_of(study, kpi.source)):
            home, name = home_of(study, kpi.source, column)
            if home == source:
                yield name, unit, moment_of_row(kpi) if kpi.source == source else ""


def _too_early(known: Known, priced: Iterable[tuple[str, str, str]], frame: pd.DataFrame) -> Iterator[Odd]:
    """Money from before its first rate, once per column, currency and moment."""
    for column, unit, at in priced:
        names = _names(known, frame, column) if {column, at} <= set(frame.columns) else None
        if names is not None:
            yield Odd(known.rates.too_early(names, unit, microseconds(frame[at])), at, names, (unit,), early=True)


def _names(known: Known, frame: pd.DataFrame, column: str) -> pd.Series | None:
    """The unit each row names for a column; None where neither column nor row names one."""
    if column in known.of_rows:
        return frame[known.of_rows[column]]
    unit = known.of_columns.get(column)
    return None if unit is None else pd.Series(unit, index=frame.index, dtype="str")
