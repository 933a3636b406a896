"""A disk that is full from some moment on, in the middle of an effect, and one that nobody may write to."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from csi import storage
from tests.trials.hands import Hands
from tests.trials.ledger import Ledger
from tests.trials.turn import Turn

SIZE = "24m"
FULL_FOR = 8  # rounds
EFFECTS = 24  # about as many as a turn has
_BLOCKS = (1 << 20, 1 << 12, 1)


@dataclass
class Disk:
    """A small disk; ``full`` writes into it until nothing goes in any more."""

    path: Path

    @property
    def ballast(self) -> Path:
        """What fills it."""
        return self.path / "ballast"

    def full(self) -> None:
        """Fill it to the last byte."""
        there = os.open(self.ballast, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        for size in _BLOCKS:
            try:
                while os.write(there, bytes(size)) == size:
                    pass
            except OSError:
                continue
        os.close(there)

    def free(self) -> None:
        """Make room again."""
        self.ballast.unlink(missing_ok=True)

    def read_only(self, so: bool) -> None:
        """Let nobody write to it, or everybody again."""
        subprocess.run(["mount", "-o", f"remount,{'ro' if so else 'rw'}", self.path], check=True)


@contextmanager
def mounted(folder: Path) -> Iterator[Disk | None]:
    """A disk of memory; none where nothing may be mounted."""
    path = folder / "disk"
    path.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", path], capture_output=True, check=False
    )
    if made.returncode:
        yield None
        return
    try:
        yield Disk(path)
    finally:
        subprocess.run(["umount", "-l", path], check=True)


class Filling(Ledger):
    """A Slack on whose n-th effect the bot's disk is full: between the call and what is kept of it."""

    disk: Disk
    fills_at = 0
    noted = 0

    def note(self, **effect: Any) -> None:
        super().note(**effect)
        self.noted += 1
        if self.noted == self.fills_at:
            self.disk.full()


def tried(folder: Path, upload: str, moments: int) -> list[str]:
    """Both, with what is wrong in lines."""
    with mounted(folder) as found:
        if found is None:
            print("disk: not tried, nothing may be mounted here")
            return []
        url = f"sqlite:///{found.path / 'csi.db'}"
        storage.migrate(url)
        return [*_full(found, url, folder, upload, moments), *_read_only(found, url, folder, upload)]


def _full(disk: Disk, url: str, folder: Path, upload: str, moments: int) -> list[str]:
    wrong, rng, filled = [], random.Random(1), 0
    for number in range(moments):
        slack = Filling(folder / "slack.jsonl", upload, f"TD{number}")
        slack.disk, slack.fills_at = disk, rng.randrange(EFFECTS)
        hands, rounds = Hands(random.Random(number)), [0]
        turn = Turn(url, disk.path, slack.team, slack, hands.now)
        turn.begin()
        if slack.fills_at == 0:
            disk.full()

        def step(hands: Hands = hands, rounds: list[int] = rounds) -> None:
            hands.on()
            rounds[0] += disk.ballast.exists()
            if rounds[0] == FULL_FOR:
                disk.free()
                rounds[0] += 1

        turn.work(step)
        filled += rounds[0] > 0
        disk.free()
        wrong += [f"full at effect {slack.fills_at}: {line}" for line in turn.wrong(was_killed=True)]
    print(f"disk: full at {filled} of {moments} moments, for {FULL_FOR} rounds each")
    return wrong


def _read_only(disk: Disk, url: str, folder: Path, upload: str) -> list[str]:
    slack, hands = Ledger(folder / "slack.jsonl", upload, "TR"), Hands(random.Random(1))
    turn = Turn(url, disk.path, slack.team, slack, hands.now)
    turn.begin()
    disk.read_only(True)
    turn.work(hands.on, most=20)
    said = len(slack.effects())
    disk.read_only(False)
    turn.work(hands.on)
    print(f"disk: read-only for 20 rounds, {said} things said meanwhile, {len(slack.effects())} in all")
    early = [f"{said} things were said that could not be kept"] if said else []
    return [*early, *(f"read-only: {line}" for line in turn.wrong(was_killed=False))]
