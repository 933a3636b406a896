"""A study dropped in the channel: read, offered, taken over at a person's word."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from bot.blocks import step3_gather as blocks
from bot.blocks.parts import Block
from bot.context import Kit
from bot.payload import clicked, origin
from csi import cycle as cycles
from csi.definition import StudyDefinition
from csi.errors import InvalidInputs, NotFound
from csi.study.reading import study_of
from csi.taking_up.of_study import take_over

Body = Mapping[str, Any]
ENDINGS = (".yml", ".yaml")
_STUDY = re.compile(rb"^study\s*:", re.MULTILINE)


def offer(kit: Kit, team_id: str, file_id: str, name: str, path: Path) -> list[Block]:
    """What a dropped study holds, or every error in it; nothing for a YAML file that is no study."""
    content = path.read_bytes()
    if not _STUDY.search(content):
        return []
    try:
        study = study_of(content, name)
    except InvalidInputs as error:
        return blocks.refused(name, str(error))
    kit.files.write(_key(team_id, file_id), name.encode() + b"\n" + content)
    return blocks.offered(name, file_id, study.service, [kpi.name for kpi in study.kpis.values()])


def told(path: Path, name: str) -> StudyDefinition | list[Block]:
    """What a dropped study says; every error in it; nothing for a YAML file that is no study."""
    content = path.read_bytes()
    if not _STUDY.search(content):
        return []
    try:
        return study_of(content, name)
    except InvalidInputs as error:
        return blocks.refused(name, str(error))


def taken(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Somebody wants the cycle to measure what the study says."""
    ack()
    here = origin(body)
    name, content = _kept(kit, here.team_id, clicked(body))
    study = study_of(content, name)
    with kit.sessions() as session:
        cycle = cycles.of_channel(session, here.team_id, here.channel_id)
        made = take_over(session, cycle, study, actor=here.user_id, now=kit.now())
    shown = blocks.taken_over(name, made.done, made.left)
    place = body["container"]
    client.chat_update(channel=place["channel_id"], ts=place["message_ts"], text=blocks.words(shown), blocks=shown)


def _kept(kit: Kit, team_id: str, file_id: str) -> tuple[str, bytes]:
    """A study that was dropped: its file's name and content."""
    try:
        name, _, content = kit.files.read(_key(team_id, file_id)).partition(b"\n")
    except NotFound as error:
        raise NotFound("I do not have this study any more. Drop it into the channel again.") from error
    return name.decode(), content


def _key(team_id: str, file_id: str) -> str:
    return f"{team_id}/drops/{file_id}.yml"
