"""Step 7 in Slack: actions, their approval in a thread, new baselines, closing the cycle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.blocks import parts
from bot.blocks.parts import Block
from bot.blocks.text import clip, escape, listed, mention, number, plural, when

OPEN = "act.open"
PROPOSE = "act.propose"
EDIT = "act.edit"
APPROVE = "act.approve"
REJECT = "act.reject"
DONE = "act.done"
REVIEW = "act.review"
CLOSE = "act.close"
BENEFIT = "act.benefit"
ANNOUNCE = "act.announce"
BASELINE = "act.baseline"
BASELINES = "act.baselines"
APPROVE_BASELINE = "act.approve_baseline"
REJECT_BASELINE = "act.reject_baseline"
END = "cycle.close"

_COSTS = {"none": "none", "low": "low: a few days", "medium": "medium: a few weeks", "high": "high: a project"}
_SIGNS = {
    "proposed": ":hourglass:",
    "approved": ":white_check_mark:",
    "rejected": ":no_entry_sign:",
    "expired": ":zzz:",
    "done": ":hammer_and_wrench:",
    "reviewed": ":mag:",
    "closed": ":lock:",
    "reopened": ":leftwards_arrow_with_hook:",
}
_WORDS = {
    "accept": "Accept it: it is known, nothing more is done",
    "carry": "Carry it over to the next cycle",
    "drop": "Drop it (say why below)",
}
ActionSeen = Any


@dataclass(frozen=True, slots=True)
class Found:
    """A KPI with its verdict: what an action may be proposed from."""

    kpi_id: int
    name: str
    verdict: str
    sentence: str
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
    blocks: list[Block] = [parts.header("What was found")]
    for one in found[:12]:
        sentence = f"\n{escape(clip(one.sentence, 400))}" if one.sentence else ""
        said = f"*{escape(clip(one.name, 120))}*: {escape(one.verdict) or '_not judged_'}{sentence}"
        blocks.append(parts.section(said))
        buttons = [parts.button("Propose an action", PROPOSE, str(one.kpi_id), style="primary")]
        if one.may_rebase:
            buttons.append(parts.button("New baseline", BASELINE, str(one.kpi_id)))
        blocks.append(parts.actions(buttons))
    if not found:
        blocks.append(parts.section("There is no finding yet; findings come in step 5."))
    if actions:
        blocks.append(parts.header("Actions"))
        for one_action in actions[:15]:
            blocks += _listed_action(one_action)
    if baselines:
        blocks.append(parts.header("New baselines"))
        blocks += [parts.section(baseline_line(one, names.get(one.kpi_key, one.kpi_key))) for one in baselines[:12]]
    if may_close:
        blocks += [parts.divider(), parts.actions([parts.button("Close the cycle …", END)])]
    return parts.modal(OPEN, "Corrective action", blocks[:99], submit="", close="Done", metadata=metadata)


def _listed_action(one: ActionSeen) -> list[Block]:
    buttons = [parts.button(label, action_id, str(one.id)) for label, action_id in _moves(one.state)]
    shown = parts.section(action_line(one))
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


def action_line(one: ActionSeen) -> str:
    """An action in two lines."""
    due = f", due {when(one.due_on)}" if one.due_on else ""
    outcome = f" · outcome *{escape(one.outcome)}*" if one.outcome else ""
    head = f"{_SIGNS.get(one.state, '')} *Action {one.number}* {escape(clip(one.title, 120))}"
    return f"{head}\n{one.state} · {mention(one.owner)}{due} · {escape(one.kpi_key)}{outcome}"


def baseline_line(one: Any, name: str) -> str:
    """A baseline in one line."""
    span = f"{when(one.window_from)} to before {when(one.window_to)} ({plural(one.points, 'point')})"
    level = number(one.centre, escape(one.unit))
    return f"*{escape(clip(name, 120))}* no. {one.number}: {level} over {span} · {one.state}"


@dataclass(frozen=True, slots=True)
class Draft:
    """An action's form as it most likely is filled in."""

    title: str
    kpi_id: str
    owner: str
    due_on: date
    expected_effect: str
    effect_by: date
    cost_class: str
    failure_sign: str
    scope: str = ""
    quorum: int = 1


