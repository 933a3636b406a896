"""The small wrong changes that the tests which stand alone are tried on."""

from __future__ import annotations

import ast

import pytest

from tests.mutants.mutations import mutations
from tests.mutants.running import BROKEN, KILLED, SURVIVED, state_of


@pytest.mark.parametrize(
    ("source", "changed"),
    [
        ("a < b", ["a <= b"]),
        ("a >= b", ["a > b"]),
        ("a == b", ["a != b"]),
        ("a is not b", ["a is b"]),
        ("a in b", ["a not in b"]),
        ("a < b <= c", ["a <= b <= c", "a < b < c"]),
        ("a and b", ["a or b"]),
        ("(a or b)", ["(a and b)"]),
        ("not a", ["(a)"]),
        ("x = 7", ["x = (6)", "x = 8"]),
        ("x = True", ["x = False"]),
        ("min(a)", ["max(a)"]),
        ("a.max(b)", ["a.min(b)"]),
        ("a[-1]", ["a[0]", "a[-(0)]", "a[-2]"]),
        ("reversed(a)", ["list(a)"]),
        ("sorted(a)", ["list(sorted(a))[::-1]"]),
        ("f(order='n')", ["f(order='-n')"]),
        ("f(order='-n')", ["f(order='n')"]),
        ("a.desc()", ["a.asc()"]),
        ("'größer' if a < b else c", ["'größer' if a <= b else c"]),
        ("x: Literal[1] = y", []),
        ("@f(slots=True)\nclass A: ...", []),
        ("f(timeout=3)", []),
        ("f'{x:3}'", []),
        ("'words'", []),
    ],
)
def test_each_decision_is_changed_to_its_neighbour(source: str, changed: list[str]) -> None:
    made = [one.applied(source) for one in mutations(source)]
    assert sorted(made) == sorted(changed)
    for one in made:
        ast.parse(one)


def test_a_mutation_knows_its_line() -> None:
    assert [one.line for one in mutations("a\nif (b\n    and c):\n    x = 1\n")] == [3, 4, 4]


@pytest.mark.parametrize(
    ("code", "state"), [(0, SURVIVED), (1, KILLED), (2, KILLED), (4, KILLED), (5, BROKEN), (3, BROKEN), (-9, BROKEN)]
)
def test_what_pytest_says_of_a_mutant(code: int, state: str) -> None:
    assert state_of(code) == state
