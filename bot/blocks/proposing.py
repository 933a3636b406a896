"""What a file proposes to measure: the message that offers it, and the two views in which a person picks and agrees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from bot.blocks import ids, parts
from bot.blocks.parts import Block
from bot.blocks.step3_gather.ids import MAP
from bot.blocks.step3_gather.mapping import clock_choices
from bot.blocks.text import clip, escape, mention
from csi.terms import Direction, Period, Why
from csi.words import marks as words_of_marks
from csi.words import standing as words
from csi.words.wording import amount, listed, of_unit, plainly, plural, when

OPEN = "propose.open"
LEAVE = "propose.leave"
CHOOSE = "propose.choose"
AGREE = "propose.agree"
MORE = "propose.more"
HOW = "propose.how"
SEARCH = "propose.others"
READ = "propose.read"
KPIS, OTHERS, GOAL, SERVICE, DATA, APPROVER = "kpis", "others", "goal", "service", "data", "approver"
DATE, OWNER, WHY, STRATA = "target_date", "owner", "why", "strata"
TARGET, DIRECTION, UNIT, CSF = "target_", "direction_", "unit_", "csf_"  # before the candidate's id, or a number
CLOCK = "clock_"  # before the place of a column of clocks
MARK = "mark_"  # before the place of a date that may be none
NOT_YET, REAL = "not yet", "real"  # what such a date stands for
NO_KEY = "-"
WRITTEN = "written_"  # before a candidate's id: what its numbers are written in
PART, AS_SAID = "ratio", "as_said"
LATEST = "latest"  # the field of the moment by which the newest row of a key counts

_ORDERS = {
    "day_first": "day first: 3/4 is 3 April",
    "month_first": "month first: 3/4 is 4 March",
    "year_first": "year first",
}
_DIRECTIONS = {Direction.LOWER.value: "lower is better", Direction.HIGHER.value: "higher is better"}
_AIMS = {Direction.LOWER.value: "at most", Direction.HIGHER.value: "at least", Direction.WITHIN.value: "from … to …"}
_WHY = {
    Why.DIRECT.value: "direct: it shows where to act",
    Why.VALIDATE.value: "validate: it shows whether we decided well",
    Why.JUSTIFY.value: "justify: it shows why we need what we ask for",
    Why.INTERVENE.value: "intervene: it shows when to step in",
}
CandidateSeen = Any
ProposalSeen = Any


def offered(filename: str, handle: str, proposal: ProposalSeen, *, otherwise: str | None, zone: str) -> list[Block]:
    """A file that can be measured by: what it is, what it can give, and the button that goes on.

    ``otherwise`` is the channel and file with which a cycle begins without a proposal; empty in a cycle, where the file
    is mapped instead; None of what was collected, which is read already.
    """
    name = f"*{escape(filename)}*"
    lines = [f"{name} {_looks(proposal.looks, zone)}"]
    if proposal.orders:
        lines.append("Its dates can be read in several ways; say which, and I show what it can give.")
    else:
        lines.append(f"It can give {escape(words.some_of([one.name for one in proposal.candidates]))}.")
    lines += _marks(proposal)
    buttons = [parts.button("Start with these", OPEN, handle, style="primary")]
    if otherwise is not None:
        buttons.append(parts.button("Something else is in it", ids.START if otherwise else MAP, otherwise or handle))
    buttons.append(parts.button("Leave it", LEAVE, handle))
    return [parts.section(clip("\n".join(lines), parts.SECTION)), parts.actions(buttons)]


def taken_up(name: str, actor: str) -> list[Block]:
    """What was collected is measured by now."""
    return [
        parts.section(f":white_check_mark: {mention(actor)} chose what is measured from *{escape(clip(name, 80))}*.")
    ]


def left(filename: str, actor: str) -> list[Block]:
    """A file that somebody leaves as it is."""
    text = f"{mention(actor)} leaves *{escape(filename)}* as it is: nothing is measured by it."
    return [parts.section(clip(text, parts.SECTION))]


def _looks(seen: Any, zone: str) -> str:
    """``looks like a Zendesk export: 3,487 rows, 5 Jan 2026 – 22 Nov 2026, one row per Id.``"""
    if seen is None:
        return "is large; I looked at its first rows."
    days = " – ".join(when(one.astimezone(ZoneInfo(zone)).date()) for one in (seen.first_at, seen.last_at))
    told = f"{plural(seen.rows, 'row')}, {days}"
    if seen.left_out:
        told += f" ({plural(seen.left_out, 'line')} of totals or notes left out)"
    if seen.key:
        key = escape(clip(seen.key, 60))
        told += f", one row per *{key}*" if seen.cases == seen.rows else f", {seen.cases:,} different *{key}*"
    told = told.removesuffix(".*") + "*" if told.endswith(".*") else told  # Ticket-Nr., at the end of a sentence
    program = f"a {escape(clip(seen.program, 60))} export" if seen.program else "a table"
    return f"looks like {program}: {told}."


@dataclass(frozen=True, slots=True)
class Asked:
    """What the first view asks besides the KPIs: of whom nothing is known yet."""

    service: str | None = None
    data: Sequence[str] | None = None
    approver: bool = True


@dataclass(frozen=True, slots=True)
class Ticked:
    """Ids of the KPIs that are ticked at first; per id of one that only guards others the names of those."""

    ids: Sequence[str] = ()
    guarding: Mapping[str, Sequence[str]] = field(default_factory=dict)


def choose_form(proposal: ProposalSeen | None, ticked: Ticked, goal: str, asked: Asked, metadata: str) -> Block:
    """View 1: what should you measure? Without a ``proposal`` from the catalogue alone."""
    blocks = [] if proposal is None else [_read_as(proposal), *_marked(proposal), _candidates(proposal, ticked)]
    blocks.append(_others(alone=proposal is None))
    blocks.append(parts.text_input(GOAL, "What for?", value=goal, limit=300, hint="What the business wants of it."))
    if asked.service is not None:
        blocks.append(parts.text_input(SERVICE, "Of which service?", value=asked.service, limit=80))
    if asked.data is not None:
        blocks.append(
            parts.users_input(DATA, "Who brings the data?", value=asked.data, hint="Two people: the second stands in.")
        )
    if asked.approver:
        blocks.append(
            parts.users_input(APPROVER, "Who may say yes for the business?", hint="Somebody who does not measure.")
        )
    if proposal is not None and proposal.lacking:
        lines = [f"*{escape(one.name)}*: {escape(one.sentence)}" for one in proposal.lacking]
        blocks.append(parts.context("Not in this file:\n" + "\n".join(lines)))
    if proposal is not None and proposal.passed:
        lines = [f"*{escape(clip(one.name, 60))}*: {escape(one.sentence)}" for one in proposal.passed]
        blocks.append(parts.context(clip("In this file, and not offered:\n" + "\n".join(lines), parts.SECTION)))
    return parts.modal(CHOOSE, "What should you measure", blocks, submit="Next", metadata=metadata)


def _read_as(proposal: ProposalSeen) -> Block:
    return parts.section(read_as(proposal), parts.button("Change how it is read", HOW), block_id="read_as")


def read_as(proposal: ProposalSeen) -> str:
    """How a file is read, in a line."""
    key = proposal.mapping.get("key")
    said = [
        f"sheet *{escape(clip(proposal.sheet, 60))}*" if len(proposal.sheets) > 1 else "",
        f"date *{escape(clip(proposal.at, 60))}*{_undated(proposal)}",
        _counts(proposal, str(key)) if key else "each row counts",
        escape(proposal.timezone),
        _nothing(proposal.mapping.get("missing") or ()),
    ]
    return f"Read as: {' · '.join(one for one in said if one)}"


def _marked(proposal: ProposalSeen) -> list[Block]:
    """What stands for "not yet" or may do so, where it can be changed."""
    lines = _marks(proposal)
    return [parts.context(clip("\n".join([*lines, "“Change how it is read” says otherwise."]), 2000))] if lines else []


def _marks(proposal: ProposalSeen) -> list[str]:
    return [_mark(one) for one in proposal.marks]


def _mark(one: Any) -> str:
    """What a date that looks like none is taken for, in a line."""
    text, column = escape(clip(one.text, 40)), f"*{escape(clip(one.column, 60))}*"
    if one.stands == REAL:
        return words_of_marks.real(text, column)
    if one.stands == NOT_YET:
        return words_of_marks.taken(text, one.rows, column)
    return f":grey_question: {words_of_marks.open_(text, one.rows, column)}"


def _mark_field(place: int, one: Any) -> Block:
    """What is asked of a date that looks like none."""
    choices = {NOT_YET: words_of_marks.not_yet(one.rows), REAL: words_of_marks.a_date()}
    label = words_of_marks.question(clip(one.text, 30), clip(one.column, 80))
    chosen = one.stands if one.stands in choices else None
    return parts.select(f"{MARK}{place}", label, choices, chosen=chosen, optional=chosen is None)


def _counts(proposal: ProposalSeen, key: str) -> str:
    """What names a case, and where several rows do which of them counts."""
    named, latest = f"*{escape(clip(key, 60))}*", proposal.mapping.get("latest_by")
    if key not in proposal.repeating or not latest:
        return f"one row per {named}"
    return words.newest_counts(named, proposal.repeating[key], proposal.rows, f"*{escape(clip(str(latest), 60))}*")


def _undated(proposal: ProposalSeen) -> str:
    """Where most rows have no date in the column they are dated by: that these count in no period."""
    rows = proposal.looks.rows if proposal.looks else 0
    if 2 * proposal.undated <= rows:
        return ""
    return f" (:warning: only {rows - proposal.undated:,} of {plural(rows, 'row')} have one; no other counts)"


def _nothing(markers: Sequence[str]) -> str:
    """Which cells say that there is no value."""
    return f"no value: {escape(listed([f'‘{clip(one, 20)}’' for one in markers[:5]]))}" if markers else ""


def _candidates(proposal: ProposalSeen, ticked: Ticked) -> Block:
    made = [
        parts.option(one.id, one.name, now(one, proposal.period, ticked.guarding.get(one.id, ())))
        for one in proposal.candidates[:10]
    ]
    element: Block = {"type": "checkboxes", "action_id": KPIS, "options": made}
    if chosen := [one for one in made if one["value"] in ticked.ids]:
        element["initial_options"] = chosen
    return parts.entry(KPIS, "What should you measure?", element)


def now(one: CandidateSeen, period: Period, guards: Sequence[str] = ()) -> str:
    """Where a KPI stands, in a line, and what it guards."""
    seen = one.standing
    is_count = one.definition.get("measure") == "count"
    told = words.stands(
        seen.now, one.unit, seen.recent, seen.periods, period, is_count=is_count, is_unsaid="unit" in one.asks
    )
    dated = words.dated(told, str(one.definition.get("at") or ""), parts.OPTION)
    return words.guarding(dated, guards, parts.OPTION) if guards else dated


def _others(*, alone: bool) -> Block:
    label = "What should you measure?" if alone else "A KPI that is not here"
    element: Block = {
        "type": "multi_external_select",
        "action_id": SEARCH,
        "min_query_length": 0,
        "max_selected_items": 8,
        "placeholder": parts.plain("how fast do we answer …", parts.PLACEHOLDER),
    }
    hint = "Searched by your words, in the catalogue." if alone else "From the catalogue; its data come from elsewhere."
    return parts.entry(OTHERS, label, element, hint=hint, optional=not alone)


def found(entries: Sequence[Any], *, grouped: bool) -> dict[str, list[Block]]:
    """Entries of the catalogue as an external select offers them, each with its pitfall in a line."""
    offered_: dict[str, list[Block]] = {}
    for one in entries:
        option = parts.option(one.id, one.name, clip(one.pitfall, 75))
        offered_.setdefault(one.aspect.capitalize(), []).append(option)
    if not grouped:
        return {"options": [parts.option(one.id, one.name, clip(one.pitfall, 75)) for one in entries]}
    return {"option_groups": [{"label": parts.plain(name, 75), "options": made} for name, made in offered_.items()]}


@dataclass(frozen=True, slots=True)
class Line:
    """One KPI of the second view: the target that is filled in, and whether it is only there to guard others."""

    candidate: CandidateSeen
    target: float | None = None
    is_guard: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """What the second view is filled in with besides the targets; ``csfs``: what must go well, each once;
    ``groups``: columns that split the cases, of which one may be watched."""

    target_date: date
    owner: str
    csfs: Sequence[str]
    groups: Sequence[str] = ()


def aims_form(lines: Sequence[Line], terms: Terms, metadata: str, *, submit: str, more: bool = False) -> Block:
    """View 2: what would be good? Owner, reason and what must go well are filled in, and folded away."""
    blocks: list[Block] = []
    for line in lines:
        blocks += _aim(line)
    blocks.append(parts.date_input(DATE, "By when?", value=terms.target_date))
    if more:
        blocks.append(parts.user_input(OWNER, "Who answers for these?", value=terms.owner))
        blocks.append(parts.select(WHY, "Why are they measured?", _WHY, chosen=Why.DIRECT.value))
        for place, csf in enumerate(terms.csfs):
            blocks.append(parts.text_input(f"{CSF}{place}", "What must go well (CSF)", value=csf, limit=300))
        if terms.groups:
            blocks.append(
                parts.select(
                    STRATA,
                    "Compare like with like by",
                    _numbered(terms.groups),
                    optional=True,
                    hint="Each of its groups is computed, too, so that a change is none where only their mix moved.",
                )
            )
    else:
        blocks.append(parts.actions([parts.button("More …", MORE)], block_id="more"))
    return parts.modal(AGREE, "What would be good", blocks, submit=submit, close="Back", metadata=metadata)


def _aim(line: Line) -> list[Block]:
    one = line.candidate
    is_open = "direction" in one.asks
    asks_unit = "unit" in one.asks
    aim = "" if is_open else f", {_AIMS[one.direction]}"
    unit = "" if asks_unit or one.unit in ("count", "") else f" ({one.unit})"
    value = plainly(line.target) if line.target is not None else ""
    blocks = [
        parts.text_input(
            f"{TARGET}{one.id}",
            clip(f"{one.name}{aim}{unit}", 150),
            value=value,
            limit=40,
            hint=_hint(line),
            placeholder="a number",
        )
    ]
    if is_open:
        blocks.append(parts.select(f"{DIRECTION}{one.id}", f"{clip(one.name, 100)}: which way is better?", _DIRECTIONS))
    if asks_unit:
        blocks.append(
            parts.text_input(
                f"{UNIT}{one.id}",
                f"{clip(one.name, 100)}: in what?",
                limit=20,
                placeholder="h, min, %, EUR, count …",
                hint="Nothing in the file says what its numbers are in.",
            )
        )
    return blocks


def _hint(line: Line) -> str:
    """Where a KPI stands, and what its target is to be."""
    one, seen = line.candidate, line.candidate.standing
    hint = words.hints(seen.now, seen.best, one.unit) if seen else ""
    if line.is_guard:
        hint = f"{hint} It guards the others: not worse than its worst quarter.".strip()
    if one.direction == Direction.WITHIN.value:
        hint = f"{hint} Two numbers, such as 2 to 5.".strip()
    return hint


def in_units_said(view: Block, lines: Sequence[Line]) -> Block:
    """A second view that was sent, with hints in the units that were said since; and with targets in them, of lines
    that have one: their elements are other ones, as Slack keeps what was typed into the same."""
    said = {f"{TARGET}{line.candidate.id}": line for line in lines}
    fields = ((block, said.get(str(block.get("block_id") or ""))) for block in view["blocks"])
    return {**view, "blocks": [_in_unit(block, line) if line else block for block, line in fields]}


def _in_unit(block: Block, line: Line) -> Block:
    told = {**block, "hint": parts.plain(_hint(line), parts.LABEL)}
    if line.target is None:
        return told
    action_id = f"{block['block_id']}:{line.candidate.unit}"
    return {**told, "element": {**block["element"], "action_id": action_id, "initial_value": plainly(line.target)}}


def which_numbers(id: str, told: str, unit: str, of_one: float) -> Block:
    """What numbers within 0 and 1 are, that are said to be in ``unit``; ``told``: one of them as the file writes it,
    ``of_one``: the same taken as a part of one."""
    choices = {PART: f"{told} is {amount(of_one, unit)}", AS_SAID: f"{told} is {told}{of_unit(unit)}"}
    return parts.select(f"{WRITTEN}{id}", f"What is {told}?", choices)


def how_form(proposal: ProposalSeen, metadata: str) -> Block:
    """How the file is read: what the first view says in one line."""
    blocks = []
    if len(proposal.sheets) > 1:
        sheets = _numbered(proposal.sheets)
        blocks.append(parts.select("sheet", "Sheet", sheets, chosen=_place(proposal.sheets, proposal.sheet)))
    moments = _numbered(proposal.moments)
    blocks.append(
        parts.select("at", "Which column dates a row?", moments, chosen=_place(proposal.moments, proposal.at))
    )
    keys = {NO_KEY: "none: each row counts", **_numbered([_with_count(proposal, one) for one in proposal.columns])}
    key = str(proposal.mapping.get("key") or "")
    blocks.append(
        parts.select("key", "Which column names a case?", keys, chosen=_place(proposal.columns, key) if key else NO_KEY)
    )
    if proposal.repeating and len(proposal.moments) > 1:
        latest = str(proposal.mapping.get("latest_by") or "") if key else ""
        blocks.append(
            parts.select(
                LATEST,
                "Which moment tells the newest row of a case?",
                {NO_KEY: "none: a case has one row", **moments},
                chosen=_place(proposal.moments, latest) if latest in proposal.moments else NO_KEY,
                hint="Where a case has several rows: its newest counts.",
            )
        )
    if proposal.orders:
        orders = {one: _ORDERS.get(one, one) for one in proposal.orders}
        blocks.append(
            parts.select("dates", "How are its dates written?", orders, hint="Nothing in the file says which.")
        )
    blocks += [_mark_field(place, one) for place, one in enumerate(proposal.marks)]
    for place, (name, cell) in enumerate(proposal.clocks.items()):
        blocks.append(
            parts.select(
                f"{CLOCK}{place}",
                f"What is {clip(cell, 10)} in ‘{clip(name, 80)}’?",
                clock_choices(cell),
                chosen=proposal.said.clocks.get(name),
                optional=True,
                hint="Nothing in the file says. Left open, it is not measured.",
            )
        )
    blocks.append(
        parts.text_input(
            "timezone", "Time zone", value=proposal.timezone, limit=60, hint="A name such as Europe/Lisbon."
        )
    )
    return parts.modal(READ, "How it is read", blocks, submit="Read it so", metadata=metadata)


def _with_count(proposal: ProposalSeen, name: str) -> str:
    """A column of the menu, and where its values repeat how many there are."""
    different = proposal.repeating.get(name)
    return name if different is None else f"{clip(name, 45)} ({different:,} different)"


def _numbered(names: Sequence[str]) -> Mapping[str, str]:
    """Names of any length as the choices of a menu."""
    return {str(place): name for place, name in enumerate(names[:99])}


def _place(names: Sequence[str], name: str) -> str | None:
    return next((str(place) for place, one in enumerate(names) if one == name), None)


def looking(metadata: str, *, again: bool) -> Block:
    """Shown while the file is looked at anew."""
    text = ":hourglass_flowing_sand: I read the file so, and try its KPIs …" if again else "One moment …"
    return parts.modal(CHOOSE, "What should you measure", [parts.section(text)], submit="", metadata=metadata)


def not_read(sentence: str, metadata: str) -> Block:
    """The file cannot be measured when it is read so; the way back stands beside it."""
    button = parts.button("Change how it is read", HOW)
    shown = [parts.section(f":warning: {escape(sentence)}", button, block_id="read_as")]
    return parts.modal(CHOOSE, "What should you measure", shown, submit="", metadata=metadata)
