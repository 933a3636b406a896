"""The bot was removed from a workspace, or its token revoked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.context import Kit
from bot.log import logger
from bot.payload import team_of

log = logger(__name__)
Body = Mapping[str, Any]


def uninstalled(body: Body, kit: Kit) -> None:
    """Forget the token; the data stays until somebody deletes it."""
    team_id = team_of(body)
    kit.forget_token(team_id)
    log.info("uninstalled", team=team_id)


def revoked(event: Body, body: Body, kit: Kit) -> None:
    """Forget the bot's token when it is among those revoked."""
    if (event.get("tokens") or {}).get("bot"):
        uninstalled(body, kit)
