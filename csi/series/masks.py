"""A condition's tree turned into one boolean per row, whole columns at a time.

A comparison with a missing cell is false, ``!=`` is the opposite of ``==``, and ``not`` turns false into true.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from csi.reading.local_times import localised
from csi.series.equality import as_text, equal
from csi.series.expression import (
    Among,
    Both,
    Column,
    Compare,
    Either,
    ExpressionError,
    Literal,
    Missing,
    Node,
    Not,
    operands,
    parse,
)
from csi.series.written import Forms, Written, in_order, plain_form, tidy
from csi.words.nearest import nearest

_SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def mask(text: str, frame: pd.DataFrame, timezone: str = "UTC", forms: Forms = plain_form) -> np.ndarray:
    """Which rows satisfy a condition; an empty one is satisfied by all.

    Args:
        text: in the language of ``expression``.
        frame: a reading's rows.
        timezone: zone of the moments written in the text without an offset.
        forms: how the cells of a column are written, where two columns of text are put in order.

    Raises:
        ExpressionError: the text is not in the language, names a column that is not there, or compares
            what cannot be compared.
    """
    if not text.strip():
        return np.ones(len(frame), dtype=bool)
    return _Evaluation(text, frame, timezone, forms).of(parse(text))


class _Evaluation:
    """One text over one frame."""

    def __init__(self, text: str, frame: pd.DataFrame, timezone: str, forms: Forms) -> None:
        self.text = text
        self.frame = frame
        self.timezone = timezone
        self.forms = forms

    def of(self, node: Node) -> np.ndarray:
        if isinstance(node, Not):
            return ~self.of(node.inner)
        if isinstance(node, Both):
            return np.logical_and.reduce([self.of(part) for part in node.parts])
        if isinstance(node, Either):
            return np.logical_or.reduce([self.of(part) for part in node.parts])
        if isinstance(node, Missing):
            return self.series(node.column).isna().to_numpy(dtype=bool)
        if isinstance(node, Among):
            return self.among(node.column, node.values)
        return self.compare(node)

    def series(self, column: Column) -> pd.Series:
        if column.name not in self.frame.columns:
            known = [str(name) for name in self.frame.columns]
            near = nearest(column.name, known)
            hint = f"did you mean {near!r}? " if near else ""
            said = f"no column {column.name!r}; {hint}there are {', '.join(known[:40])}"
            raise ExpressionError(self.text, column.position, said)
        return self.frame[column.name]

    def among(self, column: Column, literals: Sequence[Literal]) -> np.ndarray:
        series = self.series(column)
        if _kind(series) == "moment":
            return _over_distinct(series, lambda cells: cells.isin([self.moment(one) for one in literals]))
        return equal(series, [one.value for one in literals], self.forms(column.name))

    def compare(self, node: Compare) -> np.ndarray:
        if node.sign == "!=":
            return ~self.compare(Compare(node.left, "==", node.right))
        if isinstance(node.left, Column):
            if isinstance(node.right, Column):
                return self.columns(node.left, node.sign, node.right)
            return self.with_literal(node.left, node.sign, node.right)
        if isinstance(node.right, Column):
            return self.with_literal(node.right, _MIRRORED[node.sign], node.left)
        return np.full(len(self.frame), self.literals(node.left, node.sign, node.right))

    def with_literal(self, column: Column, sign: str, literal: Literal) -> np.ndarray:
        if sign == "==":
            return self.among(column, (literal,))
        series = self.series(column)
        value = self.fitting(literal, series)
        if value is None:
            return np.zeros(len(series), dtype=bool)
        return _over_distinct(series, lambda cells: _SIGNS[sign](cells, value))

    def columns(self, left: Column, sign: str, right: Column) -> np.ndarray:
        first, second = self.series(left), self.series(right)
        if _kind(first) != _kind(second):
            words = f"{left.name} holds {_kind(first)}s and {right.name} {_kind(second)}s: these cannot be compared"
            raise ExpressionError(self.text, right.position, words)
        if _kind(first) == "text" and sign != "==":
            above, below = (Written.of(self.series(one), self.forms(one.name)) for one in (left, right))
            return in_order(above, below, _SIGNS[sign])
        if _kind(first) == "text":
            return _both_there(pc.equal(tidy(first), tidy(second)))
        return _plain(_SIGNS[sign](first, second))

    def literals(self, left: Literal, sign: str, right: Literal) -> bool:
        if type(left.value) is not type(right.value):
            raise ExpressionError(self.text, right.position, "expected two texts or two numbers")
        return bool(_SIGNS[sign](left.value, right.value))

    def fitting(self, literal: Literal, series: pd.Series) -> Any:
        """The literal as the column's kind; None when no cell can equal it."""
        kind = _kind(series)
        if kind == "moment":
            return self.moment(literal)
        if kind == "number":
            return _as_number(literal)
        if kind == "truth":
            return _as_truth(literal)
        return as_text(literal.value)

    def moment(self, literal: Literal) -> pd.Timestamp:
        stamp = _iso(literal.value)
        if stamp is None:
            raise ExpressionError(self.text, literal.position, 'expected a moment such as "2026-03-01 08:00"')
        if stamp.tzinfo is None:
            stamp = localised(pd.DatetimeIndex([stamp]), self.timezone)[0]
        return stamp


