"""The order in which files of tests begin."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

from tests.ordering import DEAREST, TESTS, dearest_first, place, shuffled


def test_the_dearest_files_are_there_and_named_once() -> None:
    assert [name for name in DEAREST if not (TESTS / name).is_file()] == []
    assert len(set(DEAREST)) == len(DEAREST)


def test_the_dearest_come_first_and_all_others_stay_as_they_are() -> None:
    paths = [TESTS / "test_z.py", TESTS / DEAREST[1], TESTS / "test_a.py", TESTS / DEAREST[0], Path("/else/test.py")]
    ordered = dearest_first([SimpleNamespace(path=path) for path in paths])
    assert [one.path for one in ordered] == [paths[3], paths[1], paths[0], paths[2], paths[4]]
    assert place(Path("/else/test.py")) == len(DEAREST)


def test_a_seed_gives_files_and_their_tests_another_order_and_the_same_again() -> None:
    items = [SimpleNamespace(path=f"test_{file}.py", number=number) for file in "abcdefgh" for number in range(6)]
    first, again, other = (shuffled(items, seed) for seed in ("1", "1", "2"))
    assert first == again
    assert sorted(map(id, first)) == sorted(map(id, items))
    for ordered, elsewhere in ((first, items), (other, first)):
        assert [one.path for one in ordered] != [one.path for one in elsewhere]
        assert [one.number for one in ordered[:6]] != [one.number for one in elsewhere[:6]]
    assert [{one.path for one in first[at : at + 6]} for at in range(0, 48, 6)] == [{one.path} for one in first[::6]]
