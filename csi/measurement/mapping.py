"""What a cycle measures, with docs/study.md's keys, and the hash of all that a result of it is made from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from csi.definition import Window, hash_of
from csi.measurement import deliveries, promises, windows
from csi.measurement.deliveries import Why, moment_of, reasons_of
from csi.measures import Family, Measure, Takes, measure_in
from csi.models import (
    Action,
    AnalysisResult,
    Baseline,
    Batch,
    Cycle,
    Exclusion,
    Kpi,
    Measurement,
    PlanRow,
    Rebase,
    Service,
    Source,
)
from csi.series.cadence import EVERY_PERIOD
from csi.series.columns import OF_VALUE
from csi.series.expression import ExpressionError, columns_of
from csi.states import ProposalState, RebaseState
from csi.storage import need, rows
from csi.terms import Measurability

TYPED = ("typed", "push")  # sources whose rows are measurements
_AGREED = ("approved", "done", "reviewed", "closed", "reopened")  # states of an action that was approved
_COLUMNS_OF_VALUE = ("from", "to", "pauses", "column", "numerator", "denominator")
_ORIGINS = ("file", "url", "sql", "prometheus")


def mapping(session: Session, cycle: Cycle) -> dict[str, Any]:
    """The cycle's measurement with docs/study.md's keys. KPIs that cannot be computed yet are left out."""
    sources = sources_of(session, cycle)
    kpis = {kpi.key: made for kpi in kpis_of(session, cycle) if (made := _kpi(session, cycle, kpi, sources))}
    for made in kpis.values():
        made["guards"] = [guard for guard in made["guards"] if guard in kpis]
        if _alike(made) != _alike(kpis.get(made["comparator"], {})):
            del made["comparator"]
    used = {str(made.get("source", "")) for made in kpis.values()}
    used |= linked_to(used, sources)
    return {
        "study": 1,
        "service": need(session, Service, cycle.team_id, cycle.service_id).name,
        "timezone": cycle.timezone,
        "period": cycle.period,
        "calendar": dict(cycle.calendar) or None,
        "sources": {
            key: {**_source(source), **_sheets(session, source), **_accepted(session, source)}
            for key, source in sources.items()
            if key in used
        },
        "kpis": kpis,
        "baseline": _window(cycle.baseline_from, cycle.baseline_to),
        "evaluation": _window(cycle.evaluation_from, cycle.evaluation_to),
        "exclusions": _exclusions(session, cycle, kpis),
        "rates": list(cycle.rates),
        "rebases": _rebases(session, cycle, kpis),
    }


def _alike(made: Mapping[str, Any]) -> tuple[Any, Any]:
    """What a KPI and its comparator share."""
    return made.get("unit"), made.get("direction")


def columns_named(session: Session, cycle: Cycle, source: Source) -> dict[str, tuple[str, ...]]:
    """The columns of a source's rows that the cycle's KPIs name, each with the names of those KPIs.

    The column that dates the source is not named by a KPI that leaves it to the source.
    """
    made = mapping(session, cycle)["kpis"]
    found: dict[str, dict[str, None]] = {}
    for kpi in kpis_of(session, cycle):
        known = made.get(kpi.key, {})
        if known.get("source") == source.key and source.kind not in TYPED:
            for column in columns_of_kpi({**known, "at": kpi.definition.get("at")}, made):
                found.setdefault(column, {})[kpi.name] = None
    linked = {f"{one}." for one in linked_to([source.key], {source.key: source})}
    return {
        column: tuple(names) for column, names in found.items() if not any(column.startswith(one) for one in linked)
    }


def columns_of_kpi(kpi: Mapping[str, Any], kpis: Collection[str]) -> Iterator[str]:
    """The columns a KPI with docs/study.md's keys names; of a condition that cannot be read, none."""
    value = kpi.get("value")
    lasts = isinstance(value, Mapping) and "from" in value
    plain = (str(kpi.get("at") or ""), str(kpi.get("strata") or ""), *_of_value(value))
    yield from (name for name in plain if name and name not in kpis)
    for text in (kpi.get("where"), kpi.get("good")):
        with suppress(ExpressionError):
            yield from (name for name in columns_of(str(text or "")) if not (lasts and name == OF_VALUE))


def _of_value(value: Any) -> Iterator[str]:
    """The columns in what a KPI is computed of: itself, both ends of it, and those of its pauses."""
    if isinstance(value, Mapping):
        yield from (name for key in _COLUMNS_OF_VALUE for name in _of_value(value.get(key)))
    elif isinstance(value, list | tuple):
        yield from (name for one in value for name in _of_value(one))
    elif value:
        yield str(value)


