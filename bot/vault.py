"""Secrets at rest: closed with a key from the settings, opened only where they are used, never shown again."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlmodel import Session, col, select

from csi.errors import InvalidInput
from csi.models import Installation, Source

SETTING = "CSI_TOKEN_KEY"
_SOME = 5


class Vault:
    """Closes and opens texts. Several keys, separated by commas: the first closes, each opens (to change keys)."""

    def __init__(self, keys: str) -> None:
        self._keys = [_key(key) for key in keys.split(",") if key.strip()]

    def close(self, secret: str) -> str:
        """The text encrypted; an empty one stays empty.

        Raises:
            InvalidInput: there is no key.
        """
        return self.fernet().encrypt(secret.encode()).decode() if secret else ""

    def open(self, closed: str) -> str:
        """The text as it was.

        Raises:
            InvalidInput: there is no key, or another one than it was closed with.
        """
        if not closed:
            return ""
        try:
            return self.fernet().decrypt(closed.encode()).decode()
        except InvalidToken as error:
            raise InvalidInput(SETTING, "not the key with which the stored secrets were encrypted") from error

    def fernet(self) -> MultiFernet:
        """The cipher itself.

        Raises:
            InvalidInput: there is no key.
        """
        if not self._keys:
            raise InvalidInput(SETTING, "not set: secrets can be neither kept nor read. An administrator sets it")
        return MultiFernet(self._keys)


def some_closed(session: Session) -> list[str]:
    """Secrets that are kept, a few of each kind, the newest first."""
    tokens = select(Installation.bot_token).where(col(Installation.removed_at).is_(None), Installation.bot_token != "")
    secrets = select(Source.secret_encrypted).where(Source.secret_encrypted != "")
    newest = (
        tokens.order_by(col(Installation.id).desc()).limit(_SOME),
        secrets.order_by(col(Source.id).desc()).limit(_SOME),
    )
    return [closed for wanted in newest for closed in session.exec(wanted)]


def _key(key: str) -> Fernet:
    try:
        return Fernet(key.strip().encode())
    except ValueError as error:
        raise InvalidInput(SETTING, "expected a Fernet key: 32 bytes as url-safe base64") from error
