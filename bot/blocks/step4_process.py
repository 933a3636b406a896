"""Step 4 in Slack: coverage, duplicates and quality per KPI, the way back to the rows, exclusions, windows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from bot.blocks import parts
from bot.blocks.parts import Block
from bot.blocks.step1_should_measure.doubts import below_zero, cut_export, doubted, still_open
from bot.blocks.step1_should_measure.ids import EDIT_KPI
from bot.blocks.step3_gather.ids import CHANGE
from bot.blocks.step3_gather.ids import NAME as NAME_COLUMNS
from bot.blocks.text import clip, escape, link, mention, minute_of
from csi.measurement.windows import Windows, own
from csi.models import Batch, Cycle, Exclusion, Kpi
from csi.states import ProposalState
from csi.words.wording import amount, percent, plural, when
from csi.words.wording import sentence as in_full

RUN, TRACE, TRACED = "process.run", "process.trace", "process.traced"
EXCLUDE, EXCLUSION, DECIDE = "process.exclude", "process.exclusion", "process.decide"
EVERY = "every"  # all KPIs of the cycle
MOST_OWN = 10  # KPIs whose own windows are named
WINDOWS, REBASE, EXPORT = "process.windows", "process.rebase", "process.export"
ALL = "all"
KPIS, PERIODS, LINES = 12, 100, 25  # as many as a message, a menu, a modal hold
DOUBTED = 10  # KPIs of a message that have room for what speaks against them
NAME, SPAN = 120, 300
_DIMENSIONS = ("completeness", "timeliness", "validity", "uniqueness", "consistency")
_SET_ASIDE = ("repeated", "superseded", "conflicts", "quarantined")
_TOLD = ("typed", "push")  # ways in without lines
_WARN, _LEAST = 0.95, 0.80  # Source: V4.3
_PARTS = {
    "at": "What dates its rows",
    "where": "Its condition",
    "good": "What counts as good",
    "unit": "Its unit",
    "value": "Its value",
    "strata": "Its groups",
    "key": "What identifies a row",
    "latest_by": "Which row is newest",
}
Result = Mapping[str, Any]


class NotProcessed(NamedTuple):
    """A KPI that could not be processed: the parts of it that are wrong, each with its reason; the source that lacks
    a column of it, and the one whose numbers are in a unit nobody knows."""

    kpi: Kpi
    reasons: Sequence[tuple[str, str]]
    source_id: int | None = None
    unit_of: int | None = None


def report(
    cycle: Cycle,
    results: Sequence[tuple[Kpi, Result]],
    undefined: Sequence[Kpi],
    refused: Sequence[NotProcessed] = (),
    sources: Mapping[str, int] | None = None,
) -> list[Block]:
    """The data-quality report: one section per KPI, with the button that leads back to its rows.

    What could not be processed comes first, with the buttons that mend it. ``sources`` are those that files are read
    into, by their key.
    """
    blocks = [parts.header(f"Cycle {cycle.number}, step 4: the data, made comparable")]
    for one in refused[:KPIS]:
        blocks += _not_processed(one)
    room = max(KPIS - len(refused), 0)
    for place, (kpi, result) in enumerate(results[:room]):
        blocks.append(parts.section(_kpi(kpi, result), _where_from(kpi)))
        blocks.append(parts.context(clip(_quality(result), 1900)))
        read_by = (sources or {}).get(str(kpi.definition.get("source") or ""))
        blocks += _doubts(kpi, result, read_by) if place < DOUBTED else []
    if len(results) > room:
        blocks.append(parts.context(f"… and {plural(len(results) - room, 'more KPI')}, in the exported study."))
    if undefined:
        names = ", ".join(escape(clip(kpi.name, NAME)) for kpi in undefined[:KPIS])
        blocks.append(parts.section(f":grey_question: Not processed, nobody has said yet what is counted: {names}."))
    return [*blocks, parts.actions(_buttons(cycle))]


def said(cycle: Cycle, results: Sequence[tuple[Kpi, Result]], refused: Sequence[NotProcessed] = ()) -> str:
    """What a notification shows."""
    rest = f", {len(refused)} could not be" if refused else ""
    return f"Cycle {cycle.number}, step 4: {plural(len(results), 'KPI')} processed{rest}."


def _not_processed(one: NotProcessed) -> list[Block]:
    """Why a KPI was left out, and the ways to mend it."""
    said = [_reason(field, reason) for field, reason in one.reasons[:3]]
    more = [f"… and {len(one.reasons) - 3} more."] if len(one.reasons) > 3 else []
    name = escape(clip(one.kpi.name, NAME))
    ways = [parts.button("Edit the KPI", f"{EDIT_KPI}:{one.kpi.id}", str(one.kpi.id))]
    if one.source_id is not None:
        ways.append(parts.button("Say which column it is", f"{NAME_COLUMNS}:{one.kpi.id}", f":{one.source_id}"))
    if one.unit_of is not None:
        ways.insert(0, parts.button("Say the unit …", f"{CHANGE}:{one.kpi.id}", str(one.unit_of), style="primary"))
    return [
        parts.section("\n".join([f":no_entry: *{name}* was not processed:", *said, *more])),
        parts.actions(ways),
    ]


def _reason(field: str, reason: str) -> str:
    part = _PARTS.get(field.split(".", maxsplit=1)[0])
    sentence = f"{part}: {reason}" if part else reason[:1].upper() + reason[1:]
    return escape(clip(in_full(sentence), SPAN))


def _buttons(cycle: Cycle) -> list[Block]:
    value = str(cycle.id)
    return [
        parts.button("Process again", RUN, value),
        parts.button("Baseline and evaluation", WINDOWS, value),
        parts.button("Leave something out", EXCLUDE, value),
        parts.button("Export the study", EXPORT, value),
    ]


def _where_from(kpi: Kpi) -> Block:
    return parts.button("Where does this number come from?", f"{TRACE}:{kpi.id}", str(kpi.id))


def _kpi(kpi: Kpi, result: Result) -> str:
    """Coverage, the newest whole value, what is missing, what became of the rows."""
    series = list(result.get("series") or ())
    lines = [f"{_sign(result)} *{escape(clip(kpi.name, NAME))}*: {_newest(kpi, series)}"]
    lines.append(f"{_coverage(result)} {_periods(series)}".strip())
    lines += [_counts(source, one) for source, one in list((result.get("counts") or {}).items())[:3]]
    lines += [f"• {escape(clip(str(note), SPAN))}" for note in list(result.get("footnotes") or ())[:4]]
    return "\n".join(line for line in lines if line)


def _doubts(kpi: Kpi, result: Result, source_id: int | None) -> list[Block]:
    """What speaks against its conditions and target, while nobody has said that it is meant; else, where it cannot use
    too many of its rows, the way to what is to blame: how the file is read, or how the KPI is computed."""
    meant = kpi.definition.get("meant") or ()
    found = still_open(result.get("doubts") or (), meant)
    if found:
        return doubted(kpi, found)
    if result.get("below_zero") and "value" not in meant:
        return below_zero(kpi, int(result["below_zero"]))
    if result.get("cut") and "coverage" not in meant:
        return cut_export(kpi, str(result["cut"]))
    if not _refuses_too_much(result):
        return []
    ways = [parts.button("Change the KPI", f"{EDIT_KPI}:{kpi.id}", str(kpi.id))]
    if source_id is not None and _is_read_wrongly(result):
        ways.insert(0, parts.button("Read the file otherwise", f"{CHANGE}:{kpi.id}", str(source_id), style="primary"))
    return [parts.actions(ways)]


def _is_read_wrongly(result: Result) -> bool:
    """Whether most of the rows it cannot use were lost when the file was read."""
    validity = result["quality_detail"]["validity"]
    return 2 * int(result.get("set_aside") or 0) < validity["total"] - validity["passed"]


def _refuses_too_much(result: Result) -> bool:
    validity = (result.get("quality_detail") or {}).get("validity") or {}
    return bool(validity.get("total")) and validity["passed"] < _LEAST * validity["total"]


def _sign(result: Result) -> str:
    held = _held(result)
    if held is None or held < _LEAST:
        return ":red_circle:"
    return ":large_yellow_circle:" if held < _WARN else ":large_green_circle:"


def _held(result: Result) -> float | None:
    """How much of its periods and rows holds; None where no whole period has a value: of nothing nothing holds."""
    if not _valued(result.get("series") or ()):
        return None
    known = [result.get("coverage"), (result.get("quality") or {}).get("overall")]
    return min((float(one) for one in known if one is not None), default=None)


def _newest(kpi: Kpi, series: Sequence[Result]) -> str:
    whole = _valued(series)
    if not whole:
        return "no whole period with a value yet"
    newest = whole[-1]
    return f"{amount(newest['value'], escape(kpi.unit))} in the period from {_day(newest)} (n = {newest['n']:,})"


def _valued(series: Sequence[Result]) -> list[Result]:
    return [one for one in series if not one["partial"] and not one["missing"]]


def _coverage(result: Result) -> str:
    held, coverage = _held(result), result.get("coverage")
    if coverage is None or held is None:
        return "Coverage: no whole period with a value yet."
    verdict = " Below 80 %: there can be no verdict." if held < _LEAST else ""
    return (
        f"Coverage {percent(coverage, 1)} (its source gave rows in so many of the periods that are over), "
        f"quality {percent(held, 1)}.{verdict}"
    )


def _periods(series: Sequence[Result]) -> str:
    counts = {name: sum(bool(one[name]) for one in series) for name in ("missing", "partial", "excluded")}
    words = [f"{count} {name}" for name, count in counts.items() if count]
    gaps = [_day(one) for one in series if one["missing"]]
    named = f" (missing: {', '.join(gaps[:5])}{', …' if len(gaps) > 5 else ''})" if gaps else ""
    return f"{plural(len(series), 'period')}{': ' + ', '.join(words) if words else ', none missing'}{named}."


def _counts(source: str, counts: Result) -> str:
    words = [
        f"{counts[name]:,} {name}" for name in ("repeated", "superseded", "conflicts", "quarantined") if counts[name]
    ]
    rest = f": {', '.join(words)}" if words else ""
    return f"{escape(source)}: {counts['rows_read']:,} rows read, {counts['rows_kept']:,} count{rest}."


def _quality(result: Result) -> str:
    detail = result.get("quality_detail") or {}
    said = [_dimension(name, detail.get(name) or {}) for name in _DIMENSIONS]
    return " · ".join([*said, "accuracy: not assessed"])


def _dimension(name: str, one: Result) -> str:
    if not one.get("total"):
        return f"{name}: not assessed"
    text = f"{name} {one['passed']:,} / {one['total']:,}"
    examples = [escape(clip(str(example), 160)) for example in (one.get("examples") or ())[:1]]
    return f"{text} (e.g. {examples[0]})" if examples else text


def _day(point: Result) -> str:
    """When a period begins: ``29 Feb 2016``, of an hour with its time."""
    start = datetime.fromisoformat(str(point["start"]))
    return when(start.replace(tzinfo=None) if (start.hour, start.minute) != (0, 0) else start.date())


def trace_form(kpi: Kpi, result: Result, metadata: str) -> Block:
    """Which point of the series is to be traced."""
    series = [one for one in result.get("series") or () if not one["missing"]]
    choices = {str(one["start"]): f"{_day(one)}: {amount(one['value'], kpi.unit)}" for one in series[-PERIODS:][::-1]}
    about = f"*{escape(clip(kpi.name, NAME))}*: every value can be traced back to its deliveries and rows."
    if not choices:
        return parts.modal(
            TRACED, "Where from?", [parts.section(f"{about}\nThere is no value yet.")], metadata=metadata
        )
    return parts.modal(
        TRACED,
        "Where from?",
        [parts.section(about), parts.select("start", "Period", choices, chosen=next(iter(choices)))],
        submit="Show the rows",
        metadata=metadata,
    )


def looking() -> Block:
    """While the rows are looked up."""
    return parts.modal(TRACED, "Where from?", [parts.section(":hourglass_flowing_sand: Looking for the rows …")])


def traced(kpi: Kpi, point: Result, rows: Sequence[tuple[str, Batch | None, Sequence[int]]]) -> Block:
    """A point's rows: per delivery its file, who brought it when, and the lines."""
    total = sum(len(lines) for _, _, lines in rows)
    sides = _sides(point)
    head = f"*{escape(clip(kpi.name, NAME))}*, {_day(point)}: *{amount(point['value'], escape(kpi.unit))}*{sides}"
    blocks = [
        parts.section(f"{head}\nmade of {plural(total, 'row')} in {plural(len(rows), 'delivery', 'deliveries')}:")
    ]
    blocks += [parts.section(_delivery(*one)) for one in rows[:20]]
    if len(rows) > 20:
        blocks.append(parts.context(f"… and {len(rows) - 20} more deliveries."))
    return parts.modal(TRACED, "Where from?", blocks)


