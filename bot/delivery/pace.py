"""About one message a second per channel, a few at once, and some hundred a minute in a workspace; and silence for as
long as Slack asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from time import monotonic

BURST = 3.0  # Slack tolerates short bursts above one a second
# Source: docs/slack.md, Pace: several hundred messages a minute in all channels of a workspace.
CHANNELS = 5.0  # as many channels at their full pace, bursts alike


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float
    held_until: float = 0.0


class Pace:
    """A bucket of tokens per channel and one per workspace; updates in place take none but honour a hold.

    Channels are served by several threads.
    """

    def __init__(self, per_second: float = 1.0, burst: float = BURST, time: Callable[[], float] = monotonic) -> None:
        self._rate = per_second
        self._burst = burst
        self._time = time
        self._buckets: dict[tuple[str, str], _Bucket] = {}
        self._lock = Lock()

    def free(self, team_id: str, channel: str, *, posting: bool) -> bool:
        """Whether a call may be made now; if so, it counts as made."""
        with self._lock:
            now = self._time()
            mine, all_ = self._filled(team_id, channel, 1.0, now), self._filled(team_id, "", CHANNELS, now)
            if now < mine.held_until:
                return False
            if not posting:
                return True
            if mine.tokens < 1 or all_.tokens < 1:
                return False
            mine.tokens -= 1
            all_.tokens -= 1
            return True

    def hold(self, team_id: str, channel: str, seconds: float) -> None:
        """Say nothing in this channel for so long."""
        with self._lock:
            now = self._time()
            self._filled(team_id, channel, 1.0, now).held_until = now + seconds

    def _filled(self, team_id: str, channel: str, channels: float, now: float) -> _Bucket:
        """The bucket of a channel, or of all of a workspace's, with what has run into it since."""
        full = self._burst * channels
        bucket = self._buckets.setdefault((team_id, channel), _Bucket(full, now))
        if now >= bucket.held_until:
            bucket.tokens = min(full, bucket.tokens + (now - bucket.at) * self._rate * channels)
            bucket.at = now
        return bucket
