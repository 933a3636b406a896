"""A cycle of the database as a study: the same definition, and so the same report as from a file."""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel import Session

from csi.analysis.analysis import FrozenLimits
from csi.definition import StudyDefinition
from csi.errors import InvalidInputs
from csi.measurement import deliveries, windows
from csi.measurement.mapping import (
    TYPED,
    baselines_of,
    changes_of,
    columns_named,
    definition_hash,
    delivered_pattern,
    input_hash,
    kpis_of,
    linked_to,
    local,
    mapping,
    not_agreed,
    not_computed,
    sources_of,
)
from csi.models import Baseline, Batch, Cycle, Source
from csi.series.comparable import differences, terms_of
from csi.series.pipeline import sides_of
from csi.storage import need
from csi.study.evaluation import Known
from csi.study.reading import study_from
from csi.words.messages import mark, said

_UNKNOWN = mark("its definition at the time of the baseline is not known")

__all__ = [
    "TYPED",
    "batches_behind",
    "columns_named",
    "definition",
    "delivered_pattern",
    "input_hash",
    "known",
    "linked_to",
    "local",
    "mapping",
    "not_computed",
    "of_source",
    "what_differs",
]


def definition(session: Session, cycle: Cycle) -> StudyDefinition:
    """The cycle's measurement.

    Raises:
        InvalidInputs: a KPI or source is not described well enough; all of it in one message.
    """
    return study_from(mapping(session, cycle), said("cycle {number}", number=cycle.number))


def of_source(session: Session, cycle: Cycle, source: Source) -> StudyDefinition | None:
    """The part of the cycle's measurement that reads one source; None while none of it can be computed."""
    every = mapping(session, cycle)
    fed = {key: {**kpi, "guards": []} for key, kpi in every["kpis"].items() if kpi.get("source") == source.key}
    try:
        return study_from({**every, "kpis": fed}, source.key) if fed else None
    except InvalidInputs:
        return None


def batches_behind(session: Session, cycle: Cycle, source_key: str) -> list[Batch]:
    """The batches behind ``readings``, in the same order: what a trace's batch number means."""
    source = sources_of(session, cycle)[source_key]
    return deliveries.current(session, source)


def known(session: Session, cycle: Cycle, study: StudyDefinition) -> Known:
    """Frozen limits of approved baselines made on the same terms; what differs from those made on others (V4.1); whose
    baseline the approvers did not agree to; what else was changed in the evaluation window."""
    frozen: dict[str, FrozenLimits] = {}
    different: dict[str, tuple[str, ...]] = {}
    kpis = {kpi.key: kpi for kpi in kpis_of(session, cycle)}
    for baseline in baselines_of(session, cycle):
        kpi = kpis.get(baseline.kpi_key)
        if kpi is None or kpi.key not in study.kpis:
            continue
        is_same = baseline.definition_hash == definition_hash(cycle, kpi)
        before = _then(session, need(session, Cycle, cycle.team_id, baseline.cycle_id), kpi.key)
        found = (said(_UNKNOWN),) if before is None else what_differs(before, kpi.key, study)
        # The hash is of the KPI and its cycle alone; plan, source and the two sides of a ratio may differ, too.
        if found and not (is_same and before is None):
            different[kpi.key] = found
        elif is_same:
            frozen.update({kpi.key: limits} if (limits := _frozen(baseline)) else {})
    spans = {key: windows.of_kpi(cycle, kpis.get(key)).evaluation for key in study.kpis}
    changes = {one: changes_of(session, cycle, one) for one in set(spans.values())}
    others = {key: tuple(one.title for one in changes[at] if one.kpi_key != key) for key, at in spans.items()}
    return Known(frozen, different, provisional=not_agreed(session, cycle), other_changes=others, in_file=False)


def what_differs(before: StudyDefinition, kpi: str, study: StudyDefinition) -> tuple[str, ...]:
    """In what the terms of a KPI's baseline differ from those of the cycle's KPI now."""
    found = dict.fromkeys(_differences(before, study, kpi))
    for side in sides_of(study, study.kpis[kpi]):
        if side.id in before.kpis:
            found |= dict.fromkeys(f"{side.name}: {one}" for one in _differences(before, study, side.id))
    return tuple(found)


def _then(session: Session, cycle: Cycle, kpi: str) -> StudyDefinition | None:
    """The part of an earlier cycle's measurement that one KPI is made from; None where it cannot be told any more."""
    every = mapping(session, cycle)
    value = every["kpis"].get(kpi, {}).get("value")
    wanted = {kpi, *(map(str, value.values()) if isinstance(value, Mapping) else ())}
    made = {key: {**one, "guards": [], "comparator": ""} for key, one in every["kpis"].items() if key in wanted}
    try:
        return study_from({**every, "kpis": made, "exclusions": [], "rebases": []}, kpi) if kpi in made else None
    except InvalidInputs:
        return None


def _differences(before: StudyDefinition, now: StudyDefinition, kpi: str) -> tuple[str, ...]:
    return differences(*(terms_of(one.kpis[kpi], one.period, one.timezone, one.calendar) for one in (before, now)))


def _frozen(baseline: Baseline) -> FrozenLimits | None:
    limits = baseline.limits
    if limits.get("centre") is None or limits.get("sigma") is None:
        return None
    return FrozenLimits(
        centre=float(limits["centre"]),
        sigma=float(limits["sigma"]),
        n=int(limits.get("n") or baseline.points),
        kind=str(limits.get("kind") or "xmr"),
        sigma_z=limits.get("sigma_z"),
    )
