"""Tables that are written into JSON otherwise than as a list of records: by column, by row, or names and lists apart.

pandas writes the first by default; services that answer queries write the last.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from csi.errors import InvalidInput

INDEX = "index"  # what pandas itself calls the labels of rows
_NAMES = "columns"
_TOLD = "expected a list of records, as pandas writes with df.to_json(orient='records')"
_NO_WORD = re.compile(r"[\d\s.,:/+TZ-]*\d[\d\s.,:/+TZ-]*")
_LEAST, _LEAST_CASES = 2, 10  # dates, and names with digits, that are rows; ours, as is the next
_MANY_CELLS = 50  # one record holds fewer

Row = dict[str, Any]


def table_in(document: Mapping[str, Any]) -> list[Row] | None:
    """The rows of such a table, with their labels as ``index`` where these say more than a number; None: it is none.

    Raises:
        InvalidInput: it is one, and nothing tells its columns from its rows.
    """
    if _NAMES in document:
        return _apart(document)
    return _by_label(document) if _is_even(document) else None


def _apart(document: Mapping[str, Any]) -> list[Row] | None:
    """Names of columns in one list, rows as lists in another."""
    names = [_name(one) for one in document[_NAMES]] if isinstance(document[_NAMES], list) else []
    lists = [one for one in document.values() if isinstance(one, list) and one and all(map(_is_list, one))]
    if not names or not all(names) or len(lists) != 1 or any(len(row) != len(names) for row in lists[0]):
        return None
    rows = [dict(zip(names, row, strict=True)) for row in lists[0]]
    labels = document.get(INDEX)
    if not isinstance(labels, list) or len(labels) != len(rows):
        return rows
    return _labelled([str(one) for one in labels], rows)


def _name(told: Any) -> str:
    """A column's name, which some give with its type."""
    told = told.get("name") if isinstance(told, Mapping) else told
    return told if isinstance(told, str) else ""


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _is_even(document: Mapping[str, Any]) -> bool:
    """Whether all a document holds are objects with the same names and plain values."""
    inner = list(document.values())
    if not inner or not all(isinstance(one, Mapping) and one for one in inner):
        return False
    names = inner[0].keys()
    return all(one.keys() == names for one in inner) and not any(
        isinstance(value, Mapping) for one in inner for value in one.values()
    )


def _by_label(document: Mapping[str, Mapping[str, Any]]) -> list[Row] | None:
    """The rows of a table by column or by row: what is numbered, dated or tells its cases apart are rows."""
    outer, inner = list(document), list(next(iter(document.values())))
    above, below = _labels_rows(outer, len(inner)), _labels_rows(inner, len(outer))
    if above == below:
        is_large = len(outer) * len(inner) >= _MANY_CELLS
        return _refused(outer, inner) if is_large or (above and len(outer) > 1 and len(inner) > 1) else None
    if above:
        return _labelled(outer, [dict(row) for row in document.values()])
    return _labelled(inner, [{name: cells[label] for name, cells in document.items()} for label in inner])


def _labels_rows(labels: Sequence[str], others: int) -> bool:
    """Whether names are the labels of rows rather than names of columns."""
    if _are_counted(labels):
        return True
    if len(labels) < _LEAST:
        return False
    if all(map(_NO_WORD.fullmatch, labels)):
        return True
    has_digits = all(any(map(str.isdigit, label)) for label in labels)
    return has_digits and len(labels) >= _LEAST_CASES and len(labels) > others


def _are_counted(labels: Sequence[str]) -> bool:
    return list(labels) == [str(number) for number in range(len(labels))]


def _refused(outer: Sequence[str], inner: Sequence[str]) -> list[Row]:
    raise InvalidInput(
        "rows",
        f"This is a table whose {len(outer):,} outer names ({outer[0]} …) and {len(inner):,} inner names "
        f"({inner[0]} …) may each be its columns; {_TOLD}.",
    )


def _labelled(labels: Sequence[str], rows: list[Row]) -> list[Row]:
    """The rows with their labels, unless these only number them."""
    if _are_counted(labels) or INDEX in set(chain.from_iterable(rows)):
        return rows
    return [{INDEX: label} | row for label, row in zip(labels, rows, strict=True)]
