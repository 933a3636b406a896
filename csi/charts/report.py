"""One base of facts, four renderings: what each audience reads, as Markdown.

Every rendering holds every KPI, the missed and inconclusive ones first (V6.2); they differ in words and depth only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote

import pandas as pd

from csi.analysis import budget
from csi.charts.facts import Facts
from csi.charts.further import Further
from csi.charts.runs import signals_of, told
from csi.charts.view import (
    Stands,
    View,
    definition,
    footnotes,
    limits_text,
    provenance,
    target_of,
    windows_text,
)
from csi.definition import Duration, RatioValue
from csi.kpi_catalogue.entry import LOW_N
from csi.series.processed import COVERAGE_WARNING, SourceCounts
from csi.terms import Audience, Evidence, Verdict
from csi.words import wording
from csi.words.behind import INTERVAL
from csi.words.heading import ruled
from csi.words.together import slope
from csi.words.wording import NOTHING, amount, clip, count, periods, sentence

MARKDOWN = re.compile(r"([\\`*_\[\]#|<>~&])")
NAME = 200  # characters of a typed name
MOST_SIGNALS = 12
Part = Callable[[View], list[str]]


class Link(NamedTuple):
    """A picture beside the report, what it is, and its words."""

    kind: Further
    file: str
    words: str


def markdown(
    facts: Facts,
    audience: Audience | None = None,
    *,
    ask: str = "",
    pictures: Mapping[str, str] | None = None,
    grid: str = "",
    further: Mapping[str, Sequence[Link]] | None = None,
) -> str:
    """The report for an audience; for nobody in particular, everything.

    ``pictures`` are the file names of the charts by KPI, ``further`` those of what else is drawn of it, and ``grid``
    that of the grid, beside the report; without them it is words only.
    """
    heading = f"# {escape(facts.service)}: did we get there?"
    intro = [f"For {audience}." if audience else "", about(facts), sentence(escape(ask)) if ask else ""]
    charts, others = pictures or {}, further or {}
    below = facts.below()
    body = [
        line
        for view in facts.ordered()
        for line in _kpi(view, audience, below[view.kpi.id], charts.get(view.kpi.id, ""), others.get(view.kpi.id, ()))
    ]
    tail = _sources(facts) if audience in (None, Audience.OPERATIONS, Audience.SUPPLIERS) else []
    notes = [line for note in facts.notes for line in (f"**Note:** {escape(note)}", "")]
    shown = [_picture(grid, slam_alt(facts)), ""] if grid else []
    about_it = " ".join(text for text in intro if text)
    lines = [heading, "", f"**{facts.headline}**", "", *_overview(facts), "", about_it, "", *notes, *shown, *body]
    lines += tail
    return "\n".join(lines).rstrip() + "\n"


def escape(text: str) -> str:
    """Typed text as it is typed: nothing in it is formatting, a line break or a tag."""
    return MARKDOWN.sub(r"\\\1", " ".join(clip(text, NAME * 5).split()))


def _picture(name: str, words: str) -> str:
    """A picture beside the report; its words are for those who don't see it."""
    return f"![{escape(words)}]({quote(name)})"


def slam_alt(facts: Facts) -> str:
    """What the grid is, in words."""
    return f"Grid of {len(facts.clauses())} KPIs and their newest periods: met, missed or not measured"


def about(facts: Facts) -> str:
    """Period, zone, span and study, in one line."""
    starts = [mark.start for view in facts.views for mark in view.marks]
    if not starts:
        return "Nothing measured yet."
    first, last = min(starts).date().isoformat(), max(starts).date().isoformat()
    return f"By {facts.study.period} ({facts.study.timezone}), {first} to {last}. Study {facts.hash[:8]}."


def _overview(facts: Facts) -> list[str]:
    """The verdict of every KPI at a glance."""
    head = ["| KPI | verdict | latest | target | evidence |", "|---|---|---|---|---|"]
    return head + [
        f"| {escape(clip(view.name, NAME))} | {view.analysis.both} | {_latest(view)} | {escape(_target(view))} "
        f"| {view.analysis.evidence} |"
        for view in facts.ordered()
    ]


