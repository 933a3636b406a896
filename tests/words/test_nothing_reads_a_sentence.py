"""Nothing is decided by reading a sentence: what people read carries its kind beside it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Values that are sentences, by the name they go by: variables, fields and keys.
SPOKEN = {
    "attribution",
    "breach",
    "caution",
    "cautions",
    "finding",
    "footnote",
    "footnotes",
    "note",
    "notes",
    "reason",
    "reasons",
    "sentence",
    "sentences",
    "warning",
    "warnings",
    "why",
}
FIELDS = {"expected", "found", "label", "message", "text", "title"}  # the same, of something
READING = {
    "startswith",
    "endswith",
    "removeprefix",
    "removesuffix",
    "partition",
    "rpartition",
    "find",
    "index",
    "count",
    "replace",
    "split",
    "splitlines",
}
LAYING_OUT = {"replace", "split", "splitlines", "count"}  # of a name alone, which may be any text
PATTERNS = {"search", "match", "fullmatch", "findall", "finditer", "sub", "split"}
# What may: where, and why.
ALLOWED = {
    ("bot/sandbox/events.py", "text"): "a mention of the bot, in what a person posted",
    ("csi/charts/report.py", "clip"): "the blanks of a name",
    ("csi/reading/spelling.py", "text"): "a cell's own text is what is read there",
    ("csi/series/cadence.py", "EVERY_PERIOD"): "an option as people choose it",
    ("csi/step3_gather/batches.py", "accepted batch"): "the name of an event in the audit log",
    ("csi/step7_correct/benefits.py", "NOT_JUDGED"): "the name of a state",
    ("csi/fetching/database.py", "reason"): "what a database says",
    ("csi/step6_present/reports.py", "text"): "the lines that people typed",
}


@dataclass(frozen=True)
class Module:
    """What a module calls that says sentences: its names for them."""

    saying: frozenset[str]  # functions, and what stands for a sentence throughout the module
    words: frozenset[str]  # modules of csi.words


def is_sentence(text: object) -> bool:
    """Whether a text has words with a blank between them."""
    return isinstance(text, str) and bool(re.search(r"[a-z,] [a-z]|[a-z] $|^ [a-z]", text))


@cache
def says(function: ast.FunctionDef) -> bool:
    """Whether a function gives a text with words of ours in it."""
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Constant | ast.JoinedStr | ast.BinOp):
            texts = [one.value for one in ast.walk(node.value) if isinstance(one, ast.Constant)]
            if any(map(is_sentence, texts)):
                return True
    return False


def functions(tree: ast.Module) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def constants(tree: ast.Module) -> set[str]:
    """Names that stand for one sentence, or for several, throughout a module."""
    found = {node.targets[0]: node.value for node in tree.body if isinstance(node, ast.Assign)}
    return {
        name.id
        for name, value in found.items()
        if isinstance(name, ast.Name)
        and not isinstance(value, ast.Dict)
        and any(isinstance(one, ast.Constant) and is_sentence(one.value) for one in ast.walk(value))
    }


def module_of(tree: ast.Module, sayers: Mapping[str, frozenset[str]]) -> Module:
    """``sayers``: of each module of the project, by its dotted name, the functions that say sentences."""
    saying = {name for name, made in functions(tree).items() if says(made)} | constants(tree)
    words = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            every = node.module.startswith("csi.words")
            for one in node.names:
                name = one.asname or one.name
                if f"{node.module}.{one.name}" in sayers and node.module == "csi.words":
                    words.add(name)
                elif every or one.name in sayers.get(node.module, ()):
                    saying.add(name)
    return Module(frozenset(saying), frozenset(words))


def name_of(value: ast.expr, module: Module, known: Mapping[str, str]) -> str:
    """The name of a sentence; empty of what is none.

    Of ``result["warnings"]`` it is ``warnings``, of ``str(note)`` ``note``, of ``one.text`` ``text``, of a call its
    function, of a variable what it was made from; of an error of ours that is caught ``error``.
    """
    match value:
        case ast.Name(id=name):
            return name if name in SPOKEN else known.get(name, "")
        case ast.Attribute(attr=name):
            return name if name in SPOKEN | FIELDS else ""
        case ast.Subscript(slice=ast.Constant(value=str() as name)):
            return name if name in SPOKEN else ""
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            return name_of(left, module, known) or name_of(right, module, known)
        case ast.Call():
            return name_of_call(value, module, known)
    return ""


def name_of_call(value: ast.Call, module: Module, known: Mapping[str, str]) -> str:
    match value:
        case ast.Call(func=ast.Name(id="str" | "repr"), args=[ast.Name(id=name)]) if f"str({name})" in known:
            return known[f"str({name})"]
        case ast.Call(func=ast.Name(id="str" | "repr"), args=[only]):
            return name_of(only, module, known)
        case ast.Call(func=ast.Name(id=name)):
            return name if name in module.saying else ""
        case ast.Call(func=ast.Attribute(value=ast.Name(id=words), attr=name)) if words in module.words:
            return name
        case ast.Call(func=ast.Attribute(value=of, attr="lower" | "strip" | "upper" | "casefold")):
            return name_of(of, module, known)
        case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=str() as name), *_]):
            return name if name in SPOKEN else ""
    return ""


def known_in(scope: Iterable[ast.AST], module: Module) -> dict[str, str]:
    """The variables of a function that hold sentences, and the errors of ours that it catches, by their names."""
    known: dict[str, str] = {}
    for node in scope:
        if isinstance(node, ast.ExceptHandler) and node.name and is_ours(node.type):
            known[f"str({node.name})"] = "error"
    for node in scope:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                known |= {name: found} if (found := name_of(value, module, known)) else {}
            case ast.NamedExpr(target=ast.Name(id=name), value=value):
                known |= {name: found} if (found := name_of(value, module, known)) else {}
    return known


def is_ours(caught: ast.expr | None) -> bool:
    """Whether an error of ours is caught: what a library says of itself has no kind but its words."""
    named = ast.walk(caught) if caught is not None else ()
    return any(isinstance(node, ast.Name) and node.id in OWN_ERRORS for node in named)


OWN_ERRORS = {
    "Conflict",
    "CsiError",
    "DatesSwapped",
    "ExpressionError",
    "GateRefused",
    "InvalidInput",
    "InvalidInputs",
    "NotAllowed",
    "NotComparable",
    "NotFound",
    "TooEarly",
    "TooFewPoints",
    "TooManyRows",
    "UnitUnclear",
}


LOOKED_AT = (ast.Assign, ast.Call, ast.Compare, ast.ExceptHandler, ast.NamedExpr)


def read(tree: ast.Module, sayers: Mapping[str, frozenset[str]] | None = None) -> Iterator[tuple[str, int]]:
    """Names of sentences that something is decided by, with their lines."""
    module = module_of(tree, sayers or {})
    inner = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    scopes: list[ast.AST] = inner if inner else [tree]
    for scope in scopes:
        nodes = [node for node in ast.walk(scope) if isinstance(node, LOOKED_AT)]
        known = known_in(nodes, module)
        for node in nodes:
            yield from ((name, node.lineno) for name in decided_by(node, module, known))


def decided_by(node: ast.AST, module: Module, known: Mapping[str, str]) -> Iterator[str]:
    """The sentences that one expression reads."""
    match node:
        case ast.Call(func=ast.Attribute(value=of, attr=how), args=args):
            found = [of] if how in READING else []
            found += args if how in PATTERNS and not isinstance(of, ast.Constant) else []
            names = [name_of(one, module, known) for one in found]
            yield from (name for name in names if name and not (how in LAYING_OUT and name in SPOKEN))
        case ast.Compare(ops=[ast.Eq() | ast.NotEq()], comparators=[right], left=left):
            yield from (name for one in (left, right) if (name := stands_for(one, module)))
        case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[of], left=left):
            name = name_of(of, module, known)
            is_text = isinstance(left, ast.Constant | ast.JoinedStr) or bool(name_of(left, module, known))
            if name and (is_text or name in {"sentence", "note", "warning", "footnote"}):
                yield name


def stands_for(value: ast.expr, module: Module) -> str:
    """The sentence that something is compared with: as it is written, or by the constant that stands for it."""
    for node in (value, *(value.elts if isinstance(value, ast.Tuple | ast.List) else ())):
        if isinstance(node, ast.Constant) and is_sentence(node.value):
            return str(node.value)
    named = (node.id for node in ast.walk(value) if isinstance(node, ast.Name) and node.id in module.saying)
    return next((name for name in named if name.isupper()), "")


def sources() -> dict[str, ast.Module]:
    files = [path for part in ("csi", "bot") for path in (ROOT / part).rglob("*.py")]
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in files}


def places() -> set[tuple[str, str]]:
    trees = sources()
    sayers = {
        name.removesuffix(".py").removesuffix("/__init__").replace("/", "."): frozenset(
            found for found, made in functions(tree).items() if says(made)
        )
        for name, tree in trees.items()
    }
    return {(path, name) for path, tree in trees.items() for name, _ in read(tree, sayers)}


def test_nothing_is_decided_by_a_sentence_but_what_is_allowed() -> None:
    assert places() == set(ALLOWED)


SAYING = """
from csi.words import wording
from csi.words.wording import sentence
from csi.charts.view import target_text
def told(name):
    return f"{name} is not here."
