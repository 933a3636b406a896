"""An action: its form, its message, what is said as it moves on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.blocks import parts
from bot.blocks.folding import folded
from bot.blocks.parts import Block
from bot.blocks.step7_correct.decisions import ASKED_AGAIN
from bot.blocks.step7_correct.names import EDIT, MORE, PROPOSE, ActionSeen
from bot.blocks.step7_correct.overview import SIGNS
from bot.blocks.text import clip, escape, mention
from csi.words.wording import plural, when

_FIRST = ("title", "owner", "due_on", "kpi_id", "expected_effect", "cost_class")
_COSTS = {"none": "none", "low": "low: a few days", "medium": "medium: a few weeks", "high": "high: a project"}


@dataclass(frozen=True, slots=True, kw_only=True)
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


def action_form(
    draft: Draft,
    kpis: Mapping[str, str],
    sentence: str,
    metadata: str,
    *,
    edit: bool = False,
    whole: bool = False,
) -> Block:
    """The form of an action; at first what only a person knows, and in a line what the rest is filled in with."""
    blocks: list[Block] = [parts.section(f"_{escape(clip(sentence, 600))}_")] if sentence else []
    blocks += [
        parts.text_input(
            "title",
            "What is to be done?",
            value=draft.title,
            limit=200,
            placeholder="Route database incidents straight to the second line",
        ),
        parts.user_input("owner", "Who does it?", value=draft.owner),
        parts.date_input("due_on", "By when?", value=draft.due_on),
        parts.select(
            "kpi_id",
            "Which KPI should it move?",
            {key: clip(name, 75) for key, name in kpis.items()},
            chosen=draft.kpi_id,
        ),
        parts.text_input("expected_effect", "Expected effect", value=draft.expected_effect, limit=300),
        parts.date_input("effect_by", "When should it show?", value=draft.effect_by),
        parts.select("cost_class", "What does it cost?", _COSTS, chosen=draft.cost_class),
        parts.text_input("failure_sign", "How would we see that it failed?", value=draft.failure_sign, limit=300),
        parts.text_input("scope", "Scope", value=draft.scope, limit=300, optional=True, placeholder="second line only"),
        parts.select("quorum", "How many must approve?", ("1", "2", "3"), chosen=str(draft.quorum)),
    ]
    if edit:
        blocks.append(parts.context("Any change but of the due date voids the approval and asks again."))
    if not whole:
        blocks.append(parts.context(_filled_in(draft)))
    title, callback = ("Change the action", EDIT) if edit else ("Propose an action", PROPOSE)
    made = parts.modal(callback, title, blocks, submit="Save" if edit else "Propose", metadata=metadata)
    return made if whole else folded(made, _FIRST, MORE)


def _filled_in(draft: Draft) -> str:
    """What an action says of which nobody was asked."""
    scope = f" Scope: {escape(draft.scope)}." if draft.scope else ""
    sign = escape(draft.failure_sign).removesuffix(".")
    return (
        f"Its effect should show by {when(draft.effect_by)}, and not before it is done. It failed if: {sign}."
        f"{scope} {plural(draft.quorum, 'person', 'people')} must approve."
    )


def action_post(one: ActionSeen, kpi_name: str) -> list[Block]:
    """The action's own message; what is said about it goes into its thread."""
    return [
        parts.section(f"{SIGNS.get(one.state, '')} *Action {one.number}: {escape(one.title)}*"),
        parts.fields(
            [
                ("KPI to move", escape(kpi_name)),
                ("Expected effect", f"{escape(one.expected_effect)}, by {when(one.effect_by)}"),
                ("Owner", f"{mention(one.owner)}, due {when(one.due_on)}"),
                ("Cost", escape(one.cost_class)),
                ("It failed if", escape(one.failure_sign)),
                ("Scope", escape(one.scope) or "not narrowed"),
            ]
        ),
        parts.context(f"Proposed by {mention(one.proposer)} · *{one.state}* · version {one.version}"),
    ]


def action_text(one: ActionSeen) -> str:
    """What a notification of the action says."""
    return f"Action {one.number}: {escape(one.title)} ({one.state})"


def expired_text(one: ActionSeen) -> str:
    """Said in the thread when the time to approve an action is over."""
    return f"{mention(one.proposer)}: action {one.number} was not approved in time. `/csi act` proposes it again."


def reopened_text(one: ActionSeen) -> str:
    """Said in the thread when an action's benefit is gone."""
    return (
        f"{mention(one.owner)}: the KPI of action {one.number} has regressed, and not by one period alone. It is open "
        f"again, due {when(one.due_on)}: mend it, or change it, with `/csi act`."
    )


def changed_text(one: ActionSeen, actor: str) -> str:
    """Said in the thread when a change voids the approval."""
    return f"{mention(actor)} changed action {one.number}; earlier answers are void (version {one.version})."


def benefit_text(one: ActionSeen, actor: str, said: str) -> str:
    """Said in the thread when what an action brought is measured."""
    return f"{mention(actor)} measured action {one.number}. {escape(said)}"


def progress_text(one: ActionSeen, actor: str, settles: str = "") -> str:
    """Said in the thread when the action moves on."""
    words = {
        "done": f"is done; it settles until {settles}. Then I ask whether it helped, and again {ASKED_AGAIN}",
        "reviewed": f"is reviewed: *{escape(one.outcome)}*",
        "closed": "is closed",
        "reopened": f"is reopened: its KPI has regressed. It is due {when(one.due_on)}",
    }
    return f"{mention(actor)}: action {one.number} {words.get(one.state, one.state)}."
