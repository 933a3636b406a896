"""A definition written as a study file: read again, it is the same definition to the hash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from csi.definition import (
    CalendarDefinition,
    Duration,
    EarlierTarget,
    ExchangeRate,
    Exclusion,
    KpiDefinition,
    Pause,
    PausedFor,
    RatioValue,
    Rebase,
    SourceDefinition,
    StudyDefinition,
    Window,
)
from csi.kpi_catalogue import fill
from csi.study.gathering import FILES
from csi.study.of_sheets import SHEETS
from csi.study.reading import VERSION

_SOURCE = (
    "file",
    "url",
    "sql",
    "prometheus",
    "timezone",
    "dates",
    "missing",
    "key",
    "latest_by",
    "cadence",
    "encoding",
    "delimiter",
    "decimal",
    "sheet",
    "header_row",
    "columns",
    "column_dates",
    "zones",
)
_KPI = (
    "name",
    "source",
    "at",
    "measure",
    "where",
    "good",
    "unit",
    "target",
    "target_date",
    "minimum_important_difference",
    "guards",
    "strata",
    "comparator",
    "meant",
)


def study_yaml(study: StudyDefinition) -> str:
    """The study file of a definition."""
    return yaml.safe_dump(study_mapping(study), sort_keys=False, allow_unicode=True, width=110)


def study_mapping(study: StudyDefinition) -> dict[str, Any]:
    """The definition with docs/study.md's keys; what is not said is left out."""
    return _said(
        {
            "study": VERSION,
            "service": study.service,
            "timezone": study.timezone,
            "period": str(study.period),
            "calendar": _calendar(study.calendar),
            "sources": {name: _source(source) for name, source in study.sources.items()},
            "kpis": {name: _kpi(kpi) for name, kpi in study.kpis.items()},
            "baseline": _window(study.baseline),
            "evaluation": _window(study.evaluation),
            "exclusions": [_exclusion(one) for one in study.exclusions],
            "as_of": study.as_of,
            "rates": [_rate(one) for one in study.rates],
            "rebases": [_rebase(one) for one in study.rebases],
        }
    )


def _said(mapping: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in mapping.items() if value not in (None, "", [], {}, ())}


def _source(source: SourceDefinition) -> dict[str, Any]:
    plain = {name: _plain(getattr(source, name)) for name in _SOURCE}
    options = dict(source.options)
    if files := options.pop(FILES, ()):
        plain["file"] = [source.file, *files]
    if sheets := options.pop(SHEETS, ()):
        plain["sheet"] = list(sheets)
    return _said({**plain, "options": options})


def _kpi(kpi: KpiDefinition) -> dict[str, Any]:
    plain = _said({name: _plain(getattr(kpi, name, None)) for name in _KPI})
    said = {
        **plain,
        **_said({"value": _value(kpi.value)}),
        **_said({"baseline": _window(kpi.baseline), "evaluation": _window(kpi.evaluation)}),
        **_said({"earlier_targets": [_earlier(one) for one in kpi.earlier_targets]}),
        "direction": list(kpi.band) if kpi.band else str(kpi.direction),
    }
    if not kpi.catalogue:
        return said
    # What the entry would fill in, though this KPI leaves it out, is written as empty.
    filled = fill({"kpi": kpi.catalogue, **said})
    return {"kpi": kpi.catalogue, **{key: None for key in filled if key not in said and key != "kpi"}, **said}


def _earlier(one: EarlierTarget) -> dict[str, Any]:
    return {"until": one.until, "target": list(one.target) if len(one.target) > 1 else one.target[0]}


def _value(value: str | Duration | RatioValue | None) -> Any:
    if isinstance(value, Duration):
        plain = {"from": value.start, "to": value.end, "unit": value.unit, "clock": value.clock}
        return _said({**plain, "pauses": [_pause(pause) for pause in value.pauses]})
    if isinstance(value, RatioValue):
        return {"numerator": value.numerator, "denominator": value.denominator}
    return value


def _pause(pause: Pause | PausedFor) -> dict[str, Any]:
    if isinstance(pause, Pause):
        return {"from": pause.start, "to": pause.end}
    return _said({"column": pause.column, "unit": pause.unit, "clock": pause.clock})


def _calendar(calendar: CalendarDefinition) -> dict[str, Any]:
    return _said(
        {
            "hours": {days: list(hours) for days, hours in calendar.hours.items()},
            "holidays": calendar.holidays,
            "closed": list(calendar.closed),
            "special": {day: list(hours) for day, hours in calendar.special.items()},
            "timezone": calendar.timezone,
        }
    )


def _window(window: Window | None) -> dict[str, Any] | None:
    return {"from": window.start, "to": window.end} if window else None


def _exclusion(one: Exclusion) -> dict[str, Any]:
    span = {"from": _iso(one.start), "to": _iso(one.end)}
    return _said({"kpi": one.kpi, **span, "reason": one.reason, "approved_by": one.approved_by})


def _rebase(one: Rebase) -> dict[str, Any]:
    return _said({"kpi": one.kpi, "from": one.start, "reason": one.reason, "approved_by": one.approved_by})


def _rate(one: ExchangeRate) -> dict[str, Any]:
    plain = {"unit": one.unit, "in": one.wanted, "from": _iso(one.start), "rate": one.rate}
    return _said({**plain, "source": one.source})


def _iso(moment: Any) -> Any:
    """YAML knows dates; a moment keeps its offset only as text."""
    return moment.isoformat() if hasattr(moment, "hour") else moment


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value
