"""A study taken over by a cycle: what it measures, from where, and the windows, as far as the step allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from csi import audit, roles
from csi.definition import KpiDefinition, SourceDefinition, StudyDefinition, canonical
from csi.errors import Conflict
from csi.measurement import promises
from csi.models import Cycle, Kpi
from csi.passages import mark_stale
from csi.series.column_kinds import columns_needed
from csi.series.columns import is_ratio_of_kpis, link_of
from csi.states import CycleState
from csi.step1_should_measure import kpis
from csi.step1_should_measure.kpis import DEFINITION_KEYS, KpiFields
from csi.step2_can_measure.sources import name_source
from csi.step3_gather import sources
from csi.step3_gather.mapping import await_files
from csi.step4_process.windows import set_windows, set_windows_of
from csi.study.gathering import FILES
from csi.study.writing import study_mapping
from csi.terms import Step


@dataclass(frozen=True, slots=True)
class TakenOver:
    """What became of a study: sentences on what was done, and on what was left and why."""

    done: tuple[str, ...]
    left: tuple[str, ...]


def take_over(session: Session, cycle: Cycle, study: StudyDefinition, *, actor: str, now: datetime) -> TakenOver:
    """Make a cycle measure what a study says.

    KPIs the cycle has are defined anew; others are added in step 1, where the tree is changed. Exclusions are not
    taken over: each needs its own approval.

    Raises:
        NotAllowed: the person is no member of the service.
        Conflict: the cycle is past step 4, where a definition no longer changes.
    """
    roles.require(session, cycle, actor, roles.MEMBERS, "take a study over")
    if cycle.state != CycleState.OPEN or cycle.step > Step.PROCESS:
        raise Conflict(f"A study is taken over in steps 1 to 4; this cycle is in step {cycle.step}.")
    made = _TakingOver(session=session, cycle=cycle, study=study, actor=actor, now=now, done=[], left=[])
    made.terms()
    made.money()
    keys = made.sources()
    for name, kpi in sorted(study.kpis.items(), key=lambda one: bool(one[1].comparator)):
        made.kpi(name, kpi, keys)
    made.windows()
    return TakenOver(tuple(made.done), tuple(made.left))


@dataclass(frozen=True, slots=True, kw_only=True)
class _TakingOver:
    """One taking over, and what is said of it."""

    session: Session
    cycle: Cycle
    study: StudyDefinition
    actor: str
    now: datetime
    done: list[str]
    left: list[str]

    def terms(self) -> None:
        """Zone, period and calendar, until data is gathered under others."""
        wanted = {
            "timezone": self.study.timezone,
            "period": str(self.study.period),
            "calendar": canonical(self.study.calendar),
        }
        _, new = audit.changes(self.cycle, wanted)
        if new and self.cycle.step > Step.GATHER:
            self.left.append(f"{', '.join(new)}: changed in steps 1 to 3 only")
        elif self._alter(wanted, "took over a study's terms"):
            self.done.append(f"{', '.join(new)} set")

    def money(self) -> None:
        """What one currency is worth in another: of every figure that is added up from both."""
        rates = canonical(study_mapping(self.study).get("rates", []))
        if self._alter({"rates": rates}, "took over a study's rates"):
            mark_stale(self.session, self.cycle, after=Step.GATHER)
            self.done.append(f"{len(self.study.rates)} rates of money set")

    def sources(self) -> Mapping[str, str]:
        """Every source named, with its mapping; the study's name → the service's key."""
        named = {
            name: name_source(self.session, self.cycle, name=name, actor=self.actor, now=self.now, owner=self.actor)
            for name in self.study.sources
        }
        keys = {name: kept.key for name, kept in named.items()}
        for name, source in self.study.sources.items():
            kept = named[name]
            if kept.kind != "file":
                self.left.append(f"source {name}: the service has one of that name that takes no files")
                continue
            if not source.file:
                self.left.append(f"source {name}: it is fetched; set it up with /csi source")
                continue
            mapping = self._mapping(name, source, keys)
            if sources.remember(self.session, kept, mapping, actor=self.actor, now=self.now):
                self.done.append(f"source {name} mapped")
            await_files(self.session, kept, (source.file, *source.options.get(FILES, ())))
        return keys

    def _mapping(self, name: str, source: SourceDefinition, keys: Mapping[str, str]) -> SourceDefinition:
        moments, numbers = columns_needed(self.study, name)
        options = {**source.options, "moments": list(moments), "numbers": list(numbers)}
        options.pop(FILES, None)  # what is dropped is read
        if options.pop("sheets", ()):
            self.left.append(f"source {name}: one sheet is read of what is dropped; put its sheets into one")
        link = link_of(source)
        if link and keys[link.source] != link.source:  # conditions write its columns with its name in front
            self.left.append(f"source {name}: its link; call {link.source} {keys[link.source]} in the study")
            del options["link"]
        elif link:
            options["link"] = {**source.options["link"], "table": keys[link.table]}
        return replace(source, file="", options=options)

    def kpi(self, name: str, kpi: KpiDefinition, keys: Mapping[str, str]) -> None:
        """One KPI: defined where the cycle has it, added in step 1 where it has not."""
        key = kpis.slug(name)
        known = next((one for one in kpis.of_cycle(self.session, self.cycle) if one.key == key), None)
        definition = self._definition(name, kpi, keys)
        if known is not None:
            self._known(known, kpi, definition)
        elif self.cycle.step == Step.SHOULD_MEASURE:
            comparator = self._comparator(kpi)
            fields = replace(_fields(kpi, definition), key=key, owner=self.actor, comparator=comparator)
            added = kpis.add_kpi(self.session, self.cycle, fields, actor=self.actor, now=self.now)
            if kpi.earlier_targets:
                added.promised = promises.stated(added, kpi.earlier_targets)
            self.done.append(f"KPI {kpi.name} added; choose its CSF")
        else:
            self.left.append(f"KPI {kpi.name}: it is not in the tree, and KPIs are added in step 1 (/csi back 1)")

    def _comparator(self, kpi: KpiDefinition) -> str:
        """The key of the KPI it is compared with, where the cycle has that one by now."""
        key = kpis.slug(kpi.comparator) if kpi.comparator else ""
        if key and all(one.key != key for one in kpis.of_cycle(self.session, self.cycle)):
            self.left.append(f"KPI {kpi.name}: choose again what it is compared with")
            return ""
        return key

    def _known(self, known: Kpi, kpi: KpiDefinition, definition: Mapping[str, Any]) -> None:
        changed = kpis.define(self.session, self.cycle, known, definition, actor=self.actor, now=self.now)
        if changed:
            self.done.append(f"KPI {known.name} defined")
        aim = (known.unit, known.direction, known.target)
        if aim != (kpi.unit, str(kpi.direction), kpi.target):
            self.left.append(f"KPI {known.name}: its unit, direction and target stay as agreed in step 1")

    def _definition(self, name: str, kpi: KpiDefinition, keys: Mapping[str, str]) -> dict[str, Any]:
        said = study_mapping(self.study)["kpis"][name]
        known = {key: said[key] for key in DEFINITION_KEYS if key in said}
        if is_ratio_of_kpis(kpi, frozenset(self.study.kpis)):
            known["value"] = {side: kpis.slug(other) for side, other in said["value"].items()}
        return {**known, "source": keys[kpi.source]} if kpi.source in keys else known

    def windows(self) -> None:
        """Baseline and evaluation window, where the study fixes them."""
        if self.study.baseline or self.study.evaluation:
            both = {"baseline": self.study.baseline, "evaluation": self.study.evaluation}
            if set_windows(self.session, self.cycle, **both, actor=self.actor, now=self.now):
                self.done.append("windows set")
        known = {one.key: one for one in kpis.of_cycle(self.session, self.cycle)}
        for name, kpi in self.study.kpis.items():
            if (kpi.baseline or kpi.evaluation) and (held := known.get(kpis.slug(name))):
                own = {"baseline": kpi.baseline, "evaluation": kpi.evaluation}
                if set_windows_of(self.session, self.cycle, held, **own, actor=self.actor, now=self.now):
                    self.done.append(f"windows of KPI {held.name} set")
        if self.study.exclusions:
            self.left.append(f"{len(self.study.exclusions)} exclusions: each is proposed and approved in step 4")
        if self.study.rebases:
            self.left.append(f"{len(self.study.rebases)} new limits: each is recorded in step 5, where a run shows it")
        if self.study.as_of is not None:
            self.left.append("as_of: data held here is taken to be complete up to its newest moment")

    def _alter(self, values: Mapping[str, Any], what: str) -> bool:
        return audit.alter(self.session, self.cycle, values, actor=self.actor, at=self.now, what=what)


def _fields(kpi: KpiDefinition, definition: Mapping[str, Any]) -> KpiFields:
    return KpiFields(
        name=kpi.name,
        unit=kpi.unit,
        direction=kpi.direction,
        band=kpi.band,
        target=kpi.target,
        target_date=kpi.target_date,
        guards=tuple(map(kpis.slug, kpi.guards)),
        catalogue=kpi.catalogue,
        minimum_important_difference=kpi.minimum_important_difference,
        definition=definition,
    )
