"""Small wrong changes of a source: one operator, number, name or order in it replaced by its neighbour."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

COMPARISONS = {
    ast.Lt: "<=",
    ast.LtE: "<",
    ast.Gt: ">=",
    ast.GtE: ">",
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.Is: "is not",
    ast.IsNot: "is",
    ast.In: "not in",
    ast.NotIn: "in",
}
SIGNS = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}
SWAPPED = {"min": "max", "any": "all", "nanmin": "nanmax", "minimum": "maximum", "argmin": "argmax", "fmin": "fmax"}
SWAPPED["asc"] = "desc"
SWAPPED |= {after: before for before, after in SWAPPED.items()}
# How long is waited, and how much of a text is kept, is no decision on data.
UNDECIDED = {"timeout", "maxsize", "max_length", "index", "unique", "ondelete"}


@dataclass(frozen=True, slots=True)
class Mutation:
    """One change of a source.

    Attributes:
        line: 1-based line where it begins.
        start, end: the characters it replaces, counted from the source's beginning.
        before, after: what stands there, and what is to stand there.
    """

    line: int
    start: int
    end: int
    before: str
    after: str

    def applied(self, source: str) -> str:
        """The source with the change in it."""
        return source[: self.start] + self.after + source[self.end :]


class _Place:
    """Where the nodes of a source stand in it, in characters (the ast counts bytes of a line)."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.lines = source.splitlines(keepends=True)
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line))

    def at(self, line: int, byte: int) -> int:
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        return self.starts[line - 1] + len(text.encode()[:byte].decode())

    def span(self, node: ast.expr) -> tuple[int, int]:
        return self.at(node.lineno, node.col_offset), self.at(node.end_lineno or 0, node.end_col_offset or 0)

    def text(self, node: ast.expr) -> str:
        return self.source[slice(*self.span(node))]

    def replaced(self, node: ast.expr, after: str) -> Mutation:
        start, end = self.span(node)
        return Mutation(node.lineno, start, end, self.source[start:end], after)

    def between(self, left: ast.expr, right: ast.expr, before: str, after: str) -> Iterator[Mutation]:
        """An operator's sign, which has no place of its own in the tree: none where brackets or comments stand by."""
        start, end = self.span(left)[1], self.span(right)[0]
        gap = self.source[start:end]
        if gap.strip(" \n()") == before:
            begin = start + gap.index(before)
            line = self.source.count("\n", 0, begin) + 1
            yield Mutation(line, begin, begin + len(before), before, after)


def mutations(source: str) -> list[Mutation]:
    """Every small change of a source, in the order they stand in it."""
    place, tree = _Place(source), ast.parse(source)
    found = (one for node in _decided(tree) for one in _of_node(place, node))
    return sorted(found, key=lambda one: (one.start, one.end, one.after))


def _decided(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes by which something is decided: no annotation, decorator, text for people or module's word list."""
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list") or isinstance(node, ast.JoinedStr):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.keyword) and child.arg in UNDECIDED:
                continue
            if isinstance(child, ast.AST):
                yield from _decided(child)


def _of_node(place: _Place, node: ast.AST) -> Iterator[Mutation]:
    match node:
        case ast.Compare():
            for left, sign, right in zip([node.left, *node.comparators], node.ops, node.comparators, strict=False):
                yield from place.between(left, right, SIGNS[type(sign)], COMPARISONS[type(sign)])
        case ast.BoolOp():
            before, after = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
            for left, right in zip(node.values, node.values[1:], strict=False):
                yield from place.between(left, right, before, after)
        case ast.UnaryOp(op=ast.Not()):
            yield place.replaced(node, f"({place.text(node.operand)})")
        case ast.Constant():
            yield from _of_constant(place, node)
        case ast.Subscript(slice=ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1))):
            yield place.replaced(node.slice, "0")
        case ast.Call():
            yield from _of_call(place, node)


def _of_call(place: _Place, node: ast.Call) -> Iterator[Mutation]:
    """The least for the greatest, and an order turned round."""
    match node.func:
        case ast.Name(id="reversed"):
            yield place.replaced(node, f"list({place.text(node.args[0])})")
        case ast.Name(id="sorted"):
            yield place.replaced(node, f"list({place.text(node)})[::-1]")
        case ast.Name(id=name) if name in SWAPPED:
            yield place.replaced(node.func, SWAPPED[name])
        case ast.Attribute(attr=name, value=value) if name in SWAPPED:
            yield place.replaced(node.func, f"{place.text(value)}.{SWAPPED[name]}")
    for one in node.keywords:
        if one.arg == "order" and isinstance(one.value, ast.Constant):
            column = str(one.value.value)
            yield place.replaced(one.value, repr(column[1:] if column[0] == "-" else f"-{column}"))


def _of_constant(place: _Place, node: ast.Constant) -> Iterator[Mutation]:
    value = node.value
    if isinstance(value, bool):
        yield place.replaced(node, str(not value))
    elif isinstance(value, int | float):
        yield place.replaced(node, repr(value + 1))
        yield place.replaced(node, f"({value - 1!r})")
