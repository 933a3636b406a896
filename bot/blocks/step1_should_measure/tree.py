"""The tree vision → goal → CSF → KPI as a modal, and the small forms that grow it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.blocks import parts
from bot.blocks.parts import Block
from bot.blocks.step1_should_measure.ids import (
    ADD_CSF,
    ADD_GOAL,
    ADD_KPI,
    CARRIED,
    EDIT_CSF,
    EDIT_GOAL,
    EDIT_KPI,
    FROM_CATALOGUE,
    OPEN,
    SUBMIT,
    VISION,
)
from bot.blocks.text import clip, day_of, escape, mention
from csi.terms import Direction
from csi.words.wording import exact, listed, plural, when

_BECOMES = {
    "adopt": "adopt: take it up in this cycle",
    "defer": "defer: to the next cycle",
    "drop": "drop: let it go",
    "tighten": "tighten: the target asks for more",
    "hold": "hold: the target stays",
    "retire": "retire: it is measured no longer",
}
TreeSeen = Any
KpiSeen = Any


def tree_view(tree: TreeSeen, metadata: str, *, may_change: bool, may_define: bool = False) -> Block:
    """The tree as a modal, with everything that can be done to it; later on only how KPIs are computed."""
    label = "Edit" if may_change else "How computed" if may_define else ""
    blocks = [*_heading(tree), *_branches(tree, may_change, label)]
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
        blocks.append(
            parts.section(
                "What does the business want (a *goal*), what must go well for it (a *CSF*, critical success "
                "factor), and how would one see it (a *KPI*)? One form asks for all three."
            )
        )
    return blocks


def _branches(tree: TreeSeen, may_change: bool, label: str) -> list[Block]:
    blocks: list[Block] = []
    for goal in tree.goals:
        accessory = parts.button("Edit", EDIT_GOAL, str(goal.goal.id)) if may_change else None
        blocks.append(parts.section(f":dart: *{escape(goal.goal.text)}*", accessory))
        for branch in goal.csfs:
            blocks += _branch(branch, may_change, label)
    for branch in tree.loose_csfs:
        blocks += _branch(branch, may_change, label, " _(hangs from no goal)_")
    blocks += [_kpi(kpi, label, " _(hangs from no CSF)_") for kpi in tree.loose_kpis]
    return blocks


def _branch(branch: Any, may_change: bool, label: str, note: str = "") -> list[Block]:
    accessory = parts.button("Edit", EDIT_CSF, str(branch.csf.id)) if may_change else None
    head = parts.section(f":key: {escape(branch.csf.text)}{note}", accessory)
    return [head, *(_kpi(kpi, label) for kpi in branch.kpis)]


def _kpi(kpi: KpiSeen, label: str, note: str = "") -> Block:
    accessory = parts.button(label, EDIT_KPI, str(kpi.id)) if label else None
    return parts.section(f":bar_chart: {kpi_line(kpi)}{note}", accessory)


def kpi_line(kpi: KpiSeen, level: str = "") -> str:
    """A KPI in one line: name, where it stands (where that is known), aim, date, owner."""
    name = f"*{escape(clip(kpi.name, 120))}*"
    said = [f"{name}: {escape(level)} →" if level else name, aim(kpi)]
    if kpi.target_date:
        said.append(f"by {when(kpi.target_date)}")
    if kpi.owner:
        said.append(f"· {mention(kpi.owner)}")
    return " ".join(one for one in said if one)


def aim(kpi: KpiSeen) -> str:
    """What a KPI aims at: ``at most 20 h``."""
    unit = escape(kpi.unit)
    if kpi.direction == Direction.WITHIN and kpi.band_low is not None:
        return f"{exact(kpi.band_low)} to {exact(kpi.band_high, unit)}"
    if kpi.target is None:
        return "_no target_"
    words = {Direction.LOWER: "at most ", Direction.HIGHER: "at least "}
    return f"{words.get(kpi.direction, '')}{exact(kpi.target, unit)}"


def _buttons(tree: TreeSeen) -> list[Block]:
    grow = [
        parts.button("Add a KPI", ADD_KPI, style="primary"),
        parts.button("From the catalogue", FROM_CATALOGUE),
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
    callback: str,
    title: str,
    field: str,
    label: str,
    *,
    value: str = "",
    metadata: str = "",
    goals: Mapping[str, str] | None = None,
    chosen: str = "",
    remove: Block | None = None,
) -> Block:
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


def carried_form(items: Sequence[Any], allowed: Mapping[int, Sequence[str]], metadata: str) -> Block:
    """What the last cycle left open: one choice each, and a reason for what is not taken up."""
    blocks: list[Block] = [parts.section("Whatever the last cycle left open is adopted, deferred or dropped.")]
    for item in items[:30]:
        since = f" _since {day_of(item.since)}_" if item.since else ""
        blocks.append(parts.section(f"*Step {item.step}* {clip(escape(item.text), 500)}{since}"))
        choices = allowed[item.id]
        usual = None if "hold" in choices else choices[0]  # a forced choice has no usual answer
        named = {one: _BECOMES.get(one, one) for one in choices}
        blocks.append(parts.select(f"item_{item.id}", "What becomes of it?", named, chosen=usual))
    blocks.append(
        parts.text_input(
            "reason",
            "Reason",
            multiline=True,
            limit=500,
            optional=True,
            hint="Needed for whatever is deferred, dropped or retired.",
        )
    )
    return parts.modal(CARRIED, "Left open last time", blocks, metadata=metadata)


def reason_form(callback: str, title: str, label: str, metadata: str) -> Block:
    """A reason is needed."""
    blocks = [parts.text_input("reason", label, multiline=True, limit=500)]
    return parts.modal(callback, title, blocks, submit="Send", metadata=metadata)
