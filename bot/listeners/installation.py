"""The bot was removed from a workspace, or its token revoked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.context import Kit
from bot.log import logger
from bot.payload import team_of

log = logger(__name__)
Body = Mapping[str, Any]


def uninstalled(body: Body, kit: Kit, heard_at: datetime) -> None:
    """Forget the token, and what was still to be said there; the data stays until somebody deletes it."""
    team_id = team_of(body)
    if not kit.forget_token(team_id, heard_at):
        return
    with kit.sessions() as session:
        kit.outbox.withdraw(session, team_id)
    log.info("uninstalled", team=team_id)


def revoked(event: Body, body: Body, kit: Kit, heard_at: datetime) -> None:
    """The same when the bot's token is among those revoked."""
    if (event.get("tokens") or {}).get("bot"):
        uninstalled(body, kit, heard_at)
