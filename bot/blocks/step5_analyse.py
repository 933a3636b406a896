"""Step 5 in Slack: the verdicts, why they are so, and the findings a person confirms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.blocks import ids, parts, step6_present
from bot.blocks.parts import Block
from bot.blocks.step1_should_measure import meant_buttons
from bot.blocks.text import clip, escape, mention
from csi.analysis import budget
from csi.analysis.phases import Shift
from csi.charts.further import Further
from csi.models import Rebase
from csi.terms import CauseState, Claim, Period, Verdict
from csi.words import behind
from csi.words.heading import once
from csi.words.wording import amount, plural, when

OPEN = "analyse.open"
RUN = "analyse.run"
FINDING = "analyse.finding"
ALL = "analyse.all"
NONE = "analyse.none"
WHY, WHERE = "analyse.why", "analyse.where"
WINDOWS = "analyse.windows"
MEANT = "analyse.meant"
REBASE, WITHDRAW = "analyse.rebase", "analyse.withdraw"

TITLE = "Analyse the data"
TOGETHER = 12  # findings confirmed in one view
MOST = 30  # KPIs in one view: each takes three of its hundred blocks
UNITS = ("users", "minutes", "hours", "money", "cases", "risk class")
CLAIMS = {
    Claim.NEITHER: "neither a signal nor a trend",
    Claim.SIGNAL: "a signal: something special happened",
    Claim.TREND: "a trend: it rises or falls",
    Claim.BOTH: "both, a signal and a trend",
}
CAUSES = {
    CauseState.HYPOTHESIS: "a hypothesis",
    CauseState.SUPPORTED: "supported by evidence",
    CauseState.REFUTED: "refuted by evidence",
}
CAUSE = "cause_"  # before a KPI's number
FIELD = 1500  # characters of one part of a finding
REASON = 300  # characters of why limits begin anew

Line = Mapping[str, Any]


def running(metadata: str) -> Block:
    """What is shown while the numbers are made."""
    return parts.modal(
        OPEN,
        TITLE,
        [parts.section(":hourglass_flowing_sand: I am analysing the data now held …")],
        submit="",
        close="Close",
        metadata=metadata,
    )


def failed(metadata: str, why: str) -> Block:
    """What is shown when the numbers could not be made."""
    said = f":warning: The data could not be analysed: {escape(clip(why, 2500))}"
    return parts.modal(
        OPEN,
        TITLE,
        [parts.section(said), parts.actions([parts.button("Analyse again", RUN)])],
        submit="",
        close="Close",
        metadata=metadata,
    )


def overview(lines: Sequence[Line], metadata: str, *, may_change: bool, windows: bool = True) -> Block:
    """Every KPI with its verdict in a line and its finding.

    Args:
        lines: per KPI ``id, name, label, summary, below, under`` (the line below, itself without its caution, that
            caution), ``refused`` (why there is no result), ``state, none_because, confirmed_by, stale, is_old`` (made
            by an earlier version), ``located`` (whether it is known where its change lies), ``begun`` (its new
            limits), ``moved`` (whether it has some, or its level shows a sustained shift), ``doubts`` (that nobody
            settled).
        metadata: what the modal remembers.
        may_change: whether findings may be confirmed now.
        windows: whether before and after are fixed; without them no change can be judged.
    """
    blocks = [_heading(lines, may_change)]
    if may_change and len(together := drafted(lines)) > 1:
        both = parts.button(f"Confirm these {len(together)} together", ALL, style="primary")
        blocks.append(parts.actions([both], block_id=ALL))
    if may_change and not windows and lines:
        said = "What is compared with what is not agreed yet. Without it there is a level, but no verdict on a change."
        blocks.append(parts.section(said, parts.button("Baseline and evaluation", WINDOWS)))
    below = once(line["under"] for line in lines[:MOST])
    for line, said_below in zip(lines, below, strict=False):
        blocks += _line(line, said_below, may_change)
    if len(lines) > MOST:
        blocks.append(parts.context(f"{len(lines) - MOST} more KPIs: confirm some of these first."))
    return parts.modal(OPEN, TITLE, blocks, submit="", close="Done", metadata=metadata)


def drafted(lines: Sequence[Line]) -> list[Line]:
    """The findings that can be confirmed together: drafts of the present result that leave but a cause to say."""
    waiting = [line for line in lines if line["state"] == "draft" and not line["stale"] and not line["none_because"]]
    return [line for line in waiting if line["is_whole"] and not line["doubts"]][:TOGETHER]


def together_form(lines: Sequence[Line], metadata: str) -> Block:
    """Several drafted findings in one view: of each what the numbers say and mean, and its likely cause to be said."""
    blocks = [parts.section("Read these. With one press you stand by all of them; the cause is a hypothesis.")]
    for line in lines:
        said = [line["against_target"], line["against_baseline"], line["variation"], line["impact"]]
        blocks.append(parts.section(_read_first(line)))
        blocks.append(parts.context(clip(escape(" ".join(said)), 1900)))
        blocks.append(
            parts.text_input(
                f"{CAUSE}{line['id']}", clip(f"Likely cause: {line['name']}", 150), value=line["cause"], limit=FIELD
            )
        )
    return parts.modal(
        ALL, "Findings", blocks, submit=f"Confirm {plural(len(lines), 'finding')}"[:24], metadata=metadata
    )


def _heading(lines: Sequence[Line], may_change: bool) -> Block:
    waiting = sum(line["state"] != "confirmed" or line["stale"] for line in lines)
    said = "Every finding is confirmed." if not waiting else f"{waiting} of {len(lines)} findings wait for a person."
    return parts.section(said, parts.button("Analyse again", RUN) if may_change else None)


def _line(line: Line, below: str, may_change: bool) -> list[Block]:
    value = str(line["id"])
    buttons = [parts.button("Why this verdict?", f"{WHY}:{value}", value)] if line["label"] != "NOT MEASURED" else []
    buttons += [parts.button(Further.WHERE.words, f"{WHERE}:{value}", value)] if line["located"] else []
    if may_change and not line["stale"]:
        style = "" if line["state"] == "confirmed" else "primary"
        measured = line["label"] != "NOT MEASURED"
        read = [parts.button("Read and confirm", f"{FINDING}:{value}", value, style=style)] if measured else []
        buttons = [*read, parts.button("No finding …", f"{NONE}:{value}", value), *buttons]
    if may_change and not line["stale"] and line["moved"]:
        buttons.append(parts.button("Begin new limits …", f"{REBASE}:{value}", value))
    if may_change and not line["stale"] and line["doubts"]:
        place = 1 if any(one["key"] == "target" for one in line["doubts"]) else 4
        mend = parts.button("Go back and mend it …", f"{ids.OPEN}:back.{value}", f"back {place}")
        buttons = [*meant_buttons(line["id"], line["doubts"], MEANT), mend, *buttons]
    said = [
        parts.section(_read_first(line)),
        parts.context(*([escape(below)] if below else []), _state(line), *_anew(line)),
    ]
    return [*said, parts.actions(buttons)] if buttons else said


def _read_first(line: Line) -> str:
    """The verdict in a line, or why there is none."""
    head = step6_present.line(line["name"], line["label"], line["summary"])
    return f"{head}\n{escape(clip(line['refused'], 1800))}" if line["refused"] else head


def _anew(line: Line) -> list[str]:
    return [f"New limits since {when(one.start_on)}: {escape(clip(one.reason, REASON))}" for one in line["begun"][-3:]]


def _state(line: Line) -> str:
    if line["is_old"]:
        return ":warning: stale: an earlier version of this bot made it, without all that is checked now; analyse again"
    if line["stale"]:
        return ":warning: stale: the data or the definition changed; analyse again"
    if line["state"] != "confirmed":
        return ":pencil2: drafted by the bot; nobody has confirmed it yet"
    who = mention(line["confirmed_by"])
    if line["none_because"]:
        return f":white_check_mark: no finding, because {escape(clip(line['none_because'], 500))} ({who})"
    return f":white_check_mark: confirmed by {who}, {when(line['confirmed_at'])}"


def finding_form(line: Line, metadata: str) -> Block:
    """The drafted finding, to be read, changed and confirmed."""
    kinds = dict.fromkeys([*UNITS, line["impact_unit"]] if line["impact_unit"] else UNITS)
    blocks = [
        parts.section(_read_first(line), parts.button("Why this verdict?", f"{WHY}:{line['id']}", str(line["id"]))),
        *([parts.context(escape(line["below"]))] if line["below"] else []),
        _words("against_target", "Against the target", line),
        _words("against_baseline", "Against the baseline", line),
        _words("variation", "Variation and trend", line),
        parts.select("claim", "With that you claim", CLAIMS, chosen=line["claim"] or Claim.NEITHER),
        _words("cause", "Likely cause", line, hint="A hypothesis until something has shown or refuted it."),
        parts.select("cause_state", "That cause is", CAUSES, chosen=line["cause_state"] or CauseState.HYPOTHESIS),
        parts.text_input(
            "cause_evidence",
            "What shows it, or refutes it?",
            value=line["cause_evidence"],
            limit=FIELD,
            optional=True,
            multiline=True,
            hint="A settled cause is not asked about again.",
        ),
        _words("impact", "What it means for the business", line),
        parts.text_input(
            "impact_amount",
            "In one figure",
            value=_typed(line["impact_amount"]),
            limit=40,
            hint="How much is lost, such as 40 users or 120 hours; a good guess beats none.",
        ),
        parts.select("impact_unit", "of", {kind: kind for kind in kinds}, chosen=line["impact_unit"] or None),
        parts.text_input(
            "unit_cost",
            "Cost of one of these",
            limit=60,
            optional=True,
            hint="Low / usual / high and currency, such as 20 / 25 / 40 EUR; you answer for it.",
        ),
    ]
    return parts.modal(FINDING, "Finding", blocks, submit="Confirm", metadata=metadata)


def _words(field: str, label: str, line: Line, hint: str = "") -> Block:
    return parts.text_input(field, label, value=line[field], hint=hint, multiline=True, limit=FIELD)


def _typed(amount: float | None) -> str:
    return "" if amount is None else f"{amount:.10g}"


def none_form(line: Line, metadata: str) -> Block:
    """Why a KPI has no finding."""
    blocks = [
        parts.section(f"*{escape(clip(line['name'], 150))}*"),
        parts.text_input(
            "none_because", "No finding, because …", value=line["none_because"], multiline=True, limit=500
        ),
    ]
    return parts.modal(NONE, "No finding", blocks, submit="Confirm", metadata=metadata)


@dataclass(frozen=True, slots=True)
class NewLimits:
    """What the form for new limits shows of one KPI: the shift there is, if any, and new limits recorded before."""

    name: str
    unit: str
    period: str
    shift: Shift | None
    known: Sequence[Rebase]


def rebase_form(one: NewLimits, metadata: str) -> Block:
    """From when on and why a KPI's limits begin anew; and the way to take earlier ones back."""
    blocks = [parts.section(f"*{escape(clip(one.name, 150))}*\n{_shifted(one)}")]
    for rebase in one.known:
        text = f"New limits from *{when(rebase.start_on)}* on: {escape(rebase.reason)} ({mention(rebase.recorded_by)})"
        back = parts.button("Take back", f"{WITHDRAW}:{rebase.id}", str(rebase.id))
        blocks.append(parts.section(text, back))
    asked, submit = ([], "") if one.shift is None else (_asked(one.shift), "Begin new limits")
    close = "Cancel" if submit else "Close"
    return parts.modal(REBASE, "New limits", [*blocks, *asked], submit=submit, close=close, metadata=metadata)


