"""Whether anything of a study could be read: that is said first, for nothing else matters where it is not so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import pandas as pd

from csi.definition import SourceDefinition, StudyDefinition
from csi.reading.connectors.masking import masked
from csi.series import DoubtKind, Made, Processed, said, settling
from csi.series.periods import moment_of
from csi.series.quarantine import BETWEEN

_SHOWN = 60  # signs of a cell
_TOLD = ("column", "value", "reason", "expected")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a source gave nothing: the reason most of its rows were refused for, and the first row of these."""

    source: SourceDefinition
    rows_read: int
    rows: int
    line: int
    column: str
    value: str
    reason: str
    expected: str
    swapped: str = ""  # what speaks for it that a duration's from and to are

    def __str__(self) -> str:
        source = self.source
        place = source.file or masked(source.url or source.sql or source.prometheus) or source.id
        column = f", column {self.column}" if self.column else ""
        cell = f"‘{self.value[:_SHOWN]}’ – " if self.value else ""
        expected = f"; expected {self.expected}" if self.expected else ""
        often = f"most often ({self.rows:,}): " if self.rows_read > 1 else ""
        used = f"{place} (sources.{source.id}): 0 of {self.rows_read:,} rows can be used"
        swapped = f"; {self.swapped}" if self.swapped else ""
        return f"{used}; {often}line {self.line:,}{column}: {cell}{self.reason}{expected}{swapped}"


def unreadable(study: StudyDefinition, made: Made) -> list[Refusal]:
    """Per source of the KPIs why it gave nothing; empty where any KPI has a row to go by, or no row was refused."""
    if made.quarantine.empty or any(_has_rows(one) for one in made.kpis.values()):
        return []
    wanted = dict.fromkeys(kpi.source for kpi in study.kpis.values() if kpi.source)
    counts = {name: made.sources[name].rows_read for name in wanted if name in made.sources}
    found = [one for name in wanted for one in _of_source(study, name, counts, made.quarantine)]
    return [replace(one, swapped=_swapped(made, one.source.id)) for one in found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unused:
    """A KPI of which no row can be used, though others can be: how many are refused for it, and the first of these."""

    kpi: str
    rows: int
    line: int
    column: str
    value: str
    reason: str
    expected: str

    def __str__(self) -> str:
        cell = f"‘{self.value[:_SHOWN]}’ – " if self.value else ""
        expected = f"; expected {self.expected}" if self.expected else ""
        column = f", column {self.column}" if self.column else ""
        used = f"{self.kpi}: 0 of {self.rows:,} rows can be used"
        return f"{used}; line {self.line:,}{column}: {cell}{self.reason}{expected}."


def unused(processed: Mapping[str, Processed], quarantine: pd.DataFrame) -> Iterator[Unused]:
    """Of each KPI without a row to go by why, where rows were refused for it; ``quarantine`` as of a report."""
    for name, one in processed.items():
        if _has_rows(one) or quarantine.empty:
            continue
        own = quarantine[[name in str(kpis).split(BETWEEN) for kpis in quarantine["kpis"]]]
        if len(own):
            first = own.iloc[0]
            cells = {key: "" if pd.isna(first[key]) else str(first[key]) for key in _TOLD}
            rows = len(own[["batch", "line"]].drop_duplicates())
            yield Unused(kpi=name, rows=rows, line=int(first["line"]), **cells)


def _swapped(made: Made, source: str) -> str:
    """Where a KPI of a source ends before it begins in most rows, that and what to do."""
    kpis = (one for one in made.kpis.values() if one.kpi.source == source)
    doubts = (doubt for one in kpis for doubt in one.doubts if doubt.kind is DoubtKind.SWAPPED)
    return next((f"{said(one)}: {settling(one)}" for one in doubts), "")


def begins_after(study: StudyDefinition, made: Made) -> datetime | None:
    """The first moment of the data, where ``as_of`` lies before it, so that no KPI has a row; else None."""
    if study.as_of is None or any(_has_rows(one) for one in made.kpis.values()):
        return None
    used = {kpi.source for kpi in study.kpis.values()}
    firsts = [one.first_at for name, one in made.sources.items() if name in used and one.first_at is not None]
    first = min(firsts, default=None)
    return first if first is not None and first > moment_of(study.as_of, study.timezone) else None


def _has_rows(processed: Processed) -> bool:
    return bool((processed.series["n"] > 0).any())


def _of_source(study: StudyDefinition, name: str, counts: Mapping[str, int], quarantine: pd.DataFrame) -> list[Refusal]:
    own = quarantine[quarantine["source"] == name]
    if own.empty or name not in counts:
        return []
    alike = own.groupby(["column", "reason"], sort=False, dropna=False)["line"]
    often = own[alike.transform("size") == alike.size().max()]
    first = often.iloc[0]
    same = often[(often["column"] == first["column"]) & (often["reason"] == first["reason"])]
    cells = {key: "" if pd.isna(first[key]) else str(first[key]) for key in _TOLD}
    return [
        Refusal(source=study.sources[name], rows_read=counts[name], rows=len(same), line=int(first["line"]), **cells)
    ]
