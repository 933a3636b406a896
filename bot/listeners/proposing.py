"""The bot proposes, people confirm: from a dropped file, or the catalogue, to the end of step 2 in two views."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from slack_bolt import Ack, Respond
from slack_sdk import WebClient
from sqlmodel import Session

from bot import cards, forms
from bot.blocks import cycle as cycle_blocks
from bot.blocks import proposing as blocks
from bot.blocks.parts import Block
from bot.blocks.step1_should_measure.doubts import MEANT_FIELD, asked_in
from bot.blocks.step3_gather import stem, words
from bot.context import Kit
from bot.listeners import modals, people
from bot.listeners.cycle import announce, give_roles, require_member
from bot.listeners.step1_should_measure.asking import ask
from bot.listeners.step1_should_measure.growing import changed_tree
from bot.listeners.step1_should_measure.kpi_form import aim_typed
from bot.listeners.step1_should_measure.kpis import TARGET_DAYS
from bot.listeners.step3_gather import drop as drops
from bot.listeners.step3_gather import mapping, proposals
from bot.listeners.step3_gather.drop import Drop
from bot.listeners.step3_gather.reading import read_earlier_again
from bot.payload import Origin, clicked, origin, remembered
from csi import cycle as cycles
from csi import roles
from csi.errors import Conflict, CsiError, InvalidInput, InvalidInputs, NotAllowed
from csi.kpi_catalogue import goals, search
from csi.models import Cycle, Goal, Source
from csi.reading.moments import zone as zone_named
from csi.series.units import factor
from csi.step1_should_measure import growing
from csi.step1_should_measure.tree import approvers
from csi.step3_gather.settling import Wanted
from csi.storage import rows
from csi.study.drafting import candidates as picking
from csi.study.drafting.candidates import Candidate
from csi.study.drafting.marks import Mark, Stands
from csi.study.drafting.proposal import Proposal, Said
from csi.study.drafting.standing import are_fractions, far_from, is_met
from csi.taking_up.of_proposal import Agreed, Aim, csfs_of, stands, take_up
from csi.terms import Direction, Period, Role, Why
from csi.words import standing as words_of
from csi.words.wording import plainly

Body = Mapping[str, Any]
_GOAL = "speed"  # what a business may want where nothing tells


def open_choice(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """“Start with these”: what should you measure? Where the file alone does not say how it is read, that first."""
    ack()
    here = origin(body)
    found = drops.find(kit, here.team_id, clicked(body))
    proposal = proposals.kept(kit, here.team_id, found)
    known = {"file": found.handle, "channel": found.channel}
    if proposal.orders:
        modals.show(client, body, blocks.how_form(proposal, json.dumps(known)))
        return
    with kit.sessions.reading() as session:
        modals.show(client, body, _choice(session, client, here, known, proposal))


def leave(ack: Ack, body: Body, respond: Respond, kit: Kit) -> None:
    """Nothing is to be measured by it: what only one person saw goes, what all saw says who decided so."""
    ack()
    here = origin(body)
    if (body.get("container") or {}).get("is_ephemeral"):
        respond(delete_original=True)
        return
    found = drops.find(kit, here.team_id, clicked(body))
    shown = blocks.left(found.filename, here.user_id)
    with kit.sessions() as session:
        cycle = cycles.by_id(session, here.team_id, found.cycle_id)
        roles.require(session, cycle, here.user_id, roles.MEMBERS, "leave what was delivered")
        kit.outbox.update(session, team_id=here.team_id, key=found.post_key, text=words(shown), blocks=shown)


def open_catalogue(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """The same without data: several entries of the catalogue at once."""
    ack()
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        growing.require_step(cycle)
        known = {"cycle": cycle.id, "channel": cycle.channel_id}
        modals.show(client, body, _choice(session, client, origin(body), known, None))


def _choice(
    session: Session, client: WebClient, here: Origin, known: Mapping[str, Any], proposal: Proposal | None
) -> Block:
    """View 1, filled in with all that can be known."""
    cycle = _cycle(session, here.team_id, known)
    if cycle is not None:
        growing.require_step(cycle)
    ticked = picking.ticked(proposal.candidates) if proposal else ()
    chosen = [one for id in ticked if proposal and (one := proposal.of(id))]
    asked = _asked(session, client, here, known, cycle, is_file=proposal is not None)
    only = picking.only_guards(chosen)
    guarded = {id: [one.name for one in chosen if id in one.counters[:1] and one.id not in only] for id in only}
    goal = _goal(session, cycle) or goals()[next((one.aspect for one in chosen if one.aspect in goals()), _GOAL)]
    return blocks.choose_form(proposal, blocks.Ticked(ticked, guarded), goal, asked, json.dumps(dict(known)))


def _cycle(session: Session, team_id: str, known: Mapping[str, Any]) -> Cycle | None:
    """The cycle that a form is about: the open one of its channel; None where none runs."""
    if known.get("cycle"):
        return cycles.by_id(session, team_id, int(known["cycle"]))
    return cycles.open_in(session, team_id, str(known["channel"]))


def _goal(session: Session, cycle: Cycle | None) -> str:
    """What the business wants already."""
    if cycle is None:
        return ""
    return next((one.text for one in rows(session, Goal, cycle.team_id, cycle_id=cycle.id, order="ordinal")), "")


def _asked(
    session: Session, client: WebClient, here: Origin, known: Mapping[str, Any], cycle: Cycle | None, *, is_file: bool
) -> blocks.Asked:
    """What nobody knows yet: the service, who brings its data, who says yes."""
    if cycle is None:
        name = str(client.conversations_info(channel=str(known["channel"]))["channel"].get("name") or "")
        return blocks.Asked(name.replace("-", " ").replace("_", " ").capitalize()[:80], [here.user_id], approver=True)
    data = _bringers(session, cycle)
    wants_data = is_file and len(data) < 2
    return blocks.Asked(None, data or [here.user_id] if wants_data else None, approver=not approvers(session, cycle))


def _bringers(session: Session, cycle: Cycle) -> list[str]:
    return roles.holders(session, cycle.team_id, cycle.service_id, Role.DATA_OWNER)


def offer_entries(ack: Ack, body: Body) -> None:
    """What an external select offers for words typed: entries of the catalogue, by what they look at for none."""
    typed = str(body.get("value") or "")
    shown = blocks.found(search(typed, most=100), grouped=not typed.strip())
    ack(options=shown.get("options"), option_groups=shown.get("option_groups"))


CHOICE_FIELDS: dict[str, forms.Reader] = {
    blocks.KPIS: forms.options(),
    blocks.OTHERS: forms.options(),
    blocks.GOAL: forms.text(limit=growing.TEXT_LIMIT),
    blocks.SERVICE: forms.text(limit=80),
    blocks.DATA: forms.users(),
    blocks.APPROVER: forms.users(),
}


def chose(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """KPIs were picked: on to their targets, once all that stands in the first view can be so."""
    there = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
    form = forms.read(view, {name: reader for name, reader in CHOICE_FIELDS.items() if name in there})
    here, known = origin(body), remembered(body)
    if known.get("cycle") is None:
        people.require_member(client, here.team_id, here.user_id)
    people.require_able(
        client, here.team_id, {name: form[name] for name in (blocks.DATA, blocks.APPROVER) if name in form}
    )
    _check(kit, client, here, known, form)
    said = {**known, **{name: value for name, value in form.items() if value}}
    view_2 = _aims(kit, here, said)
    ack(response_action="push", view=view_2)


def _check(kit: Kit, client: WebClient, here: Origin, known: Mapping[str, Any], form: Mapping[str, Any]) -> None:
    """Refuse beside its field what the last view could not: it is tried and not kept.

    Raises:
        InvalidInputs: every field that holds what it cannot.
    """
    errors = []
    if not [*form.get(blocks.KPIS, ()), *form.get(blocks.OTHERS, ())]:
        errors.append(InvalidInput(blocks.KPIS if blocks.KPIS in form else blocks.OTHERS, "Please pick at least one."))
    if blocks.DATA in form and len(form[blocks.DATA]) < 2:
        errors.append(InvalidInput(blocks.DATA, "Please name a second person, who stands in."))
    with kit.sessions.trial() as session:
        cycle = _cycle(session, here.team_id, known)
        measuring = form.get(blocks.DATA) or (_bringers(session, cycle) if cycle else [])
        if blocks.APPROVER in form and not set(form[blocks.APPROVER]) - set(measuring):
            errors.append(InvalidInput(blocks.APPROVER, "Who brings the data cannot say yes for the business."))
        if cycle is None:
            try:
                require_member(client, str(known["channel"]))
                _started(session, kit, here, {**known, **form}, proposals.Cut("UTC"))
            except InvalidInput as error:
                errors.append(InvalidInput(blocks.SERVICE, error.reason))
            except (Conflict, NotAllowed) as error:
                errors.append(InvalidInput(blocks.SERVICE, str(error)))
    if errors:
        raise InvalidInputs(errors)


def _picked(kit: Kit, team_id: str, said: Mapping[str, Any]) -> tuple[Drop | None, Proposal | None, list[Candidate]]:
    """The file, what it proposes, and the KPIs that were picked of it and of the catalogue."""
    found = drops.find(kit, team_id, str(said["file"])) if said.get("file") else None
    proposal = proposals.kept(kit, team_id, found) if found else None
    own = [one for id in said.get(blocks.KPIS, ()) if proposal and (one := proposal.of(id))]
    there = {one.catalogue for one in own}
    others = [one for one in picking.of_entries(said.get(blocks.OTHERS, ())) if one.catalogue not in there]
    return found, proposal, list(picking.with_counters([*own, *others]))


def _aims(kit: Kit, here: Origin, said: Mapping[str, Any], *, more: bool = False) -> Block:
    """View 2: what would be good?"""
    _, proposal, picked = _picked(kit, here.team_id, said)
    only = picking.only_guards(picked)
    lines = [blocks.Line(one, picking.likely_target(one, is_guard=one.id in only), one.id in only) for one in picked]
    day = (kit.now() + timedelta(days=TARGET_DAYS)).date()
    csfs = list(dict.fromkeys(csfs_of(picked).values()))
    terms = blocks.Terms(day, here.user_id, csfs, proposal.groups if proposal else ())
    return blocks.aims_form(lines, terms, json.dumps(dict(said)), submit="Ask the business", more=more)


def more(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Show owner, reason and what must go well, too; what was typed stays."""
    ack()
    modals.replace(client, body["view"]["id"], _aims(kit, origin(body), remembered(body), more=True))


