"""What a source that is collected proposes to measure, once it has delivered and nothing is measured from it yet."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.blocks import proposing as blocks
from bot.blocks.parts import Block
from bot.context import Kit
from bot.listeners.step3_gather import drop as drops
from bot.listeners.step3_gather import proposals
from bot.listeners.step3_gather.drop import Drop
from csi.definition import SourceDefinition
from csi.models import Batch, Cycle, Source
from csi.reading.connectors.table import as_delivered, write
from csi.reading.content import Content, Format, format_of
from csi.reading.files import FileStore
from csi.reading.layout import guess
from csi.reading.readers import stream
from csi.states import BatchState
from csi.step3_gather import origins, sources
from csi.study.drafting.proposal import Said
from csi.terms import Period, Step

_OWN = {Format.JSON, Format.JSON_LINES}  # which rows of these are meant says only the source


def offered(kit: Kit, cycle: Cycle, source: Source, batch: Batch, post: str) -> list[Block]:
    """The message that offers what a delivery can give; nothing where it gives nothing, or is not the time for it.

    ``post`` is the key in the outbox under which it is said.
    """
    with kit.sessions.reading() as session:
        is_used = bool(origins.feeds(session, cycle, source))
    if cycle.step != Step.SHOULD_MEASURE or is_used or batch.state != BatchState.CURRENT:
        return []
    known = sources.definition(source.key, source.mapping)
    found = replace(_as_dropped(kit, cycle, source, batch, known), post=post)
    drops.keep(kit.files, cycle.team_id, found)
    cut = proposals.Cut(cycle.timezone, Period(cycle.period))
    said = said_of(known)
    tried = (said, replace(said, key=None, latest=""))  # a key that its rows do not bear out is guessed anew
    proposal = next((one for how in tried if (one := proposals.likely(kit, cycle.team_id, found, cut, how))), None)
    if proposal is None:
        return []
    return blocks.offered(source.name or source.key, found.handle, proposal, otherwise=None, zone=cycle.timezone)


def said_of(known: SourceDefinition) -> Said:
    """What a person said of how it is read when they set it up."""
    at = next(iter(known.options.get("moments", ())), "")
    return Said(at=at, key=known.key or None, zone=known.timezone, latest=known.latest_by)


def _as_dropped(kit: Kit, cycle: Cycle, source: Source, batch: Batch, known: SourceDefinition) -> Drop:
    """A delivery as if it had been dropped as a table."""
    raw_key = table_of(kit.files, batch, known)
    with kit.files.local(raw_key) as path:
        content = Content(path, batch.filename)
        return Drop(
            file_id=f"collected{source.id}",
            filename=_filename(source),
            size=content.size,
            sha256=content.sha256(),
            raw_key=raw_key,
            cycle_id=cycle.id,
            channel=cycle.channel_id,
            thread_ts="",
            user=batch.delivered_by,
            permalink="",
            layout=guess(path, _filename(source)),
            source_id=source.id,
        )


def _filename(source: Source) -> str:
    return f"{source.key}.csv"


def table_of(files: FileStore, batch: Batch, known: SourceDefinition) -> str:
    """Where a delivery is kept as a table: as it came, or its rows taken out of the JSON around them."""
    with files.local(batch.raw_key) as path, TemporaryDirectory(prefix="csi-table-") as folder:
        if format_of(Content(path, batch.filename)) not in _OWN:
            return batch.raw_key
        frames = stream(path, as_delivered(known), moments=(), numbers=(), filename=batch.filename)
        first = next(iter(frames)).frame
        cells = chain([first], (one.frame for one in frames))
        target = Path(folder) / "rows.csv"
        filled = (row for frame in cells for row in frame.astype(object).where(frame.notna(), None).values.tolist())
        write(target, [str(name) for name in first.columns], filled)
        return files.keep(batch.team_id, target)
