"""JMESPath in a JSON answer: where its rows stand, and where its next page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from csi.errors import InvalidInput

LONGEST = 500  # characters; ours
# ``[a, b][]`` joins two lists; one behind another doubles what there is each time, to gigabytes within a line.
_MOST_LISTS = 1


def check_path(path: str, field: str) -> Any:
    """The expression, ready to search.

    Raises:
        InvalidInput: it is none, or one that grows what it is given over and over.
    """
    if len(path) > LONGEST:
        raise InvalidInput(field, f"has {len(path):,} characters. Expected a JMESPath of at most {LONGEST}.")
    try:
        made = jmespath.compile(path)
        lists = sum(node.get("type") == "multi_select_list" for node in _nodes(made.parsed))
    except (JMESPathError, RecursionError) as error:
        raise InvalidInput(field, f"‘{path}’ is no JMESPath: {_why(error)}.") from error
    if lists > _MOST_LISTS:
        raise InvalidInput(field, f"‘{path}’ makes lists of lists. Expected at most one [a, b] in it.")
    return made


def find(path: str, document: Any, field: str) -> Any:
    """What stands at a path of a document; None where nothing does.

    Raises:
        InvalidInput: the path is none, or does not fit what stands there.
    """
    expression = check_path(path, field)
    try:
        return expression.search(document)
    except (JMESPathError, RecursionError) as error:
        raise InvalidInput(field, f"‘{path}’ is no JMESPath: {_why(error)}.") from error


def _nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for child in node.get("children", ()):
        if isinstance(child, Mapping):
            yield from _nodes(child)


def _why(error: Exception) -> str:
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
