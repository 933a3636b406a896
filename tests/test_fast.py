"""Which tests are run after every change."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from tests import fast
from tests.ordering import TESTS


def item(file: str, name: str = "test_new", mark: str = "", fixture: str = "") -> SimpleNamespace:
    marks = [SimpleNamespace(name=mark)] if mark else []
    return SimpleNamespace(path=TESTS / file, name=name, iter_markers=lambda: marks, fixturenames=[fixture])


@pytest.mark.parametrize(
    ("asked", "marks"),
    [
        (item("analysis/test_laws.py"), ["alone", "fast"]),
        (item("analysis/test_laws.py", mark="parametrize", fixture="tmp_path"), ["alone", "fast"]),
        (item("analysis/test_laws.py", mark="slow"), []),
        (item("test_storage.py", mark="postgres"), []),
        (item("study/test_engines.py", fixture="scheduler"), []),
        (item("bot/test_cards.py", fixture="sandbox"), []),
        (item("flows/test_cycle.py"), []),
    ],
)
def test_a_test_is_fast_by_its_folder_its_marks_and_its_fixtures(asked: SimpleNamespace, marks: list[str]) -> None:
    assert fast.marks(asked) == marks


def test_one_that_took_more_than_a_moment_stands_alone_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast, "dear", lambda: {"analysis/test_laws.py::test_any"})
    assert fast.marks(item("analysis/test_laws.py", "test_any[3]")) == ["alone"]
    assert fast.marks(item("analysis/test_laws.py", "test_any_other")) == ["alone", "fast"]
    assert fast.marks(item("analysis/test_guards.py", "test_any")) == ["alone", "fast"]


def test_the_dear_ones_are_those_of_which_a_case_took_longer() -> None:
    timed = [
        ("tests.analysis.test_laws", "test_a[1]", fast.MOMENT),
        ("tests.analysis.test_laws", "test_b[1]", 0.0),
        ("tests.analysis.test_laws", "test_b[2]", fast.MOMENT + 0.001),
        ("tests.test_load", "test_c", 9.0),
        ("tests.flows.test_cycle", "test_d", 9.0),
    ]
    assert fast.dear_of(timed) == ["analysis/test_laws.py::test_b", "test_load.py::test_c"]
    assert len(fast.dear()) > 100
    assert all((TESTS / name.partition("::")[0]).parent.is_dir() for name in fast.dear())


@pytest.mark.parametrize(
    ("folder", "wanted", "over"),
    [
        (TESTS / "flows", "fast", True),
        (TESTS / "page", "alone", True),
        (TESTS / "flows", "", False),
        (TESTS / "flows", "not fast", False),
        (TESTS / "analysis", "fast", False),
        (Path("/else/flows"), "fast", False),
    ],
)
def test_folders_without_fast_tests_are_not_even_loaded(folder: Path, wanted: str, *, over: bool) -> None:
    assert fast.passes_over(folder, wanted) is over