def _sides(point: Result) -> str:
    """What a share was divided from; of a net promoter score its promoters and detractors."""
    if point.get("denominator") is None:
        return ""
    answers = amount(point["denominator"])
    if point.get("promoters") is not None:
        return f" = {amount(point['promoters'])} promoters less {amount(point['detractors'])} detractors of {answers}"
    return f" = {amount(point['numerator'])} of {answers}"


def _delivery(source: str, batch: Batch | None, lines: Sequence[int]) -> str:
    shown = ", ".join(str(line) for line in lines[:LINES])
    more = f" and {len(lines) - LINES:,} more" if len(lines) > LINES else ""
    if batch is None:
        return f"{escape(source)}: lines {shown}{more}"
    if batch.way in _TOLD:
        return _numbers(source, batch, len(lines))
    name = escape(clip(batch.filename or source, NAME))
    message = f" · {link(batch.permalink, 'message')}" if batch.permalink.startswith("https://") else ""
    at = minute_of(batch.delivered_at)
    return (
        f":page_facing_up: *{name}* (delivery {batch.ordinal} of {escape(source)}), brought by "
        f"{mention(batch.delivered_by)} on {at}{message}\nSHA-256 `{batch.sha256[:12]}`, lines {shown}{more}"
    )


def _numbers(source: str, batch: Batch, count: int) -> str:
    """Numbers that were typed or pushed have no lines: who told them, when, and on which evidence."""
    at = minute_of(batch.delivered_at)
    evidence = str((batch.counts.get("told") or {}).get("evidence") or "")
    proof = f" · {link(evidence, 'evidence')}" if evidence.startswith(("https://", "http://")) else ""
    way = "pushed" if batch.way == "push" else "typed"
    return (
        f":pencil2: *{plural(count, 'number')}* {way} by {mention(batch.delivered_by)} on {at}{proof}\n"
        f"(delivery {batch.ordinal} of {escape(source)}, SHA-256 `{batch.sha256[:12]}`)"
    )