def action_form(draft: Draft, kpis: Mapping[str, str], sentence: str, metadata: str, *, edit: bool = False) -> Block:
    """The form of an action."""
    blocks: list[Block] = [parts.section(f"_{escape(clip(sentence, 600))}_")] if sentence else []
    blocks += [
        parts.text_input("title", "What is to be done?", value=draft.title, limit=200,
                         placeholder="Route database incidents straight to the second line"),
        parts.user_input("owner", "Who does it?", value=draft.owner),
        parts.date_input("due_on", "By when?", value=draft.due_on),
        parts.select("kpi_id", "Which KPI should it move?", {key: clip(name, 75) for key, name in kpis.items()},
                     chosen=draft.kpi_id),
        parts.text_input("expected_effect", "Expected effect", value=draft.expected_effect, limit=300),
        parts.date_input("effect_by", "When should it show?", value=draft.effect_by),
        parts.select("cost_class", "What does it cost?", _COSTS, chosen=draft.cost_class),
        parts.text_input("failure_sign", "How would we see that it failed?", value=draft.failure_sign, limit=300),
        parts.text_input("scope", "Scope", value=draft.scope, limit=300, optional=True, placeholder="second line only"),
        parts.select("quorum", "How many must approve?", ("1", "2", "3"), chosen=str(draft.quorum)),
    ]  # fmt: skip
    if edit:
        blocks.append(parts.context("Any change but of the due date voids the approval and asks again."))
    title, callback = ("Change the action", EDIT) if edit else ("Propose an action", PROPOSE)
    return parts.modal(callback, title, blocks, submit="Save" if edit else "Propose", metadata=metadata)


def action_post(one: ActionSeen, kpi_name: str) -> list[Block]:
    """The action's own message; what is said about it goes into its thread."""
    return [
        parts.section(f"{_SIGNS.get(one.state, '')} *Action {one.number}: {escape(one.title)}*"),
        parts.fields([
            ("KPI to move", escape(kpi_name)),
            ("Expected effect", f"{escape(one.expected_effect)}, by {when(one.effect_by)}"),
            ("Owner", f"{mention(one.owner)}, due {when(one.due_on)}"),
            ("Cost", escape(one.cost_class)),
            ("It failed if", escape(one.failure_sign)),
            ("Scope", escape(one.scope) or "not narrowed"),
        ]),
        parts.context(f"Proposed by {mention(one.proposer)} · *{one.state}* · version {one.version}"),
    ]  # fmt: skip


def action_text(one: ActionSeen) -> str:
    """What a notification of the action says."""
    return f"Action {one.number}: {escape(one.title)} ({one.state})"


def question_text(one: ActionSeen, approvers: Sequence[str]) -> str:
    """What a notification of the question in the thread says."""
    asked = (
        listed([mention(user) for user in approvers]) if approvers else "No approver but proposer and owner is named"
    )
    until = f" The question is open until {when(one.expires_at.date())}." if one.expires_at else ""
    return f"{asked}: do you approve action {one.number}? Its proposer and its owner may not.{until}"


def question(one: ActionSeen, text: str, decisions: Sequence[Any]) -> list[Block]:
    """The question in the thread, with the answers so far, and buttons while it is pending."""
    blocks = [parts.section(text)]
    blocks += [parts.section(_said(decision)) for decision in decisions]
    if one.state == "proposed":
        value = f"{one.id}:{one.version}"
        buttons = [parts.button("Approve", APPROVE, value, style="primary"), parts.button("Reject …", REJECT, value)]
        blocks.append(parts.actions(buttons))
        yes = sum(decision.choice == "approve" for decision in decisions)
        if one.quorum > 1:
            blocks.append(parts.context(f"{yes} of {one.quorum} needed"))
    return blocks


def void_question(text: str) -> list[Block]:
    """The question about a version that is void."""
    return [parts.section(text), parts.context("The action was changed since; this version needs no answer.")]


def expired_question(text: str) -> list[Block]:
    """The question nobody answered in time."""
    return [parts.section(f"~{text}~"), parts.context("The time to approve it is over.")]


def expired_text(one: ActionSeen) -> str:
    """Said in the thread when the time to approve an action is over."""
    return f"{mention(one.proposer)}: action {one.number} was not approved in time. `/csi act` proposes it again."


def reopened_text(one: ActionSeen) -> str:
    """Said in the thread when an action's benefit is gone."""
    return f"{mention(one.owner)}: {escape(one.kpi_key)} has regressed; action {one.number} is open again: `/csi act`."


def _said(decision: Any) -> str:
    if decision.choice == "approve":
        return f":white_check_mark: {mention(decision.user_id)} ({escape(decision.role)}) approved."
    return f":no_entry_sign: {mention(decision.user_id)} ({escape(decision.role)}) rejected: {escape(decision.reason)}"


def announcement(one: ActionSeen, decisions: Sequence[Any], affected: Sequence[str]) -> str:
    """The decision, for those it affects."""
    who = listed([mention(user) for user in affected])
    by = listed([mention(decision.user_id) for decision in decisions])
    if one.state == "approved":
        return (
            f":white_check_mark: {who}: action {one.number} is *approved* by {by}: {escape(one.title)}. "
            f"{mention(one.owner)} does it by {when(one.due_on)}; its effect is judged by data after that."
        )
    reason = "; ".join(escape(decision.reason) for decision in decisions if decision.choice == "reject")
    return f":no_entry_sign: {who}: action {one.number} is *{one.state}* by {by}: {escape(one.title)}. Reason: {reason}"


def changed_text(one: ActionSeen, actor: str) -> str:
    """Said in the thread when a change voids the approval."""
    return f"{mention(actor)} changed action {one.number}; earlier answers are void (version {one.version})."


