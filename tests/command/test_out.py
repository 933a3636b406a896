"""``--out``: over nothing that is read, whole or not at all, and nothing left of an earlier run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from csi.errors import CsiError
from csi.study.placing import check, place
from csi.study.swapping import _in_two_steps, swap
from tests.command.conftest import ROOT, Csi, files, write
from tests.study.test_run import STUDY, tickets


def named(source: str) -> dict[str, object]:
    return {**STUDY, "sources": {"tickets": {"file": source, "key": "id"}}}


@pytest.mark.parametrize("name", ["series.csv", "quarantine.csv", "report.json", "met.png", "report.md"])
def test_a_source_is_never_written_over(folder: Path, csi: Csi, name: str) -> None:
    (folder / "tickets.csv").rename(folder / name)
    write(folder / "study.yml", named(name))
    before = files(folder)
    done = csi("run", "study.yml", "--out", ".")
    assert (done.returncode, files(folder)) == (2, before)
    assert f"{name}: is sources.tickets, which is read and would be written over; expected another --out" in done.stderr


def test_a_source_behind_a_link_or_another_spelling_is_never_written_over(folder: Path, csi: Csi) -> None:
    (folder / "out").mkdir()
    (folder / "out" / "series.csv").symlink_to(folder / "tickets.csv")
    before = files(folder)
    assert csi("run", "study.yml", "--out", "out").returncode == 2
    (folder / "way").symlink_to(folder)
    (folder / "tickets.csv").rename(folder / "report.md")
    write(folder / "study.yml", named("report.md"))
    assert csi("run", "study.yml", "--out", "way/./out/..").returncode == 2
    assert (folder / "report.md").read_bytes() == before["tickets.csv"]


def test_the_study_and_another_studys_source_are_never_written_over(folder: Path, csi: Csi) -> None:
    (folder / "out" / "one").mkdir(parents=True)
    tickets().to_csv(folder / "out" / "one" / "series.csv", index=False)
    write(folder / "one.yml", STUDY)
    write(folder / "two.yml", named("out/one/series.csv"))
    done = csi("run", "one.yml", "two.yml", "--out", "out", "--no-charts")
    assert done.returncode == 2
    assert "out/one/series.csv: is sources.tickets" in done.stderr
    assert (folder / "out" / "two" / "report.json").exists()
    (folder / "study.yml").rename(folder / "report.json")
    assert "is the study, which is read" in csi("run", "report.json", "--out", ".").stderr


def test_nothing_of_an_earlier_run_stays_and_all_of_ones_own_does(folder: Path, csi: Csi) -> None:
    csi("run", "study.yml", "--out", "out", "--pdf")
    (folder / "out" / "notes.txt").write_text("mine")
    (folder / "out" / "mine.png").write_bytes(b"mine")
    write(folder / "study.yml", {**STUDY, "kpis": {"opened": STUDY["kpis"]["opened"]}})
    csi("run", "study.yml", "--out", "out")
    texts = {"report.json", "series.csv", "quarantine.csv", "report.md"}
    assert set(files(folder / "out")) == texts | {
        "slam.png",
        "opened.png",
        "opened-before-after.png",
        "notes.txt",
        "mine.png",
    }
    assert (folder / "out" / "notes.txt").read_text() == "mine"
    csi("run", "study.yml", "--out", "out", "--no-charts")
    assert set(files(folder / "out")) == texts | {"notes.txt", "mine.png"}
    assert sorted(path.name for path in folder.iterdir()) == ["out", "study.yml", "tickets.csv"]


def test_a_folder_that_must_stay_itself_is_written_file_by_file(folder: Path, csi: Csi) -> None:
    (folder / "out" / "kept").mkdir(parents=True)
    (folder / "out" / "kept" / "note").write_text("mine")
    for where in ("out", "."):  # one holds a folder, the other what is read, and whoever runs it
        number = (folder / where).stat().st_ino
        csi("run", "study.yml", "--out", where)
        (folder / where / "mine.txt").write_text("mine")
        csi("run", "study.yml", "--out", where, "--no-charts")
        assert (folder / where).stat().st_ino == number
        names = {path.name for path in (folder / where).iterdir()}
        assert {"report.json", "series.csv", "quarantine.csv", "report.md", "mine.txt"} <= names
        assert not {name for name in names if name.endswith(".png") or name.startswith(".")}
    assert (folder / "out" / "kept" / "note").read_text() == "mine"


def test_a_failed_run_leaves_everything_as_it_was(folder: Path, csi: Csi) -> None:
    csi("run", "study.yml", "--out", "out")
    before = files(folder / "out")
    write(folder / "study.yml", {**STUDY, "kpis": {"opened": {**STUDY["kpis"]["opened"], "at": "nowhere"}}})
    assert csi("run", "study.yml", "--out", "out").returncode == 2
    assert files(folder / "out") == before
    assert csi("run", "study.yml", "--out", "new").returncode == 2
    assert not (folder / "new").exists()


def test_a_folder_that_is_somebody_elses_report_json_is_no_earlier_run(folder: Path, csi: Csi) -> None:
    (folder / "out").mkdir()
    (folder / "out" / "report.json").write_text('{"kpis": ["mttr"]}')
    (folder / "out" / "mttr.png").write_bytes(b"mine")
    csi("run", "study.yml", "--out", "out", "--no-charts")
    assert (folder / "out" / "mttr.png").read_bytes() == b"mine"


KILLED = """
import os, signal, sys
from pathlib import Path
from csi.study import placing
step, calls = int(sys.argv[1]), 0
def dying(of):
    def call(*arguments, **named):
        global calls
        calls += 1
        if calls == step:
            os.kill(os.getpid(), signal.SIGKILL)
        return of(*arguments, **named)
    return call
