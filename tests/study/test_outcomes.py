"""Promises kept and broken, in the words of programs: drafted as a share where a column holds both."""

from __future__ import annotations

import pytest

from csi.series.truths import pair_of, words_of
from csi.study.drafting.outcomes import outcomes_of


@pytest.mark.parametrize(
    ("words", "kept", "broken"),
    [
        (["Met", "Missed"], ("Met",), ("Missed",)),
        (["Failed", "Passed"], ("Passed",), ("Failed",)),
        (["OK", "NOK"], ("OK",), ("NOK",)),
        (["Within SLA", "SLA Violated"], ("Within SLA",), ("SLA Violated",)),
        (["erfüllt", "nicht erfüllt"], ("erfüllt",), ("nicht erfüllt",)),
        (["innerhalb", "außerhalb"], ("innerhalb",), ("außerhalb",)),
        (["Dentro do prazo", "Fora do prazo"], ("Dentro do prazo",), ("Fora do prazo",)),
        (["Met", "Missed", "Running", "Paused"], ("Met",), ("Missed",)),
    ],
)
def test_what_was_kept_and_what_not(words: list[str], kept: tuple[str, ...], broken: tuple[str, ...]) -> None:
    found = outcomes_of(words)
    assert found is not None
    assert (found.kept, found.broken) == (kept, broken)


@pytest.mark.parametrize(
    "words",
    [["Met"], ["Missed"], ["North", "South"], ["Met", "Missed", "Running", "Paused", "Waiting"], ["not", "Met"], []],
)
def test_what_is_no_promise(words: list[str]) -> None:
    assert outcomes_of(words) is None


def test_minus_one_says_yes_beside_zero() -> None:
    pair = pair_of(words_of(["-1", "0"]))
    assert pair is not None
    assert (pair.side("-1"), pair.side("0")) == (True, False)
    assert pair_of(words_of(["-1", "0", "1"])) is None
