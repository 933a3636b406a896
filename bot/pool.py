"""A small pool for slow work, apart from the threads that must answer Slack within three seconds."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import Any

from bot.payload import Origin
from csi.errors import Conflict

WORKERS = 2
WAITING = 200

Report = Callable[[Exception, Origin | None], None]


class SlowPool:
    """Runs charts, reading and analysis; tells the person when it goes wrong, refuses when it is full."""

    def __init__(self, report: Report, workers: int = WORKERS, waiting: int = WAITING) -> None:
        self._report = report
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="slow")
        self._places = BoundedSemaphore(workers + waiting)

    def __call__(self, work: Callable[..., Any], *args: Any, to: Origin | None = None, **kwargs: Any) -> Future[Any]:
        """Start ``work(*args, **kwargs)``; an error is told to the person in ``to``.

        Lost when the process dies: what must not be lost goes through ``kit.inbox.later``.
        """
        if not self._places.acquire(blocking=False):
            raise Conflict("I am busy with many other things right now. Please try again in a minute.")
        future = self._threads.submit(self._run, work, args, kwargs, to)
        future.add_done_callback(lambda _: self._places.release())
        return future

    def _run(self, work: Callable[..., Any], args: Any, kwargs: Any, to: Origin | None) -> Any:
        try:
            return work(*args, **kwargs)
        except Exception as error:
            self._report(error, to)
            raise

    def close(self) -> None:
        """Finish what runs, drop what waits."""
        self._threads.shutdown(wait=True, cancel_futures=True)
