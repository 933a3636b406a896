"""``python -m tests.calibration``: the table of docs/calibration.md, anew.

``CSI_SERIES=2000`` takes that many series a cell; CI draws few of each (``tests/reference/test_verdicts.py``).
"""

from __future__ import annotations

from tests.benchmarks.verdicts import main

if __name__ == "__main__":
    main()
