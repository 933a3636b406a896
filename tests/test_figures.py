"""The figures of the shared data's README through a study; ``python -m tests.figures`` prints those of all files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.figures import Figure, Line, lines

FILES = {"github": 5, "aws": 6, "gp_": 25, "italian": 5, "cenipa": 4}  # those that are read in a moment


@pytest.mark.parametrize("file", FILES)
def test_every_figure_of_a_file_is_right(shared: Path, file: str) -> None:
    found = list(lines(shared, file))
    assert [line for line in found if not line.is_right] == []
    assert len(found) == FILES[file]


@pytest.mark.parametrize(("given", "is_right"), [(10.5, True), (9.5, True), (10.51, False), (9.49, False)])
def test_a_figure_is_right_within_its_last_place(given: float, is_right: bool) -> None:
    assert Line("f", Figure("of", "total", "k", 10, 0.5), given).is_right is is_right