def _target(view: View) -> str:
    return target_of(view) or NOTHING


def _latest(view: View) -> str:
    return escape(view.said(view.latest.value)) if view.latest else NOTHING


def _kpi(
    view: View, audience: Audience | None, below: str, picture: str = "", further: Sequence[Link] = ()
) -> list[str]:
    """Headline, one line below it, the picture, where it is; all else is folded away."""
    return [
        f"## {escape(clip(view.name, NAME))}",
        "",
        f"**{sentence(escape(ruled(view.analysis.badge, view.analysis.detail.summary)))}**",
        "",
        *([escape(below), ""] if below else []),
        *([_picture(picture, f"Control chart of {view.name}"), ""] if picture else []),
        *_where(view, further),
        *_folded(details(view, audience)),
        *(line for link in further if link.kind is not Further.WHERE for line in _unfolding(link)),
    ]


def _where(view: View, further: Sequence[Link]) -> list[str]:
    """Where a change lies, in at most three sentences, and drawn."""
    found = view.analysis.where
    if found is None:
        return []
    shown = [line for one in further if one.kind is Further.WHERE for line in (_picture(one.file, one.words), "")]
    return [f"### {Further.WHERE.words}", "", escape(" ".join(found.sentences)), "", *shown]


def _unfolding(link: Link) -> list[str]:
    """A picture for who asks for it."""
    return [f"<details><summary>{link.kind.words}</summary>", "", _picture(link.file, link.words), "", "</details>", ""]


def _folded(items: Sequence[str]) -> list[str]:
    """What is read by who asks for it."""
    if not items:
        return []
    return [
        "<details><summary>Why this verdict?</summary>",
        "",
        *(f"- {escape(item)}" for item in items),
        "",
        "</details>",
        "",
    ]


def details(view: View, audience: Audience | None) -> list[str]:
    """What an audience reads of one KPI beside its verdict and sentence, as plain text."""
    known = [item for part in PARTS[audience] for item in part(view) if item]
    said_first = (view.analysis.detail.below, view.analysis.detail.summary)
    return [item for item in dict.fromkeys(known) if item not in said_first]


def _in_a_sentence(view: View) -> list[str]:
    """The whole of it in one sentence, where it is not what is read first."""
    return [view.analysis.sentence] if view.analysis.detail.summary else []


def _levels(view: View) -> list[str]:
    windows, read = sentence(windows_text(view, in_full=True)), view.read(view.unit)
    if read is None:
        return [windows]
    told = f"Difference: {read.difference}{f' ({read.likely})' if read.sides else ''}."
    return [windows, f"{told} “Likely” is {INTERVAL}." if read.sides else told]


def _target_line(view: View) -> list[str]:
    of = view.analysis
    hits = f"; on target in {_hits(of.assurance.hit_share or 0.0)} of periods" if of.assurance.state else ""
    used, burn = of.detail.budget_consumed, of.detail.burn_rate
    left = budget.told(used, burn, of.detail.burn_alarm) if used is not None and burn is not None else ""
    return [f"Against the target: {of.target_state or 'not judged'}{hits}. {_assurance(view)}".strip(), left]


def _hits(share: float) -> str:
    """A share of a few periods: whole per cent, but never all or none where that is not so."""
    whole = f"{100 * share:.0f}"
    return f"{whole} %" if whole not in ("0", "100") or share in (0.0, 1.0) else f"{100 * share:.1f} %"


def _assurance(view: View) -> str:
    state = view.analysis.assurance.state
    return sentence(f"Can it be relied on: {state}") if state else ""