_MIRRORED = {"==": "==", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _kind(series: pd.Series) -> str:
    if isinstance(series.dtype, pd.DatetimeTZDtype) or series.dtype.kind == "M":
        return "moment"
    if series.dtype.kind == "b" or series.dtype == "boolean":
        return "truth"
    return "number" if pd.api.types.is_numeric_dtype(series.dtype) else "text"


def _iso(value: object) -> pd.Timestamp | None:
    """An ISO 8601 moment within living memory; never a word such as ``now``."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return pd.Timestamp(moment) if moment and 1900 <= moment.year <= 2200 else None


def _as_number(literal: Literal) -> float | None:
    try:
        return float(literal.value)
    except ValueError:
        return None


def _as_truth(literal: Literal) -> bool | None:
    return {"true": True, "false": False}.get(str(literal.value).lower())


def _over_distinct(series: pd.Series, test: Callable[[pd.Series], Any]) -> np.ndarray:
    """Test each distinct value once where the column is a categorical: tickets repeat few words many times."""
    if not isinstance(series.dtype, pd.CategoricalDtype):
        return _plain(test(series))
    answers = np.append(_plain(test(pd.Series(series.cat.categories))), False)  # the last stands for missing
    return answers[series.cat.codes.to_numpy()]


def _plain(answers: Any) -> np.ndarray:
    """A comparison's answer as plain booleans: missing is false."""
    if isinstance(answers, pd.Series):
        return answers.fillna(False).to_numpy(dtype=bool) if answers.hasnans else answers.to_numpy(dtype=bool)
    return np.asarray(answers, dtype=bool)


def _both_there(answers: pa.BooleanArray) -> np.ndarray:
    """The answers of cells compared with each other: false where one is missing."""
    return np.asarray(pc.fill_null(answers, False).to_numpy(zero_copy_only=False), dtype=bool)


def may_satisfy(
    text: str,
    frame: pd.DataFrame,
    timezone: str,
    forms: Forms,
    unread: Callable[[pd.DataFrame, list[str]], np.ndarray | None],
) -> np.ndarray:
    """Rows that satisfy a condition as far as their cells could be read: what needs an unread cell is taken to hold.

    Args:
        text, frame, timezone, forms: as of ``mask``.
        unread: tells the rows in which a cell of some columns could not be read.
    """
    if not text.strip():
        return np.ones(len(frame), dtype=bool)
    node = parse(text)
    found = np.ones(len(frame), dtype=bool)
    for part in node.parts if isinstance(node, Both) else (node,):
        holds = _Evaluation(text, frame, timezone, forms).of(part)
        lost = unread(frame, [column.name for column, _ in operands(part)])
        found &= holds if lost is None else holds | lost
    return found
