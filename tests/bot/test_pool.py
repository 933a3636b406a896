"""The slow pool: apart from the listeners, bounded, and never silent."""

from __future__ import annotations

from threading import Event

import pytest

from bot.payload import Origin
from bot.pool import SlowPool
from csi.errors import Conflict, NotFound


def test_an_error_is_told_to_the_person_and_kept_in_the_future():
    told = []
    pool = SlowPool(lambda error, to: told.append((str(error), to.user_id)))

    def work(text):
        raise NotFound(text)

    future = pool(work, "gone", to=Origin("T1", "U1", "C1"))
    assert isinstance(future.exception(), NotFound)
    assert told == [("gone", "U1")]
    pool.close()


def test_when_it_is_full_it_says_so_and_takes_again_when_there_is_room():
    go = Event()
    pool = SlowPool(lambda *_: None, workers=1, waiting=1)
    futures = [pool(go.wait) for _ in range(2)]
    with pytest.raises(Conflict, match="busy"):
        pool(go.wait)
    go.set()
    for future in futures:
        future.result(timeout=5)
    assert pool(lambda: 7).result(timeout=5) == 7
    pool.close()
