"""Who installed the bot: one token from the settings, or encrypted tokens of several workspaces."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from threading import Lock

from cryptography.fernet import Fernet
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.http_retry.builtin_handlers import ConnectionErrorRetryHandler
from sqlmodel import Session, col, select

from bot.settings import Settings
from csi.errors import NotFound
from csi.models import Installation
from csi.storage import Sessions


class Installations:
    """Finds the token of a workspace, for requests and for what is sent by the clock."""

    def __init__(self, settings: Settings, sessions: Sessions, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._sessions = sessions
        self._now = now
        self._fernet = Fernet(settings.csi_token_key.encode()) if settings.csi_token_key else None
        self._alone: AuthorizeResult | None = None
        self._lock = Lock()

    def client(self, team_id: str) -> WebClient:
        """A client that may act in this workspace.

        Raises:
            NotFound: when the bot is not installed there.
        """
        return self._client(self._token(team_id))

    def _client(self, token: str) -> WebClient:
        retry = ConnectionErrorRetryHandler(max_retry_count=1)
        return WebClient(token=token, base_url=self._settings.api_url, retry_handlers=[retry])

    def authorize(self, enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        """What Bolt needs to act on a request from this workspace.

        Raises:
            NotFound: when the bot is not installed there.
        """
        if not self._settings.several_workspaces:
            return self._single()
        with self._sessions.reading() as session:
            row = self._row(session, team_id or "")
        if row is None:
            raise NotFound("The bot is not installed in this workspace.")
        return AuthorizeResult(
            enterprise_id=enterprise_id, team_id=team_id, bot_id=row.bot_id, bot_user_id=row.bot_user_id,
            bot_token=self._open(row.bot_token),
        )  # fmt: skip

    def _single(self) -> AuthorizeResult:
        with self._lock:
            if self._alone is None:
                token = self._settings.slack_bot_token
                answer = self._client(token).auth_test()
                self._alone = AuthorizeResult.from_auth_test_response(bot_token=token, auth_test_response=answer)
            return self._alone

    def _token(self, team_id: str) -> str:
        if not self._settings.several_workspaces:
            return self._settings.slack_bot_token
        with self._sessions.reading() as session:
            row = self._row(session, team_id)
        if row is None:
            raise NotFound("The bot is not installed in this workspace.")
        return self._open(row.bot_token)

    def _row(self, session: Session, team_id: str) -> Installation | None:
        held = select(Installation).where(Installation.team_id == team_id, col(Installation.removed_at).is_(None))
        return session.exec(held).first()

    def _open(self, encrypted: str) -> str:
        if self._fernet is None:
            raise NotFound("CSI_TOKEN_KEY is not set: stored tokens cannot be read.")
        return self._fernet.decrypt(encrypted.encode()).decode()
