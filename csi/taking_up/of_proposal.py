"""A proposal taken up: goal, CSFs, KPIs, their source, what can be measured and the plan, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import count
from typing import Any

from sqlmodel import Session

from csi import roles
from csi.definition import SourceDefinition
from csi.errors import InvalidInput, InvalidInputs
from csi.kpi_catalogue import entries, entry
from csi.measures import measure_in
from csi.models import Csf, Cycle, Goal, Kpi, Source
from csi.reading.unit_table import find
from csi.series.expression import columns_of
from csi.series.strata import may_be_split
from csi.series.units import factor
from csi.step1_should_measure import growing, kpis
from csi.step1_should_measure.kpis import KpiFields
from csi.step2_can_measure import assessing, sources
from csi.step2_can_measure.assessing import Assessment
from csi.step3_gather import sources as mappings
from csi.storage import rows
from csi.study.drafting.candidates import Candidate, guards
from csi.study.drafting.standing import Standing
from csi.terms import Direction, Measurability, Role, Why

TARGET = "target_"  # before a candidate's id: the field that an error about its target stands at
CSFS = 3  # at most, proposed; Source: docs/rules.md (V1.3)
UNDER_ONE = 3  # KPIs under one CSF, as far as there is room; Source: as above
_ASKED = ("sql", "url", "prometheus", "cadence", "encoding", "delimiter", "decimal", "header_row", "sheet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """What a person said of one KPI that was picked; ``is_meant``: that its target is, far as it is from the data.

    ``written`` is what the numbers of its column are in, where that is another unit than the KPI's.
    """

    candidate: Candidate
    target: float | None = None
    band: tuple[float, float] | None = None
    target_text: str = ""
    direction: Direction | None = None
    unit: str = ""
    is_meant: bool = False
    written: str = ""


def stands(aim: Aim) -> Standing | None:
    """What the data gave for a KPI that was picked, in the unit that a person said; None where nothing was tried."""
    seen = aim.candidate.standing
    return seen.times(factor(aim.written, aim.unit)) if seen is not None and aim.written else seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What is taken up of a proposal.

    ``csfs`` says per candidate what must go well; ``strata`` is the column by whose groups KPIs are computed, too,
    where they can be; ``mapping`` is how its data are read, under ``source`` as the name of a new source, or of the one
    there is (``source_id``): all empty where nothing has been delivered.
    """

    goal: str
    csfs: Mapping[str, str]
    aims: Sequence[Aim]
    target_date: date
    owner: str
    why: Why = Why.DIRECT
    source: str = ""
    mapping: Mapping[str, Any] | None = None
    source_id: int = 0
    strata: str = ""


def csfs_of(picked: Sequence[Candidate]) -> dict[str, str]:
    """What must go well, per candidate: as the catalogue says it, what guards another under the same as that one.

    At most three, with at most three KPIs under each as long as there is room; without an entry of the catalogue a
    KPI hangs from the first.
    """
    guarded = {guard: id for id, guard in reversed(list(guards(picked).items()))}
    own = {one.id: entry(one.catalogue).csfs[0] if one.catalogue else "" for one in picked}
    led = [one for one in picked if one.id not in guarded or guarded.get(guarded[one.id]) == one.id]
    named = list(dict.fromkeys(own[one.id] for one in led if own[one.id]))[:CSFS] or [_ANY]
    held: dict[str, str] = {}
    for one in sorted(picked, key=lambda one: one not in led):
        wanted = own[one.id] if one in led else held.get(guarded[one.id], own[one.id])
        sizes = {csf: list(held.values()).count(csf) for csf in named}
        is_there = wanted in named and sizes[wanted] < UNDER_ONE
        held[one.id] = wanted if is_there else min(named, key=lambda csf: sizes[csf])
    return {one.id: held[one.id] for one in picked}


_ANY = "The service does what people need"


def take_up(session: Session, cycle: Cycle, said: Agreed, *, actor: str, now: datetime) -> Source | None:
    """Make a cycle measure what was picked; returns the source where something was delivered.

    Raises:
        InvalidInputs: every field that holds what it cannot; of a target at ``target_`` and its candidate's id.
        NotAllowed, Conflict: the tree is not this person's to change, or not now.
    """
    growing.begin_change(session, cycle, actor)
    source = _source(session, cycle, said, actor, now)
    goal = _goal(session, cycle, said.goal, actor, now)
    csfs = {text: _csf(session, cycle, goal, text, actor=actor, now=now) for text in dict.fromkeys(said.csfs.values())}
    made = _kpis(session, cycle, said, csfs, source, actor=actor, now=now)
    _link(session, cycle, said, made, actor=actor, now=now)
    link_counters(session, cycle, actor=actor, now=now)
    if source is not None:
        for aim in said.aims:
            _assess(session, cycle, made[aim.candidate.id], aim, source, actor=actor, now=now)
    return source


def _source(session: Session, cycle: Cycle, said: Agreed, actor: str, now: datetime) -> Source | None:
    """A new source by a free name, or the one there is, read as was seen."""
    if said.mapping is None:
        return None
    mapping = with_units(said.mapping, said.aims)
    if said.source_id:
        known = sources.by_id(session, cycle.team_id, said.source_id)
        mappings.remember(session, known, _asked_as_before(known, mapping), actor=actor, now=now)
        return known
    names = (said.source if number == 1 else f"{said.source} {number}" for number in count(1))
    free = next(one for one in names if sources.called(session, cycle.team_id, cycle.service_id, one) is None)
    owners = roles.holders(session, cycle.team_id, cycle.service_id, Role.DATA_OWNER)
    made = sources.name_source(session, cycle, name=free, actor=actor, now=now, owner=next(iter(owners), actor))
    mappings.remember(session, made, mappings.definition(made.key, mapping), actor=actor, now=now)
    return made


