"""Watching what an action should move and what a clause promises, between cycles as within them (V7.8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot import upkeep
from bot.context import Kit
from csi.step7_correct import watching


def watch(payload: Mapping[str, Any], kit: Kit) -> None:
    """The job: what has come is processed; a signal at the newest point goes into the day's message of its owner."""
    team_id, cycle_id = str(payload["team_id"]), int(payload["cycle_id"])
    told = kit.slow(watching.look, kit.sessions, kit.files, team_id=team_id, cycle_id=cycle_id, now=kit.now()).result()
    if told.reopened:
        with kit.sessions() as session:
            for action in told.reopened:
                upkeep.tell_reopened(session, kit.outbox, action, kit.now())
