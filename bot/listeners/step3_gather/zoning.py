"""Columns in a zone other than their file's, as people type them: ``First response in UTC; Closed in Asia/Tokyo``."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches

from bot.blocks.step3_gather import ZONED
from csi.errors import InvalidInput
from csi.reading.moments import zone

FIELD = "zones"
_ONE = re.compile(r"\s*(\S.*?)\s+in\s+([^\s;]+)\s*(?:;|$)", re.DOTALL)  # a name may hold “in” and “;” itself
_EXPECTED = "Expected a column and its zone, such as First response in UTC."


def zones_text(zones: Mapping[str, str], columns: Collection[str]) -> str:
    """The zones of a file's columns as a form shows them; empty where they are too many for it."""
    text = "; ".join(f"{name} in {told}" for name, told in zones.items() if name in columns)
    return text if len(text) <= ZONED else ""


def zones_typed(typed: str, columns: Collection[str]) -> dict[str, str]:
    """Per column of a file its zone, as a form says it.

    Raises:
        InvalidInput: it is no column with its zone, the file has no such column, or there is no such zone.
    """
    pieces = _ONE.split(typed)
    if any(between.strip(" ;\n") for between in pieces[::3]):
        raise InvalidInput(FIELD, _EXPECTED)
    found: dict[str, str] = {}
    for name, told in zip(pieces[1::3], pieces[2::3], strict=True):
        _check(name, told, columns)
        if name in found:
            raise InvalidInput(FIELD, f"‘{name}’ stands here twice; expected one zone for it.")
        found[name] = told
    return found


def _check(name: str, told: str, columns: Collection[str]) -> None:
    """Refuse what is no column or no zone."""
    if name not in columns:
        near = get_close_matches(name, columns, n=1)
        raise InvalidInput(FIELD, f"There is no column ‘{name}’{f'; did you mean ‘{near[0]}’?' if near else '.'}")
    try:
        zone(told)
    except InvalidInput as error:
        raise InvalidInput(FIELD, error.reason) from error
