"""How far a source was read: the highest value of a column, and which rows stood at it.

Rows that stand exactly at the mark are asked for again, as some may have been written after the last look; those
delivered before are left out. So no row is lost, and none is delivered twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from csi.errors import InvalidInput
from csi.reading.connectors.table import cell

MOST_AT_MARK = 20_000


@dataclass
class Mark:
    """The mark of one source; passing rows through ``new`` moves it on.

    The rows come in the order of the database, so the last value is the highest: it alone knows how its texts,
    mixed kinds and zones compare.
    """

    value: Any = None
    seen: Counter[str] = field(default_factory=Counter)

    def new(self, rows: Iterable[Sequence[Any]], place: int) -> Iterator[Sequence[Any]]:
        """The rows that were not delivered before; ``place`` is the position of the column."""
        before, start = self.seen.copy(), self.value
        for row in rows:
            value = row[place]
            if value is not None and start is not None and value == start and before[_digest(row)] > 0:
                before[_digest(row)] -= 1
                continue
            yield row
            if value is not None and str(value).lower() != "nan":  # nothing is after that one
                self._move(value, row)

    def _move(self, value: Any, row: Sequence[Any]) -> None:
        if self.value is None or value != self.value:
            self.value, self.seen = value, Counter()
        self.seen[_digest(row)] += 1
        if len(self.seen) > MOST_AT_MARK:
            reason = f"More than {MOST_AT_MARK:,} rows have the same newest value. Expected a column that tells"
            raise InvalidInput("since", f"{reason} rows apart, such as the moment of the last change.")

    def as_plain(self) -> dict[str, Any]:
        """The mark as it is kept."""
        return {"mark": _plain(self.value), "at_mark": dict(self.seen)}


def mark_of(progress: Mapping[str, Any]) -> Mark:
    """The mark a collection left behind."""
    return Mark(_value(progress.get("mark")), Counter(progress.get("at_mark") or {}))


def _digest(row: Sequence[Any]) -> str:
    return sha256("\x1f".join(cell(value) for value in row).encode()).hexdigest()[:16]


def _plain(value: Any) -> dict[str, Any] | None:
    kinds: tuple[tuple[type, str], ...] = (
        (datetime, "moment"),
        (date, "day"),
        (Decimal, "decimal"),
        (int, "number"),
        (float, "number"),
        (str, "text"),
    )
    if value is None:
        return None
    for kind, name in kinds:
        if isinstance(value, kind):
            return {name: value if name in ("number", "text") else str(value)}
    reason = f"cannot go by values such as {value!r}. Expected moments, numbers or texts"
    raise InvalidInput("since", reason)


def _value(kept: Mapping[str, Any] | None) -> Any:
    if not kept:
        return None
    (name, value), *_ = kept.items()
    made: dict[str, Callable[[str], Any]] = {
        "moment": datetime.fromisoformat,
        "day": date.fromisoformat,
        "decimal": Decimal,
    }
    return made[name](value) if name in made else value
