"""What a drafted study offers: one KPI, why, and what only a person knows of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

UNKNOWN = "only a guess: nothing here says whether lower or higher is better"
_ODD = re.compile(r"\W+")


@dataclass(frozen=True, slots=True)
class Offer:
    """A KPI as a study writes it, and why it is offered; ``asks`` says what only a person knows of it.

    ``column`` is the one it is all about; empty where there is none such.
    """

    id: str
    keys: Mapping[str, Any]
    why: str
    asks: Mapping[str, str] = field(default_factory=dict)
    column: str = ""


def slug(text: str) -> str:
    """A name as a key of a study: letters and digits of any script, in small letters."""
    return _ODD.sub("_", text).strip("_").lower() or "column"
