"""Kept deliveries read again: one under its source's new mapping; all of a source as somebody wants them read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlmodel import Session

from bot.blocks import step3_gather as blocks
from bot.blocks.parts import Block
from bot.context import Kit
from bot.listeners.step1_should_measure.asking import show_levels
from bot.listeners.step3_gather import telling, tries
from bot.listeners.step3_gather.reading import Typed, told, typed_columns, wanted_of
from csi import cycle as cycles
from csi.definition import SourceDefinition
from csi.errors import DatesSwapped, InvalidInput
from csi.measurement import deliveries
from csi.measurement.deliveries import Waits, gravest
from csi.models import Batch, Cycle, Source
from csi.reading.as_written import fitted, on_its_sheet
from csi.reading.connectors.table import as_delivered
from csi.reading.layout import guess
from csi.states import BatchState
from csi.step3_gather import batches, settling, sources
from csi.step3_gather import rereading as again
from csi.step3_gather.batches import Outcome
from csi.step3_gather.held import stored
from csi.step3_gather.intake import Intake, stored_by, take_in
from csi.step3_gather.moved import moved, together
from csi.step4_process import trying
from csi.storage import hold, need

_Planned = tuple[Batch, SourceDefinition, Typed]


def reread(payload: Mapping[str, Any], kit: Kit) -> None:
    """The job: read an earlier delivery again under its source's new mapping."""
    team_id = str(payload["team_id"])
    with kit.sessions.reading() as session:
        batch = need(session, Batch, team_id, int(payload["batch_id"]))
        source = need(session, Source, team_id, int(payload["source_id"]))
        cycle = cycles.by_id(session, team_id, int(payload["cycle_id"]))
        planned, version = _planned(session, cycle, source, batch), source.version
    intake = _read(kit, source.key, planned)
    with kit.sessions() as session:
        cycle = cycles.by_id(session, team_id, cycle.id)
        hold(session, cycle, f"service:{cycle.team_id}:{cycle.service_id}")
        source = need(session, Source, team_id, source.id)
        if source.version == version:  # else it is read otherwise by now, and who said so had everything read again
            _record(kit, session, cycle, source, intake, actor=str(payload["actor"]))


def _record(
    kit: Kit, session: Session, cycle: Cycle, source: Source, intake: Intake, *, actor: str, accepted: bool = False
) -> None:
    """Keep another reading of a delivery, and say so in its file's thread."""
    known = batches.find(session, source, intake.sha256)
    if known is None or known.state == BatchState.REMOVED:  # taken out meanwhile: it does not come back by itself
        return
    made = batches.record(session, source, intake, actor=actor, now=kit.now(), cycle_id=cycle.id, accepted=accepted)
    if made.outcome is not Outcome.KNOWN:
        shown = telling.message(session, cycle, source, made.batch, outcome=Outcome.READ_AGAIN.value)
        telling.tell(kit, session, made.batch, shown)


def _planned(session: Session, cycle: Cycle, source: Source, batch: Batch) -> _Planned:
    typed = typed_columns(session, cycle, source, tuple(batch.counts.get("columns", ())))
    return batch, as_delivered(sources.definition(source.key, source.mapping)), typed


def _read(kit: Kit, key: str, planned: _Planned, looked: str = "") -> Intake:
    """One delivery; ``looked`` is the hash of the one that somebody looked at as they said this."""
    batch, wanted, (moments, numbers) = planned
    with kit.files.local(batch.raw_key) as path:
        # An earlier delivery may be written in another date order than the one that was just mapped.
        rows = {name: wanted.options[name] for name in ("rows",) if wanted.options.get(name)}
        stated = SourceDefinition(id=key, encoding=wanted.encoding, delimiter=wanted.delimiter, options=rows)
        own_sheet = guess(path, batch.filename, replace(stated, sheet=batch.mapping.get("sheet")))
        wanted = on_its_sheet(wanted, own_sheet)
        is_same = wanted.sheet in (None, own_sheet.sheet)
        layout = own_sheet if is_same else guess(path, batch.filename, replace(stated, sheet=wanted.sheet))
        before = sources.definition(key, batch.mapping)
        own = wanted if batch.sha256 == looked else fitted(layout, wanted, before, moments)
        return take_in(kit.files, batch.team_id, path, own, moments=moments, numbers=numbers, filename=batch.filename)