def _meaning(view: View) -> list[str]:
    """What business readers need and no more: why it cannot be said, what got worse."""
    of = view.analysis
    unknown = of.reasons if of.verdict is Verdict.INCONCLUSIVE else ()
    reasons = [f"Why: {sentence(reason)}" for reason in unknown]
    return reasons + [f"Got worse meanwhile: {', '.join(of.side_effects)}."] * bool(of.side_effects)


def _decided(view: View) -> list[str]:
    """How the verdict came about, where it could be given."""
    of = view.analysis
    return [f"How it was judged: {' '.join(map(sentence, of.reasons))}"] * bool(of.reasons and not _meaning(view))


def _guards(view: View) -> list[str]:
    """Which of the KPIs that must not suffer held, got worse, or could not be judged."""
    by = [(stands, [one.name for one in view.guards if one.stands is stands]) for stands in Stands]
    said = "; ".join(f"{wording.listed(names)} {stands}" for stands, names in by if names)
    return [f"Guards: {said}."] if said else []


def _evidence(view: View) -> list[str]:
    of = view.analysis
    because = f" Attribution: {sentence(of.attribution)}" if of.attribution else ""
    nothing = "not judged" if of.verdict is Verdict.INCONCLUSIVE else "none for a change"
    strength = nothing if of.evidence is Evidence.NONE else of.evidence
    return [f"Evidence: {strength}.{because}"]


def _variation(view: View) -> list[str]:
    named = [told(one) for one in signals_of(view)]
    more = f"{len(named) - MOST_SIGNALS} earlier; " if len(named) > MOST_SIGNALS else ""
    signals = f"Signals: {more}{'; '.join(named[-MOST_SIGNALS:])}." if named else "No signals."
    return [f"{sentence(limits_text(view))} {signals}", _trend(view)]


def _trend(view: View) -> str:
    """The slope with its interval where a trend is shown; that none is, or why it was not judged, where not."""
    trend = view.analysis.trend
    if not trend.judged or trend.slope is None:
        return sentence(f"{trend.reason[:1].upper()}{trend.reason[1:]}")
    sides = tuple(side for side in (trend.slope_lower, trend.slope_upper) if side is not None)
    told_slope = slope(trend.slope, sides, view.unit, view.period)
    shown = view.analysis.detail.trend_now in ("rising", "falling")
    return f"Trend: {view.analysis.detail.trend_now}, {told_slope}." if shown else f"No trend is shown: {told_slope}."


def _warnings(view: View) -> list[str]:
    said = {note.text for note in view.analysis.detail.notes if note.remark.of_the_limits}
    return [f"Note: {sentence(warning)}" for warning in view.analysis.warnings if warning not in said]


def _quality(view: View) -> list[str]:
    overall = view.processed.quality.overall
    sizes = [mark.n for mark in view.whole if mark.n is not None]
    low = sum(n < LOW_N for n in sizes) if view.min_n else 0
    said = [
        f"Quality {amount(overall * 100, '%')}" if overall is not None else "Quality not assessed",
        "accuracy not assessed",
        *([f"below {100 * COVERAGE_WARNING:.0f} %"] if overall is not None and overall < COVERAGE_WARNING else []),
        *([f"low n in {periods(low, view.period)}"] if low else []),
    ]
    return [sentence(", ".join(said)), sentence(provenance(view)), *footnotes(view)]


def _dimensions(view: View) -> list[str]:
    """Each dimension of the data's quality: passed of all, what was checked, and one that failed."""
    return [
        f"{name.capitalize()}: {count(one.passed)} of {count(one.total)} {one.checked}"
        f"{f' (such as {one.examples[0]})' if one.examples else ''}."
        for name, one in view.processed.quality.dimensions().items()
        if one.total
    ]


def _computed(view: View) -> list[str]:
    return [how_computed(view)[0]]


