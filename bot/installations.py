"""Who installed the bot: one token from the settings, or tokens of several workspaces, encrypted at rest."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from logging import Logger, getLogger
from threading import Lock
from time import monotonic
from typing import Any
from urllib.parse import urljoin

from cryptography.fernet import InvalidToken, MultiFernet
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.oauth import OAuthFlow
from slack_bolt.oauth.oauth_settings import OAuthSettings
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry import RetryHandler
from slack_sdk.http_retry.builtin_handlers import ConnectionErrorRetryHandler
from slack_sdk.oauth import OAuthStateStore
from slack_sdk.oauth.installation_store import Installation as Grant
from slack_sdk.oauth.installation_store import InstallationStore
from sqlmodel import Session, col, select

from bot import trust
from bot.log import logger
from bot.settings import Settings
from bot.vault import Vault
from csi.errors import InvalidInput, NotFound
from csi.models import Installation
from csi.storage import Sessions, row

log = logger(__name__)

STATE_SECONDS = 600
ASKED_AGAIN = 300.0  # seconds after which Slack is asked again whether the one token still opens its workspace
SOON = 5.0  # the same where it does not, or Slack was not reached
# Source: docs.slack.dev, "auth.test: errors": those after which trying again changes nothing.
REFUSED = {
    "account_inactive",
    "invalid_auth",
    "not_allowed_token_type",
    "not_authed",
    "team_access_not_granted",
    "token_expired",
    "token_revoked",
}
NOT_HERE = "The bot is not installed in this workspace."


class Installations:
    """Finds the token of a workspace, for requests and for what is sent by the clock."""

    def __init__(self, settings: Settings, sessions: Sessions, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._sessions = sessions
        self._now = now
        self._vault = Vault(settings.csi_token_key)
        self._alone: AuthorizeResult | None = None
        self._ask_at = 0.0
        self._lock = Lock()

    def teams(self) -> tuple[str, ...]:
        """The workspaces whose tokens this process holds: it works and sends for these, and for no others.

        Several processes, each with the token of another workspace, may share a database.
        """
        if not self._settings.several_workspaces:
            return self._team_alone()
        with self._sessions.reading() as session:
            held = select(Installation.team_id).where(col(Installation.removed_at).is_(None))
            return tuple(session.exec(held))

    def client(self, team_id: str, *, again: bool = True) -> WebClient:
        """A client that may act in this workspace.

        Args:
            team_id: the workspace.
            again: whether it repeats a call by itself when the connection broke; posts that must not come twice
                are better repeated, or not, by who knows.

        Raises:
            NotFound: when the bot is not installed there.
        """
        return self._client(self.authorize(None, team_id).bot_token or "", again=again)

    def authorize(self, enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        """What Bolt needs to act on a request from this workspace.

        Raises:
            NotFound: when the bot is not installed there.
        """
        if not self._settings.several_workspaces:
            return self._single(team_id)
        with self._sessions.reading() as session:
            held = _held(session, team_id or "")
        if held is None:
            raise NotFound(NOT_HERE)
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_id=held.bot_id,
            bot_user_id=held.bot_user_id,
            bot_token=self._vault.open(held.bot_token),
        )

    def save(self, grant: Grant) -> None:
        """Keep what a workspace granted; installing again replaces it."""
        if grant.team_id is None or not grant.bot_token:
            raise InvalidInput("installation", "expected a workspace and a bot token")
        if grant.bot_refresh_token:
            raise InvalidInput("installation", "the app rotates its tokens; expected an app as manifest.yml describes")
        with self._sessions() as session:
            known = row(session, Installation, grant.team_id)
            kept = known or Installation(team_id=grant.team_id, installed_at=self._now())
            kept.installed_at = self._now()
            kept.bot_token = self._vault.close(grant.bot_token)
            kept.bot_id, kept.bot_user_id = grant.bot_id or "", grant.bot_user_id or ""
            kept.app_id, kept.enterprise_id = grant.app_id or "", grant.enterprise_id or ""
            kept.scopes, kept.installed_by = ",".join(grant.bot_scopes or []), grant.user_id
            kept.removed_at = None
            session.add(kept)

    def remove(self, team_id: str, since: datetime) -> bool:
        """The workspace removed the bot, or revoked its token: forget the token, keep that it was there.

        Args:
            team_id: the workspace.
            since: when that was heard; who has installed the bot again since then keeps it.

        Returns:
            Whether the bot is gone from there.
        """
        with self._lock:
            self._alone, self._ask_at = None, 0.0
        with self._sessions() as session:
            known = row(session, Installation, team_id)
            if known is None or known.installed_at > since:
                return known is None
            known.bot_token, known.removed_at = "", self._now()
            session.add(known)
        return True

    def flow(self, scopes: list[str]) -> OAuthFlow:
        """The pages by which a workspace installs the bot."""
        return OAuthFlow(
            client=self._client(""),
            settings=OAuthSettings(
                client_id=self._settings.slack_client_id,
                client_secret=self._settings.slack_client_secret,
                scopes=scopes,
                authorization_url=urljoin(self._settings.api_url, "../oauth/v2/authorize"),
                installation_store=Grants(self),
                state_store=States(self._vault.fernet()),
                state_expiration_seconds=STATE_SECONDS,
            ),
        )

    def _single(self, team_id: str | None) -> AuthorizeResult:
        with self._lock:
            known = self._alone or self._ask()
        if known.team_id != team_id:
            raise NotFound(NOT_HERE)
        return known

    def _team_alone(self) -> tuple[str, ...]:
        """The workspace of the one token; none while Slack refuses it, the one known before while it is away."""
        with self._lock:
            if monotonic() >= self._ask_at:
                self._ask_quietly()
            return (str(self._alone.team_id),) if self._alone else ()

    def _ask_quietly(self) -> None:
        try:
            self._ask()
        except SlackApiError as refused:
            error = refused.response.get("error")
            log.warning("token_not_confirmed", error=error)
            self._alone = None if error in REFUSED else self._alone
        except OSError as away:
            log.warning("slack_not_reached", error=str(away))
        self._ask_at = monotonic() + (ASKED_AGAIN if self._alone else SOON)

    def _ask(self) -> AuthorizeResult:
        token = self._settings.slack_bot_token
        answer = self._client(token).auth_test()
        self._alone = AuthorizeResult.from_auth_test_response(bot_token=token, auth_test_response=answer)
        return self._alone

    def _client(self, token: str, *, again: bool = True) -> WebClient:
        retries: list[RetryHandler] = [ConnectionErrorRetryHandler(max_retry_count=1)] if again else []
        address = self._settings.api_url
        return WebClient(token=token or None, base_url=address, retry_handlers=retries, ssl=trust.slack())


class Grants(InstallationStore):
    """What the OAuth flow of Bolt calls to keep a grant."""

    def __init__(self, installations: Installations) -> None:
        self._installations = installations

    @property
    def logger(self) -> Logger:
        """Where the flow logs."""
        return getLogger(__name__)

    def save(self, installation: Grant) -> None:
        """Keep a grant."""
        self._installations.save(installation)


class States(OAuthStateStore):
    """States of installations under way, as encrypted stamps: any process can check them, none keeps them.

    That each is used by the browser it was given to, Bolt checks by its cookie.
    """

    def __init__(self, fernet: MultiFernet) -> None:
        self._fernet = fernet

    @property
    def logger(self) -> Logger:
        """Where the flow logs."""
        return getLogger(__name__)

    def issue(self, *_: Any, **__: Any) -> str:
        """A new state."""
        return self._fernet.encrypt(secrets.token_bytes(12)).decode()

    def consume(self, state: str) -> bool:
        """Whether it is ours and fresh."""
        try:
            self._fernet.decrypt(state.encode(), ttl=STATE_SECONDS)
        except InvalidToken:
            return False
        return True


def _held(session: Session, team_id: str) -> Installation | None:
    found = row(session, Installation, team_id)
    return found if found is not None and found.removed_at is None else None
