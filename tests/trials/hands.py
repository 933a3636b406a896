"""The clock of a trial, turned by hand."""

from __future__ import annotations

import random
import time
from datetime import datetime, timedelta

from tests.trials.turn import clock


class Hands:
    """A clock turned by hand; now and then it is set back."""

    def __init__(self, rng: random.Random) -> None:
        self._rng, self._at = rng, clock()

    def now(self) -> datetime:
        """The time."""
        return self._at

    def on(self) -> None:
        """Ten seconds on; one time in twenty a minute back, and from there on."""
        self._at += timedelta(seconds=10) if self._rng.random() > 0.05 else timedelta(minutes=-1)
        time.sleep(0.005)  # what the inbox works on, it works on in threads
