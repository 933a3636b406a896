"""Step 1 in Slack: grow the tree, ask the business, hear its answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient
from sqlmodel import Session

from bot import cards, forms
from bot.blocks import step1_should_measure as blocks
from bot.blocks.parts import Block
from bot.context import Kit
from bot.listeners import modals
from bot.payload import clicked, origin, user_of
from csi import cycle as cycles
from csi.errors import Conflict, InvalidInput, NotFound
from csi.kpi_catalogue.entry import ASPECTS
from csi.models import CarryOver, Csf, Cycle, Decision, Goal, Kpi, OutboxPost
from csi.step1_should_measure import approval, carried, growing, kpis
from csi.step1_should_measure.tree import tree
from csi.storage import need, rows
from csi.terms import Direction, Step, Why

Body = Mapping[str, Any]
TARGET_DAYS = 90  # until when a new target is to be met, unless somebody says otherwise
_BAND = re.compile(r"\s*(?:to|–|—|\.\.|…| - )\s*")


def measure(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """``/csi measure``: the tree."""
    ack()
    with kit.sessions.reading() as session:
        view = _tree_view(session, modals.cycle_of(session, body))
    modals.show(client, body, view)


def kpi(ack: Ack, body: Body, client: WebClient, kit: Kit, words: list[str]) -> None:
    """``/csi kpi NAME``: that KPI's form; without a name, the tree."""
    if not words:
        measure(ack, body, client, kit)
        return
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        found = next((one for one in kpis.of_cycle(session, cycle) if one.key == words[0].lower()), None)
        if found is None:
            known = ", ".join(one.key for one in kpis.of_cycle(session, cycle)) or "none yet"
            raise NotFound(f"There is no KPI {words[0][:40]} in this cycle; there are: {known}.")
        view = _kpi_form(session, kit, cycle, user_of(body), kpi=found)
    ack()
    modals.show(client, body, view)