def exclude_form(kpis: Sequence[Kpi], metadata: str) -> Block:
    """What is to be left out, and why."""
    choices = {ALL: "All KPIs"} | {str(kpi.id): kpi.name for kpi in kpis[:99]}
    return parts.modal(
        EXCLUDE,
        "Leave something out",
        [
            parts.section(
                "Left out are only rows of these days, and only once somebody else has approved it. "
                "It stands as a footnote on every chart from then on."
            ),
            parts.select("kpi_id", "KPI", choices, chosen=ALL),
            parts.date_input("start_on", "From"),
            parts.date_input("end_on", "Until, not included", hint="The first day that counts again."),
            parts.text_input("reason", "Why?", limit=500, multiline=True, hint="Such as: planned data-centre move."),
        ],
        submit="Propose",
        metadata=metadata,
    )


def exclusion(one: Exclusion, kpi: Kpi | None, days: tuple[date, date]) -> list[Block]:
    """The proposal in the channel; its buttons go when it is settled."""
    what = escape(clip(kpi.name, NAME)) if kpi else "all KPIs"
    text = (
        f":scissors: {mention(one.proposed_by)} proposes to leave out *{days[0]}* to *{days[1]}* (not included) "
        f"of *{what}*: {escape(clip(one.reason, SPAN))}"
    )
    if one.state == ProposalState.PROPOSED:
        yes = parts.button("Approve", f"{DECIDE}:approved", _choice(one, "approved"), style="primary")
        no = parts.button("Reject", f"{DECIDE}:rejected", _choice(one, "rejected"))
        return [parts.section(text), parts.actions([yes, no]), parts.context("By somebody else who approves.")]
    sign = ":white_check_mark: Approved" if one.state == ProposalState.APPROVED else ":no_entry_sign: Rejected"
    by = f" by {mention(one.approved_by)}. Process the data again." if one.approved_by else "."
    return [parts.section(text), parts.context(f"{sign}{by}")]


