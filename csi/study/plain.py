"""The report as plain JSON, in the shape and order of docs/study.md; same input, same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import pandas as pd

from csi.analysis.analysis import plain
from csi.definition import KpiDefinition, StudyDefinition, Window, hash_of
from csi.series import SourceCounts, undated
from csi.series.net_promoter import SIDES
from csi.series.periods import moment_of
from csi.study.evaluation import Outcome, Report
from csi.study.moments import in_one_offset

POINT = ("start", "end", "value", "n", "numerator", "denominator", "partial", "missing", "excluded", "refused")

_ONE_BY_ONE = ("refused_cells", "no_rows")  # counts of what stands in quarantine.csv


def report_json(report: Report) -> bytes:
    """``report.json``: UTF-8, plain numbers at full precision, missing is null."""
    text = json.dumps(report_plain(report), ensure_ascii=False, indent=1, allow_nan=False)
    return (text + "\n").encode()


def report_plain(report: Report) -> dict[str, Any]:
    """The report as dictionaries, lists, texts and numbers; every moment in one offset (``csi.study.moments``)."""
    return in_one_offset(
        {
            "study": {**_study(report.study), "warnings": list(report.notes)},
            "sources": {name: _counts(counts) for name, counts in report.sources.items()},
            "kpis": {name: {**_fixed(report, outcome), **kpi_plain(outcome)} for name, outcome in report.kpis.items()},
        }
    )


def _fixed(report: Report, outcome: Outcome) -> dict[str, Any]:
    """What was fixed beforehand and is not in the definition's own numbers: name, date, windows and their levels."""
    kpi, detail = outcome.processed.kpi, outcome.analysis.detail
    own = report.study.of_kpi(kpi)
    windows = {"baseline": own.baseline, "evaluation": own.evaluation}
    return {
        "name": kpi.name or kpi.id,
        "target_date": plain(kpi.target_date),
        "windows": {name: _window(window, report.study.timezone) for name, window in windows.items()},
        "levels": {"before": plain(detail.before.level), "after": plain(detail.after.level)},
    }


def _window(window: Window | None, timezone: str) -> dict[str, Any] | None:
    """A window as two moments, the end left out."""
    if window is None:
        return None
    return {"start": plain(moment_of(window.start, timezone)), "end": plain(moment_of(window.end, timezone))}


def kpi_plain(outcome: Outcome) -> dict[str, Any]:
    """One KPI of the report."""
    processed, analysis = outcome
    kpi, told = processed.kpi, analysis.as_plain()
    return {
        "unit": kpi.unit,
        "direction": _direction(kpi),
        "target": kpi.target,
        "series": series_plain(processed.series),
        "quality": processed.quality.ratios(),
        **told,
        "warnings": [*undated.footnote(kpi, processed.undated), *told["warnings"]],
    }


def _study(study: StudyDefinition) -> dict[str, str]:
    return {
        "hash": hash_of(study),
        "service": study.service,
        "period": str(study.period),
        "timezone": study.timezone,
    }


def _direction(kpi: KpiDefinition) -> str | list[float]:
    return list(kpi.band) if kpi.band else str(kpi.direction)


def _counts(counts: SourceCounts) -> Mapping[str, Any]:
    names = [item.name for item in fields(counts) if item.name not in _ONE_BY_ONE]
    return {name: plain(getattr(counts, name)) for name in names}


def series_plain(series: pd.DataFrame) -> list[dict[str, Any]]:
    """One entry per period; of a net promoter score with its promoters and detractors."""
    names = [*POINT, *(name for name in SIDES if name in series)]
    held = {str(series.index.name): series.index} | {name: series[name] for name in names if name in series}
    columns = [[plain(value) for value in held[name].tolist()] for name in names]  # no row of a frame is made
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
