"""Rows that a KPI means and that hold nothing where it looks for their moment: no period can count them.

A case that is not resolved yet has no moment of that, which is as it should be; one that never began is a flaw, and so
is one without the moment of a column that is called nothing but that.
"""

from __future__ import annotations

from dataclasses import dataclass

from csi.definition import Duration, KpiDefinition, StudyDefinition
from csi.reading.name_words import says_begun, says_no_more_than_when, says_opened
from csi.series.columns import moment_of_row

_MOST = 0.5  # of the rows a KPI means, that may lack the moment they began at before that is a flaw; ours


@dataclass(frozen=True, slots=True)
class Undated:
    """Of the rows ``asked`` for their moment how many hold none, and count nowhere."""

    rows: int = 0
    asked: int = 0

    def __add__(self, other: Undated) -> Undated:
        """Of both portions."""
        return Undated(self.rows + other.rows, self.asked + other.asked)


def flawed(study: StudyDefinition, kpi: KpiDefinition, found: Undated) -> Undated:
    """The rows that cannot be used for lack of a moment: where most lack the one they began at; else none."""
    return found if found.rows > _MOST * found.asked and _is_beginning(study, kpi) else Undated()


def _is_beginning(study: StudyDefinition, kpi: KpiDefinition) -> bool:
    """Whether a KPI is dated by what every row should have: when it began, by its name or a duration, or just when."""
    at = moment_of_row(kpi)
    spans = [one.value for one in study.kpis.values() if one.source == kpi.source and isinstance(one.value, Duration)]
    if any(span.end == at for span in spans):
        return False
    return says_opened(at) or says_begun(at) or says_no_more_than_when(at) or any(span.start == at for span in spans)


def footnote(kpi: KpiDefinition, found: Undated) -> list[str]:
    """How many rows count nowhere."""
    if not found.rows:
        return []
    return [f"{_lacking(found)} no {moment_of_row(kpi)} and {'is' if found.rows == 1 else 'are'} not counted."]


def reason(kpi: KpiDefinition, found: Undated) -> str:
    """Why most rows cannot be used, and what was expected; empty where they can."""
    return f"{_lacking(found)} no {moment_of_row(kpi)}; expected the moment each began at" if found.rows else ""


def _lacking(found: Undated) -> str:
    rows, have = "row" if found.asked == 1 else "rows", "has" if found.rows == 1 else "have"
    return f"{found.rows:,} of {found.asked:,} {rows} {have}"
