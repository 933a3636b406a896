"""``from csi import evaluate``: a study and DataFrames in, the report out; whatever the columns' types."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from csi import evaluate
from csi.errors import InvalidInput, InvalidInputs
from csi.study.frames import as_parquet
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
            expected[name].verdict, expected[name].analysis.label, expected[name].analysis.sentence,
        )  # fmt: skip


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
    assert "<td>ACHIEVED, UNSTABLE</td>" in report._repr_html_()
    assert report._repr_markdown_().startswith("# \\<b\\>Desk")
    assert {path.name for path in report.write(tmp_path / "out")} >= {"report.json", "mttr.png"}
    assert json.loads((tmp_path / "out" / "report.json").read_text()) == report.to_dict()


def test_what_is_wrong_with_frames_is_told() -> None:
    study = {**STUDY, "sources": {"tickets": {"key": "id"}}}
    with pytest.raises(InvalidInputs, match=r"frames\.calls: is no source of the study; expected one of tickets"):
        evaluate(study, {"tickets": tickets(), "calls": tickets()})
    with pytest.raises(InvalidInputs, match=r"sources\.tickets: expected exactly one of file, url, sql or prometheus"):
        evaluate(study)
    with pytest.raises(InvalidInput, match=r"frames\.tickets: has 'a' twice"):
        as_parquet(pd.DataFrame(np.zeros((1, 2)), columns=["a", "a"]), "tickets")


def test_importing_csi_loads_nothing_large() -> None:
    code = "import sys, csi; assert not {'pandas', 'numpy', 'pyarrow'} & set(sys.modules); from csi import evaluate"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
