"""Marks that nobody sees: they steer the direction of writing, or are left behind where texts were joined."""

from __future__ import annotations

# Source: Unicode Standard Annex 9, 2 (directional formatting characters), with the blanks that have no width.
UNSEEN = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff"
_NONE = dict.fromkeys(map(ord, UNSEEN))


def without_unseen(text: str) -> str:
    """A text without such marks."""
    return text if text.isascii() else text.translate(_NONE)
