"""The name that was most likely meant, whatever its case, blanks and signs: ``At `` for ``at``."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: object, names: Iterable[str], cutoff: float = 0.6) -> str:
    """The name nearest to what was written; empty where none is near.

    Args:
        name: as it was written.
        names: those there are.
        cutoff: how alike they must be, of 0 to 1, once case, blanks and signs are left out.
    """
    known = list(names)
    exact = get_close_matches(str(name), known, n=1, cutoff=cutoff)
    plain = {_plain(one): one for one in reversed(known)}
    if (bare := _plain(str(name))) in plain and bare:
        return plain[bare]
    near = exact or [plain[one] for one in get_close_matches(bare, list(plain), n=1, cutoff=cutoff)]
    return near[0] if near else ""


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(sign for sign in folded if sign.isalnum())