os.fsync = dying(os.fsync)
placing.swap = dying(placing.swap)
placing._give_back = dying(placing._give_back)
placing.shutil.rmtree = dying(placing.shutil.rmtree)
placing.place({"report.json": b"new", "a.csv": b"new"}, Path(sys.argv[2]), ["report.json", "b.png"])
"""


@pytest.mark.parametrize("step", range(1, 7))
def test_a_run_that_is_killed_leaves_the_old_report_or_the_new_one(tmp_path: Path, step: int) -> None:
    out = tmp_path / "out"
    old = {"report.json": b"old", "b.png": b"old"}
    place(old, out, [])
    (out / "mine").write_bytes(b"mine")
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(step), str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == (0 if step == 6 else -signal.SIGKILL), done.stderr  # five steps, none left out
    new = {"report.json": b"new", "a.csv": b"new"}
    assert files(out) == {**(old if step <= 3 else new), "mine": b"mine"}


def test_folders_change_places_also_where_the_system_cannot(tmp_path: Path) -> None:
    for number, change in enumerate((swap, _in_two_steps)):
        fresh, folder = tmp_path / f"fresh{number}", tmp_path / f"folder{number}"
        for one in (fresh, folder):
            one.mkdir()
            (one / "name").write_text(one.name)
        change(fresh, folder)
        assert ((folder / "name").read_text(), (fresh / "name").read_text()) == (f"fresh{number}", f"folder{number}")


def test_a_new_folder_is_open_to_those_a_new_folder_is_open_to(tmp_path: Path) -> None:
    (tmp_path / "usual").mkdir()
    place({"a": b""}, tmp_path / "out", [])
    assert (tmp_path / "out").stat().st_mode == (tmp_path / "usual").stat().st_mode
    os.chmod(tmp_path / "out", 0o750)  # noqa: PTH101 as a person does
    place({"a": b""}, tmp_path / "out", [])
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o750


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(CsiError, match=r"out: cannot be written \(it is a file\)"):
        check(tmp_path / "out", ["report.json"], [])
