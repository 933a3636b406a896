"""The analysis of a cycle's KPIs: statistics for all at once, then a verdict for each in the light of the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

import numpy as np

from csi.analysis import sentence as words
from csi.analysis.analysis import Analysis, KpiInput, Note, Remark
from csi.analysis.cautions import cautions, fired, footnotes, guards_of
from csi.analysis.change_state import WORSE
from csi.analysis.detail import attribution, detail, gap_closed
from csi.analysis.drafts import Draft, draft, judged_rows, limits_after
from csi.analysis.guards import Moved
from csi.analysis.measured import measure
from csi.analysis.multiple import benjamini_hochberg
from csi.analysis.panel import panel
from csi.analysis.robustness import moved_states
from csi.analysis.verdict import Ruling, evidence, rule
from csi.analysis.where import where
from csi.terms import Verdict
from csi.words import heading
from csi.words.wording import day


def judge(inputs: Mapping[str, KpiInput], *, as_of: date | None = None) -> dict[str, Analysis]:
    """Analyse the KPIs of one cycle together.

    Args:
        inputs: per KPI id its series and what was fixed beforehand; guards are looked up among them.
        as_of: the day up to which data are complete; an evaluation window that is still open is said.

    Returns:
        One analysis per KPI id, in the order given.

    Raises:
        InvalidInput: a series holds what no statistics can be made of.
    """
    if not inputs:
        return {}
    with np.errstate(all="ignore"):
        stack = panel(list(inputs.values()))
        measured = measure(stack)
        judged = judged_rows(stack)
        adjusted = benjamini_hochberg(np.where(judged, measured.effect.p, np.nan))
        drafts = [draft(stack, measured, number, float(adjusted[number])) for number in range(len(inputs))]
        moved = moved_states(stack, measured, drafts, judged)
        by_id = dict(zip(inputs, drafts, strict=True))
        return {kpi: _finished(one, by_id, moved[one.seen.number], as_of) for kpi, one in by_id.items()}


def _finished(
    one: Draft,
    by_id: Mapping[str, Draft],
    moved: list[Moved],
    as_of: date | None,
) -> Analysis:
    worse = tuple(kpi for kpi in one.row.item.definition.guards if kpi in by_id and _is_worse(by_id[kpi]))
    names = tuple(by_id[kpi].subject.name for kpi in worse)
    spoken = fired(one)
    facts = replace(one.facts, guards=names, guard=next((note.text for note in spoken), ""))
    ruling = rule(facts)
    strength = evidence(facts, ruling.verdict)
    closed = gap_closed(one)
    clauses = tuple(words.side_effect(by_id[kpi].subject, by_id[kpi].facts) for kpi in worse)
    still_open = (Note(Remark.CAUTION, text) for text in _still_open(one, as_of))
    notes = (*cautions(one, spoken, moved, names), *still_open, *footnotes(one))
    under = words.under(one.subject, facts, strength, notes)
    return Analysis(
        limits=one.limits,
        signals=one.signals,
        trend=one.trend,
        change=facts.change,
        target_state=facts.target_state,
        assurance=facts.assurance,
        verdict=ruling.verdict,
        change_axis=facts.change.state,
        target_axis=facts.target_state,
        headline=words.headline(one.subject, facts, ruling.verdict, has_side_effect=bool(worse)),
        side_effects=worse,
        evidence=strength,
        attribution=attribution(one, by_id.get(one.row.item.definition.comparator)),
        warnings=tuple(note.text for note in notes),
        reasons=_reasons(one, ruling),
        sentence=words.sentence(one.subject, facts, ruling.verdict, strength, closed=closed, side_effects=clauses),
        against_target=facts.against,
        detail=replace(
            detail(one, ruling, closed, notes),
            after_limits=limits_after(one.seen, facts.change.state),
            seasonal=facts.seasonal,
            below=heading.below(under),
            figures=heading.figures(under),
            caution=next(iter(under.cautions), ""),
            summary=words.summary(one.subject, facts, ruling.verdict),
            guards=guards_of(one, spoken),
        ),
        where=where(one),
    )


def _is_worse(other: Draft) -> bool:
    return other.facts.change.state == WORSE and not other.facts.unjudged


def _still_open(one: Draft, as_of: date | None) -> list[str]:
    window = one.row.item.evaluation
    today = as_of.date() if isinstance(as_of, datetime) else as_of
    if window is None or today is None or today >= window.end:
        return []
    return [f"The evaluation window is open until {day(window.end)}; the verdict may still change."]


def _reasons(one: Draft, ruling: Ruling) -> tuple[str, ...]:
    facts = one.facts
    if ruling.verdict is Verdict.INCONCLUSIVE:
        return tuple(text[:1].upper() + text[1:] + "." for text in facts.unjudged)
    decided = ruling.gates[-1]
    return (f"{decided.name} {decided.finding[:1].upper()}{decided.finding[1:]}.", words.mattering(facts))
