"""Addresses as they may be shown: passwords and keys in them are masked."""

from __future__ import annotations

import re

MASK = "***"
_PASSWORD = re.compile(r"(?P<before>://[^/?#@:]*:)(?P<secret>[^/?#]*)(?=@)")
_BARE_USER = re.compile(r"(?P<before>^https?://)(?P<secret>[^/?#@:]+)(?=@)")
_KEY = re.compile(
    r"(?i)(?P<before>[?&;][^=&;#]*(?:key|token|secret|passw|pwd|sig|auth|credential)[^=&;#]*=)(?P<secret>[^&;#]*)"
)


def masked(address: str) -> str:
    """The address with every secret part replaced."""
    for part in (_PASSWORD, _BARE_USER, _KEY):
        address = part.sub(lambda found: f"{found['before']}{MASK if found['secret'] else ''}", address)
    return address


def has_secret(address: str) -> bool:
    """Whether there is anything to mask."""
    return masked(address) != address


def is_masked(address: str) -> bool:
    """Whether an address was masked, so that nothing can be asked with it."""
    parts = (found for part in (_PASSWORD, _BARE_USER, _KEY) for found in part.finditer(address))
    return any(found["secret"] == MASK for found in parts)
