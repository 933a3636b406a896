"""How a dropped file is read: the form, the one click for a file like the last one, and what they begin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient
from sqlmodel import Session

from bot import forms
from bot.blocks import step3_gather as blocks
from bot.blocks.parts import Block
from bot.context import Kit
from bot.listeners import modals
from bot.listeners.step3_gather import drop as kept
from bot.listeners.step3_gather.drop import Drop
from bot.payload import clicked, origin, user_of
from csi import cycle as cycles
from csi import roles
from csi.definition import SourceDefinition
from csi.errors import Conflict, InvalidInput
from csi.models import Cycle, Kpi, PlanRow, Source
from csi.step1_should_measure import kpis
from csi.step2_can_measure.sources import name_source, of_service
from csi.step3_gather import batches, sources
from csi.step3_gather.layout import Layout
from csi.step3_gather.mapping import Match, best_match, joined, missing_columns, proposed
from csi.step3_gather.moments import check_order, zone
from csi.step3_gather.naming import as_in_file, with_names
from csi.storage import need, row, rows
from csi.terms import Measurability

Body = Mapping[str, Any]
_NEEDS_COLUMN = frozenset({"sum", "mean", "median", "min", "max", "last", "distinct"})


def open_mapping(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """The form for one dropped file, filled with guesses or with what was said of the last one like it."""
    ack()
    here = origin(body)
    found = kept.find(kit, here.team_id, clicked(body))
    with kit.sessions.reading() as session:
        view = _form(session, cycles.by_id(session, here.team_id, found.cycle_id), found)
    modals.show(client, body, view)


def again(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Look at the file again with the form as it was said."""
    ack()
    here = origin(body)
    found = kept.find(kit, here.team_id, str(modals.remembered(body)["file"]))
    said = _form_of(body["view"], found.layout, SourceDefinition(""))
    seen = kept.again(kit, here.team_id, found, said)
    with kit.sessions.reading() as session:
        view = _form(session, cycles.by_id(session, here.team_id, found.cycle_id), seen)
    client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=view)


def mapped(ack: Ack, body: Body, view: Body, kit: Kit) -> None:
    """The form was sent: keep the mapping with its source, and begin to read."""
    here = origin(body)
    found = kept.find(kit, here.team_id, str(modals.remembered(body)["file"]))
    said = _said(view, found.layout)
    value = _picked(view, "value", found.layout)
    with kit.sessions() as session:
        cycle = cycles.by_id(session, here.team_id, found.cycle_id)
        roles.require(session, cycle, here.user_id, roles.MEMBERS, "map a delivery")
        source = _source(session, cycle, view, actor=here.user_id, kit=kit)
        there = set(found.layout.names)
        names = {own: name for own, name in (source.mapping.get("columns") or {}).items() if own in there}
        wanted = with_names(_typed(said, value), names)
        keep(kit, session, found, source, cycle=cycle, wanted=wanted, actor=here.user_id)
    ack()


def keep(
    kit: Kit,
    session: Session,
    found: Drop | None,
    source: Source,
    *,
    cycle: Cycle,
    wanted: SourceDefinition,
    actor: str,
) -> None:
    """Remember how a source is read, and read the file at hand, where there is one, and the earlier ones so."""
    changed = sources.remember(session, source, wanted, actor=actor, now=kit.now())
    _feed_kpis(session, cycle, source, wanted, actor=actor, kit=kit)
    if found is not None:
        begin(kit, session, cycle.team_id, found, source, actor=actor)
    if changed:
        _read_earlier_again(kit, session, cycle, source, actor=actor, but=found.sha256 if found else "")


def _read_earlier_again(kit: Kit, session: Session, cycle: Cycle, source: Source, *, actor: str, but: str) -> None:
    """Deliveries read under the old mapping are read under the new one, where their columns allow it."""
    wanted = sources.definition(source.key, source.mapping)
    # One that waits for a yes most of all: it may wait because it was read wrongly.
    for batch in (*batches.current(session, source), *batches.of_source(session, source, state="waiting")):
        if batch.sha256 == but or missing_columns(wanted, batch.counts.get("columns", [])):
            continue
        payload = {"batch_id": batch.id, "source_id": source.id, "cycle_id": cycle.id, "actor": actor}
        kit.inbox.later(
            session, team_id=source.team_id, kind="gather.reread", key=f"{batch.id}:{source.version}", payload=payload,
            user=actor, channel=cycle.channel_id,
        )  # fmt: skip


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
        begin(kit, session, here.team_id, found, source, actor=user_of(body))


