"""The small language of ``where`` and ``good``: its words, its tree, and errors that point at the character.

    or       := and ("or" and)*
    and      := not ("and" not)*
    not      := "not" not | test
    test     := "(" or ")" | operand [ compare operand | ["not"] "in" "(" literal, … ")" | "is" ["not"] "missing" ]
    operand  := column | `odd column` | "text" | 'text' | number | true | false

Nothing else parses, and nothing is ever handed to Python's own evaluation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from csi.errors import InvalidInput

DEEPEST = 50  # levels of parentheses and `not`; keeps a hostile text from exhausting the stack
LONGEST = 10_000  # characters
COMPARISONS = ("==", "!=", "<=", ">=", "<", ">")
_WORDS = frozenset({"and", "or", "not", "in", "is", "missing", "true", "false"})
_TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<number>[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?![\w.]))"
    r"|(?P<text>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"
    r"|(?P<column>`[^`]+`)"
    r"|(?P<word>[^\W\d]\w*)"
    r"|(?P<sign>==|!=|<=|>=|<|>|\(|\)|,)",
    re.DOTALL,
)


class ExpressionError(InvalidInput):
    """A text is not in the language: ``position`` is the 0-based character, the sentence shows it with a caret.

    ``tells_of_names``: ``expected`` says already how the odd name of a column is written.
    """

    def __init__(
        self, text: str, position: int, expected: str, field: str = "", *, tells_of_names: bool = False
    ) -> None:
        super().__init__(field, f"{expected} at character {position + 1}:\n{_pointed(text, position)}")
        self.text = text
        self.position = position
        self.expected = expected
        self.tells_of_names = tells_of_names

    def at(self, field: str) -> ExpressionError:
        """The same, with the key of the study it stands at."""
        return ExpressionError(self.text, self.position, self.expected, field, tells_of_names=self.tells_of_names)


def _pointed(text: str, position: int) -> str:
    """The text on one line, clipped around the position, with a caret under the character."""
    flat = "".join(" " if character.isspace() or not character.isprintable() else character for character in text)
    first = max(0, position - 60)
    return f"    {flat[first : position + 60]}\n    {' ' * (position - first)}^"


@dataclass(frozen=True, slots=True)
class Column:
    """A cell of the row, by its column's name."""

    name: str
    position: int


@dataclass(frozen=True, slots=True)
class Literal:
    """A text, a number or a truth value."""

    value: str | float | bool
    position: int


@dataclass(frozen=True, slots=True)
class Compare:
    """Two operands and a sign."""

    left: Column | Literal
    sign: str
    right: Column | Literal


@dataclass(frozen=True, slots=True)
class Among:
    """A column and the values it may have."""

    column: Column
    values: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """A cell that is empty."""

    column: Column


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    inner: Node


@dataclass(frozen=True, slots=True)
class Both:
    """All of several."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of several."""

    parts: tuple[Node, ...]


Node: TypeAlias = Compare | Among | Missing | Not | Both | Either
Operand: TypeAlias = Column | Literal


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    position: int


def _tokens(text: str) -> Iterator[_Token]:
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _unreadable(text, position)
        kind = str(match.lastgroup)
        if kind == "word" and match.group() in _WORDS:
            kind = match.group()
        if kind != "space":
            yield _Token(kind, match.group(), position)
        position = match.end()
    yield _Token("end", "", len(text))


def _unreadable(text: str, position: int) -> ExpressionError:
    character = text[position]
    if character in "\"'`":
        return ExpressionError(text, position, f"this {character} is never closed")
    if character == "=":
        return ExpressionError(text, position, "write == to compare; a sign is not understood")
    said = "a sign that is not understood; an odd name of a column stands in backquotes, `like this`"
    return ExpressionError(text, position, said, tells_of_names=True)


