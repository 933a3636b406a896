"""Reading a dropped file, apart from every request: progress in its thread, then what became of it.

Nothing is kept of what was said of a file before it has been read: a try that fails leaves no source and no mapping.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from bot.blocks import step3_gather as blocks
from bot.blocks.parts import Block
from bot.context import Kit
from bot.listeners.step3_gather import drop as kept
from bot.listeners.step3_gather import telling, tries
from bot.listeners.step3_gather.drop import Drop
from bot.listeners.step3_gather.forgetting import KEPT
from csi import cycle as cycles
from csi.definition import SourceDefinition
from csi.errors import Conflict, CsiError, DatesSwapped, InvalidInput
from csi.measurement import of_cycle
from csi.measurement.deliveries import Waits
from csi.models import Batch, Cycle, Source
from csi.reading.as_written import on_its_sheet
from csi.reading.naming import names_used
from csi.series import columns_needed
from csi.states import BatchState
from csi.step3_gather import batches, rereading, settling, sources
from csi.step3_gather.batches import Outcome, Recorded
from csi.step3_gather.intake import Intake, is_same_reading, take_in
from csi.step3_gather.namesakes import is_taken
from csi.step3_gather.overlaps import shared_days
from csi.step3_gather.settling import Wanted
from csi.storage import hold
from csi.words.wording import listed, plural

SECONDS = 3.0  # between two updates of the progress message
Typed = tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Plan:
    """How a file is about to be read, as it would be once all that was said of it is kept."""

    definition: SourceDefinition
    typed: Typed


def read(payload: Mapping[str, Any], kit: Kit) -> None:
    """The job: read the file as was said, then keep that with its source, record it, and say what came."""
    team_id = str(payload["team_id"])
    found = kept.find(kit, team_id, str(payload["file_id"]))
    with _refusal_beside(kit, team_id, found):
        _read(payload, kit, found)


@contextmanager
def _refusal_beside(kit: Kit, team_id: str, found: Drop) -> Iterator[None]:
    """A refusal stands where the reading was asked for: else it would say for ever that the file is being read."""
    try:
        yield
    except CsiError as error:
        say(kit, team_id, found, blocks.refused(found.filename, str(error), found.handle))


def not_read(payload: Mapping[str, Any], kit: Kit) -> None:
    """The job was given up: it is said where the reading was asked for."""
    team_id = str(payload["team_id"])
    found = kept.find(kit, team_id, str(payload["file_id"]))
    say(kit, team_id, found, blocks.refused(found.filename, blocks.NOT_READ, found.handle))


def _read(payload: Mapping[str, Any], kit: Kit, found: Drop) -> None:
    team_id = str(payload["team_id"])
    _check_name(kit, team_id, found, wanted_of(payload))
    plan = _planned(kit, team_id, found, payload)
    show_progress(kit, team_id, found, 0)
    intake = _intake(kit, team_id, found, plan, payload)
    if intake is None:
        return
    with kit.sessions.trial() as session:
        asked = _asked(session, found, payload, intake, kit.now())
    if asked is not None:
        tries.keep(kit.files, team_id, found.handle, payload)
        named = bool(payload.get("named"))
        days = KEPT.days if asked.is_first else 0
        shown = blocks.asked(found.filename, found.handle, asked.reasons, asked.source, named=named, kept_days=days)
        say(kit, team_id, found, shown)
        return
    with kit.sessions() as session:  # the delivery, what is said of it and its quarantine: all of it or none
        source, recorded = _recorded(kit, session, found, payload, intake)
        session.flush()
        notes = (*_doubts(intake), *_twice(session, source, recorded), *told(intake, payload.get("named") or ()))
        _say_in(kit, session, team_id, found, _shown(session, found, source, recorded, notes=notes))
        if recorded.outcome is not Outcome.KNOWN:
            _share_quarantine(kit, session, found, recorded.batch)
        kit.inbox.through(session, payload)


def wanted_of(payload: Mapping[str, Any]) -> Wanted:
    """What a job was told of source and mapping."""
    return Wanted(int(payload.get("source_id") or 0), str(payload.get("source_name") or ""), payload.get("mapping"))


def _check_name(kit: Kit, team_id: str, found: Drop, wanted: Wanted) -> None:
    """Refuse to read into a source that another file made meanwhile: nobody said that the two belong together.

    Raises:
        Conflict: it names that source.
    """
    with kit.sessions.reading() as session:
        cycle = cycles.by_id(session, team_id, found.cycle_id)
        if not wanted.source_id and is_taken(session, cycle, wanted.name, found.sha256):
            raise Conflict(
                f"‘{wanted.name}’ is a source by now, made of another file. Add to it, or name it otherwise."
            )


def _planned(kit: Kit, team_id: str, found: Drop, payload: Mapping[str, Any]) -> _Plan:
    wanted, actor = wanted_of(payload), str(payload["actor"])
    with kit.sessions.trial() as session:
        cycle = cycles.by_id(session, team_id, found.cycle_id)
        source = settling.source_of(session, cycle, wanted, actor=actor, now=kit.now())
        settling.settle(session, cycle, source, wanted, actor=actor, now=kit.now())
        typed = typed_columns(session, cycle, source, found.layout.names)
        return _Plan(on_its_sheet(sources.definition(source.key, source.mapping), found.layout), typed)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Nothing is changed before somebody says yes: a delivery that counts would count no more, or a source would be
    made for nothing but this one."""

    source: Source
    reasons: tuple[Waits, ...]
    is_first: bool


