"""Which columns of a source a study reads, and as what."""

from __future__ import annotations

from collections.abc import Iterator

from csi.definition import Duration, KpiDefinition, RatioValue, StudyDefinition
from csi.step4_process.expression import columns_of, numeric_columns_of

OF_VALUE = "value"  # in `good`: the KPI's own duration
SPANS = ("availability", "backlog")  # measures whose value is a span of time
_OF_NUMBERS = ("sum", "mean", "median", "min", "max", "last")


def moment_of_row(kpi: KpiDefinition) -> str:
    """The column that puts a row into a period; a span without one begins it."""
    return kpi.at or (kpi.value.start if isinstance(kpi.value, Duration) else "")


def is_quantile(measure: str) -> bool:
    """``p90`` and its like."""
    return measure[:1] == "p" and measure[1:].replace(".", "", 1).isdigit()


def _moments(kpi: KpiDefinition) -> Iterator[str]:
    yield moment_of_row(kpi)
    if isinstance(kpi.value, Duration):
        yield kpi.value.start
        yield kpi.value.end


def _numbers(kpi: KpiDefinition, kpis: frozenset[str]) -> Iterator[str]:
    if isinstance(kpi.value, str) and (kpi.measure in _OF_NUMBERS or is_quantile(kpi.measure)):
        yield kpi.value
    if isinstance(kpi.value, RatioValue) and not is_ratio_of_kpis(kpi, kpis):
        yield from (kpi.value.numerator, kpi.value.denominator)
    if isinstance(kpi.value, Duration) and kpi.value.pauses:
        yield kpi.value.pauses
    own = {OF_VALUE} if isinstance(kpi.value, Duration) else set()
    yield from (name for text in (kpi.where, kpi.good) for name in numeric_columns_of(text) if name not in own)


def is_ratio_of_kpis(kpi: KpiDefinition, kpis: frozenset[str]) -> bool:
    """Whether a ratio's two sides name KPIs rather than columns."""
    value = kpi.value
    return isinstance(value, RatioValue) and value.numerator in kpis and value.denominator in kpis


def columns_needed(study: StudyDefinition, source: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns of a source that must be read as moments, and as numbers, for all KPIs of a study.

    A column that is both (a moment compared with a number) is a moment.
    """
    kpis = [kpi for kpi in study.kpis.values() if kpi.source == source]
    ids = frozenset(study.kpis)
    moments = dict.fromkeys(name for kpi in kpis for name in _moments(kpi) if name)
    numbers = dict.fromkeys(name for kpi in kpis for name in _numbers(kpi, ids) if name not in moments)
    return tuple(moments), tuple(numbers)


def named_columns(study: StudyDefinition, source: str) -> list[tuple[str, str]]:
    """Every key of the study that names a column of a source, with that column: ``("kpis.mttr.at", "resolved_at")``."""
    definition = study.sources[source]
    found = [(f"sources.{source}.{key}", getattr(definition, key)) for key in ("key", "latest_by")]
    for kpi in study.kpis.values():
        if kpi.source == source:
            found += [(f"kpis.{kpi.id}.{key}", name) for key, name in _named(kpi, frozenset(study.kpis))]
    return [(key, name) for key, name in dict.fromkeys(found) if name]


def _named(kpi: KpiDefinition, kpis: frozenset[str]) -> Iterator[tuple[str, str]]:
    yield "at", kpi.at
    yield "strata", kpi.strata
    value = kpi.value
    if isinstance(value, str):
        yield "value", value
    if isinstance(value, Duration):
        yield from (("value.from", value.start), ("value.to", value.end), ("value.pauses", value.pauses))
    if isinstance(value, RatioValue) and not is_ratio_of_kpis(kpi, kpis):
        yield from (("value.numerator", value.numerator), ("value.denominator", value.denominator))
    own = OF_VALUE if isinstance(value, Duration) else ""
    for key, text in (("where", kpi.where), ("good", kpi.good)):
        yield from ((key, name) for name in columns_of(text) if name != own)


def columns_read(study: StudyDefinition, source: str) -> tuple[str, ...]:
    """Every column of a source that the study looks at, key and version too: what a query or a file need give."""
    return tuple(dict.fromkeys(name for _, name in named_columns(study, source)))