def exclusion_view(one: Exclusion, kpi: Kpi | None, days: tuple[date, date]) -> Block:
    """The same in a modal, opened from a refusal."""
    return parts.modal(EXCLUSION, "Leave something out", exclusion(one, kpi, days))


def _choice(one: Exclusion, choice: str) -> str:
    return json.dumps({"id": one.id, "choice": choice})


class There(NamedTuple):
    """What windows can be laid over (first day, the day after the last, how many whole periods), and those that suggest
    themselves: ``baseline`` and ``evaluation``."""

    held: tuple[date, date, int] | None
    likely: Windows


def windows_form(cycle: Cycle, kpis: Sequence[Kpi], there: There, metadata: str) -> Block:
    """Baseline and evaluation window: fixed before anybody looks at the result, for all KPIs or for one."""
    half_open = "Not included: the first day after it."
    held = there.held
    said = (
        f"The data holds {plural(held[2], f'whole {cycle.period}')}, from {when(held[0])} until {when(held[1])}."
        if held
        else "No data was processed yet."
    )
    is_new = cycle.baseline_from is None and cycle.evaluation_from is None
    if is_new and there.likely.baseline:
        said += " Two thirds and one third of them stand below: move both to the day on which something was changed."
    before, after = there.likely.baseline, there.likely.evaluation
    return parts.modal(
        WINDOWS,
        "Before and after",
        [
            parts.section(
                "What is compared with what. Fix it before you look: a window chosen afterwards proves "
                "nothing. 8 whole periods before and 6 after are the least for a verdict."
            ),
            parts.context(said),
            *([parts.context(_own_windows(kpis))] if any(kpi.windows for kpi in kpis) else []),
            parts.select(
                "kpi_id",
                "Of which KPI?",
                {EVERY: "all that have none of their own", **_named(kpis)},
                chosen=EVERY,
                hint="One KPI may have its own: its baseline was approved, or its change has "
                "another day. Without days it is compared as all.",
            ),
            _window_day("baseline_from", "Baseline from", before.start if before else None),
            _window_day("baseline_to", "Baseline until", before.end if before else None, half_open),
            _window_day("evaluation_from", "Evaluation from", after.start if after else None),
            _window_day("evaluation_to", "Evaluation until", after.end if after else None, half_open),
        ],
        submit="Fix the windows",
        metadata=metadata,
    )


