"""How ``csi init`` finds the moments of a file: each way is tried on the data before it is written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import yaml

from csi.errors import InvalidInput
from csi.reading.moments import read_moments
from csi.study.drafting import drafted, looked

_OPENED = pd.date_range("2024-01-02 08:00", periods=60, freq="17h")
_CLOSED = _OPENED + pd.Timedelta("3h")
_DAY_0 = pd.Timestamp("1899-12-30")


def _drafted(folder: Path, columns: dict[str, object]) -> tuple[dict[str, object], tuple[str, ...], str]:
    """The source that is drafted, what is left to do, and the whole text."""
    pd.DataFrame(columns).to_csv(folder / "a.csv", index=False)
    made = drafted([folder / "a.csv"], folder, "UTC")
    return yaml.safe_load(made.text)["sources"]["a"], made.to_do, made.text


def _cases(opened: object, closed: object) -> dict[str, object]:
    return {"ticket": [f"T{n}" for n in range(60)], "start_ts": opened, "closed_at": closed}


@pytest.mark.parametrize(
    ("dates", "texts"),
    [
        ("epoch", [one.astype("datetime64[s]").astype("int64") for one in (_OPENED, _CLOSED)]),
        ("epoch", [one.astype("datetime64[ms]").astype("int64") for one in (_OPENED, _CLOSED)]),
        ("iso", [one.strftime("%Y%m%d%H%M%S") for one in (_OPENED, _CLOSED)]),
        ("iso", [one.strftime("%Y%m%d%H%M") for one in (_OPENED, _CLOSED)]),
        ("year_first", [one.strftime("%y/%m/%d %H:%M") for one in (_OPENED, _CLOSED)]),
    ],
)
def test_moments_without_words_are_found_and_measured(tmp_path: Path, dates: str, texts: list[object]) -> None:
    source, to_do, text = _drafted(tmp_path, _cases(*texts))
    assert (source["dates"], to_do) == (dates, ())
    assert "at: closed_at" in text
    assert "60 of 60 cells of start_ts read so" in text


def test_a_workbooks_days_are_found(tmp_path: Path) -> None:
    opened, closed = ((one - _DAY_0).total_seconds() / 86_400 for one in (_OPENED, _CLOSED))
    source, _, _ = _drafted(tmp_path, {"opened": np.round(opened, 5), "closed": np.round(closed, 5)})
    assert source["dates"] == "excel"


_WEEKS = pd.date_range("2024-01-01", periods=30, freq="W-MON")
_MONTHS = pd.date_range("2023-01-01", periods=20, freq="MS")
_DAYS = pd.date_range("2024-01-01", periods=70, freq="D")


@pytest.mark.parametrize(
    ("columns", "period"),
    [
        ({"Year": _WEEKS.isocalendar().year, "Week": _WEEKS.isocalendar().week}, "week"),
        ({"Jahr": _MONTHS.year, "Monat": _MONTHS.month}, "month"),
        ({"Jahr": _MONTHS.year, "Wann": _MONTHS.strftime("%B")}, "month"),
        ({"Day": _DAYS.day, "Month": _DAYS.month, "Year": _DAYS.year}, "day"),
    ],
)
def test_a_moment_in_parts_is_joined(tmp_path: Path, columns: dict[str, object], period: str) -> None:
    size = len(next(iter(columns.values())))
    source, _, text = _drafted(tmp_path, {**columns, "Tickets": 1 + np.arange(size) % 7})
    [(name, parts)] = source["join"].items()
    assert sorted(parts) == sorted(columns)
    assert f"{size} of {size} cells of {name} read so" in text
    study = yaml.safe_load(text)
    assert (study["period"], [kpi["value"] for kpi in study["kpis"].values()]) == (period, ["Tickets"])


def test_a_number_that_nothing_calls_a_part_is_joined_to_no_year(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no column holds moments"):
        _drafted(tmp_path, {"Year": _MONTHS.year, "P": _MONTHS.month, "Tickets": range(20)})


def test_dates_that_read_in_three_orders_are_asked(tmp_path: Path) -> None:
    _, to_do, text = _drafted(tmp_path, {"opened": ["05/04/06 10:00"] * 9})
    said = "day_first, month_first or year_first; every date of opened reads in all 3 ways"
    assert to_do == (f"sources.a.dates: {said}",)
    assert f"# ? {said}, as 05/04/06 10:00" in text


def test_a_far_date_is_asked_about_with_its_count(tmp_path: Path) -> None:
    closed = _CLOSED.strftime("%Y-%m-%d").where(np.arange(60) % 9 > 0, "2222-02-22")
    source, to_do, text = _drafted(tmp_path, _cases(_OPENED.strftime("%Y-%m-%d"), closed))
    [line] = to_do
    assert line.startswith("sources.a.missing: ['2222-02-22'] if it means “not yet”: 7 cells of closed_at hold it, 198")
    assert ("missing" in source, "# ? missing: ['2222-02-22']" in text) == (False, True)


def test_a_date_that_databases_write_for_not_yet_is_said_and_can_be_real(tmp_path: Path) -> None:
    closed = _CLOSED.strftime("%Y-%m-%d").where(np.arange(60) % 9 > 0, "9999-12-31")
    source, to_do, text = _drafted(tmp_path, _cases(_OPENED.strftime("%Y-%m-%d"), closed))
    said = (
        "    # ? meant: [closed_at] if 9999-12-31 is a date: 7 cells of closed_at hold it, and are taken for “not yet”"
    )
    assert (to_do, "meant" in source, said in text.splitlines()) == ((), False, True)


def test_what_is_taken_for_not_yet_counts_as_no_moment(tmp_path: Path) -> None:
    closed = (_CLOSED + pd.Timedelta(days=9)).strftime("%Y-%m-%d").where(np.arange(60) % 9 > 0, "9999-12-31")
    assert (
        "; 53 of 60 cells of closed_at are a moment"
        in _drafted(tmp_path, _cases(_OPENED.strftime("%Y-%m-%d"), closed))[2]
    )


_HINTED = {
    "hebrew marks": (lambda one: f"\u200f{one:%d/%m/%Y} \u200f{one:%H:%M}", "day_first"),
    "embedded": (lambda one: f"\u202b{one:%d.%m.%Y}\u202c \u2067{one:%H:%M}\u2069", "day_first"),
    "arabic marks": (lambda one: f"\u061c{one:%d}\u061c/{one:%m}\u061c/{one:%Y}", "day_first"),
}


@pytest.mark.parametrize("kind", _HINTED)
def test_marks_that_steer_the_direction_of_writing_hide_no_moments(tmp_path: Path, kind: str) -> None:
    form, order = _HINTED[kind]
    source, to_do, text = _drafted(tmp_path, {"when": [form(one) for one in _OPENED], "n": range(60)})
    assert (source["dates"], to_do) == (order, ())
    assert "60 of 60 cells of when read so" in text


_NONE = {
    "thai": (lambda one: f"{one:%d/%m}/{one.year + 543}", "a year of the Buddhist calendar"),
    "persian": (
        lambda one: f"{one.year - 621}/{one:%m}/{min(one.day, 28)}",
        "a year of the Persian or Islamic calendar",
    ),
    "era": (lambda one: f"令和{one.year - 2018}年{one.month}月{one.day}日", "a year of a Japanese or Taiwanese era"),
    "week": (lambda one: "KW53/2024", "there is no such week: only years that begin or end"),
    "zone": (lambda one: f"{one:%Y-%m-%d %H:%M} IST", "the zone's abbreviation means several zones"),
}


@pytest.mark.parametrize("kind", _NONE)
def test_what_is_nearly_a_moment_is_told_with_its_cause_as_a_run_tells_it(tmp_path: Path, kind: str) -> None:
    form, cause = _NONE[kind]
    with pytest.raises(InvalidInput) as told:
        _drafted(tmp_path, {"n": range(60), "note": ["a", "b"] * 30, "x": [form(one) for one in _OPENED]})
    assert f"x comes nearest, but its cells are such as ‘{form(_OPENED[0])}’: {cause}" in str(told.value)
    read = read_moments(pa.chunked_array([[form(one) for one in _OPENED]]), "iso", "UTC")
    assert read.unreadable.all()


def test_a_zone_that_is_said_makes_moments_of_what_its_abbreviation_left_open(tmp_path: Path) -> None:
    pd.DataFrame({"x": [f"{one:%Y-%m-%d %H:%M} IST" for one in _OPENED]}).to_csv(tmp_path / "a.csv", index=False)
    text = drafted([tmp_path / "a.csv"], tmp_path, "Asia/Kolkata").text
    assert "60 of 60 cells of x read so" in text


@pytest.mark.parametrize(
    ("name", "readable", "told"),
    [
        ("x", 12, "x comes nearest: 12 of 60 cells are moments, others are such as ‘soon’"),
        ("x", 11, "expected one that says when a row happened among n, x"),
        ("opened", 0, "opened comes nearest, but its cells are such as ‘soon’"),
        ("note", 0, "expected one that says when a row happened among n, note"),
        ("Zeit", 60, "Zeit comes nearest, but its cells are such as ‘08:00’: a time of day without its date"),
    ],
)
def test_a_column_is_named_by_its_cells_or_its_name(tmp_path: Path, name: str, readable: int, told: str) -> None:
    form = "%H:%M" if readable == 60 else "%Y-%m-%d"
    cells = [f"{one:{form}}" if place >= 60 - readable else "soon" for place, one in enumerate(_OPENED)]
    if readable == 60:
        cells = ["08:00"] * 60
    with pytest.raises(InvalidInput) as error:
        _drafted(tmp_path, {"n": ["a"] * 60, name: cells})
    assert told in str(error.value)


def test_swapped_days_and_months_are_refused_with_their_numbers(tmp_path: Path) -> None:
    days = pd.date_range("2025-01-01", periods=60, freq="D")
    texts = [day.strftime("%Y-%d-%m") if day.day <= 12 else day.strftime("%d/%m/%Y") for day in days]
    with pytest.raises(InvalidInput, match="opened: 25 of 60 cells are dates with days up to 12 only"):
        _drafted(tmp_path, {"opened": texts})


def test_months_side_by_side_with_a_sign_in_their_cells_are_measured_in_it(tmp_path: Path) -> None:
    """Excel's own months (jan/23) over cells such as ``89,5%``: a series of each group."""
    months = ("jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez")
    names = [f"{month}/{year}" for year in (23, 24) for month in months]
    cells = {"Norte": range(24), "Sul": range(2, 26)}
    rows = [f"{group};" + ";".join(f"{60 + n},5%" for n in held) for group, held in cells.items()]
    file = tmp_path / "wide.csv"
    file.write_text("\n".join([";".join(["Região", *names]), *rows]), encoding="utf-8")
    found = yaml.safe_load(drafted([file], tmp_path, "UTC").text)
    told = [(one["measure"], one["where"], one["value"], one["unit"]) for one in found["kpis"].values()]
    assert told == [("last", 'Região == "Norte"', "value", "%"), ("last", 'Região == "Sul"', "value", "%")]
    assert found["period"] == "month"


def test_windows_reach_to_the_last_row_of_a_file_of_which_the_first_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looked, "MOST_ROWS", 50)
    days = pd.date_range("2024-01-01", periods=400, freq="D").strftime("%Y-%m-%d")
    rows = "".join(f"{day},{place % 7}\n" for place, day in enumerate(np.repeat(days, 6)))
    (tmp_path / "a.csv").write_text("opened,took min\n" + rows, encoding="utf-8")
    draft = yaml.safe_load(drafted([tmp_path / "a.csv"], tmp_path, "UTC").text)
    assert str(draft["evaluation"]["to"]) == "2025-02-04"
