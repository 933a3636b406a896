"""The first file of a source of which a study says how it is read: its word, and where the file speaks against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.blocks import parts
from bot.blocks.parts import Block
from bot.blocks.step3_gather.drops import unread
from bot.blocks.step3_gather.how import read_so
from bot.blocks.step3_gather.ids import MAP, READ
from bot.blocks.text import clip, escape
from csi.definition import SourceDefinition
from csi.models import Source
from csi.reading.looks import Looks
from csi.words.wording import plural

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Awaited:
    """A file beside what a study says of its source.

    Attributes:
        said: how it is read by the study.
        gone: columns that the study names and the file lacks.
        rewritten: a sentence for each column that is written otherwise than it would be read.
        looks: what it holds, read so; None where that cannot be told.
        key_seen: the column that names a case by the file's own rows; empty where none does.
    """

    source: Source
    said: SourceDefinition
    gone: Sequence[str] = ()
    rewritten: Sequence[str] = ()
    looks: Looks | None = None
    key_seen: str = ""

    @property
    def can_be_read(self) -> bool:
        """Whether it can be read as the study says."""
        return not self.gone and not self.rewritten


def awaited(filename: str, file_id: str, seen: Awaited, sheets: Sequence[str] = ()) -> list[Block]:
    """It is read as the study says at one press; what speaks against that is said first, column by column."""
    text = f"*{escape(filename)}* seems to be *{escape(seen.source.name or seen.source.key)}* of the study, which says:"
    lines = "\n".join(f"• {line}" for line in read_so(seen.said))
    against = [f"• {escape(clip(line, 200))}" for line in _against(seen)]
    shown = [parts.section(clip(f"{text}\n{lines}", parts.SECTION))]
    if against:
        more = f"\n… and {len(against) - _SHOWN:,} more" if len(against) > _SHOWN else ""
        told = "\n".join(against[:_SHOWN])
        shown.append(parts.section(clip(f":warning: The file speaks against it:\n{told}{more}", parts.SECTION)))
    if not seen.can_be_read:
        button = parts.button("Map its columns", MAP, file_id, style="primary")
        return [*shown, *unread(sheets), parts.actions([button])]
    ways = [
        parts.button("Read it as the study says", READ, f"{file_id}:{seen.source.id}", style="primary"),
        parts.button("Map it differently", MAP, file_id),
    ]
    return [*shown, *unread(sheets), parts.actions(ways)]


def _against(seen: Awaited) -> list[str]:
    """What of the file is not as the study says."""
    said = [f"‘{name}’ is named in the study, and the file has no such column" for name in seen.gone]
    return [*said, *seen.rewritten, *_key(seen)]


def _key(seen: Awaited) -> list[str]:
    """That the study's key leaves rows out, where nothing says which row of a case is the latest."""
    looks, said = seen.looks, seen.said
    if looks is None or not looks.key or said.latest_by or looks.cases == looks.rows:
        return []
    better = f"; ‘{seen.key_seen}’ looks like what names a case" if seen.key_seen not in ("", said.key) else ""
    return [f"{plural(looks.rows, 'row')}, {looks.cases:,} different ‘{said.key}’: one row of each counts{better}"]
