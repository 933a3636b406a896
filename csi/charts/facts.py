"""The one base of facts behind every chart, grid and report: nothing is said that does not come from here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from csi.analysis.analysis import Analysis
from csi.analysis.change_state import WORSE
from csi.charts.view import Guard, Stands, View
from csi.definition import StudyDefinition, hash_of
from csi.kpi_catalogue.entry import MIN_N
from csi.measures import measure_of
from csi.series.processed import Processed, SourceCounts
from csi.terms import Verdict
from csi.words.heading import of_verdicts, once

MOST_URGENT_FIRST = (
    Verdict.REGRESSED,
    Verdict.NO_CHANGE,
    Verdict.INCONCLUSIVE,
    Verdict.IMPROVED,
    Verdict.ACHIEVED_UNSTABLE,
    Verdict.ACHIEVED,
)


@dataclass(frozen=True, slots=True)
class Promise:
    """An active SLA clause on a KPI, with the target that was promised."""

    text: str
    kpi: str
    target: float | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """A study's results as they may be shown: KPIs in the study's order, counts per source, notes on the whole.

    ``unmeasured`` are the names of KPIs that were agreed on, of which nothing is known.
    """

    study: StudyDefinition
    views: tuple[View, ...]
    sources: Mapping[str, SourceCounts] = field(default_factory=dict)
    promises: tuple[Promise, ...] = ()
    notes: tuple[str, ...] = ()
    unmeasured: tuple[str, ...] = ()

    @property
    def service(self) -> str:
        """The service's name."""
        return self.study.service

    @property
    def hash(self) -> str:
        """The hash by which the study can be found again."""
        return hash_of(self.study)

    @property
    def headline(self) -> str:
        """The study in a line: how many of its KPIs have each verdict, and how many are not measured."""
        return of_verdicts((view.analysis.verdict for view in self.views), len(self.unmeasured))

    def below(self) -> dict[str, str]:
        """The line under each KPI's headline, what needs attention first; a caution of several is said once."""
        details = [(view.kpi.id, view.analysis.detail) for view in self.ordered()]
        lines = once((detail.below, detail.figures, detail.caution) for _, detail in details)
        return {id: line for (id, _), line in zip(details, lines, strict=True)}

    def ordered(self) -> tuple[View, ...]:
        """Every KPI, what needs attention first: the missed ones are never left out (V6.2)."""
        return tuple(sorted(self.views, key=lambda view: MOST_URGENT_FIRST.index(view.analysis.verdict)))

    def clauses(self) -> tuple[View, ...]:
        """The rows of the SLAM grid, urgent ones first: a KPI's clauses, or the KPI itself where it has none."""
        return tuple(row for view in self.ordered() for row in self._promised(view) or (view,))

    def _promised(self, view: View) -> tuple[View, ...]:
        own = (promise for promise in self.promises if promise.kpi == view.kpi.id)
        return tuple(_as_promised(view, promise) for promise in own)


def of(
    study: StudyDefinition,
    kpis: Mapping[str, tuple[Processed, Analysis]],
    *,
    sources: Mapping[str, SourceCounts] | None = None,
    source_labels: Mapping[str, str] | None = None,
    promises: Sequence[Promise] = (),
    notes: Sequence[str] = (),
    unmeasured: Sequence[str] = (),
) -> Facts:
    """The facts of a study: its KPIs' series and analyses with everything that must stand beside them."""
    labels = source_labels or {}
    views = tuple(
        View(
            kpi=processed.kpi,
            processed=processed,
            analysis=analysis,
            service=study.service,
            source=labels.get(processed.kpi.source) or source_label(study, processed.kpi.source),
            baseline=study.of_kpi(processed.kpi).baseline,
            evaluation=study.of_kpi(processed.kpi).evaluation,
            exclusions=tuple(one for one in study.exclusions if one.kpi in ("", id)),
            min_n=fewest(study, processed),
            guards=tuple(guarded(kpis[name]) for name in processed.kpi.guards if name in kpis),
        )
        for id, (processed, analysis) in kpis.items()
    )
    return Facts(study, views, sources or {}, tuple(promises), tuple(notes), tuple(unmeasured))


def guarded(outcome: tuple[Processed, Analysis]) -> Guard:
    """How a guard KPI stands between the windows."""
    processed, analysis = outcome
    state = analysis.change.state
    judged = state is not None and analysis.verdict is not Verdict.INCONCLUSIVE
    stands = Stands.UNKNOWN if not judged else Stands.WORSE if state == WORSE else Stands.HELD
    return Guard(processed.kpi.name or processed.kpi.id, stands)


def _as_promised(view: View, promise: Promise) -> View:
    """The KPI judged by a clause's words and target: what a clause says holds for all its days."""
    kpi = replace(view.kpi, name=f"SLA: {promise.text}")
    if promise.target is not None:
        kpi = replace(kpi, target=promise.target, earlier_targets=())
    return replace(view, kpi=kpi)


def source_label(study: StudyDefinition, id: str) -> str:
    """What people know a source by: its id and file."""
    source = study.sources.get(id)
    return f"{id} ({source.file})" if source and source.file else id


def fewest(study: StudyDefinition, processed: Processed) -> int:
    """How many cases a value of this KPI needs to be shown."""
    source = study.sources.get(processed.kpi.source)
    return needed(processed.kpi.measure, key=source is not None and bool(source.key))


def needed(measure: str, *, key: bool) -> int:
    """5 where a row is one case (its source has a ``key``), 0 where nobody can be recognised (V6.7)."""
    return MIN_N if key and measure_of(measure).tells_of_people else 0