def linked_to(used: Collection[str], sources: Mapping[str, Source]) -> set[str]:
    """The sources that those in use are linked to, with the tables of pairs."""
    mappings = [sources[key].mapping for key in used if key in sources]
    links = [dict(one.get("link") or (one.get("options") or {}).get("link") or {}) for one in mappings]
    return {str(link[name]) for link in links for name in ("source", "table") if name in link}


def not_computed(session: Session, cycle: Cycle) -> list[Kpi]:
    """The cycle's KPIs that have no definition yet that could be computed."""
    sources = sources_of(session, cycle)
    return [kpi for kpi in kpis_of(session, cycle) if not _kpi(session, cycle, kpi, sources)]


def input_hash(session: Session, cycle: Cycle) -> str:
    """Identifies all that a result is made from, without reading a row: definition, the deliveries and typed numbers of
    the sources it uses, exclusions, new limits, approved baselines, those that were not
    approved, other changes."""
    made = mapping(session, cycle)
    sources = {key: source for key, source in sources_of(session, cycle).items() if key in made["sources"]}
    delivered = {
        key: [[batch.ordinal, batch.sha256, batch.mapping_hash] for batch in deliveries.current(session, source)]
        for key, source in sources.items()
    }
    typed = {
        key: [[one.id, one.version] for one in _measurements(session, cycle, source)]
        for key, source in sources.items()
        if source.kind in TYPED
    }
    frozen = [[one.kpi_key, one.number, one.limits] for one in baselines_of(session, cycle)]
    every = dict.fromkeys((windows.of_cycle(cycle), *(windows.of_kpi(cycle, kpi) for kpi in kpis_of(session, cycle))))
    found = (one for both in every for one in changes_of(session, cycle, both.evaluation))
    changes = list(map(list, dict.fromkeys((one.kpi_key, one.title) for one in found)))
    provisional = sorted(not_agreed(session, cycle))
    return hash_of([made, delivered, typed, frozen, *(part for part in (changes, provisional) if part)])


def definition_hash(cycle: Cycle, kpi: Kpi) -> str:
    """Identifies what a point means: two points compare when this is the same (V4.1)."""
    definition = {key: value for key, value in kpi.definition.items() if key != "meant"}  # changes no point
    return hash_of(
        {
            "definition": definition,
            "unit": kpi.unit,
            "period": cycle.period,
            "zone": cycle.timezone,
            "calendar": cycle.calendar,
        }
    )


def fresh(session: Session, cycle: Cycle) -> dict[int, bool]:
    """Per KPI (its number) with a result: whether it is whole, and made from the data and definitions now held."""
    now_held = input_hash(session, cycle)
    results = rows(session, AnalysisResult, cycle.team_id, cycle_id=cycle.id)
    return {one.kpi_id: one.has_notes and not one.stale and one.input_hash == now_held for one in results}


def of_earlier_versions(session: Session, cycle: Cycle) -> set[int]:
    """The KPIs whose result an earlier version made, without all that is read of one now."""
    results = rows(session, AnalysisResult, cycle.team_id, cycle_id=cycle.id)
    return {one.kpi_id for one in results if not one.has_notes}


def sources_of(session: Session, cycle: Cycle) -> dict[str, Source]:
    """The service's sources by their key."""
    return {one.key: one for one in rows(session, Source, cycle.team_id, service_id=cycle.service_id)}


def kpis_of(session: Session, cycle: Cycle) -> list[Kpi]:
    """The cycle's KPIs."""
    return rows(session, Kpi, cycle.team_id, cycle_id=cycle.id)


def _measurements(session: Session, cycle: Cycle, source: Source) -> list[Measurement]:
    return rows(session, Measurement, cycle.team_id, source_id=source.id, current=True)


def baselines_of(session: Session, cycle: Cycle) -> list[Baseline]:
    """The newest approved baseline of each KPI from earlier cycles, and from this one."""
    every = rows(
        session, Baseline, cycle.team_id, service_id=cycle.service_id, state=ProposalState.APPROVED, order="number"
    )
    newest = {one.kpi_key: one for one in every if one.cycle_id != cycle.id}
    return list(newest.values())