def agreed(ack: Ack, body: Body, view: Body, kit: Kit) -> None:
    """The second view was sent: all of it is made at once, the business is asked, and the file is read."""
    here, said, now = origin(body), remembered(body), kit.now()
    found, proposal, picked = _picked(kit, here.team_id, said)
    form = forms.read(view, _agreed_fields(view))
    aims, errors = _typed(form, picked, today=now.astimezone(ZoneInfo(_zone(proposal))).date())
    if odd := odd_of(aims, form, proposal):  # with them all that is wrong: a person mends it at once
        wrong = {error.field: error.reason for error in errors}
        said_of_each = {**{field: one.sentence for field, one in odd.items()}, **wrong}
        ways = {field: one.way for field, one in odd.items() if one.way} | dict.fromkeys(wrong)
        seen = blocks.in_units_said(dict(view), lines_in_units(aims, form))
        ack(response_action="update", view=asked_in(seen, said_of_each, ways=ways))
        return
    if errors:
        raise InvalidInputs(errors)
    wanted = _wanted(form, said, aims, proposal, found, owner=here.user_id)
    with kit.sessions() as session:
        cycle = _cycle(session, here.team_id, said)
        if cycle is None:
            cycle = _begun(session, kit, here, said, proposal)
        else:
            modals.hold_service(session, cycle)
            _give_missing(session, kit, cycle, here, said)
        source = take_up(session, cycle, wanted, actor=here.user_id, now=now)
        if found is not None and source is not None:
            _read(session, kit, cycle, replace(found, cycle_id=cycle.id), source, actor=here.user_id)
        changed_tree(session, kit, cycle)
        if approvers(session, cycle):
            ask(session, kit, cycle, here.user_id)
    ack(response_action="clear")