def begin(kit: Kit, session: Session, team_id: str, found: Drop, source: Source, *, actor: str) -> None:
    """Leave the reading to the pool for slow work; after a restart it is taken up again."""
    payload = {"file_id": found.file_id, "source_id": source.id, "actor": actor}
    key = f"{found.file_id}:{source.id}:{source.version}:{sources.mapping_hash(source.mapping)[:12]}"
    kit.inbox.later(
        session, team_id=team_id, kind="gather.read", key=key, payload=payload, user=actor, channel=found.channel
    )


def _form(session: Session, cycle: Cycle, found: Drop) -> Block:
    known = proposed(found.layout, cycle.timezone)
    match = best_match(session, cycle.team_id, cycle.service_id, found.layout)
    if match is not None and not match.breaks:
        remembered = as_in_file(sources.definition(match.source.key, match.source.mapping))
        known = _as_it_is_now(found.layout, remembered, match)
    named = of_service(session, cycle.team_id, cycle.service_id)
    moments, numbers = known.options.get("moments") or ("",), known.options.get("numbers") or ("",)
    moment, time = (known.options.get("join") or {}).get(moments[0], (moments[0], ""))
    return blocks.mapping_form(
        found.layout, known, named, match.source if match else _likely(session, cycle, named), filename=found.filename,
        metadata=modals.metadata(cycle, file=found.file_id), moment=moment, time=time, value=numbers[0],
    )  # fmt: skip


def _as_it_is_now(layout: Layout, known: SourceDefinition, match: Match) -> SourceDefinition:
    """The mapping remembered, with date orders and decimal sign as this file is written where they changed."""
    if not match.rewritten:
        return known
    seen = proposed(layout, known.timezone)
    return replace(known, dates=seen.dates, column_dates=seen.column_dates, decimal=layout.decimal)


def _likely(session: Session, cycle: Cycle, named: Sequence[Source]) -> Source | None:
    """The one source of files that has never been mapped and is not typed by hand, or the only source there is."""
    typed = {
        kpi.id for kpi in rows(session, Kpi, cycle.team_id, cycle_id=cycle.id, measurability=Measurability.BY_HAND)
    }
    plans = rows(session, PlanRow, cycle.team_id, cycle_id=cycle.id)
    read = {plan.source_id for plan in plans if plan.kpi_id not in typed}
    waiting = [one for one in named if not one.mapping and one.kind == "file" and (one.id in read or not plans)]
    return waiting[0] if len(waiting) == 1 else named[0] if len(named) == 1 else None


def _picked(view: Body, field: str, layout: Layout) -> str:
    """The name of the chosen column; empty when none was."""
    place = forms.read(view, {field: forms.option(required=False)})[field]
    if place is None or place == blocks.NO_COLUMN or not place.isdigit() or int(place) >= len(layout.columns):
        return ""
    return layout.columns[int(place)].name


def _said(view: Body, layout: Layout) -> SourceDefinition:
    """The mapping a sent form says.

    Raises:
        InvalidInput: beside the field that holds what it cannot.
    """
    fields = {
        "dates": forms.option(),
        "pattern": forms.text(required=False, limit=60),
        "timezone": forms.text(limit=60),
        "missing": forms.text(required=False, limit=200),
    }
    said = forms.read(view, fields)
    order = said["pattern"] if said["dates"] == "pattern" else said["dates"]
    if said["dates"] == "pattern" and "%" not in order:
        raise InvalidInput("pattern", "Expected a pattern such as %d-%b-%Y %H:%M.")
    zone(said["timezone"])
    check_order(order)
    keep = forms.read(view, {"keep": forms.options()})["keep"]
    base = SourceDefinition(
        "",
        timezone=said["timezone"],
        dates=order,
        column_dates=_other_orders(layout, order, _picked(view, "at", layout)),
        missing=tuple(dict.fromkeys(word.strip() for word in said["missing"].split(",") if word.strip())),
        key=_picked(view, "key", layout),
        latest_by=_picked(view, "latest_by", layout),
        options={"melt": _melt(keep, layout), "moments": ["period"]} if keep else _dated(view, layout),
    )
    if base.latest_by and not base.key:
        raise InvalidInput("key", "Which row is the latest needs a column that names a case.")
    return _form_of(view, layout, base)


