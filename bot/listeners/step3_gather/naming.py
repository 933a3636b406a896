"""Which columns of a file are those that KPIs name: asked once per source, then remembered with its mapping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
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
from bot.listeners.step3_gather import mapping
from bot.listeners.step3_gather.telling import lacking_columns
from bot.payload import clicked, origin
from csi import cycle as cycles
from csi import roles
from csi.definition import SourceDefinition
from csi.errors import Conflict, InvalidInput
from csi.measurement import of_cycle
from csi.measurement.mapping import columns_named
from csi.models import Batch, Cycle, Source
from csi.reading import exports
from csi.reading.naming import guesses, names_used, with_names
from csi.reading.trying import cells_given
from csi.series import columns_needed
from csi.states import BatchState
from csi.step3_gather import batches, sources
from csi.step3_gather.columns import read_instead
from csi.step3_gather.settling import Wanted
from csi.storage import need

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the form asks about a source: names that KPIs use, columns that may be meant, how all of it is read."""

    cycle: Cycle
    source: Source
    found: kept.Drop | None
    batch: Batch | None
    wanted: Mapping[str, Sequence[str]]
    there: Sequence[str]
    known: Sequence[str]
    read: SourceDefinition
    kinds: Mapping[str, blocks.Kind]

    def guessed(self) -> dict[str, str]:
        """Per name the column that is probably meant: what a known program calls it, else by the words of its name."""
        if self.found is None:
            return guesses(list(self.wanted), self.there)
        layout = self.found.layout
        export = exports.of_layout(layout)
        told = {name: own for own, name in (export.names if export else {}).items()}
        known = {name: told[name] for name in self.wanted if told.get(name) in self.there}
        rest = [name for name in self.wanted if name not in known]
        return known | guesses(rest, [own for own in self.there if own not in known.values()])

    @property
    def raw(self) -> tuple[str, str]:
        """Where the bytes lie that a choice is tried on, and the name of their file; empty where there are none."""
        if self.found:
            return self.found.raw_key, self.found.filename
        return (self.batch.raw_key, self.batch.filename) if self.batch else ("", "")


