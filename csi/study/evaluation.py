"""Steps 4 and 5 over a study: the one way in which the command and the bot compute a result."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

import numpy as np
import pandas as pd

from csi.analysis import KpiInput, judge
from csi.analysis.analysis import Analysis, FrozenLimits
from csi.definition import StudyDefinition, Window
from csi.errors import InvalidInput
from csi.reading.reading import Reading
from csi.series import Processed, SourceCounts, cut_words, process_study
from csi.series.periods import from_microseconds
from csi.series.quarantine import COLUMNS
from csi.study.beside import other_changes, reopened_of
from csi.study.beyond import beyond
from csi.study.cuts import cuts
from csi.study.readable import unused
from csi.terms import Verdict
from csi.words import wording


class Outcome(NamedTuple):
    """One KPI: what step 4 made of its rows, and what step 5 says about it."""

    processed: Processed
    analysis: Analysis

    @property
    def verdict(self) -> Verdict:
        """Did we get there?"""
        return self.analysis.verdict

    @property
    def label(self) -> str:
        """The verdict with its side effect."""
        return self.analysis.label

    @property
    def sentence(self) -> str:
        """What there is to say, in one sentence."""
        return self.analysis.sentence

    @property
    def series(self) -> pd.DataFrame:
        """One row per period: ``end, value, n, numerator, denominator, partial, missing, excluded``, by its start."""
        return self.processed.series


@dataclass(frozen=True, slots=True)
class Known:
    """What a study file cannot say and the bot's tables can, per KPI.

    Attributes:
        frozen: limits approved with an earlier baseline.
        comparability: differences in definition, unit, period, calendar or scope between the windows (V4.1).
        provisional: KPIs whose baseline was put to the approvers, who have not agreed to it (V7.4).
        other_changes: titles of actions aimed at other KPIs that fell into the evaluation window.
        in_file: the definition stands in a file; else a person is asked about it.
    """

    frozen: Mapping[str, FrozenLimits] = field(default_factory=dict)
    comparability: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    provisional: Collection[str] = ()
    other_changes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    in_file: bool = True


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a study gives: what became of each source's rows, and the outcome of each KPI.

    ``quarantine`` has the columns ``source, batch, line, column, value, reason, expected``; ``refused`` says per KPI
    of a cycle that could not be computed why: of a study, where all errors are told at once, there is none.
    """

    study: StudyDefinition
    sources: Mapping[str, SourceCounts]
    kpis: Mapping[str, Outcome]
    known: Known = field(default_factory=Known)
    quarantine: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(COLUMNS)))
    refused: Mapping[str, Sequence[InvalidInput]] = field(default_factory=dict)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be known of the study as a whole."""
        processed = {name: one.processed for name, one in self.kpis.items()}
        no_row = unused(processed, self.quarantine)
        return tuple(str(one) for one in (*no_row, *cuts(self.study), *beyond(self.study, processed)))


def evaluate(study: StudyDefinition, readings: Mapping[str, Sequence[Reading]], known: Known | None = None) -> Report:
    """Process and analyse every KPI of a study.

    Args:
        study: the definition.
        readings: per source its deliveries, in the order of delivery.
        known: what the bot knows beside the study.

    Raises:
        InvalidInput: a column or unit is not there, or a condition cannot be evaluated.
    """
    made = process_study(study, readings)
    return judged(study, made.kpis, made.sources, made.quarantine, known)


def judged(
    study: StudyDefinition,
    processed: Mapping[str, Processed],
    sources: Mapping[str, SourceCounts],
    quarantine: pd.DataFrame,
    known: Known | None = None,
) -> Report:
    """Step 5 over processed KPIs, from memory or from partitions."""
    known = known or Known()
    inputs = {
        name: replace(kpi_input(study, one, known), reopened=reopened_of(study.of_kpi(one.kpi), processed, one.kpi))
        for name, one in processed.items()
    }
    analyses = judge(inputs, as_of=study.as_of.date() if study.as_of else None)
    outcomes = {name: Outcome(one, analyses[name]) for name, one in processed.items()}
    return Report(study, sources, outcomes, known, quarantine)


def kpi_input(study: StudyDefinition, processed: Processed, known: Known) -> KpiInput:
    """One KPI as step 5 takes it."""
    name, study = processed.kpi.id, study.of_kpi(processed.kpi)
    return KpiInput(
        definition=processed.kpi,
        series=processed.series,
        quality=processed.quality.overall,
        baseline=study.baseline,
        evaluation=study.evaluation,
        period=study.period,
        frozen=known.frozen.get(name),
        provisional=name in known.provisional,
        comparability=(*known.comparability.get(name, ()), *_cut(study, processed, known)),
        refused_for=processed.refused_for or (_lowest(processed) if known.in_file else ""),
        strata=processed.strata,
        groups=processed.groups,
        cases=processed.cases,
        open_past_target=processed.open_past_target,
        events=_moments(processed),
        rebases=tuple(one for one in study.rebases if one.kpi == name),
        other_changes=other_changes(study, name, known.other_changes.get(name, ())),
        doubts=processed.doubts,
        in_file=known.in_file,
    )


def _lowest(processed: Processed) -> str:
    """The dimension of the quality that is lowest, for people: in a file there is no step 4 to open."""
    assessed = {name: one for name, one in processed.quality.dimensions().items() if one.ratio is not None}
    if not assessed:
        return ""
    name = min(assessed, key=lambda name: assessed[name].ratio or 0.0)
    one = assessed[name]
    return f"{name} is lowest, {wording.count(one.passed)} of {wording.count(one.total)} {one.checked}"


def said_of_cut(processed: Processed) -> str:
    """What an export that is cut by another moment than it is judged by lacks, for people; empty where it is whole."""
    return "; ".join(cut_words.said_of(cut, processed.series) for cut in processed.cuts)


def _cut(study: StudyDefinition, processed: Processed, known: Known) -> tuple[str, ...]:
    """What an export that is cut within a window says of before and after.

    The first periods of a service are partial and left out of both; the others tell.
    """
    windows = study.baseline, study.evaluation
    every = [cut for cut in processed.cuts if not cut.may_be_beginning]
    met = [cut for cut in every if any(_meets(processed, cut.periods, window) for window in windows)]
    said = tuple(cut_words.said_of(cut, processed.series) for cut in met)
    meant = "; write `meant: [coverage]` if this is meant"
    return (*said[:-1], f"{said[-1]}{meant}") if said and known.in_file else said


def _meets(processed: Processed, periods: np.ndarray, window: Window | None) -> bool:
    """Whether some periods begin within a window."""
    if window is None:
        return False
    starts = pd.DatetimeIndex(processed.series.index).tz_localize(None)
    return bool((periods & (starts >= pd.Timestamp(window.start)) & (starts < pd.Timestamp(window.end))).any())


def _moments(processed: Processed) -> tuple[datetime, ...]:
    """When what is counted happened, where it is seldom enough for step 4 to have kept it."""
    if processed.events is None:
        return ()
    return tuple(from_microseconds(processed.events, processed.timezone).to_pydatetime())
