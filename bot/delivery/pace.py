"""About one message a second per channel, a few at once; and silence for as long as Slack asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

BURST = 3.0  # Slack tolerates short bursts above one a second


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float
    held_until: float = 0.0


class Pace:
    """A bucket of tokens per channel; updates in place take none but honour a hold."""

    def __init__(self, per_second: float = 1.0, burst: float = BURST, time: Callable[[], float] = monotonic) -> None:
        self._rate = per_second
        self._burst = burst
        self._time = time
        self._buckets: dict[tuple[str, str], _Bucket] = {}

    def free(self, team_id: str, channel: str, *, posting: bool) -> bool:
        """Whether a call may be made now; if so, it counts as made."""
        now = self._time()
        bucket = self._buckets.setdefault((team_id, channel), _Bucket(self._burst, now))
        if now < bucket.held_until:
            return False
        bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.at) * self._rate)
        bucket.at = now
        if not posting:
            return True
        if bucket.tokens < 1:
            return False
        bucket.tokens -= 1
        return True

    def hold(self, team_id: str, channel: str, seconds: float) -> None:
        """Say nothing in this channel for so long."""
        now = self._time()
        bucket = self._buckets.setdefault((team_id, channel), _Bucket(self._burst, now))
        bucket.held_until = now + seconds
