"""How often one sender may come: a bucket that fills by the minute, kept by each process for itself."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime
from math import ceil
from threading import Lock

_SENDERS = 10_000


class Rate:
    """So many requests a minute for each sender; as many may come at once."""

    def __init__(self, per_minute: int, now: Callable[[], datetime]) -> None:
        self._size = float(per_minute)
        self._now = now
        self._left: OrderedDict[Hashable, tuple[float, datetime]] = OrderedDict()
        self._lock = Lock()

    def wait(self, sender: Hashable) -> int:
        """Seconds this sender has to wait; 0 when it may come in, which is counted."""
        now = self._now()
        with self._lock:
            left, since = self._left.pop(sender, (self._size, now))
            left = min(self._size, left + max(0.0, (now - since).total_seconds()) * self._size / 60)
            may = left >= 1
            self._left[sender] = (left - 1 if may else left, now)
            while len(self._left) > _SENDERS:
                self._left.popitem(last=False)
        return 0 if may else max(1, ceil((1 - left) * 60 / self._size))
