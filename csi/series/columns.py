"""Which columns of a source a study reads, and as what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from csi.definition import Duration, KpiDefinition, RatioValue, SourceDefinition, StudyDefinition
from csi.errors import key_of_kpi, key_of_source
from csi.reading.durations import ShortClock
from csi.series.expression import columns_of

LINKED = "."  # `changes.committed_at`: a column of the linked source
OF_VALUE = "value"  # in `good`: the KPI's own duration
SECONDS = "s"
_CLOCKS = frozenset(map(str, ShortClock)) - {""}


@dataclass(frozen=True, slots=True)
class Link:
    """How a source's rows find those of another: by an explicit table of pairs of ids, never by guess.

    Attributes:
        source: the other source; its columns are named ``source.column`` here.
        table: the source that holds the pairs.
        own, other: the table's columns with the ids of this source and of the other.
    """

    source: str
    table: str
    own: str
    other: str


def link_of(source: SourceDefinition) -> Link | None:
    """The link a source declares; None without one."""
    said = source.options.get("link")
    if not isinstance(said, Mapping):
        return None
    return Link(*(str(said.get(name, "")) for name in ("source", "table", "own", "other")))


def moment_of_row(kpi: KpiDefinition) -> str:
    """The column that puts a row into a period; a span without one begins it."""
    return kpi.at or (kpi.value.start if isinstance(kpi.value, Duration) else "")


def is_ratio_of_kpis(kpi: KpiDefinition, kpis: frozenset[str]) -> bool:
    """Whether a ratio's two sides name KPIs rather than columns."""
    value = kpi.value
    return isinstance(value, RatioValue) and value.numerator in kpis and value.denominator in kpis


def home_of(study: StudyDefinition, source: str, name: str) -> tuple[str, str]:
    """Where a column lies: the source it belongs to, and its name there."""
    link = link_of(study.sources[source]) if source in study.sources else None
    if link is not None and name.startswith(f"{link.source}{LINKED}"):
        return link.source, name.removeprefix(f"{link.source}{LINKED}")
    return source, name


def units_of(study: StudyDefinition, source: str) -> dict[str, str]:
    """The units declared for whole columns (``units: {latency: ms}``); clocks (``h:mm``) are read in seconds."""
    declared = dict(study.sources[source].options.get("units") or {})
    named = {str(column): str(unit) for column, unit in declared.items() if not isinstance(unit, Mapping)}
    return {column: SECONDS if unit in _CLOCKS else unit for column, unit in named.items()}


def unit_columns(source: SourceDefinition) -> dict[str, str]:
    """The columns whose unit stands in another column of the row (``units: {value: {column: unit}}``)."""
    declared = dict(source.options.get("units") or {})
    return {str(name): str(unit["column"]) for name, unit in declared.items() if isinstance(unit, Mapping)}


def set_columns(source: SourceDefinition) -> list[tuple[str, str]]:
    """Every key of a source that says how a column is read, with that column: ``("sources.t.zones.First", "First")``.

    A column that no KPI looks at may be among them, so that one file of several need not have it.
    """
    units = source.options.get("units") or {}
    said = {"zones": source.zones, "column_dates": source.column_dates, "units": units}
    found = [(key_of_source(source.id, f"{key}.{name}"), str(name)) for key, names in said.items() for name in names]
    typed = {key: source.options.get(key) or () for key in ("moments", "numbers")}
    return found + [(key_of_source(source.id, key), name) for key, names in typed.items() for name in names]


def named_columns(study: StudyDefinition, source: str) -> list[tuple[str, str]]:
    """Every key of the study that names a column of a source, with that column: ``("kpis.mttr.at", "resolved_at")``."""
    definition = study.sources[source]
    found = [(key_of_source(source, key), getattr(definition, key)) for key in ("key", "latest_by")]
    found += [(key_of_source(source, "units"), name) for name in unit_columns(definition).values()]
    for name, other in study.sources.items():
        link = link_of(other)
        if link is not None and link.table == source:
            found += [(key_of_source(name, "link.own"), link.own), (key_of_source(name, "link.other"), link.other)]
    for kpi in study.kpis.values():
        for key, name in _named(kpi, frozenset(study.kpis)):
            home, column = home_of(study, kpi.source, name)
            if home == source:
                found.append((key_of_kpi(kpi.id, key), column))
    return [(key, name) for key, name in dict.fromkeys(found) if name]


def _named(kpi: KpiDefinition, kpis: frozenset[str]) -> Iterator[tuple[str, str]]:
    yield "at", kpi.at
    yield "strata", kpi.strata
    value = kpi.value
    if isinstance(value, str):
        yield "value", value
    if isinstance(value, Duration):
        yield from (("value.from", value.start), ("value.to", value.end))
        yield from (("value.pauses", name) for name in (*value.pause_moments, *value.pause_lengths))
    if isinstance(value, RatioValue) and not is_ratio_of_kpis(kpi, kpis):
        yield from (("value.numerator", value.numerator), ("value.denominator", value.denominator))
    own = OF_VALUE if isinstance(value, Duration) else ""
    for key, text in (("where", kpi.where), ("good", kpi.good)):
        yield from ((key, name) for name in columns_of(text) if name != own)


def columns_read(study: StudyDefinition, source: str) -> tuple[str, ...]:
    """Every column of a source that the study looks at, key and version too: what a query or a file need give."""
    return tuple(dict.fromkeys(name for _, name in named_columns(study, source)))


def columns_kept(study: StudyDefinition, source: str) -> tuple[str, ...]:
    """What is held of a row once duplicates are told apart; its key only where a link looks for it."""
    links = {name: link for name, one in study.sources.items() if (link := link_of(one)) is not None}
    sought = source in links or any(link.source == source for link in links.values())
    spent = {key_of_source(source, key) for key in ("latest_by", *(() if sought else ("key",)))}
    return tuple(dict.fromkeys(name for key, name in named_columns(study, source) if key not in spent))


def columns_wanted(study: StudyDefinition, source: str) -> tuple[str, ...] | None:
    """The columns to read of a source; None is all: under a key any cell may tell a repeat from a conflict."""
    return None if study.sources[source].key else columns_read(study, source)