def with_units(mapping: Mapping[str, Any], aims: Sequence[Aim]) -> Mapping[str, Any]:
    """How a file is read, with the units of its columns that people were asked for."""
    said = {
        str(aim.candidate.definition["value"]): aim.written or aim.unit
        for aim in aims
        if "unit" in aim.candidate.asks
        and isinstance(aim.candidate.definition.get("value"), str)
        and aim.candidate.definition.get("measure") != "last"
        and find(aim.unit)
    }
    if not said:
        return mapping
    options = dict(mapping.get("options") or {})
    return {**mapping, "options": {**options, "units": {**said, **(options.get("units") or {})}}}


def _asked_as_before(source: Source, seen: Mapping[str, Any]) -> SourceDefinition:
    """How a source is asked, as it was set up, and read, as was seen on what it delivered."""
    own, read = mappings.definition(source.key, source.mapping), mappings.definition(source.key, seen)
    said = {name: value for name in _ASKED if (value := getattr(own, name))}
    return replace(read, **said, options={**own.options, **read.options})


def _goal(session: Session, cycle: Cycle, text: str, actor: str, now: datetime) -> Goal:
    known = [one for one in rows(session, Goal, cycle.team_id, cycle_id=cycle.id) if _same(one.text, text)]
    return known[0] if known else growing.add_goal(session, cycle, text=text, actor=actor, now=now)


def _csf(session: Session, cycle: Cycle, goal: Goal, text: str, *, actor: str, now: datetime) -> Csf:
    known = [one for one in rows(session, Csf, cycle.team_id, cycle_id=cycle.id) if _same(one.text, text)]
    return known[0] if known else growing.add_csf(session, cycle, goal_id=goal.id, text=text, actor=actor, now=now)


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def _kpis(
    session: Session,
    cycle: Cycle,
    said: Agreed,
    csfs: Mapping[str, Csf],
    source: Source | None,
    *,
    actor: str,
    now: datetime,
) -> dict[str, Kpi]:
    made, errors = {}, []
    for aim in said.aims:
        fields = _fields(said, aim, csfs[said.csfs[aim.candidate.id]], source)
        try:
            made[aim.candidate.id] = kpis.add_kpi(session, cycle, fields, actor=actor, now=now)
        except InvalidInputs as told:
            errors += [InvalidInput(f"{TARGET}{aim.candidate.id}", one.reason) for one in told.errors]
    if errors:
        raise InvalidInputs(errors)
    return made


def _fields(said: Agreed, aim: Aim, csf: Csf, source: Source | None) -> KpiFields:
    one = aim.candidate
    known = entries().get(one.catalogue)
    # What the entry would add though it is not so in this file stays empty: its columns are other ones.
    unsaid = dict.fromkeys(known.computed, "") if known and source is not None else {}
    return KpiFields(
        name=one.name,
        csf_id=csf.id,
        unit=aim.unit or one.unit,
        direction=aim.direction or Direction(one.direction),
        band=aim.band,
        target=aim.target,
        target_text=aim.target_text,
        target_date=said.target_date,
        owner=said.owner,
        why=said.why,
        kind=one.aspect,
        catalogue=one.catalogue,
        definition={
            **unsaid,
            **one.definition,
            **({"source": source.key} if source else {}),
            **({"meant": ["target"]} if aim.is_meant else {}),
            **({"strata": said.strata} if is_split_by(one.definition, said.strata) else {}),
        },
    )


def is_split_by(definition: Mapping[str, Any], strata: str) -> bool:
    """Whether a KPI is computed per group of a column, too: of a measure that can be, and not about that column."""
    value = definition.get("value")
    named = {str(one) for one in (value.values() if isinstance(value, Mapping) else [value])}
    named |= {name for part in ("where", "good") for name in columns_of(str(definition.get(part) or ""))}
    return bool(strata) and may_be_split(measure_in(definition).name) and strata not in named


def _link(session: Session, cycle: Cycle, said: Agreed, made: Mapping[str, Kpi], *, actor: str, now: datetime) -> None:
    """Every KPI that was picked gets the counter-metric that was proposed with it, where that was picked, too."""
    for id, guard in guards([aim.candidate for aim in said.aims]).items():
        if not made[id].counter and not made[id].guards:
            key = made[guard].key
            growing.apply(session, cycle, made[id], {"counter": key, "guards": [key]}, actor=actor, now=now)


def link_counters(session: Session, cycle: Cycle, *, actor: str, now: datetime) -> None:
    """Every KPI of the tree that has no counter-metric gets the first that the catalogue names and the tree has."""
    there = {one.catalogue: one.key for one in reversed(kpis.of_cycle(session, cycle)) if one.catalogue}
    for one in kpis.of_cycle(session, cycle):
        named = entries()[one.catalogue].counter_metrics if one.catalogue in entries() else ()
        key = next((there[id] for id in named if id in there and there[id] != one.key), "")
        if key and not one.counter and not one.guards:
            growing.apply(session, cycle, one, {"counter": key, "guards": [key]}, actor=actor, now=now)


def _assess(session: Session, cycle: Cycle, kpi: Kpi, aim: Aim, source: Source, *, actor: str, now: datetime) -> None:
    """What was computed from the data is measured automatically: that is a fact, with the numbers it rests on."""
    seen = stands(aim)
    if seen is None:
        return
    usual = assessing.defaults(session, cycle, kpi, actor)
    said: Assessment = replace(
        usual,
        measurability=Measurability.AUTOMATIC,
        checked_by=actor,
        source_id=source.id,
        backup=usual.backup if usual.backup != usual.owner else "",
    )
    assessing.assess_tested(session, cycle, kpi.id, said, seen, actor=actor, now=now)
