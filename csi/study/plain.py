"""The report as plain JSON, in the shape and order that STUDY.md gives; same input, same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import pandas as pd

from csi.definition import KpiDefinition, StudyDefinition, hash_of
from csi.step4_process import SourceCounts
from csi.step5_analyse.analysis import plain
from csi.study.evaluation import Outcome, Report

POINT = ("start", "end", "value", "n", "numerator", "denominator", "partial", "missing", "excluded", "refused")


def report_json(report: Report) -> bytes:
    """``report.json``: UTF-8, plain numbers at full precision, missing is null."""
    text = json.dumps(report_plain(report), ensure_ascii=False, indent=1, allow_nan=False)
    return (text + "\n").encode()


def report_plain(report: Report) -> dict[str, Any]:
    """The report as dictionaries, lists, texts and numbers."""
    return {
        "study": _study(report.study),
        "sources": {name: _counts(counts) for name, counts in report.sources.items()},
        "kpis": {name: kpi_plain(outcome) for name, outcome in report.kpis.items()},
    }


def kpi_plain(outcome: Outcome) -> dict[str, Any]:
    """One KPI of the report."""
    processed, analysis = outcome
    kpi = processed.kpi
    return {
        "unit": kpi.unit,
        "direction": _direction(kpi),
        "target": kpi.target,
        "series": series_plain(processed.series),
        "quality": processed.quality.ratios(),
        **analysis.as_plain(),
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
    return {item.name: plain(getattr(counts, item.name)) for item in fields(counts)}


def series_plain(series: pd.DataFrame) -> list[dict[str, Any]]:
    """One entry per period."""
    columns = series.reset_index()[list(POINT)]
    return [
        {name: plain(value) for name, value in zip(POINT, row, strict=True)}
        for row in columns.itertuples(index=False, name=None)
    ]
