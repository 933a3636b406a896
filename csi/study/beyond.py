"""Windows in which no row lies: whoever chose them may have mistaken the year, and the data's own span says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from csi.definition import StudyDefinition, Window
from csi.reading.spans import end_of
from csi.series import Processed
from csi.words.wording import day


@dataclass(frozen=True, slots=True)
class Beyond:
    """A window of a KPI without a row, and the days from which and before which the KPI's rows lie."""

    kpi: str
    window: str
    span: Window
    first: date
    end: date

    def __str__(self) -> str:
        return (
            f"No row of {self.kpi} lies in its {self.window}, from {day(self.span.start)} to before "
            f"{day(self.span.end)}: its rows lie from {day(self.first)} to before {day(self.end)}."
        )


def beyond(study: StudyDefinition, processed: Mapping[str, Processed]) -> Iterator[Beyond]:
    """Every window in which a KPI that has rows has none."""
    for name, one in processed.items():
        own = study.of_kpi(one.kpi)
        starts = pd.DatetimeIndex(one.series.index)[(one.series["n"] > 0).to_numpy()].tz_localize(None)
        for window, span in (("baseline", own.baseline), ("evaluation", own.evaluation)):
            if span is None or not len(starts):
                continue
            within = (starts >= pd.Timestamp(span.start)) & (starts < pd.Timestamp(span.end))
            if not within.any():
                yield Beyond(name, window, span, starts[0].date(), end_of(starts[-1].date(), study.period))