def _asked(session: Session, found: Drop, payload: Mapping[str, Any], intake: Intake, now: datetime) -> _Asked | None:
    """What is asked about before anything is kept of a reading."""
    if payload.get("accepted"):
        return None
    wanted, actor = wanted_of(payload), str(payload["actor"])
    cycle = cycles.by_id(session, str(payload["team_id"]), found.cycle_id)
    source = settling.source_of(session, cycle, wanted, actor=actor, now=now)
    reasons = batches.doubtful(session, source, intake)
    known = batches.find(session, source, intake.sha256)
    is_new = not wanted.source_id and not batches.of_source(session, source)
    is_other = known is not None and not is_same_reading(known.rows_key, intake.rows_key)
    counts = known is not None and known.state == BatchState.CURRENT and is_other
    return _Asked(source, reasons, is_new) if reasons and (is_new or counts) else None


def _recorded(
    kit: Kit, session: Session, found: Drop, payload: Mapping[str, Any], intake: Intake
) -> tuple[Source, Recorded]:
    """Keep what was said and record the delivery, in one transaction; what is said of one that waits waits with it."""
    wanted, actor, now = wanted_of(payload), str(payload["actor"]), kit.now()
    cycle = cycles.by_id(session, str(payload["team_id"]), found.cycle_id)
    hold(session, cycle, f"service:{cycle.team_id}:{cycle.service_id}")
    source = settling.source_of(session, cycle, wanted, actor=actor, now=now)
    accepted = bool(payload.get("accepted"))
    waits = not accepted and bool(batches.doubtful(session, source, intake))
    changed = not waits and settling.settle(session, cycle, source, wanted, actor=actor, now=now)
    made = batches.record(
        session, source, intake, actor=actor, now=now, cycle_id=cycle.id, permalink=found.permalink, accepted=accepted
    )
    if made.outcome is not Outcome.KNOWN:
        telling.told_at(made.batch, found.handle)
    if waits and wanted.mapping is not None:
        made.batch.counts = {**made.batch.counts, "wanted": dict(wanted.mapping)}
    if changed:
        read_earlier_again(kit, session, cycle, source, actor=actor, but=found.sha256)
    return source, made


def read_earlier_again(kit: Kit, session: Session, cycle: Cycle, source: Source, *, actor: str, but: str = "") -> None:
    """Deliveries read under the old mapping are read under the new one, where their columns allow it."""
    # One that waits for a yes most of all: it may wait because it was read wrongly.
    for batch in rereading.readable_again(session, source):
        if batch.sha256 != but:
            read_one_again(kit, session, cycle, source, batch, actor=actor)


def read_one_again(kit: Kit, session: Session, cycle: Cycle, source: Source, batch: Batch, *, actor: str) -> None:
    """Have a delivery read as its source is read by now."""
    kit.inbox.later(
        session,
        team_id=source.team_id,
        kind="gather.reread",
        key=f"{batch.id}:{source.version}:{batch.mapping_hash}",
        payload={"batch_id": batch.id, "source_id": source.id, "cycle_id": cycle.id, "actor": actor},
        user=actor,
        channel=cycle.channel_id,
    )


def _intake(kit: Kit, team_id: str, found: Drop, plan: _Plan, payload: Mapping[str, Any]) -> Intake | None:
    """The rows of a dropped file; None where it was refused or nothing of it can be used, which is said beside it."""
    try:
        intake = _taken_in(kit, team_id, found, plan)
    except DatesSwapped as error:
        name = f"{found.handle}.meant"
        tries.keep(kit.files, team_id, name, tries.meant(payload, sources.mapping_of(plan.definition), error.field))
        say(kit, team_id, found, blocks.swapped(found.filename, error.reason, name, (blocks.MAP, found.handle)))
        return None
    except InvalidInput as error:
        say(kit, team_id, found, blocks.refused(found.filename, error.reason, found.handle))
        return None
    if intake.rows_read and not intake.rows_kept:
        say(kit, team_id, found, blocks.unusable(found.filename, found.handle, intake.rows_read, intake.cells))
        return None
    return intake


def _taken_in(kit: Kit, team_id: str, found: Drop, plan: _Plan) -> Intake:
    moments, numbers = plan.typed
    with kit.files.local(found.raw_key) as path:
        return take_in(
            kit.files,
            team_id,
            path,
            plan.definition,
            moments=moments,
            numbers=numbers,
            filename=found.filename,
            progress=every(SECONDS, lambda seen: show_progress(kit, team_id, found, seen)),
        )


