"""Which columns of a file are those that KPIs name: asked once per source, then remembered with its mapping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient
from sqlmodel import Session

from bot import forms
from bot.blocks import step3_gather as blocks
from bot.context import Kit
from bot.listeners import modals
from bot.listeners.step3_gather import drop as kept
from bot.listeners.step3_gather import mapping
from bot.listeners.step3_gather.reading import lacking_columns
from bot.payload import clicked, origin
from csi import cycle as cycles
from csi import roles
from csi.cycle.columns import read_instead
from csi.cycle.measurement import columns_named
from csi.definition import SourceDefinition
from csi.errors import Conflict, InvalidInput
from csi.models import Cycle, Source
from csi.step3_gather import batches, sources
from csi.step3_gather.naming import guesses, names_used, with_names
from csi.step3_gather.settling import Wanted
from csi.storage import need

Body = Mapping[str, Any]


def open_naming(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Ask for each column that KPIs name and the source does not have, guesses filled in."""
    ack()
    here = origin(body)
    file_id, _, source_id = clicked(body).partition(":")
    found = kept.find(kit, here.team_id, file_id) if file_id else None
    with kit.sessions.reading() as session:
        cycle = cycles.by_id(session, here.team_id, found.cycle_id) if found else modals.cycle_of(session, body)
        source = _source(session, cycle, int(source_id))
        columns = _columns(session, source, found)
        wanted = lacking_columns(session, cycle, source, columns)
        there = _free(session, cycle, source, columns)
        known = _known(source, columns, there)
    if not wanted:
        raise Conflict("Every column that the KPIs name is there by now.")
    view = blocks.naming_form(
        wanted, there, guesses(list(wanted), there), known=known,
        filename=found.filename if found else source.name or source.key,
        metadata=modals.metadata(cycle, file=file_id, source=source.id, names=list(wanted)[: blocks.MOST]),
    )  # fmt: skip
    modals.show(client, body, view)


def named(ack: Ack, body: Body, view: Body, kit: Kit) -> None:
    """The form was sent: the source's mapping learns the names, and its deliveries are read again."""
    here, meant = origin(body), modals.remembered(body)
    found = kept.find(kit, here.team_id, str(meant["file"])) if meant["file"] else None
    fields = {str(number): forms.option(required=False) for number in range(len(meant["names"]))}
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        roles.require(session, cycle, here.user_id, roles.MEMBERS, "map a delivery")
        source = _source(session, cycle, int(meant["source"]))
        columns = _columns(session, source, found)
        there = _free(session, cycle, source, columns)
        chosen = forms.read(view, fields)
        same = _same(chosen, meant["names"], _known(source, columns, there))
        said = _said(chosen, meant["names"], there, needed=not same)
        read_instead(session, cycle, source, same, actor=here.user_id, now=kit.now())
        wanted = Wanted(source.id, "", sources.mapping_of(with_names(_as_read(session, source, found), said)))
        tried = mapping.Try(wanted, here.user_id, str(view["id"]), named=[*said.values(), *same.values()])
        if found is not None:
            mapping.begin(kit, session, here.team_id, found, tried)
        else:
            mapping.begin_again(kit, session, cycle, tried)
    ack()


def _as_read(session: Session, source: Source, found: kept.Drop | None) -> SourceDefinition:
    """How the file at hand was read, which may wait for a yes to that; else how its source is read."""
    batch = batches.find(session, source, found.sha256) if found else None
    own = batch.counts.get("wanted") if batch and batch.state == "waiting" else None
    return sources.definition(source.key, own or source.mapping)


def _columns(session: Session, source: Source, found: kept.Drop | None) -> tuple[str, ...]:
    """The columns of the file at hand, else of the newest delivery."""
    if found is not None:
        return found.layout.names
    newest = batches.latest(session, source)
    return tuple(newest.counts.get("columns", ())) if newest else ()


def _source(session: Session, cycle: Cycle, source_id: int) -> Source:
    source = need(session, Source, cycle.team_id, source_id)
    if source.service_id != cycle.service_id:
        raise Conflict("That source belongs to another service.")
    return source


def _free(session: Session, cycle: Cycle, source: Source, columns: Sequence[str]) -> list[str]:
    """The columns that nobody has named yet, and no KPI uses under their own names."""
    taken = {*sources.definition(source.key, source.mapping).columns, *columns_named(session, cycle, source)}
    return [name for name in columns if name not in taken]


def _known(source: Source, columns: Sequence[str], there: Sequence[str]) -> list[str]:
    """The columns that have a name of the KPIs already: each can stand for one more."""
    return [name for name in names_used(sources.definition(source.key, source.mapping), columns) if name not in there]


def _same(chosen: Mapping[str, str | None], names: list[str], known: list[str]) -> dict[str, str]:
    """Per name that KPIs use, the column that has another name already and is meant, too."""
    places = {name: chosen[str(number)] or "" for number, name in enumerate(names)}
    return {
        name: known[int(place.removeprefix(blocks.AGAIN))]
        for name, place in places.items()
        if place.startswith(blocks.AGAIN)
    }


def _said(chosen: Mapping[str, str | None], names: list[str], there: list[str], *, needed: bool) -> dict[str, str]:
    """Per chosen column of the file, how KPIs call it.

    Raises:
        InvalidInput: beside the field that names a column a second time; or nothing was chosen.
    """
    said: dict[str, str] = {}
    for number, name in enumerate(names):
        place = chosen[str(number)]
        if place is None or place == blocks.NO_COLUMN or place.startswith(blocks.AGAIN):
            continue
        column = there[int(place)]
        if column in said:
            raise InvalidInput(str(number), f"‘{column}’ stands for {said[column]} already; expected another column.")
        said[column] = name
    if needed and not said:
        raise InvalidInput("0", "Please choose a column; or cancel and change the KPI.")
    return said
