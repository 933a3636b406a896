"""How a dropped file is read: the form, the one click for a file like the last one, and what they begin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient
from sqlmodel import Session

from bot.blocks import step3_gather as blocks
from bot.blocks.parts import Block
from bot.context import Kit
from bot.listeners import modals
from bot.listeners.step3_gather import drafts
from bot.listeners.step3_gather import drop as kept
from bot.listeners.step3_gather.asking import asked_units, undecided, wanting_number
from bot.listeners.step3_gather.drafts import Draft
from bot.listeners.step3_gather.drop import Drop
from bot.payload import clicked, origin, user_of
from csi import cycle as cycles
from csi import roles
from csi.definition import SourceDefinition
from csi.errors import Conflict, InvalidInput, InvalidInputs
from csi.models import Cycle, Kpi, PlanRow, Source
from csi.reading.layout import Layout
from csi.reading.naming import as_in_file, with_names
from csi.reading.proposing import proposed
from csi.step2_can_measure.sources import of_service
from csi.step3_gather import settling, sources
from csi.step3_gather.mapping import Match, best_match
from csi.step3_gather.namesakes import Namesake, namesake
from csi.step3_gather.settling import Wanted
from csi.storage import need, rows
from csi.terms import Measurability

Body = Mapping[str, Any]


def open_mapping(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """The form for one dropped file, filled with guesses or with what was said of the last one like it."""
    ack()
    here = origin(body)
    found = kept.find(kit, here.team_id, clicked(body))
    with kit.sessions.reading() as session:
        cycle = cycles.by_id(session, here.team_id, found.cycle_id)
        view = form(session, cycle, found, first(session, cycle, found))
    modals.show(client, body, view)


def again(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Look at the file again with the form as it was said."""
    ack()
    found, draft = _at_hand(kit, body, body["view"])
    seen = kept.again(kit, origin(body).team_id, found, drafts.stated(draft, found.layout, found.stated))
    _redraw(client, body, _looked_again(kit, body, found, seen, draft))


