"""The job that collects: begun once by many schedulers, and never just standing still."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.app import build_kit
from bot.listeners.sources import collect
from bot.scheduler import Scheduler
from bot.settings import Settings
from csi.models import InboxEvent, OutboxPost, Source
from csi.reading.connectors.asked import Asked, Collected
from csi.step3_gather import schedule
from csi.storage import need, rows
from tests import turns
from tests.databases import Database
from tests.step3_gather.test_schedule import begun


def test_a_mistake_of_our_own_is_remembered_and_said_like_any_failure(sqlite_database: Database, tmp_path: Path):
    settings = Settings(
        csi_database_url=sqlite_database.url,
        csi_data_url=str(tmp_path),
        slack_bot_token="xoxb-none",
        csi_token_key=Fernet.generate_key().decode(),
    )
    kit, _ = build_kit(settings, now=lambda: turns.NOW)

    def broken(_: Asked) -> Collected:
        raise ZeroDivisionError("s3cret")

    with kit.sessions() as session:
        _, source = begun(session)
    with pytest.raises(ZeroDivisionError):
        collect({"team_id": turns.TEAM, "source_id": source.id}, replace(kit, fetch=broken))
    with kit.sessions.reading() as session:
        kept = need(session, Source, turns.TEAM, source.id)
        said = [one.text for one in rows(session, OutboxPost, turns.TEAM)]
    assert schedule.next_at(kept) == turns.NOW + timedelta(minutes=5)
    assert any("did not expect" in text for text in said)
    assert "s3cret" not in str(said) + str(kept.progress)
    kit.slow.close()
    kit.sessions.engine.dispose()


def test_many_schedulers_begin_a_collection_once(database: Database, tmp_path: Path):
    settings = Settings(csi_database_url=database.url, csi_data_url=str(tmp_path), slack_bot_token="xoxb-none")
    kit, _ = build_kit(settings, now=lambda: turns.NOW)
    with database.sessions() as session:
        _, source = begun(session)
    together = threading.Barrier(4)

    def tick() -> None:
        scheduler = Scheduler(kit, lambda: turns.NOW)
        together.wait()
        scheduler._collect(turns.TEAM)

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