class _Parser:
    """Recursive descent over the tokens, one level of the grammar a method."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(_tokens(text))
        self.index = 0
        self.depth = 0

    @property
    def token(self) -> _Token:
        return self.tokens[self.index]

    def fail(self, expected: str, token: _Token | None = None) -> ExpressionError:
        return ExpressionError(self.text, (token or self.token).position, expected)

    def accept(self, kind: str, text: str | None = None) -> _Token | None:
        token = self.token
        if token.kind != kind or (text is not None and token.text != text):
            return None
        self.index += 1
        return token

    def expect(self, text: str) -> None:
        if self.accept("sign", text) is None:
            raise self.fail(f"expected {text}")

    def whole(self) -> Node:
        node = self.either()
        if self.token.kind != "end":
            raise self.fail("expected and, or, or the end")
        return node

    def either(self) -> Node:
        parts = [self.both()]
        while self.accept("or"):
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def both(self) -> Node:
        parts = [self.opposite()]
        while self.accept("and"):
            parts.append(self.opposite())
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def opposite(self) -> Node:
        if not self.accept("not"):
            return self.test()
        self.deeper()
        node = Not(self.opposite())
        self.depth -= 1
        return node

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.fail(f"expected at most {DEEPEST} levels of parentheses and not")

    def test(self) -> Node:
        if self.accept("sign", "("):
            self.deeper()
            node = self.either()
            self.expect(")")
            self.depth -= 1
            return node
        return self.comparison()

    def comparison(self) -> Node:
        left = self.operand()
        sign = self.token
        if sign.kind == "sign" and sign.text in COMPARISONS:
            self.index += 1
            return Compare(left, sign.text, self.operand())
        if isinstance(left, Column):
            return self.of_column(left)
        raise self.fail("expected a comparison (== != < <= > >=)")

    def of_column(self, column: Column) -> Node:
        if self.accept("is"):
            negated = self.accept("not")
            if not self.accept("missing"):
                raise self.fail("expected missing")
            return Not(Missing(column)) if negated else Missing(column)
        negated = self.accept("not")
        if self.accept("in"):
            among = Among(column, self.values())
            return Not(among) if negated else among
        raise self.fail("expected a comparison (== != < <= > >=), in, or is missing")

    def values(self) -> tuple[Literal, ...]:
        self.expect("(")
        values = [self.literal()]
        while self.accept("sign", ","):
            values.append(self.literal())
        self.expect(")")
        return tuple(values)

    def literal(self) -> Literal:
        token = self.token
        operand = self.operand()
        if isinstance(operand, Column):
            raise self.fail("expected a text in quotes or a number", token)
        return operand

    def operand(self) -> Operand:
        token = self.token
        if token.kind not in _OPERANDS:
            raise self.fail('expected a column, a "text" or a number')
        self.index += 1
        return _OPERANDS[token.kind](token)


_OPERANDS: dict[str, Callable[[_Token], Operand]] = {
    "word": lambda token: Column(token.text, token.position),
    "column": lambda token: Column(token.text[1:-1], token.position),
    "text": lambda token: Literal(re.sub(r"\\(.)", r"\1", token.text[1:-1], flags=re.DOTALL), token.position),
    "number": lambda token: Literal(float(token.text), token.position),
    "true": lambda token: Literal(True, token.position),
    "false": lambda token: Literal(False, token.position),
}


@lru_cache(maxsize=512)
def parse(text: str) -> Node:
    """The tree of a condition.

    Raises:
        ExpressionError: the text is not in the language; it points at the character.
    """
    if len(text) > LONGEST:
        raise ExpressionError(text, LONGEST, f"expected at most {LONGEST} characters")
    return _Parser(text).whole()


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    yield node
    if isinstance(node, Not):
        yield from walk(node.inner)
    if isinstance(node, Both | Either):
        for part in node.parts:
            yield from walk(part)


def operands(node: Node) -> Iterator[tuple[Column, tuple[Operand, ...]]]:
    """Every column of the tree with what it is compared to (nothing for ``is missing``)."""
    for part in walk(node):
        if isinstance(part, Missing):
            yield part.column, ()
        elif isinstance(part, Among):
            yield part.column, part.values
        elif isinstance(part, Compare):
            yield from _sides(part)


def _sides(node: Compare) -> Iterator[tuple[Column, tuple[Operand, ...]]]:
    if isinstance(node.left, Column):
        yield node.left, (node.right,)
    if isinstance(node.right, Column):
        yield node.right, (node.left,)


def columns_of(text: str) -> tuple[str, ...]:
    """The column names a condition reads, in order, each once; none for an empty condition."""
    if not text.strip():
        return ()
    return tuple(dict.fromkeys(column.name for column, _ in operands(parse(text))))


def comparisons(text: str) -> Iterator[Compare]:
    """Every comparison of a condition; of ``in`` one with each value."""
    for node in walk(parse(text)) if text.strip() else ():
        if isinstance(node, Compare):
            yield node
        elif isinstance(node, Among):
            yield from (Compare(node.column, "==", value) for value in node.values)