def reread_all(payload: Mapping[str, Any], kit: Kit) -> None:
    """The job: read what a source delivered as somebody wants it read; asked about first where little would be left."""
    team_id, actor = str(payload["team_id"]), str(payload["actor"])
    wanted = wanted_of(payload)
    with kit.sessions.trial() as session:
        cycle = cycles.by_id(session, team_id, int(payload["cycle_id"]))
        source = settling.source_of(session, cycle, wanted, actor=actor, now=kit.now())
        before = sources.definition(source.key, dict(source.mapping))
        settling.settle(session, cycle, source, wanted, actor=actor, now=kit.now())
        planned = [_planned(session, cycle, source, one) for one in again.readable_again(session, source)]
        left = _left(session, source, planned)
    intakes = _read_all(kit, cycle, source, payload, planned)
    if intakes is None:
        return
    if not payload.get("accepted") and (reasons := _reasons(kit, source, planned, intakes)):
        tries.keep(kit.files, team_id, f"s{source.id}", payload)
        _say(
            kit,
            cycle,
            source,
            payload,
            blocks.asked("", f"s{source.id}", reasons, source, named=bool(payload.get("named"))),
        )
        return
    counted = [
        (one, intake) for (one, _, _), intake in zip(planned, intakes, strict=True) if one.state == BatchState.CURRENT
    ]
    changed = together([moved(kit.files, stored(one), stored_by(intake)) for one, intake in counted])
    with kit.sessions() as session:
        source, made = _kept(session, kit, payload, intakes, left)
    with kit.sessions() as session:
        cycle = cycles.by_id(session, team_id, cycle.id)
        levels = [(one.kpi.name, one.kpi.unit, one.before, one.now) for one in _levels(session, kit, cycle, source)]
    noted = [note for intake in intakes[:1] for note in told(intake, payload.get("named") or ())]
    _say(
        kit,
        cycle,
        source,
        payload,
        blocks.reread(
            source,
            replace(made, moved=changed),
            actor=actor,
            notes=noted,
            levels=levels,
            otherwise=blocks.Otherwise(
                before, sources.definition(source.key, source.mapping), bool(payload.get("is_undo"))
            ),
        ),
    )


def _read_all(
    kit: Kit, cycle: Cycle, source: Source, payload: Mapping[str, Any], planned: list[_Planned]
) -> list[Intake] | None:
    """Every delivery as is wanted; None where one cannot be read so, which is said."""
    try:
        return [_read(kit, source.key, one, str(payload.get("looked") or "")) for one in planned]
    except DatesSwapped as error:
        name = f"s{source.id}.meant"
        mapping = payload.get("mapping") or source.mapping
        tries.keep(kit.files, source.team_id, name, tries.meant(payload, mapping, error.field))
        change = (f"{blocks.CHANGE}:{source.id}", str(source.id))
        _say(kit, cycle, source, payload, blocks.swapped(source.name or source.key, error.reason, name, change))
        return None
    except InvalidInput as error:
        _say(kit, cycle, source, payload, blocks.not_reread(source, error.reason))
        return None


def _left(session: Session, source: Source, planned: list[_Planned]) -> list[str]:
    read = {batch.id for batch, _, _ in planned}
    return [one.filename for one in deliveries.current(session, source) if one.id not in read]


def _reasons(kit: Kit, source: Source, planned: list[_Planned], intakes: list[Intake]) -> tuple[Waits, ...]:
    """Why a reading of the deliveries that count needs a yes, or can have none."""
    with kit.sessions.reading() as session:
        pairs = zip(planned, intakes, strict=True)
        return gravest(
            batches.doubtful(session, source, one) for (batch, _, _), one in pairs if batch.state == BatchState.CURRENT
        )


def _kept(
    session: Session, kit: Kit, payload: Mapping[str, Any], intakes: list[Intake], left: list[str]
) -> tuple[Source, again.Difference]:
    """Keep the mapping and every reading under it, in one transaction."""
    actor, now, wanted = str(payload["actor"]), kit.now(), wanted_of(payload)
    cycle = cycles.by_id(session, str(payload["team_id"]), int(payload["cycle_id"]))
    hold(session, cycle, f"service:{cycle.team_id}:{cycle.service_id}")
    source = settling.source_of(session, cycle, wanted, actor=actor, now=now)
    before = again.held(deliveries.current(session, source))
    settling.settle(session, cycle, source, wanted, actor=actor, now=now)
    for intake in intakes:
        _record(kit, session, cycle, source, intake, actor=actor, accepted=bool(payload.get("accepted")))
    batches.mark_stale(session, source)
    now_held = again.held(deliveries.current(session, source))
    return source, again.difference(before, now_held, len(intakes), left)


def _levels(session: Session, kit: Kit, cycle: Cycle, source: Source) -> list[trying.Level]:
    """Where KPIs stand as their source is read by now; an open question to the business shows it."""
    found = trying.levels_again(session, cycle, source.id, kit.files)
    if found:
        show_levels(session, kit, cycle)
    return found


def said_under(source_id: int, payload: Mapping[str, Any]) -> str:
    """The key in the outbox of what is said of a reading: that of the question it answers, where there was one."""
    return str(payload.get("post") or f"source.read:{source_id}:{payload.get('stamp', '')}")


def _say(kit: Kit, cycle: Cycle, source: Source, payload: Mapping[str, Any], shown: list[Block]) -> None:
    """Say it in the card's thread: what a source is read as concerns everybody."""
    with kit.sessions() as session:
        kit.outbox.keep(
            session,
            team_id=cycle.team_id,
            channel=cycle.channel_id,
            thread_key=f"card:{cycle.id}",
            key=said_under(source.id, payload),
            text=blocks.words(shown),
            blocks=shown,
        )
