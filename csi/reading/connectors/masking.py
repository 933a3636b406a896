"""Addresses as they may be shown: passwords and keys in them are masked."""

from __future__ import annotations

import re

MASK = "***"
# A password ends at the last @ before the path; one that holds / ? or # itself at the last @ there is, unless what
# follows the colon is a port.
_PASSWORD = re.compile(r"(?P<before>://(?!\[)[^/?#@:\s]*:)(?P<secret>[^/?#\s]*(?=@)|(?!\d{1,5}(?:[/?#\s]|$))\S*(?=@))")
_BARE_USER = re.compile(r"(?P<before>\bhttps?://)(?P<secret>[^/?#@:\s]+)(?=@)")
# A key begins at its separator and holds none, so that each sign is looked at a bounded number of times: what is
# masked may be a hostile server's words.
_KEY = re.compile(
    r"(?i)(?P<before>[?&;#](?=[^=?&;#\s]{0,80}(?:key|token|secret|pass|pwd|sig|auth|credential|jwt|appid|session|bearer))"
    r"[^=?&;#\s]{1,120}=)(?P<secret>[^&;#\s]*)"
)
LONGEST = 4_000  # characters looked at; addresses are shorter


def masked(address: str) -> str:
    """The address, or a sentence with addresses in it, with every secret part replaced; cut where it is very long."""
    address = address[:LONGEST]
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
