"""The catalogue found by the words people have."""

from __future__ import annotations

import pytest

from csi.kpi_catalogue import entries, goals, search


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("how fast do we answer", ["K02"]),
        ("first response", ["K02"]),
        ("reopened", ["K08"]),
        ("how happy are people", ["K16"]),
        ("backlog", ["K10"]),
        ("K09b", ["K09b"]),
        ("MTTR", ["K03"]),
    ],
)
def test_words_find_entries(typed: str, first: list[str]) -> None:
    assert [one.id for one in search(typed)][: len(first)] == first


def test_how_fast_finds_all_that_is_about_speed() -> None:
    assert {"K01", "K02", "K03"} <= {one.id for one in search("how fast do we answer")}


def test_nothing_typed_shows_all_and_nonsense_nothing() -> None:
    assert [one.id for one in search("", most=100)] == list(entries())
    assert [one.id for one in search("how do we", most=100)] == list(entries())
    assert search("zzzz") == []
    assert len(search("", most=3)) == 3


def test_whatever_a_kpi_looks_at_has_a_goal() -> None:
    assert {one.aspect for one in entries().values()} <= set(goals())
