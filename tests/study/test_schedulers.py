"""A Dask scheduler at an address: the same report from its workers, and a sentence where it cannot be used."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest
from typer.testing import CliRunner

from csi.__main__ import app
from csi.errors import InvalidInput

ROOT = Path(__file__).resolve().parents[2]
STUDY = """
study: 1
service: desk
timezone: Europe/Lisbon
period: day
sources: {tickets: {file: tickets.csv, key: id}}
kpis:
  median:
    {source: tickets, at: resolved_at, measure: median, unit: h, direction: lower,
     value: {from: opened_at, to: resolved_at}}
  opened: {source: tickets, at: opened_at, measure: count, direction: lower}
"""


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def on_dask() -> ModuleType:
    return pytest.importorskip("csi.series.on_dask", reason="dask is an extra")


@pytest.fixture
def study(tmp_path: Path) -> Path:
    rows = [
        f"{n},2026-03-{n % 28 + 1:02d} 08:00,2026-03-{n % 28 + 1:02d} {9 + n % 9:02d}:{n % 60:02d}\n"
        for n in range(300)
    ]
    (tmp_path / "tickets.csv").write_text("id,opened_at,resolved_at\n" + "".join(rows), encoding="utf-8")
    path = tmp_path / "study.yml"
    path.write_text(STUDY, encoding="utf-8")
    return path


@contextmanager
def process(*words: str, knows_csi: bool = True) -> Iterator[None]:
    """A process of Dask's own command, elsewhere; ended at the end."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"PYTHONPATH": str(ROOT)} if knows_csi else {}
    command = [sys.executable, "-P", "-m", "dask", *words, "--no-dashboard"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, cwd="/", env=environment, stdout=quiet, stderr=quiet) as running:
        try:
            yield
        finally:
            running.terminate()
            running.wait(timeout=30)


def free_address() -> tuple[str, str]:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = str(door.getsockname()[1])
    return f"tcp://127.0.0.1:{port}", port


def listening(port: int) -> None:
    """Wait until somebody answers there."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError(f"nobody listens at {port}")


def ran(study: Path, out: str, address: str = "") -> tuple[int, str]:
    words = ["run", str(study), "--out", str(study.parent / out)]
    words += ["--engine", "dask"] if address else []
    told = CliRunner().invoke(app, words, env={"CSI_DASK_SCHEDULER": address})
    return told.exit_code, told.output


@pytest.mark.parametrize("address", ["nonsense", "ftp://127.0.0.1:1", "tcp://nowhere.invalid:8786"])
def test_an_address_at_which_nobody_answers_is_told(
    study: Path, address: str, monkeypatch: pytest.MonkeyPatch, on_dask: ModuleType
) -> None:
    monkeypatch.setattr(on_dask, "_PATIENCE", 1)
    expected = f"study.yml, scheduler: no Dask scheduler answers at {address}; expected an address such as tcp://"
    code, told = ran(study, "out", address)
    assert (code, told.startswith(expected)) == (2, True), told


def test_a_scheduler_without_workers_is_told_and_with_one_gives_the_same_report(
    study: Path, monkeypatch: pytest.MonkeyPatch, on_dask: ModuleType
) -> None:
    address, port = free_address()
    with process("scheduler", "--host", "127.0.0.1", "--port", port):
        listening(int(port))
        with monkeypatch.context() as patience:
            patience.setattr(on_dask, "_PATIENCE", 2)
            code, told = ran(study, "none", address)
        assert (code, f"the Dask scheduler at {address} has no workers" in told) == (2, True), told
        with process("worker", address, "--nworkers", "1", "--nthreads", "1"):
            assert ran(study, "theirs", address)[0] == 0
    assert ran(study, "here")[0] == 0
    theirs, here = (study.parent / out / "report.json" for out in ("theirs", "here"))
    assert theirs.read_bytes() == here.read_bytes()


def test_workers_that_die_over_the_data_are_told_in_a_sentence(on_dask: ModuleType) -> None:
    with pytest.raises(InvalidInput, match="the workers of the local cluster died several times"):  # noqa: SIM117
        with on_dask.cluster(workers=1) as client:
            client.submit(os._exit, 1, pure=False).result()


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (FileNotFoundError(2, "No such file or directory", "/data/t.csv"), "cannot read or write /data/t.csv (No such"),
        (TimeoutError(), "cannot be reached any more"),
    ],
)
def test_workers_that_see_other_files_or_are_gone_are_told(error: OSError, expected: str, on_dask: ModuleType) -> None:
    with pytest.raises(InvalidInput) as told, on_dask._alive("of the cluster"):
        raise error
    assert f"the workers of the cluster {expected}" in told.value.reason


def test_a_scheduler_that_does_not_know_csi_is_told(study: Path) -> None:
    address, port = free_address()
    if (
        subprocess.run([sys.executable, "-P", "-c", "import csi"], cwd="/", check=False, capture_output=True).returncode
        == 0
    ):
        pytest.skip("csi is installed for every process here")
    with (
        process("scheduler", "--host", "127.0.0.1", "--port", port, knows_csi=False),
        process("worker", address, "--nworkers", "1", "--nthreads", "1", knows_csi=False),
    ):
        code, told = ran(study, "out", address)
    assert (code, "cannot load csi; expected the same packages as here" in told) == (2, True), told
