"""What is asked of a connector, and what it brings: a file, like one that was dropped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from csi.definition import SourceDefinition
from csi.errors import CsiError
from csi.terms import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One collection.

    Attributes:
        source: its definition; exactly one of ``url``, ``sql`` and ``prometheus`` is set.
        folder: where the delivery is written.
        period: the length of a period, which is Prometheus's step unless the source says otherwise.
        timezone: in which periods begin.
        since, until: the span asked for, half-open; None where it is open.
        progress: what the last collection left behind: the mark, the ETag.
        address: the whole address where the definition holds a masked one.
        authorization: what the Authorization header says; empty: none.
    """

    source: SourceDefinition
    folder: Path
    period: Period = Period.DAY
    timezone: str = "UTC"
    since: datetime | None = None
    until: datetime | None = None
    progress: Mapping[str, Any] = field(default_factory=dict)
    address: str = ""
    authorization: str = ""


@dataclass(frozen=True, slots=True)
class Collected:
    """What a collection brought.

    Attributes:
        path: the delivery; None when there is nothing new.
        filename: a name for it, by which its format is known.
        rows: how many rows it holds, where they were counted.
        progress: what the next collection has to know.
        pages: answers as they came, where the delivery was put together from several.
    """

    path: Path | None
    filename: str = ""
    rows: int = 0
    progress: Mapping[str, Any] = field(default_factory=dict)
    pages: tuple[Path, ...] = ()


Fetch = Callable[[Asked], Collected]


class Refused(CsiError):
    """The other side says no, or does not answer; ``passing``: it may work later, after ``wait`` seconds."""

    def __init__(self, sentence: str, *, passing: bool = False, wait: float = 0.0) -> None:
        super().__init__(sentence)
        self.passing = passing
        self.wait = wait