def not_agreed(session: Session, cycle: Cycle) -> frozenset[str]:
    """KPIs whose baseline window was put to the approvers, who have not agreed to it."""
    proposed = windows.of_cycle(cycle).baseline
    used = {kpi.key: windows.of_kpi(cycle, kpi).baseline for kpi in kpis_of(session, cycle)}
    days = tuple({one.start for one in (proposed, *used.values()) if one is not None})
    asked = rows(session, Baseline, cycle.team_id, service_id=cycle.service_id, window_from=days)
    of_window = (one for one in asked if used.get(one.kpi_key, proposed) == Window(one.window_from, one.window_to))
    earlier = [one for one in of_window if one.cycle_id != cycle.id]
    return frozenset(one.kpi_key for one in earlier) - {
        one.kpi_key for one in earlier if one.state == ProposalState.APPROVED
    }


def changes_of(session: Session, cycle: Cycle, evaluation: Window | None) -> list[Action]:
    """Actions of the service's other cycles that were done (else approved) in an evaluation window, oldest first.

    This cycle's own answer its results: they come after them.
    """
    if evaluation is None:
        return []
    start, end = evaluation.start, evaluation.end
    every = rows(session, Action, cycle.team_id, service_id=cycle.service_id, state=_AGREED, order="number")
    zone = ZoneInfo(cycle.timezone)
    dated = [(one, one.done_at or one.decided_at) for one in every if one.cycle_id != cycle.id]
    return [one for one, at in dated if at is not None and start <= _aware(at).astimezone(zone).date() < end]


def _source(source: Source) -> dict[str, Any]:
    """A source's mapping; its rows come from what was delivered, so its file is the deliveries."""
    made = {key: value for key, value in source.mapping.items() if key not in _ORIGINS and value is not None}
    if source.kind in TYPED:
        units = {"value": {"column": "unit"}}
        made = {"timezone": "UTC", "dates": "iso", "cadence": EVERY_PERIOD, "units": units}
    return {"file": delivered_pattern(source.key), **made}


def _sheets(session: Session, source: Source) -> dict[str, Any]:
    """The sheets that deliveries were read from, where they are called otherwise than the one mapped: one a month."""
    if not source.mapping.get("sheet"):
        return {}
    held = (batch.mapping.get("sheet") for batch in deliveries.current(session, source))
    names = list(dict.fromkeys(str(name) for name in held if name)) or [source.mapping["sheet"]]
    return {"sheet": names if len(names) > 1 else names[0]}


def _accepted(session: Session, source: Source) -> dict[str, Any]:
    """A person's yes to the rows that a key leaves out: it holds for all that the source delivers under that key."""
    held = deliveries.current(session, source) if source.mapping.get("key") else []
    said = [
        one
        for batch in held
        for one in reasons_of(batch.counts, "accepted")
        if one.kind is Why.KEY and one.column == source.mapping["key"]
    ]
    return {"discards": sum(map(_left_out, held)) + _repeated_cases(held)} if said else {}


def _left_out(batch: Batch) -> int:
    """Rows that a delivery's key leaves out."""
    said = sum(one.count for one in reasons_of(batch.counts, "accepted") if one.kind is Why.KEY)
    return int((batch.counts.get("key") or {}).get("left_out", said))


def _repeated_cases(held: Sequence[Batch]) -> int:
    """How many rows at most are one of a case that another delivery has, too: each such case counts once."""
    cases = [int((batch.counts.get("key") or {}).get("cases", batch.rows_kept)) for batch in held]
    return sum(cases) - max(cases)


def delivered_pattern(source_key: str) -> str:
    """Where an exported study keeps the deliveries of a source."""
    return f"data/{source_key}-*"


def _kpi(session: Session, cycle: Cycle, kpi: Kpi, sources: Mapping[str, Source]) -> dict[str, Any]:
    """A KPI with docs/study.md's keys; empty when it cannot be computed (yet), or was found not to be measurable."""
    if kpi.measurability == Measurability.NOT_MEASURABLE:
        return {}
    known = {key: value for key, value in kpi.definition.items() if value not in (None, "")}
    plan = next(iter(rows(session, PlanRow, cycle.team_id, kpi_id=kpi.id, limit=1)), None)
    source = _source_of(known, plan, sources)
    if source is not None and source.kind in TYPED:
        known = {**_typed(kpi, known), "source": source.key}
    of_kpis = measure_in(known).takes is Takes.SIDES and "source" not in known and source is None
    if not known.get("measure") or (source is None and not of_kpis):
        return {}
    if source is not None:
        known["source"] = source.key
        known.setdefault("at", _moment(known, source))
    known["value"] = _with_clock(known.get("value"), plan)
    return {
        "name": kpi.name,
        **{key: known.get(key, "") for key in ("source", "at", "measure", "where", "good", "strata") if known.get(key)},
        **({"value": known["value"]} if known["value"] is not None else {}),
        **_aim(kpi),
        **_said(earlier_targets=promises.earlier(kpi, cycle), **windows.own(kpi)._asdict()),
        "comparator": kpi.comparator,
        **({"meant": list(known["meant"])} if known.get("meant") else {}),
        "guards": list(dict.fromkeys([*kpi.guards, *([kpi.counter] if kpi.counter else [])])),
    }