def more(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Show what is seldom changed, too; or what a choice brings with it."""
    ack()
    found, draft = _at_hand(kit, body, body["view"])
    is_more = bool(modals.remembered(body).get("more")) or body["actions"][0]["action_id"] == blocks.MORE
    with kit.sessions.reading() as session:
        cycle = cycles.by_id(session, origin(body).team_id, found.cycle_id)
        view = form(session, cycle, found, draft, more=is_more)
    _redraw(client, body, view)


def _redraw(client: WebClient, body: Body, view: Block) -> None:
    # Without the view's hash: of two choices in quick succession the second would be refused and forgotten.
    modals.replace(client, body["view"]["id"], view)


def _at_hand(kit: Kit, body: Body, view: Body) -> tuple[Drop, Draft]:
    known = modals.remembered(body)
    return kept.find(kit, origin(body).team_id, str(known["file"])), drafts.typed(view, known.get("hidden") or {})


def _looked_again(kit: Kit, body: Body, before: Drop, seen: Drop, draft: Draft, *notes: str) -> Block:
    """The form for a file that was looked at otherwise; what still fits of what was said stays."""
    with kit.sessions.reading() as session:
        cycle = cycles.by_id(session, origin(body).team_id, seen.cycle_id)
        fresh = drafts.moved(draft, first(session, cycle, before), first(session, cycle, seen), seen.layout)
        is_more = bool(modals.remembered(body).get("more"))
        return form(session, cycle, seen, fresh, more=is_more, notes=notes)


def mapped(ack: Ack, body: Body, view: Body, kit: Kit) -> None:
    """The form was sent: read the file so; what was said is kept once it has been read."""
    here = origin(body)
    found, draft = _at_hand(kit, body, view)
    if shown := _unseen(kit, body, found, draft):
        ack(response_action="update", view=shown)
        return
    with kit.sessions.trial() as session:
        cycle = cycles.by_id(session, here.team_id, found.cycle_id)
        roles.require(session, cycle, here.user_id, roles.MEMBERS, "map a delivery")
        wanted = _wanted_or_asked(session, cycle, found, draft, view)
        if not isinstance(wanted, Wanted):
            ack(response_action="update", view=wanted)
            return
        source = settling.source_of(session, cycle, wanted, actor=here.user_id, now=kit.now())
        settling.settle(session, cycle, source, wanted, actor=here.user_id, now=kit.now())
    with kit.sessions() as session:
        cycle = cycles.by_id(session, here.team_id, found.cycle_id)
        tried = Try(wanted=wanted, actor=here.user_id, stamp=str(view["id"]), looked=found.sha256)
        if found.source_id:
            begin_again(kit, session, cycle, tried)
            waiting = blocks.reading_again(need(session, Source, here.team_id, found.source_id))
        else:
            begin(kit, session, here.team_id, found, tried)
            waiting = None
    ack(response_action="update", view=waiting) if waiting else ack()


def _unseen(kit: Kit, body: Body, found: Drop, draft: Draft) -> Block | None:
    """The form anew, where it was sent for a file that nobody saw so: another sheet, a source without a name or with
    that of another."""
    team_id = origin(body).team_id
    stated = drafts.stated(draft, found.layout, found.stated)
    if stated != dict(found.stated):
        seen = kept.again(kit, team_id, found, stated)
        return _looked_again(kit, body, found, seen, draft, "These are the columns there. Please look, then read it.")
    if draft.get("source") != blocks.NEW_SOURCE or found.source_id:
        return None
    shown = body["view"]["state"]["values"]
    with kit.sessions.reading() as session:
        cycle = cycles.by_id(session, team_id, found.cycle_id)
        is_more = bool(modals.remembered(body).get("more"))
        if "source_name" not in shown:
            return form(session, cycle, found, draft, more=is_more, notes=("How is the new source called?",))
        if not _asks_of_namesake(shown) and _namesake(session, cycle, found, draft):
            return form(session, cycle, found, {**draft, "source": ""}, more=is_more)
    return None


def _asks_of_namesake(shown: Mapping[str, Any]) -> bool:
    """Whether a form asked already if the file belongs to the source that goes by that name."""
    return any(blocks.TAKEN in action for action in shown.get("source") or {})


def _namesake(session: Session, cycle: Cycle, found: Drop, draft: Draft) -> Namesake | None:
    """The source that files can be added to and that goes by the name of the new one, while none is chosen."""
    if found.source_id or draft.get("source") not in ("", blocks.NEW_SOURCE):
        return None
    taken = namesake(session, cycle, str(draft.get("source_name") or ""), found.layout.names)
    return taken if taken and taken.takes_files else None


def _wanted_or_asked(session: Session, cycle: Cycle, found: Drop, draft: Draft, view: Body) -> Wanted | Block:
    """What a sent form says; or the form anew, where what is wrong is not among the fields that it was sent with.

    It was sent before it could be drawn anew, or the field is folded away.

    Raises:
        InvalidInputs: every field in sight that holds what it cannot, where there is no other.
    """
    shown = view["state"]["values"]
    try:
        return _wanted(session, cycle, found, draft)
    except InvalidInputs as several:
        unseen = [one.reason for one in several.errors if one.field not in shown]
        if not unseen:
            raise
        return form(session, cycle, found, draft, more=True, notes=tuple(dict.fromkeys(unseen)))


def _wanted(session: Session, cycle: Cycle, found: Drop, draft: Draft) -> Wanted:
    """Source and mapping as a form says them.

    Raises:
        InvalidInputs: every field that holds what it cannot.
    """
    errors: list[InvalidInput] = []
    source = _chosen(session, cycle, found, draft, errors)
    asked = asked_units(session, cycle, source, found.layout, draft)
    open_signs = undecided(session, cycle, source, found.layout, draft)
    letters = {"encoding": draft.get("encoding")} if found.layout.alike else {}  # also where it is as was guessed
    try:
        said = drafts.said(draft, found.layout, {**found.stated, **letters}, asked, open_signs)
    except InvalidInputs as several:
        raise InvalidInputs([*errors, *several.errors]) from several
    if errors:
        raise InvalidInputs(errors)
    is_known = source is not None and source.mapping
    base = _remembered(source) if source is not None and is_known else proposed(found.layout, cycle.timezone)
    if _is_as_filled_in(session, cycle, found, draft, "zones"):
        said = replace(said, zones=base.zones)
    said = _joined_as_named(said, found.layout, settling.meant_for(session, cycle, source))
    said = _with_unasked(said, base, found.layout)
    there = set(found.layout.names)
    before = source.mapping.get("columns") or {} if source else {}
    said = with_names(said, {own: name for own, name in before.items() if own in there})
    return Wanted(source.id if source else 0, str(draft.get("source_name") or ""), sources.mapping_of(said))


def _joined_as_named(said: SourceDefinition, layout: Layout, kpis: Sequence[Kpi]) -> SourceDefinition:
    """A moment of several columns under the one name by which KPIs date their rows and that no column has."""
    join = said.options.get("join") or {}
    named = {str(kpi.definition["at"]) for kpi in kpis if kpi.definition.get("at")} - set(layout.names) - set(join)
    if len(join) != 1 or len(named) != 1:
        return said
    name, parts = named.pop(), next(iter(join.values()))
    return replace(said, options={**said.options, "join": {name: parts}, "moments": [name]})


def _is_as_filled_in(session: Session, cycle: Cycle, found: Drop, draft: Draft, field: str) -> bool:
    """Whether nobody changed what the form of a file was filled in with."""
    return (draft.get(field) or "") == (first(session, cycle, found).get(field) or "")


def _with_unasked(said: SourceDefinition, base: SourceDefinition, layout: Layout) -> SourceDefinition:
    """The mapping a form says, upon what it does not ask for: cadence, a link to another source, columns elsewhere."""
    asked = {"moments", "numbers", "join", "melt", "units"}
    rest = {name: value for name, value in base.options.items() if name not in asked}
    by_row = {name: unit for name, unit in (base.options.get("units") or {}).items() if not isinstance(unit, str)}
    units = {**by_row, **(said.options.get("units") or {})}
    told = {column.name for column in layout.columns if column.dates and not column.ambiguous}
    orders = {name: order for name, order in base.column_dates.items() if name in layout.names and name not in told}
    moment = next(iter(said.options.get("moments", ())), "")
    orders.pop(moment, None)  # how it is written was asked
    zones = {name: zone for name, zone in base.zones.items() if name not in layout.names}
    return replace(
        base,
        timezone=said.timezone,
        dates=said.dates,
        column_dates={**orders, **said.column_dates},
        missing=said.missing,
        zones={**zones, **said.zones},
        key=said.key,
        latest_by=said.latest_by,
        encoding=said.encoding,
        delimiter=said.delimiter,
        decimal=said.decimal,
        sheet=said.sheet or (layout.sheet if len(layout.sheets) > 1 else None),
        header_row=said.header_row,
        columns={},
        options={**rest, **said.options, **({"units": units} if units else {})},
    )


def _chosen(session: Session, cycle: Cycle, found: Drop, draft: Draft, errors: list[InvalidInput]) -> Source | None:
    """The source that is meant; None for a new one."""
    if found.source_id:
        return need(session, Source, cycle.team_id, found.source_id)
    chosen = str(draft.get("source") or "")
    if not chosen:
        errors.append(InvalidInput("source", "Please choose one."))
    elif chosen == blocks.NEW_SOURCE:
        errors += _wrong_name(session, cycle, str(draft.get("source_name") or ""))
    is_known = chosen.isdigit()
    return need(session, Source, cycle.team_id, int(chosen)) if is_known else None


def _wrong_name(session: Session, cycle: Cycle, name: str) -> list[InvalidInput]:
    """Why a new source cannot be called so."""
    if not name.strip():
        return [InvalidInput("source_name", "Please name the new source.")]
    taken = namesake(session, cycle, name)
    if taken is None:
        return []
    own = taken.source.name or taken.source.key
    way = "or choose “Add to it”." if taken.takes_files else "as that one takes no files."
    return [InvalidInput("source_name", f"‘{own}’ is a source already. Please type another name, {way}")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """Somebody's wish to have something read.

    ``stamp`` tells one try from the next: after one that failed, the same may be said again. ``accepted``: they said
    yes to what is doubtful about it. ``named`` are columns that were just named, ``looked`` is the hash of the delivery
    that the form was filled in for: it is read as was said, whatever its cells look like. ``post`` is the key of the
    message that asked, where one did: the answer takes its place. ``is_undo``: the last change is taken back.
    """

    wanted: Wanted
    actor: str
    stamp: str
    accepted: bool = False
    named: Sequence[str] = ()
    looked: str = ""
    post: str = ""
    is_undo: bool = False

    def payload(self) -> dict[str, Any]:
        """What the job is told."""
        wanted = self.wanted
        mapping = None if wanted.mapping is None else dict(wanted.mapping)
        said = {"actor": self.actor, "stamp": self.stamp, "accepted": self.accepted, "named": list(self.named)}
        said |= {"looked": self.looked, "post": self.post, "is_undo": self.is_undo}
        return {"source_id": wanted.source_id, "source_name": wanted.name, "mapping": mapping, **said}


def begin(kit: Kit, session: Session, team_id: str, found: Drop, tried: Try) -> None:
    """Leave the reading to the pool for slow work; after a restart it is taken up again."""
    kit.inbox.later(
        session,
        team_id=team_id,
        kind="gather.read",
        key=f"{found.handle}:{tried.stamp}",
        payload={**tried.payload(), "file_id": found.handle},
        user=tried.actor,
        channel=found.channel,
    )


def begin_again(kit: Kit, session: Session, cycle: Cycle, tried: Try) -> None:
    """Have all that a source delivered read as is wanted now."""
    kit.inbox.later(
        session,
        team_id=cycle.team_id,
        kind="gather.again",
        key=f"{tried.wanted.source_id}:{tried.stamp}",
        payload={**tried.payload(), "cycle_id": cycle.id},
        user=tried.actor,
        channel=cycle.channel_id,
    )


def read_as_before(ack: Ack, body: Body, kit: Kit) -> None:
    """One click: read this file as the last one like it was read."""
    ack()
    here = origin(body)
    file_id, _, source_id = clicked(body).partition(":")
    found = kept.find(kit, here.team_id, file_id)
    with kit.sessions() as session:
        cycle = cycles.by_id(session, here.team_id, found.cycle_id)
        roles.require(session, cycle, here.user_id, roles.MEMBERS, "read a delivery")
        source = need(session, Source, here.team_id, int(source_id))
        if source.service_id != cycle.service_id:
            raise Conflict("That source belongs to another service.")
        begin_as_before(kit, session, here.team_id, found, source, actor=user_of(body))


def begin_as_before(kit: Kit, session: Session, team_id: str, found: Drop, source: Source, *, actor: str) -> None:
    """Have a file read as its source is read already; pressed twice, it is read once."""
    stamp = f"{source.id}:{source.version}:{sources.mapping_hash(source.mapping)[:12]}"
    begin(kit, session, team_id, found, Try(wanted=Wanted(source.id), actor=actor, stamp=stamp))


def form(
    session: Session, cycle: Cycle, found: Drop, draft: Draft, *, more: bool = False, notes: Sequence[str] = ()
) -> Block:
    """The form of a file with what stands in it."""
    named = of_service(session, cycle.team_id, cycle.service_id)
    chosen = str(draft.get("source") or "")
    fixed = need(session, Source, cycle.team_id, found.source_id) if found.source_id else None
    source = fixed or (need(session, Source, cycle.team_id, int(chosen)) if chosen.isdigit() else None)
    if source is not None and source not in named:
        named.append(source)  # retired, and chosen to be in use again
    seen = blocks.Seen(
        filename=found.filename,
        layout=found.layout,
        sources=named,
        fixed=fixed,
        namesake=_namesake(session, cycle, found, draft),
        look=found.look,
        notes=(*notes, *blocks.named_twice(found.layout)),
        units=asked_units(session, cycle, source, found.layout, draft),
        wants_number=wanting_number(session, cycle, source),
        undecided=undecided(session, cycle, source, found.layout, draft),
    )
    shown = blocks.shown_fields(blocks.mapping_form(seen, draft, more=more))
    metadata = modals.metadata(cycle, file=found.handle, more=more, hidden=drafts.hidden(draft, shown))
    return blocks.mapping_form(seen, draft, more=more, metadata=metadata)


def first(session: Session, cycle: Cycle, found: Drop) -> Draft:
    """What the form of a file is filled in with at first."""
    named = of_service(session, cycle.team_id, cycle.service_id)
    if found.source_id:
        own = need(session, Source, cycle.team_id, found.source_id)
        return drafts.drafted(found.layout, _remembered(own), named, own, found.filename, as_before=True)
    known = proposed(found.layout, cycle.timezone)
    match = best_match(session, cycle.team_id, cycle.service_id, found.layout, found.filename)
    as_before = match is not None and not match.needs_mapping
    if match is not None and not match.breaks:
        known = _as_it_is_now(found.layout, _remembered(match.source), match)
    waiting = _waiting(session, cycle, named)
    source = match.source if match else waiting[0] if len(waiting) == 1 else None
    is_named = any((one.name or one.key).casefold() == blocks.stem(found.filename).casefold() for one in named)
    choices = named if match or waiting or is_named else ()  # every source reads other columns: this is a new one
    return drafts.drafted(found.layout, known, choices, source, found.filename, as_before=as_before)


def _remembered(source: Source) -> SourceDefinition:
    return as_in_file(sources.definition(source.key, source.mapping))


def _as_it_is_now(layout: Layout, known: SourceDefinition, match: Match) -> SourceDefinition:
    """The mapping remembered, with date orders and decimal sign as this file is written where they changed."""
    if not match.rewritten:
        return known
    seen = proposed(layout, known.timezone)
    return replace(known, dates=seen.dates, column_dates=seen.column_dates, decimal=layout.decimal)


def _waiting(session: Session, cycle: Cycle, named: Sequence[Source]) -> list[Source]:
    """The sources of files that have never been mapped and are not typed by hand: one that reads other columns than a
    file has is not meant by it."""
    typed = {
        kpi.id for kpi in rows(session, Kpi, cycle.team_id, cycle_id=cycle.id, measurability=Measurability.BY_HAND)
    }
    plans = rows(session, PlanRow, cycle.team_id, cycle_id=cycle.id)
    read = {plan.source_id for plan in plans if plan.kpi_id not in typed}
    return [one for one in named if not one.mapping and one.kind == "file" and (one.id in read or not plans)]
