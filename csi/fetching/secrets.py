"""Values from the environment: put in where something is asked, and hidden wherever something is said."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote, quote_plus

from csi.definition import SourceDefinition
from csi.errors import CsiError, InvalidInput, InvalidInputs
from csi.reading.connectors.masking import MASK
from csi.reading.connectors.placeholders import HEADERS, asked_for, filled, headers_of, missing, names

SHORTEST_SAID = 4  # signs of a value that is hidden in a message; ours
SHORTEST_WRITTEN = 8  # signs of one that is hidden in a report: a year or a team's name there is no secret; ours


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the environment holds, and which of it a study uses.

    ``known`` is None where nothing may be filled in: a study that came with a message must not read the
    environment of whoever runs the bot.
    """

    known: Mapping[str, str] | None = None
    used: tuple[str, ...] = ()
    _values: tuple[str, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        held = {(self.known or {}).get(name, "") for name in self.used}
        object.__setattr__(self, "_values", tuple(sorted(held - {""}, key=len, reverse=True)))

    def of(self, sources: Iterable[SourceDefinition]) -> Secrets:
        """The same, for what some sources use."""
        texts = [text for source in sources for _, text in asked_for(source)]
        return replace(self, used=tuple(dict.fromkeys(name for text in texts for name in names(text))))

    def put_into(self, source: SourceDefinition) -> SourceDefinition:
        """The source with every value in its place, as it is asked.

        Raises:
            InvalidInput: a value is not there, or none may be filled in here.
        """
        for key, text in asked_for(source):
            self._check(key, text)
        known = self.known or {}
        options = dict(source.options)
        if options.get("query"):
            options["query"] = filled(str(options["query"]), known)
        if headers := headers_of(source):
            options[HEADERS] = {name: filled(value, known) for name, value in headers.items()}
        return replace(
            source,
            url=filled(source.url, known),
            sql=filled(source.sql, known),
            prometheus=filled(source.prometheus, known),
            options=options,
        )

    def _check(self, key: str, text: str) -> None:
        for name in names(text):
            if self.known is None:
                reason = f"${{{name}}} is filled in by csi run only, from its environment; expected the text itself"
                raise InvalidInput(key, reason)
            if name not in self.known:
                raise InvalidInput(key, missing(name))

    def hidden(self, text: str) -> str:
        """A sentence without any of the values."""
        return _without(text, [value for value in self._values if len(value) >= SHORTEST_SAID])

    def hidden_in(self, content: bytes) -> bytes:
        """A text file without any of the values; what is too short or a number only is no secret there."""
        long = [value for value in self._values if len(value) >= SHORTEST_WRITTEN and not value.isdecimal()]
        return _without(content.decode(), long).encode() if long else content

    def hide(self, error: CsiError) -> CsiError:
        """An error that says none of the values."""
        if isinstance(error, InvalidInputs):
            return InvalidInputs([InvalidInput(one.field, self.hidden(one.reason)) for one in error.errors])
        error.args = tuple(self.hidden(one) if isinstance(one, str) else one for one in error.args)
        if isinstance(error, InvalidInput):
            error.reason = self.hidden(error.reason)
        return error


def _without(text: str, values: Iterable[str]) -> str:
    """The text with every value masked, also as addresses, JSON and Python write it."""
    written = {form for value in values for form in _forms(value)}
    if not written:
        return text
    longest_first = sorted(written, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest_first)), MASK, text, flags=re.IGNORECASE)  # hosts lose their capitals


def _forms(value: str) -> set[str]:
    as_json, as_ascii = json.dumps(value, ensure_ascii=False)[1:-1], json.dumps(value)[1:-1]
    forms = {value, value.strip(), quote(value), quote(value, safe=""), quote_plus(value), as_json, as_ascii}
    return {form for form in (*forms, repr(value)[1:-1]) if form}
