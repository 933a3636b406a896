"""Both engines on a million rows: the same report to the byte, and how long each takes on this machine."""

from __future__ import annotations

import tempfile
from pathlib import Path

from csi.study.engines import Engine
from csi.study.plain import report_json
from csi.study.running import run
from tests.benchmarks.process import seconds
from tests.study.test_engines import laid_out


def main(rows: int = 1_000_000) -> None:
    """Print times, and whether the reports are the same."""
    with tempfile.TemporaryDirectory() as folder:
        study = laid_out(Path(folder), "parquet", rows)
        reports: dict[Engine, bytes] = {}

        def once(engine: Engine) -> None:
            reports[engine] = report_json(run(study, engine=engine))

        for engine in Engine:
            wall, _ = seconds(lambda engine=engine: once(engine))  # type: ignore[misc]
            print(f"{rows:>9,} rows, 17 KPIs, {engine}: {wall:.1f} s")
        same = reports[Engine.PANDAS] == reports[Engine.DASK]
        print(f"{rows:>9,} rows: report.json {'the same to the byte' if same else 'DIFFERS'}, 2 worker processes")


if __name__ == "__main__":
    main()
