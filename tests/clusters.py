"""A Dask cluster for tests: two processes that all tests of one process share, as to begin them takes seconds.

Runs with a cluster of their own: tests/study/test_schedulers.py, and the large study of tests/study/test_engines.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from csi.study.engines import Engine


@pytest.fixture(scope="session")
def scheduler() -> Iterator[str]:
    """The address of a scheduler with two workers; skipped with the reason where Dask is not installed."""
    for name in ("dask.dataframe", "distributed"):
        pytest.importorskip(name, reason="dask is an extra")
    import dask  # noqa: PLC0415 # may be absent, and takes a second to load

    from csi.series.on_dask import cluster  # noqa: PLC0415

    # They stay until the last test: they need not look a hundred times a second at what they are doing.
    with dask.config.set({"distributed.worker.profile.enabled": False}), cluster() as client:
        yield client.scheduler.address


@pytest.fixture(params=[Engine.PANDAS, pytest.param(Engine.DASK, marks=pytest.mark.slow)], ids=str)
def engine(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What ``run`` is told of where to compute: the test is run in memory and on Dask."""
    if request.param is Engine.PANDAS:
        return {"engine": Engine.PANDAS}
    return {"engine": Engine.DASK, "scheduler": request.getfixturevalue("scheduler")}
