"""Repeat, superseded and conflict are told apart, the same way every time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csi.definition import SourceDefinition
from csi.errors import InvalidInput
from csi.series import process_study
from csi.series.duplicates import resolve
from csi.series.versions import NUMBERED, order_of, version_of
from tests.series.studies import kpi, made, moments, reading, study, values


def tickets(*rows: tuple[str | None, float, str]) -> tuple[pd.DataFrame, np.ndarray]:
    frame = pd.DataFrame(rows, columns=["id", "version", "state"]).astype({"id": "str", "state": "str"})
    return frame, frame["version"].to_numpy()


def test_an_exact_copy_is_a_repeat() -> None:
    frame, version = tickets(("a", 1, "new"), ("a", 1, "new"), ("b", 1, "new"))
    found = resolve(frame, "id", version)
    assert (found.kept.tolist(), found.repeated, found.superseded, len(found.conflicts)) == ([1, 2], 1, 0, 0)


def test_the_highest_version_counts_wherever_it_stands() -> None:
    frame, version = tickets(("a", 2, "closed"), ("a", 1, "new"), ("a", 1.5, "open"))
    found = resolve(frame, "id", version)
    assert (found.kept.tolist(), found.superseded, found.backwards) == ([0], 2, 0)


@pytest.mark.parametrize(
    ("versions", "batch", "backwards"),
    [
        ((3, 2, 1), (0, 0, 0), 0),  # newest first, as exports are sorted
        ((1, 3, 2), (0, 0, 0), 0),
        ((2, 1), (0, 1), 1),
        ((1, 2), (0, 1), 0),
        ((2, 2), (0, 1), 0),
        ((2, 1, 3), (0, 1, 1), 0),  # the later delivery has the whole history again
        ((3, 1, 2), (0, 1, 2), 2),  # against the newest of all before, not of the one before
        ((3, 1, 2), (0, 0, 1), 1),
    ],
)
def test_only_a_later_delivery_can_bring_an_earlier_version(
    versions: tuple[int, ...], batch: tuple[int, ...], backwards: int
) -> None:
    frame, version = tickets(*(("a", one, f"s{place}") for place, one in enumerate(versions)), ("b", 1, "new"))
    assert resolve(frame, "id", version, np.array([*batch, 0])).backwards == backwards


def test_same_version_and_other_content_is_a_conflict_and_the_later_row_counts() -> None:
    frame, version = tickets(("a", 1, "new"), ("a", 1, "open"), ("b", 1, "new"))
    found = resolve(frame, "id", version)
    assert (found.kept.tolist(), found.conflicts.tolist(), found.superseded) == ([1, 2], [0], 0)


def test_without_a_version_the_row_delivered_last_counts() -> None:
    frame, _ = tickets(("a", 9, "new"), ("b", 1, "new"), ("a", 1, "open"))
    found = resolve(frame, "id", None)
    assert (found.kept.tolist(), found.superseded, len(found.conflicts)) == ([1, 2], 1, 0)


def test_a_missing_version_counts_least() -> None:
    frame, version = tickets(("a", 1, "new"), ("a", -np.inf, "late"))
    assert resolve(frame, "id", version).kept.tolist() == [0]


def test_rows_without_an_id_all_stay() -> None:
    frame, version = tickets((None, 1, "new"), (None, 1, "new"), ("a", 1, "new"), ("a", 1, "new"))
    found = resolve(frame, "id", version)
    assert (found.kept.tolist(), found.unkeyed, found.repeated) == ([0, 1, 3], 2, 1)


def test_without_a_key_every_row_is_an_observation() -> None:
    frame, _ = tickets(("a", 1, "new"), ("a", 1, "new"))
    assert resolve(frame, "", None).kept.tolist() == [0, 1]


def test_equal_cells_of_different_kinds_of_missing_are_one_content() -> None:
    frame = pd.DataFrame({"id": ["a", "a"], "x": [None, np.nan], "t": [pd.NaT, pd.NaT]})
    assert resolve(frame, "id", None).repeated == 1


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3), st.sampled_from("xyz")), max_size=12))
def test_every_row_is_accounted_for_once(rows: list[tuple[str, int, str]]) -> None:
    frame, version = tickets(*rows) if rows else tickets(("z", 0, "x"))
    found = resolve(frame, "id", version)
    assert len(found.kept) + found.repeated + found.superseded + len(found.conflicts) == len(frame)
    assert frame["id"].iloc[found.kept].is_unique
    best = frame.groupby("id")["version"].max()
    assert (frame.iloc[found.kept].set_index("id")["version"].sort_index() == best.sort_index()).all()


@pytest.mark.parametrize(
    ("cells", "dates", "expected"),
    [
        (["2", "10", None], "iso", [1, 0]),  # numbers, not texts
        (["9/3/2016 10:00", "10/2/2016 10:00", "x"], "day_first", [0, 1]),
    ],
)
def test_versions_in_text_are_numbers_or_moments_never_letters(cells: list, dates: str, expected: list[int]) -> None:
    frame = pd.DataFrame({"v": pd.array(cells, dtype="str")})
    version = version_of(frame, SourceDefinition(id="s", file="x", dates=dates, key="id", latest_by="v"))
    assert version is not None
    assert np.argsort(-version[:2]).tolist() == expected
    assert version[2] < version[:2].min()


@pytest.mark.parametrize(
    ("older", "newer", "order"),
    [
        ("27.01.2025 20:43", "05.02.2025 06:36", "day_first"),
        ("27/01/2025", "05/02/2025", "day_first"),
        ("01/27/2025", "02/05/2025", "month_first"),
        ("27. Jan 2025", "5. Feb 2025", "iso"),
        ("v2", "v10", NUMBERED),
        ("Rev. 3", "Rev. 12", NUMBERED),
        ("v1.9", "v1.10", NUMBERED),
        ("v1.9.9999", "v2", NUMBERED),
        ("A-9", "A-10", NUMBERED),
        ("1.2.9", "1.10.0", NUMBERED),
        ("9", "10", "numbers"),
    ],
)
def test_the_newer_version_is_told_by_what_its_cells_are(older: str, newer: str, order: str) -> None:
    frame = pd.DataFrame({"id": "a", "v": pd.array([newer, older, None], dtype="str")})
    source = SourceDefinition(id="s", file="x", key="id", latest_by="v")
    version = version_of(frame, source)
    assert version is not None
    assert version[0] > version[1] > version[2]
    assert order_of(frame, source) == order


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (["03.04.2025", "05.06.2025"], "column_dates: {v: day_first}"),
        (["draft", "final"], "numbered alike"),
        (["v2", "Rev. 3"], "numbered alike"),
        (["v12345", "v2"], "numbered alike"),
    ],
)
def test_versions_that_say_nothing_are_asked_about(cells: list[str], told: str) -> None:
    frame = pd.DataFrame({"id": "a", "v": pd.array(cells, dtype="str")})
    with pytest.raises(InvalidInput, match=r"sources.s.latest_by: 'v' is to tell which") as error:
        version_of(frame, SourceDefinition(id="s", file="x", key="id", latest_by="v"))
    assert told in str(error.value)
    assert version_of(frame, SourceDefinition(id="s", file="x", latest_by="v")) is None


def test_the_reason_of_a_conflict_is_true() -> None:
    rows = {
        "number": ["a", "a", "b", "b"],
        "rev": [1.0, 1.0, np.nan, np.nan],
        "n": [1, 2, 3, 4],
        "opened_at": moments(*["2026-01-05"] * 4),
    }
    definition = study(kpi(), source={"key": "number", "latest_by": "rev"})
    told = process_study(definition, {"tickets": [reading(rows)]}).quarantine["reason"].tolist()
    assert told == [
        "same number and rev as a later row, but other content",
        "same number as a later row, but other content, and no rev to tell which is newer",
    ]


def test_counts_add_up_and_conflicts_lie_in_quarantine() -> None:
    rows = {
        "number": ["a", "a", "a", "b", "c", "c"],
        "rev": [1.0, 2, 2, 1, 1, 1],
        "state": ["new", "open", "shut", "new", "new", "new"],
        "opened_at": moments(*["2026-01-05"] * 6),
    }
    definition = study(kpi(), source={"key": "number", "latest_by": "rev"})
    result = made(definition, reading(rows))["k"]
    counts = result.counts["tickets"]
    assert (counts.rows_read, counts.rows_kept, counts.repeated) == (6, 3, 1)
    assert (counts.superseded, counts.conflicts, counts.quarantined) == (1, 1, 0)
    assert values(result) == [3]
    assert result.quality.uniqueness.passed == 2
    assert result.quality.uniqueness.total == 3
    assert "line 3" in result.quality.uniqueness.examples[0]


def test_a_cell_the_study_does_not_read_tells_a_conflict_from_a_repeat() -> None:
    rows = {
        "number": ["a", "a", "b", "b"],
        "rev": [1.0, 1.0, 1.0, 1.0],
        "note": ["x", "y", "x", "x"],
        "opened_at": moments(*["2026-01-05"] * 4),
    }
    counts = made(study(kpi(), source={"key": "number", "latest_by": "rev"}), reading(rows))["k"].counts["tickets"]
    assert (counts.repeated, counts.conflicts) == (1, 1)


def test_of_many_rows_of_one_version_the_one_delivered_last_counts() -> None:
    place = np.arange(5_000)
    frame, version = pd.DataFrame({"id": place % 7, "value": place}), (place * 31 % 11).astype(float)
    found = resolve(frame, "id", version)
    newest = [place[(place % 7 == one) & (version == 10)] for one in range(7)]
    assert found.kept.tolist() == sorted(rows[-1] for rows in newest)
    assert len(found.conflicts) == sum(len(rows) - 1 for rows in newest)


@pytest.mark.parametrize(("discards", "ratio"), [(None, 1 / 2), (1, 1 / 2), (2, 1.0), (3, 1.0)])
def test_rows_a_key_throws_away_cost_uniqueness_until_somebody_says_yes_to_so_many(
    discards: int | None, ratio: float
) -> None:
    """Two rows are followed by another of their customer; copies and what a later delivery corrects are no loss."""
    when = moments("2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06", "2026-03-06")
    first = reading({"opened_at": when, "customer": ["a", "b", "a", "a", "b", "b"]})
    later = reading({"opened_at": moments("2026-03-02"), "customer": ["a"]})
    source = {"key": "customer", "options": {} if discards is None else {"discards": discards}}
    found = made(study(kpi("k"), source=source), first, later)["k"]
    assert (found.counts["tickets"].repeated, found.counts["tickets"].superseded) == (2, 3)
    assert found.quality.uniqueness.ratio == ratio
    assert ("or a yes to 2 (discards)" in found.refused_for) is (ratio < 1)
    assert "customer names 2 cases" in " ".join(found.footnotes)