def how_computed(view: View) -> list[str]:
    """Definition, cohort, sources, n, exclusions, limits: the answer to "How was this computed?" (V6.1)."""
    kpi = view.kpi
    what = f"{kpi.measure} of {_value(view)}" if kpi.value else kpi.measure
    good = f", good where {kpi.good}" if kpi.good else ""
    where = f", rows where {kpi.where}" if kpi.where else ""
    placed = f"put into a {view.period} by {kpi.at or 'its own period'} ({view.processed.timezone})"
    formula = f"Formula: {what}{good}{where}, {placed}."
    cases = sum(mark.n for mark in view.marks if mark.n is not None)
    return [
        formula,
        f"Definition {definition(view)}{f' (catalogue {kpi.catalogue})' if kpi.catalogue else ''}, unit {kpi.unit}.",
        f"Sources: {view.source}. {count(cases)} cases in {periods(len(view.marks), view.period)}.",
        *_counts(view),
        f"{sentence(limits_text(view))} {sentence(windows_text(view))}".strip(),
        *footnotes(view),
    ]


def _value(view: View) -> str:
    value = view.kpi.value
    if isinstance(value, RatioValue):
        return f"{value.numerator} ÷ {value.denominator}"
    if isinstance(value, Duration):
        return f"{value.end} − {value.start} ({value.clock} clock)"
    return value or ""


def _counts(view: View) -> list[str]:
    return [
        f"{source}: {count(one.rows_read)} rows read, {count(one.rows_kept)} kept, {count(one.superseded)} superseded, "
        f"{count(one.repeated)} repeated, {count(one.conflicts)} in conflict, {_in_quarantine(one)}."
        for source, one in view.processed.counts.items()
    ]


def _sources(facts: Facts) -> list[str]:
    lines = [
        f"- {escape(id)}: {count(one.rows_read)} rows read, {count(one.rows_kept)} kept, {_left_out(one)}"
        f"{_in_quarantine(one, _refused_for_kpis(facts, id))}, sha256 {one.sha256[:12]}"
        for id, one in facts.sources.items()
    ]
    return ["## Sources", "", *lines] if lines else []


def _left_out(one: SourceCounts) -> str:
    """The rows that other rows stand for: with those kept and in quarantine they are all that were read."""
    named = ((one.superseded, "superseded"), (one.repeated, "repeated"), (one.conflicts, "in conflict"))
    return "".join(f"{count(number)} {name}, " for number, name in named if number)


def _in_quarantine(one: SourceCounts, aside: int = 0) -> str:
    """Rows refused as a whole, cells refused of others, and rows that only some KPIs refuse."""
    cells = f" and {_several(one.refused_cells, 'cell')} of other rows" if one.refused_cells else ""
    kept = f"; {_several(aside, 'row')} refused by single KPIs" if aside else ""
    beside = f" ({count(one.no_rows)} of them lines of totals, notes or headings)" if one.no_rows else ""
    return f"{count(one.quarantined)}{cells} in quarantine{beside}{kept}"


def _several(number: int, name: str) -> str:
    return f"{count(number)} {name}{'s' * (number != 1)}"


def _refused_for_kpis(facts: Facts, source: str) -> int:
    """How many rows of a source some of its KPIs cannot use, though they can be read."""
    aside = [view.processed.set_aside[["batch", "line"]] for view in facts.views if view.kpi.source == source]
    return len(pd.concat(aside).drop_duplicates()) if aside else 0


EVERYTHING: Sequence[Part] = (
    _in_a_sentence,
    _meaning,
    _decided,
    _target_line,
    _levels,
    _guards,
    _evidence,
    _variation,
    _warnings,
    _quality,
    _computed,
)
PARTS: dict[Audience | None, Sequence[Part]] = {
    None: (*EVERYTHING, _dimensions),
    Audience.BUSINESS: (_in_a_sentence, _meaning, _target_line),
    Audience.SENIOR_IT: (_in_a_sentence, _meaning, _target_line, _levels, _guards, _evidence, _warnings),
    Audience.OPERATIONS: EVERYTHING,
    Audience.SUPPLIERS: (_in_a_sentence, _meaning, _target_line, _levels, _quality, _computed),
}
