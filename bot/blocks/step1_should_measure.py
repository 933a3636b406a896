"""Step 1 in Slack: the tree, the forms that grow it, and the question to the business."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bot.blocks import ids, parts
from bot.blocks.parts import Block
from bot.blocks.text import clip, escape, listed, mention, number, plural, when
from csi.kpi_catalogue import catalogue
from csi.kpi_catalogue.entry import ASPECTS, MEASURES, Entry
from csi.terms import Direction, Why

OPEN = "measure.open"
ADD_GOAL = "measure.add_goal"
ADD_CSF = "measure.add_csf"
EDIT_CSF = "measure.edit_csf"
REMOVE_CSF = "measure.remove_csf"
EDIT_GOAL = "measure.edit_goal"
REMOVE_GOAL = "measure.remove_goal"
DEFINE = "measure.define"
ADD_KPI = "measure.add_kpi"
EDIT_KPI = "measure.edit_kpi"
CATALOGUE = "measure.catalogue"
REMOVE_KPI = "measure.remove_kpi"
VISION = "measure.vision"
CARRIED = "measure.carried"
SUBMIT = "measure.submit"
APPROVE = "measure.approve"
REJECT = "measure.reject"

_NEW = "new"
_WHY = {
    Why.DIRECT: "direct: it shows where to act",
    Why.VALIDATE: "validate: it shows whether we decided well",
    Why.JUSTIFY: "justify: it shows why we need what we ask for",
    Why.INTERVENE: "intervene: it shows when to step in",
}
_DIRECTIONS = {
    Direction.LOWER: "lower is better",
    Direction.HIGHER: "higher is better",
    Direction.WITHIN: "within a band is best",
}

TreeSeen = Any
KpiSeen = Any


def tree_view(tree: TreeSeen, metadata: str, *, may_change: bool) -> Block:
    """The tree as a modal, with everything that can be done to it."""
    blocks = [*_heading(tree), *_branches(tree, may_change)]
    if may_change:
        blocks = [*blocks[:90], *_buttons(tree)]
    return parts.modal(OPEN, "What should you measure", blocks[:99], submit="", close="Done", metadata=metadata)


def _heading(tree: TreeSeen) -> list[Block]:
    vision = escape(tree.vision) if tree.vision else "_no vision yet_"
    blocks = [parts.section(f"*Vision* {vision}")]
    undecided = [item for item in tree.carried if not item.disposition]
    known = [item for item in tree.carried if item.kind == "verdict"]
    if known:
        blocks.append(
            parts.section("*Where are we now?*\n" + "\n".join(f"• {escape(item.text)}" for item in known[:10]))
        )
    if undecided:
        text = f":inbox_tray: {plural(len(undecided), 'item')} of the last cycle to decide about"
        blocks.append(parts.section(text, parts.button("Decide", CARRIED)))
    if not tree.goals:
        blocks.append(parts.section("What does the business want, what must go well for it, and how would one see it?"))
    return blocks


def _branches(tree: TreeSeen, may_change: bool) -> list[Block]:
    blocks: list[Block] = []
    for goal in tree.goals:
        accessory = parts.button("Edit", EDIT_GOAL, str(goal.goal.id)) if may_change else None
        blocks.append(parts.section(f":dart: *{escape(goal.goal.text)}*", accessory))
        for branch in goal.csfs:
            blocks += _branch(branch, may_change)
    for branch in tree.loose_csfs:
        blocks += _branch(branch, may_change, " _(hangs from no goal)_")
    blocks += [_kpi(kpi, may_change, " _(hangs from no CSF)_") for kpi in tree.loose_kpis]
    return blocks


def _branch(branch: Any, may_change: bool, note: str = "") -> list[Block]:
    accessory = parts.button("Edit", EDIT_CSF, str(branch.csf.id)) if may_change else None
    head = parts.section(f":key: {escape(branch.csf.text)}{note}", accessory)
    return [head, *(_kpi(kpi, may_change) for kpi in branch.kpis)]


def _kpi(kpi: KpiSeen, may_change: bool, note: str = "") -> Block:
    accessory = parts.button("Edit", EDIT_KPI, str(kpi.id)) if may_change else None
    return parts.section(f":bar_chart: {kpi_line(kpi)}{note}", accessory)


def kpi_line(kpi: KpiSeen) -> str:
    """A KPI in one line: name, aim, date, owner."""
    said = [f"*{escape(clip(kpi.name, 120))}*", aim(kpi)]
    if kpi.target_date:
        said.append(f"by {when(kpi.target_date)}")
    if kpi.owner:
        said.append(f"· {mention(kpi.owner)}")
    return " ".join(one for one in said if one)


def aim(kpi: KpiSeen) -> str:
    """What a KPI aims at: ``at most 20 h``."""
    unit = escape(kpi.unit)
    if kpi.direction == Direction.WITHIN and kpi.band_low is not None:
        return f"{number(kpi.band_low)} to {number(kpi.band_high, unit)}"
    if kpi.target is None:
        return "_no target_"
    words = {Direction.LOWER: "at most ", Direction.HIGHER: "at least "}
    return f"{words.get(kpi.direction, '')}{number(kpi.target, unit)}"


def _buttons(tree: TreeSeen) -> list[Block]:
    grow = [
        parts.button("Add a KPI", ADD_KPI, style="primary"),
        parts.button("Add a CSF", ADD_CSF),
        parts.button("Add a goal", ADD_GOAL),
        parts.button("Vision", VISION),
    ]
    blocks = [parts.divider(), parts.actions(grow)]
    if tree.kpis:
        blocks.append(parts.actions([parts.button("Ask the business for approval", SUBMIT)]))
    said = [
        f"{mention(one.user_id)} {'said yes' if one.choice == 'approve' else 'sent it back'}" for one in tree.approvals
    ]
    state = listed(said) if said else "waiting for approval" if tree.submitted else "not submitted for approval yet"
    return [*blocks, parts.context(f"Version {tree.version}: {state}")]


def text_form(
    callback: str, title: str, field: str, label: str, *, value: str = "", metadata: str = "",
    goals: Mapping[str, str] | None = None, chosen: str = "", remove: Block | None = None,
) -> Block:  # fmt: skip
    """A form of one text; for a CSF with the goal it hangs from; for what is there, with the way to ``remove`` it."""
    blocks = []
    if goals:
        blocks.append(parts.select("goal_id", "Under which goal?", goals, chosen=chosen or next(iter(goals))))
    blocks.append(parts.text_input(field, label, value=value, limit=300))
    blocks += [parts.actions([remove])] if remove else []
    return parts.modal(callback, title, blocks, metadata=metadata)


def remove_button(label: str, action_id: str, row_id: int) -> Block:
    """A button that takes something out of the tree."""
    return parts.button(label, action_id, str(row_id), style="danger")


def define_form(kpi: KpiSeen, metadata: str) -> Block:
    """How a KPI is computed, alone: what steps 2 to 4 find out. What it aims at stays."""
    said = parts.section(f"*{escape(kpi.name)}* ({aim(kpi)})")
    small = parts.context("Its name, target and place in the tree are step 1's: `/csi back 1` goes there.")
    return parts.modal(DEFINE, "How it is computed", [said, *_definition(_known(kpi, None)), small], metadata=metadata)


def kpi_form(
    *,
    metadata: str,
    csfs: Mapping[str, str],
    kpis: Mapping[str, str],
    owner: str,
    target_date: date,
    kpi: KpiSeen | None = None,
    entry: Entry | None = None,
) -> Block:
    """The form of one KPI: new, from a catalogue entry, or an existing one."""
    known = _known(kpi, entry)
    mark = entry.id if entry else ""
    blocks = [] if kpi else [_catalogue(entry)]
    blocks += _place(csfs, str(kpi.csf_id) if kpi and kpi.csf_id else "")
    blocks += [
        parts.text_input("name", "Name", value=known["name"], limit=150, placeholder="Median time to resolve"),
        parts.text_input("unit", "Unit", value=known["unit"], limit=20, placeholder="h, min, %, count …"),
        parts.select("direction", "Which way is better?", {k.value: v for k, v in _DIRECTIONS.items()},
                     chosen=known["direction"] or Direction.LOWER.value),
        parts.text_input("target", "Target", value=known["target"], limit=40, optional=True,
                         hint="A number such as 20 or 97.5; for a band two, such as 2 to 5."),
        parts.date_input("target_date", "By when?", value=(kpi.target_date if kpi else None) or target_date),
        parts.user_input("owner", "Owner", value=(kpi.owner if kpi else "") or owner),
        parts.select("why", "Why is it measured?", {k.value: v for k, v in _WHY.items()},
                     chosen=known["why"] or Why.DIRECT.value),
        parts.select("kind", "What does it look at?", ASPECTS, chosen=known["kind"], optional=True),
    ]  # fmt: skip
    others = {key: name for key, name in kpis.items() if not kpi or key != kpi.key}
    if others:
        blocks += [_counter(others, kpi, entry), _comparator(others, kpi)]
    blocks += _definition(known)
    if kpi:
        blocks.append(parts.actions([remove_button("Remove this KPI", REMOVE_KPI, kpi.id)]))
    title, callback = ("Change a KPI", EDIT_KPI) if kpi else ("Add a KPI", ADD_KPI)
    return parts.modal(callback, title, [_marked(block, mark) for block in blocks], metadata=metadata)


def _known(kpi: KpiSeen | None, entry: Entry | None) -> dict[str, Any]:
    if kpi is not None:
        band = f"{kpi.band_low:g} to {kpi.band_high:g}" if kpi.band_low is not None else ""
        target = f"{kpi.target:g}" if kpi.target is not None else band
        return {"name": kpi.name, "unit": kpi.unit, "direction": kpi.direction, "target": target, "why": kpi.why,
                "kind": kpi.kind, "definition": kpi.definition}  # fmt: skip
    if entry is not None:
        band = f"{entry.band[0]:g} to {entry.band[1]:g}" if entry.band else ""
        return {"name": entry.name, "unit": entry.unit, "direction": entry.direction.value, "target": band, "why": "",
                "kind": entry.aspect, "definition": entry.computed}  # fmt: skip
    return {"name": "", "unit": "", "direction": "", "target": "", "why": "", "kind": None, "definition": {}}


def _catalogue(entry: Entry | None) -> Block:
    choices = [parts.option(one.id, f"{one.id} {one.name}") for one in catalogue.entries().values()][:100]
    element: Block = {"type": "static_select", "action_id": CATALOGUE, "options": choices,
                      "placeholder": parts.plain("From the catalogue …", 150)}  # fmt: skip
    if entry is not None:
        element["initial_option"] = next(one for one in choices if one["value"] == entry.id)
    text = (
        f"_{escape(entry.question)}_ {escape(entry.pitfall)}" if entry else "Start from a known KPI, or write your own."
    )
    return parts.section(text, element, block_id="catalogue")


def _place(csfs: Mapping[str, str], chosen: str) -> list[Block]:
    if not csfs:
        return [
            parts.text_input("goal", "Goal of the business", limit=300, placeholder="People get help fast"),
            parts.text_input("csf", "What must go well for it (CSF)?", limit=300,
                             placeholder="Incidents are resolved quickly"),
        ]  # fmt: skip
    choices = {**{key: clip(text, 75) for key, text in csfs.items()}, _NEW: "A new CSF, named below"}
    return [
        parts.select("csf_id", "Under which CSF?", choices, chosen=chosen or next(iter(csfs))),
        parts.text_input("csf", "New CSF", limit=300, optional=True),
    ]


def _counter(others: Mapping[str, str], kpi: KpiSeen | None, entry: Entry | None) -> Block:
    code = kpi.catalogue if kpi else entry.id if entry else ""
    suggested = catalogue.entry(code).counter_metrics if code in catalogue.entries() else ()
    names = listed([catalogue.entry(one).name for one in suggested])
    hint = f"The catalogue suggests {names}." if names else "What would suffer if people only chased this one?"
    return parts.select("counter", "Counter-metric", {key: clip(name, 75) for key, name in others.items()},
                        chosen=kpi.counter if kpi else None, hint=hint, optional=True)  # fmt: skip


def _comparator(others: Mapping[str, str], kpi: KpiSeen | None) -> Block:
    hint = "A KPI in the same unit that does not get the change, such as another team's."
    return parts.select("comparator", "Compared with", {key: clip(name, 75) for key, name in others.items()},
                        chosen=(kpi.comparator or None) if kpi else None, hint=hint, optional=True)  # fmt: skip


def value_text(value: Any) -> str:
    """What a KPI is computed of, as people type it: a column, ``from to to``, or ``numerator / denominator``."""
    if not isinstance(value, Mapping):
        return str(value or "")
    moments = " to ".join(str(value[end]) for end in ("from", "to") if end in value)
    return moments or " / ".join(str(value[end]) for end in ("numerator", "denominator") if end in value)


def _definition(known: Mapping[str, Any]) -> list[Block]:
    said = known["definition"]
    value = value_text(said.get("value"))
    measures = {one: one for one in (*(m for m in MEASURES), "p90", "p95")}
    return [
        parts.select("measure", "How is it computed?", measures, chosen=said.get("measure") or "median",
                     hint="Columns can be named later, when the data is there."),
        parts.text_input("value", "Of what?", value=value, limit=200, optional=True,
                         hint="A column, or two moments: opened_at to resolved_at."),
        parts.text_input("where", "Only rows where", value=str(said.get("where") or ""), limit=500, optional=True,
                         hint='Such as: priority in ("1 - Critical", "2 - High")'),
        parts.text_input("good", "For a share: a row is good where", value=str(said.get("good") or ""), limit=500,
                         optional=True, hint='Such as: made_sla == "true"'),
    ]  # fmt: skip


def _marked(block: Block, mark: str) -> Block:
    """An input Slack does not fill with what stood in it before another catalogue entry was chosen."""
    if block["type"] == "input" and mark:
        block["element"]["action_id"] = f"{block['element']['action_id']}:{mark}"
    return block


def defined(kpi: KpiSeen) -> str:
    """Said when a KPI is computed in another way from now on."""
    return f"*{escape(kpi.name)}* is computed as you said from now on. `/csi process` makes it comparable anew."


def carried_form(items: Sequence[Any], allowed: Mapping[int, Sequence[str]], metadata: str) -> Block:
    """What the last cycle left open: one choice each, and a reason for what is not taken up."""
    blocks: list[Block] = [parts.section("Whatever the last cycle left open is adopted, deferred or dropped.")]
    for item in items[:30]:
        since = f" _since {when(item.since.date())}_" if item.since else ""
        blocks.append(parts.section(f"*Step {item.step}* {clip(escape(item.text), 500)}{since}"))
        choices = allowed[item.id]
        usual = None if "hold" in choices else choices[0]  # a forced choice has no usual answer
        blocks.append(parts.select(f"item_{item.id}", "What becomes of it?", choices, chosen=usual))
    blocks.append(parts.text_input("reason", "Reason", multiline=True, limit=500, optional=True,
                                   hint="Needed for whatever is deferred, dropped or retired."))  # fmt: skip
    return parts.modal(CARRIED, "Left open last time", blocks, metadata=metadata)


def reason_form(callback: str, title: str, label: str, metadata: str) -> Block:
    """A reason is needed."""
    blocks = [parts.text_input("reason", label, multiline=True, limit=500)]
    return parts.modal(callback, title, blocks, submit="Send", metadata=metadata)


def approval_text(service: str, number_: int, actor: str, approvers: Sequence[str]) -> str:
    """What a notification of the question to the business says."""
    who = listed([mention(user) for user in approvers])
    return f"{who}: {mention(actor)} asks whether this is what {escape(service)} should measure in cycle {number_}."


def approval(tree: TreeSeen, text: str, value: str) -> list[Block]:
    """The question to the business, with the tree and the answers so far."""
    lines = []
    for goal in tree.goals:
        lines.append(f":dart: *{escape(goal.goal.text)}*")
        for branch in goal.csfs:
            lines.append(f"    :key: {escape(branch.csf.text)}")
            lines += [f"        :bar_chart: {kpi_line(kpi)}" for kpi in branch.kpis]
    blocks = [parts.section(text), parts.section(clip("\n".join(lines), 2900))]
    for one in tree.approvals:
        if one.choice == "approve":
            blocks.append(parts.section(f":white_check_mark: {mention(one.user_id)} approved this."))
        else:
            blocks.append(
                parts.section(f":leftwards_arrow_with_hook: {mention(one.user_id)} sent it back: {escape(one.reason)}")
            )
    if not (tree.agreed or tree.sent_back):
        if tree.approvals:
            blocks.append(parts.context("Whoever measures cannot answer for the business: one more yes is needed."))
        buttons = [parts.button("Approve", APPROVE, value, style="primary"), parts.button("Send back …", REJECT, value)]
        blocks.append(parts.actions(buttons))
    return blocks


def superseded(asked: Sequence[Block]) -> list[Block]:
    """The question about a tree that was changed since: its answers stay, its buttons go."""
    kept = [block for block in asked if block["type"] not in ("actions", "context")]
    return [*kept, parts.context("The tree was changed since; answers to this version no longer count.")]


def was_asked(approvers: Sequence[str]) -> str:
    """Said to whoever asked the business from a button that shows nothing else."""
    return f"I asked {listed([mention(user) for user in approvers])}; their answer comes into the thread of the card."


def asked_again(approvers: Sequence[str], actor: str) -> str:
    """Said in the thread when the question is put once more."""
    return f"{listed([mention(user) for user in approvers])}: {mention(actor)} still waits for your answer above."


def answered(one: Any, asker: str) -> list[Block]:
    """What the business said, for whoever asked, with the way on."""
    who = mention(one.user_id)
    if one.choice == "approve":
        button = parts.button("Next step", ids.NEXT, "1", style="primary")
        text = f":white_check_mark: {mention(asker)}: {who} approved what is measured."
    else:
        button = parts.button("Open the tree", OPEN)
        text = f":leftwards_arrow_with_hook: {mention(asker)}: {who} sent the tree back: {escape(one.reason)}"
    return [parts.section(text), parts.actions([button])]


def catalogue_choice(choice: str) -> Entry | None:
    """The catalogue entry of a chosen option."""
    return catalogue.entry(choice) if choice in catalogue.entries() else None