def taken_back() -> Block:
    """New limits are gone; the analysis below is made again."""
    said = "Taken back: the limits before hold again. I am analysing the data once more."
    return parts.modal("notice", "New limits", [parts.section(said)], submit="", close="OK")


def _shifted(one: NewLimits) -> str:
    if one.shift is None:
        return "No sustained run of 7 points against the limits in force: there is nothing to begin anew for."
    side = "above" if one.shift.side > 0 else "below"
    return (
        f"The latest run of {plural(one.shift.periods, one.period)} lies {side} the centre of "
        f"{amount(one.shift.centre, one.unit)}. New limits show what is usual now. The old ones stay on the chart "
        "before that day, and the verdict still compares with the baseline."
    )


def _asked(shift: Shift) -> list[Block]:
    hint = "Suggested from the run. Until 12 periods lie after it the new limits are in trial."
    return [
        parts.date_input("start_on", "From this day on", value=shift.start, hint=hint),
        parts.text_input(
            "reason", "What has changed for good?", limit=REASON, hint="It stands under every chart from now on."
        ),
    ]


def why_modal(name: str, result: Line, period: Period) -> Block:
    """The verdict's gates in order with their numbers, and what stands behind them."""
    detail = result.get("detail") or {}
    gates = [_gate(count, gate) for count, gate in enumerate(detail.get("gates") or (), start=1)]
    told_by_gates = 0 if result["verdict"] == Verdict.INCONCLUSIVE or not gates else 1  # the first says what decided
    beside = [*result["reasons"][told_by_gates:], *result["warnings"]]
    reasons = [f"• {escape(clip(str(one), 1000))}" for one in beside]
    said = str(result.get("sentence") or "")
    blocks = [
        parts.section(f"{step6_present.line(name, str(result['verdict']))}\n{escape(clip(said, 2000))}"),
        parts.section(clip("\n".join(gates) or "No gate was tried.", 3000)),
        parts.section(clip("\n".join(reasons), 3000)) if reasons else parts.divider(),
        parts.fields([(name, escape(clip(text, 1500))) for name, text in behind.numbers(result, period)]),
        parts.context(f"“Likely”, and what is in brackets: {behind.INTERVAL}."),
        parts.context(*_small_print(result, detail)),
    ]
    return parts.modal("notice", "Why this verdict?", blocks, submit="", close="OK")


