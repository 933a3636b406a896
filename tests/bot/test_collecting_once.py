"""Several schedulers at the same moment begin a collection once, on both databases."""

from __future__ import annotations

import threading
from pathlib import Path

from bot.app import build_kit
from bot.scheduler import Scheduler
from bot.settings import Settings
from csi.models import InboxEvent
from csi.storage import rows
from tests import turns
from tests.databases import Database
from tests.step3_gather.test_schedule import begun


def test_many_schedulers_begin_a_collection_once(database: Database, tmp_path: Path):
    settings = Settings(csi_database_url=database.url, csi_data_url=str(tmp_path), slack_bot_token="xoxb-none")
    kit, _ = build_kit(settings, now=lambda: turns.NOW)
    with database.sessions() as session:
        _, source = begun(session)
    together = threading.Barrier(4)

    def tick() -> None:
        scheduler = Scheduler(kit, lambda: turns.NOW)
        together.wait()
        scheduler._collect(turns.TEAM, turns.NOW)

    threads = [threading.Thread(target=tick) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.sessions.reading() as session:
        (job,) = rows(session, InboxEvent, turns.TEAM, kind="job:source.collect")
    assert (job.payload["source_id"], job.payload["_user"]) == (source.id, turns.BOB)
    kit.slow.close()
    kit.sessions.engine.dispose()
