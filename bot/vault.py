"""Secrets at rest: closed with a key from the settings, opened only where they are used, never shown again."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from csi.errors import InvalidInput

SETTING = "CSI_TOKEN_KEY"


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


def _key(key: str) -> Fernet:
    try:
        return Fernet(key.strip().encode())
    except ValueError as error:
        raise InvalidInput(SETTING, "expected a Fernet key: 32 bytes as url-safe base64") from error