def _read(session: Session, kit: Kit, cycle: Cycle, found: Drop, source: Source, *, actor: str) -> None:
    """Have what was proposed from read as was seen: a file, or what its source has delivered already."""
    if found.source_id:
        read_earlier_again(kit, session, cycle, source, actor=actor)
        shown = blocks.taken_up(source.name or source.key, actor)
        kit.outbox.update(session, team_id=cycle.team_id, key=found.post_key, text=words(shown), blocks=shown)
        return
    drops.keep(kit.files, cycle.team_id, found)
    tried = mapping.Try(wanted=Wanted(source.id), actor=actor, stamp=f"proposed:{source.id}", looked=found.sha256)
    mapping.begin(kit, session, cycle.team_id, found, tried)


def _zone(proposal: Proposal | None) -> str:
    return proposal.timezone if proposal else "UTC"


def _agreed_fields(view: Body) -> dict[str, forms.Reader]:
    """The fields that stand in a second view, each with its reader."""
    fixed: dict[str, forms.Reader] = {
        blocks.DATE: forms.date(),
        blocks.OWNER: forms.user(),
        blocks.WHY: forms.option(of=Why),
        blocks.STRATA: forms.option(of=int, required=False),
    }
    begun = {
        blocks.TARGET: forms.text(limit=40),
        blocks.DIRECTION: forms.option(of=Direction),
        blocks.UNIT: forms.text(limit=20),
        blocks.WRITTEN: forms.option(),
        blocks.CSF: forms.text(limit=growing.TEXT_LIMIT),
        MEANT_FIELD: forms.options(),
    }
    found: dict[str, forms.Reader] = {}
    for block in view["blocks"]:
        name = str(block.get("block_id") or "")
        if block["type"] == "input":
            found[name] = fixed.get(name) or next(reader for start, reader in begun.items() if name.startswith(start))
    return found