def where_modal(name: str, sentences: Sequence[str], rows: Sequence[tuple[str, str]]) -> Block:
    """Where a change lies, in words; the picture comes into the person's own conversation."""
    told = [f"• {escape(clip(group, 200))}: {escape(figures)}" for group, figures in rows]
    blocks = [
        parts.section(f"*{escape(clip(name, 150))}*\n{escape(clip(' '.join(sentences), 2000))}"),
        *step6_present.sections(told),
        parts.context("The picture comes into your conversation with me."),
    ]
    return parts.modal("notice", Further.WHERE.words, blocks, submit="", close="OK")


def _gate(count: int, gate: Line) -> str:
    mark = ":arrow_right:" if gate["decided"] else ":white_small_square:"
    found = escape(clip(gate["finding"], 800))
    return f"{mark} {count}. *{escape(gate['name'])}* {found[:1].upper()}{found[1:]}"


def _small_print(result: Line, detail: Line) -> list[str]:
    texts = [str(detail.get("method") or ""), str(result["trend"].get("reason") or "")]
    forecast, reason = detail.get("forecast"), str(detail.get("forecast_reason") or "")
    if forecast is not None:
        texts.append(f"Chance that the target is met by its date: {100 * forecast:.0f} %, {reason}")
    elif reason:
        texts.append(f"No forecast: {reason}")
    if detail.get("burn_rate") is not None:
        texts.append(budget.told(detail["budget_consumed"], detail["burn_rate"], detail.get("burn_alarm")))
    return [escape(clip(text, 1500)) for text in texts if text]
