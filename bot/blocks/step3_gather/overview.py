"""What was expected, what came, what is missing, per KPI; and the deliveries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.blocks import parts
from bot.blocks.parts import Block
from bot.blocks.step3_gather.drops import ASK, put_back
from bot.blocks.step3_gather.ids import NUMBER, OPEN, REMOVE
from bot.blocks.text import clip, escape, mention
from csi.models import Batch, Source
from csi.reading.spans import label
from csi.states import BatchState
from csi.step3_gather.expected import Arrival
from csi.step3_gather.measured import KINDS
from csi.words.wording import listed, plural, when

_SHOWN = 20
DELIVERIES = 8  # of one source, the newest


def overview(
    found: Sequence[Arrival],
    held: Sequence[tuple[Source, Sequence[Batch]]],
    *,
    metadata: str,
    zone: str,
    may_type: bool,
) -> Block:
    """Per KPI what was expected, what came, what is missing; the deliveries below."""
    blocks = [
        parts.section("*Gather the data.* Drop a file into the channel, or type a number. Counts and dates only.")
    ]
    if not found:
        blocks.append(parts.section("No KPI is gathered yet; step 2 says which can be."))
    for one in found[:_SHOWN]:
        button = parts.button("Type a number", f"{NUMBER}:{one.kpi.id}", one.kpi.key)
        blocks.append(parts.section(_arrival(one, zone), button if may_type and _by_hand(one) else None))
    if len(found) > _SHOWN:
        blocks.append(parts.context(f"… and {plural(len(found) - _SHOWN, 'more KPI')}"))
    for source, batches in held:
        if batches:
            blocks += _deliveries(source, batches)
    return parts.modal(OPEN, "Gather the data", blocks[:99], submit="", close="Done", metadata=metadata)


def _by_hand(one: Arrival) -> bool:
    return one.source is None or one.source.kind in KINDS or (one.source.kind == "file" and not one.deliveries)


def _arrival(one: Arrival, zone: str) -> str:
    source = escape(one.source.name or one.source.key) if one.source else "no source yet"
    lines = [f"*{escape(one.kpi.name)}* · {source} · {mention(one.owner)}"]
    lines.append(
        f"{plural(len(one.expected), f'{one.period} expected', f'{one.period}s expected')}, {len(one.came):,} came, "
        f"{len(one.missing):,} missing · {one.rows:,} rows, {one.quarantined:,} in quarantine"
    )
    if one.newest:
        lines.append(f"oldest {when(one.oldest, zone)} · newest {when(one.newest, zone)}")
    if one.missing:
        lines.append(f"missing: {_periods(one.missing, one)}{' (late)' if one.late else ''}")
    if one.empty:
        lines.append(f"without a row: {_periods(one.empty, one)}")
    lines += [
        f"{label(day, one.period)}: can't be provided, because {escape(clip(why, 200))}"
        for day, why in one.refused[-3:]
    ]
    lines += [f":warning: {escape(batch.filename)} waits for a yes" for batch in one.waiting]
    return clip("\n".join(lines), parts.SECTION)


def _periods(starts: Sequence[date], one: Arrival) -> str:
    names = [label(start, one.period) for start in starts[:6]]
    more = len(starts) - len(names)
    return ", ".join(names) + f" and {more:,} more" if more > 0 else listed(names)


def _deliveries(source: Source, held: Sequence[Batch]) -> list[Block]:
    blocks: list[Block] = [parts.section(f"*Deliveries of {escape(source.name or source.key)}*")]
    for batch in list(held)[-DELIVERIES:]:
        state = {"waiting": " · waits for a yes", "removed": " · taken out"}.get(batch.state, "")
        name = escape(batch.filename or ("typed" if batch.way == "typed" else batch.way))
        text = (
            f"{batch.ordinal}. {name} · {when(batch.delivered_at)} · {mention(batch.delivered_by)} · "
            f"{batch.rows_kept:,} rows, {batch.quarantined:,} in quarantine{state}"
        )
        blocks.append(parts.section(text, _way_out(batch)))
    return blocks


def _way_out(batch: Batch) -> Block | None:
    """What can be done about a delivery: take it out, or put it back."""
    if batch.state == BatchState.REMOVED:
        return put_back(batch) if batch.way == "file" else None
    can_go = batch.way not in KINDS
    return parts.button("Take out", f"{REMOVE}:{batch.id}", str(batch.id), confirm=ASK) if can_go else None
