"""A delivery killed in the middle is whole or absent; one of many rows is read in bounded memory, and says so."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from cryptography.fernet import Fernet

from bot.listeners.step3_gather.reading import every
from bot.sandbox.server import Sandbox
from csi.models import Batch, Cycle
from csi.storage import engine, rows, sessions
from tests import turns
from tests.fetching.conftest import Answer, site
from tests.flows.processes import ROOT, Process, process
from tests.flows.test_durability import begin, card

__all__ = ["site"]

pytestmark = pytest.mark.slow

# 40 MB keep the suite short; CSI_TEST_MEGABYTES=200 tries what is promised.
MEGABYTES = int(os.environ.get("CSI_TEST_MEGABYTES", "40"))
PEAK_MEGABYTES = 1_000

_MEASURE = r"""
import re, sys
from pathlib import Path
from csi.definition import SourceDefinition
from csi.reading.files import FileStore
from csi.step3_gather.intake import take_in
source = SourceDefinition(id="s", dates="day_first", key="number", timezone="Europe/Lisbon")
typed = {"moments": ["resolved_at", "opened_at"], "numbers": ["hours"]}
made = take_in(FileStore(sys.argv[2]), "T", Path(sys.argv[1]), source, **typed)
# not ru_maxrss, which a child inherits from the process that started it
print(made.rows_kept, int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) // 1024)
"""


def _log(path: Path, megabytes: int) -> int:
    """A log of about that size; gives its rows."""
    note = "printer mail network password " * 5
    with path.open("w", encoding="utf-8") as out:
        out.write("number,opened_at,resolved_at,hours,note\n")
        count = 0
        while out.tell() < megabytes << 20:
            lines = []
            for number in range(count, count + 20_000):
                day, hour, minute = number // 1440 % 28 + 1, number // 60 % 24, number % 60
                at = f"{day}/{number // 40_320 % 12 + 1}/2024 {hour:02}:{minute:02}"
                lines.append(f"INC{number},{at},{at},{number % 97}.5,{note}\n")
            out.write("".join(lines))
            count += 20_000
    return count


@pytest.fixture
def bot(sandbox, _sqlite_template, tmp_path):
    shutil.copy(_sqlite_template, tmp_path / "csi.db")
    with process(Process(sandbox, tmp_path, more={"TMPDIR": str(tmp_path)})) as made:
        made.joined()
        yield made


def _batches(bot: Process) -> list[Batch]:
    opened = engine(bot.database_url)
    with sessions(opened).reading() as session:
        found = rows(session, Batch, bot.sandbox.workspace.team_id)
    opened.dispose()
    return found


def _in_step_3(bot: Process) -> None:
    opened = engine(bot.database_url)
    with sessions(opened)() as session:
        (cycle,) = rows(session, Cycle, bot.sandbox.workspace.team_id)
        alice = bot.sandbox.person("alice").id
        turns.grow(session, cycle, turns.kpi_fields(owner=alice), actor=alice)
        turns.jump(session, cycle, 3)
    opened.dispose()


def test_killed_in_the_middle_of_a_large_file_the_delivery_is_whole_or_absent(bot, tmp_path):
    expected = _log(tmp_path / "big.csv", MEGABYTES)
    sandbox, alice = bot.sandbox, bot.sandbox.person("alice")
    begin(sandbox)
    alice.wait(lambda: card(sandbox), timeout=20)
    _in_step_3(bot)
    alice.upload(tmp_path / "big.csv", "big.csv", "service-desk")
    alice.click(alice.sees("I keep *big.csv*", timeout=60), "gather.map")
    alice.wait_modal("gather.map")
    alice.fill({"source_name": "Log", "dates": "day_first"})
    assert alice.submit() is None
    alice.sees("Reading *big.csv*", timeout=30)
    bot.until(lambda: any(tmp_path.glob("csi-intake-*/*")))  # its rows are being written
    assert _batches(bot) == []
    bot.kill()
    assert _batches(bot) == []
    bot.start()
    bot.joined()
    alice.sees("*big.csv* read into *Log*", timeout=120)
    (batch,) = _batches(bot)
    assert (batch.rows_read, batch.rows_kept, batch.state) == (expected, expected, "current")
    stored = pq.ParquetFile(tmp_path / "data" / batch.rows_key)
    assert stored.metadata.num_rows == expected
    assert not list((tmp_path / "data").rglob("*.part"))
    _assert_not_hurried(sandbox)


def _assert_not_hurried(sandbox: Sandbox) -> None:
    """The progress message was not updated more often than every three seconds."""
    told = [one["at"] for one in sandbox.calls("chat.update") if "rows so far" in str(one)]
    assert all(later - earlier > 2.5 for earlier, later in pairwise(told))  # the way to Slack may take half a second


def test_progress_is_told_now_and_then():
    told: list[tuple[int, float]] = []
    tell = every(0.1, lambda seen: told.append((seen, time.monotonic())))
    end = time.monotonic() + 0.45
    calls = 0
    while time.monotonic() < end:
        calls += 1
        tell(calls)
        time.sleep(0.002)
    assert 2 <= len(told) <= 4 < calls
    assert all(later - earlier >= 0.1 for (_, earlier), (_, later) in pairwise(told))


def test_killed_in_the_middle_of_a_collection_the_delivery_is_whole_or_absent(sandbox, folder, site):
    lines = [f"INC{number},2026-03-{number % 28 + 1:02} 08:00" for number in range(500)]
    content = "\n".join(["number,resolved_at", *lines, ""]).encode()
    slow = threading.Event()

    def answer(_: object) -> Answer:
        slow.wait(30)
        return Answer(content, headers={"Content-Type": "text/csv"})

    site.answers["/tickets.csv"] = answer
    allowed = {"CSI_TOKEN_KEY": Fernet.generate_key().decode(), "CSI_ALLOW_PRIVATE_ADDRESSES": "127.0.0.1"}
    with process(Process(sandbox, folder, more=allowed)) as bot:
        bot.joined()
        dave = sandbox.person("dave")
        begin(sandbox)
        dave.wait(lambda: card(sandbox), timeout=20)
        _in_step_3(bot)
        dave.command("/csi", "source")
        dave.click(dave.wait_modal("source.open"), "source.add", "url")
        dave.wait_modal("source.save")
        dave.fill({"name": "Tickets", "address": f"{site.address}/tickets.csv", "at": "resolved_at", "key": "number"})
        assert dave.submit() is None
        dave.wait(lambda: site.asked, timeout=30, what="the question")
        bot.kill()
        assert _batches(bot) == []
        slow.set()
        bot.start()
        bot.joined()
        dave.sees("read into *Tickets*", timeout=90)
        (batch,) = _batches(bot)
        assert (batch.rows_kept, batch.state) == (500, "current")
        assert pq.ParquetFile(folder / "data" / batch.rows_key).metadata.num_rows == 500
        assert not list((folder / "data").rglob("*.part"))


def test_a_large_file_is_read_in_bounded_memory(tmp_path):
    expected = _log(tmp_path / "big.csv", MEGABYTES)
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(tmp_path / "big.csv"), str(tmp_path / "store")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    kept, peak = map(int, done.stdout.split())
    assert kept == expected
    assert peak < PEAK_MEGABYTES
