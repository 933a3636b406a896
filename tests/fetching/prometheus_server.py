"""Debian's real Prometheus with known samples, for tests that ask it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

FIRST = datetime(2026, 3, 1, tzinfo=UTC)
HOURS = 24 * 12


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Debian's Prometheus with a counter that grows by 60 an hour on one host, by 6 on another, from 1 March 2026."""
    if not (shutil.which("prometheus") and shutil.which("promtool")):
        if os.environ.get("CSI_REQUIRE_ALL") == "1":
            pytest.fail("prometheus and promtool are not installed")
        pytest.skip("prometheus and promtool are not installed")
    folder = tmp_path_factory.mktemp("prometheus")
    _backfill(folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{probe.getsockname()[1]}"
    (folder / "prometheus.yml").write_text("global: {}\n")
    command = [
        "prometheus",
        f"--config.file={folder}/prometheus.yml",
        f"--storage.tsdb.path={folder}/data",
        f"--web.listen-address={place}",
        "--storage.tsdb.retention.time=100y",
        "--log.level=error",
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        _wait(f"http://{place}/-/ready", running)
        yield f"http://{place}"
        running.terminate()
        running.wait(20)


def _backfill(folder: Path) -> None:
    lines = ["# TYPE requests counter"]
    for host, rate in (("a", 60), ("b", 6)):
        for hour in range(HOURS + 1):
            stamp = int((FIRST + timedelta(hours=hour)).timestamp())
            lines.append(f'requests_total{{host="{host}"}} {hour * rate} {stamp}')
    (folder / "samples.txt").write_text("\n".join([*lines, "# EOF", ""]))
    command = ["promtool", "tsdb", "create-blocks-from", "openmetrics", f"{folder}/samples.txt", f"{folder}/data"]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


def _wait(address: str, running: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and running.poll() is None:
        try:
            if httpx.get(address, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    pytest.fail("Prometheus did not start")