def every(seconds: float, tell: Callable[[int], None]) -> Callable[[int], None]:
    """``tell``, but not more often than that."""
    told = time.monotonic()

    def progress(seen: int) -> None:
        nonlocal told
        if time.monotonic() - told >= seconds:
            told = time.monotonic()
            tell(seen)

    return progress


def typed_columns(session: Session, cycle: Cycle, source: Source, columns: Sequence[str]) -> Typed:
    """Columns read as moments and as numbers: what the KPIs need, else what was mapped."""
    options = source.mapping.get("options") or {}
    mapped = tuple(options.get("moments", ())), tuple(options.get("numbers", ()))
    study = of_cycle.of_source(session, cycle, source)
    wanted = columns_needed(study, source.key) if study else mapped
    names = names_used(sources.definition(source.key, source.mapping), columns)
    moments = tuple(dict.fromkeys((*mapped[0][:1], *(name for name in wanted[0] if name in names))))
    numbers = tuple(name for name in wanted[1] if name in names)
    return tuple(name for name in moments if name in names) or mapped[0], numbers


def _times(count: int, one: str = "occurs", several: str = "occur") -> str:
    return f"{plural(count, 'local time')} {one if count == 1 else several}"


def _doubts(intake: Intake) -> tuple[str, ...]:
    said = []
    for name, counts in intake.doubtful.items():
        if counts.get("ambiguous"):
            said.append(f"{name}: {_times(counts['ambiguous'])} twice (clock set back); the first is taken.")
        if counts.get("nonexistent"):
            said.append(
                f"{name}: {_times(counts['nonexistent'], 'does', 'do')} not exist (clock set forward); moved forward."
            )
    return tuple(said)


def told(intake: Intake, named: Sequence[str]) -> tuple[str, ...]:
    """What the columns that were just named give: how many of their cells could be read; and what counts as empty."""
    kinds = {**dict.fromkeys(intake.numbers, blocks.Kind.NUMBER), **dict.fromkeys(intake.moments, blocks.Kind.MOMENT)}
    counts = {name: intake.cells_read[name] for name in named if name in intake.cells_read}
    given = (f"‘{name}’: {blocks.gives(*cells, kinds[name])}" for name, cells in counts.items())
    return (*given, *_empty(intake))


def _empty(intake: Intake) -> Iterator[str]:
    """What stands for nothing in a delivery, so that nobody wonders where it went."""
    for column, texts in intake.placeholders.items():
        for text, one in texts.items():
            yield f"‘{column}’: {plural(one.count, 'cell')} with {text} count as empty (first: line {one.line:,})."
    if markers := intake.mapping.get("missing"):
        yield f"Taken for “nothing here”: {', '.join(f'‘{one}’' for one in markers)}."


def _twice(session: Session, source: Source, made: Recorded) -> tuple[str, ...]:
    """A warning where rows may count twice, as nothing tells those of two deliveries apart."""
    shared = shared_days(session, source, made.batch)
    if not shared:
        return ()
    which = listed([f"delivery {ordinal} ({plural(days, 'day')})" for ordinal, days in shared.items()])
    return (f"Days in it came before, with {which}. No column names a case: rows that are in both count twice.",)


def _shown(session: Session, found: Drop, source: Source, made: Recorded, *, notes: Sequence[str]) -> list[Block]:
    if made.outcome is Outcome.KNOWN:
        return blocks.known_already(found.filename, found.handle, made.batch, source)
    cycle = cycles.by_id(session, source.team_id, found.cycle_id)
    return telling.message(session, cycle, source, made.batch, outcome=made.outcome.value, notes=notes)


def show_progress(kit: Kit, team_id: str, found: Drop, seen: int) -> None:
    """Say how far reading has come."""
    say(kit, team_id, found, blocks.working(found.filename, seen))


def say(kit: Kit, team_id: str, found: Drop, shown: list[Block]) -> None:
    """Answer a file: one message, kept up to date."""
    with kit.sessions() as session:
        _say_in(kit, session, team_id, found, shown)


def _say_in(kit: Kit, session: Session, team_id: str, found: Drop, shown: list[Block]) -> None:
    kit.outbox.keep(
        session,
        team_id=team_id,
        key=found.post_key,
        channel=found.channel,
        thread_ts=found.thread_ts or None,
        text=blocks.words(shown),
        blocks=shown,
    )


def _share_quarantine(kit: Kit, session: Session, found: Drop, batch: Batch) -> None:
    """The quarantine as a CSV in the file's thread, to be mended and dropped in again."""
    key = str(batch.counts.get("quarantine_key") or "")
    if not key:
        return
    name = f"quarantine-{found.filename.rsplit('.', 1)[0][:60]}-{batch.ordinal}.csv"
    kit.outbox.share(
        session,
        team_id=batch.team_id,
        channel=found.channel,
        key=f"quarantine:{found.file_id}:{key}",
        content=key,
        name=name,
        words=blocks.MEND_ROWS,
        thread_ts=found.thread_ts,
        tell=found.user,
    )
