"""One message per cycle, kept up to date: where it stands, what was found, who is waited for."""

from __future__ import annotations

from datetime import date
from typing import Any

from bot.blocks import ids, parts, step6_present
from bot.blocks.parts import Block
from bot.blocks.text import clip, escape, mention
from csi.states import CycleState
from csi.terms import Step
from csi.words.heading import of_verdicts
from csi.words.waiting import phrase
from csi.words.wording import either, exact, plural, when

SIGNS = {
    "done": ":white_check_mark:",
    "here": ":arrow_forward:",
    "late": ":alarm_clock:",
    "stale": ":warning:",
    "ahead": ":white_circle:",
}
WORDS = {"late": " – *late*", "stale": " – *stale: make it again*"}
MOST = 12
FEW = 3
SENTENCE = 200
ROOM = 2800  # characters of the KPIs' lines; where they do not fit the levels stay away


# What csi.cycle.overview gives (blocks know no cycle): Overview, and its StepState, KpiState, Waiting.
CycleSeen = Any
StepSeen = Any
KpiSeen = Any
WaitingSeen = Any


def title(cycle: CycleSeen) -> str:
    """The cycle in one line; also what a notification shows."""
    where = f"step {cycle.step.value} of 7: {cycle.step.title}" if cycle.state == CycleState.OPEN else "closed"
    return f"{escape(cycle.service)}, cycle {cycle.number} – {where}"


def card(cycle: CycleSeen) -> list[Block]:
    """The pinned message."""
    blocks = [parts.section(f"*{title(cycle)}*"), parts.section("\n".join(_step(one) for one in cycle.steps))]
    if cycle.kpis:
        blocks.append(parts.section(_kpis(cycle)))
    if cycle.state == CycleState.OPEN and cycle.taken_up:
        blocks.append(parts.section(taken_up(cycle.taken_up)))
    if cycle.state == CycleState.OPEN:
        blocks += [parts.section(waiting(cycle.waiting)), parts.actions(buttons(cycle), block_id="cycle")]
    return [*blocks, parts.context(_small_print(cycle))]


def buttons(cycle: CycleSeen, channel: str = "") -> list[Block]:
    """What can be done from here; ``channel`` when the buttons are shown outside the cycle's channel."""
    place = f"@{channel}" if channel else ""
    word = cycle.step.command
    made = [parts.button(f"Open step {cycle.step.value}", f"{ids.OPEN}:{word}", f"{word}{place}", style="primary")]
    if cycle.step is Step.CORRECT:
        made.append(parts.button("Close the cycle", f"{ids.OPEN}:close", f"close{place}"))
    else:
        made.append(parts.button("Next step", ids.NEXT, f"{cycle.step.value}{place}"))
    if cycle.step.value > 1:
        made.append(parts.button("Go back…", f"{ids.OPEN}:back", f"back{place}"))
    return made


def waiting(entries: tuple[WaitingSeen, ...]) -> str:
    """Who is waited for, and for what."""
    if not entries:
        return "Waiting for nobody."
    lines = [f"• {_people(one.who)}: {awaited(one)}" for one in entries[:MOST]]
    if len(entries) > MOST:
        lines.append(f"… and {len(entries) - MOST} more")
    return "*Waiting for*\n" + "\n".join(lines)


def folded(entries: tuple[WaitingSeen, ...]) -> str:
    """The same in small print: the first few, and how many more."""
    lines = [f"{_people(one.who)}: {awaited(one)}" for one in entries[:FEW]]
    more = f" · … and {len(entries) - FEW} more" if len(entries) > FEW else ""
    return f"Waiting for others ({len(entries)}): {' · '.join(lines)}{more}"


def awaited(one: WaitingSeen) -> str:
    """What is waited for, and when it is due."""
    since = f", from {when(one.since)} on" if one.since else ""
    return f"{escape(phrase(one.kind, one.number, one.name))}{since}{_due(one.due_on)}"


def taken_up(items: tuple[Any, ...]) -> str:
    """What earlier cycles left for this step."""
    lines = [
        f"• {clip(escape(one.text), SENTENCE)}{f', since {when(one.since)}' if one.since else ''}" for one in items[:5]
    ]
    if len(items) > 5:
        lines.append(f"… and {len(items) - 5} more")
    return "*Left for this step by the last cycle*\n" + "\n".join(lines)


def _since(day: date | None) -> str:
    return f", since {when(day)}" if day else ""


def _people(who: tuple[str, ...]) -> str:
    return either([mention(user) for user in who[:3]]) if who else "_nobody yet_ (`/csi roles`)"


def _due(day: date | None) -> str:
    return f", due {when(day)}" if day else ""


def _step(one: StepSeen) -> str:
    text = f"{SIGNS[one.state]} {one.step.value}. {one.step.title}{WORDS.get(one.state, '')}"
    if one.state in ("here", "late"):
        text += f" · {mention(one.owner)}{_due(one.due_on)}"
    return text


def _kpis(cycle: CycleSeen) -> str:
    """The KPIs below a line that counts their verdicts."""
    kpis: tuple[KpiSeen, ...] = cycle.kpis
    lines = [_kpi(one) for one in kpis[:MOST]]
    if sum(map(len, lines)) > ROOM:
        lines = [_kpi(one, short=True) for one in kpis[:MOST]]
    if len(kpis) > MOST:
        lines.append(f"… and {len(kpis) - MOST} more")
    heading = of_verdicts(cycle.verdicts) if cycle.verdicts else "KPIs"
    return f"*{heading}*\n" + "\n".join(lines)


def _kpi(one: KpiSeen, *, short: bool = False) -> str:
    """A KPI's verdict in a line, or what is aimed at before there is one; ``short``: without its levels."""
    stale = " :warning: _stale_" if one.stale else ""
    if one.verdict:
        return step6_present.line(one.name, one.verdict, "" if short else one.summary) + stale
    aim = f" · target {exact(one.target, escape(one.unit))}" if one.target is not None else ""
    if one.target_date:
        aim += f" by {when(one.target_date)}"
    return f"• {clip(escape(one.name), 100)}{aim}{stale}"


def _small_print(cycle: CycleSeen) -> str:
    said = []
    if cycle.baseline:
        said.append(f"baseline {_window(cycle.baseline)}")
    if cycle.evaluation:
        said.append(f"judged on {_window(cycle.evaluation)}")
    if cycle.actions_open:
        said.append(plural(cycle.actions_open, "open action"))
    if cycle.carried_open:
        said.append(f"{plural(cycle.carried_open, 'item')} carried over, undecided")
    return " · ".join(said) or "`/csi help` lists everything that can be done here."


def _window(window: tuple[date, date]) -> str:
    return f"{when(window[0])} to before {when(window[1])}"
