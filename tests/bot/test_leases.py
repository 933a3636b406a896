"""Who holds a row, and when another may take it."""

from __future__ import annotations

import os
import socket
from datetime import UTC, datetime, timedelta

import pytest

from bot.leases import free, holder

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
LEASE = timedelta(seconds=90)
GONE = 4_194_305  # above the highest process number Linux gives


@pytest.mark.parametrize(
    ("held_by", "since", "is_free"),
    [
        (holder(), NOW, False),
        (holder(), NOW - LEASE, True),
        (holder(), None, True),
        (holder().replace(f":{os.getpid()}:", f":{GONE}:"), NOW, True),
        (f"elsewhere:{GONE}:abc", NOW, False),
        (f"{socket.gethostname()}:{GONE}:abc", NOW, False),  # a container of the same name counts its own processes
    ],
    ids=["fresh", "silent", "never seen", "gone", "elsewhere", "a namesake"],
)
def test_a_row_is_taken_from_who_is_silent_or_surely_gone(held_by, since, is_free):
    assert free(held_by, since, LEASE, NOW) is is_free
