"""What can be acted on, and how actions and baselines stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.blocks import parts
from bot.blocks.parts import Block
from bot.blocks.step6_present import line
from bot.blocks.step7_correct.names import BASELINE, BENEFIT, CLOSE, DONE, EDIT, END, OPEN, PROPOSE, REVIEW, ActionSeen
from bot.blocks.text import clip, escape, mention
from csi.words.standing import baseline_scale
from csi.words.wording import NOTHING, plural, when

MOST = 40  # actions in one message
_UNNAMED: Mapping[str, str] = {}
SIGNS = {
    "proposed": ":hourglass:",
    "approved": ":white_check_mark:",
    "rejected": ":no_entry_sign:",
    "expired": ":zzz:",
    "done": ":hammer_and_wrench:",
    "reviewed": ":mag:",
    "closed": ":lock:",
    "reopened": ":leftwards_arrow_with_hook:",
}


@dataclass(frozen=True, slots=True)
class Found:
    """A KPI with its verdict: what an action may be proposed from."""

    kpi_id: int
    name: str
    verdict: str
    summary: str
    disposition: str
    may_rebase: bool


def act_view(
    found: Sequence[Found],
    actions: Sequence[ActionSeen],
    baselines: Sequence[Any],
    metadata: str,
    *,
    names: Mapping[str, str],
    may_close: bool,
) -> Block:
    """Findings to act on, actions, baselines; ``names`` are the KPIs' names by key."""
    blocks = [parts.header("What was found"), *_findings(found)]
    if actions:
        blocks.append(parts.header("Actions"))
        for one_action in actions[:15]:
            blocks += _listed_action(one_action, names)
    if baselines:
        blocks.append(parts.header("New baselines"))
        blocks += [parts.section(baseline_line(one, names.get(one.kpi_key, one.kpi_key))) for one in baselines[:12]]
    if may_close:
        blocks += [parts.divider(), parts.actions([parts.button("Close the cycle …", END)])]
    return parts.modal(OPEN, "Corrective action", blocks[:99], submit="", close="Done", metadata=metadata)


def _findings(found: Sequence[Found]) -> list[Block]:
    """Each KPI's verdict with what can be done about it."""
    blocks: list[Block] = []
    for one in found[:12]:
        blocks.append(parts.section(line(one.name, one.verdict or "NOT MEASURED", one.summary)))
        buttons = [parts.button("Propose an action", PROPOSE, str(one.kpi_id), style="primary")]
        if one.may_rebase:
            buttons.append(parts.button("New baseline", BASELINE, str(one.kpi_id)))
        blocks.append(parts.actions(buttons))
    return blocks or [parts.section("There is no finding yet; findings come in step 5.")]


def _listed_action(one: ActionSeen, names: Mapping[str, str]) -> list[Block]:
    buttons = [parts.button(label, action_id, str(one.id)) for label, action_id in _moves(one.state)]
    shown = parts.section(action_line(one, names))
    return [shown, parts.actions(buttons)] if buttons else [shown]


def _moves(state: str) -> list[tuple[str, str]]:
    return {
        "proposed": [("Edit", EDIT)],
        "rejected": [("Edit and propose again", EDIT), ("Close", CLOSE)],
        "expired": [("Edit and propose again", EDIT), ("Close", CLOSE)],
        "approved": [("Done", DONE), ("Edit", EDIT)],
        "reopened": [("Done", DONE), ("Edit", EDIT)],
        "done": [("Review", REVIEW)],
        "reviewed": [("Close", CLOSE), ("Check the benefit", BENEFIT)],
        "closed": [("Check the benefit", BENEFIT)],
    }.get(state, [])


def action_line(one: ActionSeen, names: Mapping[str, str] = _UNNAMED) -> str:
    """An action in two lines; ``names`` are the KPIs' names by key."""
    due = f", due {when(one.due_on)}" if one.due_on else ""
    outcome = f" · outcome *{escape(one.outcome)}*" if one.outcome else ""
    head = f"{SIGNS.get(one.state, '')} *Action {one.number}* {escape(clip(one.title, 120))}"
    moves = escape(clip(names.get(one.kpi_key, one.kpi_key), 120))
    return f"{head}\n{one.state} · {mention(one.owner)}{due} · {moves}{outcome}"


def baseline_line(one: Any, name: str) -> str:
    """A baseline in one line."""
    span = f"{when(one.window_from)} to before {when(one.window_to)} ({plural(one.points, 'point')})"
    scale = baseline_scale(one.centre, (one.lower, one.upper), escape(one.unit))
    level = NOTHING if one.centre is None else scale.level(one.centre)
    return f"*{escape(clip(name, 120))}* no. {one.number}: {level} over {span} · {one.state}"


def listing(actions: Sequence[ActionSeen], service: str, names: Mapping[str, str] = _UNNAMED) -> list[Block]:
    """A service's actions of all cycles; ``names`` are its KPIs' names by key."""
    if not actions:
        return [parts.section(f"*{escape(service)}* has no actions yet. `/csi act` proposes one.")]
    more = [parts.context(f"… and {len(actions) - MOST} older ones: `/csi export` has them all.")]
    return [
        parts.section(f"*Actions of {escape(clip(service, 80))}*"),
        *(parts.section(action_line(one, names)) for one in actions[:MOST]),
        *(more if len(actions) > MOST else []),
    ]
