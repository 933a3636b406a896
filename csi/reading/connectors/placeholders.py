"""``${NAME}`` in an address, a query or a header: a value that whoever runs a study has, and the study does not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from csi.definition import SourceDefinition

KEYS = ("url", "sql", "prometheus", "query")
HEADERS = "headers"
# Two dollars stand for one: what follows is text. Source: as Docker Compose writes it, docs.docker.com, Interpolation.
_PLACE = re.compile(r"(?P<escape>\$)?\$\{(?P<name>[^{}]*)\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def names(text: str) -> tuple[str, ...]:
    """The names a text asks for, each once, in order."""
    return tuple(dict.fromkeys(found["name"] for found in _PLACE.finditer(text) if not found["escape"]))


def is_name(name: str) -> bool:
    """Whether a variable can be called so."""
    return bool(_NAME.fullmatch(name))


def filled(text: str, known: Mapping[str, str]) -> str:
    """The text with every value in its place, and ``$${NAME}`` as ``${NAME}``.

    Raises:
        KeyError: a name is not known.
    """
    return _PLACE.sub(lambda found: found[0][1:] if found["escape"] else known[found["name"]], text)


def missing(name: str) -> str:
    """What is said of a name that the environment does not hold, or that cannot be one."""
    if not is_name(name):
        return f"${{{name}}} is no name; expected letters, digits and _ as in ${{NAME}}, or $${{{name}}} for the text"
    return f"the environment has no {name}; expected it to be set, or $${{{name}}} for the text itself"


def asked_for(source: SourceDefinition) -> Iterator[tuple[str, str]]:
    """Key and text of everything a source may ask values for."""
    texts: dict[str, Any] = {"url": source.url, "sql": source.sql, "prometheus": source.prometheus}
    texts["query"] = source.options.get("query")
    texts |= {f"{HEADERS}.{name}": value for name, value in headers_of(source).items()}
    return ((key, str(text)) for key, text in texts.items() if text)


def headers_of(source: SourceDefinition) -> Mapping[str, str]:
    """What is sent beside the question, as the study writes it."""
    said = source.options.get(HEADERS)
    return dict(said) if isinstance(said, Mapping) else {}