def key(name):
    return f"{name}.key"
UNKNOWN = "it is not known"
"""
SAYERS = {
    "csi.words.wording": frozenset[str](),
    "csi.charts.view": frozenset({"target_text"}),
}


def decisions(code: str) -> list[tuple[str, int]]:
    body = "\n    ".join(code.split("\n"))
    return list(read(ast.parse(f"{SAYING}\ndef decide(one, note, result, known):\n    {body}"), SAYERS))


@pytest.mark.parametrize(
    "code",
    [
        "warning.startswith('Met')",
        "'trial' in note",
        "re.search('a', sentence)",
        "_CLAIM.search(one.reason)",
        "result['warnings'].index('a')",
        "str(note).endswith('.')",
        "note.lower().startswith('a')",
        "one.get('reason').partition(':')",
        "x not in sentence",
        "one.text.startswith('Left')",
        "'a b' in one.message",
        "wording.gap(1, '', 0).removeprefix('+')",
        "sentence('a').endswith('!')",
        "target_text(one).removeprefix('target ')",
        "told('a').removesuffix('.')",
        "text = told('a')\ntext.partition(' ')",
        "(told('a') + '.').find('a')",
        "try:\n    pass\nexcept InvalidInput as wrong:\n    'unit' in str(wrong)",
        "try:\n    pass\nexcept (OSError, NotFound) as wrong:\n    said = str(wrong)\n    said.startswith('No')",
        "told('a').split(' · ')[0]",
        "one == 'not known yet'",
        "one != (UNKNOWN,)",
        "one == (said(UNKNOWN),)",
        "('not known yet',) == one",
        "'backquotes' in one.expected",
        "one.title.endswith('?')",
    ],
)
def test_a_decision_by_a_sentence_is_seen(code: str) -> None:
    assert decisions(code)


@pytest.mark.parametrize(
    "code",
    [
        "note.remark == Remark.CAUTION",
        "name.startswith('a')",
        "kpi in known",
        "len(note)",
        "key('a').partition('.')",
        "reason.split()",
        "', '.join(one.text)",
        "try:\n    pass\nexcept OSError as wrong:\n    'full' in str(wrong)",
    ],
)
def test_a_decision_by_a_value_is_not(code: str) -> None:
    assert not decisions(code)
