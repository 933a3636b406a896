"""A cycle's KPIs computed from what is held: one that cannot be is told with its reasons, and stops no other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlmodel import Session

from csi.definition import SourceDefinition, StudyDefinition
from csi.errors import InvalidInput, InvalidInputs, Section, StudyKey, UnitUnclear, key_of_source
from csi.measurement import deliveries
from csi.measurement.mapping import TYPED, linked_to, mapping, sources_of
from csi.measurement.of_cycle import known
from csi.models import Batch, Cycle, Service, Source
from csi.reading.files import FileStore
from csi.reading.naming import names_used
from csi.reading.reading import Reading
from csi.series import columns_needed
from csi.step3_gather import held
from csi.storage import need
from csi.study.evaluation import Report, evaluate
from csi.study.gathering import check_columns, columns_of_file
from csi.study.reading import study_from
from csi.terms import Period

Refused = dict[str, tuple[InvalidInput, ...]]


def evaluated(session: Session, cycle: Cycle, files: FileStore) -> Report:
    """The report of the data now held; nothing is written. Its ``refused`` says what could not be computed, and why.

    Raises:
        InvalidInputs: something is wrong that is no single KPI's.
    """
    made, sources, refused = mapping(session, cycle), sources_of(session, cycle), Refused()
    while made["kpis"]:
        try:
            return replace(_evaluated(session, cycle, files, made), refused=refused)
        except (InvalidInput, InvalidInputs) as error:
            blamed = _blamed(error, made["kpis"], sources)
            if not blamed:
                raise
            refused |= blamed | _halves(made["kpis"], blamed)
            made = _without(made, refused, sources)
    service = need(session, Service, cycle.team_id, cycle.service_id).name
    nothing = StudyDefinition(
        service=service, timezone=cycle.timezone, period=Period(cycle.period), sources={}, kpis={}
    )
    return Report(nothing, {}, {}, refused=refused)


def _evaluated(session: Session, cycle: Cycle, files: FileStore, made: Mapping[str, Any]) -> Report:
    study = study_from(made, f"cycle {cycle.number}")
    return evaluate(study, readings(session, cycle, files, study), known(session, cycle, study))


def readings(
    session: Session, cycle: Cycle, files: FileStore, study: StudyDefinition
) -> Mapping[str, Sequence[Reading]]:
    """Per source of the study its deliveries, in their order.

    Raises:
        InvalidInputs: every column that a delivery lacks, by the study's key that names it.
    """
    sources = sources_of(session, cycle)
    found: dict[str, list[Reading]] = {}
    errors: list[InvalidInput] = []
    for key, source in study.sources.items():
        try:
            found[key] = _of_source(session, sources[key], files, study, source)
        except InvalidInputs as error:
            errors += error.errors
    if errors:
        raise InvalidInputs(errors)
    return found


def _of_source(
    session: Session, kept: Source, files: FileStore, study: StudyDefinition, source: SourceDefinition
) -> list[Reading]:
    moments, numbers = columns_needed(study, source.id)
    try:
        found = held.readings(session, kept, files, moments=moments, numbers=numbers)
    except InvalidInput as error:
        for batch in deliveries.current(session, kept):
            check_columns(study, source, _columns_of(batch, files, source))
        raise InvalidInputs([InvalidInput(key_of_source(source.id), error.reason)]) from error
    if kept.kind not in TYPED:
        for reading in found:
            check_columns(study, source, tuple(reading.frame.columns))
    return found


def _columns_of(batch: Batch, files: FileStore, source: SourceDefinition) -> tuple[str, ...]:
    """The columns of a delivery by the names used: as noted when it came, else as its bytes have them."""
    if columns := batch.counts.get("columns"):
        return names_used(source, columns)
    with files.local(batch.raw_key) as path:
        return columns_of_file(path, source)


def _blamed(error: InvalidInput | InvalidInputs, kpis: Mapping[str, Any], sources: Mapping[str, Source]) -> Refused:
    """The KPIs that an error is about, each with its part of it; of a source all that are made from it."""
    found: dict[str, dict[tuple[str, str], InvalidInput]] = {}
    for one in error.errors if isinstance(error, InvalidInputs) else (error,):
        about = one.about
        if about is None:
            return {}
        for kpi in _about(about, kpis, sources):
            found.setdefault(kpi, {})[about.key, one.reason] = _here(one, about.key)
    return {kpi: tuple(reasons.values()) for kpi, reasons in found.items()}


def _here(error: InvalidInput, field: str) -> InvalidInput:
    """The same error, of a field of the KPI."""
    if isinstance(error, UnitUnclear):
        return UnitUnclear(field, error.found, expected=error.expected, source=error.source)
    return InvalidInput(field, error.reason)


def _about(about: StudyKey, kpis: Mapping[str, Any], sources: Mapping[str, Source]) -> Iterator[str]:
    """The KPIs that a key concerns: its own, or all that are made from its source."""
    if about.section is Section.KPIS:
        yield from (key for key in kpis if key == about.name)
        return
    for key, kpi in kpis.items():
        source = str(kpi.get("source", ""))
        if about.name in (source, *linked_to([source], sources)):
            yield key


def _halves(kpis: Mapping[str, Any], refused: Refused) -> Refused:
    """Ratios of which one side cannot be computed."""
    found: Refused = {}
    for key, kpi in kpis.items():
        value = kpi.get("value")
        sides = [value.get(side) for side in ("numerator", "denominator")] if isinstance(value, Mapping) else []
        if not kpi.get("source") and (lost := [side for side in sides if side in refused]):
            names = " and ".join(str(kpis[side]["name"]) for side in lost)
            found[key] = (InvalidInput("", f"it is made from {names}, which cannot be processed"),)
    return found


def _without(made: Mapping[str, Any], refused: Iterable[str], sources: Mapping[str, Source]) -> dict[str, Any]:
    """The cycle's measurement without some KPIs: not as guards or comparators either, nor with their sources."""
    gone = set(refused)
    kpis = {key: _freed(kpi, gone) for key, kpi in made["kpis"].items() if key not in gone}
    exclusions = [one for one in made["exclusions"] if one.get("kpi") not in gone]
    rebases = [one for one in made["rebases"] if one.get("kpi") not in gone]
    used = {str(kpi.get("source", "")) for kpi in kpis.values()}
    used |= linked_to(used, sources)
    kept = {key: source for key, source in made["sources"].items() if key in used}
    return {**made, "sources": kept, "kpis": kpis, "exclusions": exclusions, "rebases": rebases}


def _freed(kpi: Mapping[str, Any], gone: set[str]) -> dict[str, Any]:
    guards = [guard for guard in kpi["guards"] if guard not in gone]
    return {**kpi, "guards": guards, **({"comparator": ""} if kpi.get("comparator") in gone else {})}