def _typed(
    form: Mapping[str, Any], picked: Sequence[Candidate], *, today: date
) -> tuple[list[Aim], list[InvalidInput]]:
    """What was said of each KPI, every target that is no number, and a day that is over."""
    aims, errors = [], []
    only = picking.only_guards(picked)
    for one in picked:
        try:
            aims.append(aim_of(form, one, is_guard=one.id in only))
        except InvalidInput as error:
            errors.append(InvalidInput(f"{blocks.TARGET}{one.id}", error.reason))
    try:
        forms.require_ahead(blocks.DATE, form[blocks.DATE], today)
    except InvalidInput as error:
        errors.append(error)
    return aims, errors


def _wanted(
    form: Mapping[str, Any],
    said: Mapping[str, Any],
    aims: Sequence[Aim],
    proposal: Proposal | None,
    found: Drop | None,
    *,
    owner: str,
) -> Agreed:
    """What was agreed."""
    strata = form.get(blocks.STRATA)
    return Agreed(
        goal=str(said[blocks.GOAL]),
        csfs=_csfs(form, [aim.candidate for aim in aims]),
        aims=aims,
        target_date=form[blocks.DATE],
        owner=form.get(blocks.OWNER) or owner,
        why=form.get(blocks.WHY) or Why.DIRECT,
        source=stem(found.filename) if found else "",
        mapping=proposal.mapping if proposal else None,
        source_id=found.source_id if found else 0,
        strata=proposal.groups[strata] if proposal and strata is not None else "",
    )


@dataclass(frozen=True, slots=True)
class Odd:
    """What is odd of a field, for people; ``way``: what settles it where that is not the word that it is meant."""

    sentence: str
    way: Block | None = None


