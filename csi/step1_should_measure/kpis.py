"""KPIs of the tree: added from a few words, a catalogue entry, or both; edited; given their definition."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from csi import roles
from csi.definition import hash_of
from csi.errors import Conflict, InvalidInput, InvalidInputs
from csi.kpi_catalogue import catalogue
from csi.kpi_catalogue.entry import ASPECTS
from csi.measures import measure_in
from csi.models import Csf, Cycle, Kpi
from csi.possible import impossible
from csi.states import CycleState
from csi.step1_should_measure import growing
from csi.step1_should_measure.meant import without_target
from csi.storage import row, rows
from csi.terms import Direction, Step, Why

NAME_LIMIT = 150
UNIT_LIMIT = 20
KEY_LIMIT = 40
LEVELS = ("service", "component")
DEFINITION_KEYS = ("measure", "source", "at", "value", "where", "good", "strata", "meant")


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiFields:
    """What one KPI says; what is left empty may be mended later, the gate of step 1 asks for it.

    ``definition`` holds docs/study.md's keys as far as they are known, an empty one where it is to stay empty;
    ``catalogue`` fills what is left out.
    """

    name: str = ""
    csf_id: int | None = None
    key: str = ""
    unit: str = ""
    direction: Direction | None = None
    band: tuple[float, float] | None = None
    target: float | None = None
    target_text: str = ""
    target_date: date | None = None
    owner: str = ""
    why: Why | None = None
    kind: str = ""
    level: str = ""
    counter: str = ""
    guards: Sequence[str] = ()
    comparator: str = ""
    catalogue: str = ""
    minimum_important_difference: float | None = None
    definition: Mapping[str, Any] = field(default_factory=dict)


def add_kpi(session: Session, cycle: Cycle, fields: KpiFields, *, actor: str, now: datetime) -> Kpi:
    """Add a KPI to the tree.

    Raises:
        InvalidInputs: every field that holds what it cannot hold.
    """
    growing.begin_change(session, cycle, actor)
    values = _checked(session, cycle, fields)
    key = _free_key(session, cycle, fields.key or values["name"])
    kpi = Kpi(team_id=cycle.team_id, cycle_id=cycle.id, key=key, **values)
    growing.add(session, cycle, kpi, {"key": key, **values}, actor=actor, now=now)
    return kpi


def edit_kpi(session: Session, cycle: Cycle, kpi_id: int, fields: KpiFields, *, actor: str, now: datetime) -> Kpi:
    """Change a KPI; its key stays, as stored data hangs from it."""
    growing.begin_change(session, cycle, actor)
    kpi: Kpi = growing.of_cycle(session, cycle, Kpi, kpi_id)
    values = _checked(session, cycle, fields)
    values["definition"] = without_target(kpi, values)
    if not values["definition"]:
        del values["definition"]
    changed = growing.apply(session, cycle, kpi, values, actor=actor, now=now)
    if "definition" in changed or "unit" in changed:
        kpi.definition_version += 1
    return kpi


def define(
    session: Session, cycle: Cycle, kpi: Kpi, definition: Mapping[str, Any], *, actor: str, now: datetime
) -> bool:
    """Say how a KPI is computed (docs/study.md's keys); True when that is new.

    Possible in steps 1 to 4: how something is computed is found out as data arrives, what is wanted stays. A new
    definition makes later results stale (step 4 refuses to compare across versions).
    """
    roles.require(session, cycle, actor, roles.MEMBERS, "define a KPI")
    if cycle.state != CycleState.OPEN or cycle.step > Step.PROCESS:
        raise Conflict(f"A definition is changed in steps 1 to 4; this cycle is in step {cycle.step}.")
    unknown = sorted(set(definition) - set(DEFINITION_KEYS))
    if unknown:
        raise InvalidInput("definition", f"unknown {', '.join(unknown)}; expected {', '.join(DEFINITION_KEYS)}")
    if hash_of(dict(definition)) == hash_of(kpi.definition):
        return False
    old = dict(kpi.definition)
    kpi.definition = dict(definition)
    kpi.definition_version += 1
    session.add(kpi)
    growing.log(
        session,
        cycle,
        kpi,
        actor=actor,
        now=now,
        what="defined",
        old={"definition": old},
        new={"definition": kpi.definition, "version": kpi.definition_version},
    )
    return True


def of_cycle(session: Session, cycle: Cycle) -> list[Kpi]:
    """The KPIs of a cycle, in the order they were added."""
    return rows(session, Kpi, cycle.team_id, cycle_id=cycle.id)


def suggested_counters(kpi: Kpi) -> tuple[str, ...]:
    """Names of the counter-metrics the catalogue suggests for a KPI."""
    if kpi.catalogue not in catalogue.entries():
        return ()
    return tuple(catalogue.entry(one).name for one in catalogue.entry(kpi.catalogue).counter_metrics)


def from_catalogue(known: str) -> KpiFields:
    """The fields a catalogue entry fills."""
    found = catalogue.entry(known)
    return KpiFields(
        name=found.name,
        unit=found.unit,
        direction=found.direction,
        band=found.band,
        kind=found.aspect,
        level="component" if found.kind == "technology" else "service",
        catalogue=found.id,
        definition=dict(found.computed),
    )


def slug(name: str) -> str:
    """A short name people can type, made of a longer one: letters and digits of any script."""
    return re.sub(r"[\W_]+", "_", name.lower()).strip("_")[:KEY_LIMIT].strip("_") or "kpi"


def _checked(session: Session, cycle: Cycle, fields: KpiFields) -> dict[str, Any]:
    known = from_catalogue(fields.catalogue) if fields.catalogue else KpiFields()
    name = " ".join((fields.name or known.name).split())
    kind = fields.kind or known.kind
    errors = [InvalidInput(field, reason) for field, wrong, reason in _questions(fields, name, kind) if wrong]
    if fields.csf_id is not None and row(session, Csf, cycle.team_id, id=fields.csf_id, cycle_id=cycle.id) is None:
        errors.append(InvalidInput("csf_id", "this CSF is not in this cycle's tree"))
    values = _values(fields, known, name, kind)
    errors += [*_comparing(session, cycle, values), *_out_of_reach(values)]
    if errors:
        raise InvalidInputs(errors)
    return values


def _comparing(session: Session, cycle: Cycle, values: Mapping[str, Any]) -> list[InvalidInput]:
    """A comparator is another KPI of the cycle, in the same unit and direction: what it did is taken off."""
    if not values["comparator"]:
        return []
    other = row(session, Kpi, cycle.team_id, cycle_id=cycle.id, key=values["comparator"])
    if other is None:
        return [InvalidInput("comparator", "this KPI is not in this cycle's tree")]
    if (other.unit, other.direction) == (values["unit"], values["direction"]):
        return []
    wanted = f"{values['unit'] or 'no unit'}, {values['direction'] or 'no direction'}"
    return [InvalidInput("comparator", f"{other.name} is in {other.unit}, {other.direction}; expected {wanted}")]


def _out_of_reach(values: Mapping[str, Any]) -> list[InvalidInput]:
    """A target, or an edge of the band, that what is measured can never come to."""
    known, value = values["definition"], values["definition"].get("value")
    edges = [values[name] for name in ("target", "band_low", "band_high") if values[name] is not None]
    lasting = isinstance(value, Mapping) and "from" in value
    reasons = [impossible(one, measure_in(known).name, values["unit"], lasting=lasting) for one in edges]
    return [InvalidInput("target", reason) for reason in reasons if reason]


def _questions(fields: KpiFields, name: str, kind: str) -> list[tuple[str, bool, str]]:
    """What may be wrong with the fields of a KPI: field, whether it is, and what was expected."""
    level, band, least = fields.level, fields.band, fields.minimum_important_difference
    return [
        ("name", not 0 < len(name) <= NAME_LIMIT, f"expected a name of 1 to {NAME_LIMIT} characters"),
        ("unit", len(fields.unit) > UNIT_LIMIT, f"expected at most {UNIT_LIMIT} characters"),
        ("kind", bool(kind) and kind not in ASPECTS, f"expected one of {', '.join(ASPECTS)}"),
        ("level", bool(level) and level not in LEVELS, f"expected one of {', '.join(LEVELS)}"),
        ("target", band is not None and band[0] >= band[1], "the lower end of the band must be below the upper"),
        ("minimum_important_difference", least is not None and least < 0, "expected 0 or more"),
    ]


def _values(fields: KpiFields, known: KpiFields, name: str, kind: str) -> dict[str, Any]:
    direction = fields.direction or known.direction
    band = (fields.band or known.band) if direction is Direction.WITHIN else None
    return {
        "name": name,
        "csf_id": fields.csf_id,
        "unit": fields.unit or known.unit,
        "direction": direction.value if direction else "",
        "band_low": band[0] if band else None,
        "band_high": band[1] if band else None,
        "target": fields.target,
        "target_text": fields.target_text.strip(),
        "target_date": fields.target_date,
        "owner": fields.owner,
        "why": fields.why.value if fields.why else "",
        "kind": kind,
        "level": fields.level or known.level or "service",
        "counter": fields.counter,
        "guards": list(fields.guards),
        "comparator": fields.comparator,
        "catalogue": known.catalogue,
        "minimum_important_difference": fields.minimum_important_difference,
        "definition": {k: v for k, v in {**known.definition, **fields.definition}.items() if v},
    }


def _free_key(session: Session, cycle: Cycle, wanted: str) -> str:
    key, taken = slug(wanted), {kpi.key for kpi in of_cycle(session, cycle)}
    return next(one for one in (key, *(f"{key}_{number}" for number in range(2, 100))) if one not in taken)
