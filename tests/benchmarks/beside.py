"""How long twenty who ask for ``/csi status`` wait while a million rows are read, processed and drawn.

In turns: alone, with that work in a thread of the process that answers, and in a process apart (``bot.apart``).
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Event

from slack_bolt import App

from bot.apart import Apart
from csi.charts.charts import draw
from tests.analysis.series import step
from tests.benchmarks import answering, read_csv
from tests.charts.pictures import judged

ROWS, ROUNDS = 1_000_000, 5


def heavy(folder: str) -> None:
    """Read and process a million rows, and draw a chart of a KPI."""
    read_csv.ours(read_csv.written(Path(folder), ROWS, "iso"))
    draw(judged(list(step(-12.0))))


def told(app: App) -> Iterator[str]:
    """A line for each of the three."""
    with tempfile.TemporaryDirectory(prefix="csi-load-") as folder, ThreadPoolExecutor(1) as thread:
        read_csv.written(Path(folder), ROWS, "iso")
        apart = Apart(str, folder)
        apart(heavy)
        ways: dict[str, Callable[[], object]] = {
            "alone": lambda: None,
            "beside a thread": partial(heavy, folder),
            "beside a process apart": partial(apart, heavy),
        }
        waited: dict[str, list[list[float]]] = {name: [] for name in ways}
        for _ in range(ROUNDS):
            for name, work in ways.items():
                waited[name].append(sorted(_meanwhile(thread, work, app)))
        apart.close()
    for name, rounds in waited.items():
        middle = statistics.median(statistics.median(one) for one in rounds)
        last = sorted(one[int(0.99 * (len(one) - 1))] for one in rounds)
        yield (
            f"/csi status, 20 at once, {name}: median {1000 * middle:.0f} ms, "
            f"p99 {1000 * statistics.median(last):.0f} ms ({1000 * last[0]:.0f} to {1000 * last[-1]:.0f})"
        )


def _meanwhile(thread: ThreadPoolExecutor, work: Callable[[], object], app: App) -> list[float]:
    """What twenty at once wait, three times, while some work is done over and over."""
    over = Event()

    def on_and_on() -> None:
        while not over.is_set():
            work()
            over.wait(0.01)

    running: Future[None] = thread.submit(on_and_on)
    over.wait(0.5)
    found = [one for _ in range(3) for one in answering.waited(app, "http", 20)]
    over.set()
    running.result()
    return found
