"""Help, and the cycle's own messages and modals."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from bot.blocks import ids, parts, status_card, waits
from bot.blocks.parts import Block
from bot.blocks.status_card import CycleSeen
from bot.blocks.text import clip, escape, mention
from csi.errors import Breach
from csi.terms import Awaited, Period, Step
from csi.words.wording import plural, sentence, when

HELP_CYCLE = (
    ("/csi", "what waits for you here"),
    ("/csi start SERVICE", "begin a cycle in this channel"),
    ("/csi status", "where the cycle stands"),
    ("/csi next", "go on to the next step, when its rules are met"),
    ("/csi back", "go back to an earlier step"),
    ("/csi close", "close the cycle and draft the next"),
    ("/csi history", "the cycles of this channel's service"),
)
HELP_THINGS = {
    "kpi": " – the KPIs; with a short name, that one",
    "sla": " – what is promised, on what is measured",
    "source": " – where data comes from by itself",
    "register": " – what could be better (CSI register)",
    "actions": " – corrective actions of all cycles",
    "roles": " – who answers for what",
    "export": " – everything as XLSX, CSV or JSON, or the cycle as a study",
    "audit": " – who changed what, and whether the log is whole",
    "settings": " – thresholds of the workspace, and deleting its data",
}


def help_text(commands: Sequence[str]) -> list[Block]:
    """Every word after ``/csi`` that is heard here."""
    steps = [f"`/csi {one.command}` – {one.value}. {one.title}" for one in Step if one.command in commands]
    named = {step.command for step in Step} | {line.split()[1] for line, _ in HELP_CYCLE if " " in line}
    others = [f"`/csi {word}`{HELP_THINGS.get(word, '')}" for word in sorted(set(commands) - named - {"", "help"})]
    blocks = [
        parts.section("*CSI: seven steps, again and again, to see whether a service got better.*"),
        parts.section("*The cycle*\n" + "\n".join(f"`{command}` – {what}" for command, what in HELP_CYCLE)),
    ]
    if steps:
        blocks.append(parts.section("*The steps*\n" + "\n".join(steps)))
    if others:
        blocks.append(parts.section("*Things*\n" + "\n".join(others)))
    return blocks


def unknown(word: str, nearest: str, channel: str) -> list[Block]:
    """A word that is not heard, with the nearest that is as a button, and the ways that always lead on."""
    guess = " Did you mean this?" if nearest else ""
    likely = [parts.button(f"/csi {nearest}", f"{ids.OPEN}:{nearest}", f"{nearest}@{channel}", style="primary")]
    always = [
        parts.button("What waits for me", f"{ids.OPEN}:mine", f"mine@{channel}"),
        parts.button("Everything I can do", f"{ids.OPEN}:help", f"help@{channel}"),
    ]
    said = parts.section(f"I don't know `{escape(clip(word, 100))}`.{guess}")
    return [said, parts.actions([*(likely if nearest else []), *always])]


def not_here(is_direct: bool) -> str:
    """Why a command cannot do anything where it was typed; empty where it can."""
    if not is_direct:
        return ""
    return (
        "A cycle lives in a channel, where its people are. Type `/csi` there; what waits for you is in my Home tab, "
        "and reaches you here once a day."
    )


def mentioned(cycle: CycleSeen | None, own: Sequence[Any], user_id: str, channel: str) -> list[Block]:
    """The answer to who calls the bot by its name: what waits for them here, and what can be done."""
    return no_cycle(channel) if cycle is None else mine(cycle, own, user_id, channel)


def no_cycle(channel: str) -> list[Block]:
    """A channel without a cycle, and the way to begin one."""
    return [
        parts.section("No cycle is running in this channel. A cycle takes one service through the seven steps."),
        parts.actions([parts.button("Begin a cycle", ids.START, channel, style="primary")]),
    ]


@dataclass(frozen=True, slots=True)
class Beginning:
    """What the form that begins a cycle is filled in with, and what it must remember.

    ``file_id`` is a file dropped in the channel that is looked at next, ``filename`` its name where it is a study.
    """

    channel: str
    service: str = ""
    timezone: str = "UTC"
    period: str = Period.WEEK.value
    file_id: str = ""
    filename: str = ""


WRITE_YEAR = "Write the year there, and drop the file again."


@dataclass(frozen=True, slots=True)
class Lacks:
    """Why a table proposes nothing, with what was expected; how many rows it holds, where that is known; and whether
    no form could help, but only another file."""

    why: str
    rows: int | None
    is_final: bool = False


def file_first(filename: str, file_id: str, channel: str, lacks: Lacks | None = None) -> list[Block]:
    """A table dropped where no cycle runs: the way to begin one with it; where it proposes nothing, what it lacks."""
    text = (
        f"Thank you for *{escape(filename)}*. No cycle is running in this channel yet: begin one, and I ask how to "
        "read the file. Or leave it; then I take no notice of it."
    )
    if lacks:
        holds = f" ({plural(lacks.rows, 'row')})" if lacks.rows is not None else ""
        text = (
            f"*{escape(filename)}*{holds} gives nothing to measure yet: {escape(lacks.why)}. Drop one that has it; or "
            "begin a cycle all the same, and I ask how to read the file."
        )
    if lacks and lacks.is_final:
        text = f"*{escape(filename)}*{holds} gives nothing to measure: {escape(lacks.why)}. {WRITE_YEAR}"
        return [parts.section(clip(text, parts.SECTION))]
    style = "" if lacks else "primary"
    button = parts.button("Begin a cycle with it", ids.START, f"{channel}:{file_id}", style=style)
    return [parts.section(clip(text, parts.SECTION)), parts.actions([button])]


def study_first(filename: str, begin: Beginning) -> list[Block]:
    """A study dropped where no cycle runs: the way to begin one with it."""
    return [
        parts.section(
            f"*{escape(filename)}* is a study of *{escape(clip(begin.service, 80))}*. No cycle is running in this "
            "channel yet: begin one, and I offer to take the study over. Or leave it; then I take no notice of it."
        ),
        parts.actions([parts.button("Begin a cycle with it", ids.START, json.dumps(asdict(begin)), style="primary")]),
    ]


def file_unreadable(filename: str, *, is_table: bool = False, is_picture: bool = False) -> list[Block]:
    """What was dropped in a format nobody can read here; a picture may be of a table, or of lunch."""
    name = escape(filename)
    text = f"I cannot read *{name}*. I read tables saved as XLSX or CSV: if its numbers are in one, drop that."
    if is_table:
        text = f"I cannot read *{name}* as it is. Save it as XLSX or CSV and drop it again."
    if is_picture:
        text = f"*{name}* is a picture, and I read tables only. If its numbers matter, drop them as XLSX or CSV."
    return [parts.section(clip(text, parts.SECTION))]


def welcome(channel: str) -> list[Block]:
    """What the bot says when it is invited."""
    return [
        parts.section(
            "Hello. I take a team through the seven steps of continual service improvement, again and again, "
            "and keep it honest about whether the service got better."
        ),
        parts.actions([parts.button("Begin a cycle", ids.START, channel, style="primary")]),
        parts.context("`/csi help` lists everything that can be done here."),
    ]


def mine(cycle: CycleSeen, own: Sequence[Any], user_id: str, channel: str) -> list[Block]:
    """What waits for one person in a channel, each with its buttons; others' in a few lines.

    Args:
        cycle: where it stands.
        own: from ``csi.cycle.own``.
        user_id: the person's.
        channel: the cycle's.
    """
    others = tuple(one for one in cycle.waiting if user_id not in one.who)
    blocks = [parts.section(f"*{status_card.title(cycle)}*")]
    if own:
        blocks.append(parts.section(f":point_right: *Waiting for you ({len(own)})*"))
        blocks += waits.listed(own, cycle.step, channel)
    else:
        blocks.append(parts.section("Nothing waits for you here."))
    if others:
        blocks.append(parts.context(status_card.folded(others)))
    if any(one.kind is Awaited.STEP for one in own):
        rest = [parts.button("Where it stands", f"{ids.OPEN}:status", f"status@{channel}")]
    else:
        rest = status_card.buttons(cycle, channel)
    return [*blocks, parts.actions([*rest, parts.button("Help", f"{ids.OPEN}:help", f"help@{channel}")])]


def start_form(begin: Beginning, *, more: bool = False) -> Block:
    """The modal that begins a cycle: at first only what matters on the first day; roles can be given later, too."""
    periods = {one.value: one.value for one in Period}
    hint = "" if more else f"Days and weeks are those of {begin.timezone}."
    blocks = [
        *([parts.context(f"From *{escape(clip(begin.filename, 100))}*, as it says.")] if begin.filename else []),
        parts.text_input("service", "Which service is to get better?", value=begin.service, limit=80),
        parts.user_input(
            "service_owner",
            "Service owner",
            optional=True,
            hint="Answers for the service. What is left empty falls to you for now.",
        ),
        parts.user_input("data_owner", "Data owner", hint="Brings the raw data. The bot asks them.", optional=True),
        parts.user_input("analyst", "Reporting analyst", hint="Makes it comparable, reads it.", optional=True),
        parts.users_input(
            "approver",
            "Approvers",
            hint="From the business: they agree what is measured and approve actions. Not those who measure.",
            optional=True,
        ),
        parts.select("period", "One point per", periods, chosen=begin.period, hint=hint),
    ]
    if more:
        blocks += [
            parts.text_input("timezone", "Time zone of the reports", value=begin.timezone, hint="As Europe/Lisbon."),
            parts.user_input("backup", "Data owner's backup", optional=True),
        ]
    else:
        blocks.append(parts.actions([parts.button("More …", ids.START_MORE)]))
    return parts.modal(ids.START, "Begin a cycle", blocks, submit="Begin", metadata=json.dumps(asdict(begin)))


def begun(cycle: CycleSeen, actor: str) -> str:
    """What is said in the card's thread when a cycle begins."""
    return f"{mention(actor)} began cycle {cycle.number} of {escape(cycle.service)}. First: {Step(1).title}"


