"""Heavy work in a process of its own, of lower priority: whoever asks something meanwhile does not wait for it.

One piece of work at a time. The first begins the process, which is kept; where it is killed, or runs out of memory, the
work fails as what may be tried again, and the next piece begins another. It ends by itself when the process that began
it is gone.
"""

from __future__ import annotations

import copyreg
import os
import pickle
import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from copy import copy
from multiprocessing import get_context, parent_process
from threading import Lock, Thread
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.delivery import failures

NICER = 10  # of 19: it is given what the process that answers leaves
_ORPHANED = 3  # the status of a process whose parent is gone

_means: list[Any] = []  # of the process apart: what its work is handed first


class Failed(Exception):
    """An error of the process apart that cannot be carried over, in its own words; or that process was ended.

    ``passing``: whether trying again may help.
    """

    def __init__(self, words: str, passing: bool) -> None:
        super().__init__(words, passing)
        self.passing = passing


class Apart:
    """Runs ``work(means, …)`` elsewhere and waits for it: functions of a module, plain values, plain answers."""

    def __init__(self, make: Callable[..., Any], *given: Any) -> None:
        """``make(*given)`` makes, there, what all work is handed first."""
        self._made_by = (make, *given)
        self._lock = Lock()
        self._process: ProcessPoolExecutor | None = None

    def __call__(self, work: Callable[..., Any], *given: Any, **named: Any) -> Any:
        """What the work gives back.

        Raises:
            Failed: its process was ended in the middle, or what it raised cannot be carried over.
            Exception: what the work raised.
        """
        process = self._running()
        try:
            return process.submit(_do, work, given, named).result()
        except BrokenProcessPool as broken:
            self._drop(process)
            raise Failed("the process that worked on this was ended", passing=True) from broken

    def close(self) -> None:
        """Finish what it is working on, and end it."""
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            process.shutdown(wait=True, cancel_futures=True)

    def _running(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._process is None:
                self._process = ProcessPoolExecutor(
                    1, mp_context=get_context("spawn"), initializer=_begin, initargs=self._made_by
                )
            return self._process

    def _drop(self, process: ProcessPoolExecutor) -> None:
        with self._lock:
            if self._process is process:
                self._process = None
        process.shutdown(wait=False, cancel_futures=True)


def _begin(make: Callable[..., Any], *given: Any) -> None:
    """In the process apart: give way to others, leave signals to who began it, and end with that process."""
    os.nice(NICER)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()
    _means[:] = [make(*given)]


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(_ORPHANED)


def _do(work: Callable[..., Any], given: tuple[Any, ...], named: dict[str, Any]) -> Any:
    try:
        return work(*_means, *given, **named)
    except Exception as error:
        if _is_portable(error):
            raise
        raise Failed(repr(error), failures.passing(error)) from None


def _is_portable(error: Exception) -> bool:
    """Whether an error is the same when it has been carried to another process."""
    try:
        pickle.dumps(error)
        return type(copy(error)) is type(error)
    except Exception:  # noqa: BLE001 — whatever goes wrong is the answer
        return False


def _reduced(error: SlackApiError) -> tuple[Any, ...]:
    """What Slack refused, with what tells why; not the client that asked."""
    answer = error.response
    return _of_slack, (error.args, answer.data, dict(answer.headers), answer.status_code)


def _of_slack(args: tuple[Any, ...], data: Any, headers: dict[str, Any], status: int) -> SlackApiError:
    answer = SlackResponse(
        client=None, http_verb="", api_url="", req_args={}, data=data, headers=headers, status_code=status
    )
    made = SlackApiError("", answer)
    made.args = args
    return made


copyreg.pickle(SlackApiError, _reduced)