def odd_of(aims: Sequence[Aim], form: Mapping[str, Any], proposal: Proposal | None) -> dict[str, Odd]:
    """Per field what only a person can know: whether numbers within 0 and 1 are per cent, and targets that are far
    from all that the data hold, or met by all of it, and of which nobody has said that they are meant."""
    found = {}
    only = picking.only_guards([aim.candidate for aim in aims])
    for aim in aims:
        one, seen = aim.candidate, aim.candidate.standing
        if seen is None or proposal is None or ("unit" not in one.asks and aim.unit != one.unit):
            continue
        if _may_be_parts(one, aim.unit) and not form.get(f"{blocks.WRITTEN}{one.id}"):
            whole = factor(blocks.PART, aim.unit)
            told = words_of.as_part(seen.now, whole, aim.unit)
            way = blocks.which_numbers(one.id, told, aim.unit, seen.now * whole)
            found[f"{blocks.UNIT}{one.id}"] = Odd(words_of.fractions(told, aim.unit), way)
        elif not aim.is_meant and (told := _odd_target(aim, proposal.period, is_guard=one.id in only)):
            found[f"{blocks.TARGET}{one.id}"] = Odd(told)
    return found


def _odd_target(aim: Aim, period: Period, *, is_guard: bool) -> str:
    """Why a target is odd beside the data; empty where it is not. What is there to guard others is met already."""
    one, seen = aim.candidate, stands(aim)
    values = seen.values if seen else ()
    far = far_from((aim.target, *(aim.band or ())), values, aim.unit)
    if far is not None:
        return words_of.beyond(far, aim.unit, values, period)
    of_file = factor(aim.written, aim.unit) if aim.written else 1.0
    is_own = aim.target is None or aim.target != picking.likely_target(one, is_guard=is_guard, factor=of_file)
    if is_guard or not is_own or not is_met(aim.target, aim.band, aim.direction or Direction(one.direction), values):
        return ""
    return words_of.met_already(min(values), max(values), aim.unit, len(values), period)


def _may_be_parts(one: Candidate, unit: str) -> bool:
    """Whether the numbers of a column may be parts of one where a person says per cent."""
    is_column = isinstance(one.definition.get("value"), str) and one.definition.get("measure") != "last"
    return "unit" in one.asks and is_column and one.standing is not None and are_fractions(one.standing.values, unit)


def lines_in_units(aims: Sequence[Aim], form: Mapping[str, Any]) -> list[blocks.Line]:
    """Of KPIs whose numbers somebody has told since: where they stand in the unit that was said, and the target where
    it is written otherwise in it than it was typed."""
    only = picking.only_guards([aim.candidate for aim in aims])
    return [
        blocks.Line(
            replace(aim.candidate, unit=aim.unit, standing=stands(aim)),
            aim.target if aim.target_text != form[f"{blocks.TARGET}{aim.candidate.id}"] else None,
            aim.candidate.id in only,
        )
        for aim in aims
        if form.get(f"{blocks.WRITTEN}{aim.candidate.id}")
    ]


def aim_of(form: Mapping[str, Any], one: Candidate, *, is_guard: bool) -> Aim:
    """What was said of a KPI; the target as it was filled in, in the file's unit, is brought to the one that was said.

    Raises:
        InvalidInput: the target is no number, or no two for a band.
    """
    typed = form[f"{blocks.TARGET}{one.id}"]
    direction = form.get(f"{blocks.DIRECTION}{one.id}") or Direction(one.direction)
    target, band = aim_typed(typed, direction)
    is_meant = bool(form.get(f"{MEANT_FIELD}{blocks.TARGET}{one.id}"))
    unit = form.get(f"{blocks.UNIT}{one.id}") or one.unit
    is_part = form.get(f"{blocks.WRITTEN}{one.id}") == blocks.PART and _may_be_parts(one, unit)
    if is_part and target is not None and target == picking.likely_target(one, is_guard=is_guard):
        target = picking.likely_target(one, is_guard=is_guard, factor=factor(blocks.PART, unit))
        typed = plainly(target) if target is not None else typed
    return Aim(
        candidate=one,
        target=target,
        band=band,
        target_text=typed,
        direction=direction,
        unit=unit,
        is_meant=is_meant,
        written=blocks.PART if is_part else "",
    )