def _window_day(field: str, label: str, value: date | None, hint: str = "") -> Block:
    return parts.date_input(field, label, value=value, hint=hint, optional=True)


def _named(kpis: Sequence[Kpi]) -> dict[str, str]:
    return {str(kpi.id): clip(kpi.name, 70) for kpi in kpis[:99]}


def _own_windows(kpis: Sequence[Kpi]) -> str:
    """Which KPIs have windows of their own."""
    said = [
        f"{escape(clip(kpi.name, NAME))}: "
        + ", ".join(
            f"{name} {when(one.start)} until {when(one.end)}" for name, one in own(kpi)._asdict().items() if one
        )
        for kpi in kpis
        if kpi.windows
    ]
    return "Of their own: " + "; ".join(said[:MOST_OWN]) + (" …" if len(said) > MOST_OWN else "")


def rebase_form(kpi: Kpi, differences: Sequence[str], metadata: str) -> Block:
    """Compare afresh where the terms have changed (V4.1)."""
    listed = "\n".join(f"• {escape(clip(str(one), SPAN))}" for one in differences[:10])
    text = f"*{escape(clip(kpi.name, NAME))}* is not what it was when its baseline was approved:\n{listed}"
    return parts.modal(
        REBASE,
        "Compare afresh",
        [
            parts.section(text),
            parts.section(
                "From now on the baseline window is computed on today's terms; the old baseline stays in the log."
            ),
            parts.text_input("reason", "Why have the terms changed?", limit=500, multiline=True),
        ],
        submit="Compare afresh",
        metadata=metadata,
    )
