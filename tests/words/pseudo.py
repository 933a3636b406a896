"""A language made by rule: every message in it is marked, and holds no English letter but in its fields."""

from __future__ import annotations

import re
from collections.abc import Container
from gettext import NullTranslations

PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
STRANGE = "áƀçďéƒǧħíĵķĺɱñóƥɋŕšţúṽŵẋýžÁƁÇĎÉƑǦĦÍĴĶĹṀÑÓƤɊŔŠŢÚṼŴẊÝŽ"
_FIELD = re.compile(r"(\{\w+\})")


def strange(message: str) -> str:
    """``⟦ŵééķ óƒ {day}⟧``."""
    table = str.maketrans(PLAIN, STRANGE)
    parts = _FIELD.split(message)
    return f"⟦{''.join(part if at % 2 else part.translate(table) for at, part in enumerate(parts))}⟧"


class Pseudo(NullTranslations):
    """The language; with ``known`` only the messages of a catalogue are in it, the rest stays English."""

    def __init__(self, known: Container[str] | None = None) -> None:
        super().__init__()
        self.known = known

    def gettext(self, message: str) -> str:
        """The message, made strange."""
        return strange(message) if self.known is None or message in self.known else message

    def pgettext(self, context: str, message: str) -> str:
        """The same, whatever the context."""
        return self.gettext(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The same, with as many forms as English has."""
        return self.gettext(msgid1 if n == 1 else msgid2)