def moved(cycle: CycleSeen, actor: str, owner: str, due: date | None) -> tuple[str, list[Block]]:
    """The channel's one line when a step is done: what, by whom, and what is next, whose it is and until when."""
    done, here = Step(cycle.step - 1), cycle.step
    until = f" until {when(due)}" if due else ""
    text = (
        f":white_check_mark: Step {done.value} is done ({mention(actor)}): {done.title.rstrip('?')}. "
        f"*Next: {mention(owner)}, step {here.value}{until}: {sentence(here.title)}*"
    )
    button = parts.button(f"Open step {here.value}", f"{ids.OPEN}:{here.command}", here.command)
    return text, [parts.section(text), parts.actions([button])]


def moved_more(cycle: CycleSeen, reasons: Mapping[str, str], told: Mapping[str, str]) -> str:
    """What else is kept of it, for the card's thread: reasons for warnings, what the last cycle left; or empty.

    ``told`` is per rule what was warned of, where it is known.
    """
    warned = {rule: escape(told.get(rule, "There was a warning.")) for rule in reasons}
    lines = [f"• {warned[rule]} All the same, because: {escape(reason)}" for rule, reason in reasons.items()]
    return "\n".join([*lines, *([status_card.taken_up(cycle.taken_up)] if cycle.taken_up else [])])