def _csfs(form: Mapping[str, Any], picked: Sequence[Candidate]) -> dict[str, str]:
    """What must go well for each, as a person changed it."""
    own = csfs_of(picked)
    named = list(dict.fromkeys(own.values()))
    changed = {csf: form.get(f"{blocks.CSF}{place}") or csf for place, csf in enumerate(named)}
    return {id: changed[csf] for id, csf in own.items()}


def _begun(session: Session, kit: Kit, here: Origin, said: Mapping[str, Any], proposal: Proposal | None) -> Cycle:
    """The cycle begun with the file, its people, and its card."""
    cut = proposals.Cut(_zone(proposal), proposal.period if proposal else None)
    cycle = _started(session, kit, here, said, cut)
    given = give_roles(session, cycle, _people(said), actor=here.user_id, now=kit.now())
    cards.show(session, kit.outbox, cycle, kit.now())
    seen = cycles.overview(session, cycle, kit.now())
    announce(session, kit, cycle, cycle_blocks.begun(seen, here.user_id), "begun")
    _remember(session, kit, cycle, [here.user_id, *given])
    return cycle


def _started(session: Session, kit: Kit, here: Origin, said: Mapping[str, Any], cut: proposals.Cut) -> Cycle:
    usual = cycles.Start(str(said.get(blocks.SERVICE) or ""), str(said["channel"]), cut.timezone)
    wanted = replace(usual, period=cut.period) if cut.period else usual
    return cycles.start(session, team_id=here.team_id, actor=here.user_id, now=kit.now(), wanted=wanted)


def _people(said: Mapping[str, Any]) -> dict[str, Any]:
    """The roles that the first view names, as the form of a new cycle says them."""
    data = [*said.get(blocks.DATA, ()), "", ""]
    return {
        "service_owner": "",
        "analyst": "",
        "data_owner": data[0],
        "backup": data[1],
        "approver": said.get(blocks.APPROVER, []),
    }


def _give_missing(session: Session, kit: Kit, cycle: Cycle, here: Origin, said: Mapping[str, Any]) -> None:
    """The roles of a running cycle that the first view asked for."""
    if said.get(blocks.DATA) or said.get(blocks.APPROVER):
        roles.require(session, cycle, here.user_id, roles.STEERERS, "change roles")
        given = give_roles(session, cycle, _people(said), actor=here.user_id, now=kit.now())
        _remember(session, kit, cycle, given)


def _remember(session: Session, kit: Kit, cycle: Cycle, users: Sequence[str]) -> None:
    kit.inbox.later(
        session,
        team_id=cycle.team_id,
        kind="people.remember",
        key=f"cycle:{cycle.id}:{cycle.tree_version}",
        payload={"users": sorted(set(users))},
    )


