"""A cycle as a study file: exported with what was delivered, so that anybody can compute it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from bot.blocks.text import mention
from bot.context import Kit
from bot.delivery.files import share
from bot.listeners import modals
from bot.payload import origin, user_of
from csi import cycle as cycles
from csi import roles
from csi.study.export import study_zip

Body = Mapping[str, Any]


def export(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """``/csi export study``, and the button: the archive comes into the channel."""
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        roles.require(session, cycle, user_of(body), roles.MEMBERS, "export the study with its raw data")
    kit.slow(_export, kit, client, cycle.team_id, cycle.id, user_of(body), to=origin(body))
    ack("I am packing the study; it will be here in a moment.")


def export_clicked(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """The button."""
    ack()
    export(lambda *_: None, body, client, kit)  # type: ignore[arg-type]


def _export(kit: Kit, client: WebClient, team_id: str, cycle_id: int, user_id: str) -> None:
    with kit.sessions.reading() as session:
        cycle = cycles.by_id(session, team_id, cycle_id)
        content, name = study_zip(session, cycle, kit.files)
    words = (
        f"Cycle {cycle.number} as a study, for {mention(user_id)}. "
        "Unpacked, `python -m csi run study.yml` computes the same figures."
    )
    share(client, channel=cycle.channel_id, content=content, name=name, words=words)