def progress_text(one: ActionSeen, actor: str, settles: str = "") -> str:
    """Said in the thread when the action moves on."""
    words = {"done": f"is done; it settles until {settles}", "reviewed": f"is reviewed: *{escape(one.outcome)}*",
             "closed": "is closed", "reopened": "is reopened: its KPI has regressed"}  # fmt: skip
    return f"{mention(actor)}: action {one.number} {words.get(one.state, one.state)}."


def baseline_form(kpis: Mapping[str, str], chosen: str, window: tuple[date, date] | None, metadata: str) -> Block:
    """Which window is the new baseline."""
    start, end = window or (None, None)
    blocks = [
        parts.select("kpi_id", "Of which KPI?", {key: clip(name, 75) for key, name in kpis.items()}, chosen=chosen),
        parts.date_input("window_from", "From", value=start),
        parts.date_input("window_to", "To (the day after the last)", value=end),
        parts.text_input("reason", "Why does this become the baseline?", limit=300, multiline=True,
                         value="The level after the change holds."),
        parts.context("Old baselines stay. One that is worse than the last needs two approvers."),
    ]  # fmt: skip
    return parts.modal(BASELINE, "New baseline", blocks, submit="Propose", metadata=metadata)


def baseline_text(name: str, approvers: Sequence[str], needed: int) -> str:
    """What a notification of the question says."""
    asked = listed([mention(user) for user in approvers]) or "no approver is named"
    two = " It is worse than the one before, so two must agree." if needed > 1 else ""
    return f"{asked}: is this the new baseline of {escape(clip(name, 120))}?{two}"


def baseline_question(one: Any, text: str, decisions: Sequence[Any]) -> list[Block]:
    """The question about a new baseline, with the answers so far."""
    coverage = f"{one.coverage:.0%}" if one.coverage is not None else "unknown"
    blocks = [
        parts.section(text),
        parts.fields([
            ("Level", number(one.centre, escape(one.unit))),
            ("Window", f"{when(one.window_from)} to before {when(one.window_to)}"),
            ("Points", str(one.points)),
            ("Periods with data", coverage),
            ("Limits", f"{number(one.lower)} to {number(one.upper)}" if one.lower is not None else "too few points"),
            ("Why", escape(one.reason)),
        ]),
        parts.context(f"Proposed by {mention(one.proposed_by)} · *{one.state}*"),
        *(parts.section(_said(decision)) for decision in decisions),
    ]  # fmt: skip
    if one.state == "proposed":
        buttons = [
            parts.button("Approve", APPROVE_BASELINE, str(one.id), style="primary"),
            parts.button("Reject …", REJECT_BASELINE, str(one.id)),
        ]
        blocks.append(parts.actions(buttons))
    return blocks


def reason_form(callback: str, metadata: str) -> Block:
    """Why not?"""
    blocks = [parts.text_input("reason", "Why not?", multiline=True, limit=500)]
    return parts.modal(callback, "Reject", blocks, submit="Reject", metadata=metadata)


def close_form(ends: Sequence[Any], allowed: Mapping[str, Sequence[str]], warnings: Sequence[Any], number_: int,
               metadata: str) -> Block:  # fmt: skip
    """What becomes of everything still open, and why warnings are passed; filled in as it most likely is."""
    head = f"Cycle {number_} ends, and cycle {number_ + 1} is drafted from what it leaves."
    blocks: list[Block] = [parts.section(head)]
    for end in ends[:40]:
        choices = {one: _WORDS[one] for one in allowed[end.kind]}
        blocks.append(parts.select(end.key, clip(end.text, 300), choices, chosen=end.usual))
    if ends:
        hint = "Needed for whatever is dropped."
        blocks.append(parts.text_input("reason", "Reason", limit=500, optional=True, multiline=True, hint=hint))
    for breach in warnings[:10]:
        label = f"{breach.rule} {clip(breach.sentence, 300)} Why is it right to pass?"
        blocks.append(parts.text_input(breach.rule, label, limit=500))
    return parts.modal(END, "Close the cycle", blocks, submit="Close", metadata=metadata)


def closed_text(service: str, before: int, carried: Sequence[Any], undecided: int, actor: str) -> str:
    """Said in the channel when a cycle has ended and the next begun."""
    head = f":cyclone: {mention(actor)} closed cycle {before} of {escape(service)}."
    head += f" *Cycle {before + 1}* begins from there:"
    lines = [f"• step {item.step}: {escape(clip(item.text, 200))}" for item in carried[:15]]
    ask = f"\n{plural(undecided, 'item')} to decide about: `/csi measure`." if undecided else ""
    return head + ("\n" + "\n".join(lines) if lines else " nothing was left open.") + ask


def listing(actions: Sequence[ActionSeen], service: str) -> list[Block]:
    """A service's actions of all cycles."""
    if not actions:
        return [parts.section(f"*{escape(service)}* has no actions yet. `/csi act` proposes one.")]
    return [
        parts.section(f"*Actions of {escape(clip(service, 80))}*"),
        *(parts.section(action_line(one)) for one in actions[:40]),
    ]