def open_how(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Change how the file is read."""
    ack()
    known = remembered(body)
    found = drops.find(kit, origin(body).team_id, str(known["file"]))
    modals.show(client, body, blocks.how_form(proposals.kept(kit, origin(body).team_id, found), json.dumps(known)))


def read_so(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """How the file is read was said: its KPIs are tried anew, which takes a moment."""
    here, known = origin(body), remembered(body)
    found = drops.find(kit, here.team_id, str(known["file"]))
    before = proposals.kept(kit, here.team_id, found)
    anew = said_of(view, before)
    waiting = blocks.looking(json.dumps(known), again=True)
    above = view.get("root_view_id")
    if above == view.get("id"):  # it was asked first, with nothing beneath
        ack(response_action="update", view=waiting)
    else:
        ack()
        modals.replace(client, str(above), waiting)
    kit.slow(_again, kit, client, here, replace(anew, view_id=str(above), known=known), to=here)


@dataclass(frozen=True, slots=True)
class Anew:
    """A file to be read as a person said, and the view that waits for what it proposes then."""

    said: Said
    zone: str
    view_id: str = ""
    known: Mapping[str, Any] = field(default_factory=dict)


def said_of(view: Body, before: Proposal) -> Anew:
    """What was said of how a file is read, by what stood in the form.

    Raises:
        InvalidInput: a field holds what it cannot.
    """
    there = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
    fields: dict[str, forms.Reader] = {
        "sheet": forms.option(of=int),
        "at": forms.option(of=int),
        "key": forms.option(),
        blocks.LATEST: forms.option(),
        "dates": forms.option(),
        "timezone": forms.text(limit=60),
        **{f"{blocks.CLOCK}{place}": forms.option(required=False) for place in range(len(before.clocks))},
        **{f"{blocks.MARK}{place}": forms.option(required=False) for place in range(len(before.marks))},
    }
    form = forms.read(view, {name: reader for name, reader in fields.items() if name in there})
    zone_named(form["timezone"])
    sheet = before.sheets[form["sheet"]] if "sheet" in form else ""
    key = "" if form["key"] == blocks.NO_KEY else before.columns[int(form["key"])]
    order = form.get("dates") or before.said.dates
    at = before.moments[form["at"]]
    chosen = form.get(blocks.LATEST, blocks.NO_KEY)
    latest = "" if chosen == blocks.NO_KEY else before.moments[int(chosen)]
    is_as_guessed = key == (before.mapping.get("key") or "")
    if sheet and sheet != before.sheet:  # its columns may be other ones: only what was changed is said of them
        moved = Said(
            sheet=sheet,
            at=at if at != before.at else "",
            key=None if is_as_guessed else key,
            dates=order,
            latest="" if is_as_guessed or not key else latest,
        )
        return Anew(moved, form["timezone"])
    _check_key(before, key, latest, blocks.LATEST if blocks.LATEST in form else "key")
    clocks = {name: said for place, name in enumerate(before.clocks) if (said := form.get(f"{blocks.CLOCK}{place}"))}
    said = Said(
        sheet=sheet,
        at=at,
        key=before.said.key if is_as_guessed else key,
        dates=order,
        clocks=clocks,
        latest=latest if key else "",
        marks=_marks_said(form, before),
    )
    return Anew(said, form["timezone"])


def _marks_said(form: Mapping[str, Any], before: Proposal) -> tuple[Mark, ...]:
    """What was said of dates that look like none, where it is not what they were taken for anyway."""
    said = tuple(
        replace(one, stands=Stands(stands))
        for place, one in enumerate(before.marks)
        if (stands := form.get(f"{blocks.MARK}{place}"))
    )
    return () if all(one.is_known and one.stands is Stands.NOT_YET for one in said) else said


def _check_key(before: Proposal, key: str, latest: str, field: str) -> None:
    """Refuse a key that tells no cases apart, beside its field; ``field``: where what orders its rows is asked.

    Raises:
        InvalidInput: it is empty in some rows, or repeats and nothing says which row of each counts.
    """
    if blank := before.blanks.get(key):
        raise InvalidInput("key", words_of.key_is_empty(key, blank, before.rows))
    if key in before.repeating and not latest:
        raise InvalidInput(field, words_of.key_repeats(key, before.repeating[key], before.rows))


def _again(kit: Kit, client: WebClient, here: Origin, anew: Anew) -> None:
    """Try the KPIs of a file that is read otherwise, and show them where the person waits."""
    known = dict(anew.known)
    found = drops.find(kit, here.team_id, str(known["file"]))
    with kit.sessions.reading() as session:
        cycle = _cycle(session, here.team_id, known)
        cut = proposals.Cut(anew.zone, Period(cycle.period) if cycle else None)
    try:
        proposal = kit.aside(proposals.made, here.team_id, found, cut, anew.said)
    except CsiError as error:
        modals.replace(client, anew.view_id, blocks.not_read(str(error), json.dumps(known)))
        return
    with kit.sessions.reading() as session:
        modals.replace(client, anew.view_id, _choice(session, client, here, known, proposal))