def returned(cycle: CycleSeen, actor: str, reason: str) -> str:
    """What is said in the card's thread when the cycle goes back."""
    return (
        f"{mention(actor)} went back to step {cycle.step.value}: {cycle.step.title}\n"
        f"Reason: {escape(reason)}\nWhat later steps found is stale until it is made again."
    )


def reasons_form(breaches: Sequence[Breach], metadata: str) -> Block:
    """One reason for each warning that is passed."""
    blocks: list[Block] = [parts.section("Each reason is kept with the step.")]
    for breach in breaches[:20]:
        blocks.append(parts.section(f":large_yellow_circle: {escape(breach.sentence)}"))
    if len(breaches) > 20:
        blocks.append(parts.context(f"… and {len(breaches) - 20} more; a reason is for all of its kind."))
    first: dict[str, str] = {}
    for breach in breaches:
        first.setdefault(breach.rule, breach.sentence)
    for rule, told in first.items():
        label = f"Why is it right to go on? {clip(told, 120)}"
        blocks.append(parts.text_input(rule, label, multiline=True, limit=500))
    return parts.modal(ids.GO_ON, "Go on with a reason", blocks, submit="Go on", metadata=metadata)


def back_form(step: int, metadata: str, wanted: int = 0) -> Block:
    """To which earlier step (``wanted`` where it can be), and why."""
    earlier = {str(one.value): f"{one.value}. {one.title}" for one in Step if one.value < step}
    likely = wanted if 1 <= wanted < step else step - 1
    return parts.modal(
        ids.BACK,
        "Go back",
        [
            parts.select("step", "To which step?", earlier, chosen=str(likely)),
            parts.text_input("reason", "Why?", multiline=True, limit=500),
            parts.context("What later steps found will be marked stale."),
        ],
        submit="Go back",
        metadata=metadata,
    )


HISTORY = 40  # cycles in a list


def history(
    service: str, cycles: Sequence[tuple[int, str, str, str]], kpis: Mapping[str, str] | None = None
) -> list[Block]:
    """The cycles of a service: number, state, from when to when, verdicts; and the way to each KPI over all of them.

    ``kpis``: by what the choice says, the KPI's name, also of one that is measured no longer.
    """
    lines = [
        f"• *Cycle {number}* – {state}, {span}{f': {said}' if said else ''}" for number, state, span, said in cycles
    ]
    more = [f"… and {len(lines) - HISTORY} more"] if len(lines) > HISTORY else []
    blocks = [parts.section(clip(f"*{escape(service)}*\n" + "\n".join([*lines[:HISTORY], *more]), parts.SECTION))]
    if not kpis:
        return blocks
    options = [parts.option(value, clip(name, 75)) for value, name in list(kpis.items())[:100]]
    asked = parts.plain("One KPI over all cycles", parts.PLACEHOLDER)
    menu = {"type": "static_select", "action_id": ids.OVER_CYCLES, "placeholder": asked, "options": options}
    return [*blocks, parts.actions([menu])]