def _moment(known: Mapping[str, Any], source: Source) -> str:
    """What puts a row into a period where a KPI does not say: its own end, else the column that dates the source."""
    value = known.get("value")
    if measure_in(known).is_of_spans:
        return ""
    return str(value.get("to") or "") if isinstance(value, Mapping) and "to" in value else moment_of(source)


def _source_of(known: Mapping[str, Any], plan: PlanRow | None, sources: Mapping[str, Source]) -> Source | None:
    """The source the definition names, else the one the measurement plan names."""
    named = sources.get(str(known.get("source", "")))
    if named is not None or plan is None or plan.source_id is None:
        return named
    return next((one for one in sources.values() if one.id == plan.source_id), None)


def _typed(kpi: Kpi, known: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers typed or pushed: one per period. Shares are added up from their two sides where these were given."""
    both_sides = measure_in(known).family in (Family.SHARE, Family.RATE)
    value = {"numerator": "numerator", "denominator": "denominator"} if both_sides else "value"
    measure = "ratio" if both_sides else _of_numbers(measure_in(known))
    return {"at": "at", "measure": measure, "value": value, "where": f'kpi == "{kpi.key}"'}


def _of_numbers(measure: Measure) -> str:
    """A counted number that is typed is a sum; anything else that is typed stands for its period as it is."""
    return "sum" if measure.is_additive else "last"


def _with_clock(value: Any, plan: PlanRow | None) -> Any:
    """The plan's calendar decides on the clock of a duration that does not say."""
    if isinstance(value, Mapping) and "from" in value and "clock" not in value and plan is not None:
        return {**value, "clock": "business" if "business" in plan.calendar.lower() else "wall"}
    return value


def _aim(kpi: Kpi) -> dict[str, Any]:
    band = [kpi.band_low, kpi.band_high] if kpi.direction == "within" else None
    aim = {
        "unit": kpi.unit,
        "direction": band or kpi.direction,
        "target": kpi.target,
        "target_date": kpi.target_date,
        "minimum_important_difference": kpi.minimum_important_difference,
    }
    return {key: value for key, value in aim.items() if value not in (None, "")}


def _said(earlier_targets: list[dict[str, Any]], **own: Window | None) -> dict[str, Any]:
    """What was promised before, and windows of its own, where there are any."""
    made = {name: _window(one.start, one.end) for name, one in own.items() if one is not None}
    return {**({"earlier_targets": earlier_targets} if earlier_targets else {}), **made}


def _window(start: date | None, end: date | None) -> dict[str, date] | None:
    return {"from": start, "to": end} if start and end else None


def _exclusions(session: Session, cycle: Cycle, kpis: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Approved exclusions of the KPIs that are computed."""
    keys = {kpi.id: kpi.key for kpi in kpis_of(session, cycle)}
    found = []
    for one in rows(session, Exclusion, cycle.team_id, cycle_id=cycle.id, state=ProposalState.APPROVED):
        kpi = keys.get(one.kpi_id, "") if one.kpi_id is not None else ""
        if one.kpi_id is None or kpi in kpis:
            span = {"from": local(one.start_at, cycle.timezone), "to": local(one.end_at, cycle.timezone)}
            made = {**span, "reason": one.reason, "approved_by": one.approved_by}
            found.append({"kpi": kpi, **made} if kpi else made)
    return found


def _rebases(session: Session, cycle: Cycle, kpis: Mapping[str, Any]) -> list[dict[str, Any]]:
    """New limits recorded for the KPIs that are computed."""
    keys = {kpi.id: kpi.key for kpi in kpis_of(session, cycle)}
    held = rows(session, Rebase, cycle.team_id, cycle_id=cycle.id, state=RebaseState.RECORDED, order="start_on")
    return [
        {"kpi": keys[one.kpi_id], "from": one.start_on, "reason": one.reason, "approved_by": one.recorded_by}
        for one in held
        if keys.get(one.kpi_id) in kpis
    ]


def local(moment: datetime, timezone: str) -> date | datetime:
    """A stored moment in the reporting zone; a midnight is its date."""
    here = _aware(moment).astimezone(ZoneInfo(timezone))
    return here.date() if (here.hour, here.minute, here.second, here.microsecond) == (0, 0, 0, 0) else here


def _aware(moment: datetime) -> datetime:
    """A stored moment without an offset is UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
