"""Nothing is decided by reading a sentence: what people read carries its kind beside it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SPOKEN = {
    "attribution", "breach", "caution", "cautions", "finding", "footnote", "footnotes", "note", "notes", "reason",
    "reasons", "sentence", "sentences", "warning", "warnings", "why",
}  # fmt: skip
READING = {"startswith", "endswith", "removeprefix", "removesuffix", "partition", "find", "index"}
PATTERNS = {"search", "match", "fullmatch", "findall", "finditer", "sub", "split"}
# What may: where, and why.
ALLOWED = {}


def name_of(value: ast.expr) -> str:
    """The name that a value goes by: of ``result["warnings"]`` it is ``warnings``, of ``str(note)`` ``note``."""
    match value:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(slice=ast.Constant(value=str() as name)):
            return name
        case ast.Call(func=ast.Name(id="str" | "repr"), args=[only]):
            return name_of(only)
        case ast.Call(func=ast.Attribute(value=of, attr="lower" | "strip" | "upper" | "casefold")):
            return name_of(of)
        case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=str() as name), *_]):
            return name
    return ""


def read(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Names of sentences that something is decided by, with their lines."""
    for node in ast.walk(tree):
        found: list[ast.expr] = []
        match node:
            case ast.Call(func=ast.Attribute(value=of, attr=how), args=args):
                found = [of] if how in READING else list(args) if how in PATTERNS else []
            case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[of], left=left):
                is_text = isinstance(left, ast.Constant | ast.JoinedStr) or name_of(left) in SPOKEN
                found = [of] if is_text or name_of(of) in {"sentence", "note", "warning", "footnote"} else []
        yield from ((name_of(one), node.lineno) for one in found if name_of(one) in SPOKEN)


def places() -> set[tuple[str, str]]:
    files = [path for part in ("csi", "bot") for path in (ROOT / part).rglob("*.py")]
    return {
        (path.relative_to(ROOT).as_posix(), name)
        for path in files
        for name, _ in read(ast.parse(path.read_text(encoding="utf-8")))
    }


def test_nothing_is_decided_by_a_sentence_but_what_is_allowed() -> None:
    assert places() == set(ALLOWED)


@pytest.mark.parametrize(
    "code",
    ["warning.startswith('Met')", "'trial' in note", "re.search('a', sentence)", "_CLAIM.search(one.reason)",
     "result['warnings'].index('a')", "str(note).endswith('.')", "note.lower().startswith('a')",
     "one.get('reason').partition(':')", "x not in sentence"],
)  # fmt: skip
def test_a_decision_by_a_sentence_is_seen(code: str) -> None:
    assert list(read(ast.parse(code)))


@pytest.mark.parametrize("code", ["note.remark == Remark.CAUTION", "name.startswith('a')", "kpi in known", "len(note)"])
def test_a_decision_by_a_value_is_not(code: str) -> None:
    assert not list(read(ast.parse(code)))
