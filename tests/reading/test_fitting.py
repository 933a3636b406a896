"""Guessed columns fit what they are wanted for, and say what they give."""

from __future__ import annotations

import pytest

from csi.definition import SourceDefinition
from csi.reading.fitting import Guess, Need, fitting, tried

SOURCE = SourceDefinition(id="s", decimal=",", missing=("?",))
DAYS = ["31.01.2024 10:00", "01.02.2024 11:00", "02.02.2024 12:00"]


def test_a_flag_is_never_guessed_for_a_moment() -> None:
    cells = {"Answered (Y/N)": ["Y", "N", "Y"], "Opened": DAYS}
    assert fitting({"answered_at": Need.MOMENT}, cells, SOURCE) == {}
    assert fitting({"answered": Need.TEXT}, cells, SOURCE)["answered"].column == "Answered (Y/N)"
    with_moment = {**cells, "Answered on": DAYS}
    assert fitting({"answered_at": Need.MOMENT}, with_moment, SOURCE)["answered_at"].column == "Answered on"


def test_a_better_name_gives_way_to_one_that_fits() -> None:
    cells = {"Resolution": ["Done", "Won't fix", ""], "Resolution time": ["1,5", "2", "?"]}
    assert fitting({"resolution": Need.NUMBER}, cells, SOURCE) == {
        "resolution": Guess("Resolution time", Need.NUMBER, 2, 2)
    }


def test_every_guess_counts_what_it_gives() -> None:
    assert tried("at", Need.MOMENT, [*DAYS, "soon", "?", "", " "], SOURCE) == Guess("at", Need.MOMENT, 3, 4)
    assert tried("n", Need.NUMBER, ["1,5", "x"] * 2_027, SOURCE) == Guess("n", Need.NUMBER, 2_027, 4_054)


@pytest.mark.parametrize(("fit", "offered"), [(0, False), (1, False), (2, True), (4, True)])
def test_a_column_is_offered_where_half_of_its_cells_fit(fit: int, offered: bool) -> None:
    cells = DAYS[:1] * fit + ["x"] * (4 - fit)
    assert tried("at", Need.MOMENT, cells, SOURCE).is_offered is offered
    assert ("opened_at" in fitting({"opened_at": Need.MOMENT}, {"Opened": cells}, SOURCE)) is offered


def test_an_empty_column_is_not_offered() -> None:
    for need in Need:
        assert fitting({"opened_at": need}, {"Opened": ["", "?"]}, SOURCE) == {}


def test_an_order_a_person_said_is_the_only_one_tried() -> None:
    said = SourceDefinition(id="s", column_dates={"at": "month_first"})
    assert tried("at", Need.MOMENT, ["31/01/2024", "01/02/2024"], said).fit == 1
    assert tried("at", Need.MOMENT, ["31/01/2024", "01/02/2024"], SourceDefinition(id="s")).fit == 2
    part = SourceDefinition(id="s", column_dates={"Day": "month_first"}, options={"join": {"at": ["Day", "Time"]}})
    assert tried("at", Need.MOMENT, ["31/01/2024 10:00", "01/02/2024 10:00"], part).fit == 1
