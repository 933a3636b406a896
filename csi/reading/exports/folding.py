"""Column names made alike where programs, spreadsheets and re-saves differ: case, accents, blanks, quotes, marks."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "“": '"', "”": '"', "\ufeff": " "})


@lru_cache(maxsize=20_000)
def folded(text: str) -> str:
    """A name without case, accents, byte order mark, outer quotes and spare blanks; otherwise as it stands."""
    plain = unicodedata.normalize("NFKD", text.translate(_QUOTES)).casefold()
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"\s+", " ", bare).strip().strip("\"'").strip()


def is_repeat(name: str, names: frozenset[str]) -> bool:
    """Whether a name is another column's once more, numbered by a reader: ``Sprint_2``, ``Sprint.1``."""
    found = re.fullmatch(r"(.+)[._](\d+)", name)
    return found is not None and found.group(1) in names
