"""Step 7 in Slack: propose, approve in the thread, do, review; new baselines; close the cycle."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from slack_bolt import Ack
from slack_sdk import WebClient
from sqlmodel import Session

from bot import cards, forms
from bot.blocks import step7_correct as blocks
from bot.blocks.parts import Block
from bot.blocks.step1_should_measure import aim
from bot.blocks.text import escape
from bot.context import Kit
from bot.listeners import modals
from bot.payload import clicked, origin, user_of
from csi import cycle as cycles
from csi import roles
from csi.errors import Conflict
from csi.models import Action, AnalysisResult, Baseline, CarryOver, Cycle, Finding, Kpi
from csi.step1_should_measure import kpis
from csi.step7_correct import actions, baselines, deciding, following, loose_ends
from csi.storage import need, row, rows
from csi.terms import Step

Body = Mapping[str, Any]
DUE_DAYS = 14  # when a new action is due, unless somebody says otherwise
EFFECT_DAYS = 42  # when its effect should show


def act(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """``/csi act``: findings to act on, actions, baselines."""
    ack()
    with kit.sessions.reading() as session:
        view = _view(session, modals.cycle_of(session, body))
    modals.show(client, body, view)


def open_act(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """A button that shows the same."""
    act(ack, body, client, kit)


def listing(ack: Ack, body: Body, kit: Kit) -> None:
    """``/csi actions``: the service's actions of all cycles."""
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        service = cycles.service_of(session, cycle).name
        every = actions.of_service(session, cycle.team_id, cycle.service_id)
    ack(text=f"Actions of {escape(service)}", blocks=blocks.listing(every, service))


def _view(session: Session, cycle: Cycle) -> Block:
    here = cycle.state == "open" and cycle.step == Step.CORRECT
    found = [_found(session, cycle, kpi, here) for kpi in kpis.of_cycle(session, cycle)]
    return blocks.act_view(
        [one for one in found if one is not None], actions.of(session, cycle), baselines.of(session, cycle),
        modals.metadata(cycle), names={one.key: one.name for one in kpis.of_cycle(session, cycle)}, may_close=here,
    )  # fmt: skip


def _found(session: Session, cycle: Cycle, kpi: Kpi, here: bool) -> blocks.Found | None:
    result = row(session, AnalysisResult, cycle.team_id, cycle_id=cycle.id, kpi_id=kpi.id)
    finding = row(session, Finding, cycle.team_id, cycle_id=cycle.id, kpi_id=kpi.id)
    if result is None and finding is None:
        return None
    sentence = (finding.sentence if finding else "") or str((result.result if result else {}).get("sentence") or "")
    return blocks.Found(
        kpi_id=kpi.id, name=kpi.name, verdict=result.verdict if result else "", sentence=sentence,
        disposition=finding.disposition if finding else "", may_rebase=here and result is not None,
    )  # fmt: skip