def _dated(view: Body, layout: Layout) -> dict[str, object]:
    """The column that dates a row, or the two that do."""
    at, time = _picked(view, "at", layout), _picked(view, "time", layout)
    if not at:
        raise InvalidInput("at", "Please choose the column that dates a row.")
    if at == time:
        raise InvalidInput("time", "Expected another column than that of the date.")
    return joined(at, time) if time else {"moments": [at]}


def _other_orders(layout: Layout, order: str, asked: str) -> dict[str, str]:
    """Columns that are clearly written in another order than the one said, which is that of the column ``asked``."""
    told = [column for column in layout.columns if column.dates and not column.ambiguous and column.name != asked]
    return {column.name: column.dates for column in told if column.dates != order}


def _melt(places: Sequence[str], layout: Layout) -> dict[str, object]:
    keep = [layout.columns[int(place)].name for place in places if int(place) < len(layout.columns)]
    return {"keep": keep, "name": "period", "value": "value"}


def _form_of(view: Body, layout: Layout, base: SourceDefinition) -> SourceDefinition:
    """What was said of the file's form, where it differs from what is guessed."""
    fields = {
        "decimal": forms.option(required=False),
        "delimiter": forms.option(required=False),
        "encoding": forms.text(required=False, limit=30),
        "header_row": forms.whole(required=False, low=0, high=1_000),
        "sheet": forms.option(required=False, of=int),
    }
    said = forms.read(view, fields)
    delimiter = "\t" if said["delimiter"] == "tab" else said["delimiter"]
    sheet = layout.sheets[said["sheet"]] if said["sheet"] is not None and said["sheet"] < len(layout.sheets) else None
    return replace(
        base,
        decimal=said["decimal"] or layout.decimal,
        delimiter=delimiter if delimiter != layout.delimiter else None,
        encoding=said["encoding"] if said["encoding"] not in ("", layout.encoding) else None,
        header_row=said["header_row"] if said["header_row"] != layout.header_row else None,
        sheet=sheet if sheet != layout.sheet else None,
    )


def _typed(said: SourceDefinition, value: str) -> SourceDefinition:
    """The mapping with the column that holds a row's number."""
    numbers = ["value"] if "melt" in said.options else [value] if value else []
    return replace(said, options={**said.options, "numbers": numbers})


def _source(session: Session, cycle: Cycle, view: Body, *, actor: str, kit: Kit) -> Source:
    said = forms.read(view, {"source": forms.option(), "source_name": forms.text(required=False, limit=80)})
    if said["source"] != blocks.NEW_SOURCE:
        source = need(session, Source, cycle.team_id, int(said["source"]))
        if source.service_id != cycle.service_id or source.kind != "file":
            raise Conflict(f"{source.name or source.key} takes no files; choose or name another source.")
        return source
    if not said["source_name"]:
        raise InvalidInput("source_name", "Please name the new source.")
    return name_source(session, cycle, name=said["source_name"], actor=actor, now=kit.now(), owner=actor)


def _feed_kpis(session: Session, cycle: Cycle, source: Source, said: SourceDefinition, *, actor: str, kit: Kit) -> None:
    """KPIs planned for this source learn which column dates and which holds their number, where nobody has said."""
    moment = next(iter(said.options.get("moments", ())), "")
    number = next(iter(said.options.get("numbers", ())), "")
    only = len(of_service(session, cycle.team_id, cycle.service_id)) == 1
    for kpi in rows(session, Kpi, cycle.team_id, cycle_id=cycle.id):
        plan = row(session, PlanRow, cycle.team_id, kpi_id=kpi.id)
        named = kpi.definition.get("source")
        planned = plan is not None and plan.source_id == source.id
        if named == source.key or (not named and (planned or (only and plan is None))):
            kpis.define(session, cycle, kpi, _fed(kpi, source, moment, number), actor=actor, now=kit.now())


def _fed(kpi: Kpi, source: Source, moment: str, number: str) -> dict[str, Any]:
    known = {**kpi.definition, "source": source.key}
    value = known.get("value")
    ends = value if isinstance(value, Mapping) else {}
    if not known.get("at"):
        known["at"] = ends.get("to") or moment
    measure = str(known.get("measure") or "")
    if not value and number and (measure in _NEEDS_COLUMN or measure[:1] == "p"):
        known["value"] = number
    return known
