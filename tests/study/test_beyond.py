"""Windows without a row are told with the span of the data; in a file no step is named that only the bot has."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from csi import evaluate as read_and_evaluate
from csi.definition import Window
from csi.study.evaluation import Known, Report, evaluate
from tests.series.studies import kpi, reading, study

_HELD = Window(date(2026, 1, 5), date(2026, 3, 16))


def told(baseline: Window | None, evaluation: Window | None = None, known: Known | None = None) -> Report:
    """Ten weeks of a row each from 5 January 2026."""
    opened = pd.Series(pd.Timestamp("2026-01-05 08:00", tz="UTC") + pd.to_timedelta(np.arange(10) * 7, unit="D"))
    frame = {"opened_at": opened.dt.as_unit("us")}
    return evaluate(
        study(kpi(), baseline=baseline, evaluation=evaluation), {"tickets": [reading(pd.DataFrame(frame))]}, known
    )


@pytest.mark.parametrize(
    ("window", "is_beyond"),
    [
        ((date(2016, 1, 4), date(2016, 3, 7)), True),  # another decade
        ((date(2026, 3, 9), date(2026, 3, 16)), False),  # the last week only
        ((date(2026, 3, 16), date(2026, 5, 11)), True),  # from the week after it
        ((date(2025, 12, 29), date(2026, 1, 5)), True),  # to the day of the first
        ((date(2025, 12, 29), date(2026, 1, 12)), False),
    ],
)
def test_a_window_without_a_row_is_told_with_the_span_of_the_data(window: tuple[date, date], is_beyond: bool) -> None:
    notes = told(Window(*window)).notes
    assert any("No row of k lies in its baseline" in one for one in notes) == is_beyond
    assert all("its rows lie from 5 Jan 2026 to before 16 Mar 2026." in one for one in notes)


def test_each_window_is_told_by_its_name() -> None:
    (note,) = told(_HELD, Window(date(2027, 1, 4), date(2027, 3, 1))).notes
    assert note.startswith("No row of k lies in its evaluation, from 4 Jan 2027 to before 1 Mar 2027: ")


def test_poor_data_are_told_by_what_they_lack_where_there_is_no_step_to_open() -> None:
    late = Window(date(2027, 1, 4), date(2027, 3, 1))
    said = told(_HELD, late).kpis["k"].analysis.sentence
    assert "80 % are needed: completeness is lowest, 10 of 60 finished periods with data" in said
    asked = told(_HELD, late, Known(in_file=False)).kpis["k"].analysis.sentence
    assert "80 % are needed: mend what step 4 lists" in asked


def test_a_kpi_of_which_no_row_can_be_used_is_told_with_its_first_cell(tmp_path: Path) -> None:
    days = pd.date_range("2026-01-05", periods=14).strftime("%Y-%m-%d")
    rows = "".join(f"{day},~{place}x,{place}\n" for place, day in enumerate(days))
    (tmp_path / "t.csv").write_text("Date,Offered,Taken\n" + rows, encoding="utf-8")
    common = "source: t, at: Date, measure: sum, direction: lower"
    (tmp_path / "study.yml").write_text(
        "study: 1\nservice: x\ntimezone: UTC\nperiod: week\nsources: {t: {file: t.csv}}\n"
        f"kpis:\n  offered: {{{common}, value: Offered}}\n  taken: {{{common}, value: Taken}}\n",
        encoding="utf-8",
    )
    assert read_and_evaluate(tmp_path / "study.yml").notes == (
        "offered: 0 of 14 rows can be used; line 2, column Offered: ‘~0x’ – not a number; "
        "expected a number such as 1234.5.",
    )