def open_propose(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """The form of a new action on a KPI's finding (or the first KPI's)."""
    ack()
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        known = {str(one.id): one for one in kpis.of_cycle(session, cycle)}
        if not known:
            raise Conflict("An action moves a KPI; this cycle has none.")
        kpi = known.get(clicked(body)) or next(iter(known.values()))
        finding = row(session, Finding, cycle.team_id, cycle_id=cycle.id, kpi_id=kpi.id)
        draft = _draft(kpi, finding, user_of(body), _today(cycle, kit))
        view = blocks.action_form(
            draft, {key: one.name for key, one in known.items()}, finding.sentence if finding else "",
            modals.metadata(cycle, finding=finding.id if finding else 0),
        )  # fmt: skip
    modals.show(client, body, view)


def _draft(kpi: Kpi, finding: Finding | None, actor: str, today: date) -> blocks.Draft:
    due, effect_by = today + timedelta(days=DUE_DAYS), today + timedelta(days=EFFECT_DAYS)
    return blocks.Draft(
        title=f"Remove the likely cause: {finding.cause}"[:200] if finding and finding.cause else "",
        kpi_id=str(kpi.id),
        owner=actor,
        due_on=due,
        expected_effect=f"{kpi.name} reaches {aim(kpi).strip('_')}"[:300],
        effect_by=max(effect_by, due),
        cost_class="low",
        failure_sign=f"{kpi.name} shows no improvement in the periods after it settled"[:300],
    )


def open_edit(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """The form of an existing action."""
    ack()
    with kit.sessions.reading() as session:
        action = need(session, Action, origin(body).team_id, int(clicked(body)))
        cycle = cycles.by_id(session, action.team_id, action.cycle_id)
        today = _today(cycle, kit)
        draft = blocks.Draft(
            title=action.title, kpi_id=str(action.kpi_id), owner=action.owner, due_on=action.due_on or today,
            expected_effect=action.expected_effect, effect_by=action.effect_by or today, cost_class=action.cost_class,
            failure_sign=action.failure_sign, scope=action.scope, quorum=action.quorum,
        )  # fmt: skip
        known = {str(one.id): one.name for one in kpis.of_cycle(session, cycle)}
        view = blocks.action_form(draft, known, "", modals.metadata(cycle, action=action.id), edit=True)
    modals.show(client, body, view)


ACTION_FIELDS: dict[str, forms.Reader] = {
    "title": forms.text(limit=200),
    "owner": forms.user(),
    "due_on": forms.date(),
    "kpi_id": forms.option(of=int),
    "expected_effect": forms.text(limit=300),
    "effect_by": forms.date(),
    "cost_class": forms.option(),
    "failure_sign": forms.text(limit=300),
    "scope": forms.text(required=False, limit=300),
    "quorum": forms.option(of=int),
}


def proposed(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """An action was proposed: its message, and the question in its thread."""
    form, known = forms.read(view, ACTION_FIELDS), modals.remembered(body)
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        fields = actions.ActionFields(finding_id=known.get("finding") or None, **form)
        action = actions.propose(session, cycle, fields, actor=user_of(body), now=kit.now())
        _show(session, kit, cycle, action)
        shown = _view(session, cycle)
    ack()
    modals.refresh(client, body, shown)


def edited(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """An action was changed; when that voids its approval the thread hears of it and is asked again."""
    form, actor = forms.read(view, ACTION_FIELDS), user_of(body)
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        action = need(session, Action, cycle.team_id, int(modals.remembered(body)["action"]))
        before = action.version
        fields = actions.ActionFields(settle_days=action.settle_days, finding_id=action.finding_id, **form)
        actions.change(session, action, fields, actor=actor, now=kit.now())
        if action.version != before:
            _close_question(session, kit, action, before)
            _say(session, kit, action, blocks.changed_text(action, actor), what=f"void:{action.version}")
        _show(session, kit, cycle, action)
        shown = _view(session, cycle)
    ack()
    modals.refresh(client, body, shown)


def _show(session: Session, kit: Kit, cycle: Cycle, action: Action) -> None:
    """The action's message and the question in its thread, as they are now."""
    kpi = row(session, Kpi, action.team_id, id=action.kpi_id)
    kit.outbox.keep(
        session, team_id=action.team_id, key=action.post_key, channel=cycle.channel_id, text=blocks.action_text(action),
        blocks=blocks.action_post(action, kpi.name if kpi else action.kpi_key), subject=("action", action.id),
        tell=action.proposer,
    )  # fmt: skip
    if action.state in ("proposed", "approved", "rejected"):
        text = blocks.question_text(action, _approvers(session, action.team_id, action.service_id, action))
        kit.outbox.keep(
            session, team_id=action.team_id, key=deciding.question_key(action), channel=cycle.channel_id, text=text,
            thread_key=action.post_key, blocks=blocks.question(action, text, deciding.decisions(session, action)),
            subject=("action", action.id), tell=action.proposer,
        )  # fmt: skip


def _approvers(session: Session, team_id: str, service_id: int, action: Action) -> list[str]:
    able = roles.holders(session, team_id, service_id, *roles.APPROVERS)
    return [user for user in able if user not in (action.proposer, action.owner)]


def _close_question(session: Session, kit: Kit, action: Action, version: int) -> None:
    asked = kit.outbox.find(session, team_id=action.team_id, key=deciding.question_key(action, version))
    if asked is not None:
        text = f"~{asked.text}~"
        shown = blocks.void_question(text)
        kit.outbox.update(session, team_id=action.team_id, key=asked.key, text=text, blocks=shown)


def _say(session: Session, kit: Kit, action: Action, text: str, *, what: str) -> None:
    """Say something in the action's thread, once."""
    cycle = cycles.by_id(session, action.team_id, action.cycle_id)
    kit.outbox.post(
        session, team_id=action.team_id, channel=cycle.channel_id, thread_key=action.post_key, text=text,
        key=f"action:{action.id}:{what}", subject=("action", action.id), tell=action.owner,
    )  # fmt: skip


def approve(ack: Ack, body: Body, kit: Kit) -> None:
    """Approve was pressed in the action's thread."""
    ack()
    _decide(body, kit, clicked(body), "approve", "")


def open_reject(ack: Ack, body: Body, client: WebClient) -> None:
    """Reject was pressed: ask why."""
    ack()
    modals.show(client, body, blocks.reason_form(blocks.REJECT, clicked(body)))


def rejected(ack: Ack, body: Body, view: Body, kit: Kit) -> None:
    """The reason was sent."""
    reason = forms.read(view, {"reason": forms.text(limit=500)})["reason"]
    _decide(body, kit, view["private_metadata"], "reject", reason)
    ack()


def _decide(body: Body, kit: Kit, value: str, choice: str, reason: str) -> None:
    action_id, version = (int(one) for one in value.split(":"))
    with kit.sessions() as session:
        outcome = deciding.decide(
            session, team_id=origin(body).team_id, action_id=action_id, version=version, actor=user_of(body),
            choice=choice, reason=reason, now=kit.now(),
        )  # fmt: skip
        if outcome.changed:
            cycle = cycles.by_id(session, outcome.action.team_id, outcome.action.cycle_id)
            _show(session, kit, cycle, outcome.action)
            if outcome.settled:
                _announce(session, kit, cycle, outcome.action)


def _announce(session: Session, kit: Kit, cycle: Cycle, action: Action) -> None:
    """Say the decision in the channel, to those it affects; the link to it is kept (V7.6)."""
    kpi = row(session, Kpi, action.team_id, id=action.kpi_id)
    affected = list(dict.fromkeys(user for user in (action.owner, action.proposer, kpi.owner if kpi else "") if user))
    kit.outbox.post(
        session, team_id=action.team_id, channel=cycle.channel_id, key=deciding.announcement_key(action),
        text=blocks.announcement(action, deciding.decisions(session, action), affected),
        subject=("action", action.id), tell=action.owner,
    )  # fmt: skip


def announce(ack: Ack, body: Body, kit: Kit) -> None:
    """The button beside V7.6: say the decision now (a second press changes nothing)."""
    ack()
    with kit.sessions() as session:
        action = need(session, Action, origin(body).team_id, int(clicked(body)))
        if action.decided_at is None:
            raise Conflict(f"Action {action.number} is not decided yet.")
        _announce(session, kit, cycles.by_id(session, action.team_id, action.cycle_id), action)


Move = Callable[..., Any]


def _move(body: Body, client: WebClient, kit: Kit, move: Move, settles: bool = False) -> None:
    """One of the buttons that move an action on: done, review, close, benefit."""
    actor = user_of(body)
    with kit.sessions() as session:
        action = need(session, Action, origin(body).team_id, int(clicked(body)))
        before = action.state
        move(session, action, actor=actor, now=kit.now())
        cycle = cycles.by_id(session, action.team_id, action.cycle_id)
        if action.state != before:
            ready = following.settles_at(action)
            until = f"{ready:%d %B %Y}" if ready and settles else ""
            _show(session, kit, cycle, action)
            moved = f"{action.state}:{action.version}:{kit.now():%Y%m%d}"
            _say(session, kit, action, blocks.progress_text(action, actor, until), what=moved)
        shown = _view(session, cycle)
    if (body.get("view") or {}).get("callback_id") == blocks.OPEN:
        modals.replace(client, body["view"]["id"], shown)


def done(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Done was pressed."""
    ack()
    _move(body, client, kit, following.mark_done, settles=True)


def review(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Review was pressed."""
    ack()
    _move(body, client, kit, following.review)


def close_action(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Close was pressed on an action."""
    ack()
    _move(body, client, kit, following.close_action)


def benefit(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Check the benefit was pressed."""
    ack()
    _move(body, client, kit, following.check_benefit)


def open_baseline(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Ask which window is the new baseline."""
    ack()
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        known = {str(one.id): one.name for one in kpis.of_cycle(session, cycle)}
        if not known:
            raise Conflict("This cycle has no KPI.")
        chosen = clicked(body) if clicked(body) in known else next(iter(known))
        view = blocks.baseline_form(known, chosen, baselines.suggested_window(cycle), modals.metadata(cycle))
    modals.show(client, body, view)


def said_baseline(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """A window was proposed: the approvers are asked."""
    form = forms.read(view, {
        "kpi_id": forms.option(of=int), "window_from": forms.date(), "window_to": forms.date(),
        "reason": forms.text(limit=300),
    })  # fmt: skip
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        made = baselines.propose_baseline(session, cycle, actor=user_of(body), now=kit.now(), **form)
        _show_baseline(session, kit, cycle, made)
        shown = _view(session, cycle)
    ack()
    modals.refresh(client, body, shown)


def _show_baseline(session: Session, kit: Kit, cycle: Cycle, made: Baseline) -> None:
    able = roles.holders(session, made.team_id, made.service_id, *roles.APPROVERS)
    kpi = row(session, Kpi, made.team_id, id=made.kpi_id)
    name = kpi.name if kpi else made.kpi_key
    text = blocks.baseline_text(name, [one for one in able if one != made.proposed_by], baselines.needed(made))
    kit.outbox.keep(
        session, team_id=made.team_id, key=made.post_key, channel=cycle.channel_id, text=text,
        blocks=blocks.baseline_question(made, text, baselines.decisions(session, made)),
        subject=("baseline", made.id), tell=made.proposed_by,
    )  # fmt: skip


def approve_baseline(ack: Ack, body: Body, kit: Kit) -> None:
    """Approve was pressed on a baseline."""
    ack()
    _decide_baseline(body, kit, int(clicked(body)), "approve", "")


def open_reject_baseline(ack: Ack, body: Body, client: WebClient) -> None:
    """Reject was pressed on a baseline: ask why."""
    ack()
    modals.show(client, body, blocks.reason_form(blocks.REJECT_BASELINE, clicked(body)))


def rejected_baseline(ack: Ack, body: Body, view: Body, kit: Kit) -> None:
    """The reason was sent."""
    reason = forms.read(view, {"reason": forms.text(limit=500)})["reason"]
    _decide_baseline(body, kit, int(view["private_metadata"]), "reject", reason)
    ack()


def _decide_baseline(body: Body, kit: Kit, baseline_id: int, choice: str, reason: str) -> None:
    with kit.sessions() as session:
        vote = baselines.decide_baseline(
            session, team_id=origin(body).team_id, baseline_id=baseline_id, actor=user_of(body), choice=choice,
            reason=reason, now=kit.now(),
        )  # fmt: skip
        cycle = cycles.by_id(session, vote.baseline.team_id, vote.baseline.cycle_id)
        _show_baseline(session, kit, cycle, vote.baseline)


def open_close(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """``/csi close`` and its buttons: what becomes of everything still open?"""
    ack()
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        if cycle.step != Step.CORRECT:
            raise Conflict(f"A cycle is closed in step 7; this one is in step {cycle.step}. /csi next goes on.")
        ends = loose_ends.loose_ends(session, cycle)
        found = cycles.breaches(session, cycle, kit.now())
        warnings = list({one.rule: one for one in found if not one.blocks}.values())
        view = blocks.close_form(ends, loose_ends.ALLOWED, warnings, cycle.number, modals.metadata(cycle))
    modals.show(client, body, view)


def said_close(ack: Ack, body: Body, view: Body, kit: Kit) -> None:
    """The cycle's end was sent: tie up what is loose, close, draft the next, say so."""
    asked = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    form = forms.read(view, {one: _reader(one) for one in asked})
    actor, now = user_of(body), kit.now()
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        for name in (one for one in asked if ":" in one):
            kind, row_id = name.split(":")
            loose_ends.tie(session, cycle, kind=kind, row_id=int(row_id), disposition=form[name],
                           reason=form.get("reason", ""), actor=actor, now=now)  # fmt: skip
        reasons = {name: form[name] for name in asked if name.startswith("V")}
        draft = cycles.close(session, cycle, actor=actor, now=now, reasons=reasons)
        _tell_end(session, kit, cycle, draft, actor)
    ack(response_action="clear")


def _reader(field: str) -> forms.Reader:
    if field == "reason":
        return forms.text(required=False, limit=500)
    return forms.option() if ":" in field else forms.text(limit=500)


def _tell_end(session: Session, kit: Kit, cycle: Cycle, draft: Cycle, actor: str) -> None:
    """The closed cycle's card, the next one's card, and what goes over, in its thread."""
    carried = rows(session, CarryOver, draft.team_id, cycle_id=draft.id, order="step")
    undecided = sum(not item.disposition for item in carried)
    cards.show(session, kit.outbox, cycle, kit.now())
    cards.show(session, kit.outbox, draft, kit.now())
    service = cycles.service_of(session, draft).name
    kit.outbox.post(
        session, team_id=draft.team_id, channel=draft.channel_id, key=f"cycle:{cycle.id}:closed",
        text=blocks.closed_text(service, cycle.number, carried, undecided, actor), subject=("cycle", draft.id),
        tell=actor,
    )  # fmt: skip


def _today(cycle: Cycle, kit: Kit) -> date:
    return kit.now().astimezone(ZoneInfo(cycle.timezone)).date()
