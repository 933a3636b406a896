"""Reading a dropped file, apart from every request: progress in its thread, then what became of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from slack_sdk import WebClient
from sqlmodel import Session

from bot.blocks import step3_gather as blocks
from bot.blocks.parts import Block
from bot.blocks.text import listed, plural
from bot.context import Kit
from bot.delivery.files import share
from bot.listeners.step3_gather import drop as kept
from bot.listeners.step3_gather.drop import Drop
from csi import cycle as cycles
from csi.cycle.measurement import columns_named
from csi.errors import InvalidInput
from csi.models import Batch, Cycle, Source
from csi.step3_gather import batches, sources
from csi.step3_gather.as_written import fitted
from csi.step3_gather.batches import Outcome, Recorded
from csi.step3_gather.intake import Intake, take_in
from csi.step3_gather.layout import guess
from csi.step3_gather.naming import names_used
from csi.step3_gather.overlaps import shared_days
from csi.step4_process import columns_needed
from csi.storage import need
from csi.study import of_cycle

SECONDS = 3.0  # between two updates of the progress message


def read(payload: Mapping[str, Any], client: WebClient, kit: Kit) -> None:
    """The job: read the file as its source says, record it, and say in its thread what came."""
    team_id = str(payload["team_id"])
    found = kept.find(kit, team_id, str(payload["file_id"]))
    with kit.sessions.reading() as session:
        source = need(session, Source, team_id, int(payload["source_id"]))
        cycle = cycles.by_id(session, team_id, found.cycle_id)
        typed = typed_columns(session, cycle, source, found.layout.names)
        lacking = lacking_columns(session, cycle, source, found.layout.names)
    show_progress(kit, team_id, found, 0)
    intake = _intake(kit, team_id, found, source, typed)
    if intake is None:
        return
    with kit.sessions() as session:
        made = batches.record(
            session, source, intake, actor=str(payload["actor"]), now=kit.now(), cycle_id=cycle.id,
            permalink=found.permalink,
        )  # fmt: skip
    notes = (*_doubts(intake), *_twice(kit, source, made))
    say(kit, team_id, found, _shown(kit, found, source, made, notes=notes, lacking=lacking))
    if made.outcome is not Outcome.KNOWN:
        share_quarantine(client, kit, found, made.batch)


def reread(payload: Mapping[str, Any], kit: Kit) -> None:
    """The job: read an earlier delivery again under its source's new mapping."""
    team_id = str(payload["team_id"])
    with kit.sessions.reading() as session:
        batch = need(session, Batch, team_id, int(payload["batch_id"]))
        source = need(session, Source, team_id, int(payload["source_id"]))
        cycle = cycles.by_id(session, team_id, int(payload["cycle_id"]))
        names = tuple(batch.counts.get("columns", ()))
        typed = typed_columns(session, cycle, source, names)
    wanted = sources.definition(source.key, source.mapping)
    with kit.files.local(batch.raw_key) as path:
        # An earlier delivery may be written in another date order than the one that was just mapped.
        own = fitted(guess(path, batch.filename), wanted, sources.definition(source.key, batch.mapping), typed[0])
        intake = take_in(
            kit.files, team_id, path, own, moments=typed[0], numbers=typed[1], filename=batch.filename
        )  # fmt: skip
    with kit.sessions() as session:
        batches.record(session, source, intake, actor=str(payload["actor"]), now=kit.now(), cycle_id=cycle.id)


def _intake(
    kit: Kit, team_id: str, found: Drop, source: Source, typed: tuple[tuple[str, ...], tuple[str, ...]]
) -> Intake | None:
    """The rows of a dropped file; None where it was refused, which is said beside it."""
    try:
        return _taken_in(kit, team_id, found, source, typed)
    except InvalidInput as error:
        say(kit, team_id, found, blocks.refused(found.filename, error.reason))
        return None


def _taken_in(
    kit: Kit, team_id: str, found: Drop, source: Source, typed: tuple[tuple[str, ...], tuple[str, ...]]
) -> Intake:
    moments, numbers = typed
    with kit.files.local(found.raw_key) as path:
        return take_in(
            kit.files,
            team_id,
            path,
            sources.definition(source.key, source.mapping),
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


def typed_columns(
    session: Session, cycle: Cycle, source: Source, columns: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Columns read as moments and as numbers: what the KPIs need, else what was mapped."""
    options = source.mapping.get("options") or {}
    mapped = tuple(options.get("moments", ())), tuple(options.get("numbers", ()))
    study = of_cycle.of_source(session, cycle, source)
    wanted = columns_needed(study, source.key) if study else mapped
    names = names_used(sources.definition(source.key, source.mapping), columns)
    moments = tuple(dict.fromkeys((*mapped[0][:1], *(name for name in wanted[0] if name in names))))
    numbers = tuple(name for name in wanted[1] if name in names)
    return tuple(name for name in moments if name in names) or mapped[0], numbers


def lacking_columns(
    session: Session, cycle: Cycle, source: Source, columns: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """The columns that KPIs name and a delivery does not have, each with the names of those KPIs."""
    names = names_used(sources.definition(source.key, source.mapping), columns)
    wanted = columns_named(session, cycle, source)
    return {column: kpis for column, kpis in wanted.items() if column not in names}


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


def _twice(kit: Kit, source: Source, made: Recorded) -> tuple[str, ...]:
    """A warning where rows may count twice, as nothing tells those of two deliveries apart."""
    with kit.sessions.reading() as session:
        shared = shared_days(session, source, made.batch)
    if not shared:
        return ()
    which = listed([f"delivery {ordinal} ({plural(days, 'day')})" for ordinal, days in shared.items()])
    return (f"Days in it came before, with {which}. No column names a case: rows that are in both count twice.",)


def _shown(
    kit: Kit, found: Drop, source: Source, made: Recorded, *, notes: Sequence[str], lacking: Mapping[str, Sequence[str]]
) -> list[Block]:
    if made.outcome is Outcome.KNOWN:
        return blocks.known_already(found.filename, found.file_id, made.batch, source)
    with kit.sessions.reading() as session:
        cells = batches.open_cells(session, source.team_id, made.batch.id, limit=5)
        zone = cycles.by_id(session, source.team_id, found.cycle_id).timezone
    shown = blocks.recorded(made.batch, source, outcome=made.outcome.value, cells=cells, notes=notes, zone=zone)
    return [*shown, *blocks.lacking(lacking, f"{found.file_id}:{source.id}")]


def show_progress(kit: Kit, team_id: str, found: Drop, seen: int) -> None:
    """Say how far reading has come."""
    say(kit, team_id, found, blocks.working(found.filename, seen))


def say(kit: Kit, team_id: str, found: Drop, shown: list[Block]) -> None:
    """Answer a file: one message, kept up to date."""
    with kit.sessions() as session:
        kit.outbox.keep(
            session, team_id=team_id, key=found.post_key, channel=found.channel, thread_ts=found.thread_ts or None,
            text=blocks.words(shown), blocks=shown,
        )  # fmt: skip


def share_quarantine(client: WebClient, kit: Kit, found: Drop, batch: Batch) -> None:
    """The quarantine as a CSV in the file's thread, to be mended and dropped in again."""
    key = str(batch.counts.get("quarantine_key") or "")
    if not key:
        return
    name = f"quarantine-{found.filename.rsplit('.', 1)[0][:60]}-{batch.ordinal}.csv"
    comment = "Mend the rows (not the columns whose names begin with csi_) and drop the file in again."
    content = kit.files.read(key)
    share(client, channel=found.channel, content=content, name=name, words=comment, thread_ts=found.thread_ts)