def open_naming(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Ask for each column that KPIs name and the source does not have, guesses filled in with what they give."""
    ack()
    file_id, _, source_id = clicked(body).partition(":")
    asked = _about(kit, body, file_id, int(source_id))
    if not asked.wanted:
        raise Conflict("Every column that the KPIs name is there by now.")
    shown = modals.show(client, body, blocks.looking("Name the columns"))
    guessed = asked.guessed()
    cells = _tried(kit, asked, guessed)
    # A guess whose cells are mostly something else is none.
    fits = {name: own for name, own in guessed.items() if name not in cells or cells[name][0] >= cells[name][1]}
    chosen = {name: blocks.value_of(own) for name, own in fits.items()}
    modals.replace(client, shown["view"]["id"], _form(asked, chosen, cells))


def try_naming(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Another column was chosen: say what it gives."""
    ack()
    meant, view = modals.remembered(body), body["view"]
    asked = _about(kit, body, str(meant["file"]), int(meant["source"]))
    picked = forms.read(view, {str(place): forms.option(required=False) for place in range(len(meant["names"]))})
    chosen = {name: value for place, name in enumerate(meant["names"]) if (value := picked[str(place)])}
    columns = {blocks.value_of(name): name for name in asked.there}
    own = {name: columns[value] for name, value in chosen.items() if value in columns}
    twice = len(set(own.values())) < len(own)  # said when the form is sent
    cells = {} if twice else _tried(kit, asked, own)
    modals.replace(client, view["id"], _form(asked, chosen, cells))


def _about(kit: Kit, body: Body, file_id: str, source_id: int) -> _Asked:
    found = kept.find(kit, origin(body).team_id, file_id) if file_id else None
    with kit.sessions.reading() as session:
        cycle = cycles.by_id(session, origin(body).team_id, found.cycle_id) if found else modals.cycle_of(session, body)
        source = _source(session, cycle, source_id)
        columns = _columns(session, source, found)
        there = _free(session, cycle, source, columns)
        study = of_cycle.of_source(session, cycle, source)
        moments, numbers = columns_needed(study, source.key) if study else ((), ())
        return _Asked(
            cycle=cycle,
            source=source,
            found=found,
            batch=batches.latest(session, source),
            wanted=lacking_columns(session, cycle, source, columns),
            there=there,
            known=_known(source, columns, there),
            read=_as_read(session, source, found),
            kinds={**dict.fromkeys(numbers, blocks.Kind.NUMBER), **dict.fromkeys(moments, blocks.Kind.MOMENT)},
        )


def _tried(kit: Kit, asked: _Asked, chosen: Mapping[str, str]) -> dict[str, tuple[int, int]]:
    """Per name what the column chosen for it gives; nothing where its kind does not matter, or nothing can be read."""
    raw_key, filename = asked.raw
    wanted = [name for name in chosen if name in asked.kinds]
    if not raw_key or not wanted:
        return {}
    said = with_names(asked.read, {own: name for name, own in chosen.items()})
    with kit.files.local(raw_key) as path, suppress(InvalidInput):
        return cells_given(
            path,
            said,
            filename=filename,
            moments=[name for name in wanted if asked.kinds[name] is blocks.Kind.MOMENT],
            numbers=[name for name in wanted if asked.kinds[name] is blocks.Kind.NUMBER],
        )
    return {}


def _form(asked: _Asked, chosen: Mapping[str, str], cells: Mapping[str, tuple[int, int]]) -> Block:
    gives = {name: blocks.gives(*counts, asked.kinds[name]) for name, counts in cells.items() if name in chosen}
    names = list(asked.wanted)[: blocks.MOST]
    file_id = asked.found.handle if asked.found else ""
    return blocks.naming_form(
        asked.wanted,
        asked.there,
        chosen,
        gives=gives,
        known=asked.known,
        filename=asked.found.filename if asked.found else asked.source.name or asked.source.key,
        metadata=modals.metadata(asked.cycle, file=file_id, source=asked.source.id, names=names),
    )


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
        tried = mapping.Try(
            wanted=wanted, actor=here.user_id, stamp=str(view["id"]), named=[*said.values(), *same.values()]
        )
        if found is not None:
            mapping.begin(kit, session, here.team_id, found, tried)
        else:
            mapping.begin_again(kit, session, cycle, tried)
    ack()


def _as_read(session: Session, source: Source, found: kept.Drop | None) -> SourceDefinition:
    """How the file at hand was read, which may wait for a yes to that; else how its source is read."""
    batch = batches.find(session, source, found.sha256) if found else None
    own = batch.counts.get("wanted") if batch and batch.state == BatchState.WAITING else None
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
    by_value = {blocks.value_of(name): name for name in known}
    return {
        name: by_value[place.removeprefix(blocks.AGAIN)]
        for name, place in places.items()
        if place.startswith(blocks.AGAIN) and place.removeprefix(blocks.AGAIN) in by_value
    }


def _said(chosen: Mapping[str, str | None], names: list[str], there: list[str], *, needed: bool) -> dict[str, str]:
    """Per chosen column of the file, how KPIs call it.

    Raises:
        InvalidInput: beside the field that names a column a second time; or nothing was chosen.
    """
    said: dict[str, str] = {}
    by_value = {blocks.value_of(name): name for name in there}
    for number, name in enumerate(names):
        place = chosen[str(number)]
        if place is None or place == blocks.NO_COLUMN or place.startswith(blocks.AGAIN):
            continue
        column = by_value.get(place)
        if column is None:
            raise InvalidInput(str(number), "This column is not there any more. Please choose again.")
        if column in said:
            raise InvalidInput(str(number), f"‘{column}’ stands for {said[column]} already; expected another column.")
        said[column] = name
    if needed and not said:
        raise InvalidInput("0", "Please choose a column; or cancel and change the KPI.")
    return said
