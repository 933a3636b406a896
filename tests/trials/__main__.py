"""``python -m tests.trials faults --seeds 20``, ``… killed --moments 50``, ``… disk --moments 20``: each prints tried /
result.

``disk`` needs the right to mount: a small disk of memory that is full from a moment on, and one that is read-only.
``--database`` is another than a SQLite file of its own, such as ``postgresql+psycopg://…``; it is migrated, and each
trial is a workspace of its own in it.
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import structlog

from csi import storage
from tests.trials import disk
from tests.trials.hands import Hands
from tests.trials.ledger import Ledger
from tests.trials.turn import Turn


def faults(url: str, folder: Path, upload: str, seeds: int) -> list[str]:
    """A fault script a seed: 429, 500, cut-off answers, time-outs before and after the effect, a clock set back."""
    wrong, drawn = [], Counter[str]()
    for seed in range(seeds):
        rng = random.Random(seed)
        slack = Ledger(folder / "slack.jsonl", upload, f"TF{seed}", rng)
        hands = Hands(rng)
        turn = Turn(url, folder, slack.team, slack, hands.now)
        turn.begin()
        turn.work(hands.on)
        wrong += [f"seed {seed}: {line}" for line in turn.wrong(was_killed=False)]
        drawn += slack.drawn
    kinds = ", ".join(f"{count} {what}" for what, count in sorted(drawn.items()))
    print(f"faults: {seeds} seeds, {drawn.total()} faults ({kinds})")
    return wrong


def killed(url: str, folder: Path, upload: str, moments: int) -> list[str]:
    """``kill -9`` at a moment of the work, then another process works off the rest."""
    wrong, rng = [], random.Random(1)
    begun = time.monotonic()
    tried(lambda: _of(url, folder, upload, "TK").begin())
    tried(lambda: _of(url, folder, upload, "TK").work())
    lasts, cut = time.monotonic() - begun, 0
    for number in range(moments):
        turn = _of(url, folder, upload, f"TK{number}")
        tried(turn.begin)
        cut += tried(turn.work, after=rng.uniform(0, lasts))
        tried(turn.work)
        wrong += [f"moment {number}: {line}" for line in turn.wrong(was_killed=True)]
    print(f"killed: {moments} moments within {lasts:.2f} s, {cut} of them before the end")
    return wrong


def _of(url: str, folder: Path, upload: str, team: str) -> Turn:
    return Turn(url, folder, team, Ledger(folder / "slack.jsonl", upload, team))


def tried(act: Callable[[], None], after: float | None = None) -> bool:
    """Do it in a process of its own; whether that was killed before it came to its end."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            act()
            code = 0
        finally:
            os._exit(code)
    if after is not None:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if ended > 0:
        raise RuntimeError("a process of the trial ended with an error")
    return ended < 0


@contextmanager
def uploads() -> Iterator[str]:
    """An address that takes any upload, in a process of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    child = os.fork()
    if child == 0:
        server.serve_forever()
    try:
        yield f"http://127.0.0.1:{server.server_port}/up"
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        server.server_close()


def main(arguments: list[str] | None = None) -> int:
    """Try, print what came of it, and give 1 where anything was lost, doubled or does not verify."""
    asked = argparse.ArgumentParser(prog="python -m tests.trials")
    asked.add_argument("trial", choices=["faults", "killed", "disk"])
    asked.add_argument("--seeds", type=int, default=20)
    asked.add_argument("--moments", type=int, default=50)
    asked.add_argument("--database", default="")
    given = asked.parse_args(arguments)
    logging.disable(logging.CRITICAL)
    structlog.configure(processors=[lambda *_: (_ for _ in ()).throw(structlog.DropEvent)])
    with tempfile.TemporaryDirectory(prefix="trial-") as where, uploads() as upload:
        folder = Path(where)
        if given.trial == "disk":
            wrong = disk.tried(folder, upload, given.moments)
            print("\n".join(wrong) or "nothing lost, nothing doubled, the record holds")
            return 1 if wrong else 0
        url = given.database or f"sqlite:///{folder / 'csi.db'}"
        storage.migrate(url)
        wrong = (
            faults(url, folder, upload, given.seeds)
            if given.trial == "faults"
            else killed(url, folder, upload, given.moments)
        )
    print("\n".join(wrong) or "nothing lost, nothing doubled, the record holds")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
