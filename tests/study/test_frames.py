"""``from csi import evaluate``: a study and DataFrames in, the report out; whatever the columns' types."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import yaml

from csi import evaluate
from csi.errors import CsiError, InvalidInputs
from csi.reading.parquet_rows import as_text
from csi.study.frame_rows import as_parquet
from csi.study.running import run
from tests.study.test_run import STUDY, laid_out, tickets

ROOT = Path(__file__).resolve().parents[2]


def typed() -> pd.DataFrame:
    frame = tickets()
    return frame.assign(**{name: pd.to_datetime(frame[name]) for name in ("opened_at", "resolved_at")})


def zoned(frame: pd.DataFrame) -> pd.DataFrame:
    """The same instants, said in another zone."""
    for name in ("opened_at", "resolved_at"):
        local = frame[name].dt.tz_localize("Europe/Lisbon", nonexistent="shift_forward")
        frame[name] = local.dt.tz_convert("America/New_York")
    return frame


FRAMES = {
    "text": tickets,
    "naive": typed,
    "nanoseconds": lambda: typed().astype({"opened_at": "datetime64[ns]", "resolved_at": "datetime64[s]"}),
    "aware": lambda: zoned(typed()),
    "objects": lambda: typed().astype({"opened_at": object, "resolved_at": object, "met": object}),
    "mixed": lambda: tickets().assign(id=[number if number % 2 else str(number) for number in range(240)]),
    "category": lambda: tickets().astype({"met": "category", "opened_at": "category"}),
    "truth": lambda: tickets().assign(met=tickets()["met"].eq("yes")),
    "index": lambda: typed().set_index("opened_at"),
    "rows named by numbers of their own": lambda: typed().set_axis(range(500, 740), axis=0),
}


@pytest.mark.parametrize("kind", FRAMES)
def test_a_frame_gives_what_its_file_gives(tmp_path: Path, kind: str) -> None:
    expected = run(laid_out(tmp_path, STUDY)).kpis
    study = {**STUDY, "sources": {"tickets": {"key": "id"}}}
    if kind == "truth":
        study["kpis"] = {**STUDY["kpis"], "met": {**STUDY["kpis"]["met"], "good": 'met == "true"'}}
    report = evaluate(study, {"tickets": FRAMES[kind]()})
    assert report.sources["tickets"].rows_kept == 240
    for name, kpi in report.kpis.items():
        pd.testing.assert_series_equal(kpi.series["value"], expected[name].series["value"])
        assert (kpi.verdict, kpi.label, kpi.sentence) == (
            expected[name].verdict,
            expected[name].analysis.label,
            expected[name].analysis.sentence,
        )


def test_what_is_missing_stays_missing() -> None:
    frame = typed()
    frame.loc[::10, "resolved_at"] = pd.NaT
    report = evaluate({**STUDY, "sources": {"tickets": {"key": "id"}}}, {"tickets": frame})
    assert report.kpis["opened"].series["n"].sum() == 240
    values = report.kpis["mttr"].processed.cases
    assert values is not None
    assert len(values) == 108  # of 120 rows of the evaluation window
    assert report.quarantine.empty


def test_a_study_is_a_path_a_text_or_a_mapping(tmp_path: Path) -> None:
    path = laid_out(tmp_path, STUDY)
    text = yaml.safe_dump(STUDY, sort_keys=False)
    forms: list[Any] = [str(path), path, text, STUDY]
    found = [json.dumps(evaluate(form, {"tickets": tickets()}).to_dict()) for form in forms]
    assert len(set(found)) == 1
    read = evaluate(path).to_dict()  # without frames its own files are read
    assert [kpi["series"] for kpi in read["kpis"].values()] == [
        kpi["series"] for kpi in json.loads(found[0])["kpis"].values()
    ]


def test_a_length_of_time_is_one_whatever_unit_the_kpi_is_in() -> None:
    frame = typed()
    frame["took"] = frame["resolved_at"] - frame["opened_at"]
    kpi = {**STUDY["kpis"]["mttr"], "value": "took", "guards": []}
    report = evaluate({**STUDY, "kpis": {"mttr": kpi}, "sources": {"tickets": {}}}, {"tickets": frame})
    assert report.kpis["mttr"].series["value"].iloc[0] == 32.5  # hours: of twelve from 30 to 36


def test_a_report_shows_itself_in_a_notebook(tmp_path: Path) -> None:
    study = {**STUDY, "service": "<b>Desk</b>", "sources": {"tickets": {"key": "id"}}}
    report = evaluate(study, {"tickets": tickets()})
    assert "&lt;b&gt;Desk&lt;/b&gt;: did we get there?" in report._repr_html_()
    assert "<td>ACHIEVED · improved</td>" in report._repr_html_()
    assert report._repr_markdown_().startswith("# \\<b\\>Desk")
    assert {path.name for path in report.write(tmp_path / "out")} >= {"report.json", "mttr.png"}
    assert json.loads((tmp_path / "out" / "report.json").read_text()) == report.to_dict()


def test_what_is_wrong_with_frames_is_told() -> None:
    study = {**STUDY, "sources": {"tickets": {"key": "id"}}}
    with pytest.raises(InvalidInputs, match=r"frames\.calls: is no source of the study; expected one of tickets"):
        evaluate(study, {"tickets": tickets(), "calls": tickets()})
    with pytest.raises(InvalidInputs, match=r"sources\.tickets: expected exactly one of file, url, sql or prometheus"):
        evaluate(study)
    with pytest.raises(InvalidInputs, match=r"or its rows among the frames \(handed over: calls\)"):
        evaluate(study, {"calls": tickets()})


LEVELS = pd.MultiIndex.from_tuples([("a", "x"), ("a", "y")])
WRONG: dict[str, tuple[Any, str]] = {
    "no frame": ({"tickets": None}, r"frames\.tickets: expected a pandas DataFrame, not None"),
    "records": ({"tickets": [{"id": 1}]}, r"frames\.tickets: expected a pandas DataFrame, not a list"),
    "a column": ({"tickets": pd.Series([1])}, r"frames\.tickets: expected a pandas DataFrame, not a Series"),
    "a frame alone": (pd.DataFrame({"id": [1]}), r"^frames: expected rows by source, .*, not a DataFrame"),
    "a list": ([], r"^frames: expected rows by source, .*, not a list"),
    "a number for a name": ({1: pd.DataFrame({"id": [1]})}, r"frames\.1: is no name of a source"),
    "no row": ({"tickets": pd.DataFrame({"id": []})}, r"frames\.tickets: holds no row"),
    "twice": ({"tickets": pd.DataFrame(np.zeros((1, 2)), columns=["a", "a"])}, r"frames\.tickets: has 'a' twice"),
    "1 and '1'": ({"tickets": pd.DataFrame(np.zeros((1, 2)), columns=[1, "1"])}, r"frames\.tickets: has '1' twice"),
    "levels": ({"tickets": pd.DataFrame(np.zeros((1, 2)), columns=LEVELS)}, r"has names of 2 levels, .*\('a', 'x'\)"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_no_frame_is_told_in_one_sentence(kind: str) -> None:
    frames, said = WRONG[kind]
    with pytest.raises(InvalidInputs, match=said) as caught:
        evaluate({**STUDY, "sources": {"tickets": {"key": "id"}}}, frames)
    assert len(caught.value.errors) == 1


@pytest.mark.parametrize(("study", "said"), [(None, "NoneType"), (3, "int"), ([1], "list"), (" ", "an empty text")])
def test_what_is_no_study_is_told(study: Any, said: str) -> None:
    with pytest.raises(InvalidInputs, match=f"^study: expected the path of a study, .*, not {said}$"):
        evaluate(study)


def test_a_column_that_is_not_there_is_told_with_its_key_and_the_index_that_may_hold_it() -> None:
    study = {**STUDY, "sources": {"tickets": {"key": "id"}}}
    frame = typed().set_index("opened_at").rename_axis(None)
    with pytest.raises(InvalidInputs, match=r"kpis\.mttr\.value.*: there is no column 'opened_at'") as caught:
        evaluate(study, {"tickets": frame})
    assert "study, frames.tickets: its index has no name" in str(caught.value)
    with pytest.raises(InvalidInputs, match=r"kpis\.mttr\.value\.to: there is no column 'resolved_at'") as caught:
        evaluate(study, {"tickets": typed().drop(columns="resolved_at")})
    assert "its index" not in str(caught.value)  # counted rows hold no moment


def test_what_cannot_be_read_at_all_is_said_first_as_by_the_command() -> None:
    study = {**STUDY, "sources": {"tickets": {"key": "id"}}}
    with pytest.raises(
        InvalidInputs, match=r"^Nothing could be read for study: tickets \(sources\.tickets\): 0 of 240"
    ):
        evaluate(study, {"tickets": tickets().assign(opened_at="never", resolved_at="never")})


def test_a_source_at_an_address_needs_its_rows_handed_over() -> None:
    study = {**STUDY, "sources": {"tickets": {"key": "id", "url": "https://example.org/tickets.json"}}}
    with pytest.raises(InvalidInputs, match=r"^sources\.tickets: is asked for at an address, .*among the frames$"):
        evaluate(study)
    assert evaluate(study, {"tickets": tickets()}).sources["tickets"].rows_kept == 240


def test_a_mapping_may_hold_what_a_notebook_computes() -> None:
    study = {
        **STUDY,
        "sources": {"tickets": {"key": "id", "missing": ("?", "-")}},
        "as_of": np.datetime64("2026-03-01"),
    }
    study["kpis"] = {**STUDY["kpis"], "mttr": {**STUDY["kpis"]["mttr"], "target": np.int64(24)}}
    read = evaluate(study, {"tickets": tickets().replace({"id": 3}, "-")}).study
    assert (read.kpis["mttr"].target, read.sources["tickets"].missing) == (24.0, ("?", "-"))
    assert str(read.as_of) == "2026-03-01 00:00:00"


ODD = {
    "span": pd.arrays.IntervalArray.from_breaks(range(241)),
    "sparse": pd.arrays.SparseArray(np.zeros(240)),
    "week": pd.Series(pd.period_range("2025-01-01", periods=240, freq="W")),
    "list": [[1]] * 240,
    "bytes": [b"\xff"] * 240,
}


@pytest.mark.parametrize("kind", ODD)
def test_a_column_of_an_odd_type_beside_the_others_costs_nothing(kind: str, tmp_path: Path) -> None:
    frame = tickets().assign(odd=ODD[kind])
    study = {**STUDY, "sources": {"tickets": {"key": "id"}}}
    assert evaluate(study, {"tickets": frame}).sources["tickets"].rows_kept == 240
    if kind != "sparse":  # which pandas itself does not write
        frame.to_parquet(tmp_path / "t.parquet")
        text = as_text(pq.read_table(tmp_path / "t.parquet")["odd"].combine_chunks())
        assert text.null_count == 0


@pytest.mark.parametrize(
    ("freq", "named"),
    [
        ("W", "2025-W01"),
        ("M", "2025-01"),
        ("Q", "2025-Q1"),
        ("W-THU", "2024-12-27T00:00:00"),  # no week from Monday
        ("Q-FEB", "2024-12-01T00:00:00"),  # no quarter of the calendar
        ("D", "2025-01-01T00:00:00"),
    ],
)
def test_a_span_of_time_has_the_name_of_its_length(freq: str, named: str, tmp_path: Path) -> None:
    column = pd.Series(pd.period_range("2025-01-01", periods=2, freq=freq))
    pd.DataFrame({"at": column}).to_parquet(tmp_path / "t.parquet")
    stored = pq.read_table(tmp_path / "t.parquet")["at"]
    held = [pq.read_table(io.BytesIO(as_parquet(one.to_frame("at"))))["at"] for one in (column, column.astype(object))]
    assert [as_text(cells.combine_chunks())[0].as_py().replace(" ", "T")[:19] for cells in (stored, *held)] == [
        named
    ] * 3


@pytest.mark.parametrize("kind", ["renamed", "category", "index", "object"])
def test_lengths_of_time_are_seconds_wherever_they_stand(kind: str) -> None:
    frame = typed()
    frame["took"] = frame["resolved_at"] - frame["opened_at"]
    kpi = {**STUDY["kpis"]["mttr"], "value": "took", "guards": []}
    source: dict[str, Any] = {}
    if kind == "renamed":
        frame, source = frame.rename(columns={"took": "T"}), {"columns": {"T": "took"}}
    if kind in ("category", "object"):
        frame["took"] = frame["took"].astype(kind)
    if kind == "index":
        frame = frame.set_index("took")
    report = evaluate({**STUDY, "kpis": {"mttr": kpi}, "sources": {"tickets": source}}, {"tickets": frame})
    assert report.kpis["mttr"].series["value"].iloc[0] == 32.5


def test_a_report_is_not_written_over_what_it_was_read_from(tmp_path: Path) -> None:
    path = laid_out(tmp_path, STUDY)
    (tmp_path / "tickets.csv").rename(tmp_path / "series.csv")
    path.write_text(path.read_text().replace("tickets.csv", "series.csv"))
    before = (tmp_path / "series.csv").read_bytes()
    with pytest.raises(CsiError, match=r"series\.csv"):
        evaluate(path).write(tmp_path)
    assert (tmp_path / "series.csv").read_bytes() == before


def test_importing_csi_loads_nothing_large() -> None:
    code = "import sys, csi; assert not {'pandas', 'numpy', 'pyarrow'} & set(sys.modules); from csi import evaluate"
    drawn = "import csi.charts.further, csi.study.output; assert 'matplotlib' not in sys.modules"  # nothing is, so far
    subprocess.run([sys.executable, "-c", f"{code}; {drawn}"], cwd=ROOT, check=True)