def open_tree(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """A button that shows the tree."""
    measure(ack, body, client, kit)


def _tree_view(session: Session, cycle: Cycle) -> Block:
    may_change = cycle.state == "open" and cycle.step == Step.SHOULD_MEASURE
    return blocks.tree_view(tree(session, cycle), modals.metadata(cycle), may_change=may_change)


def open_vision(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Ask for the vision."""
    ack()
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        vision = tree(session, cycle).vision
    view = blocks.text_form(blocks.VISION, "Vision", "vision", "What is the service for, in the long run?",
                            value=vision, metadata=modals.metadata(cycle))  # fmt: skip
    modals.show(client, body, view)


def open_goal(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Ask for a goal."""
    ack()
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
    label = "What does the business want of the service?"
    modals.show(client, body, blocks.text_form(blocks.ADD_GOAL, "Add a goal", "goal", label,
                                               metadata=modals.metadata(cycle)))  # fmt: skip


def open_csf(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Ask for a CSF, new or (with a number) an existing one."""
    ack()
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        goals = {str(one.id): one.text[:75] for one in rows(session, Goal, cycle.team_id, cycle_id=cycle.id)}
        csf: Csf | None = growing.of_cycle(session, cycle, Csf, int(clicked(body))) if clicked(body) else None
    if not goals:
        raise Conflict("A CSF hangs from a goal; add a goal first.")
    callback, title = (blocks.EDIT_CSF, "Change a CSF") if csf else (blocks.ADD_CSF, "Add a CSF")
    known = {"csf": csf.id if csf else 0}
    view = blocks.text_form(
        callback, title, "csf", "What must go well for the goal?", value=csf.text if csf else "", goals=goals,
        chosen=str(csf.goal_id) if csf and csf.goal_id else "", metadata=modals.metadata(cycle, **known),
    )  # fmt: skip
    modals.show(client, body, view)


def open_kpi(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """The form of a KPI: a new one, or (with a number) an existing one."""
    ack()
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        found = growing.of_cycle(session, cycle, Kpi, int(clicked(body))) if clicked(body) else None
        view = _kpi_form(session, kit, cycle, user_of(body), kpi=found)
    modals.show(client, body, view)


def chose_catalogue(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """A catalogue entry was chosen in the form of a new KPI: fill the form from it."""
    ack()
    entry = blocks.catalogue_choice(clicked(body))
    with kit.sessions.reading() as session:
        view = _kpi_form(session, kit, modals.cycle_of(session, body), user_of(body), entry=entry)
    client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=view)


def _kpi_form(session: Session, kit: Kit, cycle: Cycle, actor: str, **about: Any) -> Block:
    known = tree(session, cycle)
    found = about.get("kpi")
    return blocks.kpi_form(
        metadata=modals.metadata(cycle, kpi=found.id if found else 0, catalogue=getattr(about.get("entry"), "id", "")),
        csfs={str(branch.csf.id): branch.csf.text for branch in known.csfs},
        kpis={one.key: one.name for one in known.kpis},
        owner=actor,
        target_date=(kit.now() + timedelta(days=TARGET_DAYS)).date(),
        **about,
    )


def said_vision(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """The vision was sent."""
    text = forms.read(view, {"vision": forms.text(limit=growing.TEXT_LIMIT)})["vision"]
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        growing.set_vision(session, cycle, text=text, actor=user_of(body), now=kit.now())
        shown = _changed(session, kit, cycle)
    ack()
    modals.refresh(client, body, shown)


def said_goal(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """A goal was sent."""
    text = forms.read(view, {"goal": forms.text(limit=growing.TEXT_LIMIT)})["goal"]
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        growing.add_goal(session, cycle, text=text, actor=user_of(body), now=kit.now())
        shown = _changed(session, kit, cycle)
    ack()
    modals.refresh(client, body, shown)


def said_csf(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """A CSF was sent, new or changed."""
    form = forms.read(view, {"csf": forms.text(limit=growing.TEXT_LIMIT), "goal_id": forms.option(of=int)})
    known = modals.remembered(body).get("csf")
    said = {"text": form["csf"], "goal_id": form["goal_id"], "actor": user_of(body), "now": kit.now()}
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        if known:
            growing.edit_csf(session, cycle, int(known), **said)
        else:
            growing.add_csf(session, cycle, **said)
        shown = _changed(session, kit, cycle)
    ack()
    modals.refresh(client, body, shown)


def _words(limit: int = 500) -> forms.Reader:
    return forms.text(required=False, limit=limit)


KPI_FIELDS: dict[str, forms.Reader] = {
    "goal": _words(growing.TEXT_LIMIT),
    "csf": _words(growing.TEXT_LIMIT),
    "csf_id": forms.option(required=False),
    "name": forms.text(limit=kpis.NAME_LIMIT),
    "unit": forms.text(limit=20),
    "direction": forms.option(of=Direction),
    "target": _words(40),
    "target_date": forms.date(),
    "owner": forms.user(),
    "why": forms.option(of=Why),
    "kind": forms.option(required=False),
    "counter": forms.option(required=False),
    "measure": forms.option(),
    "value": _words(),
    "where": _words(),
    "good": _words(),
}


def said_kpi(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """A KPI was sent, new or changed; with it, where asked for, its goal and CSF."""
    form = forms.read(view, KPI_FIELDS)
    known, actor, now = modals.remembered(body), user_of(body), kit.now()
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        csf_id = _csf_of(session, cycle, form, actor, kit)
        fields = _kpi_fields(form, csf_id, str(known.get("catalogue") or ""), _known_definition(session, cycle, known))
        if known.get("kpi"):
            kpis.edit_kpi(
                session, cycle, int(known["kpi"]), _with_known(session, cycle, known, fields), actor=actor, now=now
            )
        else:
            kpis.add_kpi(session, cycle, fields, actor=actor, now=now)
        shown = _changed(session, kit, cycle)
    ack()
    modals.refresh(client, body, shown)


def _known_definition(session: Session, cycle: Cycle, known: Mapping[str, Any]) -> Mapping[str, Any]:
    """What stood in the form: the KPI's definition, or its catalogue entry's."""
    if known.get("kpi"):
        kpi: Kpi = growing.of_cycle(session, cycle, Kpi, int(known["kpi"]))
        return kpi.definition
    entry = blocks.catalogue_choice(str(known.get("catalogue") or ""))
    return entry.computed if entry else {}


def _csf_of(session: Session, cycle: Cycle, form: Mapping[str, Any], actor: str, kit: Kit) -> int | None:
    """The CSF a KPI hangs from: chosen, or new and hung under the goal named with it (or the first)."""
    if form["csf_id"] and form["csf_id"] != "new":
        return int(form["csf_id"])
    if not form["csf"]:
        raise InvalidInput("csf", "Please name the CSF.")
    goals = rows(session, Goal, cycle.team_id, cycle_id=cycle.id, order="ordinal", limit=1)
    goal = goals[0] if goals and not form["goal"] else None
    goal = goal or growing.add_goal(session, cycle, text=form["goal"], actor=actor, now=kit.now())
    return growing.add_csf(session, cycle, goal_id=goal.id, text=form["csf"], actor=actor, now=kit.now()).id


def _kpi_fields(form: Mapping[str, Any], csf_id: int | None, entry: str, known: Mapping[str, Any]) -> kpis.KpiFields:
    target, band = _aim(form["target"], form["direction"])
    counter = form["counter"] or ""
    return kpis.KpiFields(
        name=form["name"],
        csf_id=csf_id,
        unit=form["unit"],
        direction=form["direction"],
        band=band,
        target=target,
        target_text=form["target"],
        target_date=form["target_date"],
        owner=form["owner"],
        why=form["why"],
        kind=form["kind"] if form["kind"] in ASPECTS else "",
        counter=counter,
        guards=[counter] if counter else [],
        catalogue=entry,
        definition=_definition(form, known),
    )


def _with_known(session: Session, cycle: Cycle, known: Mapping[str, Any], fields: kpis.KpiFields) -> kpis.KpiFields:
    """An edited KPI keeps what the form does not show: its level, source, moment, difference that matters."""
    old: Kpi = growing.of_cycle(session, cycle, Kpi, int(known["kpi"]))
    kept = {key: value for key, value in old.definition.items() if key in ("source", "at")}
    said = {name: getattr(fields, name) for name in fields.__slots__}
    said |= {
        "level": old.level,
        "catalogue": old.catalogue,
        "minimum_important_difference": old.minimum_important_difference,
        "definition": {**kept, **fields.definition},
    }
    return kpis.KpiFields(**said)


def _aim(typed: str, direction: Direction) -> tuple[float | None, tuple[float, float] | None]:
    """Target and band as typed; a band is two numbers."""
    if not typed:
        return None, None
    if direction is not Direction.WITHIN:
        return forms.parse_number(typed, "target"), None
    ends = [part for part in _BAND.split(typed) if part]
    if len(ends) != 2:
        raise InvalidInput("target", "A band has two ends, such as 2 to 5.")
    return None, (forms.parse_number(ends[0], "target"), forms.parse_number(ends[1], "target"))


def _definition(form: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """The definition as typed; a value that was left as it stood keeps what the form does not show (its clock)."""
    said: dict[str, Any] = {"measure": form["measure"], "where": form["where"], "good": form["good"]}
    unchanged = known.get("value") and blocks.value_text(known["value"]) == form["value"]
    said["value"] = known["value"] if unchanged else _value(form)
    return {key: value for key, value in said.items() if value}


def _value(form: Mapping[str, Any]) -> Any:
    start, _, end = (part.strip() for part in form["value"].partition(" to "))
    top, _, bottom = (part.strip() for part in form["value"].partition(" / "))
    if end:
        return {"from": start, "to": end} | ({"unit": form["unit"]} if form["measure"] != "availability" else {})
    return {"numerator": top, "denominator": bottom} if bottom else form["value"]


def remove_kpi(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Take a KPI out of the tree; its form turns into a line that says so."""
    ack()
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        found: Kpi = growing.of_cycle(session, cycle, Kpi, int(clicked(body)))
        growing.remove(session, cycle, found, actor=user_of(body), now=kit.now())
        shown = _changed(session, kit, cycle)
    modals.replace(client, body["view"]["id"], shown)


def open_carried(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """What the last cycle left open, to be decided."""
    ack()
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        items = carried.open_items(session, cycle)
        allowed = {item.id: carried.allowed(item) for item in items}
    if not items:
        raise Conflict("Nothing that was carried over is undecided.")
    modals.show(client, body, blocks.carried_form(items, allowed, modals.metadata(cycle)))


def said_carried(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """Dispositions were sent."""
    asked = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    form = forms.read(view, {one: _words() if one == "reason" else forms.option() for one in asked})
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        for name in asked:
            if name != "reason":
                item: CarryOver = need(session, CarryOver, cycle.team_id, int(name.removeprefix("item_")))
                said = {"disposition": form[name], "reason": form["reason"]}
                carried.dispose(session, cycle, item.id, actor=user_of(body), now=kit.now(), **said)
        shown = _changed(session, kit, cycle)
    ack()
    modals.refresh(client, body, shown)


def submit(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Ask the business's approvers, in the thread of the cycle's card."""
    ack()
    actor = user_of(body)
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        asked = approval.submit_tree(session, cycle, actor=actor, now=kit.now())
        service = cycles.service_of(session, cycle).name
        text = blocks.approval_text(service, cycle.number, actor, asked)
        shown = blocks.approval(tree(session, cycle), text, f"{cycle.id}:{cycle.tree_version}")
        kit.outbox.post(
            session, team_id=cycle.team_id, channel=cycle.channel_id, thread_key=cards.key(cycle), text=text,
            key=_question(cycle), blocks=shown,
            subject=("cycle", cycle.id), tell=actor,
        )  # fmt: skip
        view = _tree_view(session, cycle)
    if (body.get("view") or {}).get("type") == "modal":
        modals.replace(client, body["view"]["id"], view)


def approve(ack: Ack, body: Body, kit: Kit) -> None:
    """Approve was pressed."""
    ack()
    _decide(body, kit, clicked(body), "approve", "")


def open_reject(ack: Ack, body: Body, client: WebClient) -> None:
    """Send back was pressed: ask why."""
    ack()
    view = blocks.reason_form(blocks.REJECT, "Send back", "What should be different?", clicked(body))
    modals.show(client, body, view)


def rejected(ack: Ack, body: Body, view: Body, kit: Kit) -> None:
    """The reason was sent."""
    reason = forms.read(view, {"reason": forms.text(limit=500)})["reason"]
    _decide(body, kit, view["private_metadata"], "reject", reason)
    ack()


def _decide(body: Body, kit: Kit, value: str, choice: str, reason: str) -> Decision:
    cycle_id, version = (int(one) for one in value.split(":"))
    with kit.sessions() as session:
        cycle = cycles.by_id(session, origin(body).team_id, cycle_id)
        made = approval.decide_tree(
            session, cycle, actor=user_of(body), choice=choice, version=version, reason=reason, now=kit.now()
        )
        question = kit.outbox.find(session, team_id=cycle.team_id, key=_question(cycle))
        if question is not None:
            shown = blocks.approval(tree(session, cycle), question.text, value)
            kit.outbox.update(session, team_id=cycle.team_id, key=question.key, text=question.text, blocks=shown)
    return made


def _question(cycle: Cycle) -> str:
    return f"tree:{cycle.id}:{cycle.tree_version}"


def _changed(session: Session, kit: Kit, cycle: Cycle) -> Block:
    """After a change: an older question to the business is closed; the tree as it is now."""
    older = rows(session, OutboxPost, cycle.team_id, subject_kind="cycle", subject_id=cycle.id, order="-id", limit=20)
    for post in older:
        if post.key.startswith(f"tree:{cycle.id}:") and post.key != _question(cycle):
            closed = blocks.superseded(post.blocks)
            kit.outbox.update(session, team_id=cycle.team_id, key=post.key, text=post.text, blocks=closed)
    return _tree_view(session, cycle)
