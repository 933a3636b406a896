"""What a delivery's own message says: written anew whenever the delivery is read otherwise, taken out or put back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlmodel import Session

from bot.blocks import step3_gather as blocks
from bot.blocks.parts import Block
from bot.context import Kit
from bot.listeners.step3_gather.drop import post_key
from csi.measurement.mapping import columns_named
from csi.models import Batch, Cycle, Source
from csi.reading.naming import names_used
from csi.states import BatchState
from csi.step3_gather import batches, sources

_CELLS = 5
_DROPS = 4  # earlier ones whose messages are kept up to date


def message(
    session: Session, cycle: Cycle, source: Source, batch: Batch, *, outcome: str = "new", notes: Sequence[str] = ()
) -> list[Block]:
    """What is said of a delivery now; with the columns that KPIs miss in it, once it counts."""
    if batch.state == BatchState.REMOVED:
        return blocks.removed(batch, batch.removed_by)
    file = next(reversed(_places(batch)), "")
    cells = batches.open_cells(session, batch.team_id, batch.id, limit=_CELLS)
    shown = blocks.recorded(batch, source, outcome=outcome, cells=cells, notes=notes, zone=cycle.timezone, file_id=file)
    shown += [one for column in batches.far_columns(session, batch) for one in blocks.far_dates(batch, column)]
    if batch.state == BatchState.WAITING:  # one question at a time
        return shown
    lacking = lacking_columns(session, cycle, source, tuple(batch.counts.get("columns") or ()))
    return [*shown, *blocks.lacking(lacking, f"{file}:{source.id}")]


def tell(kit: Kit, session: Session, batch: Batch, shown: list[Block]) -> bool:
    """Bring the message in its file's thread up to date, in each where it was dropped; False where there is none."""
    keys = {post_key(place) for place in _places(batch)}
    there = [key for key in sorted(keys) if kit.outbox.find(session, team_id=batch.team_id, key=key) is not None]
    for key in there:
        kit.outbox.update(session, team_id=batch.team_id, key=key, text=blocks.words(shown), blocks=shown)
    return bool(there)


def told_at(batch: Batch, handle: str) -> None:
    """Remember the drop in whose thread a delivery is told of; it may have been dropped before."""
    before = [place for place in _places(batch) if place != handle]
    batch.counts = {**batch.counts, "drops": [*before[-_DROPS:], handle]}


def _places(batch: Batch) -> list[str]:
    """The drops of a delivery's bytes that were read, the newest last."""
    return [str(one) for one in batch.counts.get("drops") or ()]


def lacking_columns(
    session: Session, cycle: Cycle, source: Source, columns: Sequence[str]
) -> Mapping[str, tuple[str, ...]]:
    """The columns that KPIs name and a delivery does not have, each with the names of those KPIs."""
    names = names_used(sources.definition(source.key, source.mapping), columns)
    wanted = columns_named(session, cycle, source)
    return {column: kpis for column, kpis in wanted.items() if column not in names}
