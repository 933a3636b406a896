"""The catalogue of messages: each sentence one message with named fields, said in the language that is spoken.

A message is its English text. In a call of ``said`` and its like it is found by those who extract messages (``pybabel
extract -k said -k counted:1,2 -k said_as:1c,2 -k mark``), outside of f-strings; ``mark`` marks one that is said later.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from gettext import NullTranslations
from typing import Any

_SPOKEN: ContextVar[NullTranslations] = ContextVar("spoken", default=NullTranslations())  # noqa: B039 -- never changed


@contextmanager
def spoken(language: NullTranslations) -> Iterator[None]:
    """What is said within is said in that language."""
    before = _SPOKEN.set(language)
    try:
        yield
    finally:
        _SPOKEN.reset(before)


def mark(message: str) -> str:
    """A message that is said later."""
    return message


def said(message: str, **fields: Any) -> str:
    """A message with its fields, in the language that is spoken."""
    return _SPOKEN.get().gettext(message).format_map(fields)


def said_as(context: str, message: str, **fields: Any) -> str:
    """The same for one that means several things in English; ``context`` says which."""
    return _SPOKEN.get().pgettext(context, message).format_map(fields)


def counted(one: str, many: str, count: int, **fields: Any) -> str:
    """A message in the form that its count has: some languages have one form, some six."""
    return _SPOKEN.get().ngettext(one, many, count).format_map({"count": f"{count:,}", **fields})
